"""What is wrong with a face, element by element; and where elements lie: pure.

Laws: all of an element lies within the paper; every face has a code by which gates admit; what is wrong names its element.
"""

from dataclasses import dataclass
from typing import Final

from central.domain.problems import FieldFault, Problem, ProblemCode
from central.domain.saying import Said
from central.faces.messages import (
    BEYOND_HEIGHT,
    BEYOND_WIDTH,
    CODE_MISSING,
    ELEMENTS,
    ELEMENTS_TOO_LARGE,
    FACE_WRONG,
    NO_PICTURE_TO_SHOW,
    PICTURES_TOO_MANY,
    STROKES_FILL_BOX,
)
from central.faces.rules.values import Placeholder, fault_of_text
from central.faces.template import BoxElement, Element, LineElement, PictureElement, QrElement, Rotation, Template, TextElement

MM_PER_INCH: Final = 25.4
# A line of text is so many times as high as its letters' body.
LINE_HEIGHT: Final = 1.25
# What rounding to tenths of a millimetre may add.
_SLACK_MM = 0.001
# What is drawn costs time by its area and by its pictures.
MOST_PAPERS, MOST_PICTURES = 10, 8
_TURNED = (Rotation.QUARTER, Rotation.THREE_QUARTERS)


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height, in mm."""

    width_mm: float
    height_mm: float


def size_of(element: Element) -> Size:
    """Return the size of an element before its rotation."""
    match element:
        case TextElement():
            return Size(element.width_mm, element.font_mm * LINE_HEIGHT * element.max_lines)
        case QrElement():
            return Size(element.size_mm, element.size_mm)
        case LineElement():
            return Size(element.length_mm, element.thickness_mm)
    return Size(element.width_mm, element.height_mm)


def printed_size(element: Element) -> Size:
    """Return the size of an element as it stands on the paper."""
    size = size_of(element)
    return Size(size.height_mm, size.width_mm) if element.rotation in _TURNED else size


def pixels(length_mm: float, dpi: int) -> int:
    """Return the nearest number of dots for a length."""
    return round(length_mm / MM_PER_INCH * dpi)


def picture_ids(template: Template) -> frozenset[int]:
    """Return the pictures that a face shows."""
    return frozenset(one.picture_id for one in template.elements if isinstance(one, PictureElement))


def says(template: Template, name: Placeholder) -> bool:
    """Return whether a text of a face has a place for a value."""
    return any(isinstance(one, TextElement) and f"{{{name}}}" in one.text for one in template.elements)


def faults_of(template: Template, known_pictures: frozenset[int]) -> tuple[FieldFault, ...]:
    """Return what is wrong with a face: the field is `elements.` and the element's number from 0."""
    found = [
        FieldFault(f"elements.{number}.{field}", message)
        for number, element in enumerate(template.elements)
        for field, message in _faults_of_element(element, template, known_pictures)
    ]
    return (*found, *(FieldFault("elements", message) for message in _faults_of_all(template)))


def _faults_of_all(template: Template) -> list[Said]:
    found = []
    if not any(isinstance(one, QrElement) for one in template.elements):
        found.append(CODE_MISSING.of())
    area = sum(size.width_mm * size.height_mm for size in map(size_of, template.elements))
    if area > MOST_PAPERS * template.width_mm * template.height_mm:
        found.append(ELEMENTS_TOO_LARGE.of(most=MOST_PAPERS))
    if len(picture_ids(template)) > MOST_PICTURES:
        found.append(PICTURES_TOO_MANY.of(most=MOST_PICTURES))
    return found


def require_right(template: Template, known_pictures: frozenset[int]) -> None:
    """Raise Problem where something is wrong with a face; it names each wrong element."""
    faults = faults_of(template, known_pictures)
    if faults:
        said = FACE_WRONG.of(field=faults[0].field, first=faults[0].message, count=len(faults))
        raise Problem(ProblemCode.INPUT_INVALID, said, fields=faults)


def _faults_of_element(element: Element, paper: Template, known_pictures: frozenset[int]) -> list[tuple[str, Said]]:
    found: list[tuple[str, Said]] = []
    size, kind = printed_size(element), ELEMENTS[element.kind].of()
    right_mm, bottom_mm = element.x_mm + size.width_mm, element.y_mm + size.height_mm
    if right_mm > paper.width_mm + _SLACK_MM:
        said = BEYOND_WIDTH.of(element=kind, reached_mm=f"{right_mm:.1f}", paper_mm=f"{paper.width_mm:g}")
        found.append(("x_mm", said))
    if bottom_mm > paper.height_mm + _SLACK_MM:
        said = BEYOND_HEIGHT.of(element=kind, reached_mm=f"{bottom_mm:.1f}", paper_mm=f"{paper.height_mm:g}")
        found.append(("y_mm", said))
    if isinstance(element, TextElement) and (fault := fault_of_text(element.text)):
        found.append(("text", fault))
    if isinstance(element, PictureElement) and element.picture_id not in known_pictures:
        found.append(("picture_id", NO_PICTURE_TO_SHOW.of(picture_id=element.picture_id)))
    if isinstance(element, BoxElement) and 2 * element.thickness_mm > min(element.width_mm, element.height_mm):
        found.append(("thickness_mm", STROKES_FILL_BOX.of()))
    return found
