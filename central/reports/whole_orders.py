"""One order whole: its lines and tickets, its payments, and what went back. Read with the same queries as the lists."""

from dataclasses import dataclass

from central.payments.documents import Payment
from central.refunds.service import Refund
from central.reports.filters import Narrowed, Wanted
from central.reports.listing import Wish, read_page
from central.reports.orders import refunded
from central.reports.payments import PAYMENTS, RETURNS, ListedReturn
from central.reports.refunds import REFUNDS
from central.sales import orders
from central.sales.data_scope import EVERYTHING
from central.sales.orders import Order
from central.store.unit_of_work import Work

# An order has a refund or two for each of its tickets, and far fewer payments.
MOST_OF_AN_ORDER = 2_000
_ALL = Wish(MOST_OF_AN_ORDER)


@dataclass(frozen=True, slots=True)
class WholeOrder:
    """An order, and all documents of its money, the newest first; `refunded_fen` is what refunds have given back."""

    order: Order
    payments: tuple[Payment, ...]
    payment_refunds: tuple[ListedReturn, ...]
    refunds: tuple[Refund, ...]
    refunded_fen: int


async def whole_order(work: Work, order_id: int) -> WholeOrder:
    """Return an order of which the caller may see all; Problem where there is none."""
    order = await orders.whole(work, order_id)
    of_order = Narrowed(Wanted(order_id=order_id), EVERYTHING, None)
    payments = await read_page(work, PAYMENTS, of_order, _ALL)
    returns = await read_page(work, RETURNS, of_order, _ALL)
    refunds = await read_page(work, REFUNDS, of_order, _ALL)
    back = (await refunded(work, {order_id})).get(order_id, 0)
    return WholeOrder(order, tuple(one.payment for one in payments), returns, tuple(one.refund for one in refunds), back)
