"""Segments of admission events: the same events give the same bytes, merged by any program in any order."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import InputError
from protocol.feed.segments import (
    Row,
    by_bucket,
    encode_segment,
    event_count,
    events_of_holder,
    events_of_ticket,
    merged,
    rows_of,
    ticket_row,
    walk_in_row,
)
from protocol.identifiers import TicketId
from protocol.journal.events import OutcomeResult
from protocol.journal.history import AdmissionEvent
from tests.builders.feed import entry, outcome

HOLDERS = [bytes([number]) * 16 for number in range(1, 4)]


def row(subject: int, sequence: int) -> Row:
    """A ticket's event for a positive subject, a walk-in's for a negative one."""
    if subject > 0:
        return ticket_row(TicketId(subject), entry(subject, sequence))
    return walk_in_row(HOLDERS[-subject], entry(0, sequence, holder=HOLDERS[-subject]))


rows = st.lists(st.builds(row, st.integers(-2, 5), st.integers(1, 30)), max_size=25)


@given(rows, st.randoms(use_true_random=False))
def test_a_segment_does_not_depend_on_order_or_copies(some: list[Row], source: Random) -> None:
    shuffled = some + some[:3]
    source.shuffle(shuffled)
    assert encode_segment(shuffled) == encode_segment(some)


@given(rows, rows, rows)
def test_merging_is_order_free_and_counts_nothing_twice(one: list[Row], two: list[Row], three: list[Row]) -> None:
    segments = [encode_segment(some) for some in (one, two, three)]
    whole = encode_segment(one + two + three)
    assert merged(segments) == merged(reversed(segments)) == merged([merged(segments[:2]), *segments]) == whole
    assert event_count(whole) == len({*one, *two, *three})


@given(rows)
def test_the_events_of_a_ticket_or_holder_are_found_and_no_others(some: list[Row]) -> None:
    segment = encode_segment(some)
    for subject in range(-2, 7):
        wanted = row(subject, 1)[0]
        found = events_of_ticket(segment, TicketId(subject)) if subject > 0 else events_of_holder(segment, wanted)
        expected = sorted(value for of, value in set(some) if of == wanted)
        assert [row_value(wanted, event) for event in found] == expected


def row_value(subject: bytes, event: AdmissionEvent) -> bytes:
    return walk_in_row(subject, event)[1] if len(subject) == 16 else ticket_row(TicketId(1), event)[1]


@given(rows)
def test_rows_are_read_back_and_fall_into_buckets(some: list[Row]) -> None:
    assert set(rows_of(encode_segment(some))) == set(some)
    tickets = {one for one in some if len(one[0]) == 8}
    assert {one for bucket in by_bucket(some).values() for one in bucket} == tickets


def test_no_events_are_no_bytes() -> None:
    assert encode_segment([]) == b""
    assert event_count(b"") == 0
    assert events_of_ticket(b"", TicketId(1)) == ()


def test_an_outcome_stands_with_the_ticket_of_its_intent() -> None:
    events = [entry(9, 1), outcome(1, 2, OutcomeResult.PASSED)]
    assert set(events_of_ticket(encode_segment(ticket_row(TicketId(9), one) for one in events), TicketId(9))) == set(events)


@pytest.mark.law(4)
def test_a_segment_that_is_not_as_long_as_it_says_is_refused() -> None:
    segment = encode_segment([row(1, 1), row(-1, 2)])
    for wrong in (segment[:7], segment[:-1], segment + b"\0", bytes(4) + b"\xff" * 4):
        with pytest.raises(InputError):
            rows_of(wrong)
