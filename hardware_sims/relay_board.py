"""A Modbus RTU relay board with eight relays and eight digital inputs, as Waveshare's "Modbus RTU Relay (D)" family.

Facts, as published: register meanings (baud codes, V1.00 as 0x0064, reads of the address and version
answered also under unit 0) are those of the vendor's wiki. Output mode registers (0x1000..) are not simulated: exception 02. The
board ends a flash by itself, even if the driver has died.
"""

from collections.abc import Callable
from enum import StrEnum

from hardware_sims.modbus_slave import BROADCAST_UNIT, ModbusSlave
from hardware_sims.relay_contacts import RelayContacts
from hardware_sims.timers import Cancellable, Timers
from hardware_sims.wires import Wire

CHANNELS = 8
FLASH_UNIT_S = 0.1
MAX_FLASH_UNITS = 0x7FFF
ALL_CHANNELS = 0xFF
FLASH_ON, FLASH_OFF = 0x02, 0x04  # high byte of the coil address
COIL_ON, COIL_OFF, COIL_TOGGLE = 0xFF00, 0x0000, 0x5500
REGISTER_BAUD, REGISTER_ADDRESS, REGISTER_VERSION = 0x2000, 0x4000, 0x8000
VERSION = 0x0064
BAUD_CODES = {0: 4800, 1: 9600, 2: 19200, 3: 38400, 4: 57600, 5: 115200}
MAX_UNIT = 0xFF
READ_COILS, READ_INPUTS, READ_REGISTERS = 0x01, 0x02, 0x03
WRITE_COIL, WRITE_REGISTER, WRITE_COILS = 0x05, 0x06, 0x0F
REQUEST_BYTES = 5  # function and two words
EXCEPTION_BIT = 0x80


class RelayFault(StrEnum):
    """The faults of a board while its line works. A fault that is an exception refuses every request."""

    ACK_WITHOUT_SWITCH = "ack_without_switch"  # writes are acknowledged and do nothing
    FLASH_IGNORED = "flash_ignored"  # old firmware: a flash is acknowledged and does nothing
    FLASH_LATCHES = "flash_latches"  # a flash switches on and never off
    WRONG_UNIT = "wrong_unit"  # replies carry another unit's number
    ILLEGAL_FUNCTION = "illegal_function"
    ILLEGAL_ADDRESS = "illegal_address"
    ILLEGAL_VALUE = "illegal_value"


_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE = 1, 2, 3
_REFUSALS = {
    RelayFault.ILLEGAL_FUNCTION: _ILLEGAL_FUNCTION,
    RelayFault.ILLEGAL_ADDRESS: _ILLEGAL_ADDRESS,
    RelayFault.ILLEGAL_VALUE: _ILLEGAL_VALUE,
}


class _ModbusError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def refusal(code: int) -> Exception:
    """The exception that makes a board answer with this code."""
    return _ModbusError(code)


def _word(pdu: bytes, at: int) -> int:
    return int.from_bytes(pdu[at : at + 2], "big")


class RelayBoard:
    """The board: the commanded coils, the real contacts, the wired inputs."""

    def __init__(self, wire: Wire, timers: Timers, *, unit: int = 1, baud: int = 9600) -> None:
        self.faults: set[RelayFault] = set()
        self._wire = wire
        self._timers = timers
        self._unit = unit
        self._baud = baud
        self._powered = True
        self._relays = RelayContacts(CHANNELS)
        self._inputs = [False] * CHANNELS
        self._flashes: dict[int, Cancellable] = {}
        self._slave = ModbusSlave(wire, timers, self._answer, self._replying_unit, baud)

    @property
    def coils(self) -> tuple[bool, ...]:
        """The commanded coils, as FC01 reads them."""
        return tuple(self._relays.coils)

    @property
    def contacts(self) -> tuple[bool, ...]:
        """The real contacts: a stuck contact differs from its coil."""
        return tuple(self._relays.contacts)

    def on_contact(self, listener: Callable[[int, bool], None]) -> None:
        """Call `listener(channel, closed)` whenever a contact moves."""
        self._relays.on_contact(listener)

    def set_input(self, channel: int, *, closed: bool) -> None:
        """Open or close the contact wired to a digital input."""
        self._inputs[channel] = closed

    def stick(self, channel: int, *, closed: bool | None) -> None:
        """Weld a contact closed, break it open, or repair it (None)."""
        self._relays.stick(channel, closed=closed)

    def reset(self) -> None:
        """Restart by itself: every coil is off, every flash is forgotten."""
        for channel in range(CHANNELS):
            self._set_coil(channel, on=False)

    def power(self, *, on: bool) -> None:
        """Cut or restore the board's supply: without it, relays drop and nothing answers."""
        self._powered = on
        self.reset()

    def _answer(self, unit: int, pdu: bytes) -> bytes | None:
        answers = unit == self._unit or pdu[0] == READ_REGISTERS
        if not self._powered or unit not in (self._unit, BROADCAST_UNIT):
            return None
        try:
            reply = self._carry_out(pdu)
        except _ModbusError as refused:
            reply = bytes([pdu[0] | EXCEPTION_BIT, refused.code])
        return reply if answers else None

    def _replying_unit(self) -> int:
        return self._unit ^ (RelayFault.WRONG_UNIT in self.faults) * 0x10

    def refuse_if_told_to(self) -> None:
        """Refuse every request, where a fault says so."""
        for fault, code in _REFUSALS.items():
            if fault in self.faults:
                raise _ModbusError(code)

    def _carry_out(self, pdu: bytes) -> bytes:
        self.refuse_if_told_to()
        function = pdu[0]
        if function == WRITE_COILS:
            return self._write_coils(pdu)
        if function not in (READ_COILS, READ_INPUTS, READ_REGISTERS, WRITE_COIL, WRITE_REGISTER):
            raise _ModbusError(_ILLEGAL_FUNCTION)
        if len(pdu) != REQUEST_BYTES:
            raise _ModbusError(_ILLEGAL_VALUE)
        address, value = _word(pdu, 1), _word(pdu, 3)
        if function in (READ_COILS, READ_INPUTS):
            return self._read_bits(function, address, value)
        if function == READ_REGISTERS:
            return self._read_register(address, value)
        if function == WRITE_COIL:
            self._write_coil(address, value)
        else:
            self._write_register(address, value)
        return pdu

    def _read_bits(self, function: int, address: int, count: int) -> bytes:
        bits = self._relays.coils if function == READ_COILS else self._inputs
        wanted = self._span(address, count)
        packed = sum(bits[channel] << index for index, channel in enumerate(wanted))
        return bytes([function, 1, packed])

    def _write_coils(self, pdu: bytes) -> bytes:
        if len(pdu) != REQUEST_BYTES + 2 or pdu[5] != 1:
            raise _ModbusError(_ILLEGAL_VALUE)
        for index, channel in enumerate(self._span(_word(pdu, 1), _word(pdu, 3))):
            self._command(channel, on=bool(pdu[6] >> index & 1))
        return pdu[:REQUEST_BYTES]

    def _write_coil(self, address: int, value: int) -> None:
        kind, channel = divmod(address, 0x100)
        if kind in (FLASH_ON, FLASH_OFF):
            self._flash(channel, on=kind == FLASH_ON, units=value)
            return
        if kind != 0 or (channel >= CHANNELS and channel != ALL_CHANNELS):
            raise _ModbusError(_ILLEGAL_ADDRESS)
        if value not in (COIL_ON, COIL_OFF, COIL_TOGGLE):
            raise _ModbusError(_ILLEGAL_VALUE)
        for each in range(CHANNELS) if channel == ALL_CHANNELS else (channel,):
            self._command(each, on=value == COIL_ON or (value == COIL_TOGGLE and not self._relays.coils[each]))

    def _flash(self, channel: int, *, on: bool, units: int) -> None:
        if channel >= CHANNELS:
            raise _ModbusError(_ILLEGAL_ADDRESS)
        if not 1 <= units <= MAX_FLASH_UNITS:
            raise _ModbusError(_ILLEGAL_VALUE)
        if self.faults & {RelayFault.FLASH_IGNORED, RelayFault.ACK_WITHOUT_SWITCH}:
            return
        self._set_coil(channel, on=on)
        if RelayFault.FLASH_LATCHES not in self.faults:
            end = self._timers.call_after(units * FLASH_UNIT_S, lambda: self._set_coil(channel, on=not on))
            self._flashes[channel] = end

    def _read_register(self, address: int, count: int) -> bytes:
        if count != 1:
            raise _ModbusError(_ILLEGAL_VALUE)
        if address not in (REGISTER_ADDRESS, REGISTER_VERSION):
            raise _ModbusError(_ILLEGAL_ADDRESS)
        value = self._unit if address == REGISTER_ADDRESS else VERSION
        return bytes([READ_REGISTERS, 2]) + value.to_bytes(2, "big")

    def _write_register(self, address: int, value: int) -> None:
        if address == REGISTER_ADDRESS and 1 <= value <= MAX_UNIT:
            self._unit = value
        elif address == REGISTER_BAUD and value in BAUD_CODES:
            self._baud = BAUD_CODES[value]
            self._timers.call_after(FLASH_UNIT_S, self._change_speed)  # the reply still goes out at the old speed
        else:
            known = address in (REGISTER_ADDRESS, REGISTER_BAUD)
            raise _ModbusError(_ILLEGAL_VALUE if known else _ILLEGAL_ADDRESS)

    def _change_speed(self) -> None:
        self._wire.set_baud(self._baud)
        self._slave.set_baud(self._baud)

    def _span(self, address: int, count: int) -> range:
        if count < 1:
            raise _ModbusError(_ILLEGAL_VALUE)
        if address + count > CHANNELS:
            raise _ModbusError(_ILLEGAL_ADDRESS)
        return range(address, address + count)

    def _command(self, channel: int, *, on: bool) -> None:
        if RelayFault.ACK_WITHOUT_SWITCH not in self.faults:
            self._set_coil(channel, on=on)

    def _set_coil(self, channel: int, *, on: bool) -> None:
        flash = self._flashes.pop(channel, None)
        if flash is not None:
            flash.cancel()
        self._relays.command(channel, on=on)
