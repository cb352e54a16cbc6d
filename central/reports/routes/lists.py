"""Lists and statistics over HTTP: one way to narrow them, one way to page through them, newest first."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from central.admissions.routes import PassageView
from central.domain.names import PersonName, PromoterName, SiteName, TicketTypeName
from central.domain.pagination import Page
from central.domain.views import Moment, View, read_from, within
from central.identity.permissions import Permission
from central.issuing.views import TicketIdText
from central.payments.methods import Method
from central.payments.routes import PaymentView
from central.payments.rules.refund_states import RefundDocumentState
from central.refunds.routes.refunds import RefundView
from central.reports.admissions import ADMISSIONS
from central.reports.orders import ORDERS
from central.reports.payments import PAYMENTS, RETURNS, ListedPayment
from central.reports.refunds import REFUNDS, ListedRefund
from central.reports.routes.pages import REPORTS, page_of_list
from central.reports.routes.queries import (
    AdmissionQuery,
    OrderQuery,
    PaymentQuery,
    PaymentRefundQuery,
    RefundQuery,
    ShiftQuery,
    StatisticsQuery,
)
from central.reports.shifts import SHIFTS
from central.sales.routes.orders import OrderItem, OrderLineView
from central.shifts.routes import ShiftItem
from central.web.operations import Call, Route
from protocol.admission.passages import PassageState


class ListedOrderView(OrderItem, alias_generator=within("order")):
    """An order with its lines; `refunded_fen` is what refunds have given back of it."""

    lines: list[OrderLineView]
    methods: Annotated[list[Method], Field(description="by which methods its money came; empty: none came yet")]
    refunded_fen: int


class SoldView(View):
    """The seller, site and channel of an order."""

    site: SiteName
    seller: PersonName
    channel: str


class ListedPaymentView(PaymentView, SoldView):
    """A payment, and the seller, site and channel of its order."""


class PaymentRefundView(View, alias_generator=within("sold")):
    """Money on its way back through an institution; `refund_id` is the refund of a ticket that it pays."""

    number: str
    payment_id: int
    refund_id: int | None
    order_id: int
    site: SiteName
    seller: PersonName
    channel: str
    method: Method
    state: RefundDocumentState
    amount_fen: int
    institution_number: str | None
    reason: str | None
    created_at: Moment
    finished_at: Moment | None


class ListedRefundView(RefundView, SoldView):
    """A refund, the type of its ticket, and the seller, site and channel of its order. `readRefund` says what it waits for."""

    ticket_type: TicketTypeName


class AdmissionRecordView(PassageView, alias_generator=within("row")):
    """A release of an arm, its outcome, how many persons it counts, and the ticket's seller and channel."""

    ticket_id: Annotated[TicketIdText | None, read_from("ticket")]
    state: PassageState
    counted: int
    ticket_type: TicketTypeName | None
    order_id: int | None
    seller: PersonName | None
    channel: str | None


class TicketFiguresView(View, alias_generator=within("figures")):
    """A ticket type on a day; walk-ins have no type. `persons` were sold for; `entries` entered, by tickets sold on any day."""

    day: date
    ticket_type: TicketTypeName | None
    tickets: int
    persons: int
    sold_fen: int
    refunded_tickets: int
    refunded_fen: int
    entries: int


class SellerFiguresView(View, alias_generator=within("figures")):
    """A seller in a channel. `sold_fen` was promised for the tickets; `taken_fen` came in, `returned_fen` went back."""

    seller: PersonName
    channel: str
    orders: int
    tickets: int
    persons: int
    sold_fen: int
    refunded_tickets: int
    refunded_fen: int
    taken_fen: int
    returned_fen: int


class PromoterFiguresView(View, alias_generator=within("figures")):
    """A promoter. `net_fen` is what was sold for less what was refunded."""

    promoter: PromoterName
    orders: int
    tickets: int
    persons: int
    sold_fen: int
    refunded_tickets: int
    refunded_fen: int
    net_fen: int


class TicketStatisticsView(BaseModel):
    """By day, then by type."""

    items: list[TicketFiguresView]


class SellerStatisticsView(BaseModel):
    """By seller, then by channel."""

    items: list[SellerFiguresView]


class PromoterStatisticsView(BaseModel):
    """By the number of the promoter."""

    items: list[PromoterFiguresView]


@Route("GET", "/api/v1/orders", Permission.SALES_READ)
async def list_orders(call: Call[None, OrderQuery]) -> Page[ListedOrderView]:
    """List orders with their lines, newest first."""
    return await page_of_list(call, ORDERS, ListedOrderView.of)


@Route("GET", "/api/v1/payments", Permission.PAYMENTS_READ)
async def list_payments(call: Call[None, PaymentQuery]) -> Page[ListedPaymentView]:
    """List payments, those of the newest order first."""
    return await page_of_list(call, PAYMENTS, _payment)


@Route("GET", "/api/v1/payment-refunds", Permission.PAYMENTS_READ)
async def list_payment_refunds(call: Call[None, PaymentRefundQuery]) -> Page[PaymentRefundView]:
    """List money on its way back through institutions, newest first."""
    return await page_of_list(call, RETURNS, PaymentRefundView.of)


@Route("GET", "/api/v1/refunds", Permission.REFUNDS_READ)
async def list_refunds(call: Call[None, RefundQuery]) -> Page[ListedRefundView]:
    """List refunds, newest first."""
    return await page_of_list(call, REFUNDS, _refund)


@Route("GET", "/api/v1/admissions", Permission.ADMISSIONS_READ)
async def list_admissions(call: Call[None, AdmissionQuery]) -> Page[AdmissionRecordView]:
    """List admission records by the time of the scan, newest first."""
    return await page_of_list(call, ADMISSIONS, AdmissionRecordView.of)


@Route("GET", "/api/v1/shifts", Permission.SHIFTS_READ)
async def list_shifts(call: Call[None, ShiftQuery]) -> Page[ShiftItem]:
    """List sellers' shifts, newest first."""
    return await page_of_list(call, SHIFTS, ShiftItem.of)


@Route("GET", "/api/v1/ticket-statistics", Permission.REPORTS_READ)
async def read_ticket_statistics(call: Call[None, StatisticsQuery]) -> TicketStatisticsView:
    """Read the figures by day and ticket type: what was sold, refunded and used."""
    found = await call.request.app[REPORTS].ticket_statistics(call.parameters.wanted(), call.principal)
    return TicketStatisticsView(items=[TicketFiguresView.of(one) for one in found])


@Route("GET", "/api/v1/seller-statistics", Permission.REPORTS_READ)
async def read_seller_statistics(call: Call[None, StatisticsQuery]) -> SellerStatisticsView:
    """Read the figures by seller and channel: what was sold, refunded, taken and returned."""
    found = await call.request.app[REPORTS].seller_statistics(call.parameters.wanted(), call.principal)
    return SellerStatisticsView(items=[SellerFiguresView.of(one) for one in found])


@Route("GET", "/api/v1/promoter-statistics", Permission.REPORTS_READ)
async def read_promoter_statistics(call: Call[None, StatisticsQuery]) -> PromoterStatisticsView:
    """Read the distribution report by promoter: the orders that each brought, and what of them was refunded."""
    found = await call.request.app[REPORTS].promoter_statistics(call.parameters.wanted(), call.principal)
    return PromoterStatisticsView(items=[PromoterFiguresView.of(one) for one in found])


def _payment(one: ListedPayment) -> ListedPaymentView:
    return ListedPaymentView(**dict(PaymentView.of(one.payment)), **dict(SoldView.of(one.sold)))


def _refund(one: ListedRefund) -> ListedRefundView:
    shown = {**dict(RefundView.of(one.refund)), **dict(SoldView.of(one.sold))}
    return ListedRefundView(**shown, ticket_type=TicketTypeName.of(one.ticket_type_id))


OPERATIONS = (
    list_orders,
    list_payments,
    list_payment_refunds,
    list_refunds,
    list_admissions,
    list_shifts,
    read_ticket_statistics,
    read_seller_statistics,
    read_promoter_statistics,
)
