"""Tables to download over HTTP: every list and statistic, within the caller's scope.

Laws: a table is read while it is sent; the number of exports at once is limited, because each keeps a reader of the database
busy.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from typing import Protocol, TypeVar

from aiohttp import web
from pydantic import BaseModel

from central.agencies.routes.agencies import AGENCIES
from central.audit.routes import AUDIT, AuditRecordFilter
from central.audit.routes import READ as AUDIT_READ
from central.domain.problems import Problem, ProblemCode
from central.identity.permissions import Permission
from central.reports.admission_refusals import REFUSALS as REFUSALS_AT_GATES
from central.reports.admissions import ADMISSIONS
from central.reports.agencies import STATEMENT_COLUMNS, lines_of
from central.reports.audit_table import AUDIT_COLUMNS, pages
from central.reports.differences import DIFFERENCES
from central.reports.exports import MEDIA_TYPES, Table, TableFormat
from central.reports.listing import Column, ItemT, Listing
from central.reports.messages import EXPORTS_BUSY
from central.reports.orders import ORDERS
from central.reports.payments import PAYMENTS, RETURNS
from central.reports.promoters import PROMOTER_COLUMNS
from central.reports.refunds import REFUNDS
from central.reports.reprints import REPRINTS
from central.reports.routes.pages import REPORTS
from central.reports.routes.queries import (
    AdmissionExport,
    AdmissionRefusalExport,
    DifferenceExport,
    Export,
    OrderExport,
    PaymentExport,
    PaymentRefundExport,
    RefundExport,
    ReprintExport,
    ShiftExport,
    StatementExport,
    StatisticsExport,
)
from central.reports.shifts import SHIFTS
from central.reports.statistics import SELLER_COLUMNS, TYPE_COLUMNS
from central.web.calls import REQUEST_ID
from central.web.languages import reads_chinese
from central.web.middleware import REQUEST_ID_HEADER
from central.web.operation_words import written
from central.web.operations import Call, Operation, StreamRoute

MOST_AT_ONCE = 2
RETRY_AFTER_S = 10
TYPES = tuple(MEDIA_TYPES.values())
ExportT = TypeVar("ExportT", bound=Export | DifferenceExport)
SentT = TypeVar("SentT", bound=BaseModel)


class ExportTurns:
    """Limits how many tables are exported at once."""

    def __init__(self) -> None:
        self._taken = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place; Problem where all are taken."""
        if self._taken >= MOST_AT_ONCE:
            raise Problem(ProblemCode.BUSY, EXPORTS_BUSY.of(most=MOST_AT_ONCE), retry_after_s=RETRY_AFTER_S)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1


EXPORT_TURNS: web.AppKey[ExportTurns] = web.AppKey("desk", ExportTurns)


async def send(
    call: Call[None, SentT],
    form: TableFormat,
    name: str,
    columns: Sequence[Column[ItemT]],
    pages: AsyncIterator[Sequence[ItemT]],
) -> web.StreamResponse:
    """Answer with a table, row by row as its pages are read."""
    chinese = reads_chinese(call.request.headers)
    with call.request.app[EXPORT_TURNS].place():
        table = Table(name, columns, await call.request.app[REPORTS].names(chinese=chinese))
        chunks = table.csv(pages) if form is TableFormat.CSV else table.xlsx(pages)
        headers = {
            "Content-Disposition": f'attachment; filename="{name}.{form}"',
            "Content-Type": MEDIA_TYPES[form],
            REQUEST_ID_HEADER: call.request[REQUEST_ID],
        }
        response = web.StreamResponse(headers=headers)
        response.enable_chunked_encoding()
        async with aclosing(chunks):
            # Before the answer begins, so that a table that cannot be exported is a problem, not half a file.
            first = await anext(chunks)
            await response.prepare(call.request)
            # The caller may close the connection meanwhile: then there is no one to answer.
            with suppress(ConnectionResetError):
                await response.write(first)
                async for chunk in chunks:
                    await response.write(chunk)
                await response.write_eof()
    return response


class OperationOfList(Protocol):
    """Makes an operation of a list, which its `noun` names in the operation's id."""

    def __call__(self, noun: str, listing: Listing[ItemT], query: type[ExportT], permission: Permission) -> Operation:
        """Return the operation."""


def of_each_list(made: OperationOfList) -> tuple[Operation, ...]:
    """Return the operation of each list that can be exported; who may read a list may export it."""
    return (
        made("Orders", ORDERS, OrderExport, Permission.SALES_READ),
        made("Payments", PAYMENTS, PaymentExport, Permission.PAYMENTS_READ),
        made("PaymentRefunds", RETURNS, PaymentRefundExport, Permission.PAYMENTS_READ),
        made("ReconciliationDifferences", DIFFERENCES, DifferenceExport, Permission.PAYMENTS_READ),
        made("Refunds", REFUNDS, RefundExport, Permission.REFUNDS_READ),
        made("Reprints", REPRINTS, ReprintExport, Permission.REPORTS_READ),
        made("Admissions", ADMISSIONS, AdmissionExport, Permission.ADMISSIONS_READ),
        made("AdmissionRefusals", REFUSALS_AT_GATES, AdmissionRefusalExport, Permission.ADMISSIONS_READ),
        made("Shifts", SHIFTS, ShiftExport, Permission.SHIFTS_READ),
    )


def list_export(noun: str, listing: Listing[ItemT], query: type[ExportT], permission: Permission) -> Operation:
    """Return the operation that exports a list."""

    async def export(call: Call[None, ExportT]) -> web.StreamResponse:
        pages = call.request.app[REPORTS].pages(listing, call.parameters.wanted(), call.principal)
        return await send(call, call.parameters.format, listing.name, listing.columns, pages)

    words = written(f"export{noun}", f"Export the list of {listing.name} as a table.")
    return StreamRoute("GET", f"/api/v1/exports/{listing.name}", permission, media_types=TYPES).of(words, query, export)


@StreamRoute("GET", "/api/v1/exports/ticket-statistics", Permission.REPORTS_READ, media_types=TYPES)
async def export_ticket_statistics(call: Call[None, StatisticsExport]) -> web.StreamResponse:
    """Export the figures by day and ticket type as a table."""
    found = await call.request.app[REPORTS].ticket_statistics(call.parameters.wanted(), call.principal)
    return await send(call, call.parameters.format, "ticket-statistics", TYPE_COLUMNS, one_page(found))


@StreamRoute("GET", "/api/v1/exports/seller-statistics", Permission.REPORTS_READ, media_types=TYPES)
async def export_seller_statistics(call: Call[None, StatisticsExport]) -> web.StreamResponse:
    """Export the figures by seller and channel as a table."""
    found = await call.request.app[REPORTS].seller_statistics(call.parameters.wanted(), call.principal)
    return await send(call, call.parameters.format, "seller-statistics", SELLER_COLUMNS, one_page(found))


@StreamRoute("GET", "/api/v1/exports/promoter-statistics", Permission.REPORTS_READ, media_types=TYPES)
async def export_promoter_statistics(call: Call[None, StatisticsExport]) -> web.StreamResponse:
    """Export the distribution report by promoter as a table."""
    found = await call.request.app[REPORTS].promoter_statistics(call.parameters.wanted(), call.principal)
    return await send(call, call.parameters.format, "promoter-statistics", PROMOTER_COLUMNS, one_page(found))


@StreamRoute(
    "GET", "/api/v1/exports/agency-statement", Permission.AGENCIES_READ, problems=(ProblemCode.NOT_FOUND,), media_types=TYPES
)
async def export_agency_statement(call: Call[None, StatementExport]) -> web.StreamResponse:
    """Export an agency's statement of a period as a table."""
    agencies, period = call.request.app[AGENCIES], call.parameters.period()
    lines = lines_of(agencies, period, await agencies.statement(period))
    return await send(call, call.parameters.format, "agency-statement", STATEMENT_COLUMNS, lines)


class AuditExport(AuditRecordFilter):
    """Which records of the audit to download, and the format."""

    format: TableFormat


@StreamRoute("GET", "/api/v1/exports/audit-records", AUDIT_READ, media_types=TYPES)
async def export_audit_records(call: Call[None, AuditExport]) -> web.StreamResponse:
    """Export the audit as a table: who did what to what, and what changed; times are UTC."""
    rows = pages(call.request.app[AUDIT], call.parameters.wanted())
    return await send(call, call.parameters.format, "audit-records", AUDIT_COLUMNS, rows)


async def one_page(items: Sequence[ItemT]) -> AsyncIterator[Sequence[ItemT]]:
    """Yield all items as one page."""
    yield items


OPERATIONS = (
    *of_each_list(list_export),
    export_ticket_statistics,
    export_seller_statistics,
    export_promoter_statistics,
    export_agency_statement,
    export_audit_records,
)
