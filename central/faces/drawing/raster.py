"""A face with its values as the dots of a printer.

Laws: the raster has exactly round(mm / 25.4 * dpi) dots on either side; the same arguments give the same dots; an offset moves
all of it, and what leaves the paper is lost.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from central.faces.drawing.codes import drawn_code128, drawn_qr
from central.faces.drawing.letters import advance, drawn_text
from central.faces.drawing.patches import Grey, Ink, Patch, blank, filled, frame, lay
from central.faces.rules.placing import pixels, says, size_of
from central.faces.rules.values import Placeholder, Values, reprint_mark
from central.faces.rules.values import filled as filled_text
from central.faces.rules.wrapping import Room, set_text
from central.faces.template import (
    Alignment,
    BoxElement,
    Code128Element,
    Element,
    LineElement,
    Overflow,
    PictureElement,
    QrElement,
    Rotation,
    Template,
    TextElement,
)

# The order in which dots of a grey picture become black (Bayer).
_BAYER_2 = np.array([[0, 2], [3, 1]])
_BAYER_4 = np.block([[4 * _BAYER_2, 4 * _BAYER_2 + 2], [4 * _BAYER_2 + 3, 4 * _BAYER_2 + 1]])
_BAYER_LEVELS, _GREYS = 16, 256
# Below which grey a dot is black, by its place.
_LIMITS = ((_BAYER_4 + 0.5) * _GREYS / _BAYER_LEVELS).astype(np.uint8)
_INCHES_PER_METRE = 39.370_078_74
SAMPLE_MARK = "样票 SAMPLE"
# The mark of a sample is so many parts of the paper's width high, and one dot of so many is black.
_MARK_PART, _MARK_DOTS = 8, 3
_LEAST_FONT_PX = 6
_REPRINT_MM = 3
# Few printers reach the paper's edge.
_REPRINT_EDGE_MM = 4


@dataclass(frozen=True, slots=True)
class Content:
    """What stands on one ticket: its values, the text of its QR, its short number, and the pictures by number.

    `reprints` is how often it was printed again: a reprint says so, also on a face that has no place for it.
    """

    values: Values
    code: str
    short_number: str
    pictures: Mapping[int, Grey]
    reprints: int = 0


@dataclass(frozen=True, slots=True)
class Print:
    """How it is printed: the printer's dots per inch, and how far all is moved. `is_sample` marks it as no ticket."""

    dpi: int
    x_mm: float = 0.0
    y_mm: float = 0.0
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class Raster:
    """The dots, and the numbers of the elements (from 0) of which a text was cut."""

    ink: Ink
    cut_elements: tuple[int, ...]


def drawn(template: Template, content: Content, how: Print) -> Raster:
    """Return the dots of a face."""
    paper = blank(pixels(template.width_mm, how.dpi), pixels(template.height_mm, how.dpi))
    if how.is_sample:
        _mark_as_sample(paper)
    if content.reprints and not says(template, Placeholder.REPRINT):
        _mark_as_reprint(paper, reprint_mark(content.reprints), how.dpi)
    cut = []
    for number, element in enumerate(template.elements):
        patch, is_cut = _patch(element, content, how.dpi)
        at = (pixels(element.x_mm + how.x_mm, how.dpi), pixels(element.y_mm + how.y_mm, how.dpi))
        lay(paper, patch, at, element.rotation)
        cut += [number] if is_cut else []
    return Raster(paper, tuple(cut))


def as_bilevel_png(ink: Ink, dpi: int) -> bytes:
    """Return dots as a PNG of one bit a dot, which says how many of them are an inch."""
    height, width = ink.shape
    lines = np.packbits(~ink, axis=1)
    raw = np.concatenate([np.zeros((height, 1), np.uint8), lines], axis=1).tobytes()
    per_metre = round(dpi * _INCHES_PER_METRE)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
        (b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
        (b"IDAT", zlib.compress(raw)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _patch(element: Element, content: Content, dpi: int) -> tuple[Patch, bool]:
    """Return what an element looks like before its rotation, and whether a text was cut."""
    size = size_of(element)
    width, height = max(1, pixels(size.width_mm, dpi)), max(1, pixels(size.height_mm, dpi))
    match element:
        case TextElement():
            return _text(element, content, width, height, dpi)
        case QrElement():
            return Patch(drawn_qr(content.code, width), is_opaque=True), False
        case Code128Element():
            return Patch(drawn_code128(content.short_number, width, height), is_opaque=True), False
        case PictureElement():
            return Patch(_dithered(content.pictures.get(element.picture_id), width, height)), False
        case LineElement():
            return Patch(filled(width, height)), False
        case BoxElement():
            return Patch(frame(width, height, max(1, pixels(element.thickness_mm, dpi)))), False


def _text(element: TextElement, content: Content, width: int, height: int, dpi: int) -> tuple[Patch, bool]:
    room = Room(width, element.max_lines, max(_LEAST_FONT_PX, pixels(element.font_mm, dpi)), element.overflow)
    said = set_text(filled_text(element.text, content.values), room, advance)
    return Patch(drawn_text(said, element.alignment, width, height, is_bold=element.is_bold)), said.is_cut


def _dithered(grey: Grey | None, width: int, height: int) -> Ink:
    """Return a picture as dots, as large as it fits, in the middle; nothing where the picture is gone."""
    patch = blank(width, height)
    if grey is None:
        return patch
    scale = min(width / grey.shape[1], height / grey.shape[0])
    wide, high = max(1, int(grey.shape[1] * scale)), max(1, int(grey.shape[0] * scale))
    scaled = np.asarray(cv2.resize(grey, (wide, high), interpolation=cv2.INTER_AREA))
    limits = np.tile(_LIMITS, (-(-high // 4), -(-wide // 4)))[:high, :wide]
    left, top = (width - wide) // 2, (height - high) // 2
    patch[top : top + high, left : left + wide] = scaled < limits
    return patch


def _mark_as_reprint(paper: Ink, mark: str, dpi: int) -> None:
    """Write the mark at the right upper corner, beneath all elements, so that no code is covered."""
    edge, size = pixels(_REPRINT_EDGE_MM, dpi), pixels(_REPRINT_MM, dpi)
    width = paper.shape[1] - edge
    said = set_text(mark, Room(width, 1, size, Overflow.SHRINK), advance)
    lay(paper, Patch(drawn_text(said, Alignment.RIGHT, width, size * 2, is_bold=True)), (0, 0), Rotation.NONE)


def _mark_as_sample(paper: Ink) -> None:
    height, width = paper.shape
    room = Room(width, 1, max(_LEAST_FONT_PX, width // _MARK_PART), Overflow.SHRINK)
    said = set_text(SAMPLE_MARK, room, advance)
    mark = drawn_text(said, Alignment.CENTRE, width, said.size_px * 2, is_bold=True)
    rows, columns = np.indices(mark.shape)
    for part in (1, 3):
        lay(paper, Patch(mark & ((rows + columns) % _MARK_DOTS == 0)), (0, height * part // 4), Rotation.NONE)
