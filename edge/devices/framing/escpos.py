"""ESC/POS: a sheet as bytes, and what a printer's status bytes mean.

Sources: Epson TM-T88III and TM-U220, Citizen CT-S2000 and Bixolon manuals (commands and the bits of DLE EOT); notes of
node-escpos on what printers that know GBK alone do with other characters. Laws: text goes in Hanzi mode, in GBK: a character that
GBK lacks is printed as `?` and never as another one; dots go as they are; a status byte is believed only with its fixed bits; the
worst reported state counts. A printer obeys real-time commands also where dots happen to spell them: those that open a drawer or
switch it off are disabled before dots are sent.
"""

from collections.abc import Mapping

from edge.devices.ports import MAX_RASTER_WIDTH, DrawerPulse, PrinterState, Raster, Sheetful

INITIALISE = b"\x1b@\x1da\x00"  # with no status sent unasked
CUT = b"\x1bd\x04\x1dV\x01"
ASK_WHEN_PRINTED = b"\x1dr\x01"  # answered in its turn, so after all before it is on paper
REPLY_KINDS = (1, 2, 3, 4)
MAX_CODE_CHARACTERS = 400
BAND_ROWS = 24  # a band of the widest head is small beside any printer's buffer
_LONGEST_COMMAND = 8 + BAND_ROWS * MAX_RASTER_WIDTH // 8
# After a sheet that broke off: what the printer still waits for, as blank dots; NUL is no text. Then cut the piece off.
GIVE_UP = bytes(_LONGEST_COMMAND) + CUT
# GS ( D: neither a pulse nor power-off by DLE DC4. A printer obeys it in its turn, so dots wait until it has.
BEFORE_DOTS = INITIALISE + b"\x1d(D\x05\x00\x14\x01\x00\x02\x00"
_PULSE_UNIT_MS = 2
_PINS = (2, 5)
_REST_UNITS = 0xFA  # the solenoid rests for half a second
_HANZI_ON, _HANZI_OFF = b"\x1c&", b"\x1c."
_CENTRED, _LEFT = b"\x1ba\x01", b"\x1ba\x00"
_LIKE_IN_GBK = str.maketrans({"¥": "￥", "·": "・", "–": "-", "—": "—"})
_FIXED_MASK, _REALTIME_BITS, _UNASKED_BITS = 0x93, 0x12, 0x10
_UNASKED_MORE_BYTES = 3
_PRINTED_MASK = 0x90
# For each kind of question, the bits that report a fault; the worst comes first.
_WRONG: Mapping[int, tuple[tuple[int, PrinterState], ...]] = {
    1: ((0x08, PrinterState.OFFLINE),),
    2: ((0x04, PrinterState.COVER_OPEN), (0x20, PrinterState.PAPER_OUT)),  # the third question tells of any other fault (0x40)
    3: ((0x08, PrinterState.CUTTER_JAMMED), (0x24, PrinterState.FAILED), (0x40, PrinterState.OVERHEATED)),
    4: ((0x60, PrinterState.PAPER_OUT), (0x0C, PrinterState.PAPER_LOW)),
}
_SEVERITY = list(PrinterState)


def ask(kind: int) -> bytes:
    """Ask for a status now; the printer answers even while it prints (DLE EOT)."""
    assert kind in REPLY_KINDS, "there are four"
    return bytes([0x10, 0x04, kind])


def encode(sheet: Sheetful | Raster, module_dots: int) -> bytes:
    """Return a whole sheet: lines and the code in the middle, or dots, before which `BEFORE_DOTS` goes; then the cut."""
    if isinstance(sheet, Raster):
        return _bands(sheet) + CUT
    assert len(sheet.code) <= MAX_CODE_CHARACTERS, "a ticket's code has 152"
    body = b"".join(_line(line) for line in sheet.lines)
    if sheet.code:
        body += _CENTRED + _qr(sheet.code.encode("ascii"), module_dots) + b"\n" + _LEFT
    return INITIALISE + body + CUT


def _line(text: str) -> bytes:
    printable = "".join(character for character in text.translate(_LIKE_IN_GBK) if character.isprintable())
    encoded = printable.encode("gbk", errors="replace")
    return (encoded if encoded.isascii() else _HANZI_ON + encoded + _HANZI_OFF) + b"\n"


def _bands(raster: Raster) -> bytes:
    """Return the dots in bands of GS v 0, each of `BAND_ROWS` rows at most."""
    sent = bytearray()
    for top in range(0, raster.height, BAND_ROWS):
        rows = min(BAND_ROWS, raster.height - top)
        sent += b"\x1dv0\x00" + raster.row_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little")
        sent += raster.rows[top * raster.row_bytes : (top + rows) * raster.row_bytes]
    return bytes(sent)


def kick(pulse: DrawerPulse) -> bytes:
    """Return the pulse that opens a drawer (ESC p)."""
    assert pulse.pin in _PINS, "a drawer's plug has two"
    return bytes([0x1B, 0x70, _PINS.index(pulse.pin), pulse.pulse_ms // _PULSE_UNIT_MS, _REST_UNITS])


def _qr(data: bytes, module_dots: int) -> bytes:
    """Let the printer itself draw a QR code, model 2, level M."""
    store = len(data) + 3
    return (
        b"\x1d(k\x04\x001A2\x00"
        b"\x1d(k\x03\x001C"
        + bytes([module_dots])
        + b"\x1d(k\x03\x001E1"
        + b"\x1d(k"
        + store.to_bytes(2, "little")
        + b"1P0"
        + data
        + b"\x1d(k\x03\x001Q0"
    )


class StatusBytes:
    """Sorts what a printer sends: answers to DLE EOT, answers to `ASK_WHEN_PRINTED`, and unasked status."""

    def __init__(self) -> None:
        self._to_skip = 0

    def feed(self, data: bytes) -> tuple[list[int], int]:
        """Take bytes as they come; return the answers to DLE EOT, and how often the printer confirmed that all is printed."""
        told: list[int] = []
        printed = 0
        for byte in data:
            if self._to_skip:
                self._to_skip -= 1
            elif byte & _FIXED_MASK == _REALTIME_BITS:
                told.append(byte)
            elif byte & _FIXED_MASK == _UNASKED_BITS:
                self._to_skip = _UNASKED_MORE_BYTES
            elif byte & _PRINTED_MASK == 0:
                printed += 1
        return told, printed


def state_of(told: Mapping[int, int]) -> PrinterState:
    """Return the worst state that the answers report; UNKNOWN where there are none."""
    if not told:
        return PrinterState.UNKNOWN
    found = [state for kind, byte in told.items() for mask, state in _WRONG[kind] if byte & mask]
    return max(found, key=_SEVERITY.index, default=PrinterState.READY)
