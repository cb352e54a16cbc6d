"""What an order costs and what it must say, as pure rules.

Laws: prices come from the catalogue at the time of the sale, never from the caller; whole fen.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from enum import StrEnum

from central.catalog.after_sale import AfterSaleRules
from central.catalog.parameters import Slot
from central.catalog.rules.concessions import Eligibility, Evidence, born_by, eligibility
from central.catalog.rules.sale import price_fen
from central.catalog.rules.validity import Window, slot_starting, window
from central.catalog.ticket_type import TicketType
from central.domain.problems import ProblemCode, wrong_field
from central.domain.saying import Said
from central.sales.messages import (
    CHECK_DIGIT_WRONG,
    DOCUMENT_NUMBER_WRONG,
    HOLDERS_NEEDED,
    PERSONS_OUT_OF_RANGE,
    SLOT_OF_TYPE_NEEDED,
    TOO_MUCH_EVIDENCE,
    TYPE_HAS_NO_SLOTS,
)
from central.sales.rules.on_sale import NotSold, unsold_beyond, unsold_in, unsold_on, unsold_while_full
from protocol.errors import InputError
from protocol.holders import MAX_NUMBER_CHARACTERS, Document, DocumentType, has_valid_check_digit, normalised
from protocol.identifiers import SiteId, TicketTypeId


class OrderState(StrEnum):
    """The state of an order. The words are stored and never change their meaning."""

    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Holder:
    """The person of a real-name ticket."""

    document: Document
    name: str


@dataclass(frozen=True, slots=True)
class WantedLine:
    """So many tickets of one type for one day. `persons` is a group's size (1: no group); `holders` go ticket by ticket.

    `evidence` is what the seller saw for a concession, person by person.
    """

    type_id: TicketTypeId
    quantity: int
    persons: int
    visit: date
    slot_start: time | None
    holders: tuple[Holder, ...]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreedPrice:
    """What a type costs a buyer by contract, per person, for visits from the first day to the last."""

    type_id: TicketTypeId
    first: date
    last: date
    price_fen: int

    def holds_for(self, wanted: WantedLine) -> bool:
        """Return whether it is the price of a line."""
        return self.type_id == wanted.type_id and self.first <= wanted.visit <= self.last


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line that may be sold, at its price per person."""

    wanted: WantedLine
    ticket_type: TicketType
    slot: Slot | None
    price_fen: int
    eligibility: tuple[Eligibility, ...] = ()

    @property
    def persons(self) -> int:
        """Return how many persons the line is for."""
        return self.wanted.persons * self.wanted.quantity

    @property
    def amount_fen(self) -> int:
        """Return what the line costs."""
        return self.price_fen * self.persons


@dataclass(frozen=True, slots=True)
class PromisedLine:
    """A line as it was promised: it is issued so when its order is paid, even if the catalogue has changed by then."""

    line: int
    ticket_type: TicketType
    quantity: int
    persons: int
    price_fen: int
    visit: date | None
    window: Window
    holders: tuple[Holder, ...]
    evidence: tuple[Evidence, ...] = ()

    def holders_of(self, number: int) -> tuple[Holder, ...]:
        """Return the holders of the line's ticket of that number, counted from 0."""
        return self.holders[number * self.persons : (number + 1) * self.persons]


@dataclass(frozen=True, slots=True)
class Promise:
    """What one person paid, for which day (after so many moves), by which rules, and the zone of the site that sold it."""

    price_fen: int
    use_day: date
    rules: AfterSaleRules
    zone: tzinfo
    moves: int = 0


def promised(lines: tuple[PricedLine, ...], zone: tzinfo) -> tuple[PromisedLine, ...]:
    """Return what is promised with these lines, at a site in that zone."""
    return tuple(
        PromisedLine(
            line=place,
            ticket_type=line.ticket_type,
            quantity=line.wanted.quantity,
            persons=line.wanted.persons,
            price_fen=line.price_fen,
            visit=line.wanted.visit,
            window=window(line.ticket_type.parameters, line.wanted.visit, line.slot, zone),
            holders=line.wanted.holders,
            evidence=tuple(one.evidence for one in line.eligibility if one.evidence is not None),
        )
        for place, line in enumerate(lines)
    )


def priced(wanted: WantedLine, place: int, one: TicketType | None, site_id: SiteId, at: datetime) -> PricedLine:
    """Return the line with its price at the site's local time; Problem that names the field where it may not be sold."""
    where = f"lines.{place}"
    _require_sold(unsold_on(one, wanted.type_id, site_id, wanted.visit, at), where)
    assert one is not None, "a type that is sold is there"
    _require_persons(wanted, one, where)
    _require_holders(wanted, one, where)
    slot = _required_slot(wanted, one, where)
    _require_sold(unsold_in(slot, wanted.visit, at), where)
    costs_fen = price_fen(one.parameters.sale, wanted.visit, one.price_fen)
    return PricedLine(wanted, one, slot, costs_fen, _eligibility(wanted, one, where))


def persons_of(one: TicketType) -> tuple[int, int]:
    """Return for how many persons a ticket of a type is: at least, and at most."""
    group = one.parameters.group
    return (group.minimum, group.maximum) if group else (1, 1)


def at_agreed(line: PricedLine, agreed: tuple[AgreedPrice, ...]) -> PricedLine:
    """Return a line at the buyer's contract price, where there is one for it."""
    price = next((one.price_fen for one in agreed if one.holds_for(line.wanted)), line.price_fen)
    return replace(line, price_fen=price)


def require_order_limits(lines: tuple[PricedLine, ...]) -> None:
    """Raise Problem where an order holds more of a type than one order may."""
    persons: Counter[TicketTypeId] = Counter()
    for place, line in enumerate(lines):
        persons[line.wanted.type_id] += line.persons
        _require_sold(unsold_beyond(line.ticket_type, persons[line.wanted.type_id]), f"lines.{place}")


def require_room(lines: tuple[PricedLine, ...], full_day: date | None) -> None:
    """Raise Problem where a visit falls on a day on which the site is full."""
    for place, line in enumerate(lines):
        _require_sold(unsold_while_full(line.ticket_type, line.wanted.visit, full_day), f"lines.{place}")


def require_eligible(lines: tuple[PricedLine, ...]) -> None:
    """Raise Problem where a person is not entitled to a concession: it names the first such person, and why."""
    for place, line in enumerate(lines):
        for person, one in enumerate(line.eligibility):
            if one.why_not is not None:
                raise wrong_field(ProblemCode.NOT_ELIGIBLE, f"lines.{place}.evidence.{person}", one.why_not.value.of())


def total_fen(lines: tuple[PricedLine, ...]) -> int:
    """Return what an order costs."""
    return sum(line.amount_fen for line in lines)


def _require_sold(found: NotSold | None, where: str) -> None:
    if found is not None:
        raise found.problem(f"{where}.")


def _require_persons(wanted: WantedLine, one: TicketType, where: str) -> None:
    low, high = persons_of(one)
    if not low <= wanted.persons <= high:
        raise wrong_field(ProblemCode.INPUT_INVALID, f"{where}.persons", PERSONS_OUT_OF_RANGE.of(low=low, high=high))


def _require_holders(wanted: WantedLine, one: TicketType, where: str) -> None:
    named_now = one.parameters.is_real_name and one.parameters.activation is None
    needed = wanted.quantity * wanted.persons if named_now else 0
    if len(wanted.holders) != needed:
        said = HOLDERS_NEEDED.of(needed=needed, given=len(wanted.holders))
        raise wrong_field(ProblemCode.HOLDER_REQUIRED, f"{where}.holders", said)
    for number, holder in enumerate(wanted.holders):
        require_document(holder.document, f"{where}.holders.{number}.number")


def require_document(document: Document, field: str) -> None:
    """Raise Problem that names the field where a text cannot be a document's number."""
    try:
        normalised(document.number)
    except InputError as error:
        raise wrong_field(ProblemCode.INPUT_INVALID, field, DOCUMENT_NUMBER_WRONG.of(most=MAX_NUMBER_CHARACTERS)) from error
    if document.kind is DocumentType.RESIDENT_ID and not has_valid_check_digit(document.number):
        raise wrong_field(ProblemCode.INPUT_INVALID, field, CHECK_DIGIT_WRONG.of())


def _eligibility(wanted: WantedLine, one: TicketType, where: str) -> tuple[Eligibility, ...]:
    grounds, persons = one.parameters.concession, wanted.quantity * wanted.persons
    if len(wanted.evidence) > (persons if grounds else 0):
        raise wrong_field(ProblemCode.INPUT_INVALID, f"{where}.evidence", TOO_MUCH_EVIDENCE.of())
    if not grounds:
        return ()
    shown = [_with_birth(wanted, person) for person in range(persons)]
    return tuple(eligibility(grounds, wanted.visit, evidence) for evidence in shown)


def _with_birth(wanted: WantedLine, person: int) -> Evidence | None:
    """Return the evidence of a person, with the date of birth that a real-name holder's own document states."""
    if person >= len(wanted.evidence):
        return None
    evidence = wanted.evidence[person]
    if person < len(wanted.holders) and (born := born_by(wanted.holders[person].document)) is not None:
        return replace(evidence, born=born)
    return evidence


def _required_slot(wanted: WantedLine, one: TicketType, where: str) -> Slot | None:
    if wanted.slot_start is None and not one.parameters.slots:
        return None
    slot = None if wanted.slot_start is None else slot_starting(one.parameters, wanted.slot_start)
    if slot is None:
        raise wrong_field(ProblemCode.SLOT_REQUIRED, f"{where}.slot_start", slots_said(one))
    return slot


def slots_said(one: TicketType) -> Said:
    """Return which slots may be named of a type."""
    starts = ", ".join(f"{slot.start:%H:%M}" for slot in one.parameters.slots)
    return SLOT_OF_TYPE_NEEDED.of(starts=starts) if starts else TYPE_HAS_NO_SLOTS.of()
