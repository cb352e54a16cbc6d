"""What a refund gives back, for which persons, and why: pure.

Laws: a person of a ticket is refunded once; a person who entered is refunded only by force; what goes back and what is kept
together are what was paid.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from central.catalog.rules.after_sale import NotRefundable, Terms, refund_terms
from central.domain.messages import TICKET_STATE_FORBIDS, TICKET_STATES
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.refunds.messages import (
    ENTERED_AND_LEFT,
    FEE_ABOVE_PAID,
    NONE_ENTERED,
    NOT_ENTERED,
    REFUND_CHANGED,
    USED_NOT_REFUNDED,
)
from central.sales.rules.pricing import Promise
from protocol.identifiers import TicketId
from protocol.tickets.record import TicketRecord, TicketState


class RefundKind(StrEnum):
    """Why the ticket is refunded. The words are stored and never change their meaning.

    By rule: by the rules of the sale. By hand: a person set the fee, against the rules or without them. Forced (强制退票):
    persons who entered and could not be served. Closed day: the site could not serve visitors that day. Exchange: handed in for a
    better ticket.
    """

    BY_RULE = "by-rule"
    BY_HAND = "by-hand"
    FORCED = "forced"
    CLOSED_DAY = "closed-day"
    EXCHANGE = "exchange"


@dataclass(frozen=True, slots=True)
class Uses:
    """How many persons a ticket has admitted, and how many of these were refunded by force while others kept the ticket."""

    persons: int
    refunded: int = 0


@dataclass(frozen=True, slots=True)
class WantedRefund:
    """A refund to make. `persons` of None: all; `fee_fen` is what a person set, None where the rules set it.

    `expected_fen`: the quote, where the visitor was told one; another amount is refused, not paid.
    """

    ticket_id: TicketId
    reason: str
    persons: int | None = None
    expected_fen: int | None = None
    kind: RefundKind = RefundKind.BY_RULE
    fee_fen: int | None = None
    batch_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What goes back and what is kept, for so many persons. `terms` are those of the rules, where the rules decided.

    `is_whole`: no person is left on the ticket, so that it becomes void; else `taken_off` persons go off it.
    """

    persons: int
    is_whole: bool
    taken_off: int
    amount_fen: int
    fee_fen: int
    terms: Terms | None

    @property
    def paid_fen(self) -> int:
        """Return what was paid for these persons."""
        return self.amount_fen + self.fee_fen


def reckoned(wanted: WantedRefund, record: TicketRecord, promise: Promise, uses: Uses, at: datetime) -> Reckoned:
    """Return what is refunded of a ticket that has admitted so many persons; Problem where the refund is refused."""
    is_forced = wanted.kind is RefundKind.FORCED
    persons = _used_persons(wanted.persons, record, uses) if is_forced else _unused_persons(wanted, record, uses.persons)
    paid_fen = promise.price_fen * persons
    terms = None if wanted.fee_fen is not None else _terms(promise, at)
    fee_fen = terms.fee_fen * persons if terms is not None else wanted.fee_fen or 0
    if fee_fen > paid_fen:
        raise wrong_field(ProblemCode.INPUT_INVALID, "fee_fen", FEE_ABOVE_PAID.of(paid_fen=paid_fen, fee_fen=fee_fen))
    if wanted.expected_fen is not None and wanted.expected_fen != paid_fen - fee_fen:
        raise Problem(ProblemCode.TOTAL_CHANGED, REFUND_CHANGED.of(back_fen=paid_fen - fee_fen, expected_fen=wanted.expected_fen))
    is_whole = persons == record.persons - uses.refunded
    return Reckoned(persons, is_whole, 0 if is_whole or is_forced else persons, paid_fen - fee_fen, fee_fen, terms)


def is_still_unused(record: TicketRecord, used: int, *, is_whole: bool) -> bool:
    """Return whether no refunded person has entered.

    A whole refund needs no entry at all; else no more may have entered than are left.
    """
    return used == 0 if is_whole else used <= record.persons


def _used_persons(wanted: int | None, record: TicketRecord, uses: Uses) -> int:
    _require_active(record)
    if uses.persons == 0:
        raise Problem(ProblemCode.TICKET_STATE, NONE_ENTERED.of())
    left = record.persons - uses.refunded
    persons = left if wanted is None else wanted
    entered = min(uses.persons - uses.refunded, left)
    if persons != left and persons > entered:
        raise Problem(ProblemCode.TICKET_STATE, ENTERED_AND_LEFT.of(entered=entered, left=left))
    return persons


def _require_active(record: TicketRecord) -> None:
    if record.state is not TicketState.ACTIVE:
        raise Problem(ProblemCode.TICKET_STATE, TICKET_STATE_FORBIDS.of(state=TICKET_STATES[record.state].of()))


def _unused_persons(wanted: WantedRefund, record: TicketRecord, used: int) -> int:
    if record.state is not TicketState.INACTIVE:
        _require_active(record)
    left = max(record.persons - used, 0)
    persons = wanted.persons or (left if wanted.kind is RefundKind.CLOSED_DAY else record.persons)
    if not 0 < persons <= left:
        said = USED_NOT_REFUNDED.of() if left == 0 else NOT_ENTERED.of(left=left, persons=record.persons)
        raise Problem(ProblemCode.TICKET_STATE, said)
    return persons


def _terms(promise: Promise, at: datetime) -> Terms:
    terms = refund_terms(promise.rules.refund, promise.use_day, promise.price_fen, at)
    if isinstance(terms, NotRefundable):
        raise Problem(ProblemCode.NOT_REFUNDABLE, terms.message)
    return terms
