"""Pictures that people bring: read with suspicion, and made again by us as grey pixels.

Laws: what a file says of its size is believed before a pixel is unpacked, so that a small file cannot become a large picture; no
byte of the file is served again; what is no whole PNG or JPEG is refused with the reason.
"""

import struct
import zlib
from collections.abc import Iterator

import cv2
import numpy as np

from central.domain.problems import Problem, ProblemCode
from central.domain.saying import Said
from central.faces.drawing.patches import Grey
from central.faces.messages import (
    END_MISSING,
    HEADER_MISSING,
    PART_CHANGED,
    PICTURE_BROKEN,
    PICTURE_TOO_LARGE,
    PICTURE_UNKNOWN,
    PIXELS_UNREADABLE,
    SIZE_MISSING,
)

MOST_SIDE_PX = 2_000
_PNG_MAGIC, _JPEG_MAGIC, _JPEG_END = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd9"
# The chunks that hold the picture itself; others (profiles, texts, further frames) are passed over.
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_PNG_HEADER_BYTES = 13
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_JPEG_SCAN = 0xDA
_MARK = 0xFF
_WHITE = 255
_WITH_ALPHA = 4
_DEEP = 257  # 16 bits of a channel to 8


def read_picture(data: bytes) -> Grey:
    """Return a PNG or JPEG file as grey pixels; Problem where it is neither, broken, or too large."""
    if data.startswith(_PNG_MAGIC):
        return _decoded(_plain_png(data), cv2.IMREAD_UNCHANGED)
    if data.startswith(_JPEG_MAGIC):
        _require_sides(*_jpeg_sides(data))
        return _decoded(data, cv2.IMREAD_GRAYSCALE)
    raise Problem(ProblemCode.INPUT_INVALID, PICTURE_UNKNOWN.of())


def as_png(grey: Grey) -> bytes:
    """Return grey pixels as a PNG file."""
    is_made, file = cv2.imencode(".png", grey)
    assert is_made, "grey pixels within the bounds can be written"
    return file.tobytes()


def from_png(file: bytes) -> Grey:
    """Return the pixels of a file that `as_png` made."""
    return _decoded(file, cv2.IMREAD_GRAYSCALE)


def _decoded(data: bytes, how: int) -> Grey:
    try:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), how)
    except cv2.error as error:
        raise _broken(PIXELS_UNREADABLE.of()) from error
    if found is None or not found.size:
        raise _broken(PIXELS_UNREADABLE.of())
    _require_sides(found.shape[1], found.shape[0])
    return _grey(np.asarray(found))


def _grey(found: np.ndarray) -> Grey:
    eight = found if found.dtype == np.uint8 else (found // _DEEP).astype(np.uint8)
    if eight.ndim == 2:  # noqa: PLR2004 - height and width only
        return eight
    if eight.shape[2] == _WITH_ALPHA:
        alpha = eight[:, :, 3:].astype(np.uint16)
        over_white = (eight[:, :, :3] * alpha + _WHITE * (_WHITE - alpha)) // _WHITE
        eight = over_white.astype(np.uint8)
    return np.asarray(cv2.cvtColor(eight, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _plain_png(data: bytes) -> bytes:
    """Return the file with only the chunks of its picture; Problem where one is broken, or the end is missing."""
    kept, last = [_PNG_MAGIC], b""
    for number, (kind, body, raw) in enumerate(_png_chunks(data)):
        if number == 0:
            if kind != b"IHDR" or len(body) != _PNG_HEADER_BYTES:
                raise _broken(HEADER_MISSING.of())
            _require_sides(*struct.unpack(">II", body[:8]))
        last = kind
        if kind in _PNG_KEPT:
            kept.append(raw)
    if last != b"IEND":
        raise _broken(END_MISSING.of())
    return b"".join(kept)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield kind, body and raw bytes of each chunk up to the last."""
    at, kind = len(_PNG_MAGIC), b""
    while at < len(data) and kind != b"IEND":
        length = int.from_bytes(data[at : at + 4], "big")
        end = at + 12 + length
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if end > len(data) or zlib.crc32(kind + body) != int.from_bytes(data[end - 4 : end], "big"):
            raise _broken(PART_CHANGED.of())
        yield kind, body, data[at:end]
        at = end


def _jpeg_sides(data: bytes) -> tuple[int, int]:
    """Return width and height by the header of the frame; Problem where there is none."""
    if _JPEG_END not in data[-1024:]:
        raise _broken(END_MISSING.of())
    at = 2
    while at + 4 <= len(data) and data[at] == _MARK:
        mark = data[at + 1]
        if mark in _JPEG_FRAMES and at + 9 <= len(data):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        if mark == _JPEG_SCAN:
            break
        if mark == _MARK:
            at += 1
        else:
            at += 2 if mark in _JPEG_WITHOUT_LENGTH else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise _broken(SIZE_MISSING.of())


def _require_sides(width: int, height: int) -> None:
    if not (0 < width <= MOST_SIDE_PX and 0 < height <= MOST_SIDE_PX):
        raise Problem(ProblemCode.INPUT_INVALID, PICTURE_TOO_LARGE.of(width=width, height=height, most=MOST_SIDE_PX))


def _broken(why: Said) -> Problem:
    return Problem(ProblemCode.INPUT_INVALID, PICTURE_BROKEN.of(why=why))
