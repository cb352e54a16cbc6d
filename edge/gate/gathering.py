"""Gathers the facts of a showing: from the signed cache, this agent's own journal, and the admissions of all other agents.

Laws: every record, table and event was verified before it comes here (law 4); uses are the union of the own journal and the
signed admissions, counted once (law 2: by ticket id, never by text).
"""

from dataclasses import dataclass, replace
from datetime import tzinfo
from zoneinfo import ZoneInfo

from edge.cache.cache import Cache, CacheEmpty
from edge.cache.feed import Feed
from edge.gate.attempt import Showing
from edge.journal.journal import Journal
from edge.trust.site_clock import is_trusted
from protocol.admission.facts import Candidate, DocumentCard, Facts, Ground, Scan, TicketCode
from protocol.admission.passages import PastPassage, PastWalkIn
from protocol.feed.trust import TrustState
from protocol.identifiers import TicketId
from protocol.journal.events import ClockReading
from protocol.journal.history import fold, walk_ins
from protocol.scan_parser import Shown, without_tickets

MAX_CANDIDATES = 32


@dataclass(frozen=True, slots=True)
class Known:
    """Where the facts come from, at one moment."""

    cache: Cache
    journal: Journal
    trust: TrustState
    reading: ClockReading


@dataclass(frozen=True, slots=True)
class Counters:
    """What the desk itself keeps: its counts, and whether a supervisor has unlocked the lanes."""

    unseen_this_hour: int
    inside: int | None
    unlocked: bool


def gather(known: Known, showing: Showing, counters: Counters) -> Facts:
    """Return the whole case; raise CacheEmpty where there is no feed or it does not know the check point."""
    feed = known.cache.feed
    check_point = None if feed is None else feed.check_points.get(showing.check_point)
    if feed is None or check_point is None:
        raise CacheEmpty(
            f"the feed in force does not know check point {showing.check_point}: create it at central, or wait for the feed"
        )
    ticket_ids = tickets_of(known.cache, showing.shown)
    shown = showing.shown if ticket_ids else without_tickets(showing.shown)
    presented = shown.presented
    candidates = tuple(
        Candidate(record, _passages(known, ticket_id))
        for ticket_id in ticket_ids
        if (record := known.cache.record(ticket_id)) is not None
    )
    unrecorded = presented.claims.ticket_id if isinstance(presented, TicketCode) and not candidates else None
    return Facts(
        scan=_scan(showing, shown, known.reading),
        candidates=candidates,
        unrecorded=() if unrecorded is None else _passages(known, unrecorded),
        check_point=check_point,
        check_points=feed.check_points,
        ticket_types=feed.ticket_types,
        site=feed.site_rules,
        zone=site_zone(feed),
        ground=_ground(known, feed, unlocked=counters.unlocked),
        walk_ins=_walk_ins(known, presented, showing.shown) if isinstance(presented, DocumentCard) else (),
        inside=counters.inside,
        unseen_this_hour=counters.unseen_this_hour,
        fire=showing.fire,
        earlier_answer=None,
    )


def site_zone(feed: Feed) -> tzinfo:
    """Return the site's time zone, by the name that central signed."""
    return ZoneInfo(feed.site_rules.zone_name)


def _scan(showing: Showing, shown: Shown, reading: ClockReading) -> Scan:
    return Scan(
        attempt_id=showing.attempt_id,
        at=reading.wall_at,
        uncertainty_ms=reading.uncertainty_ms,
        persons=showing.persons,
        presented=shown.presented,
        holder=showing.holder,
        supervisor=showing.supervisor,
    )


def tickets_of(cache: Cache, shown: Shown) -> tuple[TicketId, ...]:
    """Return the tickets that a credential leads to."""
    if shown.ticket_id is not None:
        return (shown.ticket_id,)
    if shown.short_number is not None:
        return cache.tickets_numbered(shown.short_number)[:MAX_CANDIDATES]
    if shown.look_up is None:
        return ()
    found = dict.fromkeys(ticket_id for kind, key in shown.look_up.keys for ticket_id in cache.tickets_by(kind, key))
    return tuple(found)[:MAX_CANDIDATES]


def _passages(known: Known, ticket_id: TicketId) -> tuple[PastPassage, ...]:
    return fold((*known.cache.events_of(ticket_id), *known.journal.events_of(ticket_id)))


def _walk_ins(known: Known, card: DocumentCard, shown: Shown) -> tuple[PastWalkIn, ...]:
    """Return the past walk-ins of a document: by its hash, and by its hashes under the site's older keys (law 9).

    A passage that a power cut interrupted under an older key is not resumed: the journal would name two persons.
    """
    older = [key for _, key in shown.look_up.keys if key != card.holder] if shown.look_up is not None else []
    before = (replace(one, holder=card.holder, interrupted=False) for key in older for one in _walk_ins_of(known, key))
    return (*_walk_ins_of(known, card.holder), *before)


def _walk_ins_of(known: Known, holder: bytes) -> tuple[PastWalkIn, ...]:
    return walk_ins((*known.cache.walk_ins_of(holder), *known.journal.walk_in_events_of(holder)))


def _ground(known: Known, feed: Feed, *, unlocked: bool) -> Ground:
    fresh = known.trust.freshness
    age_ms = known.reading.wall_at - (feed.manifest.as_of if fresh is None else fresh.signed_at)
    return Ground(as_of=feed.manifest.as_of, age_ms=max(0, age_ms), clock_trusted=is_trusted(known.reading), unlocked=unlocked)
