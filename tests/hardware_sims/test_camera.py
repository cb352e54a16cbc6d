"""The camera's pictures and its stream, read by an independent decoder."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest
import zxingcpp

from hardware_sims.camera import TAKES, Camera, CameraFault
from hardware_sims.camera_scenes import (
    EASY,
    HARD,
    HEIGHT,
    MODERATE,
    WIDTH,
    Frame,
    View,
    render,
    torn,
    white_frame,
    write_avi,
    write_image_sequence,
)

TICKET = b"PF1" + b"ABCDEFGH23456789" * 9 + b"ABCDE"  # 152 characters, as a ticket
OTHER = b"PF1OTHER"
WAIT_S = 30.0
SEED = 11


def decoded(frame: Frame) -> set[bytes]:
    return {barcode.bytes for barcode in zxingcpp.read_barcodes(frame)}


def rng(seed: int = SEED) -> Random:
    return Random(seed)  # noqa: S311 - a repeatable picture, not a secret


@pytest.mark.parametrize("seed", range(5))
def test_an_easy_view_is_read_every_time(seed: int) -> None:
    frame = render((TICKET,), EASY, rng(seed))
    assert frame.shape == (HEIGHT, WIDTH, 3)
    assert decoded(frame) == {TICKET}


def test_worse_views_differ_from_picture_to_picture_and_are_read_less_and_less() -> None:
    def pictures(view: View) -> list[Frame]:
        random = rng()
        return [render((TICKET,), view, random) for _ in range(10)]

    moderate, hard = pictures(MODERATE), pictures(HARD)
    assert len({frame.tobytes() for frame in moderate + hard}) == 20
    assert sum(decoded(frame) == {TICKET} for frame in moderate) == 10
    assert 1 <= sum(decoded(frame) == {TICKET} for frame in hard) <= 9


def test_the_same_seed_gives_the_same_picture() -> None:
    assert np.array_equal(render((TICKET,), HARD, rng()), render((TICKET,), HARD, rng()))


def test_two_codes_are_both_in_the_picture() -> None:
    assert decoded(render((TICKET, OTHER), EASY, rng())) == {TICKET, OTHER}


@pytest.mark.parametrize("code", ["景区票".encode("gbk"), "景区票".encode()])
def test_codes_of_any_bytes_are_drawn_as_they_are(code: bytes) -> None:
    assert decoded(render((code,), EASY, rng())) == {code}


@pytest.mark.parametrize(
    "view",
    [View(rotation_deg=180), View(tilt=0.08), View(blur_px=2), View(noise=30), View(contrast=0.3), View(clutter=40)],
)
def test_each_trouble_alone_changes_the_picture(view: View) -> None:
    assert not np.array_equal(render((TICKET,), view, rng()), render((TICKET,), View(), rng()))


def test_the_empty_scene_holds_no_code() -> None:
    assert decoded(render((), EASY, rng())) == set()


def test_pictures_are_kept_as_a_sequence_and_as_a_video(tmp_path: Path) -> None:
    frames = tuple(render((TICKET,), EASY, rng(seed)) for seed in range(3))
    write_avi(tmp_path / "lane.avi", frames, fps=10)
    for source in (write_image_sequence(tmp_path, frames), str(tmp_path / "lane.avi")):
        video = cv2.VideoCapture(source)
        seen = []
        while (read := video.read())[0]:
            seen.append(decoded(read[1].astype(np.uint8)))
        video.release()
        assert seen == [{TICKET}] * 3


def test_a_picture_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="could not write"):
        write_avi(tmp_path / "absent" / "lane.avi", (), fps=10)


class Watcher:
    """A client of the stream that speaks just enough HTTP."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def jpeg(self) -> bytes:
        async with asyncio.timeout(WAIT_S):
            head = await self._reader.readuntil(b"\r\n\r\n")
            while b"Content-Length: " not in head:
                head = await self._reader.readuntil(b"\r\n\r\n")
            return await self._reader.readexactly(int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]))

    async def sees(self, *codes: bytes) -> None:
        """Wait until a frame shows exactly these codes, and check that it stays so while the scene does."""
        async with asyncio.timeout(WAIT_S):
            while decoded(as_frame(await self.jpeg())) != set(codes):
                pass
            for _ in range(2 * TAKES):
                assert decoded(as_frame(await self.jpeg())) == set(codes)

    def close(self) -> None:
        self._writer.close()


def as_frame(jpeg: bytes) -> Frame:
    frame = cv2.imdecode(np.frombuffer(jpeg, dtype=np.uint8), cv2.IMREAD_COLOR)
    assert frame is not None
    return frame.astype(np.uint8)


async def watch(camera: Camera) -> Watcher:
    port = int(camera.url.rsplit(":", 1)[1].split("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    writer.write(b"GET /stream HTTP/1.1\r\nHost: camera\r\n\r\n")
    return Watcher(reader, writer)


@pytest.fixture
async def camera() -> AsyncIterator[Camera]:
    camera = Camera(rng(), fps=50)
    await camera.plug()
    yield camera
    await camera.unplug()


async def test_the_stream_shows_what_is_held_before_the_lens(camera: Camera) -> None:
    watcher = await watch(camera)
    await watcher.sees()
    camera.show(TICKET)
    await watcher.sees(TICKET)
    camera.show(TICKET, OTHER)
    await watcher.sees(TICKET, OTHER)
    camera.clear()
    await watcher.sees()
    watcher.close()


@pytest.mark.parametrize("fault", [CameraFault.BLACK_FRAME, CameraFault.WHITE_FRAME, CameraFault.TORN_FRAME])
async def test_pictures_may_show_nothing(camera: Camera, fault: CameraFault) -> None:
    camera.show(TICKET)
    watcher = await watch(camera)
    await watcher.sees(TICKET)
    camera.faults.add(fault)
    await watcher.sees()
    camera.faults.clear()
    await watcher.sees(TICKET)
    watcher.close()


async def test_a_corrupt_picture_is_damaged_inside(camera: Camera) -> None:
    camera.show(TICKET)
    camera.faults.add(CameraFault.CORRUPT_FRAME)
    watcher = await watch(camera)
    corrupt = await watcher.jpeg()
    assert corrupt.startswith(b"\xff\xd8")
    assert corrupt.endswith(b"\xff\xd9")
    camera.faults.clear()
    sound = {await watcher.jpeg() for _ in range(2 * TAKES)}
    assert corrupt not in sound
    assert len(corrupt) in {len(jpeg) for jpeg in sound}
    watcher.close()


async def test_a_stalled_camera_keeps_the_connection_and_sends_nothing(camera: Camera) -> None:
    camera.faults.add(CameraFault.STALL)
    watcher = await watch(camera)
    pending = asyncio.create_task(watcher.jpeg())
    camera.show(TICKET)
    for _ in range(20):
        await asyncio.sleep(0)
    assert camera.frames_sent == 0
    camera.faults.clear()
    assert await pending
    watcher.close()


async def test_a_broken_connection_may_be_made_again_at_the_same_address(camera: Camera) -> None:
    watcher = await watch(camera)
    await watcher.jpeg()
    camera.disconnect()
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await watcher.sees(TICKET)
    watcher.close()
    await (again := await watch(camera)).sees()
    again.close()


async def test_an_unplugged_camera_refuses_and_comes_back_at_the_same_address(camera: Camera) -> None:
    url = camera.url
    await camera.unplug()
    assert not camera.plugged
    with pytest.raises(ConnectionRefusedError):
        await watch(camera)
    await camera.plug()
    assert camera.url == url
    watcher = await watch(camera)
    await watcher.sees()
    watcher.close()


async def test_opencv_reads_the_stream_as_a_camera(camera: Camera) -> None:
    camera.show(TICKET)

    def first_frame() -> set[bytes]:
        video = cv2.VideoCapture(camera.url, cv2.CAP_FFMPEG, [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 3000])
        ok, frame = video.read()
        video.release()
        assert ok
        return decoded(frame.astype(np.uint8))

    assert await asyncio.to_thread(first_frame) == {TICKET}


def test_a_torn_picture_is_the_upper_half_of_one_and_the_lower_half_of_the_next() -> None:
    frame = torn(white_frame(), np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8))
    assert frame[0].min() == 255
    assert frame[-1].max() == 0
