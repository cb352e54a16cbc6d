"""What a face may be, and how its texts are filled and broken."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from central.domain.problems import Problem
from central.domain.saying import Said
from central.faces.rules.placing import faults_of, pixels, require_right
from central.faces.rules.values import Placeholder, fault_of_text, filled, yuan
from central.faces.rules.wrapping import ELLIPSIS, Room, set_text, width_of
from central.faces.template import MOST_ELEMENTS, Overflow, Template
from tests.central.faces.faces_made import BOX, LINE, QR, TEXT, TURNED, stated, template

PICTURE = {"kind": "picture", "picture_id": 7, "x_mm": 0, "y_mm": 0, "width_mm": 10, "height_mm": 10}


@pytest.mark.parametrize(
    ("element", "field", "said"),
    [
        ({**TEXT, "x_mm": 10}, "elements.1.x_mm", "the text reaches 82.0 mm, the paper is 80 mm wide"),
        ({**LINE, "y_mm": 120}, "elements.1.y_mm", "the line reaches 120.3 mm, the paper is 120 mm high"),
        ({**TURNED, "y_mm": 90}, "elements.1.y_mm", "the text reaches 124.0 mm, the paper is 120 mm high"),
        ({**TURNED, "rotation": 0}, "elements.1.x_mm", "the text reaches 104.0 mm, the paper is 80 mm wide"),
        ({**TEXT, "max_lines": 40}, "elements.1.y_mm", "the text reaches 304.0 mm, the paper is 120 mm high"),
        ({**QR, "x_mm": 41}, "elements.1.x_mm", "the qr reaches 81.0 mm, the paper is 80 mm wide"),
        ({**BOX, "height_mm": 1, "thickness_mm": 0.6}, "elements.1.thickness_mm", "the strokes of the box fill it"),
        (PICTURE, "elements.1.picture_id", "there is no picture 7; add it first"),
        ({**TEXT, "text": "{naem}"}, "elements.1.text", "{naem} names no value"),
    ],
)
def test_what_is_wrong_names_the_element(element: dict[str, Any], field: str, said: str) -> None:
    (fault,) = faults_of(template(QR, element), frozenset())
    assert fault.field == field
    assert str(fault.message).startswith(said)


def test_an_element_may_touch_the_papers_edge_in_each_rotation() -> None:
    for rotation in (0, 90, 180, 270):
        line = {**LINE, "x_mm": 0, "y_mm": 0, "length_mm": 80, "thickness_mm": 0.5, "rotation": rotation}
        assert faults_of(template(QR, line, {**QR, "x_mm": 40, "y_mm": 80, "rotation": rotation}), frozenset()) == ()


def test_a_face_without_a_qr_is_refused() -> None:
    assert [one.field for one in faults_of(template(TEXT), frozenset())] == ["elements"]


def test_what_takes_long_to_draw_is_refused() -> None:
    paper = {**BOX, "x_mm": 0, "y_mm": 0, "width_mm": 80, "height_mm": 120}
    (fault,) = faults_of(template(QR, *[paper] * 10), frozenset())
    assert str(fault.message).startswith("the elements together are more than 10 times as large as the paper")
    many = [{**PICTURE, "picture_id": number} for number in range(1, 10)]
    (fault,) = faults_of(template(QR, *many), frozenset(range(10)))
    assert str(fault.message) == "more than 8 different pictures are shown; show fewer"


@pytest.mark.parametrize(
    "wrong",
    [
        stated({**QR, "size_mm": 19.9}),
        stated(*[LINE] * (MOST_ELEMENTS + 1)),
        stated(*[LINE] * 10_000),
        stated({**TEXT, "text": "a" * 10_000}),
        stated({**TEXT, "text": "a\x00b"}),
        stated({**TEXT, "rotation": 45}),
        stated({**TEXT, "font_mm": "NaN"}),
        stated({**TEXT, "x_mm": -0.1}),
        stated(QR, width_mm=121),
        stated(QR, height_mm=301),
        stated({"kind": "script", "x_mm": 0, "y_mm": 0}),
        {**stated(), "elements": []},
    ],
)
def test_what_is_out_of_bounds_is_no_template(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Template.model_validate(wrong)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{type_name} 成人", None),
        ("no braces", None),
        ("{}", "{} names no value"),
        ("{type_name", "a brace stands alone"),
        ("type_name}", "a brace stands alone"),
        ("{{site}}", "a brace stands alone"),
        ("a\u202eb", "a character cannot be printed"),
        ("a\u200bb", "a character cannot be printed"),
        ("שלום", None),
    ],
)
def test_a_text_names_known_values_and_can_be_printed(text: str, fault: str | None) -> None:
    found = fault_of_text(text)
    assert found is None if fault is None else str(found).startswith(fault)


def test_a_text_is_filled_with_what_can_be_printed() -> None:
    values = {Placeholder.SITE: "牌坊\u202e镇\x07", Placeholder.SELLER: "{site}"}
    assert filled("{site}/{seller}/{slot}", values) == "牌坊镇/{site}/"


@pytest.mark.parametrize(("fen", "said"), [(0, "0.00"), (5, "0.05"), (8_000, "80.00"), (123_456, "1234.56")])
def test_money_is_printed_in_yuan(fen: int, said: str) -> None:
    assert yuan(fen) == said


def test_lengths_are_rounded_to_the_nearest_dot() -> None:
    assert [pixels(length, dpi) for length, dpi in ((80, 203), (80, 300), (120, 203), (120, 300), (0.1, 203))] == [
        639,
        945,
        959,
        1417,
        1,
    ]


def wide(character: str, size: int) -> int:
    """A font: ideographs are squares, all else half as wide."""
    return size if character >= "⺀" else size // 2


@pytest.mark.parametrize(
    ("text", "room", "lines", "size"),
    [
        ("成人票", Room(60, 1, 20, Overflow.CUT), ("成人票",), 20),
        ("成人票", Room(59, 2, 20, Overflow.CUT), ("成人", "票"), 20),
        ("成人票价", Room(60, 1, 20, Overflow.CUT), ("成人…",), 20),
        ("成人票价", Room(60, 1, 20, Overflow.SHRINK), ("成人票价",), 14),
        ("two words", Room(60, 2, 20, Overflow.CUT), ("two", "words"), 20),
        ("longword", Room(40, 2, 20, Overflow.CUT), ("long", "word"), 20),
        ("成人票价" * 9, Room(60, 1, 20, Overflow.SHRINK), ("成人票价成…",), 10),
        ("", Room(60, 1, 20, Overflow.SHRINK), ("",), 20),
    ],
)
def test_a_text_is_broken_shrunk_and_cut(text: str, room: Room, lines: tuple[str, ...], size: int) -> None:
    said = set_text(text, room, wide)
    assert (said.lines, said.size_px) == (lines, size)
    assert said.is_cut == any(line.endswith(ELLIPSIS) for line in lines)


@given(st.text(max_size=80), st.integers(1, 300), st.integers(1, 5), st.integers(1, 60), st.sampled_from(Overflow))
def test_any_text_fits_its_room(text: str, width: int, lines: int, size: int, overflow: Overflow) -> None:
    said = set_text(text, Room(width, lines, size, overflow), wide)
    assert 1 <= len(said.lines) <= lines
    assert all(len(line) <= 1 or width_of(line, said.size_px, wide) <= width for line in said.lines)
    if not said.is_cut:
        assert "".join("".join(said.lines).split()) == "".join(text.split())


def test_what_is_wrong_is_said_in_chinese_too() -> None:
    with pytest.raises(Problem) as refused:
        require_right(template(QR, {**TEXT, "x_mm": 10}, {**TEXT, "text": "{naem}"}), frozenset())
    said = refused.value.said
    assert isinstance(said, Said)
    assert said.text(chinese=True) == "elements.1.x_mm：文字到达 82.0 mm，而票面宽 80 mm（共 2 处有误）"
    unknown = refused.value.fields[1].message
    assert isinstance(unknown, Said)
    assert unknown.text(chinese=True).startswith("{naem} 不是可用的值；可用的有：type_name, ")
