"""The capture in docs/wire.md can be made again: code, release, read-back and receipt, in that order."""

from pathlib import Path

import pytest

from tests.journeys.capture import DOCUMENT, FLASH, capture, told

pytestmark = pytest.mark.real_time


@pytest.mark.journey
async def test_one_admission_is_captured_from_scan_to_receipt(tmp_path: Path) -> None:
    seen = await capture(tmp_path / "town")
    code = next(place for place, one in enumerate(seen) if one.data.startswith(b"PF1"))
    release = next(place for place, one in enumerate(seen) if one.wire == "agent → relay" and one.data.startswith(FLASH))
    receipt = next(place for place, one in enumerate(seen) if one.wire == "from central" and b"quarantine" in one.data)
    assert code < release < receipt
    assert sum(one.wire == "agent → relay" and one.data.startswith(FLASH) for one in seen) == 1
    assert "the signed receipt" in told(seen)


def test_the_page_is_there() -> None:
    assert "flash coil 0 on" in DOCUMENT.read_text(encoding="utf-8")
