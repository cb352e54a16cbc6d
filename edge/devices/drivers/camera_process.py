"""The camera's own process: `python -m edge.devices.drivers.camera_process SOURCE [SIGHT]` writes the codes it sees to stdout.

SIGHT is a JSON object with rotation, region and exposure. Laws: the process glances at a still picture and does not decode it
(`framing/looks`); the process ends when its camera fails (its supervisor starts another) and when its agent is gone, even while
the camera driver hangs.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO

import cv2

from edge.devices.drivers.camera_capture import OPEN_LIMIT_MS, CameraError, LatestPicture, capture
from edge.devices.drivers.camera_decode import Image, decode_frame
from edge.devices.drivers.camera_pictures import Picture, Sight, differ
from edge.devices.framing.camera_messages import Kind, encode
from edge.devices.framing.code_lines import MAX_CODE_BYTES
from edge.devices.framing.looks import Looks

FRAME_LIMIT_S = 2.0  # for cameras whose driver knows no limit of its own
TELL_EVERY_S = 1.0
_MS_PER_S = 1_000


class Watcher:
    """Glances at pictures, and decodes those that `framing/looks` chooses."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._looks = Looks()
        self._decoded_glance: Image | None = None

    @property
    def pause_s(self) -> float:
        """How long to wait before the next picture."""
        return self._looks.pause_s

    def codes(self, picture: Picture, now_s: float) -> tuple[bytes, ...]:
        """Return the codes seen in a picture; none where it was not decoded."""
        glance = picture.glance()
        if glance is None:
            return ()
        glance = self._sight.of(glance)
        if not self._looks.is_due(now_s, changed=differ(self._decoded_glance, glance)):
            return ()
        whole = picture.whole()
        found = () if whole is None else decode_frame(self._sight.of(whole))
        self._decoded_glance = glance
        self._looks.decoded(now_s, found=bool(found))
        return found


def messages(latest: LatestPicture, watcher: Watcher) -> Iterator[bytes]:
    """Yield messages for the agent, without end; raise CameraError when the camera has failed."""
    told_s = float("-inf")
    picture = latest.take(OPEN_LIMIT_MS / _MS_PER_S + FRAME_LIMIT_S)
    while True:
        if time.monotonic() - told_s >= TELL_EVERY_S:
            told_s = time.monotonic()
            yield encode(Kind.SEEING)
        for payload in watcher.codes(picture, time.monotonic()):
            if 0 < len(payload) <= MAX_CODE_BYTES:
                yield encode(Kind.CODE, payload)
        time.sleep(watcher.pause_s)
        picture = latest.take(FRAME_LIMIT_S)


def end_with(agent: BinaryIO) -> None:
    """End this process when the agent's end of the pipe closes; it also closes when the agent dies."""
    agent.read()
    os._exit(0)


def main(source: str, sight: Sight, told: BinaryIO) -> int:
    """Run until the camera fails (1) or the agent is gone (0)."""
    cv2.setNumThreads(1)
    latest = LatestPicture()
    threading.Thread(target=end_with, args=(sys.stdin.buffer,), daemon=True).start()
    threading.Thread(target=capture, args=(source, sight, latest), daemon=True).start()
    try:
        for message in messages(latest, Watcher(sight)):
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
    said = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}  # noqa: PLR2004 - the optional argument
    status = main(sys.argv[1], Sight(**said), sys.stdout.buffer)
    # A capture thread that hangs in a camera driver would also block an orderly end.
    os._exit(status)
