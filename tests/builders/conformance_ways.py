"""The three ways by which the conformance table is answered, and what each needs of a row: the text shown, and its past events.

A row is facts. `decide` takes them directly; a real desk and a real central are brought to where they gather the same facts.
Laws: each row is run in each way, or this module says why it is not; no row is left out of all ways.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from protocol.admission.facts import Facts, TicketCode, TypedNumber
from protocol.admission.passages import PassageKind, PassageState, PastPassage, PastWalkIn
from protocol.identifiers import Sequence, TicketId
from protocol.instants import plus
from protocol.journal.events import NO_ENTITLEMENT, NO_RULE, NO_TICKET, Intent, Outcome, OutcomeResult
from protocol.tickets.claims import Claims
from protocol.tickets.short_number import number_of
from tests.builders.admission import OTHER_GATE, SITE, claims_of, passage
from tests.builders.conformance_cases import CASES
from tests.builders.intents import entry_intent

LAST_ROW = 60  # of the conformance table
CLAIMS = 58  # the row where gates ask central first
LATE_PASS = 55  # the row where a body passes after the lane had given it up
MOST_AT_ONCE = 200  # persons of one passage that fills the site


class Way(StrEnum):
    """What answers."""

    DECIDE = "decide"
    DESK = "a gate's desk"
    CENTRAL = "central's online call"


@dataclass(frozen=True, slots=True)
class Case:
    """One step of a row: what is known, and the answer as `outcome` names it."""

    number: int
    name: str
    facts: Facts
    expected: str

    @property
    def id(self) -> str:
        """The name of the step in a test run and in the table of exceptions."""
        return f"{self.number}-{self.name}"

    @property
    def passages(self) -> tuple[PastPassage, ...]:
        """All earlier passages, in the order in which they were told."""
        return tuple(one for candidate in self.facts.candidates for one in candidate.passages)


_CACHE = "central has no cache and no clock to doubt: it decides by its own database at its own time (column at: G)"
_CLOSED = "central has no gate's journal to close and no contact in the gate's wall (column at: G)"
_CARD_DATA = "the online call carries a document's hash and no birth date, so no rule of age can speak (column at: G)"

_NO_OVERRIDE = "the online call names no supervisor: a device decides an override itself, and journals it"
_NO_TIME_OUT = (
    "the online call says which document was shown and not that time ran out: the lane ends its own prompt (column at: G)"
)
_NO_LATER_CHECK = "central refuses to store a type whose check it does not know, so no table of its own holds one"

NOT_RUN: dict[Way, dict[str, str]] = {
    Way.DECIDE: {},
    Way.DESK: {},
    Way.CENTRAL: {
        "5-blocked, override": _NO_OVERRIDE,
        "35-no card in time": _NO_TIME_OUT,
        "42-annual pass, stale": _CACHE,
        "42-annual pass, unlocked": _CACHE,
        "43-today's ticket, stale": _CACHE,
        "43-today's ticket, unlocked": _CACHE,
        "44-clock": _CACHE,
        "47-fire": _CLOSED,
        "47-fire, valid ticket": _CLOSED,
        "48-65 today": _CARD_DATA,
        "49-second walk-in": _CARD_DATA,
        "53-clock": _CACHE,
        "53-stale": _CACHE,
        "53-disk error": _CLOSED,
        "56-unknown check": _NO_LATER_CHECK,
    },
}


def all_cases() -> list[Case]:
    """Return every step of every row."""
    return [Case(*case) for case in CASES]


def cases_of(way: Way) -> list[Case]:
    """Return the steps that are run in a way."""
    return [case for case in all_cases() if case.id not in NOT_RUN[way]]


_WRONG_TEXTS: dict[str, Callable[[str], bytes]] = {
    "not ours": lambda _: b"HELLO WORLD",
    "empty": lambda _: b"",
    "4 KB": lambda text: text.encode().ljust(4096, b"A"),
    "binary": lambda _: bytes(range(256)),
    "signature": lambda text: (text[:-4] + ("B" if text[-4] == "A" else "A") + text[-3:]).encode(),
    "lower case": lambda text: text.lower().encode(),
    "padded": lambda text: text.encode() + b"====",
    "trailing byte": lambda text: text.encode() + b"\n",
    "other alphabet": lambda text: text.replace("2", "8").replace("3", "9").encode(),
    "fire": lambda _: b"HELLO WORLD",
}


def shown_text(case: Case, sign: Callable[[Claims], str]) -> bytes:
    """Return the bytes that a scanner gives in this case; `sign` is an honest office's."""
    presented = case.facts.scan.presented
    if isinstance(presented, TicketCode):
        return sign(presented.claims).encode()
    row = case.facts.candidates[0].record
    if isinstance(presented, TypedNumber):
        return number_of(row.ticket_id).encode()
    return _WRONG_TEXTS[case.name](sign(claims_of(row)))


Append = Callable[[Intent | Outcome], Sequence]


def tell(one: PastPassage, append: Append, *, late: bool = False) -> None:
    """Journal a passage as a lane does. `late`: the body passed after the lane had given the passage up."""
    first = append(_intent_of(one, None))
    last = append(_intent_of(one, first)) if one.resumed else first
    if one.state is PassageState.NOT_PASSED or late:
        append(Outcome(last, OutcomeResult.NOT_PASSED, 0))
    if one.state is PassageState.PASSED:
        append(Outcome(last, OutcomeResult.PASSED, one.persons))


def tell_walk_in(one: PastWalkIn, append: Append) -> None:
    """Journal a document that admitted its holder without a ticket, and its passage."""
    intent = entry_intent(
        NO_TICKET,
        one.scanned_at.to_bytes(16, "big"),
        one.scanned_at,
        kind=PassageKind.WALK_IN,
        entitlement_id=NO_ENTITLEMENT,
        generation=0,
        uses_left=None,
        rule_id=one.rule_id,
        holder=one.holder,
    )
    append(Outcome(append(intent), OutcomeResult.PASSED, 1))


def crowd(persons: int, case: Case) -> Iterable[PastPassage]:
    """Return passages of other tickets: so many persons came in, a minute before the scan."""
    at = plus(case.facts.scan.at, seconds=-60)
    for number, before in enumerate(range(0, persons, MOST_AT_ONCE)):
        yield passage(
            "09:00",
            ticket_id=TicketId(0xC0DE_0000 + number),
            site=SITE,
            check_point=OTHER_GATE,
            scanned_at=at,
            persons=min(MOST_AT_ONCE, persons - before),
        )


def _intent_of(one: PastPassage, resumes: Sequence | None) -> Intent:
    return Intent(
        attempt_id=one.attempt_id,
        direction=one.direction,
        kind=one.kind if resumes is None else PassageKind.RESUME,
        ticket_id=one.ticket_id,
        entitlement_id=one.entitlement_id,
        generation=1,
        persons=one.persons,
        uses_left=None,
        flags=(),
        feed_version=1,
        resumes=resumes,
        rule_id=NO_RULE,
        holder=None,
        supervisor=None,
        scanned_at=one.scanned_at,
    )
