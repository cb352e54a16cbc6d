"""A "USBRelayN" board on a simulated USB bus: feature reports of eight bytes.

Facts, as published: SET_REPORT: FF on, FD off, FE all on, FC all off, FA sets the five-character serial; GET_REPORT: serial in
bytes 0 to 4, relays in byte 7. Laws: relays drop when the board is unplugged, because the cable is its supply.
"""

from collections.abc import Callable
from enum import StrEnum
from random import Random

from hardware_sims.relay_contacts import RelayContacts
from hardware_sims.usb_bus import Stall

SET_REPORT, GET_REPORT = (0x21, 0x09), (0xA1, 0x01)
ON, OFF, ALL_ON, ALL_OFF, SET_SERIAL = 0xFF, 0xFD, 0xFE, 0xFC, 0xFA
HID_CLASS = 3


class UsbRelayFault(StrEnum):
    """The faults of boards in the field."""

    STALLS_NOW_AND_THEN = "stalls_now_and_then"  # every other reading is refused
    LOST_THOUGH_PLUGGED = "lost_though_plugged"  # enumerated, and refuses everything
    CORRUPT_SERIAL = "corrupt_serial"
    DEAF = "deaf"  # commands do nothing


class UsbRelayBoard:
    """The board. Implements `usb_bus.Gadget` and `turnstile.Contacts`; it has no inputs."""

    vendor, product = 0x16C0, 0x05DF
    interface_class = HID_CLASS
    endpoints: tuple[int, ...] = (0x81,)

    def __init__(self, random: Random, *, channels: int = 2, serial: str = "BITFT", port: int = 3) -> None:
        self.faults: set[UsbRelayFault] = set()
        self.relays = RelayContacts(channels)
        self.name = f"USBRelay{channels}"
        self.port = port
        self.commands: list[bytes] = []
        self._serial = serial.encode("ascii")
        self._random = random
        self._readings = 0

    def on_contact(self, listener: Callable[[int, bool], None]) -> None:
        """Call `listener(channel, closed)` whenever a contact moves."""
        self.relays.on_contact(listener)

    def set_input(self, channel: int, *, closed: bool) -> None:
        """Do nothing: the board has no terminals for it."""

    def control(self, request_type: int, request: int, value: int, data: bytes, size: int) -> bytes:  # noqa: ARG002 - see Gadget
        """Carry out a report, or return one."""
        if UsbRelayFault.LOST_THOUGH_PLUGGED in self.faults:
            raise Stall
        if (request_type, request) == SET_REPORT:
            self.commands.append(data)
            self._obey(data)
            return b""
        if (request_type, request) == GET_REPORT:
            return self._report()
        raise Stall

    def receive(self, endpoint: int, data: bytes) -> None:
        """Do nothing: the board has no OUT endpoint."""

    def power(self, *, on: bool) -> None:
        """Cut or restore the supply, as the cable does; without it relays drop."""
        if not on:
            self.relays.drop()

    def _obey(self, data: bytes) -> None:
        if UsbRelayFault.DEAF in self.faults:
            return
        kind, channel = data[0], data[1] - 1
        if kind in (ALL_ON, ALL_OFF):
            for each in range(len(self.relays.coils)):
                self.relays.command(each, on=kind == ALL_ON)
        elif kind in (ON, OFF) and 0 <= channel < len(self.relays.coils):
            self.relays.command(channel, on=kind == ON)
        elif kind == SET_SERIAL:
            self._serial = data[1:6]

    def _report(self) -> bytes:
        self._readings += 1
        if UsbRelayFault.STALLS_NOW_AND_THEN in self.faults and self._readings % 2:
            raise Stall
        serial = self._random.randbytes(5) if UsbRelayFault.CORRUPT_SERIAL in self.faults else self._serial
        state = sum(on << channel for channel, on in enumerate(self.relays.coils))
        return serial + bytes([0, 0, state])
