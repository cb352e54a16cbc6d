"""The page of supported devices equals the drivers' data sheets."""

from edge.devices.devices_page import table
from tests.architecture.tree import ROOT


def test_the_page_says_what_the_drivers_say() -> None:
    page = (ROOT / "docs" / "devices.md").read_text(encoding="utf-8")
    assert page == table(), "write it again: .venv/bin/paifang edge drivers > docs/devices.md"
