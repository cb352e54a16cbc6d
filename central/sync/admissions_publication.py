"""The admissions role of a site, with the database: new events from the outbox, the daily roll-up.

Laws: the transaction that publishes an event deletes it from the outbox; a journal's watermark is read before the outbox, so that
all events up to it are in what is published.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from sqlmodel import col, select

from central.admissions import events
from central.admissions.events import OutboxEvent
from central.issuing import feed_rows
from central.store.tables.devices import AgentRow
from central.store.tables.journals import JournalRow
from central.store.unit_of_work import Work
from central.sync import feed_store
from central.sync.published_feed import SiteFeed
from central.sync.rebuild import ENDED_KEPT_MS
from central.sync.rules import feed_admissions
from central.sync.rules.feed_admissions import EventPublication, RollUp
from protocol.feed.buckets import BucketKind
from protocol.feed.delta import BucketId
from protocol.feed.manifest import AdmissionsHead, Watermark
from protocol.feed.records import ticket_key
from protocol.feed.segments import Row
from protocol.identifiers import AgentId, JournalId, Sequence, SiteId
from protocol.instants import MS_PER_MINUTE, Instant, Minute, to_minute

MOST_EVENTS = 20_000
_DAY_MS = 24 * 60 * MS_PER_MINUTE
# Walk-ins count once a day; two days cover every time zone.
WALK_INS_KEPT_MS = 2 * _DAY_MS
# Roll-ups run daily; a week of ended tickets makes up for some that did not run.
ENDED_WINDOW_MS = 7 * _DAY_MS


@dataclass(frozen=True, slots=True)
class NextHead:
    """The next head, what is new in it, and which events it tells."""

    head: AdmissionsHead
    segments: dict[bytes, bytes]
    base_hashes: bytes
    base_buckets: dict[BucketId, bytes]
    told: tuple[OutboxEvent, ...]


async def next_head(work: Work, site_id: SiteId, feed: SiteFeed, epoch: int, now: Instant) -> NextHead | None:
    """Return the next head with the events that wait, or None where none wait."""
    watermarks = await _watermarks(work, site_id)
    told = await events.untold(work, site_id, MOST_EVENTS)
    if not told:
        return None
    marks = watermarks if len(told) < MOST_EVENTS else ()
    rows = [row for one in told if (row := _row(one)) is not None]
    head = in_epoch(feed.admissions, epoch)
    load_segment = _segment_loader(work, site_id)
    made = await asyncio.to_thread(feed_admissions.append, head, feed.base_hashes, rows, marks, now, load_segment)
    return _next(made, told)


def renewed(feed: SiteFeed, epoch: int, now: Instant) -> NextHead:
    """Return the same head under the next version: for the first of all, or for a new key."""
    head = in_epoch(feed.admissions, epoch)
    return NextHead(replace(head, version=head.version + 1, as_of=now), {}, feed.base_hashes, {}, ())


async def rolled_up(work: Work, site_id: SiteId, feed: SiteFeed, now: Instant) -> NextHead | None:
    """Return the next head with all segments in its base, or None where there is nothing to roll up."""
    if not feed.admissions.segments or feed.admissions_ref is None:
        return None
    limit = now - ENDED_KEPT_MS
    ended = await feed_rows.ended_between(work, _minute(limit - ENDED_WINDOW_MS), _minute(limit))
    rule = RollUp(ended, Instant(now - WALK_INS_KEPT_MS), now)
    loader, segments = _bucket_loader(work, site_id), _segment_loader(work, site_id)
    made = await asyncio.to_thread(feed_admissions.roll_up, feed.admissions, feed.base_hashes, rule, loader, segments)
    return _next(made, ())


def in_epoch(head: AdmissionsHead, epoch: int) -> AdmissionsHead:
    """Return the head to go on from after root raised the epoch: the same content; versions begin again at one."""
    return replace(head, epoch=epoch, version=0) if head.epoch < epoch else head


def _minute(at: int) -> Minute:
    return to_minute(Instant(max(0, at)))


def _next(made: EventPublication, told: tuple[OutboxEvent, ...]) -> NextHead:
    return NextHead(made.head, made.segments, made.base_hashes, made.base_buckets, told)


def _row(one: OutboxEvent) -> Row | None:
    """Return the row of an event; an event that names neither ticket nor document is of no use to other gates."""
    if one.ticket_id:
        return ticket_key(one.ticket_id), one.data
    return None if one.holder is None else (one.holder, one.data)


async def _watermarks(work: Work, site_id: SiteId) -> tuple[Watermark, ...]:
    query = (
        select(JournalRow.agent_id, JournalRow.journal_id, JournalRow.sequence)
        .join(AgentRow, col(AgentRow.id) == col(JournalRow.agent_id))
        .where(AgentRow.site_id == site_id, col(JournalRow.sequence) > 0)
    )
    rows: Collection[tuple[int, bytes, int]] = (await work.session.exec(query)).all()
    return tuple(Watermark(AgentId(agent), JournalId(journal), Sequence(sequence)) for agent, journal, sequence in rows)


def _segment_loader(work: Work, site_id: SiteId) -> Callable[[bytes], bytes]:
    """Return a function that loads a published segment for a thread; this loop runs the query."""
    loop = asyncio.get_running_loop()

    async def find(sha256: bytes) -> bytes:
        found = await feed_store.content(work, site_id, sha256)
        assert found is not None, "the segments of the newest head are kept"
        return found

    return lambda sha256: asyncio.run_coroutine_threadsafe(find(sha256), loop).result()


def _bucket_loader(work: Work, site_id: SiteId) -> Callable[[int], bytes]:
    loop = asyncio.get_running_loop()

    async def find(number: int) -> bytes:
        return (await feed_store.buckets(work, site_id, BucketKind.EVENTS, (number,)))[number]

    return lambda number: asyncio.run_coroutine_threadsafe(find(number), loop).result()
