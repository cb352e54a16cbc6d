"""The bodies of a journal's events: the arrays that follow an event's tag, each read to its last field.

Laws: every field is bounded; InputError names the wrong field. Central reads thousands of entries a second, so intents and
outcomes have a quick reader beside the one that names fields: the quick one accepts only values that the other accepts too, and
leaves all others to it.
"""

from enum import StrEnum
from typing import TypeGuard, TypeVar

from protocol import cbor
from protocol.admission.passages import PassageKind
from protocol.directions import Direction
from protocol.errors import InputError
from protocol.holders import HOLDER_BYTES
from protocol.identifiers import (
    ATTEMPT_ID_BYTES,
    JOURNAL_ID_BYTES,
    U8_MAX,
    U16_MAX,
    U32_MAX,
    U64_MAX,
    AttemptId,
    EntitlementId,
    JournalId,
    Sequence,
    TicketId,
)
from protocol.instants import Instant
from protocol.journal.events import (
    Alarm,
    ClockStep,
    FeedInForce,
    Intent,
    LostRange,
    Outcome,
    OutcomeResult,
    Refusal,
    Rewound,
)

MAX_NAME_CHARACTERS = 60
MAX_DETAIL_CHARACTERS = 400
MAX_FLAGS = 16

_Choice = TypeVar("_Choice", bound=StrEnum)
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
    """Return the items of an array as named fields; raise InputError where it is no array of exactly so many items."""
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


def is_number(value: object, low: int = 0, high: int = U64_MAX) -> TypeGuard[int]:
    """Whether a value is a whole number within bounds, both inclusive."""
    return type(value) is int and low <= value <= high


def is_binary(value: object, length: int) -> TypeGuard[bytes]:
    """Whether a value is a byte string of so many bytes."""
    return type(value) is bytes and len(value) == length


def intent_to_row(intent: Intent) -> list[object]:
    """Return an intent as the array that follows its tag."""
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


def intent_from_row(value: list[object]) -> Intent:
    """Read an intent."""
    return _plain_intent(value) or _named_intent(value)


def _plain_intent(value: list[object]) -> Intent | None:
    if len(value) != len(_INTENT_FIELDS):
        return None
    attempt, direction, kind, ticket, entitlement, generation, persons, uses_left, flags, feed_version = value[:10]
    resumes, rule, holder, supervisor, scanned_at = value[10:]
    if not (type(direction) is str and direction in _DIRECTIONS and type(kind) is str and kind in _KINDS):
        return None
    if not (
        is_binary(attempt, ATTEMPT_ID_BYTES)
        and is_number(ticket)
        and is_number(entitlement, 0, U16_MAX)
        and is_number(generation, 0, U8_MAX)
        and is_number(persons, 1, U16_MAX)
        and (uses_left is None or is_number(uses_left))
        and type(flags) is list
        and len(flags) <= MAX_FLAGS
        and is_number(feed_version)
        and (resumes is None or is_number(resumes))
        and is_number(rule, 0, U32_MAX)
        and (holder is None or is_binary(holder, HOLDER_BYTES))
        and (supervisor is None or is_number(supervisor))
        and is_number(scanned_at)
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


def outcome_from_row(value: list[object]) -> Outcome:
    """Read an outcome."""
    return _plain_outcome(value) or _named_outcome(value)


def _plain_outcome(value: list[object]) -> Outcome | None:
    if len(value) != len(_OUTCOME_FIELDS):
        return None
    of, result, passed_count = value
    if not (type(result) is str and result in _RESULTS and is_number(of, 1) and is_number(passed_count, 0, U16_MAX)):
        return None
    return Outcome(Sequence(of), _RESULTS[result], passed_count)


def _named_outcome(value: list[object]) -> Outcome:
    fields = row(value, "outcome", _OUTCOME_FIELDS)
    result = choice(fields, "result", OutcomeResult)
    return Outcome(Sequence(fields.integer("of", 1)), result, fields.integer("passed_count", 0, U16_MAX))


def refusal_from_row(value: list[object]) -> Refusal:
    """Read a refusal."""
    fields = row(value, "refusal", ("attempt", "reason", "ticket", "direction", "scanned_at"))
    return Refusal(
        attempt_id=AttemptId(fields.binary("attempt", ATTEMPT_ID_BYTES)),
        reason=fields.text("reason", MAX_NAME_CHARACTERS),
        ticket_id=TicketId(fields.integer("ticket")),
        direction=choice(fields, "direction", Direction),
        scanned_at=Instant(fields.integer("scanned_at")),
    )


def alarm_from_row(value: list[object]) -> Alarm:
    """Read an alarm."""
    fields = row(value, "alarm", ("name", "detail"))
    return Alarm(fields.text("name", MAX_NAME_CHARACTERS), fields.text("detail", MAX_DETAIL_CHARACTERS))


def clock_step_from_row(value: list[object]) -> ClockStep:
    """Read a step of the clock."""
    fields = row(value, "clock step", ("before", "after", "source"))
    before, after = Instant(fields.integer("before")), Instant(fields.integer("after"))
    return ClockStep(before, after, fields.text("source", MAX_NAME_CHARACTERS))


def feed_in_force_from_row(value: list[object]) -> FeedInForce:
    """Read a feed that came into force."""
    fields = row(value, "feed in force", ("epoch", "version"))
    return FeedInForce(fields.integer("epoch"), fields.integer("version"))


def lost_range_from_value(value: object) -> LostRange:
    """Read [first, last, reason]; raise InputError where it is malformed or runs backwards."""
    fields = row(value, "lost range", ("first", "last", "reason"))
    first = fields.integer("first", 1)
    last = fields.integer("last", first)
    return LostRange(Sequence(first), Sequence(last), fields.text("reason", MAX_DETAIL_CHARACTERS))


def rewound_from_row(value: list[object]) -> Rewound:
    """Read that a journal goes on under another id."""
    fields = row(value, "rewound", ("previous_journal", "last_known"))
    previous = JournalId(fields.binary("previous_journal", JOURNAL_ID_BYTES))
    return Rewound(previous, Sequence(fields.integer("last_known")))
