"""The gate downloads the feed whole or not at all, by the shortest way, and believes only what it may."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import apsw
import pytest

from edge.cache.cache import Cache, open_cache
from edge.cache.staging import Staging
from edge.sync.download import Downloader, Moment
from edge.sync.feed_content import FeedMoved
from edge.trust.store import TrustStore
from protocol.errors import InputError, PeerError
from protocol.feed import addresses
from protocol.feed.buckets import EMPTY_LIST, BucketKind, deflate, encode_pack
from protocol.feed.delta import Delta, changes
from protocol.feed.faults import Kind, Role, UntrustedFeed
from protocol.feed.manifest import MAX_HEAD_BYTES
from protocol.feed.segments import ticket_row
from protocol.feed.trust import begin
from protocol.identifiers import TicketId
from protocol.instants import plus
from protocol.tickets.record import TicketState
from tests.builders.feed import AUTONOMY_S, SITE, START, FeedSimulator, credential, entry, ticket, tickets, watermark

NOW = Moment(START, 0)
HELD = tickets(300)


class WatchedLock(asyncio.Lock):
    """A lock that reports when a task waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted = asyncio.Event()

    async def acquire(self) -> Literal[True]:
        self.wanted.set()
        return await super().acquire()


@dataclass
class Gate:
    """A gate's files, and its downloader over a simulated central."""

    folder: Path
    feed: FeedSimulator

    def __post_init__(self) -> None:
        self.lock = WatchedLock()
        self.open()

    def open(self) -> None:
        self.trust = TrustStore(self.folder / "trust.db")
        self.cache, state = open_cache(self.folder / "cache.db", self.trust.state() or begin(SITE, self.feed.keyrings[0][1]))
        self.trust.save_state(state)
        self.staging = Staging.open(self.folder / "cache.db")
        self.downloader = Downloader(self.feed, self.cache, self.staging, self.trust, self.lock)

    def close(self) -> None:
        for one in (self.staging, self.cache, self.trust):
            one.close()

    async def refresh(self, moment: Moment = NOW) -> list[str]:
        """Download the newest feed; return the second last part of each requested path."""
        self.feed.asked.clear()
        await self.downloader.refresh(self.feed.head(), moment)
        return [path.split("/")[4] for path in self.feed.asked]


@pytest.fixture
async def gate(tmp_path: Path) -> AsyncIterator[Gate]:
    feed = FeedSimulator()
    feed.publish(changes(HELD, (), [credential(HELD[0].ticket_id, 1)]))
    gate = Gate(tmp_path, feed)
    yield gate
    gate.close()


def shows(cache: Cache, feed: FeedSimulator) -> bool:
    """Whether the cache holds exactly central's last publication."""
    held = cache.feed
    return held is not None and (held.manifest, held.admissions) == (feed.edition.manifest, feed.admissions)


async def test_a_new_gate_downloads_all_of_it_in_packs(gate: Gate) -> None:
    asked = await gate.refresh()
    assert shows(gate.cache, gate.feed)
    assert [gate.cache.record(one.ticket_id) for one in HELD] == HELD
    assert asked.count("buckets") <= 6
    assert gate.trust.state() == gate.downloader.state


async def test_the_same_head_again_asks_for_nothing_and_switches_nothing(gate: Gate) -> None:
    await gate.refresh()
    assert await gate.refresh() == []
    gate.feed.sign_timestamp()
    refreshed = await gate.downloader.refresh(gate.feed.head(), NOW)
    assert not refreshed.switched
    assert gate.downloader.state.timestamp is not None
    assert gate.downloader.state.timestamp.version == refreshed.timestamp.version


async def test_a_change_comes_as_a_delta(gate: Gate) -> None:
    await gate.refresh()
    void = replace(HELD[5], state=TicketState.VOID)
    new = ticket(77)
    gate.feed.publish(changes([void, new], [HELD[6].ticket_id], [credential(77, 9)], [credential(HELD[0].ticket_id, 1)]))
    assert await gate.refresh() == ["manifest", "delta"]
    assert shows(gate.cache, gate.feed)
    assert gate.cache.record(void.ticket_id) == void
    assert gate.cache.record(TicketId(77)) == new
    assert gate.cache.record(HELD[6].ticket_id) is None
    assert gate.cache.tickets_by(credential(77, 9).kind, credential(77, 9).key) == (77,)
    assert gate.cache.tickets_by(credential(0, 1).kind, credential(0, 1).key) == ()


async def test_several_versions_behind_only_the_buckets_that_differ_are_fetched(gate: Gate) -> None:
    await gate.refresh()
    for record in HELD[:2]:
        gate.feed.publish(changes([replace(record, state=TicketState.VOID)]))
    asked = await gate.refresh()
    assert asked == ["manifest", "delta", "content", "buckets"]
    assert gate.feed.asked[-1].count(",") == 1
    assert shows(gate.cache, gate.feed)


@pytest.mark.law(4)
@pytest.mark.parametrize(
    "lie",
    [
        Delta(2, 3, changes([ticket(78)])).to_bytes(),
        Delta(2, 3, changes()).to_bytes(),
        Delta(1, 3, changes([ticket(77)])).to_bytes(),
        Delta(2, 4, changes([ticket(77)])).to_bytes(),
        b"no zlib stream",
        deflate(b"\xa0"),
        deflate(bytes(9_000_000)),
    ],
    ids=["another ticket", "nothing", "another base", "another aim", "no stream", "no delta", "endless"],
)
async def test_a_delta_that_leads_elsewhere_is_not_believed(gate: Gate, lie: bytes) -> None:
    await gate.refresh()
    gate.feed.publish(changes([ticket(77)]))
    gate.feed.served[addresses.delta(1, 2, 3)] = lie
    assert await gate.refresh() == ["manifest", "delta", "content", "buckets"]
    assert shows(gate.cache, gate.feed)
    assert gate.cache.record(TicketId(77)) == ticket(77)
    assert gate.cache.record(TicketId(78)) is None


@pytest.mark.law(4)
async def test_what_a_lying_delta_leads_to_is_not_even_stored(gate: Gate) -> None:
    await gate.refresh()
    gate.feed.publish(changes([ticket(77)]))
    gate.feed.served[addresses.delta(1, 2, 3)] = Delta(2, 3, changes([ticket(78)])).to_bytes()
    gate.feed.served[addresses.content(gate.feed.edition.manifest.tickets_root)] = None
    before = stored(gate)
    with pytest.raises(FeedMoved):
        await gate.refresh()
    assert stored(gate) == before


@pytest.mark.law(4)
async def test_a_hash_list_that_is_not_the_signed_one_stops_the_download_at_once(gate: Gate) -> None:
    path = addresses.content(gate.feed.edition.manifest.tickets_root)
    gate.feed.served[path] = deflate(EMPTY_LIST)
    with pytest.raises(UntrustedFeed) as caught:
        await gate.refresh()
    assert (caught.value.kind, caught.value.role) == (Kind.MIX_AND_MATCH, Role.MANIFEST)
    assert gate.feed.asked[-1] == path


def stored(gate: Gate) -> int:
    """The number of buckets in the file, in force or not."""
    reader = apsw.Connection(str(gate.folder / "cache.db"))
    count: int = reader.execute("SELECT count(*) FROM bucket").get
    reader.close()
    return count


async def test_events_come_as_segments_and_merges_are_made_not_fetched(gate: Gate) -> None:
    await gate.refresh()
    fetched = 0
    for sequence in range(1, 41):
        gate.feed.publish_events([ticket_row(HELD[0].ticket_id, entry(HELD[0].ticket_id, sequence))], [watermark(sequence)])
        fetched += (await gate.refresh()).count("content")
        assert shows(gate.cache, gate.feed)
    assert len(set(gate.cache.events_of(HELD[0].ticket_id))) == 40
    assert fetched == 40
    assert len(gate.feed.admissions.segments) < 20


async def test_a_roll_up_is_followed(gate: Gate) -> None:
    rows = [ticket_row(one.ticket_id, entry(one.ticket_id, place + 1)) for place, one in enumerate(HELD)]
    gate.feed.publish_events(rows, [watermark(len(rows))])
    await gate.refresh()
    told = [gate.cache.events_of(one.ticket_id) for one in HELD]
    gate.feed.roll_up()
    assert "buckets" in await gate.refresh()
    assert [gate.cache.events_of(one.ticket_id) for one in HELD] == told
    gate.close()
    gate.open()
    assert [gate.cache.events_of(one.ticket_id) for one in HELD] == told


async def test_a_broken_download_goes_on_where_it_stopped(gate: Gate) -> None:
    pack = next(path for path in await packs_of(gate) if "/tickets/" in path)
    gate.feed.served[pack] = None
    with pytest.raises(FeedMoved):
        await gate.refresh()
    assert gate.cache.feed is None
    gate.feed.served.clear()
    gate.close()
    gate.open()
    assert pack in (await gate.refresh() and gate.feed.asked)
    assert sum("/tickets/" in path for path in gate.feed.asked) < 5
    assert shows(gate.cache, gate.feed)


async def packs_of(gate: Gate) -> list[str]:
    """The packs that a new gate asks for."""
    numbers = sorted({one.ticket_id >> 52 for one in HELD})
    groups = [numbers[at : at + 64] for at in range(0, len(numbers), 64)]
    return [addresses.buckets(BucketKind.TICKETS, gate.feed.edition.manifest.tickets_root, group) for group in groups][-1:]


@pytest.mark.law(4)
async def test_any_change_on_the_way_is_refused(gate: Gate, tmp_path_factory: pytest.TempPathFactory) -> None:
    gate.feed.publish_events([ticket_row(HELD[1].ticket_id, entry(HELD[1].ticket_id, 1))])
    await gate.refresh()
    source = random.Random(3)  # noqa: S311  # which bytes to change, repeatable
    paths = list(gate.feed.asked)
    assert len(paths) > 10
    for path in paths:
        honest = gate.feed.answer(path)
        assert honest is not None
        wrong = [honest[:-1], honest[: len(honest) // 2], b"", honest + b"\0"]
        for _ in range(6):
            place = source.randrange(len(honest))
            wrong.append(honest[:place] + bytes([honest[place] ^ 1 << source.randrange(8)]) + honest[place + 1 :])
        for answer in wrong:
            fresh = Gate(tmp_path_factory.mktemp("fresh"), gate.feed)
            gate.feed.served = {path: answer}
            with pytest.raises((UntrustedFeed, InputError, PeerError)):
                await fresh.refresh()
            assert fresh.cache.feed is None
            fresh.close()


@pytest.mark.law(3)
async def test_what_is_refused_leaves_the_feed_in_force_and_the_trust_as_they_were(gate: Gate) -> None:
    await gate.refresh()
    feed, state = gate.cache.feed, gate.downloader.state
    gate.feed.sign_timestamp()
    attacks = [
        (gate.feed.head(gate.feed.timestamps[0]), Kind.ROLLBACK, Role.TIMESTAMP),
        (bytes(MAX_HEAD_BYTES + 1), Kind.ENDLESS_DATA, Role.TIMESTAMP),
        (gate.feed.head(gate.feed.sign_timestamp(epoch=2)), Kind.FAST_FORWARD, Role.TIMESTAMP),
    ]
    for head, kind, role in attacks:
        with pytest.raises(UntrustedFeed) as caught:
            await gate.downloader.refresh(head, NOW)
        assert (caught.value.kind, caught.value.role) == (kind, role)
    gate.feed.sign_timestamp()
    with pytest.raises(UntrustedFeed) as caught:
        await gate.refresh(Moment(plus(START, seconds=AUTONOMY_S), 1))
    assert caught.value.kind is Kind.FREEZE
    assert gate.cache.feed is feed
    assert gate.trust.state() == gate.downloader.state == state


@pytest.mark.law(3)
async def test_a_count_that_is_not_that_of_the_rows_is_a_truncation(gate: Gate) -> None:
    gate.feed.edition = replace(gate.feed.edition, manifest=replace(gate.feed.edition.manifest, ticket_count=len(HELD) + 1))
    gate.feed.publish()
    with pytest.raises(UntrustedFeed) as caught:
        await gate.refresh()
    assert (caught.value.kind, caught.value.role) == (Kind.TRUNCATION, Role.MANIFEST)


@pytest.mark.law(3)
async def test_keyrings_are_followed_one_by_one_across_an_epoch(gate: Gate) -> None:
    await gate.refresh()
    for version in (2, 3):
        gate.feed.sign_keyring(replace(gate.feed.keyring, version=version))
    gate.feed.raise_epoch()
    asked = await gate.refresh()
    assert asked[:3] == ["keyring"] * 3
    assert shows(gate.cache, gate.feed)
    assert gate.downloader.state.keyring.epoch == 2
    gate.close()
    gate.open()
    assert gate.cache.edition == (2, 1, 1)


@pytest.mark.law(6)
async def test_the_switch_waits_for_an_intent_that_is_being_committed(gate: Gate) -> None:
    await gate.refresh()
    edition = gate.cache.edition
    gate.feed.publish(changes([replace(HELD[0], state=TicketState.VOID)]))
    async with gate.lock:
        gate.lock.wanted.clear()
        task = asyncio.create_task(gate.refresh())
        wanted = asyncio.create_task(gate.lock.wanted.wait())
        await asyncio.wait({task, wanted}, return_when=asyncio.FIRST_COMPLETED)
        assert gate.cache.edition == edition
        assert wanted.done()
    await task
    assert gate.cache.edition != edition


@pytest.mark.law(4)
async def test_a_gate_repairs_what_was_changed_on_its_disk(gate: Gate) -> None:
    await gate.refresh()
    technician = apsw.Connection(str(gate.folder / "cache.db"))
    technician.execute("UPDATE bucket SET data = zeroblob(length(data)) WHERE id % 3 = 0")
    technician.execute("DELETE FROM bucket WHERE id % 5 = 0")
    technician.close()
    assert await gate.downloader.repair() > 50
    assert [gate.cache.record(one.ticket_id) for one in HELD] == HELD
    assert await gate.downloader.repair() == 0


async def test_superseded_blobs_are_swept_away(gate: Gate) -> None:
    await gate.refresh()
    size = stored(gate)
    for generation in range(1, 4):
        gate.feed.publish(changes([replace(one, generation=generation) for one in HELD[:50]]))
        await gate.refresh()
    assert stored(gate) == size


async def test_a_poll_asks_for_what_is_newer_than_believed(gate: Gate) -> None:
    head = await gate.downloader.poll(25)
    await gate.downloader.refresh(head, NOW)
    await gate.downloader.poll(25)
    polls = [path for path in gate.feed.asked if path.startswith(addresses.HEAD)]
    assert polls == [addresses.head(0, 25), addresses.head(len(gate.feed.timestamps), 25)]


async def test_a_pack_with_another_gates_buckets_is_refused(gate: Gate) -> None:
    path = (await packs_of(gate))[0]
    gate.feed.served[path] = encode_pack([b"x" * 39])
    with pytest.raises(UntrustedFeed):
        await gate.refresh()
