"""Devices in a settings file: every kind is read and made, and a setting that its driver cannot use is refused at the start."""

from pathlib import Path

import pytest

from edge.devices.driver_api import Surroundings
from edge.settings import load_settings
from protocol.errors import SettingsError

TURNSTILES = (
    'driver = "fe"\nport = "/dev/a"\nunit = 255',
    'driver = "lcus"\nport = "/dev/a"\nchannels = 4\nstate = "text"\nexit_relay = 3',
    'driver = "usb-relay"\nsocket = "1-1.4"\nserial = "BITFT"',
    'driver = "swing-gate"\nport = "/dev/a"\nentry_side = "right"',
)
READERS = (
    'driver = "gm65"\nport = "/dev/b"\nmodel = "gm65"',
    'driver = "hid-pos"\nvendor = 0x0c2e\nproduct = 0x0b01',
    'driver = "keyboard-wedge"\nvendor = 0x0c2e\nproduct = 0x0b02\nsocket = "1-2"',
    'driver = "camera"\nsource = "0"\nrotation = 90\nregion = {left = 0.25, width = 0.5}\nexposure = 80',
)
REST = """
[[lanes.card_readers]]
driver = "id-card"
port = "/dev/c"
[[lanes.signals]]
driver = "lcus-lamps"
port = "/dev/d"
buzzer = 2
[[printers]]
driver = "serial-printer"
port = "/dev/e"
[[printers]]
driver = "tcp-printer"
host = "192.0.2.7"
[[printers]]
driver = "usb-printer"
vendor = 0x04b8
product = 0x0202
"""


def written(directory: Path, turnstile: str, reader: str) -> Path:
    lane = f'[[lanes]]\nname = "east"\nentry = 11\n[lanes.turnstile]\n{turnstile}\n[[lanes.readers]]\n{reader}\n'
    path = directory / "agent.toml"
    path.write_text('data_dir = "/var/lib/paifang"\n' + lane + REST, encoding="utf-8")
    return path


@pytest.mark.parametrize(("turnstile", "reader"), list(zip(TURNSTILES, READERS, strict=True)))
async def test_every_kind_of_device_is_read_from_a_file_and_made(tmp_path: Path, turnstile: str, reader: str) -> None:
    settings = load_settings(written(tmp_path, turnstile, reader))
    (lane,) = settings.lanes
    around = Surroundings("device", lambda: 0.0)
    made = [lane.turnstile.make(around).name]
    made += [one.make(around).name for one in lane.readers]
    made += [one.make(around).name for one in lane.card_readers]
    made += [one.make(around).name for one in lane.signals]
    made += [one.make(around).name for one in settings.printers]
    assert made == ["device"] * 7


@pytest.mark.parametrize(
    ("turnstile", "reader", "named"),
    [
        ('driver = "lcus"\nport = "/dev/a"\nexit_relay = 2', READERS[0], "relays 0 to 1"),
        ('driver = "lcus"\nport = "/dev/b"', READERS[0], "port /dev/b is named twice"),
        ('driver = "usb-relay"\npulse_ms = 50', READERS[0], "line 7: lanes.0.turnstile.pulse_ms"),
        (TURNSTILES[0], 'driver = "hid-pos"\nvendor = 0x0c2e', "readers.0.product"),
        (TURNSTILES[0], 'driver = "camera"\nsource = "http://c/"\nexposure = 80', "for a device only"),
        (TURNSTILES[0], 'driver = "camera"\nsource = "0"\nregion = {left = 0.6, width = 0.5}', "beyond the picture"),
        (TURNSTILES[0], 'driver = "camera"\nsource = "0"\nrotation = 45', "line 12: lanes.0.readers.0.rotation"),
        (TURNSTILES[0], 'driver = "id-card"\nport = "/dev/f"', "none for a code reader"),
        (TURNSTILES[0], READERS[0] + '\ndirection = "exit"', "stands at a direction without a check point"),
    ],
)
def test_what_a_driver_cannot_do_is_refused_at_the_start(tmp_path: Path, turnstile: str, reader: str, named: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings(written(tmp_path, turnstile, reader))
    assert named in str(refusal.value)
