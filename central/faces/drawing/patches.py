"""Patches of ink: what an element looks like before it is turned and laid on the paper.

Laws: True is black; a patch that reaches beyond the paper loses what is outside.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from central.faces.template import Rotation

Ink = NDArray[np.bool_]  # height x width
Grey = NDArray[np.uint8]  # height x width, 0 is black


@dataclass(frozen=True, slots=True)
class Patch:
    """The ink of an element. `is_opaque`: its white covers what is beneath (codes need their quiet zone)."""

    ink: Ink
    is_opaque: bool = False


def blank(width_px: int, height_px: int) -> Ink:
    """Return a patch without ink, of one pixel at least."""
    return np.zeros((max(1, height_px), max(1, width_px)), dtype=np.bool_)


def filled(width_px: int, height_px: int) -> Ink:
    """Return a black patch, of one pixel at least."""
    return ~blank(width_px, height_px)


def frame(width_px: int, height_px: int, stroke_px: int) -> Ink:
    """Return an empty frame."""
    ink = filled(width_px, height_px)
    ink[stroke_px:-stroke_px, stroke_px:-stroke_px] = False
    return ink


def lay(paper: Ink, patch: Patch, at: tuple[int, int], rotation: Rotation) -> None:
    """Turn a patch clockwise and lay its left upper corner at (x, y) of the paper, which may be outside."""
    ink = np.rot90(patch.ink, -rotation // 90)
    (x, y), (height, width) = at, ink.shape
    left, top = max(0, x), max(0, y)
    right, bottom = min(paper.shape[1], x + width), min(paper.shape[0], y + height)
    if left >= right or top >= bottom:
        return
    part = ink[top - y : bottom - y, left - x : right - x]
    beneath = paper[top:bottom, left:right]
    paper[top:bottom, left:right] = part if patch.is_opaque else beneath | part
