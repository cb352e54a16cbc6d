"""The guarantees of a reader of ID cards to a lane, tested with the serial reader over its simulated wire."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from random import Random

import pytest
from structlog.testing import capture_logs

from edge.devices.driver_api import Surroundings
from edge.devices.drivers.id_card_reader import IdCardSettings
from edge.devices.framing import id_card
from edge.devices.ports import CardRead, DeviceState, DocumentRead
from edge.devices.supervisor import supervise
from hardware_sims.faults import FaultyWire, LineFault
from hardware_sims.id_cards import IdCard, invented_number
from hardware_sims.id_reader import IdReader, IdReaderFault
from hardware_sims.timers import LoopTimers
from hardware_sims.wires import PtyWire
from protocol.holders import Document, DocumentType, holder_hash
from tests.builders.supervised import Supervised

pytestmark = pytest.mark.real_time

LIMIT_S = 20.0
SITE_KEY = bytes(32)
ONE, TWO = IdCard(invented_number(1)), IdCard(invented_number(2), name="测试二号")


def hashed(document: Document) -> tuple[bytes, ...]:
    return (holder_hash(document, SITE_KEY),)


class Rig(Supervised):
    def __init__(self, directory: Path) -> None:
        super().__init__(LIMIT_S)
        timers = LoopTimers()
        self.wire = PtyWire(directory / "cards", timers, baud=115_200)
        self.line = FaultyWire(self.wire, timers, Random(1))  # noqa: S311 - a seed repeats a run
        self.reader = IdReader(self.line, timers)
        clock = asyncio.get_running_loop().time
        around = Surroundings("cards", clock, hashed=hashed)
        self.driver = IdCardSettings(driver="id-card", port=str(directory / "cards")).make(around)
        self.documents: list[DocumentRead] = []

    async def collect(self) -> None:
        async for document in self.driver.documents():
            self.documents.append(document)


@pytest.fixture
async def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr("edge.devices.drivers.id_card_reader.LOOK_PERIOD_S", 0.02)
    rig = Rig(tmp_path)
    rig.wire.plug()
    clock = asyncio.get_running_loop().time
    tasks = [asyncio.create_task(supervise(rig.driver, rig.healths.append, clock)), asyncio.create_task(rig.collect())]
    await rig.until(lambda: rig.state is DeviceState.READY)
    yield rig
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    rig.wire.unplug()


@pytest.mark.law(9)
async def test_a_card_laid_on_is_read_once_and_nothing_of_it_but_the_hash_is_handed_on_or_logged(rig: Rig) -> None:
    with capture_logs() as logged:
        rig.reader.lay_on(ONE)
        await rig.until(lambda: len(rig.documents) == 1)
        await asyncio.sleep(0.1)
        rig.reader.faults.add(IdReaderFault.SHORT_TEXT)
        rig.reader.lay_on(TWO)
        await rig.until(lambda: len(logged) > 0)
    (read,) = rig.documents
    assert read.hashes == hashed(Document(DocumentType.RESIDENT_ID, "CN", ONE.number))
    assert (read.born, read.region) == (date(1950, 1, 1), "990101")
    said = repr(logged) + repr(rig.documents) + repr(rig.healths)
    for card in (ONE, TWO):
        assert card.number not in said
        assert card.name not in said
        assert card.born not in said


async def test_the_next_card_is_read_after_the_first_was_lifted(rig: Rig) -> None:
    rig.reader.lay_on(ONE)
    await rig.until(lambda: len(rig.documents) == 1)
    rig.reader.lift()
    rig.reader.lay_on(TWO)
    await rig.until(lambda: len(rig.documents) == 2)
    assert rig.documents[0].hashes != rig.documents[1].hashes


@pytest.mark.parametrize(
    "fault",
    [
        IdReaderFault.TAKEN_BEFORE_SELECT,
        IdReaderFault.TAKEN_BEFORE_READ,
        IdReaderFault.CARD_REJECTED,
        IdReaderFault.READER_REJECTED,
        IdReaderFault.NOT_VERIFIED,
    ],
)
async def test_a_card_that_cannot_be_read_is_none_and_is_read_when_it_can_be(rig: Rig, fault: IdReaderFault) -> None:
    rig.reader.faults.add(fault)
    rig.reader.lay_on(ONE)
    await asyncio.sleep(0.1)
    assert rig.documents == []
    rig.reader.faults.clear()
    await rig.until(lambda: len(rig.documents) == 1)
    assert rig.state is DeviceState.READY


async def test_a_chip_that_hangs_in_the_field_is_reset(rig: Rig) -> None:
    rig.reader.faults.add(IdReaderFault.HUNG)
    rig.reader.lay_on(ONE)
    await rig.until(lambda: len(rig.documents) == 1)
    assert rig.reader.resets == 1


@pytest.mark.parametrize("fault", [IdReaderFault.SELF_TEST_FAILED, IdReaderFault.NOT_AUTHORISED, IdReaderFault.BAD_CHECKSUM])
async def test_a_reader_that_is_broken_is_told_of(rig: Rig, fault: IdReaderFault) -> None:
    rig.reader.faults.add(fault)
    await rig.until(lambda: rig.state is DeviceState.FAULT)
    rig.reader.faults.clear()
    await rig.until(lambda: rig.state is DeviceState.READY)


@pytest.mark.parametrize(
    ("fault", "replies"),
    [
        (LineFault.GARBLE_BIT, 1),
        (LineFault.DROP_BYTE, 1),
        (LineFault.SILENT, 1),
        (LineFault.LEADING_JUNK, None),
        (LineFault.DUPLICATE_REPLY, None),
        (LineFault.LOCAL_ECHO, None),
        (LineFault.LATE_REPLY, 1),
    ],
)
async def test_a_card_is_read_through_the_lines_faults(rig: Rig, fault: LineFault, replies: int | None) -> None:
    rig.line.switch(fault, on=True, replies=replies)
    rig.reader.lay_on(ONE)
    await rig.until(lambda: len(rig.documents) == 1)


async def test_an_unplugged_reader_is_told_of_and_reads_on_after_it_is_plugged_in(rig: Rig) -> None:
    rig.wire.unplug()
    await rig.until(lambda: rig.state is DeviceState.FAULT)
    rig.wire.plug()
    rig.reader.lay_on(ONE)
    await rig.until(lambda: len(rig.documents) == 1)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were decoded of any card."""
    found: list[str] = []
    decode = id_card._text  # noqa: SLF001 - what is decoded is what counts

    def note(data: bytes) -> str:
        found.append(decode(data))
        return found[-1]

    monkeypatch.setattr(id_card, "_text", note)
    return found


@pytest.mark.law(9)
async def test_a_gate_decodes_no_name_and_its_driver_has_no_way_to_hand_one_on(
    rig: Rig, decoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_: bytes) -> str:
        raise AssertionError("a gate's driver asked for the name")

    monkeypatch.setattr("edge.devices.drivers.id_card_reader.name_on", never)
    rig.reader.lay_on(ONE)
    await rig.until(lambda: len(rig.documents) == 1)
    assert sorted(set(decoded)) == sorted({"", ONE.number, ONE.born})
    assert not hasattr(rig.driver, "cards")
    assert set(DocumentRead.__dataclass_fields__) == {"device", "hashes", "born", "region"}
    assert rig.state is DeviceState.READY


class CounterRig(Supervised):
    def __init__(self, directory: Path) -> None:
        super().__init__(LIMIT_S)
        timers = LoopTimers()
        self.wire = PtyWire(directory / "cards", timers, baud=115_200)
        self.reader = IdReader(self.wire, timers)
        around = Surroundings("cards", asyncio.get_running_loop().time, hashed=hashed)
        self.driver = IdCardSettings(driver="id-card", port=str(directory / "cards")).make_for_counter(around)
        self.cards: list[CardRead] = []

    async def collect(self) -> None:
        async for card in self.driver.cards():
            self.cards.append(card)


@pytest.fixture
async def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CounterRig]:
    monkeypatch.setattr("edge.devices.drivers.id_card_reader.LOOK_PERIOD_S", 0.02)
    rig = CounterRig(tmp_path)
    rig.wire.plug()
    clock = asyncio.get_running_loop().time
    tasks = [asyncio.create_task(supervise(rig.driver, rig.healths.append, clock)), asyncio.create_task(rig.collect())]
    await rig.until(lambda: rig.state is DeviceState.READY)
    yield rig
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    rig.wire.unplug()


@pytest.mark.law(9)
async def test_a_counter_gets_each_card_in_the_clear_once_and_nobody_logs_it(counter: CounterRig, decoded: list[str]) -> None:
    with capture_logs() as logged:
        for card in (ONE, TWO):
            counter.reader.lay_on(card)
            seen = len(counter.cards)
            await counter.until(lambda seen=seen: len(counter.cards) > seen)  # type: ignore[misc]  # mypy: a default in a lambda
            counter.reader.lift()
    assert [(one.name, one.document.number, one.born, one.region) for one in counter.cards] == [
        (card.name, card.number, date(1950, 1, 1), "990101") for card in (ONE, TWO)
    ]
    assert set(decoded) == {"", *(text for card in (ONE, TWO) for text in (card.name, card.number, card.born))}
    said = repr(logged) + repr(counter.cards) + repr(counter.healths)
    for card in (ONE, TWO):
        assert not any(text in said for text in (card.name, card.number, card.born))
