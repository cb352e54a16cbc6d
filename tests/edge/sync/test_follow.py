"""Following central, and closing at the end of a shift: the order of journal entries, and the limits of a closed agent."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest

from edge.central_client import CentralUnreachable
from edge.sync.duty import AgentDuty
from edge.sync.follow import Follower, FollowPorts
from edge.sync.upload import Pace, UploadPorts
from edge.trust.timekeeper import Timekeeper
from protocol.errors import PeerError
from protocol.feed.delta import changes
from protocol.instants import Instant
from protocol.journal.events import Alarm, ClockStep, Event, FeedInForce
from protocol.sync.answers import DutyAnswer, Receipt, TimeAnswer
from protocol.sync.messages import Duty, JournalBatch, JournalGap, SignOffRequest
from tests.builders.feed import START, FeedSimulator, ticket
from tests.builders.gate import GateRig
from tests.builders.journal import AGENT, a_receipt
from tests.builders.outcomes import outcome

ONE = ticket(0x1111)


@dataclass
class Client:
    """Central for the follower and the shift. `hold` delays a sign-off; `fails` breaks the connection."""

    hold: asyncio.Event | None = None
    fails: bool = False
    at: Instant = START
    told: list[Duty] = field(default_factory=list)
    received: int = 0

    async def time(self, nonce: bytes) -> TimeAnswer:
        return TimeAnswer(AGENT, nonce, self.at)

    async def upload(self, batch: JournalBatch) -> Receipt | JournalGap:
        if self.fails:
            raise CentralUnreachable("cut")
        if self.hold is not None:
            await self.hold.wait()
        self.received += len(batch.items)
        return a_receipt(batch.head.head)

    async def sign_off(self, request: SignOffRequest) -> DutyAnswer:
        if self.fails:
            raise CentralUnreachable("cut")
        self.told.append(request.duty)
        return DutyAnswer(AGENT, request.duty, START)


class SlowFeed(FeedSimulator):
    """A central that answers slowly, so that following it is no endless loop without a pause."""

    async def get(self, path: str, most_bytes: int) -> bytes | None:
        await asyncio.sleep(0.002)
        return await super().get(path, most_bytes)


class Rig:
    def __init__(self, directory: Path) -> None:
        self.gate = GateRig(directory, SlowFeed())
        self.client = Client()
        self.noted: list[Event] = []
        self.in_force_when_noted: list[int] = []
        self.slept: list[float] = []
        self.rest = asyncio.Event()
        keeper = Timekeeper(self.gate.trust, Instant(0), lambda: Instant(START + self.gate.after_ms), lambda: self.gate.after_ms)
        keeper.believe(START, 0)
        ports = FollowPorts(keeper, self.note, bytes, Pace(lambda: 0.0, self.sleep))
        self.follower = Follower(self.client, self.gate.downloader, self.gate.cache, ports)  # type: ignore[arg-type]  # a central in memory
        self.duty = AgentDuty(self.gate.trust, self.gate.cache, self.gate.journal, self.gate.lock)
        self.ports = UploadPorts(self.gate.reading, lambda *_: None)

    def note(self, event: Event) -> None:
        self.noted.append(event)
        self.in_force_when_noted.append(0 if self.gate.cache.feed is None else self.gate.cache.version)

    async def sleep(self, seconds: float) -> None:
        """Note a wait, and let the test see it; tests look at one wait only."""
        self.slept.append(seconds)
        await self.rest.wait()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110 - threads of the download have no event
                await asyncio.sleep(0.002)

    async def sign_off(self) -> None:
        await self.duty.sign_off(self.client, self.follower, self.ports)  # type: ignore[arg-type]  # a central in memory

    async def open(self) -> None:
        await self.duty.open(self.client, self.follower)  # type: ignore[arg-type]  # a central in memory


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.gate.close()


@pytest.fixture
async def following(rig: Rig) -> AsyncIterator[Rig]:
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(rig.follower.run_feed()), tasks.create_task(rig.follower.run_repair())]
        yield rig
        for task in running:
            task.cancel()


@pytest.mark.law(6)
async def test_a_feed_is_journalled_once_and_only_after_it_is_in_force(following: Rig) -> None:
    await following.until(lambda: bool(following.noted))
    await asyncio.sleep(0.05)
    assert following.noted == [FeedInForce(1, 1)]
    assert following.in_force_when_noted == [1]


@pytest.mark.law(6)
async def test_each_new_version_is_journalled(following: Rig) -> None:
    await following.until(lambda: FeedInForce(1, 1) in following.noted)
    following.gate.central.publish()
    await following.until(lambda: following.noted == [FeedInForce(1, 1), FeedInForce(1, 2)])
    assert following.gate.cache.version == 2


async def test_at_each_start_the_version_is_journalled_again(rig: Rig) -> None:
    await rig.gate.publish(ONE)
    rig.follower.note_in_force()
    rig.follower.note_in_force()
    assert rig.noted == [FeedInForce(1, 2)]


@pytest.mark.law(4)
async def test_a_feed_that_is_not_to_be_believed_is_an_alarm_and_waited_over(following: Rig) -> None:
    await following.until(lambda: FeedInForce(1, 1) in following.noted)
    forged = bytearray(following.gate.central.head())
    forged[-1] ^= 1
    following.gate.central.answer = lambda path: bytes(forged) if "head" in path else None  # type: ignore[method-assign]  # an attacker
    await following.until(lambda: bool(following.slept))
    alarms = [event.name for event in following.noted if isinstance(event, Alarm)]
    assert alarms == ["feed-untrusted"]
    assert following.gate.cache.version == 1
    assert following.follower.central == "unreachable"


@pytest.mark.law(4)
async def test_what_was_changed_on_disk_is_mended_once_it_is_met(following: Rig) -> None:
    rig = following
    rig.gate.central.publish(changes([ONE]))
    await rig.until(lambda: FeedInForce(1, 2) in rig.noted)
    edited = apsw.Connection(str(rig.gate.directory / "cache.db"))
    edited.execute("UPDATE bucket SET data = zeroblob(length(data))")
    edited.close()
    assert outcome((await rig.gate.show(rig.gate.text(ONE))).verdict) == "staff gate_fault"
    assert len(rig.gate.damages) == 1
    rig.follower.mend()
    await rig.until(lambda: any(isinstance(event, Alarm) and event.name == "cache-mended" for event in rig.noted))
    assert outcome((await rig.gate.show(rig.gate.text(ONE))).verdict) == "admit"


@pytest.mark.law(11)
async def test_a_step_of_the_clock_is_journalled(rig: Rig) -> None:
    rig.client.at = Instant(START + 60_000)
    task = asyncio.create_task(rig.follower.run_time())
    await rig.until(lambda: rig.slept == [300.0])
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert rig.noted == [ClockStep(START, Instant(START + 60_000), "server")]


@pytest.mark.law(6)
async def test_a_sign_off_closes_uploads_all_and_then_tells_central(rig: Rig) -> None:
    await rig.gate.publish(ONE)
    await rig.gate.enter(rig.gate.text(ONE))
    await rig.sign_off()
    assert (rig.gate.cache.feed, rig.gate.journal.unsent_count, rig.client.received) == (None, 0, 2)
    assert (rig.duty.duty, rig.client.told) == (Duty.CLOSED, [Duty.CLOSED])
    assert outcome((await rig.gate.show(rig.gate.text(ONE))).verdict) == "staff cache_locked"


@pytest.mark.law(6)
async def test_where_central_cannot_be_told_the_agent_stays_closed(rig: Rig) -> None:
    await rig.gate.publish(ONE)
    rig.client.fails = True
    with pytest.raises(PeerError):
        await rig.sign_off()
    assert (rig.duty.duty, rig.gate.cache.feed, rig.client.told) == (Duty.CLOSED, None, [])
    with pytest.raises(PeerError):
        await rig.open()
    assert rig.duty.duty is Duty.CLOSED


@pytest.mark.law(6)
async def test_an_opening_waits_for_a_sign_off_that_is_under_way(rig: Rig) -> None:
    """In the other order, central would believe that the agent is closed while it admits."""
    await rig.gate.publish(ONE)
    await rig.gate.enter(rig.gate.text(ONE))
    rig.client.hold = asyncio.Event()
    closing = asyncio.create_task(rig.sign_off())
    await rig.until(lambda: rig.gate.cache.feed is None)
    opening = asyncio.create_task(rig.open())
    await asyncio.sleep(0.02)
    rig.client.hold.set()
    await asyncio.gather(closing, opening)
    assert (rig.client.told, rig.duty.duty) == ([Duty.CLOSED, Duty.OPEN], Duty.OPEN)


@pytest.mark.law(6)
async def test_a_closed_agent_downloads_nothing_until_it_is_opened(following: Rig) -> None:
    await following.until(lambda: FeedInForce(1, 1) in following.noted)
    await following.sign_off()
    following.gate.central.publish()
    await asyncio.sleep(0.05)
    assert following.gate.cache.feed is None
    await following.open()
    await following.until(lambda: following.gate.cache.feed is not None)
    assert following.gate.cache.version == 2


@pytest.mark.law(5)
async def test_revoked_it_stays_closed_during_any_download(following: Rig) -> None:
    await following.until(lambda: FeedInForce(1, 1) in following.noted)
    following.gate.central.publish()
    await following.duty.close_revoked(following.follower)
    await asyncio.sleep(0.05)
    assert (following.gate.cache.feed, following.duty.duty) == (None, Duty.CLOSED)
