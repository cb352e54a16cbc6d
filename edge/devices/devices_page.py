"""The table of supported devices, made from the data sheets of their drivers."""

from collections.abc import Iterable

from edge.devices.driver_api import DriverSettings
from edge.devices.registry import HOUSE, ROLES

HEAD = """# Supported devices

Made from the drivers by `paifang edge drivers`; a test keeps this page and them the same. A settings file names a driver by the
word in the first column; another package may bring more (entry points `paifang.drivers`, see `edge/devices/registry.py`).

**Verified on real hardware: none of them yet.** What each was verified against instead, and what is known to be missing, stands
beside it. A simulator is written from the same published facts as its driver, but shares no code with it.
"""


def table() -> str:
    """Return the page, in Markdown."""
    return "\n".join((HEAD, *(_section(role, what) for role, what in ROLES.items())))


def _section(role: type[DriverSettings], what: str) -> str:
    rows = [_row(name, driver) for name, driver in _drivers() if issubclass(driver, role)]
    head = ("| Driver | Devices | Protocol | Verified against | Known limits |", "|---|---|---|---|---|")
    return "\n".join((f"## {what.capitalize()}s", "", *head, *rows, ""))


def _drivers() -> Iterable[tuple[str, type[DriverSettings]]]:
    return ((name, entry.load()) for name, entry in sorted(HOUSE.items()))


def _row(name: str, driver: type[DriverSettings]) -> str:
    sheet = driver.sheet
    return f"| `{name}` | {sheet.device} | {sheet.protocol} | {' '.join(sheet.verified)} | {' '.join(sheet.limits)} |"
