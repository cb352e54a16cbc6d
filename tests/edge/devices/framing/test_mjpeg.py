"""Pictures in a multipart stream, and the choice of pictures to decode."""

from itertools import pairwise

import pytest

from edge.devices.framing.looks import FIRST_RELOOK_S, LONGEST_RELOOK_S, SIGHTING_S, Looks
from edge.devices.framing.mjpeg import MAX_JPEG_BYTES, JpegParts

ONE, TWO = b"\xff\xd8one\xff\xd9", b"\xff\xd8t\xff\xd9wo\xff\xd9"


def part(jpeg: bytes, *, length: bool = True) -> bytes:
    told = b"Content-Length: " + str(len(jpeg)).encode() + b"\r\n" if length else b""
    return b"--frame\r\nContent-Type: image/jpeg\r\n" + told + b"\r\n" + jpeg + b"\r\n"


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (part(ONE) + part(TWO), [ONE, TWO]),
        (part(ONE, length=False) * 2, [ONE, ONE]),
        (part(TWO).replace(b"Content-Length", b"content-length"), [TWO]),
        (part(ONE)[:-5], []),
        (b"junk" + part(ONE), [ONE]),
        (part(b""), []),
    ],
)
def test_pictures_are_found_by_their_length_or_their_markers(stream: bytes, found: list[bytes]) -> None:
    assert JpegParts().feed(stream) == found
    bytewise = JpegParts()
    assert [jpeg for byte in stream for jpeg in bytewise.feed(bytes([byte]))] == found


def test_what_is_longer_than_any_picture_is_thrown_away() -> None:
    parts = JpegParts()
    assert parts.feed(b"\xff\xd8" + bytes(MAX_JPEG_BYTES)) == []
    assert parts.feed(part(ONE)) == [ONE]


def test_a_still_picture_is_decoded_ever_more_rarely_and_never_not_at_all() -> None:
    looks, decoded = Looks(), []
    for hundredth in range(10_000):
        now_s = hundredth / 100
        if looks.is_due(now_s, changed=hundredth == 0):
            decoded.append(now_s)
            looks.decoded(now_s, found=False)
    pauses = [after - before for before, after in pairwise(decoded)]
    assert pauses[0] == pytest.approx(FIRST_RELOOK_S, abs=0.02)
    assert all(after > before - 0.02 for before, after in pairwise(pauses))
    assert pauses[-1] == pytest.approx(LONGEST_RELOOK_S, abs=0.02)


def test_a_change_is_decoded_at_once_and_a_code_in_sight_often() -> None:
    looks = Looks()
    assert looks.is_due(0.0, changed=True)
    looks.decoded(0.0, found=True)
    assert not looks.is_due(SIGHTING_S / 2, changed=False)
    assert looks.is_due(SIGHTING_S, changed=False)
    looks.decoded(SIGHTING_S, found=False)
    assert looks.is_due(SIGHTING_S + 0.01, changed=True)
