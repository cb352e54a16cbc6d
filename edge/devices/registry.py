"""Drivers by the names that settings files use: ours, and those of third parties.

A third party's package declares in its pyproject.toml

    [project.entry-points."paifang.drivers"]
    their-board = "their_package.board:TheirBoardSettings"

where the class extends one of the roles of `driver_api`.
Laws: only a named driver is imported, so that a gate spends no memory on others; a third party cannot take a name of ours; an
unknown name is refused with a list of the known ones.
"""

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from edge.devices.driver_api import (
    CodeReaderSettings,
    DocumentReaderSettings,
    DriverSettings,
    SignalSettings,
    TicketPrinterSettings,
    TurnstileSettings,
)

GROUP = "paifang.drivers"
_DRIVERS = "edge.devices.drivers"
HOUSE = {
    name: EntryPoint(name, f"{_DRIVERS}.{where}", GROUP)
    for name, where in (
        ("modbus", "modbus_settings:ModbusSettings"),
        ("fe", "modbus_settings:FeSettings"),
        ("lcus", "relay_settings:LcusSettings"),
        ("usb-relay", "relay_settings:UsbRelaySettings"),
        ("swing-gate", "swing_gate:SwingGateSettings"),
        ("serial-scanner", "serial_scanner:SerialScannerSettings"),
        ("gm65", "gm65_scanner:Gm65Settings"),
        ("hid-pos", "usb_scanner:HidPosSettings"),
        ("keyboard-wedge", "usb_scanner:KeyboardWedgeSettings"),
        ("id-card", "id_card_reader:IdCardSettings"),
        ("lcus-lamps", "relay_lamps:LcusLampSettings"),
        ("usb-lamps", "relay_lamps:UsbLampSettings"),
        ("serial-printer", "escpos_printer:SerialPrinterSettings"),
        ("tcp-printer", "escpos_printer:TcpPrinterSettings"),
        ("usb-printer", "escpos_printer:UsbPrinterSettings"),
        ("camera", "camera:CameraSettings"),
    )
}
ROLES: dict[type[DriverSettings], str] = {
    TurnstileSettings: "turnstile",
    CodeReaderSettings: "code reader",
    DocumentReaderSettings: "document reader",
    SignalSettings: "signal",
    TicketPrinterSettings: "ticket printer",
}

Role = TypeVar("Role", bound=DriverSettings)


class DriverUnknown(ValueError):
    """A settings file names a driver that does not exist, or that has another role; the text names the remedy."""


def names(role: type[DriverSettings]) -> list[str]:
    """Return the names of the drivers of a role, in alphabetical order."""
    return sorted(one.name for one in _known() if _is_of(one, role))


def driver(name: str, role: type[Role]) -> type[Role]:
    """Return the driver of that name; raise DriverUnknown where there is none."""
    found = HOUSE.get(name) or next(iter(entry_points(group=GROUP, name=name)), None)
    if found is None:
        raise DriverUnknown(
            f"no driver is called {name!r}; {_remedy(role)}, or install the package that brings it (entry points {GROUP!r})"
        )
    try:
        loaded = found.load()
    except (ImportError, AttributeError) as error:
        raise DriverUnknown(f"driver {name!r} ({found.value}) cannot be imported: {error}; install its package again") from error
    if not (isinstance(loaded, type) and issubclass(loaded, role)):
        raise DriverUnknown(f"driver {name!r} is none for a {ROLES[role]}; {_remedy(role)}")
    return loaded


def _remedy(role: type[DriverSettings]) -> str:
    return f"for a {ROLES[role]} write one of {', '.join(names(role))}"


def _known() -> Iterable[EntryPoint]:
    return (*HOUSE.values(), *(one for one in entry_points(group=GROUP) if one.name not in HOUSE))


def _is_of(entry: EntryPoint, role: type[DriverSettings]) -> bool:
    try:
        loaded = entry.load()
    except (ImportError, AttributeError):
        return False
    return isinstance(loaded, type) and issubclass(loaded, role)
