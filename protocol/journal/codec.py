"""The bytes of an entry and of its event: deterministic CBOR arrays, the event's first item being its tag.

An entry's bytes are [journal id, sequence, previous hash, boot id, check point, wall ms, monotonic ms, uncertainty ms, event];
its hash is SHA-256 over `paifang/journal-entry/1`, a zero byte and those bytes, and does not travel.
Laws: one entry has one encoding; every field is bounded; an unknown tag is kept, never refused (law 5).
Central reads thousands of entries a second, so entries, intents and outcomes have a quick reader beside the one that names the
field which is wrong: the quick one takes only what the other takes too, and leaves everything else to it.
"""

import hashlib
from collections.abc import Callable
from enum import StrEnum
from typing import TypeGuard, TypeVar

from protocol import cbor
from protocol.admission.passages import PassageKind
from protocol.directions import Direction
from protocol.errors import InputError
from protocol.holders import HOLDER_BYTES
from protocol.identifiers import (
    ATTEMPT_ID_BYTES,
    BOOT_ID_BYTES,
    JOURNAL_ID_BYTES,
    U8_MAX,
    U16_MAX,
    U32_MAX,
    U64_MAX,
    AttemptId,
    BootId,
    CheckPointId,
    EntitlementId,
    JournalId,
    Sequence,
    TicketId,
)
from protocol.instants import Instant
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
    OutcomeResult,
    Refusal,
    Rewound,
    UnknownEvent,
)
from protocol.signatures import message

ENTRY_DOMAIN = "journal-entry"
MAX_ENTRY_BYTES = 4_096
MAX_NAME_CHARACTERS = 60
MAX_DETAIL_CHARACTERS = 400
MAX_FLAGS = 16
MAX_EVENT_FIELDS = 32

INTENT_TAG, OUTCOME_TAG, REFUSAL_TAG, ALARM_TAG, CLOCK_STEP_TAG, FEED_IN_FORCE_TAG, LOST_RANGE_TAG, REWOUND_TAG = range(1, 9)

_HASHED_BEFORE = message(ENTRY_DOMAIN, b"")
_Choice = TypeVar("_Choice", bound=StrEnum)
_ENTRY_FIELDS = ("journal", "sequence", "previous", "boot", "check_point", "wall_at", "monotonic", "uncertainty", "event")
_INTENT_FIELDS = (
    "attempt",
    "direction",
    "kind",
    "ticket",
    "entitlement",
    "generation",
    "persons",
    "uses_left",
    "flags",
    "feed_version",
    "resumes",
    "rule",
    "holder",
    "supervisor",
    "scanned_at",
)
_OUTCOME_FIELDS = ("of", "result", "passed_count")
_DIRECTIONS = {one.value: one for one in Direction}
_KINDS = {one.value: one for one in PassageKind}
_RESULTS = {one.value: one for one in OutcomeResult}


def row(value: object, where: str, names: tuple[str, ...]) -> cbor.Fields:
    """Return the items of an array as named fields; InputError where it is no array of exactly so many items."""
    if not isinstance(value, list) or len(value) != len(names):
        raise InputError(f"{where}: must be a list of {len(names)} items")
    return cbor.Fields(dict(zip(names, value, strict=True)), where, names)


def choice(fields: cbor.Fields, name: str, kind: type[_Choice]) -> _Choice:
    """Return the member of a text enumeration that a field names."""
    text = fields.text(name, MAX_NAME_CHARACTERS)
    try:
        return kind(text)
    except ValueError as error:
        raise InputError(f"field {name!r}: {text!r} is none of {', '.join(kind)}") from error


def entry_hash(data: bytes) -> bytes:
    """Return the 32-byte hash of an entry's bytes."""
    return hashlib.sha256(_HASHED_BEFORE + data).digest()


def encode_entry(entry: Entry) -> bytes:
    """Return the entry's bytes, of which `entry.hash` is the hash."""
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
    """Read an entry; InputError where it is malformed or longer than MAX_ENTRY_BYTES."""
    if len(data) > MAX_ENTRY_BYTES:
        raise InputError(f"journal entry: {len(data)} bytes are more than {MAX_ENTRY_BYTES}")
    value = cbor.decode(data)
    return _plain_entry(value, data) or _named_entry(value, data)


def _plain_entry(value: object, data: bytes) -> Entry | None:
    if not isinstance(value, list) or len(value) != len(_ENTRY_FIELDS):
        return None
    journal, sequence, previous, boot, check_point, wall_at, monotonic, uncertainty, event = value
    is_plain = (
        _is_binary(journal, JOURNAL_ID_BYTES)
        and _is_number(sequence, 1)
        and _is_binary(previous, HASH_BYTES)
        and _is_binary(boot, BOOT_ID_BYTES)
        and _is_number(check_point, 0, U32_MAX)
        and _is_number(wall_at)
        and _is_number(monotonic)
        and _is_number(uncertainty)
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
            return [INTENT_TAG, *_intent_to_row(event)]
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
    """Read an event; InputError where it is malformed. An unknown tag gives an UnknownEvent."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_EVENT_FIELDS:
        raise InputError(f"journal event: must be a list of 1 to {MAX_EVENT_FIELDS} items")
    tag = value[0]
    if isinstance(tag, bool) or not isinstance(tag, int) or not 1 <= tag <= U8_MAX:
        raise InputError(f"journal event: its first item is a tag from 1 to {U8_MAX}")
    read = _READERS.get(tag)
    return UnknownEvent(tag, cbor.encode(value[1:])) if read is None else read(value[1:])


def _intent_to_row(intent: Intent) -> list[object]:
    return [
        intent.attempt_id,
        intent.direction.value,
        intent.kind.value,
        intent.ticket_id,
        intent.entitlement_id,
        intent.generation,
        intent.persons,
        intent.uses_left,
        list(intent.flags),
        intent.feed_version,
        intent.resumes,
        intent.rule_id,
        intent.holder,
        intent.supervisor,
        intent.scanned_at,
    ]


def _is_number(value: object, low: int = 0, high: int = U64_MAX) -> TypeGuard[int]:
    return type(value) is int and low <= value <= high


def _is_binary(value: object, length: int) -> TypeGuard[bytes]:
    return type(value) is bytes and len(value) == length


def _intent(value: list[object]) -> Intent:
    return _plain_intent(value) or _named_intent(value)


def _plain_intent(value: list[object]) -> Intent | None:
    if len(value) != len(_INTENT_FIELDS):
        return None
    attempt, direction, kind, ticket, entitlement, generation, persons, uses_left, flags, feed_version = value[:10]
    resumes, rule, holder, supervisor, scanned_at = value[10:]
    if not (type(direction) is str and direction in _DIRECTIONS and type(kind) is str and kind in _KINDS):
        return None
    if not (
        _is_binary(attempt, ATTEMPT_ID_BYTES)
        and _is_number(ticket)
        and _is_number(entitlement, 0, U16_MAX)
        and _is_number(generation, 0, U8_MAX)
        and _is_number(persons, 1, U16_MAX)
        and (uses_left is None or _is_number(uses_left))
        and type(flags) is list
        and len(flags) <= MAX_FLAGS
        and _is_number(feed_version)
        and (resumes is None or _is_number(resumes))
        and _is_number(rule, 0, U32_MAX)
        and (holder is None or _is_binary(holder, HOLDER_BYTES))
        and (supervisor is None or _is_number(supervisor))
        and _is_number(scanned_at)
    ):
        return None
    return Intent(
        attempt_id=AttemptId(attempt),
        direction=_DIRECTIONS[direction],
        kind=_KINDS[kind],
        ticket_id=TicketId(ticket),
        entitlement_id=EntitlementId(entitlement),
        generation=generation,
        persons=persons,
        uses_left=uses_left,
        flags=tuple([_flag(item) for item in flags]),
        feed_version=feed_version,
        resumes=None if resumes is None else Sequence(resumes),
        rule_id=rule,
        holder=holder,
        supervisor=supervisor,
        scanned_at=Instant(scanned_at),
    )


def _named_intent(value: list[object]) -> Intent:
    fields = row(value, "intent", _INTENT_FIELDS)
    resumes = _optional_integer(fields, "resumes")
    return Intent(
        attempt_id=AttemptId(fields.binary("attempt", ATTEMPT_ID_BYTES)),
        direction=choice(fields, "direction", Direction),
        kind=choice(fields, "kind", PassageKind),
        ticket_id=TicketId(fields.integer("ticket")),
        entitlement_id=EntitlementId(fields.integer("entitlement", 0, U16_MAX)),
        generation=fields.integer("generation", 0, U8_MAX),
        persons=fields.integer("persons", 1, U16_MAX),
        uses_left=_optional_integer(fields, "uses_left"),
        flags=tuple(_flag(item) for item in fields.items("flags", MAX_FLAGS)),
        feed_version=fields.integer("feed_version"),
        resumes=None if resumes is None else Sequence(resumes),
        rule_id=fields.integer("rule", 0, U32_MAX),
        holder=None if fields.nested("holder") is None else fields.binary("holder", HOLDER_BYTES),
        supervisor=_optional_integer(fields, "supervisor"),
        scanned_at=Instant(fields.integer("scanned_at")),
    )


def _optional_integer(fields: cbor.Fields, name: str) -> int | None:
    return None if fields.nested(name) is None else fields.integer(name)


def _flag(item: object) -> str:
    if not isinstance(item, str) or len(item) > MAX_NAME_CHARACTERS:
        raise InputError(f"intent: a flag is a text of at most {MAX_NAME_CHARACTERS} characters")
    return item


def _outcome(value: list[object]) -> Outcome:
    return _plain_outcome(value) or _named_outcome(value)


def _plain_outcome(value: list[object]) -> Outcome | None:
    if len(value) != len(_OUTCOME_FIELDS):
        return None
    of, result, passed_count = value
    if not (type(result) is str and result in _RESULTS and _is_number(of, 1) and _is_number(passed_count, 0, U16_MAX)):
        return None
    return Outcome(Sequence(of), _RESULTS[result], passed_count)


def _named_outcome(value: list[object]) -> Outcome:
    fields = row(value, "outcome", _OUTCOME_FIELDS)
    result = choice(fields, "result", OutcomeResult)
    return Outcome(Sequence(fields.integer("of", 1)), result, fields.integer("passed_count", 0, U16_MAX))


def _refusal(value: list[object]) -> Refusal:
    fields = row(value, "refusal", ("attempt", "reason", "ticket", "direction", "scanned_at"))
    return Refusal(
        attempt_id=AttemptId(fields.binary("attempt", ATTEMPT_ID_BYTES)),
        reason=fields.text("reason", MAX_NAME_CHARACTERS),
        ticket_id=TicketId(fields.integer("ticket")),
        direction=choice(fields, "direction", Direction),
        scanned_at=Instant(fields.integer("scanned_at")),
    )


def _alarm(value: list[object]) -> Alarm:
    fields = row(value, "alarm", ("name", "detail"))
    return Alarm(fields.text("name", MAX_NAME_CHARACTERS), fields.text("detail", MAX_DETAIL_CHARACTERS))


def _clock_step(value: list[object]) -> ClockStep:
    fields = row(value, "clock step", ("before", "after", "source"))
    before, after = Instant(fields.integer("before")), Instant(fields.integer("after"))
    return ClockStep(before, after, fields.text("source", MAX_NAME_CHARACTERS))


def _feed_in_force(value: list[object]) -> FeedInForce:
    fields = row(value, "feed in force", ("epoch", "version"))
    return FeedInForce(fields.integer("epoch"), fields.integer("version"))


def lost_range_from_value(value: object) -> LostRange:
    """Read [first, last, reason]; InputError where it is malformed or runs backwards."""
    fields = row(value, "lost range", ("first", "last", "reason"))
    first = fields.integer("first", 1)
    last = fields.integer("last", first)
    return LostRange(Sequence(first), Sequence(last), fields.text("reason", MAX_DETAIL_CHARACTERS))


def _rewound(value: list[object]) -> Rewound:
    fields = row(value, "rewound", ("previous_journal", "last_known"))
    previous = JournalId(fields.binary("previous_journal", JOURNAL_ID_BYTES))
    return Rewound(previous, Sequence(fields.integer("last_known")))


_READERS: dict[int, Callable[[list[object]], Event]] = {
    INTENT_TAG: _intent,
    OUTCOME_TAG: _outcome,
    REFUSAL_TAG: _refusal,
    ALARM_TAG: _alarm,
    CLOCK_STEP_TAG: _clock_step,
    FEED_IN_FORCE_TAG: _feed_in_force,
    LOST_RANGE_TAG: lost_range_from_value,
    REWOUND_TAG: _rewound,
}
