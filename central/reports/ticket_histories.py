"""The life of a ticket: sold, paid, changed, printed, refused, admitted, refunded; each with who, where and when central learned.

Laws: the history is made of facts that are stored elsewhere; nothing is added to it. An act that the audit has purged is gone
from it; what gates reported and what moved money stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import col, select

from central.admissions.events import event_of, kind_shown
from central.audit.search import acts_on
from central.domain.messages import NO_TICKET
from central.domain.problems import Problem, ProblemCode
from central.issuing.tickets import id_text, subject
from central.reports.refused_showings import of_ticket
from central.store.tables.admissions import AdmissionEventRow
from central.store.tables.journals import JournalEntryRow
from central.store.tables.money import OrderRow, RefundRow
from central.store.tables.payments import PaymentRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Work
from protocol.admission.passages import PassageState
from protocol.directions import Direction
from protocol.identifiers import AttemptId, TicketId
from protocol.instants import Instant
from protocol.journal.events import Intent
from protocol.journal.history import AdmissionEvent, fold

# A ticket of a year that is used each day has some 700 passages; refusals and acts are few.
MOST_OF_A_KIND = 1_000
# The sale and its payment stand in the history by themselves.
_TOLD_ELSEWHERE = frozenset({"order.sell", "order.hold"})


class Happening(StrEnum):
    """What happened to a ticket."""

    SOLD = "sold"
    PAID = "paid"
    ACT = "act"
    REFUSED = "refused"
    ENTRY = "entry"
    EXIT = "exit"
    NO_PASSAGE = "no-passage"
    REFUND_REQUESTED = "refund-requested"
    REFUND_DECIDED = "refund-decided"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a history. `what` says more in a word of its kind: the act, the reason of a refusal, the kind of a passage.

    `received_at` is when central learned it from a gate.
    """

    happened_at: Instant
    happening: Happening
    what: str = ""
    person_id: int | None = None
    check_point_id: int | None = None
    agent_id: int | None = None
    persons: int | None = None
    amount_fen: int | None = None
    received_at: Instant | None = None


async def history_of(work: Work, ticket_id: TicketId) -> tuple[Event, ...]:
    """Return what happened to a ticket, the oldest first; Problem where there is no such ticket."""
    ticket = await work.session.get(TicketRow, ticket_id)
    if ticket is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_TICKET.of(ticket_id=id_text(ticket_id)))
    order = await work.session.get_one(OrderRow, ticket.order_id)
    events = [
        Event(order.created_at, Happening.SOLD, order.channel, order.seller_id),
        *await _payments(work, ticket.order_id),
        *await _acts(work, ticket_id, ticket.order_id),
        *await _refusals(work, ticket_id),
        *await _passages(work, ticket_id),
        *await _refunds(work, ticket_id),
    ]
    return tuple(sorted(events, key=lambda one: one.happened_at))


async def _payments(work: Work, order_id: int) -> Iterable[Event]:
    query = select(PaymentRow).where(col(PaymentRow.order_id) == order_id, col(PaymentRow.received_fen).is_not(None))
    return [
        Event(row.finished_at or row.created_at, Happening.PAID, row.method, row.taken_by, amount_fen=row.received_fen)
        for row in (await work.session.exec(query)).all()
    ]


async def _acts(work: Work, ticket_id: TicketId, order_id: int) -> Iterable[Event]:
    acts = await acts_on(work, (subject(ticket_id), f"order:{order_id}"), MOST_OF_A_KIND)
    return [Event(one.at, Happening.ACT, one.action, one.user_id) for one in acts if one.action not in _TOLD_ELSEWHERE]


async def _refusals(work: Work, ticket_id: TicketId) -> Iterable[Event]:
    return [
        Event(
            one.scanned_at,
            Happening.REFUSED,
            one.reason,
            check_point_id=one.check_point_id,
            agent_id=one.agent_id,
            received_at=one.received_at,
        )
        for one in await of_ticket(work, ticket_id, MOST_OF_A_KIND)
    ]


async def _passages(work: Work, ticket_id: TicketId) -> Iterable[Event]:
    row, entry = AdmissionEventRow, JournalEntryRow
    same = (col(entry.journal_number) == col(row.journal_number)) & (col(entry.sequence) == col(row.sequence))
    query = select(row.data, entry.received_at).outerjoin(entry, same).where(col(row.ticket_id) == ticket_id)
    told = [(event_of(data), received) for data, received in (await work.session.exec(query)).all()]
    intents = {one.event.attempt_id: (one, received) for one, received in told if isinstance(one.event, Intent)}
    return [
        _passage(passage.state, passage.direction, *intents[AttemptId(passage.attempt_id)])
        for passage in fold(one for one, _ in told)
    ]


def _passage(state: PassageState, direction: Direction, told: AdmissionEvent, received: int | None) -> Event:
    intent = told.event
    assert isinstance(intent, Intent), "a passage begins with an intent"
    passed = Happening.ENTRY if direction is Direction.ENTRY else Happening.EXIT
    return Event(
        intent.scanned_at,
        Happening.NO_PASSAGE if state is PassageState.NOT_PASSED else passed,
        kind_shown(intent).value,
        intent.supervisor,
        check_point_id=told.check_point,
        agent_id=told.agent,
        persons=intent.persons,
        received_at=None if received is None else Instant(received),
    )


async def _refunds(work: Work, ticket_id: TicketId) -> Iterable[Event]:
    rows = (await work.session.exec(select(RefundRow).where(col(RefundRow.ticket_id) == ticket_id))).all()
    asked = [Event(row.requested_at, Happening.REFUND_REQUESTED, row.kind, row.requested_by, persons=row.persons) for row in rows]
    decided = [
        Event(row.decided_at, Happening.REFUND_DECIDED, row.state, row.override_by, amount_fen=row.amount_fen)
        for row in rows
        if row.decided_at is not None
    ]
    return [*asked, *decided]
