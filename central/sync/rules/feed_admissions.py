"""The making of the admissions head: new events form a segment, small segments are merged, and all are rolled up daily.

Laws: pure; an event is left out only together with its ended ticket; a published segment is merged only with other published
segments, so that a gate that holds them makes the merged one itself and downloads no event twice.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from protocol import cbor
from protocol.feed.buckets import EMPTY_LIST, BucketKind, bucket_of_ticket, digest, with_hashes
from protocol.feed.delta import BucketId
from protocol.feed.manifest import MAX_SEGMENTS, AdmissionsHead, EventBase, SegmentRef, Watermark
from protocol.feed.segments import Row, by_bucket, encode_segment, event_count, merged, rows_of
from protocol.identifiers import SiteId, TicketId
from protocol.instants import Instant
from protocol.journal.events import Intent
from protocol.journal.history import AdmissionEvent

_NO_VERSION = 0
_MERGE_SEGMENTS = 8
_TICKET_SUBJECT_BYTES = 8


@dataclass(frozen=True, slots=True)
class EventPublication:
    """A new head, the segments that are new in it by hash, and after a roll-up the new base's hash list and buckets."""

    head: AdmissionsHead
    segments: dict[bytes, bytes]
    base_hashes: bytes
    base_buckets: dict[BucketId, bytes]


def empty(site: SiteId, epoch: int) -> AdmissionsHead:
    """Return the state before the first publication; it is never served."""
    return AdmissionsHead(site, epoch, _NO_VERSION, Instant(0), None, (), ())


def append(
    head: AdmissionsHead,
    base_hashes: bytes,
    rows: Iterable[Row],
    watermarks: Iterable[Watermark],
    as_of: Instant,
    load_segment: Callable[[bytes], bytes],
) -> EventPublication:
    """Return the next head with new events. `load_segment` gives a published segment by its hash."""
    new: dict[bytes, bytes] = {}
    refs = head.segments
    start = _merge_from(tuple(ref.count for ref in refs))
    if start is not None:
        refs = (*refs[:start], _named(merged(load_segment(ref.sha256) for ref in refs[start:]), new))
    segment = encode_segment(rows)
    if segment:
        refs = (*refs, _named(segment, new))
    next_head = replace(
        head, version=head.version + 1, as_of=as_of, segments=refs, watermarks=_advanced(head.watermarks, watermarks)
    )
    return EventPublication(next_head, new, base_hashes, {})


@dataclass(frozen=True, slots=True)
class RollUp:
    """What a daily roll-up keeps: no events of `ended` tickets, walk-ins only from `walk_ins_since` on."""

    ended: Collection[TicketId]
    walk_ins_since: Instant
    as_of: Instant


def roll_up(
    head: AdmissionsHead,
    base_hashes: bytes,
    rule: RollUp,
    load_bucket: Callable[[int], bytes],
    load_segment: Callable[[bytes], bytes],
) -> EventPublication:
    """Return the next head, whose base holds the events of all segments; `load_bucket` gives a bucket of the old base."""
    rows = [row for ref in head.segments for row in rows_of(load_segment(ref.sha256))]
    base = head.base or EventBase(digest(EMPTY_LIST), 0, 0)
    ended = {ticket_id.to_bytes(_TICKET_SUBJECT_BYTES, "big") for ticket_id in rule.ended}
    fresh = by_bucket(rows)
    buckets: dict[BucketId, bytes] = {}
    length, count = base.length, base.count
    for number in sorted(fresh.keys() | {bucket_of_ticket(ticket_id) for ticket_id in rule.ended}):
        old = load_bucket(number)
        kept = (row for row in (*rows_of(old), *fresh.get(number, ())) if row[0] not in ended)
        blob = encode_segment(kept)
        if blob == old:
            continue
        buckets[BucketKind.EVENTS, number] = blob
        length += len(blob) - len(old)
        count += event_count(blob) - event_count(old)
    hashes = with_hashes(base_hashes, {number: digest(blob) for (_, number), blob in buckets.items()})
    new: dict[bytes, bytes] = {}
    walk_ins = encode_segment(_young_walk_ins(rows, rule.walk_ins_since))
    next_head = replace(
        head,
        version=head.version + 1,
        as_of=rule.as_of,
        base=EventBase(digest(hashes), length, count),
        segments=(_named(walk_ins, new),) if walk_ins else (),
    )
    return EventPublication(next_head, new, hashes, buckets)


def _merge_from(counts: tuple[int, ...]) -> int | None:
    """Return where the segments to merge begin: the last eight, where none of them has half of all their events.

    So each event is merged a few times in its life, and there are at most eight segments for each doubling.
    """
    if len(counts) >= MAX_SEGMENTS - 1:
        return 0
    run = counts[-_MERGE_SEGMENTS:]
    return len(counts) - _MERGE_SEGMENTS if len(run) == _MERGE_SEGMENTS and 2 * max(run) <= sum(run) else None


def _named(segment: bytes, new: dict[bytes, bytes]) -> SegmentRef:
    sha256 = digest(segment)
    new[sha256] = segment
    return SegmentRef(sha256, len(segment), event_count(segment))


def _advanced(old: Iterable[Watermark], new: Iterable[Watermark]) -> tuple[Watermark, ...]:
    reached = {(mark.agent, mark.journal_id): mark.sequence for mark in old}
    for mark in new:
        key = mark.agent, mark.journal_id
        reached[key] = max(mark.sequence, reached.get(key, mark.sequence))
    return tuple(Watermark(*key, reached[key]) for key in sorted(reached))


def _young_walk_ins(rows: Iterable[Row], since: Instant) -> Iterable[Row]:
    events = [(row, AdmissionEvent.from_value(cbor.decode(row[1]))) for row in rows if len(row[0]) != _TICKET_SUBJECT_BYTES]
    young = {event.key for _, event in events if isinstance(event.event, Intent) and event.event.scanned_at >= since}
    for row, event in events:
        of = event.sequence if isinstance(event.event, Intent) else event.event.of
        if (event.agent, event.journal_id, of) in young:
            yield row
