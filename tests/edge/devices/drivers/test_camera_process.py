"""The capturing process, tested with files."""

import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest

from edge.devices.drivers.camera_capture import CameraError, LatestPicture, capture, open_capture
from edge.devices.drivers.camera_pictures import JpegPicture, Picture, RawPicture, Sight, differ
from edge.devices.drivers.camera_process import Watcher, messages
from edge.devices.framing.camera_messages import Kind, encode
from hardware_sims.camera import as_jpeg
from hardware_sims.camera_scenes import EASY, Frame, render, write_avi, write_image_sequence

TICKET, OTHER = b"PF1KRUGKIDROVUWG2ZA", b"PF1MJZG653OEBTG66BA"


def pictures(count: int) -> tuple[Frame, ...]:
    random = Random(1)  # noqa: S311 - a seed repeats a picture
    return tuple(render((TICKET,), EASY, random) for _ in range(count))


@pytest.fixture(params=["pictures", "video"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "pictures":
        return write_image_sequence(tmp_path, pictures(4))
    video = tmp_path / "camera.avi"
    write_avi(video, pictures(4), 30.0)
    return str(video)


def test_a_file_is_shown_as_a_camera_would_and_its_end_is_a_failure(source: str) -> None:
    latest = LatestPicture()
    threading.Thread(target=capture, args=(source, Sight(), latest), daemon=True).start()
    told = messages(latest, Watcher(Sight()))
    assert next(told) == encode(Kind.SEEING)
    assert next(told) == encode(Kind.CODE, TICKET)
    with pytest.raises(CameraError, match="no more frames"):
        list(told)


@pytest.mark.parametrize("source", ["/nonexistent.avi", "97", "rtsp://127.0.0.1:9/stream"])
def test_a_camera_that_is_not_there_is_an_error(source: str) -> None:
    with pytest.raises(CameraError, match="cannot open"):
        open_capture(source, Sight())


def test_a_network_camera_that_is_not_there_is_a_failure() -> None:
    latest = LatestPicture()
    capture("http://127.0.0.1:9/stream", Sight(), latest)
    with pytest.raises(CameraError, match="cannot open"):
        latest.take(0.0)


def test_only_the_latest_frame_is_taken() -> None:
    latest = LatestPicture()
    for grey in (1, 2, 3):
        latest.put(RawPicture(np.full((2, 2), grey, np.uint8)))
    taken = latest.take(1.0).whole()
    assert taken is not None
    assert taken[0, 0] == 3
    with pytest.raises(CameraError, match="no frame within"):
        latest.take(0.0)


def test_a_frame_that_came_before_the_failure_is_still_taken() -> None:
    latest = LatestPicture()
    latest.put(RawPicture(np.zeros((2, 2), np.uint8)))
    latest.fail("unplugged")
    latest.take(0.0)
    with pytest.raises(CameraError, match="unplugged"):
        latest.take(0.0)


class Counted:
    """A picture that counts its full decodings."""

    def __init__(self, picture: Picture) -> None:
        self.decoded = 0
        self._picture = picture

    def glance(self) -> Frame | None:
        return self._picture.glance()

    def whole(self) -> Frame | None:
        self.decoded += 1
        return self._picture.whole()


def shown(*codes: bytes, seed: int) -> Counted:
    return Counted(JpegPicture(as_jpeg(render(codes, EASY, Random(seed)))))  # noqa: S311 - a seed repeats a picture


def test_a_still_picture_is_decoded_rarely_and_a_changed_one_at_once() -> None:
    watcher = Watcher(Sight())
    empty = [shown(seed=seed) for seed in range(3)]
    for tenth in range(100):
        assert watcher.codes(empty[tenth % 3], tenth / 10) == ()
    assert 3 <= sum(picture.decoded for picture in empty) <= 7
    assert watcher.pause_s > 0
    assert watcher.codes(shown(TICKET, seed=4), 10.0) == (TICKET,)
    assert watcher.pause_s == 0
    assert watcher.codes(shown(OTHER, seed=5), 10.1) == (OTHER,)


def test_a_code_that_stays_in_sight_is_sighted_within_the_window_of_double_reads() -> None:
    watcher = Watcher(Sight())
    held = [shown(TICKET, seed=seed) for seed in range(3)]
    sighted = [tenth for tenth in range(60) if watcher.codes(held[tenth % 3], tenth / 10)]
    assert max(after - before for before, after in pairwise(sighted)) < 10


def test_a_spoilt_picture_is_none() -> None:
    assert Watcher(Sight()).codes(JpegPicture(b"\xff\xd8 spoilt"), 0.0) == ()


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_region_is_of_the_turned_picture(rotation: int) -> None:
    image = np.zeros((40, 80), np.uint8)
    image[:10, :20] = 255
    corner = {0: (0, 0), 90: (0.75, 0), 180: (0.75, 0.75), 270: (0, 0.75)}[rotation]
    seen = Sight(rotation, (*corner, 0.25, 0.25)).of(image)
    assert seen.size == 200
    assert seen.min() == 255


def test_what_is_outside_of_the_region_changes_nothing() -> None:
    before, now = (RawPicture(render(codes, EASY, Random(1))).glance() for codes in ((), (TICKET,)))  # noqa: S311 - repeatable
    assert before is not None
    assert now is not None
    assert differ(before, now)
    corner = Sight(region=(0, 0, 0.2, 0.2))
    assert not differ(corner.of(before), corner.of(now))


def test_the_process_ends_when_its_agent_is_gone(tmp_path: Path) -> None:
    video = tmp_path / "camera.avi"
    write_avi(video, pictures(60), 5.0)
    command = [sys.executable, "-m", "edge.devices.drivers.camera_process", str(video)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.read(5) == encode(Kind.SEEING)
        process.stdin.close()
        assert process.wait(5) == 0


def test_the_process_tells_why_it_ends() -> None:
    command = [sys.executable, "-m", "edge.devices.drivers.camera_process", "/nonexistent.avi"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        told = process.stdout.read()
        assert process.wait(5) == 1
    assert told[0] == Kind.FAULT
    assert b"cannot open camera /nonexistent.avi" in told
