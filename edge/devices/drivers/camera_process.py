"""The camera's own process: `python -m edge.devices.drivers.camera_process SOURCE` captures, decodes, and tells codes on stdout.

Laws: only the latest frame is decoded, so that a slow decoder never falls behind the visitor; the process ends when its camera
fails (its supervisor starts another) and when its agent is gone, even while the camera driver hangs.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO

import cv2

from edge.devices.drivers.camera_decode import Image, decode_frame
from edge.devices.framing.camera_messages import Kind, encode
from edge.devices.framing.code_lines import MAX_CODE_BYTES

OPEN_LIMIT_MS = 3_000
READ_LIMIT_MS = 1_000
FRAME_LIMIT_S = 2.0  # for cameras whose driver knows no limit of its own
TELL_EVERY_S = 0.5
DEFAULT_FILE_FPS = 15.0
MAX_FILE_FPS = 60.0


class CameraError(Exception):
    """The camera cannot be opened, or gives no more frames."""


class LatestFrame:
    """Where capture leaves each frame and decoding takes the newest."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: Image | None = None
        self._failure: str | None = None

    def put(self, frame: Image) -> None:
        """Leave a frame, in place of one that nobody took."""
        with self._changed:
            self._frame = frame
            self._changed.notify()

    def fail(self, why: str) -> None:
        """Say that no frame will come any more."""
        with self._changed:
            self._failure = why
            self._changed.notify()

    def take(self, limit_s: float) -> Image:
        """Wait for a frame not yet taken; CameraError after `limit_s`, or when capture has failed and nothing is left."""
        with self._changed:
            came = self._changed.wait_for(lambda: self._frame is not None or self._failure is not None, limit_s)
            frame, self._frame = self._frame, None
            if frame is not None:
                return frame
            raise CameraError(self._failure if came and self._failure else f"no frame within {limit_s:g} s; check the camera")


def open_capture(source: str) -> cv2.VideoCapture:
    """Open a device index, a file (or numbered pictures) or an HTTP MJPEG address; CameraError if that fails."""
    if source.isdecimal():
        capture = cv2.VideoCapture(int(source))
    elif is_address(source):
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_LIMIT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_LIMIT_MS]
        capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, limits)
    else:
        capture = cv2.VideoCapture(source)
    if not capture.isOpened():
        capture.release()
        raise CameraError(f"cannot open camera {source}; check its cable, address and power")
    return capture


def is_address(source: str) -> bool:
    """Whether the source is reached over a network."""
    return "://" in source


def capture_frames(source: str, latest: LatestFrame) -> None:
    """Read frames until the camera fails. A file is read at its own pace, as a camera would show it."""
    try:
        capture = open_capture(source)
    except CameraError as error:
        latest.fail(str(error))
        return
    live = source.isdecimal() or is_address(source)
    pause_s = 0.0 if live else 1 / min(capture.get(cv2.CAP_PROP_FPS) or DEFAULT_FILE_FPS, MAX_FILE_FPS)
    while True:
        came, frame = capture.read()
        if not came:
            latest.fail(f"camera {source} gives no more frames; check its cable, address and power")
            return
        latest.put(frame.astype("uint8", copy=False))
        time.sleep(pause_s)


def messages(latest: LatestFrame) -> Iterator[bytes]:
    """Yield what there is to tell, without end; CameraError when the camera has failed."""
    told_s = float("-inf")
    first_limit_s = OPEN_LIMIT_MS / 1_000 + FRAME_LIMIT_S
    frame = latest.take(first_limit_s)
    while True:
        if time.monotonic() - told_s >= TELL_EVERY_S:
            told_s = time.monotonic()
            yield encode(Kind.SEEING)
        for payload in decode_frame(frame):
            if 0 < len(payload) <= MAX_CODE_BYTES:
                yield encode(Kind.CODE, payload)
        frame = latest.take(FRAME_LIMIT_S)


def end_with(agent: BinaryIO) -> None:
    """End this process when the agent's end of the pipe closes: at its death, too."""
    agent.read()
    os._exit(0)


def main(source: str, told: BinaryIO) -> int:
    """Run until the camera fails (1) or the agent is gone (0)."""
    cv2.setNumThreads(1)
    latest = LatestFrame()
    threading.Thread(target=end_with, args=(sys.stdin.buffer,), daemon=True).start()
    threading.Thread(target=capture_frames, args=(source, latest), daemon=True).start()
    try:
        for message in messages(latest):
            told.write(message)
            told.flush()
    except CameraError as error:
        told.write(encode(Kind.FAULT, str(error).encode()[:MAX_CODE_BYTES]))
        told.flush()
        return 1
    except BrokenPipeError:
        return 0
    return 0


if __name__ == "__main__":
    status = main(sys.argv[1], sys.stdout.buffer)
    # A capture thread that hangs in a camera driver would hang an orderly end as well.
    os._exit(status)
