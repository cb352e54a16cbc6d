"""Travel agencies over HTTP: contracts, what they pay, statements."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, model_validator

from central.agencies.rows import AgencyState, AgencyWish, Contact, WantedAgencies
from central.agencies.rules.contracts import Charges, ContractPrice, EntryKind, ReceiptKind
from central.agencies.service import MOST_PRICES, Agencies, Paying, Period
from central.catalog.parameters import SiteNumber, TypeNumber
from central.domain.field_messages import unfit
from central.domain.messages import DAYS_REVERSED
from central.domain.models import Amendment, InFull, StrictModel, Version, amendment
from central.domain.names import SiteName, TicketTypeName
from central.domain.pagination import Page, PageQuery, from_cursor, page_from, shown_and_next
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE, SearchText
from central.domain.versions import Versioned
from central.domain.views import Moment, View, read_from, within
from central.identity.permissions import Permission
from central.identity.routes.users import RowNumber
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.web.operations import Call, Route
from protocol.identifiers import SiteId, TicketTypeId

AGENCIES: web.AppKey[Agencies] = web.AppKey("agencies", Agencies)
MOST_FEN = 10**12
MOST_CONTACTS = 20
EARLIEST_DAY, LATEST_DAY = date(2000, 1, 1), date(2199, 12, 30)
_REFUSALS = (ProblemCode.NOT_FOUND, ProblemCode.CONFLICT)
_STALE = (*_REFUSALS, ProblemCode.VERSION_CONFLICT)
_Name = Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTABLE)]
_Fen = Annotated[int, Field(ge=0, le=MOST_FEN)]
_Day = Annotated[date, Field(ge=EARLIEST_DAY, le=LATEST_DAY)]


class ContactBody(StrictModel):
    """A contact person."""

    name: _Name
    phone: Annotated[str, Field(pattern=r"^\+?[0-9]{5,20}$")]

    def stated(self) -> Contact:
        """Return the contact as the service takes it."""
        return Contact(self.name, self.phone)


class AgencyBody(StrictModel):
    """A travel agency. Its statement goes by the days of its site; its groups are charged for planned or for actual persons."""

    site_id: SiteNumber
    name: _Name
    contacts: Annotated[list[ContactBody], Field(max_length=MOST_CONTACTS)] = []
    charges: Charges = Charges.PLANNED
    credit_limit_fen: _Fen = 0
    is_disabled: bool = False

    def stated(self) -> AgencyWish:
        """Return the agency as the service takes it."""
        contacts = tuple(one.stated() for one in self.contacts)
        return AgencyWish(
            SiteId(self.site_id), self.name, contacts, self.charges, self.credit_limit_fen, is_disabled=self.is_disabled
        )


class AgencyInFullBody(InFull, AgencyBody):
    """A travel agency as it is to be from now on, in full."""

    version: Version


class AgencyAmendmentBody(Amendment):
    """What changes of a travel agency; a field that is left out stays as it is."""

    version: Version
    site_id: SiteNumber
    name: _Name
    contacts: Annotated[list[ContactBody], Field(max_length=MOST_CONTACTS)]
    charges: Charges
    credit_limit_fen: _Fen
    is_disabled: bool


class PriceBody(StrictModel):
    """What a type costs the agency per person, for visits from the first day to the last."""

    ticket_type_id: TypeNumber
    first_day: _Day
    last_day: _Day
    price_fen: Annotated[int, Field(ge=0, le=10**9)]


class PricesBody(StrictModel):
    """All contract prices of an agency; a type has at most one on a day."""

    version: Version
    prices: Annotated[list[PriceBody], Field(max_length=MOST_PRICES)]


class ReceiptBody(StrictModel):
    """Money that an agency pays; `reference` is the number on the card terminal's or bank's slip."""

    kind: Literal[ReceiptKind.TOP_UP, ReceiptKind.SETTLEMENT]
    amount_fen: Annotated[int, Field(ge=1, le=MOST_FEN)]
    method: Literal["cash", "card_terminal", "bank_transfer"]
    reference: Annotated[str | None, Field(min_length=1, max_length=64, pattern=PRINTABLE)] = None


class PayoutBody(StrictModel):
    """The rest of a balance, paid back; `reference` is the number on the bank's slip."""

    amount_fen: Annotated[int, Field(ge=1, le=MOST_FEN)]
    method: Literal["cash", "bank_transfer"]
    reference: Annotated[str | None, Field(min_length=1, max_length=64, pattern=PRINTABLE)] = None


class AgencyPath(StrictModel):
    """Which agency."""

    agency_id: RowNumber


class AgencyQuery(PageQuery):
    """Which agencies; a field that is left out does not restrict."""

    text: Annotated[SearchText | None, Field(description="a part of the name, in any case")] = None
    state: AgencyState | None = None
    site_id: SiteNumber | None = None

    def wanted(self) -> WantedAgencies:
        """Return the filter as the service takes it."""
        return WantedAgencies(self.text, self.state, self.site_id)


class PeriodQuery(BaseModel):
    """The agency and the days; both days included."""

    model_config = ConfigDict(extra="forbid")

    agency_id: RowNumber
    first_day: _Day
    last_day: _Day

    @model_validator(mode="after")
    def _days_in_order(self) -> "PeriodQuery":
        if self.first_day > self.last_day:
            raise unfit(DAYS_REVERSED.of())
        return self

    def period(self) -> Period:
        """Return the period as the service takes it."""
        return Period(self.agency_id, self.first_day, self.last_day)


class StatementQuery(PeriodQuery, PageQuery):
    """A page of a statement's entries."""


class ContactView(View):
    """A contact person."""

    name: str
    phone: str


class AgencyView(Versioned, View, alias_generator=within("wish")):
    """A travel agency: what it paid beforehand and has not used, and what it owes on account (below zero: in its favour)."""

    kind_of_subject, named_by = "agency", ("agency_id",)

    agency_id: int
    site: SiteName
    name: str
    contacts: list[ContactView]
    charges: Charges
    credit_limit_fen: int
    is_disabled: bool
    prepaid_fen: int
    owed_fen: int
    created_at: Moment


class PriceView(View):
    """What a type costs the agency per person, for visits from the first day to the last."""

    ticket_type: Annotated[TicketTypeName, read_from("type_id")]
    first_day: Annotated[date, read_from("first")]
    last_day: Annotated[date, read_from("last")]
    price_fen: int


class PricesView(Versioned):
    """All contract prices of an agency, by type and day."""

    kind_of_subject, named_by = "agency-prices", ("agency_id",)

    agency_id: int
    prices: list[PriceView]


class FundsView(View):
    """An agency's funds: its balance, and what it owes."""

    prepaid_fen: int
    owed_fen: int


class EntryView(View):
    """One movement: what it added to the balance, and what to the debt. Method and reference belong to the agency's payment."""

    entry_id: int
    posted_at: Moment
    kind: EntryKind
    order_id: int | None
    method: Method | None
    reference: str | None
    prepaid_fen: int
    owed_fen: int


class StatementView(View):
    """An agency's balances before the first day and after the last, and a page of the movements, oldest first."""

    opening: FundsView
    closing: FundsView
    items: list[EntryView]
    next: str | None


@Route("GET", "/api/v1/agencies", Permission.AGENCIES_READ)
async def list_agencies(call: Call[None, AgencyQuery]) -> Page[AgencyView]:
    """List travel agencies by number."""
    asked = call.parameters
    found = await call.request.app[AGENCIES].agencies(asked.wanted(), from_cursor(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: (one.agency_id,), AgencyView.of)


@Route("GET", "/api/v1/agencies/{agency_id}", Permission.AGENCIES_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_agency(call: Call[None, AgencyPath]) -> AgencyView:
    """Read a travel agency with its balance and its debt."""
    return AgencyView.of(await call.request.app[AGENCIES].agency(call.parameters.agency_id))


@Route("POST", "/api/v1/agencies", Permission.AGENCIES_EDIT, status=HTTPStatus.CREATED, problems=_REFUSALS, once=True)
async def add_agency(call: Call[AgencyBody, None]) -> AgencyView:
    """Add a travel agency."""
    return AgencyView.of(await call.request.app[AGENCIES].add(call.body.stated(), call.principal.user_id, call.now))


@Route("PUT", "/api/v1/agencies/{agency_id}", Permission.AGENCIES_EDIT, problems=_STALE)
async def change_agency(call: Call[AgencyInFullBody, AgencyPath]) -> AgencyView:
    """Replace a travel agency; a credit limit below its debt only stops further purchases."""
    agencies, number, by = call.request.app[AGENCIES], call.parameters.agency_id, call.principal.user_id
    return AgencyView.of(await agencies.change(number, call.body.stated(), by, call.now, call.body.version))


@Route("PATCH", "/api/v1/agencies/{agency_id}", Permission.AGENCIES_EDIT, problems=_STALE)
async def amend_agency(call: Call[AgencyAmendmentBody, AgencyPath]) -> AgencyView:
    """Change some fields of a travel agency; all that is left out stays as it is."""
    agencies, number, by = call.request.app[AGENCIES], call.parameters.agency_id, call.principal.user_id
    after = amendment(_body_of((await agencies.agency(number)).wish), call.body)
    return AgencyView.of(await agencies.change(number, after.stated(), by, call.now, call.body.version))


@Route("GET", "/api/v1/agencies/{agency_id}/prices", Permission.AGENCIES_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_agency_prices(call: Call[None, AgencyPath]) -> PricesView:
    """Read an agency's contract prices by type and day."""
    number = call.parameters.agency_id
    return _prices_view(number, await call.request.app[AGENCIES].prices(number))


@Route("PUT", "/api/v1/agencies/{agency_id}/prices", Permission.AGENCIES_EDIT, problems=_STALE)
async def set_agency_prices(call: Call[PricesBody, AgencyPath]) -> PricesView:
    """Set all contract prices of an agency; sold tickets keep their price."""
    agencies, number = call.request.app[AGENCIES], call.parameters.agency_id
    prices = tuple(
        ContractPrice(TicketTypeId(one.ticket_type_id), one.first_day, one.last_day, one.price_fen) for one in call.body.prices
    )
    await agencies.set_prices(number, prices, call.principal.user_id, call.now, call.body.version)
    return _prices_view(number, await agencies.prices(number))


@Route(
    "POST",
    "/api/v1/agencies/{agency_id}/receipts",
    Permission.AGENCIES_FUNDS,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.AGENCY_FUNDS, ProblemCode.SHIFT_REQUIRED),
    idempotent=True,
)
async def take_agency_money(call: Call[ReceiptBody, AgencyPath]) -> AgencyView:
    """Receive an agency's money: a top-up of its balance, or a settlement of what it owes."""
    body = call.body
    paid = AtOnce(Method(body.method), call.principal.user_id, body.reference)
    paying = Paying(call.parameters.agency_id, body.kind, body.amount_fen, paid)
    return AgencyView.of(await call.request.app[AGENCIES].pay(paying, call.once, call.now))


@Route(
    "POST",
    "/api/v1/agencies/{agency_id}/payouts",
    Permission.AGENCIES_FUNDS,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.AGENCY_FUNDS, ProblemCode.SHIFT_REQUIRED, ProblemCode.CONFLICT),
    idempotent=True,
    proved=True,
)
async def pay_agency_out(call: Call[PayoutBody, AgencyPath]) -> AgencyView:
    """Pay a disabled agency what is left of its balance."""
    body = call.body
    paid = AtOnce(Method(body.method), call.principal.user_id, body.reference)
    paying = Paying(call.parameters.agency_id, ReceiptKind.PAYOUT, body.amount_fen, paid)
    return AgencyView.of(await call.request.app[AGENCIES].pay_out(paying, call.once, call.now))


@Route("GET", "/api/v1/agencies/{agency_id}/statement", Permission.AGENCIES_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_agency_statement(call: Call[None, StatementQuery]) -> StatementView:
    """Read an agency's balances before and after a period, and page by page the movements."""
    asked, agencies = call.parameters, call.request.app[AGENCIES]
    statement = await agencies.statement(asked.period())
    found = await agencies.entries(asked.period(), from_cursor(asked.after) or 0, asked.one_more)
    shown, following = shown_and_next(found, asked, lambda one: (one.entry_id,))
    items = [EntryView.of(one) for one in shown]
    return StatementView(
        opening=FundsView.of(statement.opening), closing=FundsView.of(statement.closing), items=items, next=following
    )


def _prices_view(agency_id: int, prices: tuple[ContractPrice, ...]) -> PricesView:
    return PricesView(agency_id=agency_id, prices=[PriceView.of(one) for one in prices])


def _body_of(wish: AgencyWish) -> AgencyBody:
    return AgencyBody(
        site_id=wish.site_id,
        name=wish.name,
        contacts=[ContactBody(name=one.name, phone=one.phone) for one in wish.contacts],
        charges=wish.charges,
        credit_limit_fen=wish.credit_limit_fen,
        is_disabled=wish.is_disabled,
    )


OPERATIONS = (
    list_agencies,
    read_agency,
    add_agency,
    change_agency,
    amend_agency,
    read_agency_prices,
    set_agency_prices,
    take_agency_money,
    pay_agency_out,
    read_agency_statement,
)
