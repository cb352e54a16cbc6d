"""What a camera sees: frames with real QR codes, as bad as the caller asks, the same for the same seed.

Laws: the picture is made from the code's text alone; chance comes only from the given `Random`.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

import cv2
import numpy as np
import segno
from numpy.typing import NDArray

Frame = NDArray[np.uint8]  # height x width x 3, BGR

WIDTH, HEIGHT = 1280, 720
QUIET_ZONE_MODULES = 4
BACKGROUND_GREY = 110
WHITE = 255
MAX_CODE_BYTES = 2331  # the most that one QR code holds at level M, as bytes
BLOT_MIN_PX, BLOT_MAX_PX = 20, 160


@dataclass(frozen=True, slots=True)
class View:
    """How badly the code is held and seen. Angles, tilt and offset are the worst random values; the rest is fixed."""

    module_px: float = 6.0  # size of one QR module in the frame
    rotation_deg: float = 0.0
    tilt: float = 0.0  # perspective: how much of the code's side a corner may be off
    offset: float = 0.0  # distance from the middle, as a fraction of the free room
    blur_px: float = 0.0  # sigma of a Gaussian
    noise: float = 0.0  # sigma in grey levels
    contrast: float = 1.0
    clutter: int = 0  # shapes in the background


EASY = View(noise=2)
MODERATE = View(module_px=5, rotation_deg=20, tilt=0.05, offset=0.5, blur_px=0.8, noise=8, contrast=0.7, clutter=12)
HARD = View(module_px=4, rotation_deg=180, tilt=0.12, offset=0.9, blur_px=1.3, noise=10, contrast=0.4, clutter=40)


@lru_cache(maxsize=32)
def _card(code: bytes) -> Frame:
    """One pixel a module, white quiet zone included. Error level M, as tickets are printed."""
    content = code.decode("ascii") if code.isascii() else code
    symbol = segno.make(content, error="m", micro=False, boost_error=False)
    dark = np.array([list(row) for row in symbol.matrix], dtype=np.uint8)
    card = (WHITE * (1 - np.pad(dark, QUIET_ZONE_MODULES))).astype(np.uint8)
    return np.repeat(card[:, :, np.newaxis], 3, axis=2)


def render(codes: tuple[bytes, ...], view: View, random: Random) -> Frame:
    """One frame of 1280 x 720 with the codes side by side; none: the empty scene."""
    frame = np.full((HEIGHT, WIDTH, 3), BACKGROUND_GREY, dtype=np.uint8)
    for _ in range(view.clutter):
        _blot(frame, random)
    for index, code in enumerate(codes):
        _place(frame, _card(code), view, (WIDTH * (2 * index + 1) / (2 * len(codes)), WIDTH / len(codes)), random)
    return _degrade(frame, view, random)


def black_frame() -> Frame:
    """A covered lens."""
    return np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)


def white_frame() -> Frame:
    """The sun in the lens."""
    return np.full((HEIGHT, WIDTH, 3), WHITE, dtype=np.uint8)


def torn(upper: Frame, lower: Frame) -> Frame:
    """Half of one frame above half of the next, as in a readout during a change."""
    half = HEIGHT // 2
    return np.concatenate([upper[:half], lower[half:]])


def write_image_sequence(folder: Path, frames: tuple[Frame, ...]) -> str:
    """Write f000.png ... and return the pattern that OpenCV opens as a video."""
    for index, frame in enumerate(frames):
        _check(cv2.imwrite(str(folder / f"f{index:03d}.png"), frame), folder)
    return str(folder / "f%03d.png")


def write_avi(path: Path, frames: tuple[Frame, ...], fps: float) -> None:
    """Write a Motion-JPEG AVI."""
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, (WIDTH, HEIGHT))
    _check(video.isOpened(), path)
    for frame in frames:
        video.write(frame)
    video.release()


def _check(written: bool, path: Path) -> None:  # noqa: FBT001 - OpenCV reports failure by a boolean
    if not written:
        raise OSError(f"OpenCV could not write {path}: check that the folder exists and has room")


def _blot(frame: Frame, random: Random) -> None:
    at = (random.randrange(WIDTH), random.randrange(HEIGHT))
    grey = random.randrange(256)
    size = random.randint(BLOT_MIN_PX, BLOT_MAX_PX)
    if random.random() < 0.5:  # noqa: PLR2004 - an even chance
        cv2.rectangle(frame, at, (at[0] + size, at[1] + size // 2), (grey, grey, grey), -1)
    else:
        cv2.circle(frame, at, size // 2, (grey, grey, grey), -1)


def _place(frame: Frame, card: Frame, view: View, column: tuple[float, float], random: Random) -> None:
    """Warp the card into the frame, around the middle of its column (middle x, width)."""
    modules = card.shape[0]
    side = modules * view.module_px
    angle = np.deg2rad(random.uniform(-view.rotation_deg, view.rotation_deg))
    room_x, room_y = max(0.0, (column[1] - side) / 2), max(0.0, (HEIGHT - side) / 2)
    middle = np.array(
        [
            column[0] + room_x * random.uniform(-view.offset, view.offset),
            HEIGHT / 2 + room_y * random.uniform(-view.offset, view.offset),
        ]
    )
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2
    lean = np.array([[random.uniform(-view.tilt, view.tilt) * side for _ in "xy"] for _ in corners])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    seen = ((corners + lean) @ turn + middle).astype(np.float32)
    flat = np.array([[0, 0], [modules, 0], [modules, modules], [0, modules]], dtype=np.float32)
    transform = cv2.getPerspectiveTransform(flat, seen)
    warped = cv2.warpPerspective(card, transform, (WIDTH, HEIGHT), flags=cv2.INTER_NEAREST)
    mask = cv2.warpPerspective(np.full_like(card, WHITE), transform, (WIDTH, HEIGHT), flags=cv2.INTER_NEAREST)
    np.copyto(frame, warped.astype(np.uint8), where=mask > 0)


def _degrade(frame: Frame, view: View, random: Random) -> Frame:
    seen = cv2.GaussianBlur(frame, (0, 0), view.blur_px) if view.blur_px else frame
    middle = WHITE / 2
    grey: NDArray[np.float32] = (np.asarray(seen, dtype=np.float32) - middle) * view.contrast + middle
    if view.noise:
        grain = np.random.default_rng(random.getrandbits(64)).standard_normal((HEIGHT, WIDTH, 1), dtype=np.float32)
        grey += grain * view.noise
    clipped: Frame = np.clip(grey, 0, WHITE).astype(np.uint8)
    return clipped
