"""A resident ID card reader: a security module that finds, selects and reads the card on it.

Facts, as published: A card that was read is not found again before it was lifted; a reply is valid even if its photo holds the
start of a frame; a chip may hang in the field until the module is reset.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import reduce
from operator import xor

from hardware_sims.id_cards import PHOTO_BYTES, IdCard
from hardware_sims.timers import Timers
from hardware_sims.wires import Wire

HEAD = bytes.fromhex("AAAAAA9669")
RESET, STATUS, CARD, READ = 0x10, 0x11, 0x20, 0x30
FIND, SELECT = 0x01, 0x02
READ_S = 0.05
OK, FOUND, NO_CARD, NOT_SELECTED, NOT_READ = 0x90, 0x9F, 0x80, 0x81, 0x41
CHECKSUM_ERROR, LENGTH_ERROR, UNKNOWN = 0x10, 0x11, 0x21


class IdReaderFault(StrEnum):
    """The faults of a reader, or of a card on it, while its line works."""

    TAKEN_BEFORE_SELECT = "taken_before_select"
    TAKEN_BEFORE_READ = "taken_before_read"
    CARD_REJECTED = "card_rejected"  # 31
    READER_REJECTED = "reader_rejected"  # 32
    NOT_VERIFIED = "not_verified"  # 33
    SELF_TEST_FAILED = "self_test_failed"  # 60
    NOT_AUTHORISED = "not_authorised"  # 66
    BAD_CHECKSUM = "bad_checksum"
    SHORT_TEXT = "short_text"
    HUNG = "hung"  # cards cannot be selected until the module is reset


_REFUSALS = {
    IdReaderFault.CARD_REJECTED: 0x31,
    IdReaderFault.READER_REJECTED: 0x32,
    IdReaderFault.NOT_VERIFIED: 0x33,
}
_DEAD = {IdReaderFault.SELF_TEST_FAILED: 0x60, IdReaderFault.NOT_AUTHORISED: 0x66}


class IdReader:
    """The reader: the card on it, and the answers about this card."""

    def __init__(self, wire: Wire, timers: Timers) -> None:
        self.faults: set[IdReaderFault] = set()
        self.reads = 0
        self.resets = 0
        self._wire = wire
        self._timers = timers
        self._card: IdCard | None = None
        self._selected = self._was_read = False
        self._buffer = bytearray()
        wire.connect(self._received)

    def lay_on(self, card: IdCard) -> None:
        """Lay a card on the reader until `lift`."""
        self._card = card
        self._selected = self._was_read = False

    def lift(self) -> None:
        """Take the card away."""
        self._card = None

    def _received(self, data: bytes) -> None:
        self._buffer += data
        while (start := self._buffer.find(HEAD)) >= 0:
            del self._buffer[:start]
            rest = self._buffer[len(HEAD) :]
            if len(rest) < 2 or len(rest) < 2 + int.from_bytes(rest[:2], "big"):  # noqa: PLR2004 - the length's own bytes
                return
            length = int.from_bytes(rest[:2], "big")
            body, checksum = bytes(rest[: 1 + length]), rest[1 + length]
            del self._buffer[: len(HEAD) + 2 + length]
            if reduce(xor, body) != checksum:
                self._answer(CHECKSUM_ERROR)
            elif length != 3:  # noqa: PLR2004 - command, parameter, checksum
                self._answer(LENGTH_ERROR)
            else:
                self._obey(body[2], body[3])

    def _obey(self, command: int, parameter: int) -> None:
        dead = self._refusal(_DEAD)
        if dead is not None:
            self._answer(dead)
        elif command == RESET:
            self.resets += 1
            self.faults.discard(IdReaderFault.HUNG)
            self._answer(OK)
        elif command == STATUS:
            self._answer(OK)
        elif (command, parameter) == (CARD, FIND):
            self._find()
        elif (command, parameter) == (CARD, SELECT):
            self._select()
        elif (command, parameter) == (READ, 0x01):
            self._timers.call_after(READ_S, self._read)
        else:
            self._answer(UNKNOWN)

    def _refusal(self, codes: Mapping[IdReaderFault, int]) -> int | None:
        return next((code for fault, code in codes.items() if fault in self.faults), None)

    def _find(self) -> None:
        if self._card is None or self._was_read:
            self._answer(NO_CARD)
        else:
            self._answer(FOUND, bytes(4))

    def _select(self) -> None:
        refused = self._refusal(_REFUSALS)
        if self._card is None or self.faults & {IdReaderFault.TAKEN_BEFORE_SELECT, IdReaderFault.HUNG}:
            self._answer(NOT_SELECTED)
        elif refused is not None:
            self._answer(refused)
        else:
            self._selected = True
            self._answer(OK, bytes(8))

    def _read(self) -> None:
        if self._card is None or not self._selected or IdReaderFault.TAKEN_BEFORE_READ in self.faults:
            self._answer(NOT_READ)
            return
        self._was_read = True
        self.reads += 1
        text = self._card.text()[: 100 if IdReaderFault.SHORT_TEXT in self.faults else None]
        photo = (HEAD + bytes([0, 4, 0, 0, OK, 0x94])).ljust(PHOTO_BYTES, b"\x5a")
        self._answer(OK, len(text).to_bytes(2, "big") + PHOTO_BYTES.to_bytes(2, "big") + text + photo)

    def _answer(self, status: int, data: bytes = b"") -> None:
        body = (len(data) + 4).to_bytes(2, "big") + bytes([0, 0, status]) + data
        checksum = reduce(xor, body) ^ (IdReaderFault.BAD_CHECKSUM in self.faults)
        self._wire.send(HEAD + body + bytes([checksum]))
