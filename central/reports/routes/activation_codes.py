"""Activation codes over HTTP: listed by their states, and exported in clear text, once."""

from datetime import date, datetime

from aiohttp import web

from central.domain.names import PersonName, SiteName, TicketTypeName
from central.domain.pagination import Page
from central.domain.problems import ProblemCode
from central.domain.views import Moment, View
from central.identity.permissions import Permission
from central.issuing.views import ShownTicketId
from central.reports.activation_codes import CODES, MADE_COLUMNS
from central.reports.exports import TableFormat
from central.reports.routes.exports import TYPES, list_export, one_page, send
from central.reports.routes.pages import page_of_list
from central.reports.routes.queries import CodeExport, CodeQuery
from central.sales.routes.activation import ACTIVATION
from central.sales.routes.orders import OrderPath
from central.sales.rules.activation import CodeState
from central.web.operations import Call, Route, StreamRoute
from protocol.instants import Instant, to_datetime


class NewCodesQuery(OrderPath):
    """The order, and the format."""

    format: TableFormat = TableFormat.CSV


class ActivationCodeItem(View):
    """A code by its number, never the code itself. A refund of its ticket voids it."""

    code_id: int
    ticket_id: ShownTicketId
    order_id: int
    site: SiteName
    ticket_type: TicketTypeName
    seller: PersonName
    channel: str
    state: CodeState
    last_day: date
    exported_at: Moment
    sent_at: Moment | None
    activated_at: Moment | None
    voided_at: Moment | None
    void_reason: str | None


@Route("GET", "/api/v1/activation-codes", Permission.SALES_READ)
async def list_activation_codes(call: Call[None, CodeQuery]) -> Page[ActivationCodeItem]:
    """List activation codes by their states, newest first."""
    return await page_of_list(call, CODES, ActivationCodeItem.of)


@StreamRoute(
    "POST",
    "/api/v1/orders/{order_id}/activation-codes",
    Permission.CODES_EXPORT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.ORDER_STATE),
    media_types=TYPES,
)
async def export_activation_codes(call: Call[None, NewCodesQuery]) -> web.StreamResponse:
    """Make an order's activation codes and export them, this once in clear."""
    order_id = call.parameters.order_id
    made = await call.request.app[ACTIVATION].export(order_id, call.principal.user_id, call.now)
    return await send(call, call.parameters.format, f"activation-codes-{order_id}", MADE_COLUMNS, one_page(made))


def _at(moment: Instant | None) -> datetime | None:
    return None if moment is None else to_datetime(moment)


OPERATIONS = (
    list_activation_codes,
    list_export("ActivationCodeList", CODES, CodeExport, Permission.SALES_READ),
    export_activation_codes,
)
