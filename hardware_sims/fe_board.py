"""An FE relay board: Modbus RTU with eight relays and eight opto inputs, addressed by its own unit or by FE or FF.

Facts, as published: Coils and inputs are those of any Modbus board; a jog is FC10 into the relay's block of five registers (0003,
0008, ...): `00 04` for on, then the time in tenths of a second. The board ends a jog by itself. It answers under the unit of the
request, or, with `tells_own_unit`, under its own.
"""

from hardware_sims.modbus_slave import BROADCAST_UNIT
from hardware_sims.relay_board import CHANNELS, RelayBoard, refusal
from hardware_sims.timers import Timers
from hardware_sims.wires import Wire

ANY_UNIT = (0xFE, 0xFF)
WRITE_REGISTERS = 0x10
FIRST_JOG_REGISTER, JOG_STRIDE = 0x0003, 5
JOG_ON = 0x0004
JOG_REQUEST_BYTES = 10  # function, register, count, bytes, two words
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
WRITE_COIL = 0x05


class FeBoard(RelayBoard):
    """The board."""

    def __init__(self, wire: Wire, timers: Timers, *, unit: int = 1, baud: int = 9600, tells_own_unit: bool = False) -> None:
        super().__init__(wire, timers, unit=unit, baud=baud)
        self._asked_unit = unit
        self._own_unit = unit
        self._tells_own_unit = tells_own_unit

    def _answer(self, unit: int, pdu: bytes) -> bytes | None:
        self._asked_unit = self._own_unit if self._tells_own_unit else unit
        return super()._answer(self._own_unit if unit in ANY_UNIT else unit, pdu) if unit != BROADCAST_UNIT else None

    def _replying_unit(self) -> int:
        return super()._replying_unit() ^ self._own_unit ^ self._asked_unit

    def _carry_out(self, pdu: bytes) -> bytes:
        if pdu[0] == WRITE_COIL and int.from_bytes(pdu[1:3], "big") >= CHANNELS:
            raise refusal(ILLEGAL_ADDRESS)
        if pdu[0] != WRITE_REGISTERS:
            return super()._carry_out(pdu)
        self.refuse_if_told_to()
        if len(pdu) != JOG_REQUEST_BYTES or pdu[5] != JOG_REQUEST_BYTES - 6:
            raise refusal(ILLEGAL_VALUE)
        register, count, kind, tenths = (int.from_bytes(pdu[at : at + 2], "big") for at in (1, 3, 6, 8))
        channel, rest = divmod(register - FIRST_JOG_REGISTER, JOG_STRIDE)
        if rest or not 0 <= channel < CHANNELS or count != 2:  # noqa: PLR2004 - kind and time
            raise refusal(ILLEGAL_ADDRESS)
        if kind != JOG_ON:
            raise refusal(ILLEGAL_VALUE)
        self._flash(channel, on=True, units=tenths)
        return pdu[:5]
