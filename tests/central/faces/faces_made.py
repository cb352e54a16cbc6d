"""Faces that tests print: a paper of 80 x 120 mm with one element of each kind."""

from typing import Any

import cv2
import numpy as np

from central.faces.rules.facts import SampleLanguage, sample_values
from central.faces.rules.values import Values
from central.faces.template import Template

Json = dict[str, Any]
QR: Json = {"kind": "qr", "x_mm": 20, "y_mm": 24, "size_mm": 40}
TEXT: Json = {"kind": "text", "x_mm": 4, "y_mm": 4, "width_mm": 72, "font_mm": 6, "text": "{site}"}
BARS: Json = {"kind": "code128", "x_mm": 10, "y_mm": 66, "width_mm": 60, "height_mm": 10}
BOX: Json = {"kind": "box", "x_mm": 1, "y_mm": 1, "width_mm": 78, "height_mm": 118}
LINE: Json = {"kind": "line", "x_mm": 4, "y_mm": 20, "length_mm": 72}
TURNED: Json = {**TEXT, "x_mm": 70, "y_mm": 80, "width_mm": 34, "font_mm": 3, "rotation": 90, "text": "{seller} {printed_at}"}
NOTE = "请于当日内凭本票入园，遗失不补。Keep this ticket until you leave the park; a lost ticket is not replaced free of charge."
CUT: Json = {**TEXT, "y_mm": 90, "width_mm": 40, "font_mm": 3, "max_lines": 2, "overflow": "cut", "text": NOTE}
PRICE: Json = {
    **TEXT,
    "y_mm": 84,
    "width_mm": 65,
    "font_mm": 3.2,
    "is_bold": True,
    "alignment": "centre",
    "text": "¥{price_yuan}",
}


def stated(*elements: Json, **paper: Any) -> Json:  # noqa: ANN401 - JSON
    """A face as people state it."""
    shown = elements or (BOX, TEXT, LINE, QR, BARS, PRICE, CUT, TURNED)
    return {"name": "门票 80 mm", "width_mm": 80, "height_mm": 120, "elements": list(shown), **paper}


def template(*elements: Json, **paper: Any) -> Template:  # noqa: ANN401 - JSON
    return Template.model_validate(stated(*elements, **paper))


def sample() -> Values:
    return sample_values(SampleLanguage.ZH)


def pixels_of(png: bytes) -> np.ndarray:
    """The grey pixels of a PNG."""
    found = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert found is not None
    return np.asarray(found)


def png_of(width: int, height: int, grey: int = 0) -> bytes:
    """A PNG of one grey."""
    return cv2.imencode(".png", np.full((height, width), grey, np.uint8))[1].tobytes()
