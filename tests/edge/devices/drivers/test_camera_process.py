"""The capturing process, on files."""

import subprocess
import sys
import threading
from pathlib import Path
from random import Random

import numpy as np
import pytest

from edge.devices.drivers.camera_process import CameraError, LatestFrame, capture_frames, messages, open_capture
from edge.devices.framing.camera_messages import Kind, encode
from hardware_sims.camera_scenes import EASY, Frame, render, write_avi, write_image_sequence

TICKET = b"PF1KRUGKIDROVUWG2ZA"


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
    latest = LatestFrame()
    threading.Thread(target=capture_frames, args=(source, latest), daemon=True).start()
    told = messages(latest)
    assert next(told) == encode(Kind.SEEING)
    assert next(told) == encode(Kind.CODE, TICKET)
    with pytest.raises(CameraError, match="no more frames"):
        list(told)


@pytest.mark.parametrize("source", ["/nonexistent.avi", "97", "http://127.0.0.1:9/stream"])
def test_a_camera_that_is_not_there_is_an_error(source: str) -> None:
    with pytest.raises(CameraError, match="cannot open"):
        open_capture(source)


def test_only_the_latest_frame_is_taken() -> None:
    latest = LatestFrame()
    for grey in (1, 2, 3):
        latest.put(np.full((2, 2), grey, np.uint8))
    assert latest.take(1.0)[0, 0] == 3
    with pytest.raises(CameraError, match="no frame within"):
        latest.take(0.0)


def test_a_frame_that_came_before_the_failure_is_still_taken() -> None:
    latest = LatestFrame()
    latest.put(np.zeros((2, 2), np.uint8))
    latest.fail("unplugged")
    latest.take(0.0)
    with pytest.raises(CameraError, match="unplugged"):
        latest.take(0.0)


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
