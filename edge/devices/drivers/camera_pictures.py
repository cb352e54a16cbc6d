"""Pictures as a camera sends them, decoded only as far as the caller needs: a glance is a grey thumbnail.

Laws: a glance costs a fraction of a picture; two glances differ when any small part of them differs by more than noise.
"""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from edge.devices.drivers.camera_decode import Image

GLANCE_SCALE = 8
_GLANCE_FLAG = cv2.IMREAD_REDUCED_GRAYSCALE_8
_PARTS = (20, 15)
_CHANGED_LEVELS = 4.0  # of grey, in the mean of a part: sensor noise stays below 2, another code is above 20
_COLOUR_DIMENSIONS = 3
_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True, slots=True)
class Sight:
    """How to look at a camera's picture: rotation in degrees clockwise, then a region in fractions of its size, and the exposure.

    `exposure` is in the units of the camera's driver; None leaves it to the camera.
    """

    rotation: int = 0
    region: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)  # left, top, width, height
    exposure: float | None = None

    def of(self, image: Image) -> Image:
        """Return the region of a picture."""
        turned = cv2.rotate(image, _TURNS[self.rotation]) if self.rotation else image
        height, width = turned.shape[:2]
        left, top, wide, high = self.region
        across = slice(round(left * width), max(1, round((left + wide) * width)))
        return np.asarray(turned[round(top * height) : max(1, round((top + high) * height)), across], dtype=np.uint8)


class Picture(Protocol):
    """One picture of a camera."""

    def glance(self) -> Image | None:
        """Return it small and grey; None where it is damaged."""
        ...

    def whole(self) -> Image | None:
        """Return it at full sharpness; None where it is damaged."""
        ...


@dataclass(frozen=True, slots=True)
class JpegPicture:
    """A picture as a network camera sends it."""

    data: bytes

    def glance(self) -> Image | None:
        """See `Picture`."""
        return self._decoded(_GLANCE_FLAG)

    def whole(self) -> Image | None:
        """See `Picture`."""
        return self._decoded(cv2.IMREAD_GRAYSCALE)

    def _decoded(self, flag: int) -> Image | None:
        try:
            image = cv2.imdecode(np.frombuffer(self.data, np.uint8), flag)
        except cv2.error:
            return None
        return None if image is None else np.asarray(image, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class RawPicture:
    """A picture that the camera's driver has decoded."""

    image: Image

    def glance(self) -> Image | None:
        """See `Picture`."""
        size = (max(1, self.image.shape[1] // GLANCE_SCALE), max(1, self.image.shape[0] // GLANCE_SCALE))
        small = cv2.resize(self.image, size, interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY) if small.ndim == _COLOUR_DIMENSIONS else small
        return np.asarray(grey, dtype=np.uint8)

    def whole(self) -> Image | None:
        """See `Picture`."""
        return self.image


def differ(before: Image | None, now: Image) -> bool:
    """Whether anything moved between two glances."""
    if before is None or before.shape != now.shape:
        return True
    parts = cv2.resize(cv2.absdiff(before, now), _PARTS, interpolation=cv2.INTER_AREA)
    return bool(np.max(parts) > _CHANGED_LEVELS)
