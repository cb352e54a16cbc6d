"""Payment documents as rows.

Laws: a document's order is locked before the document, everywhere; a document that changes money posts to the ledger in the
same transaction (law 12).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import col, func, select

from central.domain.messages import NO_PAYMENT
from central.domain.problems import Problem, ProblemCode
from central.live_events.kinds import LiveKind
from central.live_events.telling import Change, tell
from central.payments import agency_funds, drawers, ledger
from central.payments.institution import MAX_REASON_CHARACTERS
from central.payments.ledger import Movement
from central.payments.messages import AGENCY_ORDERS_ONLY
from central.payments.methods import BY_AGENCY, INSTITUTIONS, Method
from central.payments.ports import PayableOrder
from central.payments.rules.payment_states import ENDS, Document, PaymentState, Presentation, paid_at_once
from central.store.row_numbers import drawn
from central.store.tables.payments import PaymentRow
from central.store.unit_of_work import Work
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Money that is there already: in the drawer of `by`, or as that person recorded it (`reference`: a slip's number).

    `from_order_id` is the order whose money it was, where it was exchanged for this one.
    """

    method: Method
    by: int
    reference: str | None = None
    from_order_id: int | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment document. `number` is what the institution knows it by; `qr` the text of the code that the payer scans."""

    payment_id: int
    order_id: int
    method: Method
    document: Document
    number: str | None
    reference: str | None
    qr: str | None
    created_at: Instant
    by: int


async def next_number(work: Work) -> int:
    """Return the number of a payment that this transaction makes."""
    return await drawn(work, PaymentRow)


async def record_at_once(work: Work, paid: AtOnce, order: PayableOrder, payment_id: int, now: Instant) -> Payment | None:
    """Add the document of money that is there, and post the money to the ledger; an order that costs nothing has neither."""
    assert paid.method not in INSTITUTIONS, "an institution's payment is final when the institution says so"
    if order.total_fen == 0:
        return None
    is_cash = paid.method is Method.CASH
    shift_id = await drawers.shift_for_sale(work, order.site_id, paid.by) if is_cash else None
    agency_id = await _charged_agency(work, paid, order)
    document = paid_at_once(order.total_fen, now)
    row = {
        "id": payment_id,
        "order_id": order.order_id,
        "method": paid.method,
        "reference": paid.reference,
        "from_order_id": paid.from_order_id,
        "created_at": now,
        "taken_by": paid.by,
        "presentation": document.presentation,
        "state": document.state,
        "amount_fen": document.amount_fen,
        "attempts": 0,
        "received_fen": document.received_fen,
        "finished_at": now,
        "agency_id": agency_id,
    }
    work.insert(PaymentRow, [row])
    _tell(work, row, now)
    into = ledger.received(paid.method, order.site_id, paid.by) if agency_id is None else ledger.of_agency(paid.method, agency_id)
    sold = ledger.sales(order.site_id)
    movement = Movement(into, sold, order.total_fen, order.order_id, None, payment_id, shift_id, agency_id)
    ledger.post(work, movement, paid.by, now)
    return Payment(payment_id, order.order_id, paid.method, document, None, paid.reference, None, now, paid.by)


async def _charged_agency(work: Work, paid: AtOnce, order: PayableOrder) -> int | None:
    """Charge the agency whose account pays the order, and return it; None where the order is paid otherwise."""
    if paid.method not in BY_AGENCY:
        return None
    if order.agency_id is None:
        raise Problem(ProblemCode.PAYMENT_METHOD, AGENCY_ORDERS_ONLY.of())
    await agency_funds.charge(work, paid.method, order.agency_id, order.total_fen)
    return order.agency_id


@dataclass(frozen=True, slots=True)
class Taken:
    """What a person took by a method in a time."""

    method: Method
    payments: int
    amount_fen: int


async def taken_by(work: Work, user_id: int, since: Instant, until: Instant) -> tuple[Taken, ...]:
    """Return what a person's payments have brought from an instant to just before another, by method."""
    in_time = (col(PaymentRow.finished_at) >= since, col(PaymentRow.finished_at) < until)
    is_money = (PaymentRow.state == PaymentState.PAID, PaymentRow.method != Method.EXCHANGE)
    paid = (PaymentRow.taken_by == user_id, *is_money, *in_time)
    sums = func.count(), func.sum(col(PaymentRow.amount_fen))
    query = select(PaymentRow.method, *sums).where(*paid).group_by(col(PaymentRow.method)).order_by(col(PaymentRow.method))
    found = (await (await work.connection()).execute(query)).all()
    return tuple(Taken(Method(method), count, int(amount_fen)) for method, count, amount_fen in found)


async def paid_by(work: Work, order_id: int) -> Method | None:
    """Return how an order was paid; None where it was not paid, or cost nothing."""
    query = select(PaymentRow.method).where(PaymentRow.order_id == order_id, PaymentRow.state == PaymentState.PAID)
    method = (await work.session.exec(query.order_by(col(PaymentRow.id)).limit(1))).first()
    return None if method is None else Method(method)


async def has_live(work: Work, order_id: int) -> bool:
    """Return whether money of a payment of the order may still arrive."""
    query = select(PaymentRow.id).where(PaymentRow.order_id == order_id, col(PaymentRow.state).not_in(ENDS)).limit(1)
    return (await work.session.exec(query)).first() is not None


async def locked(work: Work, payment_id: int) -> PaymentRow:
    """Lock a payment whose order is locked already."""
    row = await work.session.get(PaymentRow, payment_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise not_there(payment_id)
    return row


def not_there(payment_id: int) -> Problem:
    """Return the problem of a payment that does not exist."""
    return Problem(ProblemCode.NOT_FOUND, NO_PAYMENT.of(payment_id=payment_id))


def document_of(row: PaymentRow) -> Document:
    """Return a row's document."""
    return Document(
        state=PaymentState(row.state),
        presentation=Presentation(row.presentation),
        amount_fen=row.amount_fen,
        sent_at=row.sent_at,
        deadline_at=row.deadline_at,
        next_at=row.next_at,
        attempts=row.attempts,
        institution_number=row.institution_number,
        received_fen=row.received_fen,
        finished_at=row.finished_at,
        reason=row.reason,
    )


def keep(work: Work, row: PaymentRow, document: Document, now: Instant) -> None:
    """Write the changed document into its row; live streams hear of a new state."""
    is_new = row.id is not None and row.state != document.state
    row.state, row.sent_at, row.deadline_at, row.next_at = (
        document.state,
        document.sent_at,
        document.deadline_at,
        document.next_at,
    )
    row.attempts, row.institution_number = document.attempts, document.institution_number
    row.received_fen, row.finished_at = document.received_fen, document.finished_at
    row.reason = document.reason and document.reason[:MAX_REASON_CHARACTERS]
    work.session.add(row)
    if is_new:
        tell_state(work, row, now)


def tell_state(work: Work, row: PaymentRow, now: Instant) -> None:
    """Tell live streams the state of a payment that has its number."""
    _tell(work, row.model_dump(), now)


def _tell(work: Work, row: Mapping[str, object], now: Instant) -> None:
    order_id = row["order_id"]
    assert isinstance(order_id, int), "a payment is of an order"
    said = {"payment_id": row["id"], **{name: row[name] for name in ("method", "state", "amount_fen")}}
    tell(work, now, Change(LiveKind.PAYMENT, said, order_id=order_id))


def payment_of(row: PaymentRow) -> Payment:
    """Return the payment of a row."""
    assert row.id is not None, "a stored payment has its number"
    return Payment(
        payment_id=row.id,
        order_id=row.order_id,
        method=Method(row.method),
        document=document_of(row),
        number=row.number,
        reference=row.reference,
        qr=row.qr,
        created_at=row.created_at,
        by=row.taken_by,
    )
