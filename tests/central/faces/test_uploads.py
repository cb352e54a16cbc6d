"""Pictures that people bring: whole PNG and JPEG files within bounds are made again, all else is refused with the reason."""

import struct
import zlib
from contextlib import suppress

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.domain.problems import Problem, ProblemCode
from central.faces.drawing.uploads import MOST_SIDE_PX, as_png, from_png, read_picture
from tests.central.faces.faces_made import png_of

PNG = png_of(40, 30, 128)
JPEG = cv2.imencode(".jpg", np.full((30, 40), 128, np.uint8))[1].tobytes()
MAGIC = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of some bytes that says it is so large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return MAGIC + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("file", [PNG, JPEG], ids=["png", "jpeg"])
def test_a_picture_is_made_again_as_grey_pixels(file: bytes) -> None:
    grey = read_picture(file)
    assert grey.shape == (30, 40)
    assert np.abs(grey.astype(int) - 128).max() <= 2
    assert as_png(grey) != file or file == PNG
    assert np.array_equal(from_png(as_png(grey)), grey)


def test_what_is_transparent_is_white() -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0, 0, 3] = 255
    grey = read_picture(cv2.imencode(".png", pixels)[1].tobytes())
    assert grey.tolist() == [[0, 255], [255, 255]]


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_depths_and_colours_become_grey(kind: type) -> None:
    most = np.iinfo(kind).max
    white = cv2.imencode(".png", np.full((3, 3, 3), most, kind))[1].tobytes()
    assert read_picture(white).tolist() == [[255] * 3] * 3


def test_what_stands_beside_the_picture_is_passed_over() -> None:
    beside = chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(10_000_000)))
    end = PNG.index(b"IEND") - 4
    assert np.array_equal(read_picture(PNG[:end] + beside + PNG[end:]), read_picture(PNG))


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "neither a PNG nor a JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "neither a PNG nor a JPEG"),
        (MAGIC + b"<svg/>", "a part is missing"),
        (b"\xff\xd8\xff<svg/>", "its end is missing"),
        (b"\xff\xd8\xff<svg/>\xff\xd9", "it says no size"),
        (MAGIC, "its end is missing"),
        (PNG[:-1], "a part is missing or was changed"),
        (PNG[:60], "a part is missing or was changed"),
        (PNG.replace(b"IDAT", b"IDAX"), "a part is missing or was changed"),
        (MAGIC + chunk(b"IEND", b""), "it does not begin with a header"),
        (MAGIC + chunk(b"IHDR", b"123") + chunk(b"IEND", b""), "it does not begin with a header"),
        (JPEG[:-20], "its end is missing"),
        (JPEG[:12] + JPEG[-2:], "it says no size"),
        (png_that_says(MOST_SIDE_PX + 1, 1), "2001 x 1 pixels"),
        (png_that_says(2**31 - 1, 2**31 - 1), "at most 2000 x 2000"),
        (png_that_says(0, 5), "0 x 5 pixels"),
        (png_that_says(50, 50).replace(b"\x08\x00\x00\x00\x00", b"\x07\x00\x00\x00\x00", 1), "a part is missing or was changed"),
        (png_of(2001, 1), "2001 x 1 pixels"),
        (cv2.imencode(".jpg", np.zeros((1, 2001), np.uint8))[1].tobytes(), "2001 x 1 pixels"),
        (cv2.imencode(".bmp", np.zeros((3, 3), np.uint8))[1].tobytes(), "neither a PNG nor a JPEG"),
    ],
)
def test_what_is_no_whole_picture_is_refused_with_the_reason(file: bytes, said: str) -> None:
    with pytest.raises(Problem, match=said) as refused:
        read_picture(file)
    assert refused.value.code is ProblemCode.INPUT_INVALID


@settings(max_examples=100)
@given(st.sampled_from([PNG, JPEG]), st.integers(0, 2_000), st.binary(max_size=12))
def test_a_file_that_was_changed_anywhere_is_read_or_refused(file: bytes, at: int, put: bytes) -> None:
    changed = file[: at % len(file)] + put + file[at % len(file) + len(put) :]
    with suppress(Problem):
        assert max(read_picture(changed).shape) <= MOST_SIDE_PX
