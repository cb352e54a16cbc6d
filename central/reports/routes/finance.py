"""What finance reads by business day, over HTTP: takings, fees, and what drawers had over or short; each with its totals."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from central.domain.field_messages import unfit
from central.domain.names import PersonName, SiteName, TicketTypeName
from central.domain.views import View, within
from central.identity.permissions import Permission
from central.payments.methods import Method
from central.reports import finance
from central.reports.messages import REPORT_AT_MOST
from central.reports.routes.pages import REPORTS
from central.reports.routes.queries import Day, Narrowing
from central.reports.rules.takings import Takings, total
from central.web.operations import Call, Route

MOST_DAYS = 92
_Net = Annotated[int, Field(description="what came in less what went back")]


class DaysQuery(Narrowing):
    """Which business days, both included: a quarter at most."""

    first_day: Day
    last_day: Day

    @model_validator(mode="after")
    def _not_too_many_days(self) -> "DaysQuery":
        if (self.last_day - self.first_day).days >= MOST_DAYS:
            raise unfit(REPORT_AT_MOST.of(most_days=MOST_DAYS))
        return self


class TakingsQuery(DaysQuery):
    """Which takings; seller and channel are those of the order."""

    method: Method | None = None


class SumView(View):
    """Money that came in by so many payments, and went back by so many returns."""

    taken_fen: int
    returned_fen: int
    net_fen: _Net
    payments: int
    returns: int


class DayTakingsView(View, alias_generator=within("takings")):
    """The takings of a site by a method on a day."""

    day: date
    site: SiteName
    method: Method
    taken_fen: int
    returned_fen: int
    net_fen: _Net
    payments: int
    returns: int


class MethodTakingsView(SumView):
    """The takings by a method over all days."""

    method: Method


class TakingsView(BaseModel):
    """By day, site and method, with the totals by method and of all."""

    items: list[DayTakingsView]
    methods: list[MethodTakingsView]
    total: SumView


class DayFeesView(View):
    """Fees that a site kept on refunds of a ticket type on a day (手续费)."""

    day: date
    site: SiteName
    ticket_type: TicketTypeName | None
    refunds: int
    fee_fen: int


class FeesView(BaseModel):
    """By day, site and ticket type, with the totals."""

    items: list[DayFeesView]
    refunds: int
    fee_fen: int


class DayOverShortView(View):
    """What a seller's handed-in drawers of a day had too much, and what they had too little (长短款)."""

    day: date
    site: SiteName
    seller: PersonName
    shifts: Annotated[int, Field(description="drawers that were handed in, also those that were exact")]
    over_fen: int
    short_fen: int


class OverShortView(BaseModel):
    """By day, site and seller, with the totals."""

    items: list[DayOverShortView]
    shifts: int
    over_fen: int
    short_fen: int
    net_fen: Annotated[int, Field(description="over less short")]


@Route("GET", "/api/v1/takings", Permission.REPORTS_READ)
async def read_takings(call: Call[None, TakingsQuery]) -> TakingsView:
    """Read what orders brought in and gave back, by business day, site and method.

    What agencies pay into their accounts stands in the ledger; orders that those accounts paid stand here.
    """
    wanted = call.parameters.wanted()
    found = await call.request.app[REPORTS].within(call.principal, lambda work, sight: finance.takings(work, wanted, sight))
    by_method: dict[Method, Takings] = {}
    for one in found:
        by_method[one.method] = by_method.get(one.method, Takings()) + one.takings
    return TakingsView(
        items=[DayTakingsView.of(one) for one in found],
        methods=[MethodTakingsView(method=method, **dict(SumView.of(one))) for method, one in sorted(by_method.items())],
        total=SumView.of(total(by_method.values())),
    )


@Route("GET", "/api/v1/fees", Permission.REPORTS_READ)
async def read_fees(call: Call[None, DaysQuery]) -> FeesView:
    """Read the fees that were kept on refunds, by business day, site and ticket type."""
    wanted = call.parameters.wanted()
    found = await call.request.app[REPORTS].within(call.principal, lambda work, sight: finance.fees(work, wanted, sight))
    return FeesView(
        items=[DayFeesView.of(one) for one in found],
        refunds=sum(one.refunds for one in found),
        fee_fen=sum(one.fee_fen for one in found),
    )


@Route("GET", "/api/v1/over-short", Permission.REPORTS_READ)
async def read_over_short(call: Call[None, DaysQuery]) -> OverShortView:
    """Read what handed-in drawers had over or short, by business day of the hand-in, site and seller."""
    wanted = call.parameters.wanted()
    found = await call.request.app[REPORTS].within(call.principal, lambda work, sight: finance.over_short(work, wanted, sight))
    over_fen, short_fen = sum(one.over_fen for one in found), sum(one.short_fen for one in found)
    return OverShortView(
        items=[DayOverShortView.of(one) for one in found],
        shifts=sum(one.shifts for one in found),
        over_fen=over_fen,
        short_fen=short_fen,
        net_fen=over_fen - short_fen,
    )


OPERATIONS = (read_takings, read_fees, read_over_short)
