"""QR codes in pictures, rendered from real codes."""

from random import Random

import cv2
import numpy as np
import pytest

from edge.devices.drivers.camera_decode import decode_frame
from hardware_sims.camera_scenes import EASY, HARD, MODERATE, View, black_frame, render, white_frame

TICKET = b"PF1" + b"KRUGKIDROVUWG2ZAMJZG653OEBTG66BANJ2W24DTEBXXMZLSEB2GQZJANRQXU6JAMRXWOLQ" * 2


@pytest.mark.parametrize("view", [EASY, MODERATE], ids=["easy", "moderate"])
@pytest.mark.parametrize("seed", range(10))
def test_a_ticket_held_before_the_camera_is_read(view: View, seed: int) -> None:
    assert decode_frame(render((TICKET,), view, Random(seed))) == (TICKET,)  # noqa: S311 - a seed repeats a picture


def test_a_ticket_held_badly_is_read_within_some_frames() -> None:
    random = Random(7)  # noqa: S311 - a seed repeats a picture
    assert any(decode_frame(render((TICKET,), HARD, random)) == (TICKET,) for _ in range(12))


def test_two_codes_in_one_picture_are_both_read() -> None:
    picture = render((b"PF1A", b"PF1B"), EASY, Random(1))  # noqa: S311 - a seed repeats a picture
    assert sorted(decode_frame(picture)) == [b"PF1A", b"PF1B"]


def test_a_grey_picture_is_read_like_a_coloured_one() -> None:
    picture = cv2.cvtColor(render((TICKET,), EASY, Random(1)), cv2.COLOR_BGR2GRAY)  # noqa: S311 - a seed repeats a picture
    assert decode_frame(picture.astype(np.uint8)) == (TICKET,)


def test_nothing_is_read_where_there_is_nothing() -> None:
    assert decode_frame(black_frame()) == ()
    assert decode_frame(white_frame()) == ()
    assert decode_frame(render((), MODERATE, Random(1))) == ()  # noqa: S311 - a seed repeats a picture
