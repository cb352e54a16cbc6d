"""The kept events on both databases: read in an order that no later commit changes, and purged."""

import pytest

from central.live import kept_events
from central.live.kept_events import KEPT_MS
from central.live.rules.positions import BEGINNING, Position
from central.live_events.kinds import LiveKind
from central.live_events.telling import Change, tell
from central.store.unit_of_work import Store, Work
from protocol.identifiers import SiteId
from protocol.instants import Instant
from tests.builders.central import NOON


def change(number: int) -> Change:
    return Change(LiveKind.AGENT, {"agent": number, "change": "seen"}, site_id=SiteId(1))


async def told(store: Store, number: int, at: Instant = NOON) -> None:
    async with store.transaction() as work:
        tell(work, at, change(number))


async def read(store: Store, after: Position) -> tuple[list[str], Position, bool]:
    """What a reader finds after a position, and how far it is then."""
    async with store.reading() as work:
        found = await kept_events.horizon(work)
        events = await kept_events.between(work, after, found.position)
    return [one.data for one in events], found.position, found.holds_back


def said(*numbers: int) -> list[str]:
    return [f'{{"agent":{number},"change":"seen"}}' for number in numbers]


async def test_events_are_read_once_in_the_order_of_their_commits(store: Store) -> None:
    await told(store, 1)
    first, position, _ = await read(store, BEGINNING)
    assert first == said(1)
    assert (await read(store, position))[0] == []
    for number in (2, 3):
        await told(store, number)
    assert (await read(store, position))[0] == said(2, 3)


async def test_what_was_rolled_back_is_not_told(store: Store) -> None:
    async def failing(work: Work) -> None:
        tell(work, NOON, change(1))
        await work.write()
        raise LookupError

    with pytest.raises(LookupError):
        async with store.transaction() as work:
            await failing(work)
    await told(store, 2)
    assert (await read(store, BEGINNING))[0] == said(2)


@pytest.mark.parametrize("store_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
async def test_a_transaction_that_commits_late_is_not_lost(store: Store) -> None:
    async with store.transaction() as early:
        tell(early, NOON, change(1))
        await early.write()  # it has the lower number of a row
        await told(store, 2)  # and the other one commits first
        during, position, holds_back = await read(store, BEGINNING)
        assert (during, holds_back) == ([], True)
    assert (await read(store, position))[0] == said(1, 2)
    assert (await read(store, position))[2] is False


@pytest.mark.parametrize("store_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
async def test_a_transaction_that_began_early_and_tells_late_is_not_lost(store: Store) -> None:
    async with store.transaction() as early:
        tell(early, NOON, change(1))
        await early.write()
        async with store.transaction() as late:
            tell(late, NOON, change(2))
            await late.write()
            tell(early, NOON, change(3))
        before, position, _ = await read(store, BEGINNING)
        assert before == []
    assert (await read(store, position))[0] == said(1, 3, 2)


async def test_old_events_are_purged_and_a_position_before_them_is_too_old(store: Store) -> None:
    await told(store, 1)
    _, old, _ = await read(store, BEGINNING)
    async with store.reading() as work:
        assert await kept_events.floor(work) == BEGINNING
    await told(store, 2)
    await told(store, 3, Instant(NOON + KEPT_MS))
    floor = BEGINNING
    for _ in range(2):
        await kept_events.purge(store, Instant(NOON + KEPT_MS + 1))
        async with store.reading() as work:
            floor = await kept_events.floor(work)
        assert old < floor
        assert (await read(store, floor))[0] == said(3)
    await kept_events.purge(store, Instant(NOON + 3 * KEPT_MS))
    async with store.reading() as work:
        assert await kept_events.floor(work) <= (await kept_events.horizon(work)).position
    await told(store, 4)
    assert (await read(store, floor))[0] == said(4)
