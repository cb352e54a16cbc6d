"""A resident ID card reader on a serial line: it looks for a card, selects it, reads it, and waits until the visitor lifts it.

Laws: a gate's driver hashes the card's data at once and drops it; only the driver of a counter is able to hand the card on
(law 9); both log no part of it, not even how one card differs from another; one laying-on is one reading, because the module does
not find a card again before it was lifted, and because the driver compares hashes.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import ClassVar

import structlog

from edge.devices.driver_api import (
    Baud,
    CardReaderDriver,
    DocumentReaderDriver,
    DocumentReaderSettings,
    SerialDeviceSettings,
    Sheet,
    Surroundings,
)
from edge.devices.drivers.stream import Stream
from edge.devices.framing import sam
from edge.devices.framing.double_reads import DoubleReads
from edge.devices.framing.id_card import Card, name_on, read_card
from edge.devices.framing.sam import Reply, ReplyDecoder
from edge.devices.ports import CardRead, DeviceFault, DocumentRead, HealthLine
from edge.devices.transports.serial_port import SerialPort

LOOK_PERIOD_S = 0.3
REPLY_LIMIT_S = 0.5
READ_LIMIT_S = 4.0  # text and photo take up to two seconds, and 1.35 more at 9,600 baud
TRIES = 3

_log = structlog.get_logger()


class IdCardSettings(SerialDeviceSettings, DocumentReaderSettings):
    """A reader with a SAM behind a serial line."""

    sheet: ClassVar[Sheet] = Sheet(
        device="Resident ID card readers with a SAM (SDT protocol), serial",
        protocol="AA AA AA 96 69 frames, 115,200 baud 8N1; find, select, read; layouts of resident, I, J and Y cards",
        verified=(
            "Published frames, their checksums computed again; the check digit by the standard's example.",
            "The simulated reader and cards of invented persons, under its faults.",
        ),
        limits=(
            "USB readers: whether they carry the same frames is not known.",
            "The letters that tell the three permits apart are not confirmed by real cards.",
            "Addresses and photos are not read, and names at a counter only.",
        ),
    )
    baud: Baud = 115200

    def make(self, around: Surroundings) -> DocumentReaderDriver:
        """Return the driver."""
        return IdCardReader(around, self.port, self.baud)

    def make_for_counter(self, around: Surroundings) -> CardReaderDriver:
        """Return the driver of a counter."""
        return CounterCardReader(around, self.port, self.baud)


class _SamReader:
    """Implements `ports.SupervisedDevice`: finds cards and reads them, and leaves to its subclass what is handed on."""

    def __init__(self, around: Surroundings, path: str, baud: int) -> None:
        self.name = around.name
        self._path = path
        self._baud = baud
        self._clock = around.clock
        self._hashed = around.hashed
        self._laid_on = DoubleReads()

    async def run(self, health: HealthLine) -> None:
        """Look for cards until the reader fails; see the port."""
        port = SerialPort(self._path, self._baud)
        try:
            self._check(await self._ask(port, sam.STATUS))
            health.ready()
            failed = 0
            while True:
                failed = 0 if await self._look(port) else failed + 1
                if failed == TRIES:  # a chip may hang in the field: the reset drops the field, and the chip restarts
                    await self._ask(port, sam.RESET)
                    failed = 0
                await asyncio.sleep(LOOK_PERIOD_S)
        finally:
            port.close()

    async def _look(self, port: SerialPort) -> bool:
        """Read the card that lies on the reader, if there is one; return False where a card could not be read."""
        found = await self._ask(port, sam.FIND)
        if found.status != sam.FOUND:
            self._check(found)
            return True
        reply = await self._ask(port, sam.SELECT)
        if reply.status == sam.OK:
            reply = await self._ask(port, sam.READ, READ_LIMIT_S)
        if reply.status != sam.OK:
            _log.warning("a card was not read", device=self.name, why=sam.MEANINGS.get(reply.status, f"{reply.status:02X}"))
            self._check(reply)
            return False
        self._take(reply)
        return True

    def _take(self, reply: Reply) -> None:
        card = read_card(reply.data)
        if card is None:
            _log.warning("a card holds no number by which a gate knows a visitor", device=self.name)
            return
        hashes = self._hashed(card.document)
        if hashes and self._laid_on.is_new(hashes[0], self._clock()):
            self._hand_on(card, hashes, reply)

    def _hand_on(self, card: Card, hashes: tuple[bytes, ...], reply: Reply) -> None:
        raise NotImplementedError

    def _check(self, reply: Reply) -> None:
        if reply.status in (sam.SELF_TEST_FAILED, sam.NOT_AUTHORISED):
            raise DeviceFault(f"{self.name}: {sam.MEANINGS[reply.status]}; replace the reader")

    async def _ask(self, port: SerialPort, frame: bytes, limit_s: float = REPLY_LIMIT_S) -> Reply:
        for _ in range(TRIES):
            reply = await port.ask(frame, ReplyDecoder().feed, limit_s)
            if reply is not None:
                return reply
        raise DeviceFault(f"{self.name}: the reader does not answer; check its power, cable and baud")


class IdCardReader(_SamReader):
    """Implements `ports.DocumentReader`, for a gate: it hands on hashes, and drops the rest."""

    def __init__(self, around: Surroundings, path: str, baud: int) -> None:
        super().__init__(around, path, baud)
        self._documents: Stream[DocumentRead] = Stream()

    def documents(self) -> AsyncIterator[DocumentRead]:
        """Yield each card laid on; see the port."""
        return self._documents.items()

    def _hand_on(self, card: Card, hashes: tuple[bytes, ...], reply: Reply) -> None:  # noqa: ARG002 - a gate reads no name
        self._documents.put(DocumentRead(self.name, hashes, card.born, card.region))


class CounterCardReader(_SamReader):
    """Implements `ports.CardReader`, for a counter: it hands on the card with its name, and keeps nothing."""

    def __init__(self, around: Surroundings, path: str, baud: int) -> None:
        super().__init__(around, path, baud)
        self._cards: Stream[CardRead] = Stream()

    def cards(self) -> AsyncIterator[CardRead]:
        """Yield each card laid on; see the port."""
        return self._cards.items()

    def _hand_on(self, card: Card, hashes: tuple[bytes, ...], reply: Reply) -> None:  # noqa: ARG002 - a seller needs no hash
        self._cards.put(CardRead(self.name, card.document, name_on(reply.data), card.born, card.region))
