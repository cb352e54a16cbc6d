"""A text in lines within a width: pure; the width of a letter is asked of the font.

Laws: the lines and the letters' size depend on nothing but the arguments; no line is wider than asked, except one that is a
single letter; Chinese breaks between any two characters, other scripts at blanks where there are any.
"""

from collections.abc import Callable
from dataclasses import dataclass

from central.faces.template import Overflow

# The width in pixels of one character, by the size of the font in pixels.
Advance = Callable[[str, int], int]
ELLIPSIS = "…"
# From here on characters are Chinese, Japanese or Korean, or their punctuation.
_FIRST_IDEOGRAPHIC = "⺀"
# Letters shrink to the half, in tenths of their size.
_SHRINK_TENTHS = (10, 9, 8, 7, 6, 5)


@dataclass(frozen=True, slots=True)
class Room:
    """The room of a text: `size_px` is the size of the font that is asked for."""

    width_px: int
    lines: int
    size_px: int
    overflow: Overflow


@dataclass(frozen=True, slots=True)
class Set:
    """A text as it is drawn."""

    lines: tuple[str, ...]
    size_px: int
    is_cut: bool


def set_text(text: str, room: Room, advance: Advance) -> Set:
    """Return the lines of a text and the size of its letters."""
    tenths = _SHRINK_TENTHS if room.overflow is Overflow.SHRINK else _SHRINK_TENTHS[:1]
    size, lines = room.size_px, list[str]()
    for one in tenths:
        size = max(1, room.size_px * one // 10)
        lines = _broken(text, room.width_px, size, advance)
        if len(lines) <= room.lines:
            return Set(tuple(lines), size, is_cut=False)
    shown = lines[: room.lines]
    shown[-1] = _with_ellipsis(shown[-1], room.width_px, size, advance)
    return Set(tuple(shown), size, is_cut=True)


def width_of(text: str, size: int, advance: Advance) -> int:
    """Return the width of a line, in pixels."""
    return sum(advance(one, size) for one in text)


def _broken(text: str, width: int, size: int, advance: Advance) -> list[str]:
    lines: list[str] = []
    rest = text.strip()
    while rest:
        end = _fitting(rest, width, size, advance)
        if end < len(rest):
            end = _at_break(rest, end)
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return lines or [""]


def _fitting(text: str, width: int, size: int, advance: Advance) -> int:
    """Return how many characters fit; one at least."""
    taken = 0
    for number, one in enumerate(text):
        taken += advance(one, size)
        if taken > width:
            return max(1, number)
    return len(text)


def _at_break(text: str, end: int) -> int:
    """Return where to break at or before `end`: after a blank or an ideograph; within a word only where there is neither."""
    for at in range(end, 0, -1):
        if text[at] == " " or text[at - 1] == " " or text[at] >= _FIRST_IDEOGRAPHIC or text[at - 1] >= _FIRST_IDEOGRAPHIC:
            return at
    return end


def _with_ellipsis(line: str, width: int, size: int, advance: Advance) -> str:
    kept = line
    while kept and width_of(kept + ELLIPSIS, size, advance) > width:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS
