"""The admissions head: no event is left out, segments stay few, and a roll-up changes nothing of what the head tells."""

from itertools import pairwise

import pytest

from central.sync.rules.feed_admissions import RollUp, append, empty, roll_up
from protocol.feed.buckets import EMPTY_LIST, BucketKind, digest, hash_at
from protocol.feed.manifest import MAX_SEGMENTS, AdmissionsHead
from protocol.feed.segments import Row, event_count, events_of_ticket, merged, rows_of, ticket_row, walk_in_row
from protocol.identifiers import TicketId
from protocol.instants import plus
from protocol.journal.events import OutcomeResult
from protocol.journal.history import AdmissionEvent
from tests.builders.feed import SITE, START, entry, outcome, watermark

HOLDER = b"h" * 16


class Shelf:
    """What central stores of the admissions role."""

    def __init__(self) -> None:
        self.head: AdmissionsHead = empty(SITE, 1)
        self.hashes = EMPTY_LIST
        self.segments: dict[bytes, bytes] = {}
        self.buckets: dict[int, bytes] = {}

    def append(self, *rows: Row) -> None:
        made = append(self.head, self.hashes, rows, [watermark(len(rows))], START, self.segments.__getitem__)
        self.head, self.segments = made.head, self.segments | made.segments

    def roll_up(self, rule: RollUp) -> None:
        made = roll_up(self.head, self.hashes, rule, lambda at: self.buckets.get(at, b""), self.segments.__getitem__)
        self.head, self.hashes, self.segments = made.head, made.base_hashes, self.segments | made.segments
        self.buckets |= {number: blob for (_, number), blob in made.base_buckets.items()}
        assert all(kind is BucketKind.EVENTS for kind, _ in made.base_buckets)

    def events_of(self, ticket_id: int) -> set[AdmissionEvent]:
        sources = [self.buckets.get(ticket_id >> 52, b""), *(self.segments[ref.sha256] for ref in self.head.segments)]
        return {event for source in sources for event in events_of_ticket(source, TicketId(ticket_id))}


def row(ticket_id: int, sequence: int) -> Row:
    return ticket_row(TicketId(ticket_id), entry(ticket_id, sequence))


def test_segments_stay_few_and_hold_every_event() -> None:
    shelf = Shelf()
    most = 0
    for sequence in range(1, 1_001):
        shelf.append(row(sequence << 50, sequence))
        most = max(most, len(shelf.head.segments))
    held = [one for ref in shelf.head.segments for one in rows_of(shelf.segments[ref.sha256])]
    assert len(held) == len(set(held)) == shelf.head.event_count == 1_000
    assert most < 40 < MAX_SEGMENTS
    assert shelf.head.version == 1_000


def test_a_merge_takes_only_segments_that_were_published_and_are_next_to_each_other() -> None:
    shelf = Shelf()
    heads = [shelf.head]
    for sequence in range(1, 101):
        shelf.append(row(5, sequence))
        heads.append(shelf.head)
    for before, after in pairwise(heads):
        gone = [ref for ref in before.segments if ref not in after.segments]
        assert before.segments[: len(before.segments) - len(gone)] + tuple(gone) == before.segments
        fresh = [ref for ref in after.segments if ref not in before.segments]
        assert len(fresh) == (2 if gone else 1)
        if gone:
            assert digest(merged(shelf.segments[ref.sha256] for ref in gone)) == fresh[0].sha256


def test_watermarks_only_rise() -> None:
    shelf = Shelf()
    shelf.append(row(1, 1), row(1, 2))
    shelf.append(row(1, 3))
    assert shelf.head.watermarks == (watermark(2),)


def test_a_publication_without_events_adds_no_segment() -> None:
    shelf = Shelf()
    shelf.append()
    assert shelf.head.segments == ()


@pytest.mark.parametrize("rolls", [1, 2])
def test_a_roll_up_tells_the_same_of_every_ticket_that_has_not_ended(rolls: int) -> None:
    shelf = Shelf()
    told = {}
    for part in range(rolls):
        for sequence in range(1 + 20 * part, 20 * part + 20):
            shelf.append(row((sequence % 7 + 1) << 58, sequence))
        told = {number << 58: shelf.events_of(number << 58) for number in range(1, 8)}
        shelf.roll_up(RollUp(frozenset(), START, START))
        assert shelf.head.segments == ()
    assert {ticket_id: shelf.events_of(ticket_id) for ticket_id in told} == told
    base = shelf.head.base
    assert base is not None
    assert base.root == digest(shelf.hashes)
    assert base.count == sum(map(event_count, shelf.buckets.values())) == 19 * rolls
    assert base.length == sum(map(len, shelf.buckets.values()))
    assert all(digest(blob) == hash_at(shelf.hashes, number) for number, blob in shelf.buckets.items())


def test_a_roll_up_leaves_out_ended_tickets_even_where_nothing_else_changed() -> None:
    shelf = Shelf()
    shelf.append(row(1 << 60, 1), row(2 << 60, 2))
    shelf.roll_up(RollUp(frozenset(), START, START))
    shelf.roll_up(RollUp({TicketId(1 << 60)}, START, START))
    assert shelf.events_of(1 << 60) == set()
    assert len(shelf.events_of(2 << 60)) == 1
    assert hash_at(shelf.hashes, 1 << 8) == hash_at(EMPTY_LIST, 1 << 8)
    assert shelf.head.event_count == 1


def test_a_roll_up_carries_young_walk_ins_with_their_outcomes_and_drops_old_ones() -> None:
    shelf = Shelf()
    events = [
        entry(0, 1, holder=HOLDER),
        outcome(1, 2, OutcomeResult.NOT_PASSED),
        entry(0, 30, holder=HOLDER),
        outcome(30, 31, OutcomeResult.NOT_PASSED),
    ]
    shelf.append(*(walk_in_row(HOLDER, event) for event in events))
    shelf.roll_up(RollUp(frozenset(), plus(START, seconds=30), START))
    (ref,) = shelf.head.segments
    assert set(rows_of(shelf.segments[ref.sha256])) == {walk_in_row(HOLDER, event) for event in events[2:]}
    shelf.roll_up(RollUp(frozenset(), plus(START, seconds=31), START))
    assert shelf.head.segments == ()
