"""The bytes of an entry and of its event: deterministic CBOR arrays, the event's first item being its tag.

An entry's bytes are [journal id, sequence, previous hash, boot id, check point, wall ms, monotonic ms, uncertainty ms, event];
its hash is SHA-256 over `paifang/journal-entry/1`, a zero byte and those bytes, and does not travel.
Laws: one entry has one encoding; every field is bounded; an unknown tag is kept, never refused (law 5). Entries have a quick
reader too; `bodies` says why.
"""

import hashlib
from collections.abc import Callable

from protocol import cbor
from protocol.errors import InputError
from protocol.identifiers import (
    BOOT_ID_BYTES,
    JOURNAL_ID_BYTES,
    U8_MAX,
    U32_MAX,
    BootId,
    CheckPointId,
    JournalId,
    Sequence,
)
from protocol.instants import Instant
from protocol.journal.bodies import (
    alarm_from_row,
    clock_step_from_row,
    feed_in_force_from_row,
    intent_from_row,
    intent_to_row,
    is_binary,
    is_number,
    lost_range_from_value,
    outcome_from_row,
    refusal_from_row,
    rewound_from_row,
    row,
)
from protocol.journal.events import (
    HASH_BYTES,
    Alarm,
    ClockStep,
    Entry,
    Event,
    FeedInForce,
    Intent,
    LostRange,
    Outcome,
    Refusal,
    Rewound,
    UnknownEvent,
)
from protocol.signatures import message

ENTRY_DOMAIN = "journal-entry"
MAX_ENTRY_BYTES = 4_096
MAX_EVENT_FIELDS = 32

INTENT_TAG, OUTCOME_TAG, REFUSAL_TAG, ALARM_TAG, CLOCK_STEP_TAG, FEED_IN_FORCE_TAG, LOST_RANGE_TAG, REWOUND_TAG = range(1, 9)

_HASHED_BEFORE = message(ENTRY_DOMAIN, b"")
_ENTRY_FIELDS = ("journal", "sequence", "previous", "boot", "check_point", "wall_at", "monotonic", "uncertainty", "event")


def entry_hash(data: bytes) -> bytes:
    """Return the 32-byte hash of an entry's bytes."""
    return hashlib.sha256(_HASHED_BEFORE + data).digest()


def encode_entry(entry: Entry) -> bytes:
    """Return the entry's bytes; `entry.hash` is their hash."""
    return cbor.encode(
        [
            entry.journal_id,
            entry.sequence,
            entry.previous_hash,
            entry.boot_id,
            entry.check_point,
            entry.wall_at,
            entry.monotonic_ms,
            entry.uncertainty_ms,
            event_to_value(entry.event),
        ]
    )


def decode_entry(data: bytes) -> Entry:
    """Read an entry; raise InputError where it is malformed or longer than MAX_ENTRY_BYTES."""
    if len(data) > MAX_ENTRY_BYTES:
        raise InputError(f"journal entry: {len(data)} bytes are more than {MAX_ENTRY_BYTES}")
    value = cbor.decode(data)
    return _plain_entry(value, data) or _named_entry(value, data)


def _plain_entry(value: object, data: bytes) -> Entry | None:
    if not isinstance(value, list) or len(value) != len(_ENTRY_FIELDS):
        return None
    journal, sequence, previous, boot, check_point, wall_at, monotonic, uncertainty, event = value
    is_plain = (
        is_binary(journal, JOURNAL_ID_BYTES)
        and is_number(sequence, 1)
        and is_binary(previous, HASH_BYTES)
        and is_binary(boot, BOOT_ID_BYTES)
        and is_number(check_point, 0, U32_MAX)
        and is_number(wall_at)
        and is_number(monotonic)
        and is_number(uncertainty)
    )
    if not is_plain:
        return None
    return Entry(
        journal_id=journal,
        sequence=sequence,
        previous_hash=previous,
        boot_id=boot,
        check_point=check_point,
        wall_at=wall_at,
        monotonic_ms=monotonic,
        uncertainty_ms=uncertainty,
        event=event_from_value(event),
        hash=entry_hash(data),
    )


def _named_entry(value: object, data: bytes) -> Entry:
    fields = row(value, "journal entry", _ENTRY_FIELDS)
    return Entry(
        journal_id=JournalId(fields.binary("journal", JOURNAL_ID_BYTES)),
        sequence=Sequence(fields.integer("sequence", 1)),
        previous_hash=fields.binary("previous", HASH_BYTES),
        boot_id=BootId(fields.binary("boot", BOOT_ID_BYTES)),
        check_point=CheckPointId(fields.integer("check_point", 0, U32_MAX)),
        wall_at=Instant(fields.integer("wall_at")),
        monotonic_ms=fields.integer("monotonic"),
        uncertainty_ms=fields.integer("uncertainty"),
        event=event_from_value(fields.nested("event")),
        hash=entry_hash(data),
    )


def event_to_value(event: Event) -> list[object]:
    """Return an event as a CBOR array that begins with its tag."""
    match event:
        case Intent():
            return [INTENT_TAG, *intent_to_row(event)]
        case Outcome():
            return [OUTCOME_TAG, event.of, event.result.value, event.passed_count]
        case Refusal():
            return [
                REFUSAL_TAG,
                event.attempt_id,
                event.reason,
                event.ticket_id,
                event.direction.value,
                event.scanned_at,
            ]
        case Alarm():
            return [ALARM_TAG, event.name, event.detail]
        case ClockStep():
            return [CLOCK_STEP_TAG, event.before, event.after, event.source]
        case FeedInForce():
            return [FEED_IN_FORCE_TAG, event.epoch, event.version]
        case LostRange():
            return [LOST_RANGE_TAG, event.first, event.last, event.reason]
        case Rewound():
            return [REWOUND_TAG, event.previous_journal, event.last_known]
        case UnknownEvent():
            fields = cbor.decode(event.fields)
            assert isinstance(fields, list), "an unknown event keeps the array that it came with"
            return [event.tag, *fields]


def event_from_value(value: object) -> Event:
    """Read an event; raise InputError where it is malformed. An unknown tag gives an UnknownEvent."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_EVENT_FIELDS:
        raise InputError(f"journal event: must be a list of 1 to {MAX_EVENT_FIELDS} items")
    tag = value[0]
    if isinstance(tag, bool) or not isinstance(tag, int) or not 1 <= tag <= U8_MAX:
        raise InputError(f"journal event: its first item is a tag from 1 to {U8_MAX}")
    read = _READERS.get(tag)
    return UnknownEvent(tag, cbor.encode(value[1:])) if read is None else read(value[1:])


_READERS: dict[int, Callable[[list[object]], Event]] = {
    INTENT_TAG: intent_from_row,
    OUTCOME_TAG: outcome_from_row,
    REFUSAL_TAG: refusal_from_row,
    ALARM_TAG: alarm_from_row,
    CLOCK_STEP_TAG: clock_step_from_row,
    FEED_IN_FORCE_TAG: feed_in_force_from_row,
    LOST_RANGE_TAG: lost_range_from_value,
    REWOUND_TAG: rewound_from_row,
}
