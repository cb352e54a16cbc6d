"""Money that goes back for a refund, by the method that it came by.

Laws: part of the transaction of the refund, which has locked what it refunds; money that no one can hand out now is owed until a
person hands it out; each step posts a movement, so that the ledger says at any time who holds the money (law 12).
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from sqlmodel import col, func, select

from central.payments import agency_funds, ledger
from central.payments.drawers import open_shift
from central.payments.institution_refunds import RefundDocuments
from central.payments.ledger import Movement
from central.payments.methods import BY_AGENCY, INSTITUTIONS, Method
from central.payments.rules.payment_states import PaymentState
from central.store.tables.money import LedgerRow
from central.store.tables.payments import PaymentRow
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class Returning:
    """Money of an order's payment that must go back, for a refund of one of its tickets; `fee_fen` is kept.

    `by` hands out what no institution pays; None: it is owed for now.
    """

    order_id: int
    site_id: SiteId
    amount_fen: int
    refund_id: int | None
    by: int | None
    fee_fen: int = 0


class Given(IntEnum):
    """Where the money is: paid out, followed at an institution to its end, or owed until a person hands it out."""

    OUT = 0
    ON_ITS_WAY = 1
    OWED = 2


async def give_back(work: Work, documents: RefundDocuments, wanted: Returning, now: Instant) -> Given:
    """Give money back by the method that it came by, and keep the fee."""
    kept = Movement(ledger.sales(wanted.site_id), ledger.fees(wanted.site_id), wanted.fee_fen, wanted.order_id, wanted.refund_id)
    ledger.post(work, kept, wanted.by, now)
    if wanted.amount_fen == 0:
        return Given.OUT
    shares = await _shares(work, (wanted.order_id,), wanted.amount_fen)
    return max([await _give(work, documents, replace(wanted, amount_fen=amount_fen), row, now) for row, amount_fen in shares])


async def ways_back(work: Work, order_id: int, amount_fen: int, waiting_fen: int) -> dict[Method, int]:
    """Return by which methods an amount would go back, after other refunds of the order that wait and come to so much."""
    ways = dict[Method, int]()
    for sign, sum_fen in ((1, waiting_fen + amount_fen), (-1, waiting_fen)):
        for row, share_fen in await _shares(work, (order_id,), sum_fen) if sum_fen else ():
            method = Method(row.method)
            ways[method] = ways.get(method, 0) + sign * share_fen
    return {method: share_fen for method, share_fen in ways.items() if share_fen}


async def _give(work: Work, documents: RefundDocuments, wanted: Returning, row: PaymentRow, now: Instant) -> Given:
    method = Method(row.method)
    if row.agency_id is not None:
        return await _to_agency(work, wanted, row, row.agency_id, now)
    is_out = method not in INSTITUTIONS and wanted.by is not None
    into = ledger.received(method, wanted.site_id, wanted.by or 0) if is_out else ledger.owed(method)
    sold, order_id, refund_id = ledger.sales(wanted.site_id), wanted.order_id, wanted.refund_id
    shift_id = await open_shift(work, wanted.by) if is_out and wanted.by is not None and method is Method.CASH else None
    ledger.post(work, Movement(sold, into, wanted.amount_fen, order_id, refund_id, row.id, shift_id), wanted.by, now)
    if method in INSTITUTIONS:
        await documents.add(work, row, wanted.amount_fen, wanted.refund_id, now)
        return Given.ON_ITS_WAY
    return Given.OUT if is_out else Given.OWED


async def _to_agency(work: Work, wanted: Returning, row: PaymentRow, agency_id: int, now: Instant) -> Given:
    """Put money back onto the account of the agency that paid with it: no person has to hand it out."""
    method = Method(row.method)
    await agency_funds.give_back(work, method, agency_id, wanted.amount_fen)
    sold, account = ledger.sales(wanted.site_id), ledger.of_agency(method, agency_id)
    movement = Movement(sold, account, wanted.amount_fen, wanted.order_id, wanted.refund_id, row.id, agency_id=agency_id)
    ledger.post(work, movement, wanted.by, now)
    return Given.OUT


async def _shares(work: Work, orders: tuple[int, ...], amount_fen: int) -> list[tuple[PaymentRow, int]]:
    """Return what goes back by which payment: first the order's own, as far as it suffices, then those of handed-in tickets.

    The order is the last of `orders`. Those before it form a chain: a ticket of each was handed in for the next.
    """
    paid = (PaymentRow.order_id == orders[-1], PaymentRow.state == PaymentState.PAID)
    rows = (await work.session.exec(select(PaymentRow).where(*paid).order_by(col(PaymentRow.id)))).all()
    handed_in = next((row for row in rows if row.from_order_id is not None), None)
    if handed_in is None or handed_in.from_order_id is None:
        return [(rows[0], amount_fen)]
    own = [(row, row.amount_fen - await _gone_fen(work, orders, row)) for row in rows if row is not handed_in]
    shares = [(row, min(amount_fen, held_fen)) for row, held_fen in own if held_fen]
    left_fen = amount_fen - sum(share_fen for _, share_fen in shares)
    return shares + (await _shares(work, (*orders, handed_in.from_order_id), left_fen) if left_fen else [])


async def _gone_fen(work: Work, orders: tuple[int, ...], row: PaymentRow) -> int:
    """Return how much of a payment has gone back already, for any of these orders."""
    of_payment = col(LedgerRow.payment_id) == row.id, col(LedgerRow.order_id).in_(orders)
    query = select(func.coalesce(func.sum(LedgerRow.amount_fen), 0)).where(*of_payment, col(LedgerRow.debit).like(ledger.SALES))
    return int((await work.session.exec(query)).one())


async def hand_out(work: Work, refund_id: int, site_id: SiteId, by: int, now: Instant) -> int:
    """Hand out what is owed for a refund and no institution pays; return how much."""
    handed_fen = 0
    for method in sorted(set(Method) - INSTITUTIONS - BY_AGENCY):
        account = ledger.owed(method)
        of_refund = select(LedgerRow.order_id, func.sum(LedgerRow.amount_fen)).where(col(LedgerRow.refund_id) == refund_id)
        owed = of_refund.where(col(LedgerRow.credit) == account).group_by(col(LedgerRow.order_id))
        for order_id, amount_fen in (await work.session.exec(owed)).all():
            into = ledger.received(method, site_id, by)
            shift_id = await open_shift(work, by) if method is Method.CASH else None
            ledger.post(work, Movement(account, into, int(amount_fen), order_id, refund_id, shift_id=shift_id), by, now)
            handed_fen += int(amount_fen)
    return handed_fen
