"""USB-HID relay boards "USBRelayN" (V-USB, 16c0:05df): feature reports of eight bytes, without a report id on the wire.

Sources: libusbrelay.c and relay.h of darrylb123/usbrelay. To be checked on real hardware: whether a given unit's state survives a
glitch of its supply. Laws: a report of another length, or whose serial is not printable, counts as damaged.
"""

from dataclasses import dataclass

PRODUCT_PREFIX = "USBRelay"
VENDOR, PRODUCT = 0x16C0, 0x05DF  # shared by all hobby devices of V-USB: the product's name distinguishes them
REPORT_BYTES = 8
FEATURE_REPORT = 0x0300
_ON, _OFF, _ALL_OFF = 0xFF, 0xFD, 0xFC
_SERIAL_BYTES = 5
_STATE_AT = 7


@dataclass(frozen=True, slots=True)
class RelayReport:
    """What a board reports: its five-character serial, and the relays that are on, counted from 0."""

    serial: str
    on: frozenset[int]


def switch(channel: int, *, on: bool) -> bytes:
    """Return the report that switches a relay, counted from 0."""
    return bytes([_ON if on else _OFF, channel + 1]).ljust(REPORT_BYTES, b"\0")


def all_off() -> bytes:
    """Return the report that switches every relay off."""
    return bytes([_ALL_OFF]).ljust(REPORT_BYTES, b"\0")


def read_report(data: bytes) -> RelayReport | None:
    """Read a feature report; return None where it is damaged."""
    serial = data[:_SERIAL_BYTES]
    if len(data) != REPORT_BYTES or not serial.isalnum():
        return None
    return RelayReport(serial.decode("ascii"), frozenset(bit for bit in range(8) if data[_STATE_AT] >> bit & 1))
