"""The PNG that central draws becomes the printer's dots, one for one; no other PNG does."""

import struct
import zlib
from base64 import b64encode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.faces.drawing.raster import as_bilevel_png
from edge.counter.bilevel_png import raster_of
from edge.devices.ports import MAX_RASTER_HEIGHT, MAX_RASTER_WIDTH
from protocol.errors import InputError


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(head: bytes, rows: bytes) -> str:
    parts = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b64encode(parts).decode()


def head(width: int, height: int, kind: bytes = b"\x01\0\0\0\0") -> bytes:
    return struct.pack(">II", width, height) + kind


@given(st.integers(1, 40), st.integers(1, 12), st.randoms(use_true_random=False))
def test_dots_of_central_come_out_one_for_one(width: int, height: int, chance: object) -> None:
    draw = chance.random  # type: ignore[attr-defined]  # hypothesis's own type has no stub
    ink = np.array([[draw() < 0.5 for _ in range(width)] for _ in range(height)])
    raster = raster_of(b64encode(as_bilevel_png(ink, 203)).decode())
    assert (raster.width, raster.height) == (width, height)
    assert raster.rows == np.packbits(ink, axis=1).tobytes()


BOMB = zlib.compress(bytes(50_000_000))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%%%",
        "AAAA",
        "é",
        b64encode(b"\x89PNG\r\n\x1a\n").decode(),
        png(head(8, 1, b"\x08\0\0\0\0"), b"\0\0"),
        png(head(8, 1, b"\x01\x02\0\0\0"), b"\0\0"),
        png(head(8, 1, b"\x01\0\0\0\x01"), b"\0\0"),
        png(head(8, 1), b"\x01\0"),
        png(head(8, 2), b"\0\0"),
        png(head(8, 1), b"\0\0\0\0"),
        png(head(0, 1), b""),
        png(head(MAX_RASTER_WIDTH + 1, 1), bytes(1 + 161)),
        png(head(8, MAX_RASTER_HEIGHT + 1), bytes(2 * (MAX_RASTER_HEIGHT + 1))),
        png(b"short", b"\0\0"),
        b64encode(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head(8, 1)) + chunk(b"IDAT", BOMB)).decode(),
        b64encode(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head(8, 1)) + chunk(b"IDAT", b"no zlib")).decode(),
        b64encode(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head(8, 1))[:-1] + b"\0").decode(),
        b64encode(b"\x89PNG\r\n\x1a\n" + b"\xff\xff\xff\xffIHDR").decode(),
    ],
    ids=lambda text: text[-12:],
)
def test_any_other_png_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"PNG|dots"):
        raster_of(text)


@given(st.binary(max_size=300))
def test_any_bytes_are_dots_or_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        raster_of(b64encode(b"\x89PNG\r\n\x1a\n" + data).decode())
