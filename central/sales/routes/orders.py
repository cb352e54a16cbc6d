"""Selling over HTTP."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, Field, model_validator

from central.catalog.checks import MOST_PERSONS
from central.catalog.concessions import EvidenceKind
from central.catalog.parameters import SiteNumber, TypeNumber
from central.catalog.routes.sale_settings import seller_of
from central.catalog.rules.concessions import Eligibility, Evidence
from central.domain.field_messages import unfit
from central.domain.local_times import LocalTime
from central.domain.models import StrictModel
from central.domain.names import AgencyName, PersonName, PromoterName, SiteName, TicketTypeName
from central.domain.principal import Principal
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE
from central.domain.views import MinuteMoment, Moment, View, read_from, within
from central.identity.permissions import Permission
from central.issuing.tickets import id_from_text
from central.issuing.views import TicketPath, TicketView, ticket_view
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.promoters.rules.attribution import Promotion
from central.sales.buyers import Buyer
from central.sales.holder_rehashing import HolderRehashing
from central.sales.holders import KeptHolder
from central.sales.messages import METHOD_NEEDED
from central.sales.orders import Order
from central.sales.rules.pricing import Holder, OrderState, WantedLine
from central.sales.service import MOST_TICKETS, WINDOW_CHANNEL, Quote, Sales, Wanted
from central.web.operations import Call, Route
from protocol.holders import MAX_NUMBER_CHARACTERS, Document, DocumentType
from protocol.identifiers import SiteId, TicketTypeId

SALES: web.AppKey[Sales] = web.AppKey("sales", Sales)
HOLDER_REHASHING: web.AppKey[HolderRehashing] = web.AppKey("holder_rehashing", HolderRehashing)
MOST_LINES = 50
MOST_TOTAL_FEN = 10**12
SALE_REFUSALS = (
    ProblemCode.NOT_FOUND,
    ProblemCode.NOT_ON_SALE,
    ProblemCode.SALE_NOT_ALLOWED,
    ProblemCode.SALE_NOT_OPEN,
    ProblemCode.SALE_CLOSED,
    ProblemCode.DAY_NOT_SOLD,
    ProblemCode.PURCHASE_LIMIT,
    ProblemCode.SOLD_OUT,
    ProblemCode.BUYER_REQUIRED,
    ProblemCode.HOLDER_REQUIRED,
    ProblemCode.SLOT_REQUIRED,
    ProblemCode.NOT_ELIGIBLE,
    ProblemCode.SITE_FULL,
)
BuyerPhone = Annotated[
    str | None,
    Field(pattern=r"^\+?[0-9]{5,20}$", description="finds the order again, and counts for limits per buyer; kept sealed"),
]
BuyerName = Annotated[str | None, Field(min_length=1, max_length=100, pattern=PRINTABLE, description="kept sealed")]

PlacesLeft = Annotated[int | None, Field(ge=0, description="persons who can still come; null where not limited")]


class HolderBody(StrictModel):
    """The person of a real-name ticket."""

    document_type: DocumentType
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166 alpha-2")] = "CN"
    number: Annotated[str, Field(min_length=1, max_length=MAX_NUMBER_CHARACTERS)]
    name: Annotated[str, Field(min_length=1, max_length=100, pattern=PRINTABLE)]

    def stated(self) -> Holder:
        """Return the holder as the service takes it."""
        return Holder(Document(self.document_type, self.country, self.number), self.name)


class EvidenceBody(StrictModel):
    """What the seller saw of one person: the kind, and the number's last characters where the ground asks for them.

    `born` is for the age on the day of the visit, and is not stored.
    """

    kind: EvidenceKind
    last_characters: Annotated[str | None, Field(pattern=r"^[0-9A-Za-z]{1,4}$")] = None
    born: date | None = None

    def stated(self) -> Evidence:
        """Return the evidence as the service takes it."""
        return Evidence(self.kind, self.last_characters, self.born)


class LineBody(StrictModel):
    """So many tickets of one type for one day. `persons` is a group's size; `holders` go ticket by ticket, person by person.

    `evidence` does too, where the type is a concession.
    """

    ticket_type_id: TypeNumber
    quantity: Annotated[int, Field(ge=1, le=MOST_TICKETS)] = 1
    persons: Annotated[int, Field(ge=1, le=MOST_PERSONS)] = 1
    visit_day: date
    slot_start: LocalTime | None = None
    holders: Annotated[list[HolderBody], Field(max_length=MOST_TICKETS)] = []
    evidence: Annotated[list[EvidenceBody], Field(max_length=MOST_TICKETS)] = []


class QuoteBody(StrictModel):
    """What a buyer wants, and through which channel."""

    site_id: SiteNumber
    buyer_phone: BuyerPhone = None
    buyer_name: BuyerName = None
    channel: Annotated[
        str | None, Field(min_length=1, max_length=40, pattern=PRINTABLE, description="the seller's own where left out")
    ] = None
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=MOST_LINES)]


class PromotedBody(QuoteBody):
    """The order's content. `promoter_code` is from a promoter's QR; an unknown or disabled code does not stop the order."""

    promoter_code: Annotated[str | None, Field(min_length=1, max_length=40, pattern=PRINTABLE)] = None


class HoldBody(PromotedBody):
    """An order that waits for its money: what was quoted."""

    expected_total_fen: Annotated[int, Field(ge=1, le=MOST_TOTAL_FEN)]


class OrderBody(PromotedBody):
    """A sale: what was quoted, and how it is paid; `reference` is the number on the card terminal's or bank's slip.

    What costs nothing needs no payment.
    """

    expected_total_fen: Annotated[int, Field(ge=0, le=MOST_TOTAL_FEN)]
    method: Literal["cash", "card_terminal", "bank_transfer"] | None = None
    reference: Annotated[str | None, Field(min_length=1, max_length=64, pattern=PRINTABLE)] = None

    @model_validator(mode="after")
    def _paid(self) -> "OrderBody":
        if self.method is None and self.expected_total_fen:
            raise unfit(METHOD_NEEDED.of())
        return self


class EligibilityView(BaseModel):
    """Whether a person, counted from 0, is entitled to the concession; if not, why not."""

    person: int
    is_eligible: bool
    why_not_zh: str | None
    why_not_en: str | None


class QuotedLineView(BaseModel):
    """A line at its price; for a concession, `eligibility` says person by person who is entitled."""

    ticket_type: TicketTypeName
    price_fen: Annotated[int, Field(description="per person")]
    amount_fen: int
    places_left: PlacesLeft
    eligibility: list[EligibilityView]


class QuoteView(BaseModel):
    """What it costs now."""

    lines: list[QuotedLineView]
    total_fen: int


class OrderPath(StrictModel):
    """Which order."""

    order_id: Annotated[int, Field(ge=1, lt=2**63)]


class BuyerView(View):
    """Who bought, as far as the buyer said so."""

    name: str | None
    phone: str | None


class OrderItem(View):
    """An order in a list. While it is open, it waits for its money until `expires_at`.

    `promotion` says what became of the promoter's code on the order; `promoter_id` is the promoter that gets the credit,
    `agency_id` the travel agency that bought it.
    """

    order_id: int
    site: SiteName
    seller: PersonName
    channel: str
    state: OrderState
    total_fen: int
    created_at: Moment
    expires_at: Moment | None
    paid_at: Moment | None
    agency: AgencyName | None
    promoter: PromoterName | None
    promotion: Promotion | None
    buyer: Annotated[BuyerView | None, Field(description="masked; empty where the buyer said nothing")]


class OrderLineView(View):
    """So many tickets of a type, each for so many persons; `price_fen` is per person. `slot_start` is empty without a slot."""

    line: int
    ticket_type: TicketTypeName
    quantity: int
    persons: int
    price_fen: int
    amount_fen: int
    visit_day: date | None
    slot_start: MinuteMoment | None
    slot_minutes: int


class OrderView(OrderItem):
    """An order with its lines, and its tickets once it is paid."""

    lines: list[OrderLineView]
    tickets: list[TicketView]


class HolderView(View, alias_generator=within("document")):
    """A holder."""

    document_type: Annotated[DocumentType, read_from("document", "kind")]
    country: str
    number: str
    name: str


class HoldersView(BaseModel):
    """A ticket's holders."""

    items: list[HolderView]


@Route("POST", "/api/v1/quotes", Permission.SALES_SELL, problems=SALE_REFUSALS)
async def quote_order(call: Call[QuoteBody, None]) -> QuoteView:
    """Quote an order: what it costs now; nothing is stored."""
    return quote_view(await call.request.app[SALES].quote(wanted_of(call.body, call.principal), call.now))


@Route(
    "POST",
    "/api/v1/orders",
    Permission.SALES_SELL,
    status=HTTPStatus.CREATED,
    problems=(*SALE_REFUSALS, ProblemCode.TOTAL_CHANGED, ProblemCode.SHIFT_REQUIRED),
    idempotent=True,
)
async def sell_order(call: Call[OrderBody, None]) -> OrderView:
    """Sell for money that is there already, in cash or as the seller recorded it: the answer holds the tickets."""
    body = call.body
    paid = AtOnce(Method(body.method or Method.CASH), call.principal.user_id, body.reference)
    return order_view(
        await call.request.app[SALES].sell(wanted_of(body, call.principal), body.expected_total_fen, paid, call.once, call.now)
    )


@Route(
    "POST",
    "/api/v1/held-orders",
    Permission.SALES_SELL,
    status=HTTPStatus.CREATED,
    problems=(*SALE_REFUSALS, ProblemCode.TOTAL_CHANGED),
    idempotent=True,
)
async def hold_order(call: Call[HoldBody, None]) -> OrderView:
    """Make an order that waits for its money for some minutes; pay it by `payOrder` or `startPayment`."""
    sales, seller, expected_fen = call.request.app[SALES], call.principal.user_id, call.body.expected_total_fen
    return order_view(await sales.hold(wanted_of(call.body, call.principal), expected_fen, call.once, seller, call.now))


@Route(
    "POST",
    "/api/v1/orders/{order_id}/cancel",
    Permission.SALES_SELL,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.ORDER_STATE),
    once=True,
)
async def cancel_order(call: Call[None, OrderPath]) -> OrderView:
    """Cancel an order that waits for its money; money that still arrives for it is returned."""
    return order_view(await call.request.app[SALES].cancel(call.parameters.order_id, call.principal.user_id, call.now))


@Route("GET", "/api/v1/tickets/{ticket_id}/holders", Permission.SALES_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_holders(call: Call[None, TicketPath]) -> HoldersView:
    """Read a ticket's holders, masked."""
    return _holders_view(await call.request.app[SALES].masked_holders(id_from_text(call.parameters.ticket_id)))


@Route("GET", "/api/v1/tickets/{ticket_id}/holders/full", Permission.HOLDERS_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_holders_in_full(call: Call[None, TicketPath]) -> HoldersView:
    """Read a ticket's holders in full, which is audited."""
    ticket_id = id_from_text(call.parameters.ticket_id)
    return _holders_view(await call.request.app[SALES].holders_of(ticket_id, call.principal.user_id, call.now))


def wanted_of(body: QuoteBody, principal: Principal) -> Wanted:
    """Return what a body asks for; the caller is the seller."""
    lines = tuple(wanted_line(line) for line in body.lines)
    channel = body.channel or principal.channel or WINDOW_CHANNEL
    code = body.promoter_code if isinstance(body, PromotedBody) else None
    return Wanted(SiteId(body.site_id), lines, channel, Buyer(body.buyer_name, body.buyer_phone), seller_of(principal), code)


def wanted_line(line: LineBody) -> WantedLine:
    """Return a line as the service takes it."""
    holders = tuple(one.stated() for one in line.holders)
    return WantedLine(
        type_id=TicketTypeId(line.ticket_type_id),
        quantity=line.quantity,
        persons=line.persons,
        visit=line.visit_day,
        slot_start=line.slot_start,
        holders=holders,
        evidence=tuple(one.stated() for one in line.evidence),
    )


def quote_view(quoted: Quote) -> QuoteView:
    """Return a quote as the API shows it."""
    lines = [
        QuotedLineView(
            ticket_type=TicketTypeName.of(line.wanted.type_id),
            price_fen=line.price_fen,
            amount_fen=line.amount_fen,
            places_left=places_left,
            eligibility=[_eligibility_view(person, one) for person, one in enumerate(line.eligibility)],
        )
        for line, places_left in zip(quoted.lines, quoted.places_left, strict=True)
    ]
    return QuoteView(lines=lines, total_fen=quoted.total_fen)


def _eligibility_view(person: int, one: Eligibility) -> EligibilityView:
    zh, en = (None, None) if one.why_not is None else (one.why_not.value.zh, one.why_not.value.en)
    return EligibilityView(person=person, is_eligible=one.is_eligible, why_not_zh=zh, why_not_en=en)


def order_view(order: Order) -> OrderView:
    """Return an order with its tickets as the API shows it."""
    return OrderView(
        **dict(OrderItem.of(order)),
        lines=[OrderLineView.of(one) for one in order.lines],
        tickets=[ticket_view(ticket) for ticket in order.tickets],
    )


def _holders_view(holders: tuple[KeptHolder, ...]) -> HoldersView:
    return HoldersView(items=[HolderView.of(one) for one in holders])


OPERATIONS = (quote_order, sell_order, hold_order, cancel_order, read_holders, read_holders_in_full)
