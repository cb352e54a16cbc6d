"""Where a camera's pictures come from: a device or file by OpenCV, an MJPEG address by HTTP, in a separate thread.

Laws: only the latest picture waits, so that a slow decoder never falls behind the visitor; capture fetches a device's picture
from its driver only while the decoder waits for one.
"""

import threading
import time
import urllib.request
from http.client import HTTPException, HTTPResponse
from urllib.parse import urlsplit

import cv2

from edge.devices.drivers.camera_pictures import JpegPicture, Picture, RawPicture, Sight
from edge.devices.framing.mjpeg import JpegParts

OPEN_LIMIT_MS = 3_000
READ_LIMIT_MS = 1_000
DEFAULT_FILE_FPS = 15.0
MAX_FILE_FPS = 60.0
CHUNK_BYTES = 65_536
_MS_PER_S = 1_000
_MANUAL_EXPOSURE = 1.0  # of V4L2, as OpenCV names it
_MULTIPART = "multipart/x-mixed-replace"


class CameraError(Exception):
    """The camera cannot be opened, or gives no more pictures."""


class LatestPicture:
    """Where capture leaves each picture and decoding takes the newest."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._picture: Picture | None = None
        self._failure: str | None = None
        self._awaited = False

    @property
    def awaited(self) -> bool:
        """Whether the decoder waits for a picture."""
        return self._awaited

    def put(self, picture: Picture) -> None:
        """Leave a picture, in place of one that the decoder did not take."""
        with self._changed:
            self._picture = picture
            self._changed.notify()

    def fail(self, why: str) -> None:
        """Note why no more pictures will come."""
        with self._changed:
            self._failure = why
            self._changed.notify()

    def take(self, limit_s: float) -> Picture:
        """Wait for a picture not yet taken; raise CameraError after `limit_s`, or when capture failed and no picture is left."""
        with self._changed:
            self._awaited = True
            came = self._changed.wait_for(lambda: self._picture is not None or self._failure is not None, limit_s)
            self._awaited = False
            picture, self._picture = self._picture, None
            if picture is not None:
                return picture
            raise CameraError(self._failure if came and self._failure else f"no frame within {limit_s:g} s; check the camera")


def capture(source: str, sight: Sight, latest: LatestPicture) -> None:
    """Leave pictures until the camera fails, and then say why."""
    try:
        stream = _open_mjpeg(source)
        if stream is not None:
            _read_mjpeg(source, stream, latest)
        else:
            _read_frames(source, sight, latest)
    except CameraError as error:
        latest.fail(str(error))


def open_capture(source: str, sight: Sight) -> cv2.VideoCapture:
    """Open a device index, a file (or numbered pictures) or another address; CameraError if that fails."""
    if source.isdecimal():
        opened = cv2.VideoCapture(int(source))
        if sight.exposure is not None:
            opened.set(cv2.CAP_PROP_AUTO_EXPOSURE, _MANUAL_EXPOSURE)
            opened.set(cv2.CAP_PROP_EXPOSURE, sight.exposure)
    elif is_address(source):
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_LIMIT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_LIMIT_MS]
        opened = cv2.VideoCapture(source, cv2.CAP_FFMPEG, limits)
    else:
        opened = cv2.VideoCapture(source)
    if not opened.isOpened():
        opened.release()
        raise CameraError(f"cannot open camera {source}; check its cable, address and power")
    return opened


def is_address(source: str) -> bool:
    """Whether the source is reached over a network."""
    return "://" in source


def _read_frames(source: str, sight: Sight, latest: LatestPicture) -> None:
    """Read by OpenCV. A file is read at its own pace, as a camera would show it."""
    opened = open_capture(source, sight)
    live = source.isdecimal() or is_address(source)
    pause_s = 0.0 if live else 1 / min(opened.get(cv2.CAP_PROP_FPS) or DEFAULT_FILE_FPS, MAX_FILE_FPS)
    while opened.grab():
        if latest.awaited or not live:
            came, frame = opened.retrieve()
            if not came:
                break
            latest.put(RawPicture(frame.astype("uint8", copy=False)))
        time.sleep(pause_s)
    raise CameraError(f"camera {source} gives no more frames; check its cable, address and power")


def _open_mjpeg(source: str) -> HTTPResponse | None:
    """Open an address that answers with MJPEG; None where OpenCV must try it: another scheme or type, a password in it."""
    address = urlsplit(source)
    if address.scheme not in ("http", "https") or address.username is not None:
        return None
    try:
        stream: HTTPResponse = urllib.request.urlopen(source, timeout=OPEN_LIMIT_MS / _MS_PER_S)  # noqa: S310 - two schemes only
    except (OSError, HTTPException, ValueError) as error:
        raise CameraError(f"cannot open camera {source}: {error}; check its cable, address and power") from error
    if stream.headers.get_content_type() != _MULTIPART:
        stream.close()
        return None
    return stream


def _read_mjpeg(source: str, stream: HTTPResponse, latest: LatestPicture) -> None:
    parts = JpegParts()
    try:
        while data := stream.read1(CHUNK_BYTES):
            for jpeg in parts.feed(data)[-1:]:
                latest.put(JpegPicture(jpeg))
    except (OSError, HTTPException) as error:
        raise CameraError(f"camera {source} gives no more frames: {error}; check its cable, address and power") from error
    raise CameraError(f"camera {source} gives no more frames; check its cable, address and power")
