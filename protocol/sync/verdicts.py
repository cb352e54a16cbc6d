"""Encodes a verdict, for central's online admission and for the record under its attempt id.

An array that begins with its kind: ["admit", passage kind, ticket, entitlement, persons, uses left, flags, rule],
["let-out", ticket, entitlement, persons, alarm], ["free"], ["ask-for-card", ticket],
["refuse" or "call-staff", reason, ticket, [since, passes at, place zh, place en, left]]; null means none.
Laws: every verdict has one encoding, and reading it back gives an equal one.
"""

from protocol import cbor
from protocol.admission.passages import PassageKind
from protocol.admission.verdict import (
    Admit,
    AdmitFlag,
    AskForCard,
    CallStaff,
    Details,
    FreePassage,
    LetOut,
    Reason,
    Refuse,
    Verdict,
)
from protocol.errors import InputError
from protocol.identifiers import U16_MAX, U32_MAX, EntitlementId, TicketId
from protocol.instants import Instant
from protocol.journal.bodies import choice, row

MAX_PLACE_CHARACTERS = 200
_ADMIT, _LET_OUT, _FREE, _ASK_FOR_CARD, _REFUSE, _CALL_STAFF = "admit", "let-out", "free", "ask-for-card", "refuse", "call-staff"


def verdict_to_value(verdict: Verdict) -> list[object]:
    """Return a verdict as a CBOR array."""
    match verdict:
        case Admit():
            return [
                _ADMIT,
                verdict.kind.value,
                verdict.ticket_id,
                verdict.entitlement_id,
                verdict.persons,
                verdict.uses_left,
                sorted(flag.value for flag in verdict.flags),
                verdict.rule_id,
            ]
        case LetOut():
            alarm = None if verdict.alarm is None else verdict.alarm.value
            return [_LET_OUT, verdict.ticket_id, verdict.entitlement_id, verdict.persons, alarm]
        case FreePassage():
            return [_FREE]
        case AskForCard():
            return [_ASK_FOR_CARD, verdict.ticket_id]
        case Refuse() | CallStaff():
            kind = _REFUSE if isinstance(verdict, Refuse) else _CALL_STAFF
            return [kind, verdict.reason.value, verdict.ticket_id, _details_to_value(verdict.details)]


def verdict_from_value(value: object) -> Verdict:
    """Read a verdict; raise InputError where it is malformed or has a kind or reason that this version does not know."""
    kind = value[0] if isinstance(value, list) and value else None
    match kind:
        case "admit":
            return _admit(value)
        case "let-out":
            return _let_out(value)
        case "free":
            row(value, "free passage", ("verdict",))
            return FreePassage()
        case "ask-for-card":
            return AskForCard(TicketId(row(value, "ask for card", ("verdict", "ticket")).integer("ticket", 1)))
        case "refuse" | "call-staff":
            fields = row(value, "refusal", ("verdict", "reason", "ticket", "details"))
            build = Refuse if kind == _REFUSE else CallStaff
            return build(choice(fields, "reason", Reason), _ticket(fields), _details(fields.nested("details")))
    raise InputError("verdict: must be a list that begins with its kind")


def _admit(value: object) -> Admit:
    names = ("verdict", "kind", "ticket", "entitlement", "persons", "uses_left", "flags", "rule")
    fields = row(value, "admit", names)
    flags = fields.items("flags", len(AdmitFlag))
    return Admit(
        kind=choice(fields, "kind", PassageKind),
        ticket_id=_ticket(fields),
        entitlement_id=_entitlement(fields),
        persons=fields.integer("persons", 1, U16_MAX),
        uses_left=_optional(fields, "uses_left"),
        flags=frozenset(choice(cbor.Fields({"flag": flag}, "admit", ("flag",)), "flag", AdmitFlag) for flag in flags),
        rule_id=fields.integer("rule", 0, U32_MAX),
    )


def _let_out(value: object) -> LetOut:
    fields = row(value, "let out", ("verdict", "ticket", "entitlement", "persons", "alarm"))
    return LetOut(
        ticket_id=_ticket(fields),
        entitlement_id=_entitlement(fields),
        persons=fields.integer("persons", 1, U16_MAX),
        alarm=None if fields.nested("alarm") is None else choice(fields, "alarm", Reason),
    )


def _details_to_value(details: Details) -> list[object]:
    return [details.since, details.passes_at, details.place_zh, details.place_en, details.left]


def _details(value: object) -> Details:
    fields = row(value, "details", ("since", "passes_at", "place_zh", "place_en", "left"))
    since, passes_at = _optional(fields, "since"), _optional(fields, "passes_at")
    return Details(
        since=None if since is None else Instant(since),
        passes_at=None if passes_at is None else Instant(passes_at),
        place_zh=fields.text("place_zh", MAX_PLACE_CHARACTERS),
        place_en=fields.text("place_en", MAX_PLACE_CHARACTERS),
        left=_optional(fields, "left"),
    )


def _optional(fields: cbor.Fields, name: str) -> int | None:
    return None if fields.nested(name) is None else fields.integer(name)


def _ticket(fields: cbor.Fields) -> TicketId | None:
    return None if fields.nested("ticket") is None else TicketId(fields.integer("ticket", 1))


def _entitlement(fields: cbor.Fields) -> EntitlementId | None:
    return None if fields.nested("entitlement") is None else EntitlementId(fields.integer("entitlement", 0, U16_MAX))
