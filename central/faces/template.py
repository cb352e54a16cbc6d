"""A face as people state it and as it is stored: a paper, and the elements on it, in millimetres.

Laws: (x, y) is the left upper corner of the element as it is printed; `rotation` turns its content clockwise, so that width and
height change places at 90 and 270. Later elements are drawn over earlier ones. The words of the enums are stored and never change
their meaning.
"""

from enum import IntEnum, StrEnum
from typing import Annotated, Literal

from pydantic import Field

from central.domain.models import StrictModel
from central.domain.texts import PRINTABLE

MAX_WIDTH_MM, MAX_HEIGHT_MM = 120, 300
MOST_ELEMENTS = 200
MOST_TEXT_CHARACTERS = 200
LEAST_FONT_MM, GREATEST_FONT_MM = 1.5, 40
# A scanner reads a module of 0.375 mm; a code of version 6 with its quiet zone has 49 of them.
LEAST_QR_MM = 20
# 101 modules and a quiet zone of 10 on either side, at 2 dots of a printer of 203 dpi.
LEAST_CODE128_MM = 31
_NAME = Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTABLE)]

_X = Annotated[float, Field(ge=0, le=MAX_WIDTH_MM, allow_inf_nan=False, description="from the paper's left edge, in mm")]
_Y = Annotated[float, Field(ge=0, le=MAX_HEIGHT_MM, allow_inf_nan=False, description="from the paper's upper edge, in mm")]
_Length = Annotated[float, Field(gt=0, le=MAX_HEIGHT_MM, allow_inf_nan=False, description="in mm, before the rotation")]
_Thickness = Annotated[float, Field(ge=0.1, le=10, allow_inf_nan=False, description="of the stroke, in mm")]


class Rotation(IntEnum):
    """Clockwise, in degrees."""

    NONE = 0
    QUARTER = 90
    HALF = 180
    THREE_QUARTERS = 270


class Alignment(StrEnum):
    """Where lines of a text begin."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Overflow(StrEnum):
    """What becomes of a text that has no room: smaller letters, to the half; or an end that is cut off, with an ellipsis."""

    SHRINK = "shrink"
    CUT = "cut"


class _Placed(StrictModel):
    """Where an element stands."""

    x_mm: _X
    y_mm: _Y
    rotation: Annotated[Rotation, Field(description="clockwise, in degrees")] = Rotation.NONE


class TextElement(_Placed):
    """A text, with names of values in braces: `{type_name}`."""

    kind: Annotated[Literal["text"], Field(description="which kind of element this is")]
    text: Annotated[
        str, Field(min_length=1, max_length=MOST_TEXT_CHARACTERS, pattern=PRINTABLE, description="with values in braces")
    ]
    font_mm: Annotated[
        float, Field(ge=LEAST_FONT_MM, le=GREATEST_FONT_MM, allow_inf_nan=False, description="height of a letter's body, in mm")
    ] = 3.0
    is_bold: Annotated[bool, Field(description="thicker strokes")] = False
    alignment: Annotated[Alignment, Field(description="where lines begin")] = Alignment.LEFT
    width_mm: Annotated[_Length, Field(description="where lines are broken, in mm, before the rotation")]
    max_lines: Annotated[int, Field(ge=1, le=40, description="lines at most")] = 1
    overflow: Annotated[Overflow, Field(description="what becomes of a text that has no room")] = Overflow.SHRINK


class QrElement(_Placed):
    """The ticket's code, by which gates admit."""

    kind: Annotated[Literal["qr"], Field(description="which kind of element this is")]
    size_mm: Annotated[
        float,
        Field(
            ge=LEAST_QR_MM,
            le=MAX_WIDTH_MM,
            allow_inf_nan=False,
            description="side with the white quiet zone of 4 modules, in mm; scanners need 20",
        ),
    ]


class Code128Element(_Placed):
    """The short number as bars, with a white quiet zone of 10 modules."""

    kind: Annotated[Literal["code128"], Field(description="which kind of element this is")]
    width_mm: Annotated[
        float, Field(ge=LEAST_CODE128_MM, le=MAX_HEIGHT_MM, allow_inf_nan=False, description="in mm, before the rotation")
    ]
    height_mm: Annotated[float, Field(ge=5, le=100, allow_inf_nan=False, description="in mm, before the rotation")]


class PictureElement(_Placed):
    """A picture, as large as it fits into the box without distortion."""

    kind: Annotated[Literal["picture"], Field(description="which kind of element this is")]
    picture_id: Annotated[int, Field(ge=1, lt=2**63, description="Number of a picture for faces.")]
    width_mm: _Length
    height_mm: _Length


class LineElement(_Placed):
    """A black line: level, or upright by a rotation of 90."""

    kind: Annotated[Literal["line"], Field(description="which kind of element this is")]
    length_mm: _Length
    thickness_mm: _Thickness = 0.3


class BoxElement(_Placed):
    """An empty frame."""

    kind: Annotated[Literal["box"], Field(description="which kind of element this is")]
    width_mm: _Length
    height_mm: _Length
    thickness_mm: _Thickness = 0.3


Element = TextElement | QrElement | Code128Element | PictureElement | LineElement | BoxElement
AnyElement = Annotated[Element, Field(discriminator="kind")]


class Template(StrictModel):
    """A face: the paper and what stands on it."""

    name: Annotated[_NAME, Field(description="by which people know the face")]
    width_mm: Annotated[float, Field(ge=20, le=MAX_WIDTH_MM, allow_inf_nan=False, description="width of the paper, in mm")]
    height_mm: Annotated[float, Field(ge=20, le=MAX_HEIGHT_MM, allow_inf_nan=False, description="height of the paper, in mm")]
    elements: Annotated[
        list[AnyElement], Field(min_length=1, max_length=MOST_ELEMENTS, description="later ones are drawn over earlier ones")
    ]
