"""Reconciliation over HTTP: the days of institutions' bills, the lines of a day, and the differences with their sums."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from central.domain.field_messages import unfit
from central.domain.pagination import Page, PageQuery, from_cursor, page_from
from central.domain.views import Moment, View
from central.identity.permissions import Permission
from central.payments.differences import DifferenceState
from central.payments.institution import LineKind
from central.payments.methods import Method
from central.payments.routes import DifferenceView
from central.payments.rules.difference_causes import Cause
from central.reports import bills, differences
from central.reports.bills import WantedLines
from central.reports.messages import BILLS_AT_MOST
from central.reports.routes.finance import MOST_DAYS
from central.reports.routes.pages import REPORTS
from central.reports.routes.queries import BillDays, Day, DifferenceFilter, DifferenceQuery
from central.web.operations import Call, Route


class BillDaysQuery(BillDays):
    """Which days, by Beijing's time, both included: a quarter at most."""

    first_day: Day
    last_day: Day

    @model_validator(mode="after")
    def _not_too_many_days(self) -> "BillDaysQuery":
        if (self.last_day - self.first_day).days >= MOST_DAYS:
            raise unfit(BILLS_AT_MOST.of(most_days=MOST_DAYS))
        return self


class BillLineQuery(PageQuery):
    """Which lines of an institution's bill of a day."""

    method: Method
    day: Day
    cause: Annotated[Cause | None, Field(description="why a line does not agree")] = None
    is_matched: bool | None = None


class BillDayView(View):
    """An institution's day beside our documents. A reversed payment stands in the bill as a payment that went back."""

    method: Method
    day: date
    matched_at: Annotated[Moment | None, Field(description="empty: the day's bill is not matched yet")]
    is_over: Annotated[bool | None, Field(description="false: the day was not over then, and is matched again")]
    lines: int
    matched: int
    bill_in_fen: int | None
    bill_out_fen: int | None
    books_in_fen: Annotated[int, Field(description="payments that ended on the day with money")]
    books_out_fen: Annotated[int, Field(description="refunds that the institution accepted on the day")]
    differences: int
    open_differences: int


class BillDaysView(BaseModel):
    """The days that have a bill, a document or a difference, newest first, with the sums of the books and of matched bills."""

    items: list[BillDayView]
    bill_in_fen: int
    bill_out_fen: int
    books_in_fen: int
    books_out_fen: int


class BillLineView(View):
    """A line of a bill, and what it was matched with; `cause` is empty where it agrees with our document."""

    line: int
    kind: LineKind
    number: Annotated[str, Field(description="our payment's number")]
    refund_number: Annotated[str | None, Field(description="our refund's number")]
    institution_number: str
    amount_fen: int
    payment_id: int | None
    order_id: int | None
    cause: Cause | None
    difference_id: int | None


class DifferenceSumView(View):
    """So many differences of an institution, by cause and state."""

    method: Method
    cause: Cause
    state: DifferenceState
    differences: int
    ours_fen: int
    theirs_fen: int
    open_fen: Annotated[int, Field(description="what the institution holds beyond the books; a refund counts as paid")]
    settled_fen: Annotated[int, Field(description="what settlements have moved in the ledger")]


class DifferenceSumsView(BaseModel):
    """By method, cause and state, with the totals."""

    items: list[DifferenceSumView]
    differences: int
    open_fen: int
    settled_fen: int


@Route("GET", "/api/v1/reconciliation/bill-days", Permission.PAYMENTS_READ)
async def read_bill_days(call: Call[None, BillDaysQuery]) -> BillDaysView:
    """Read which days' bills are fetched and matched, and the sums of each bill and of the books."""
    first, last = call.parameters.first_day, call.parameters.last_day
    found = await call.request.app[REPORTS].within(call.principal, lambda work, sight: bills.bill_days(work, first, last, sight))
    return BillDaysView(
        items=[BillDayView.of(one) for one in found],
        bill_in_fen=sum(one.bill_in_fen or 0 for one in found),
        bill_out_fen=sum(one.bill_out_fen or 0 for one in found),
        books_in_fen=sum(one.books_in_fen for one in found),
        books_out_fen=sum(one.books_out_fen for one in found),
    )


@Route("GET", "/api/v1/reconciliation/bill-lines", Permission.PAYMENTS_READ)
async def list_bill_lines(call: Call[None, BillLineQuery]) -> Page[BillLineView]:
    """List the lines of an institution's bill of a day, in its order, and what each was matched with."""
    asked = call.parameters
    wanted = WantedLines(asked.method, asked.day, asked.cause, asked.is_matched)
    after = from_cursor(asked.after)
    found = await call.request.app[REPORTS].within(
        call.principal, lambda work, sight: bills.bill_lines(work, wanted, sight, after, asked.one_more)
    )
    return page_from(found, asked, lambda one: (one.line,), BillLineView.of)


@Route("GET", "/api/v1/reconciliation/differences", Permission.PAYMENTS_READ)
async def list_reconciliation_differences(call: Call[None, DifferenceQuery]) -> Page[DifferenceView]:
    """List what a person must look at about money, newest first."""
    asked = call.parameters
    wanted, before = asked.wanted(), from_cursor(asked.after)
    found = await call.request.app[REPORTS].within(
        call.principal, lambda work, sight: differences.differences(work, wanted, sight, before, asked.one_more)
    )
    return page_from(found, asked, lambda one: (one.difference_id,), DifferenceView.of)


@Route("GET", "/api/v1/reconciliation/difference-sums", Permission.PAYMENTS_READ)
async def read_difference_sums(call: Call[None, DifferenceFilter]) -> DifferenceSumsView:
    """Read the sums of differences, by method, cause and state."""
    wanted = call.parameters.wanted()
    found = await call.request.app[REPORTS].within(
        call.principal, lambda work, sight: differences.difference_sums(work, wanted, sight)
    )
    return DifferenceSumsView(
        items=[DifferenceSumView.of(one) for one in found],
        differences=sum(one.differences for one in found),
        open_fen=sum(one.open_fen for one in found),
        settled_fen=sum(one.settled_fen for one in found),
    )


OPERATIONS = (read_bill_days, list_bill_lines, list_reconciliation_differences, read_difference_sums)
