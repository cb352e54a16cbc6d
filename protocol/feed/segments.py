"""Admission events as the signed admissions role carries them: segments, and the event buckets that they are rolled up into.

Both have one layout, big-endian: `tickets u32 | walk-ins u32 | ticket id u64 per ticket event | holder 16 bytes per walk-in event
| end of the event in the following part u32 per event | the events, deterministic CBOR (journal.history)`. Ticket events come
first, ascending by ticket id and then by their bytes; walk-in events (which name no ticket) follow, by holder in the same way. An
outcome is stored under the ticket or holder of its intent. A segment without events has no bytes.
Laws: a segment holds an event once, so a merge of segments does not depend on order, and two programs that merge the same
segments get the same bytes.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from protocol import cbor
from protocol.errors import InputError
from protocol.feed.buckets import BUCKETS, bucket_of_ticket
from protocol.holders import HOLDER_BYTES
from protocol.identifiers import TicketId
from protocol.journal.history import AdmissionEvent

_HEADER = struct.Struct(">II")
_END_BYTES = 4
_TICKET_BYTES = 8
MAX_SEGMENT_BYTES = 32 * 1024 * 1024

Row = tuple[bytes, bytes]  # the subject (8 bytes of a ticket id, or 16 of a holder), and the event's bytes


@dataclass(frozen=True, slots=True)
class _Shape:
    """The offsets of the parts of a segment; `values` is the offset of the events."""

    tickets: int
    walk_ins: int
    holders_at: int
    ends_at: int
    values_at: int


def ticket_row(ticket_id: TicketId, event: AdmissionEvent) -> Row:
    """Return the row of an event of a ticket."""
    return ticket_id.to_bytes(_TICKET_BYTES, "big"), cbor.encode(event.to_value())


def walk_in_row(holder: bytes, event: AdmissionEvent) -> Row:
    """Return the row of an event of a walk-in."""
    assert len(holder) == HOLDER_BYTES, "a holder hash has 16 bytes"
    return holder, cbor.encode(event.to_value())


def encode_segment(rows: Iterable[Row]) -> bytes:
    """Return the segment, or the event bucket, of these rows; copies of a row count once."""
    ordered = sorted(set(rows), key=lambda row: (len(row[0]), row))
    if not ordered:
        return b""
    tickets = sum(1 for subject, _ in ordered if len(subject) == _TICKET_BYTES)
    ends: list[int] = []
    end = 0
    for _, value in ordered:
        end += len(value)
        ends.append(end)
    subjects = b"".join(subject for subject, _ in ordered)
    values = b"".join(value for _, value in ordered)
    return _HEADER.pack(tickets, len(ordered) - tickets) + subjects + struct.pack(f">{len(ends)}I", *ends) + values


def rows_of(segment: bytes) -> list[Row]:
    """Return all rows of a segment; raise InputError where it is malformed."""
    shape = _shape(segment)
    return [(_subject(segment, shape, place), _value(segment, shape, place)) for place in range(shape.tickets + shape.walk_ins)]


def event_count(segment: bytes) -> int:
    """Return the number of events in a segment."""
    shape = _shape(segment)
    return shape.tickets + shape.walk_ins


def merged(segments: Iterable[bytes]) -> bytes:
    """Return one segment with all events of several segments."""
    return encode_segment(row for segment in segments for row in rows_of(segment))


def events_of_ticket(segment: bytes, ticket_id: TicketId) -> tuple[AdmissionEvent, ...]:
    """Return the events of a ticket, found by bisection of a verified segment."""
    shape = _shape(segment)
    return _events(segment, shape, ticket_id.to_bytes(_TICKET_BYTES, "big"), 0, shape.tickets)


def events_of_holder(segment: bytes, holder: bytes) -> tuple[AdmissionEvent, ...]:
    """Return the walk-in events of a document, found by bisection of a verified segment."""
    shape = _shape(segment)
    return _events(segment, shape, holder, shape.tickets, shape.tickets + shape.walk_ins)


def by_bucket(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """Return the ticket events among the rows, by their bucket's number; walk-in events have no bucket."""
    buckets: dict[int, list[Row]] = {}
    for row in rows:
        if len(row[0]) == _TICKET_BYTES:
            buckets.setdefault(bucket_of_ticket(TicketId(int.from_bytes(row[0], "big"))), []).append(row)
    assert all(0 <= number < BUCKETS for number in buckets), "a ticket id has 64 bits"
    return buckets


def _shape(segment: bytes) -> _Shape:
    if not segment:
        return _Shape(0, 0, 0, 0, 0)
    if len(segment) < _HEADER.size:
        raise InputError("a segment is shorter than its header")
    tickets, walk_ins = _HEADER.unpack_from(segment)
    holders_at = _HEADER.size + tickets * _TICKET_BYTES
    ends_at = holders_at + walk_ins * HOLDER_BYTES
    values_at = ends_at + (tickets + walk_ins) * _END_BYTES
    shape = _Shape(tickets, walk_ins, holders_at, ends_at, values_at)
    if values_at > len(segment) or _end(segment, shape, tickets + walk_ins - 1) != len(segment):
        raise InputError("a segment is not as long as its header and its last event say")
    return shape


def _end(segment: bytes, shape: _Shape, place: int) -> int:
    if place < 0:
        return shape.values_at
    at = shape.ends_at + place * _END_BYTES
    return shape.values_at + int.from_bytes(segment[at : at + _END_BYTES], "big")


def _subject(segment: bytes, shape: _Shape, place: int) -> bytes:
    if place < shape.tickets:
        at = _HEADER.size + place * _TICKET_BYTES
        return segment[at : at + _TICKET_BYTES]
    at = shape.holders_at + (place - shape.tickets) * HOLDER_BYTES
    return segment[at : at + HOLDER_BYTES]


def _value(segment: bytes, shape: _Shape, place: int) -> bytes:
    return segment[_end(segment, shape, place - 1) : _end(segment, shape, place)]


def _events(segment: bytes, shape: _Shape, subject: bytes, low: int, end: int) -> tuple[AdmissionEvent, ...]:
    high = end
    while low < high:
        middle = (low + high) // 2
        if _subject(segment, shape, middle) < subject:
            low = middle + 1
        else:
            high = middle
    found: list[AdmissionEvent] = []
    while low < end and _subject(segment, shape, low) == subject:
        found.append(AdmissionEvent.from_value(cbor.decode(_value(segment, shape, low))))
        low += 1
    return tuple(found)
