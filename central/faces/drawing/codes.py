"""QR and Code 128 as pixels.

Laws: each module is a whole number of dots, because a scanner measures them against each other; the quiet zone is white whatever
lies beneath; level M, as gates' cameras are tried with.
"""

from functools import lru_cache

import numpy as np
import segno
import zxingcpp

from central.faces.drawing.patches import Ink, blank

_QR_QUIET, _BARS_QUIET = 4, 10


@lru_cache(maxsize=64)
def _modules(code: str) -> Ink:
    symbol = segno.make(code, error="m", micro=False, boost_error=False)
    return np.array([list(row) for row in symbol.matrix], dtype=np.bool_)


def drawn_qr(code: str, side_px: int) -> Ink:
    """Return a ticket's code in a square of this side, in its middle."""
    modules = _modules(code)
    dots = max(1, side_px // (len(modules) + 2 * _QR_QUIET))
    return _in_the_middle(modules.repeat(dots, axis=0).repeat(dots, axis=1), side_px, side_px)


def drawn_code128(text: str, width_px: int, height_px: int) -> Ink:
    """Return a text of digits as bars over the whole height, in the middle of the width."""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    bars: Ink = np.array(symbol.to_image(scale=1, add_quiet_zones=False))[:1] == 0
    dots = max(1, width_px // (bars.shape[1] + 2 * _BARS_QUIET))
    return _in_the_middle(bars.repeat(dots, axis=1).repeat(height_px, axis=0), width_px, height_px)


def _in_the_middle(ink: Ink, width_px: int, height_px: int) -> Ink:
    patch = blank(width_px, height_px)
    shown = ink[:height_px, :width_px]
    top, left = (patch.shape[0] - shown.shape[0]) // 2, (patch.shape[1] - shown.shape[1]) // 2
    patch[top : top + shown.shape[0], left : left + shown.shape[1]] = shown
    return patch
