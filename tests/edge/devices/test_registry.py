"""The registry finds drivers by name: ours, and those that other packages add by entry point."""

import sys
from pathlib import Path

import pytest

from edge.devices.driver_api import CodeReaderSettings, TurnstileSettings
from edge.devices.drivers.camera import CameraSettings
from edge.devices.drivers.modbus_settings import ModbusSettings
from edge.devices.registry import GROUP, HOUSE, ROLES, DriverUnknown, driver, names

THEIR_BOARD = """
from edge.devices.driver_api import TurnstileSettings


class TheirBoardSettings(TurnstileSettings):
    address: int
"""


@pytest.fixture
def their_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package as pip installs it, with three entry points: one has no target, one takes a name of ours."""
    (tmp_path / "their_board.py").write_text(THEIR_BOARD, encoding="utf-8")
    told = tmp_path / "their_board-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: their-board\nVersion: 1.0\n", encoding="utf-8")
    where = "their_board:TheirBoardSettings"
    (told / "entry_points.txt").write_text(
        f"[{GROUP}]\ntheirs = {where}\nbroken = their_board:Nothing\ncamera = {where}\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "their_board", raising=False)


@pytest.mark.parametrize("name", HOUSE)
def test_each_driver_of_the_house_is_of_one_role_and_says_what_it_is(name: str) -> None:
    loaded = HOUSE[name].load()
    assert sum(issubclass(loaded, role) for role in ROLES) == 1
    assert loaded.sheet.device
    assert loaded.sheet.protocol
    assert loaded.sheet.verified


def test_a_driver_is_found_by_its_name_and_role() -> None:
    assert driver("modbus", TurnstileSettings) is ModbusSettings
    assert driver("camera", CodeReaderSettings) is CameraSettings


@pytest.mark.usefixtures("their_package")
def test_a_third_partys_driver_is_found_by_its_entry_point() -> None:
    found = driver("theirs", TurnstileSettings)
    assert found.model_validate({"driver": "theirs", "address": 7}).model_dump() == {"driver": "theirs", "address": 7}
    assert "theirs" in names(TurnstileSettings)
    assert "theirs" not in names(CodeReaderSettings)


@pytest.mark.usefixtures("their_package")
def test_a_third_party_cannot_take_a_name_of_the_house() -> None:
    assert driver("camera", CodeReaderSettings) is CameraSettings
    assert "camera" not in names(TurnstileSettings)


@pytest.mark.usefixtures("their_package")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("telepathy", "no driver is called 'telepathy'; for a turnstile write one of "),
        ("camera", "none for a turnstile; for a turnstile write one of "),
        ("broken", "install its package again"),
    ],
)
def test_a_name_that_leads_to_no_such_driver_is_refused_with_those_that_there_are(name: str, said: str) -> None:
    with pytest.raises(DriverUnknown) as refusal:
        driver(name, TurnstileSettings)
    assert said in str(refusal.value)
