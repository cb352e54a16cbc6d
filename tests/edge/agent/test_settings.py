"""The agent's settings: the agent refuses a wrong setting at the start, by its name and with the remedy."""

from pathlib import Path

import pytest

from edge.devices.drivers.modbus_settings import ModbusSettings
from edge.settings import load_settings
from protocol.directions import Direction
from protocol.errors import SettingsError

LANE = """
[[lanes]]
name = "east"
entry = 11
exit = 12
[lanes.turnstile]
port = "/dev/relay"
[[lanes.readers]]
driver = "serial-scanner"
port = "/dev/scanner"
[[lanes.readers]]
driver = "camera"
source = "http://camera/"
direction = "exit"
"""
GOOD = 'data_dir = "/var/lib/paifang"\n' + LANE


def written(directory: Path, text: str) -> Path:
    path = directory / "agent.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_read(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, GOOD))
    (lane,) = settings.lanes
    assert (lane.entry, lane.exit) == (11, 12)
    assert isinstance(lane.turnstile, ModbusSettings)
    assert lane.turnstile.pulse_ms == 500
    assert [reader.direction for reader in lane.readers] == [Direction.ENTRY, Direction.EXIT]
    assert settings.socket == Path("/var/lib/paifang/agent.sock")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (('data_dir = "/var/lib/paifang"', ""), "data_dir"),
        (('data_dir = "/var/lib/paifang"', f'data_dir = "/{"d" * 120}"'), "data_dir"),
        (('data_dir = "/var/lib/paifang"', 'data_dir = "/d"\npassword = "x"'), "password"),
        (('name = "east"', 'name = ""'), "lanes.0.name"),
        (("entry = 11", "entry = 0"), "lanes.0.entry"),
        (("entry = 11", 'entry = "eleven"'), "lanes.0.entry"),
        (("entry = 11", "entry = 12"), "check point 12"),
        (("entry = 11\nexit = 12", ""), "lane east"),
        (("entry = 11", ""), "lane east"),
        (('port = "/dev/relay"', ""), "turnstile.port"),
        (('port = "/dev/relay"', 'port = ""'), "turnstile.port"),
        (('port = "/dev/relay"', 'port = "/dev/scanner"'), "port /dev/scanner"),
        (('port = "/dev/relay"', 'port = "/dev/relay"\nbaud = 1234'), "turnstile.baud"),
        (('port = "/dev/relay"', 'port = "/dev/relay"\nunit = 248'), "turnstile.unit"),
        (('port = "/dev/relay"', 'port = "/dev/relay"\npulse_ms = 150'), "turnstile.pulse_ms"),
        (('port = "/dev/relay"', 'port = "/dev/relay"\npulse_ms = 550'), "turnstile.pulse_ms"),
        (('port = "/dev/relay"', 'port = "/dev/relay"\nentry_relay = 8'), "turnstile.entry_relay"),
        (('port = "/dev/relay"', 'port = "/dev/relay"\nfire = {index = 1}'), "input 1"),
        (('driver = "camera"', 'driver = "telepathy"'), "lanes.0.readers.1"),
        (('source = "http://camera/"', 'source = ""'), "readers.1.source"),
        (('direction = "exit"', 'direction = "up"'), "readers.1.direction"),
        ((LANE, LANE + LANE), "lane name east"),
        ((LANE, "lanes = 3"), "lanes"),
    ],
)
def test_each_refusal_names_its_setting(tmp_path: Path, change: tuple[str, str], named: str) -> None:
    path = written(tmp_path, GOOD.replace(*change))
    assert path.read_text(encoding="utf-8") != GOOD
    with pytest.raises(SettingsError) as refusal:
        load_settings(path)
    assert named in str(refusal.value)
    assert str(path) in str(refusal.value)


def test_a_pass_contact_on_one_side_only_would_lose_the_others(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, GOOD))
    lane = settings.lanes[0]
    blind = lane.model_copy(update={"turnstile": lane.turnstile.model_copy(update={"exit_pass": None})})
    from edge.settings import _lane_complaints  # noqa: PLC0415  TOML has no null: only code can build this wiring

    assert _lane_complaints(lane) == []
    assert "pass contact" in _lane_complaints(blind)[0]


@pytest.mark.parametrize(
    ("change", "line", "remedy"),
    [
        (("exit = 12", 'exit = "twelve"'), 6, "valid integer"),
        (('driver = "camera"', 'driver = "telepathy"'), 13, "write one of camera, "),
        (('driver = "camera"', 'driver = "modbus"'), 13, "none for a code reader"),
        (('driver = "camera"\n', ""), 12, "write driver = one of camera, "),
        (('port = "/dev/relay"', 'driver = "telepathy"\nport = "/dev/relay"'), 8, "paifang.drivers"),
        (('port = "/dev/relay"', 'port = "/dev/relay"\nfire = {index = 1}'), 7, "give each contact its own"),
    ],
)
def test_a_refusal_names_the_line_and_the_remedy(tmp_path: Path, change: tuple[str, str], line: int, remedy: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings(written(tmp_path, GOOD.replace(*change)))
    assert f"line {line}: " in str(refusal.value)
    assert remedy in str(refusal.value)


@pytest.mark.parametrize("text", ["data_dir = ", "\x00", "[[lanes"])
def test_what_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"agent\.toml"):
        load_settings(written(tmp_path, text))


def test_a_missing_file_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--settings"):
        load_settings(tmp_path / "none.toml")
