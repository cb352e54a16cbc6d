"""A face as dots: exact in size, the same in each run, and read back by the decoder of the gates' cameras."""

import hashlib

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from central.faces.drawing.raster import Content, Print, as_bilevel_png, drawn
from central.faces.rules.values import Placeholder
from edge.devices.drivers.camera_decode import decode_frame
from tests.central.faces.faces_made import BARS, CUT, QR, TEXT, pixels_of, sample, template

CODE = "PF1" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 4 + "ABCDEFGHIJKLMNOPQRSTU"
NUMBER = "304582910077"
CONTENT = Content(sample(), CODE, NUMBER, {})
# The dots of `template()`, as bytes of a PNG's lines. They change with the face, the font or the drawing: look at the print then.
GOLDEN = {203: "6dbbeee4143eb555", 300: "57b5125fbbe88850"}


@pytest.mark.parametrize(("dpi", "shape"), [(203, (959, 639)), (300, (1417, 945))])
def test_the_same_face_gives_the_same_dots(dpi: int, shape: tuple[int, int]) -> None:
    ink = drawn(template(), CONTENT, Print(dpi)).ink
    assert ink.shape == shape
    assert hashlib.sha256(np.packbits(ink).tobytes()).hexdigest()[:16] == GOLDEN[dpi]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("size_mm", [20, 25, 40])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_the_qr_is_read_back_by_the_cameras_decoder(dpi: int, size_mm: int, rotation: int) -> None:
    face = template({**QR, "x_mm": 5, "size_mm": size_mm, "rotation": rotation}, TEXT)
    assert decode_frame(pixels_of(as_bilevel_png(drawn(face, CONTENT, Print(dpi)).ink, dpi))) == (CODE.encode(),)


@pytest.mark.parametrize("width_mm", [58, 80])
def test_the_usual_papers_hold_a_code_that_is_read(width_mm: int) -> None:
    face = template({**QR, "x_mm": 9}, {**BARS, "x_mm": 4, "width_mm": 50}, width_mm=width_mm)
    dots = pixels_of(as_bilevel_png(drawn(face, CONTENT, Print(203)).ink, 203))
    assert decode_frame(dots) == (CODE.encode(),)
    assert dots.shape[1] == {58: 464, 80: 639}[width_mm]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("width_mm", [31, 60])
def test_the_bars_are_read_back_as_the_short_number(dpi: int, width_mm: int) -> None:
    face = template(QR, {**BARS, "width_mm": width_mm})
    read = zxingcpp.read_barcodes(pixels_of(as_bilevel_png(drawn(face, CONTENT, Print(dpi)).ink, dpi)))
    assert {one.text for one in read} == {CODE, NUMBER}


@pytest.mark.parametrize("dpi", [203, 300])
def test_a_module_of_the_smallest_qr_is_as_large_as_scanners_need(dpi: int) -> None:
    ink = drawn(template({**QR, "size_mm": 20}), CONTENT, Print(dpi)).ink
    columns = np.flatnonzero(ink.any(axis=0))
    assert (columns[-1] - columns[0] + 1) / 41 / dpi * 25.4 >= 0.33


def test_a_quiet_zone_stays_white_over_what_lies_beneath() -> None:
    bar = {"kind": "line", "x_mm": 0, "y_mm": 30, "length_mm": 80, "thickness_mm": 10}
    ink = drawn(template(bar, QR), CONTENT, Print(203)).ink
    assert decode_frame(pixels_of(as_bilevel_png(ink, 203))) == (CODE.encode(),)


def test_a_sample_is_marked_and_its_marks_spare_the_code() -> None:
    plain, marked = (drawn(template(), CONTENT, Print(203, is_sample=is_sample)).ink for is_sample in (False, True))
    assert (marked & ~plain).sum() > 1_000
    assert not (plain & ~marked).any()
    assert decode_frame(pixels_of(as_bilevel_png(marked, 203))) == (CODE.encode(),)


def test_a_reprint_says_so_with_or_without_a_place_for_it() -> None:
    again = Content(sample(), CODE, NUMBER, {}, reprints=2)
    first, reprint = (drawn(template(QR, TEXT), content, Print(203)).ink for content in (CONTENT, again))
    rows, columns = np.nonzero(reprint & ~first)
    assert len(rows) > 200
    assert rows.max() < 48
    assert columns.min() > 400
    placed = template(QR, {**TEXT, "text": "{reprint}"})
    assert np.array_equal(drawn(placed, again, Print(203)).ink, drawn(placed, CONTENT, Print(203)).ink)


def test_an_offset_moves_all_and_what_leaves_the_paper_is_lost() -> None:
    plain = drawn(template(), CONTENT, Print(203)).ink
    moved = drawn(template(), CONTENT, Print(203, x_mm=2.5, y_mm=-1.0)).ink
    assert moved.shape == plain.shape
    assert np.array_equal(np.flatnonzero(moved.any(axis=0))[0], np.flatnonzero(plain.any(axis=0))[0] + 20)
    assert drawn(template(), CONTENT, Print(203, x_mm=-20, y_mm=-20)).ink.shape == plain.shape


def test_a_text_that_is_cut_is_named() -> None:
    assert drawn(template(QR, TEXT, CUT), CONTENT, Print(203)).cut_elements == (2,)


def test_chinese_is_drawn_and_not_the_same_for_each_character() -> None:
    one, other = (drawn(template(QR, {**TEXT, "text": text}), CONTENT, Print(203)).ink for text in ("牌坊", "景区"))
    assert (one ^ other).sum() > 200


def test_a_grey_picture_becomes_dots_of_its_share() -> None:
    picture = {"kind": "picture", "picture_id": 7, "x_mm": 0, "y_mm": 70, "width_mm": 20, "height_mm": 20}
    grey = np.full((50, 50), 64, np.uint8)
    face = template(QR, picture)
    with_it, without = (drawn(face, Content(sample(), CODE, NUMBER, has), Print(203)).ink for has in ({7: grey}, {}))
    assert 0.7 < (with_it & ~without).sum() / 160**2 < 0.8


SMALL_PAPER = {"width_mm": 40, "height_mm": 40}
SMALL_QR = {**QR, "x_mm": 0, "y_mm": 0, "size_mm": 20}


@settings(max_examples=40)
@given(st.text(max_size=60), st.sampled_from([0, 90, 180, 270]), st.booleans())
def test_any_value_is_drawn_within_its_box(said: str, rotation: int, is_bold: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
    text = {**TEXT, "x_mm": 25, "y_mm": 25, "width_mm": 12, "font_mm": 3, "rotation": rotation, "is_bold": is_bold}
    content = Content({Placeholder.SITE: said}, CODE, NUMBER, {})
    ink = drawn(template(SMALL_QR, text, **SMALL_PAPER), content, Print(203)).ink
    ink[:160, :160] = False
    ink[200 : 200 + 96, 200 : 200 + 96] = False
    assert not ink.any()
