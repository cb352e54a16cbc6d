"""A network camera of a lane: Motion-JPEG as HTTP multipart on the loopback address, with a camera's faults.

Laws: frames are made off the event loop, so that a camera never delays the devices that share its process; the same
few frames are shown in turn for as long as the scene stays as it is.
"""

import asyncio
import contextlib
from enum import StrEnum
from random import Random

import cv2

from hardware_sims.camera_scenes import EASY, Frame, View, black_frame, render, torn, white_frame

TAKES = 4  # different frames of one scene
DEFAULT_FPS = 15.0
JPEG_QUALITY = 85
MAX_REQUEST_BYTES = 8192
CORRUPT_BYTES = 64
STALL_CHECK_S = 0.05
HEAD = (
    b"HTTP/1.0 200 OK\r\nCache-Control: no-store\r\nConnection: close\r\n"
    b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
)


class CameraFault(StrEnum):
    """The faults of a camera."""

    STALL = "stall"  # the connection stays open, no frame comes
    BLACK_FRAME = "black_frame"
    WHITE_FRAME = "white_frame"
    CORRUPT_FRAME = "corrupt_frame"
    TORN_FRAME = "torn_frame"
    LOW_FPS = "low_fps"  # one frame a second


LOW_FPS = 1.0


def as_jpeg(frame: Frame) -> bytes:
    """The frame as a camera would send it."""
    encoded, jpeg = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    assert encoded, "OpenCV encodes any frame of three channels"
    return jpeg.tobytes()


class Camera:
    """One camera: the codes before it, and its watchers."""

    def __init__(self, random: Random, *, view: View = EASY, fps: float = DEFAULT_FPS) -> None:
        self.faults: set[CameraFault] = set()
        self.frames_sent = 0
        self._random = random
        self._view = view
        self._fps = fps
        self._codes: tuple[bytes, ...] = ()
        self._takes: list[bytes] = []
        self._server: asyncio.Server | None = None
        self._watchers: set[asyncio.StreamWriter] = set()
        self._port = 0

    @property
    def url(self) -> str:
        """The URL to watch; it stays the same across `unplug` and `plug`."""
        return f"http://127.0.0.1:{self._port}/stream"

    @property
    def plugged(self) -> bool:
        """Whether clients can connect."""
        return self._server is not None

    async def plug(self) -> None:
        """Answer on the loopback address."""
        if self._server is None:
            self._server = await asyncio.start_server(self._watched, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        """Disappear: break the connections and refuse new ones."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        self.disconnect()
        await server.wait_closed()

    def disconnect(self) -> None:
        """Break the connections; accept new ones."""
        for watcher in self._watchers:
            watcher.transport.abort()

    def show(self, *codes: bytes) -> None:
        """Hold one code or several at a time before the lens."""
        self._codes = codes
        self._takes = []

    def clear(self) -> None:
        """Take the codes away."""
        self.show()

    async def _watched(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._watchers.add(writer)
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(HEAD)
            await self._stream(writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the watcher left or speaks no HTTP: a camera ignores it
        finally:
            self._watchers.discard(writer)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        while True:
            if CameraFault.STALL in self.faults:
                await asyncio.sleep(STALL_CHECK_S)
                continue
            jpeg = await self._next_jpeg()
            length = str(len(jpeg)).encode()
            part = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: " + length + b"\r\n\r\n" + jpeg + b"\r\n"
            writer.write(part)
            await writer.drain()
            self.frames_sent += 1
            await asyncio.sleep(1 / (LOW_FPS if CameraFault.LOW_FPS in self.faults else self._fps))

    async def _next_jpeg(self) -> bytes:
        if CameraFault.BLACK_FRAME in self.faults:
            return as_jpeg(black_frame())
        if CameraFault.WHITE_FRAME in self.faults:
            return as_jpeg(white_frame())
        jpeg = await self._next_take()
        return self._corrupted(jpeg) if CameraFault.CORRUPT_FRAME in self.faults else jpeg

    async def _next_take(self) -> bytes:
        takes, codes, tears = self._takes, self._codes, CameraFault.TORN_FRAME in self.faults
        if len(takes) >= TAKES and not tears:
            takes.append(takes.pop(0))
            return takes[-1]
        seed = self._random.getrandbits(64)
        if tears:
            return await asyncio.to_thread(self._shoot_torn, codes, Random(seed))
        take = await asyncio.to_thread(self._shoot, codes, Random(seed))
        takes.append(take)
        return take

    def _shoot(self, codes: tuple[bytes, ...], random: Random) -> bytes:
        return as_jpeg(render(codes, self._view, random))

    def _shoot_torn(self, codes: tuple[bytes, ...], random: Random) -> bytes:
        return as_jpeg(torn(render(codes, self._view, random), render((), self._view, random)))

    def _corrupted(self, jpeg: bytes) -> bytes:
        middle = len(jpeg) // 2
        return jpeg[:middle] + self._random.randbytes(CORRUPT_BYTES) + jpeg[middle + CORRUPT_BYTES :]
