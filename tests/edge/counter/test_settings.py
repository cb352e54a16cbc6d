"""The table [counter] of the settings file."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from edge.devices.driver_api import DocumentReaderSettings
from edge.devices.registry import GROUP, HOUSE
from edge.settings import COUNTER_PORT, load_settings
from protocol.errors import SettingsError

GOOD = """
data_dir = "/var/lib/paifang"
[[printers]]
driver = "tcp-printer"
host = "192.0.2.7"
[counter]
origins = ["https://paifang.example"]
[[counter.readers]]
driver = "serial-scanner"
port = "/dev/scanner"
[[counter.card_readers]]
driver = "id-card"
port = "/dev/cards"
[[counter.signals]]
driver = "lcus-lamps"
port = "/dev/lamps"
[counter.drawer]
printer = 1
pin = 5
pulse_ms = 200
"""


def written(directory: Path, text: str) -> Path:
    path = directory / "agent.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_counter_without_lanes_is_read(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, GOOD))
    counter = settings.counter
    assert counter is not None
    assert settings.lanes == ()
    assert counter.port == COUNTER_PORT == 17_431
    assert counter.origins == ("https://paifang.example",)
    assert [device.driver for device in counter.devices] == ["serial-scanner", "id-card", "lcus-lamps"]
    assert counter.drawer is not None
    assert (counter.drawer.pulse.pin, counter.drawer.pulse.pulse_ms) == (5, 200)


def test_everything_of_a_counter_may_be_left_out(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, 'data_dir = "/d"\n[counter]\n'))
    assert settings.counter is not None
    assert (settings.counter.origins, settings.counter.devices, settings.counter.drawer) == ((), (), None)
    assert load_settings(written(tmp_path, 'data_dir = "/d"\n')).counter is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("[counter]", "[counter]\nport = 80"), "counter.port"),
        (("[counter]", "[counter]\nhost = '0.0.0.0'"), "counter.host"),
        (("paifang.example", "paifang.example/"), "counter.origins.0"),
        (("https://paifang.example", "*"), "write scheme, name and port alone"),
        (("printer = 1", "printer = 2"), "printer 2 is not there"),
        (("pin = 5", "pin = 3"), "counter.drawer.pin"),
        (("pulse_ms = 200", "pulse_ms = 201"), "counter.drawer.pulse_ms"),
        (("pulse_ms = 200", "pulse_ms = 2000"), "counter.drawer.pulse_ms"),
        (('"/dev/cards"', '"/dev/scanner"'), "port /dev/scanner is named twice"),
        (('"/dev/cards"', '"/dev/cards"\ndirection = "exit"'), "has no direction"),
        (('host = "192.0.2.7"', 'host = "127.0.0.1"\nport = 17431'), "port 127.0.0.1:17431 is named twice"),
        (('"serial-scanner"', '"id-card"'), "none for a code reader"),
    ],
)
def test_each_refusal_names_its_setting(tmp_path: Path, change: tuple[str, str], named: str) -> None:
    text = GOOD.replace(*change)
    assert text != GOOD
    with pytest.raises(SettingsError) as refusal:
        load_settings(written(tmp_path, text))
    assert named in str(refusal.value)


class GateReaderSettings(DocumentReaderSettings):
    """A third party's reader, which hands on hashes alone."""


def test_a_reader_that_serves_gates_only_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    third_party = EntryPoint("gate-reader", f"{__name__}:GateReaderSettings", GROUP)
    monkeypatch.setitem(HOUSE, "gate-reader", third_party)
    monkeypatch.setattr(EntryPoint, "load", lambda found: GateReaderSettings if found == third_party else load(found))
    text = GOOD.replace('"id-card"\nport = "/dev/cards"', '"gate-reader"')
    with pytest.raises(SettingsError, match="driver gate-reader serves gates only"):
        load_settings(written(tmp_path, text))


load = EntryPoint.load
