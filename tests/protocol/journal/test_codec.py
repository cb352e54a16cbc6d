"""An entry's bytes: golden, bounded, and read back equal."""

from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import cbor
from protocol.admission.passages import PassageKind
from protocol.directions import Direction
from protocol.errors import InputError
from protocol.identifiers import AttemptId, BootId, CheckPointId, EntitlementId, JournalId, Sequence, TicketId
from protocol.instants import Instant
from protocol.journal import events
from protocol.journal.bodies import (
    MAX_DETAIL_CHARACTERS,
    _named_intent,
    _named_outcome,
    _plain_intent,
    _plain_outcome,
)
from protocol.journal.codec import (
    MAX_ENTRY_BYTES,
    _named_entry,
    _plain_entry,
    decode_entry,
    encode_entry,
    entry_hash,
    event_from_value,
    event_to_value,
)
from protocol.journal.entry_header import glance

U64 = st.integers(0, 2**64 - 1)
U32 = st.integers(0, 2**32 - 1)
U16 = st.integers(0, 2**16 - 1)
SEQUENCES = st.integers(1, 2**64 - 1).map(Sequence)
INSTANTS = U64.map(Instant)
NAMES = st.text(max_size=60)
DETAILS = st.text(max_size=MAX_DETAIL_CHARACTERS)
ATTEMPTS = st.binary(min_size=16, max_size=16).map(AttemptId)
DIRECTIONS = st.sampled_from(Direction)

INTENTS = st.builds(
    events.Intent,
    attempt_id=ATTEMPTS,
    direction=DIRECTIONS,
    kind=st.sampled_from(PassageKind),
    ticket_id=U64.map(TicketId),
    entitlement_id=U16.map(EntitlementId),
    generation=st.integers(0, 255),
    persons=st.integers(1, 2**16 - 1),
    uses_left=st.none() | U64,
    flags=st.lists(NAMES, max_size=16).map(tuple),
    feed_version=U64,
    resumes=st.none() | SEQUENCES,
    rule_id=U32,
    holder=st.none() | st.binary(min_size=16, max_size=16),
    supervisor=st.none() | U64,
    scanned_at=INSTANTS,
)
OUTCOMES = st.builds(events.Outcome, of=SEQUENCES, result=st.sampled_from(events.OutcomeResult), passed_count=U16)
EVENTS: st.SearchStrategy[events.Event] = st.one_of(
    INTENTS,
    OUTCOMES,
    st.builds(events.Refusal, ATTEMPTS, NAMES, U64.map(TicketId), DIRECTIONS, INSTANTS),
    st.builds(events.Alarm, NAMES, DETAILS),
    st.builds(events.ClockStep, INSTANTS, INSTANTS, NAMES),
    st.builds(events.FeedInForce, U64, U64),
    st.tuples(SEQUENCES, SEQUENCES, DETAILS).map(lambda t: events.LostRange(min(t[:2]), max(t[:2]), t[2])),
    st.builds(events.Rewound, st.binary(min_size=16, max_size=16).map(JournalId), U64.map(Sequence)),
    st.builds(events.UnknownEvent, st.integers(9, 255), st.lists(NAMES | U64, max_size=31).map(cbor.encode)),
)
ENTRIES = st.builds(
    events.Entry,
    journal_id=st.binary(min_size=16, max_size=16).map(JournalId),
    sequence=SEQUENCES,
    previous_hash=st.binary(min_size=32, max_size=32),
    boot_id=st.binary(min_size=8, max_size=8).map(BootId),
    check_point=U32.map(CheckPointId),
    wall_at=INSTANTS,
    monotonic_ms=U64,
    uncertainty_ms=U64,
    event=EVENTS,
    hash=st.just(b""),
)

GOLDEN_INTENT = events.Intent(
    attempt_id=AttemptId(bytes(range(16))),
    direction=Direction.ENTRY,
    kind=PassageKind.ENTRY,
    ticket_id=TicketId(0x1122334455667788),
    entitlement_id=EntitlementId(2),
    generation=1,
    persons=1,
    uses_left=0,
    flags=("offline",),
    feed_version=12,
    resumes=None,
    rule_id=0,
    holder=None,
    supervisor=None,
    scanned_at=Instant(1_778_378_400_000),
)
GOLDEN_ENTRY = events.Entry(
    journal_id=JournalId(bytes([0xAA]) * 16),
    sequence=Sequence(1),
    previous_hash=bytes(32),
    boot_id=BootId(bytes([0xBB]) * 8),
    check_point=CheckPointId(3),
    wall_at=Instant(1_778_378_400_000),
    monotonic_ms=5000,
    uncertainty_ms=10,
    event=GOLDEN_INTENT,
    hash=b"",
)
GOLDEN_BYTES = bytes.fromhex(
    "89"  # an array of nine
    "50" + "aa" * 16 + "01"  # journal, sequence
    "5820" + "00" * 32 + "48" + "bb" * 8 + "03"  # previous hash, boot, check point
    "1b0000019e0f9ce100" + "191388" + "0a"  # wall ms, monotonic ms, uncertainty ms
    "90" + "01"  # the event: an array of sixteen, tagged as intent
    "50000102030405060708090a0b0c0d0e0f"
    "65656e747279" + "65656e747279"  # direction and kind: "entry"
    "1b1122334455667788" + "02" + "01" + "01" + "00"  # ticket, entitlement, generation, persons, uses left
    "81676f66666c696e65" + "0c"  # flags, feed version
    "f6" + "00" + "f6" + "f6"  # resumes, rule, holder, supervisor
    "1b0000019e0f9ce100"
)


def test_golden_entry() -> None:
    assert encode_entry(GOLDEN_ENTRY).hex() == GOLDEN_BYTES.hex()
    assert entry_hash(GOLDEN_BYTES) == sha256(b"paifang/journal-entry/1\0" + GOLDEN_BYTES).digest()


@given(ENTRIES)
def test_every_entry_is_read_back_equal(entry: events.Entry) -> None:
    data = encode_entry(entry)
    found = decode_entry(data)
    assert found.hash == entry_hash(data)
    assert (found.event, found.sequence, found.wall_at) == (entry.event, entry.sequence, entry.wall_at)
    assert encode_entry(found) == data


@given(ENTRIES)
def test_a_glance_sees_what_the_whole_says(entry: events.Entry) -> None:
    seen = glance(encode_entry(entry))
    assert seen is not None
    assert (seen.journal_id, seen.sequence, seen.previous_hash) == (entry.journal_id, entry.sequence, entry.previous_hash)
    match entry.event:
        case events.Intent(ticket_id=ticket_id, holder=holder, resumes=resumes):
            assert (seen.ticket_id, seen.holder, seen.of) == (ticket_id, holder, resumes)
        case events.Outcome(of=of):
            assert (seen.ticket_id, seen.holder, seen.of) == (0, None, of)
        case _:
            assert (seen.ticket_id, seen.holder, seen.of) == (0, None, None)


@given(st.binary(max_size=300))
def test_no_bytes_are_a_fault(data: bytes) -> None:
    glance(data)
    with pytest.raises(InputError):
        decode_entry(data)


@given(st.integers(0, len(GOLDEN_BYTES) - 1), st.integers(1, 255))
def test_another_byte_is_another_entry_or_none(place: int, difference: int) -> None:
    changed = bytearray(GOLDEN_BYTES)
    changed[place] ^= difference
    try:
        found = decode_entry(bytes(changed))
    except InputError:
        return
    assert found.hash != entry_hash(GOLDEN_BYTES)
    assert encode_entry(found) == bytes(changed)


ODD_FIELDS: st.SearchStrategy[object] = st.sampled_from(
    [None, True, False, 0, -1, 1 << 8, 1 << 16, 1 << 32, 1 << 64, "", "entry", "x" * 61, b"", bytes(16), [], ["x"] * 17, [[]], {}]
)


def _read_of(read: Callable[[list[object]], events.Event | None], fields: list[object]) -> events.Event | None:
    try:
        return read(fields)
    except InputError:
        return None


@given(INTENTS | OUTCOMES, st.data())
def test_the_quick_readers_take_nothing_that_the_naming_ones_refuse(
    event: events.Intent | events.Outcome, data: st.DataObject
) -> None:
    _, *fields = event_to_value(event)
    quick, naming = (_plain_intent, _named_intent) if isinstance(event, events.Intent) else (_plain_outcome, _named_outcome)
    assert quick(fields) == event == naming(fields)
    fields[data.draw(st.integers(0, len(fields) - 1))] = data.draw(ODD_FIELDS)
    seen = _read_of(quick, fields)
    assert seen is None or seen == _read_of(naming, fields)


@given(ENTRIES, st.data())
def test_the_quick_reader_of_entries_takes_nothing_that_the_naming_one_refuses(entry: events.Entry, data: st.DataObject) -> None:
    fields = cbor.decode(encode_entry(entry))
    assert isinstance(fields, list)
    fields[data.draw(st.integers(0, len(fields) - 1))] = data.draw(ODD_FIELDS)
    try:
        seen = _plain_entry(fields, b"")
    except InputError:
        return
    assert seen is None or seen == _named_entry(fields, b"")


def test_an_event_of_a_newer_version_is_kept_as_it_came() -> None:
    value: list[object] = [200, "new", 7]
    event = event_from_value(value)
    assert isinstance(event, events.UnknownEvent)
    assert event_to_value(event) == value


@pytest.mark.parametrize(
    "value",
    [
        [],
        [0],
        [256],
        [True],
        "intent",
        [1],
        [2, 0, "passed", 1],
        [2, 1, "flown", 1],
        [2, 1, "passed", -1],
        [2, 1, "passed", 1, 1],
        [4, "x" * 61, ""],
        [4, "x", "x" * (MAX_DETAIL_CHARACTERS + 1)],
        [7, 5, 4, "backwards"],
        [8, bytes(15), 1],
        [200, *range(32)],
    ],
)
def test_what_the_format_does_not_allow_is_refused(value: object) -> None:
    with pytest.raises(InputError):
        event_from_value(value)


def test_an_entry_that_is_too_long_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(InputError, match=str(MAX_ENTRY_BYTES)):
        decode_entry(b"\x00" * (MAX_ENTRY_BYTES + 1))
