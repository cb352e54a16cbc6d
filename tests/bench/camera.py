"""Reading codes from pictures of 1280 x 720: how many are read, how long one takes, and the memory of the camera's process.

The same rendered frames, a third each of an easy, a moderate and a hard view, go to the gate's decoder, to zxing-cpp alone (with
its defaults, for QR codes) and to pyzbar alone. Rates are of single frames; a camera sends fifteen a second.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random

import cv2
import zxingcpp
from pyzbar import pyzbar

from edge.devices.drivers.camera import Camera
from edge.devices.drivers.camera_decode import Image, decode_frame
from edge.devices.ports import DeviceHealth
from edge.devices.supervisor import supervise
from hardware_sims import camera as camera_sim
from hardware_sims.camera_scenes import EASY, HARD, MODERATE, render
from protocol.tickets import signature
from protocol.tickets.claims import Claims
from tests.bench.measuring import MS_PER_S, Values, median, now_s, peak_rss_mb
from tests.builders.admission import claims_of, record
from tests.builders.feed import TICKET_KEY, private_key

FRAMES_OF_A_VIEW = 60
VIEWS = (EASY, MODERATE, HARD)
WATCHED_S = 10.0
FIRST_CODE_LIMIT_S = 30.0
LEAVING_S = 0.2  # until the simulated camera has noticed that its watchers left
_PERCENT = 100
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)

Decode = Callable[[Image], tuple[bytes, ...]]


def measure(place: Path) -> Values:
    """Measure in memory and over loopback; `place` is not used."""
    assert place.is_dir(), "the bench has made its place"
    cv2.setNumThreads(1)
    code = _code()
    frames = [render((code,), view, Random(seed)) for view in VIEWS for seed in range(FRAMES_OF_A_VIEW)]  # noqa: S311 - repeatable
    decoders: dict[str, Decode] = {"": decode_frame, "_zxing": _zxing, "_pyzbar": _pyzbar}
    values = {"camera_rss_mb": asyncio.run(_process_mb(code))}
    for name, decode in decoders.items():
        rate, frame_s = _tried(decode, frames, code)
        values |= {f"camera_decode_rate{name}": rate, f"camera_ms_per_frame{name}": frame_s * MS_PER_S}
    return values


def _tried(decode: Decode, frames: list[Image], code: bytes) -> tuple[float, float]:
    """Return the percentage of frames that are read, and the median of the seconds that one takes."""
    decode(frames[0])
    taken_s: list[float] = []
    read = 0
    for frame in frames:
        start_s = now_s()
        found = decode(frame)
        taken_s.append(now_s() - start_s)
        read += found == (code,)
    return read / len(frames) * _PERCENT, median(taken_s)


def _zxing(image: Image) -> tuple[bytes, ...]:
    return tuple(found.bytes for found in zxingcpp.read_barcodes(image, formats=_QR))


def _pyzbar(image: Image) -> tuple[bytes, ...]:
    return tuple(found.data for found in pyzbar.decode(image, symbols=[pyzbar.ZBarSymbol.QRCODE]))


def _code() -> bytes:
    claims: Claims = claims_of(record(), key_id=TICKET_KEY)
    return signature.issue(claims, private_key("camera")).encode()


async def _process_mb(code: bytes) -> float:
    """Return the highest memory of the capturing process while it watches a code for some seconds."""
    shown = camera_sim.Camera(Random(1), view=MODERATE)  # noqa: S311 - the same pictures in every run
    await shown.plug()
    shown.show(code)
    camera = Camera("bench", shown.url, now_s)
    watching = asyncio.create_task(supervise(camera, _heed_nothing, now_s))
    try:
        async with asyncio.timeout(FIRST_CODE_LIMIT_S):
            await anext(camera.reads())
        await asyncio.sleep(WATCHED_S)
        assert camera.process_id is not None, "the camera is still watched"
        return peak_rss_mb(camera.process_id)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await shown.unplug()
        await asyncio.sleep(LEAVING_S)


def _heed_nothing(health: DeviceHealth) -> None:
    assert health.device == "bench", "one camera is watched"
