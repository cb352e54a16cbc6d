"""QR codes in a picture.

Laws: the quick way comes first, the thorough ways follow only for a frame in which it saw no code; a payload is the code's bytes,
untouched.
"""

from typing import Any

import cv2
import zxingcpp
from numpy import uint8
from numpy.typing import NDArray
from pyzbar import pyzbar

Image = NDArray[uint8]  # height x width, or height x width x 3 as BGR

# Out-of-focus, noisy frames: smooth the noise away, then lift the edges again (unsharp masking). Chosen by trial: of 200
# rendered frames of the simulator's hard view, zxing-cpp reads 77 as they are and 181 sharpened, pyzbar 1.
_NOISE_SIGMA_PX = 1.0
_BLUR_SIGMA_PX = 3.0
_EDGE_GAIN = 2.0
_COLOUR_DIMENSIONS = 3
_QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def decode_frame(image: Image) -> tuple[bytes, ...]:
    """Return the payload of each QR code found, none if there is none."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == _COLOUR_DIMENSIONS else image
    return _by_zxing(grey) or _by_zxing(_sharpened(grey)) or _by_zbar(grey)


def _by_zxing(grey: Any) -> tuple[bytes, ...]:  # noqa: ANN401 - OpenCV's arrays have no shape that its own stubs agree on
    found = zxingcpp.read_barcodes(grey, formats=_QR_ONLY, try_rotate=False, try_downscale=False, try_invert=False)
    return tuple(code.bytes for code in found)


def _by_zbar(grey: Any) -> tuple[bytes, ...]:  # noqa: ANN401 - as above
    return tuple(code.data for code in pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE]))


def _sharpened(grey: Any) -> Any:  # noqa: ANN401 - as above
    smooth = cv2.GaussianBlur(grey, (0, 0), _NOISE_SIGMA_PX)
    blurred = cv2.GaussianBlur(grey, (0, 0), _BLUR_SIGMA_PX)
    return cv2.addWeighted(smooth, _EDGE_GAIN, blurred, 1 - _EDGE_GAIN, 0)
