"""Publishing: changes become versions, once each; a gate gets what was signed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlmodel import col, func, select

from central.keys import service as key_service
from central.keys.files import KeyFiles
from central.keys.signing_keys import KeyRack
from central.store.tables.feed import SignedMetadataRow
from central.store.unit_of_work import Store, Work
from central.sync import feed_store, publisher
from central.sync.feed_store import Sealed
from central.sync.heads import CurrentHead, Heads
from central.sync.published_feed import RecentLists
from central.sync.publisher import Publisher, Served
from protocol.errors import StorageError
from protocol.feed import addresses
from protocol.feed.buckets import BucketKind
from protocol.feed.faults import Role
from protocol.feed.manifest import FeedHead, Ref, Timestamp
from protocol.identifiers import SiteId, TicketId
from protocol.keyring import Purpose
from protocol.signatures import Envelope
from tests.builders.central import HandClock, SeededBytes
from tests.builders.served import PASSPHRASE, Central, Gate

SITE = SiteId(1)
MOST = 8 * 1024 * 1024


@pytest.fixture
async def gate(central: Central, adult: int) -> AsyncIterator[Gate]:
    gate = await central.enrol(await central.add_check_point([adult]))
    await gate.refresh()
    yield gate
    gate.close()


def number(ticket: dict[str, Any]) -> TicketId:
    return TicketId(int(ticket["ticket_id"], 16))


def knows(ticket: dict[str, Any]) -> Callable[[Gate], bool]:
    return lambda gate: gate.cache.record(number(ticket)) is not None


def version_of(gate: Gate) -> int:
    assert gate.cache.feed is not None
    return gate.cache.feed.manifest.version


async def nobody_else(_work: Work) -> None:
    """Tell no other process."""


def a_publisher(central: Central, store: Store, served: Served | None = None) -> Publisher:
    shared = served or Served(Heads(), RecentLists(), lambda: None, nobody_else)
    return Publisher(store, KeyRack(KeyFiles(central.folder / "keys")), central.clock, shared)


async def test_every_change_comes_in_a_version_of_its_own_or_with_others(central: Central, adult: int, gate: Gate) -> None:
    before = version_of(gate)
    (ticket,) = await central.sell(adult)
    await gate.refresh_until(knows(ticket))
    assert version_of(gate) > before
    await central.api("POST", f"/tickets/{ticket['ticket_id']}/block", {"reason": "reported lost"})
    await gate.refresh_until(lambda one: getattr(one.cache.record(number(ticket)), "state", 0) != 0)


async def manifest_of(gate: Gate) -> Ref:
    """Return the manifest that the newest timestamp names; timestamps are signed again as time passes, changed or not."""
    head = await gate.client.get(addresses.head(0, 0), MOST)
    assert head is not None
    return Timestamp.from_payload(Envelope.from_bytes(FeedHead.from_bytes(head).timestamp).payload).manifest


async def test_nothing_new_makes_no_version(central: Central, gate: Gate) -> None:
    await central.publisher.publish_all()  # what the enrolment changed may still be on its way
    settled = await manifest_of(gate)
    assert [await manifest_of(gate) for _ in range(3)] == [settled] * 3


async def test_steps_are_joined_into_one_delta(central: Central, adult: int, gate: Gate) -> None:
    first = version_of(gate)
    for _ in range(3):
        (ticket,) = await central.sell(adult)
        await gate.refresh_until(knows(ticket))
    last = version_of(gate)
    assert await gate.client.get(addresses.delta(1, first, last), MOST) is not None
    for wrong in ((1, last, first), (1, last, last), (1, 0, last), (2, first, last), (1, last, last + 1)):
        assert await gate.client.get(addresses.delta(*wrong), MOST) is None


async def test_a_gate_that_was_away_comes_back_in_every_way(central: Central, adult: int, gate: Gate) -> None:
    tickets = [ticket for _ in range(4) for ticket in await central.sell(adult, 25)]
    await gate.refresh_until(lambda one: all(one.cache.record(number(ticket)) for ticket in tickets))
    assert gate.cache.feed is not None
    assert gate.cache.feed.manifest.ticket_count == 100


async def test_a_bucket_of_an_older_list_is_served_while_it_is_the_same(central: Central, adult: int, gate: Gate) -> None:
    (first,) = await central.sell(adult)
    await gate.refresh_until(knows(first))
    assert gate.cache.feed is not None
    old = gate.cache.feed.manifest.tickets_root
    same = number(first) >> 52
    (second,) = await central.sell(adult)
    while number(second) >> 52 == same:
        (second,) = await central.sell(adult)
    changed = number(second) >> 52
    await gate.refresh_until(knows(second))
    assert await gate.client.get(addresses.buckets(BucketKind.TICKETS, old, [same]), MOST) is not None
    assert await gate.client.get(addresses.buckets(BucketKind.TICKETS, old, [changed]), MOST) is None
    assert await gate.client.get(addresses.buckets(BucketKind.TICKETS, bytes(32), [same]), MOST) is None


@pytest.mark.parametrize(
    "path",
    [
        "/agent/v1/feed/content/" + "ab" * 32,
        "/agent/v1/feed/manifest/1/999999",
        "/agent/v1/feed/admissions/9/1",
        "/agent/v1/feed/keyring/1/1",
    ],
)
async def test_what_is_not_published_is_not_found(gate: Gate, path: str) -> None:
    assert await gate.client.get(path, MOST) is None


@pytest.mark.parametrize(
    "path",
    [
        "/agent/v1/feed/content/zz",
        "/agent/v1/feed/content/" + "AB" * 32,
        "/agent/v1/feed/manifest/-1/1",
        "/agent/v1/feed/manifest/1/" + "9" * 30,
        "/agent/v1/feed/buckets/tickets/00/1",
        "/agent/v1/feed/buckets/none/" + "00" * 32 + "/1",
        "/agent/v1/head?after=x&wait_s=0",
    ],
)
async def test_a_malformed_path_is_a_problem(gate: Gate, path: str) -> None:
    with pytest.raises(Exception, match="input_invalid"):
        await gate.client.get(path, MOST)


@pytest.mark.law(3)
async def test_a_version_is_never_given_twice(central: Central, gate: Gate) -> None:
    assert gate.cache.feed is not None
    head = gate.cache.feed.manifest
    async with central.other_store() as store:
        with pytest.raises(StorageError):
            async with store.transaction() as work:
                await feed_store.add(
                    work, SITE, Role.MANIFEST, Sealed(head.epoch, head.version, b"another truth"), central.clock()
                )


@pytest.mark.law(3)
@pytest.mark.postgresql
async def test_two_processes_that_publish_at_once_publish_one_truth(central: Central, adult: int, gate: Gate) -> None:
    if not central.database_url.startswith("postgresql"):
        pytest.skip("an embedded database has one process")
    async with central.other_store() as store:
        others = [a_publisher(central, store) for _ in range(3)]
        for _ in range(5):
            await central.sell(adult)
            await asyncio.gather(*(one.publish_all(sign_again=True) for one in others), return_exceptions=True)
        async with store.reading() as work:
            row = SignedMetadataRow
            counts = select(row.role, row.version, func.count()).group_by(col(row.role), col(row.version))
            assert {count for _, _, count in (await work.session.exec(counts)).all()} == {1}
    await gate.refresh_until(lambda one: one.cache.feed is not None and one.cache.feed.manifest.ticket_count == 5)


async def test_many_changes_at_once_are_published_by_a_rebuild(
    central: Central, adult: int, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "MOST_CHANGES", 10)
    tickets = await central.sell(adult, 50)
    await gate.refresh_until(lambda one: all(one.cache.record(number(ticket)) for ticket in tickets))
    (one_more,) = await central.sell(adult)
    await gate.refresh_until(knows(one_more))
    assert gate.cache.feed is not None
    assert gate.cache.feed.manifest.ticket_count == 51


async def test_a_rotated_key_is_taken_up_while_serving(central: Central, adult: int, gate: Gate) -> None:
    files = KeyFiles(central.folder / "keys")
    for purpose in (Purpose.MANIFEST, Purpose.TIMESTAMP, Purpose.TICKETS):
        key_service.rotate(files, PASSPHRASE, purpose, central.clock(), SeededBytes(purpose), compromised=True)
    (ticket,) = await central.sell(adult)
    await gate.refresh_until(knows(ticket))
    assert gate.downloader.state.keyring.version == 4


async def test_tidying_keeps_what_gates_hold_and_lets_ended_tickets_go(
    central: Central, adult: int, gate: Gate, clock: HandClock
) -> None:
    (ticket,) = await central.sell(adult)
    gate.admit(ticket["ticket_id"])
    await gate.upload()
    await gate.refresh_until(lambda one: len(one.cache.events_of(number(ticket))) == 2)
    await central.publisher.tidy_all()
    await gate.refresh()
    assert len(gate.cache.events_of(number(ticket))) == 2
    assert gate.cache.record(number(ticket)) is not None
    assert gate.cache.feed is not None
    assert gate.cache.feed.admissions.base is not None
    clock.advance(seconds=40 * 24 * 3600)
    await central.publisher.tidy_all()
    await gate.refresh()
    assert gate.cache.record(number(ticket)) is None


async def test_a_head_waits_for_news_and_is_told_at_once() -> None:
    heads = Heads()
    heads.announce(SITE, CurrentHead(1, b"one"))
    waiting = [asyncio.create_task(heads.newer_than(SITE, 1, 30)) for _ in range(100)]
    await asyncio.sleep(0)
    heads.announce(SITE, CurrentHead(2, b"two"))
    assert await asyncio.gather(*waiting) == [CurrentHead(2, b"two")] * 100
    assert await heads.newer_than(SITE, 1, 30) == CurrentHead(2, b"two")
    assert await heads.newer_than(SITE, 2, 0) == CurrentHead(2, b"two")
    assert await heads.newer_than(SiteId(9), 0, 0) is None


async def test_no_request_waits_for_a_server_that_ends() -> None:
    heads = Heads()
    waiting = asyncio.create_task(heads.newer_than(SITE, 1, 30))
    await asyncio.sleep(0)
    heads.end()
    assert await waiting is None
    assert await heads.newer_than(SITE, 1, 30) is None
