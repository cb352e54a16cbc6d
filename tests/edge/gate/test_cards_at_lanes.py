"""Real-name lanes: a code and then its holder's card, another person's card, or the card alone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edge.devices.driver_api import Surroundings
from edge.devices.drivers.id_card_reader import IdCardSettings
from edge.devices.ports import DeviceHealth
from edge.devices.supervisor import supervise
from edge.gate.lane import Lane, Way
from hardware_sims.id_cards import IdCard, invented_number
from hardware_sims.id_reader import IdReader
from hardware_sims.timers import LoopTimers
from hardware_sims.wires import PtyWire
from protocol.directions import Direction
from protocol.feed.records import CredentialEntry, CredentialKind
from protocol.holders import Document, DocumentType, holder_hash
from protocol.tickets.claims import TicketFlags
from tests.builders.feed import FeedSimulator, ticket
from tests.builders.gate import GateRig
from tests.builders.gate_lane import BAUD, DOUBLE_READ_S, NAMED, POINTS, LaneRig, attended, lane_tables

pytestmark = [pytest.mark.real_time, pytest.mark.law(9)]

NEWEST_KEY, OLDER_KEY = bytes([1] * 32), bytes([2] * 32)
OTHERS = ticket(0x6666, flags=TicketFlags.REAL_NAME)
HOLDER, OTHER, NO_AGENT = (IdCard(invented_number(serial)) for serial in (1, 2, 3))


def by(card: IdCard, key: bytes) -> bytes:
    return holder_hash(Document(DocumentType.RESIDENT_ID, "CN", card.number), key)


class CardLane(LaneRig):
    """A lane with a reader of ID cards at its entry."""

    def __init__(self, gate: GateRig) -> None:
        super().__init__(gate)
        timers = LoopTimers()
        self.card_wire = PtyWire(gate.directory / "cards", timers, baud=BAUD)
        self.card_reader = IdReader(self.card_wire, timers)

        def hashed(document: Document) -> tuple[bytes, ...]:
            return tuple(holder_hash(document, key) for key in (NEWEST_KEY, OLDER_KEY))

        around = Surroundings("cards", asyncio.get_running_loop().time, hashed=hashed)
        self.card_driver = IdCardSettings(driver="id-card", port=str(gate.directory / "cards")).make(around)
        ways = {
            side: Way(POINTS[side], (reader,), (self.card_driver,) if side is Direction.ENTRY else ())
            for side, reader in self.readers.items()
        }
        self.lane = Lane("east", gate.desk, self.turnstile, ways, self.shown.append, self.monotonic_ms)

    async def lay_on(self, card: IdCard) -> str:
        """Lay a card on until the lane answers, and return the answer."""
        before = len(self.shown)
        self.card_reader.lay_on(card)
        await self.until(lambda: len(self.shown) > before)
        self.card_reader.lift()
        return self.answers[-1]


@pytest.fixture
async def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CardLane]:
    monkeypatch.setattr("edge.devices.drivers.id_card_reader.LOOK_PERIOD_S", 0.02)
    gate = GateRig(tmp_path, FeedSimulator(lane_tables()))
    credentials = (
        CredentialEntry(by(HOLDER, OLDER_KEY), CredentialKind.ID_CARD, NAMED.ticket_id),
        CredentialEntry(by(OTHER, NEWEST_KEY), CredentialKind.ID_CARD, OTHERS.ticket_id),
    )
    await gate.publish(NAMED, OTHERS, credentials=tuple(sorted(credentials, key=lambda one: one.key)))
    lane = CardLane(gate)
    lane.card_wire.plug()

    def heed_nothing(health: DeviceHealth) -> None:
        assert health.device == "cards"

    async with attended(lane):
        serving = asyncio.create_task(supervise(lane.card_driver, heed_nothing, asyncio.get_running_loop().time))
        yield lane
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    lane.card_wire.unplug()
    gate.close()


async def test_35_a_code_and_then_its_holders_card_open_once(rig: CardLane) -> None:
    assert await rig.show(rig.gate.text(NAMED)) == "card"
    assert await rig.lay_on(HOLDER) == "admit"
    await rig.go_through()
    await rig.until(lambda: not rig.lane.state.busy)
    assert rig.releases() == 1
    assert await rig.lay_on(OTHER) == "admit", "and the next card stands for itself"


async def test_35_a_code_and_then_another_persons_card_are_refused(rig: CardLane) -> None:
    for card in (OTHER, NO_AGENT):
        assert await rig.show(rig.gate.text(NAMED)) == "card"
        assert await rig.lay_on(card) == "refuse holder_mismatch"
        await asyncio.sleep(2 * DOUBLE_READ_S)  # the same code counts as a new showing
    assert rig.releases() == 0


async def test_35_the_card_alone_opens_and_one_that_leads_to_no_ticket_does_not(rig: CardLane) -> None:
    assert await rig.lay_on(NO_AGENT) == "refuse unknown"
    assert await rig.lay_on(HOLDER) == "admit"
    await rig.go_through()
    await rig.until(lambda: not rig.lane.state.busy)
    assert rig.releases() == 1


async def test_35_a_card_that_comes_too_late_stands_for_itself(rig: CardLane) -> None:
    assert await rig.show(rig.gate.text(NAMED)) == "card"
    rig.pass_time(11)
    await rig.until(lambda: rig.answers[-1] == "refuse holder_required")
    assert await rig.lay_on(NO_AGENT) == "refuse unknown"
