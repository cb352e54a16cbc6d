"""Texts as pixels, in the font that OpenCV carries (WenQuanYi Micro Hei: Chinese and Latin).

Laws: the same text, size and width give the same pixels; nothing is drawn outside the patch; a character that the font lacks is a
question mark.
"""

from functools import lru_cache
from threading import Lock
from typing import Any

import cv2
import numpy as np

from central.faces.drawing.patches import Grey, Ink
from central.faces.rules.placing import LINE_HEIGHT
from central.faces.rules.wrapping import Set, width_of
from central.faces.template import Alignment

_FONT = "uni"
_REGULAR = 400
_FULL, _HALF = 255, 128
# Bold letters are drawn twice, so many parts of their size apart.
_BOLD_PART = 18
_KEPT_WIDTHS = 65_536
# A font keeps what it drew before, and says nothing of threads.
_ONE_AT_A_TIME = Lock()


@lru_cache(maxsize=1)
def _font() -> Any:  # noqa: ANN401 - OpenCV's stubs do not know it
    return cv2.FontFace(_FONT)


@lru_cache(maxsize=_KEPT_WIDTHS)
def advance(character: str, size_px: int) -> int:
    """Return how far a character moves the next one, in pixels."""
    with _ONE_AT_A_TIME:
        (x, _), _ = cv2.putText(np.zeros((1, 1), np.uint8), character, (0, 0), (_FULL,), _font(), size_px, _REGULAR)
    return int(x)


def drawn_text(said: Set, alignment: Alignment, width_px: int, height_px: int, *, is_bold: bool) -> Ink:
    """Return the lines of a text in a patch of this size."""
    grey = np.zeros((max(1, height_px), max(1, width_px)), np.uint8)
    line_px = said.size_px * LINE_HEIGHT
    for number, line in enumerate(said.lines):
        left = _left(width_px - width_of(line, said.size_px, advance), alignment)
        _draw_line(grey, line, (left, round(number * line_px + said.size_px)), said.size_px)
    patch = grey >= _HALF
    return _bold(patch, max(1, said.size_px // _BOLD_PART)) if is_bold else patch


def _left(free_px: int, alignment: Alignment) -> int:
    share = {Alignment.LEFT: 0, Alignment.CENTRE: free_px // 2, Alignment.RIGHT: free_px}
    return max(0, share[alignment])


def _draw_line(grey: Grey, line: str, at: tuple[int, int], size_px: int) -> None:
    with _ONE_AT_A_TIME:
        cv2.putText(grey, line, at, (_FULL,), _font(), size_px, _REGULAR)


def _bold(patch: Ink, by_px: int) -> Ink:
    thick = patch.copy()
    for step in range(1, by_px + 1):
        thick[:, step:] |= patch[:, :-step]
    return thick
