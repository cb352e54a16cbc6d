"""Reprints as reports show them, over HTTP."""

from pydantic import BaseModel

from central.domain.names import PersonName, SiteName, TicketTypeName
from central.domain.pagination import Page
from central.domain.views import Moment, View
from central.identity.permissions import Permission
from central.issuing.views import ShownTicketId
from central.reports.reprints import REPRINTS
from central.reports.routes.pages import REPORTS, page_of_list
from central.reports.routes.queries import ReprintQuery, StatisticsQuery
from central.web.operations import Call, Route


class ReprintItem(View):
    """A reprint; `number` says which of its ticket's reprints it is, `seller_id` is the seller who made it."""

    reprint_id: int
    ticket_id: ShownTicketId
    order_id: int
    site: SiteName
    ticket_type: TicketTypeName
    number: int
    seller: PersonName
    printed_at: Moment
    reason: str


class ReprinterView(View):
    """How often a seller has printed tickets again, and how many tickets these were."""

    seller: PersonName
    reprints: int
    tickets: int


class ReprintStatisticsView(BaseModel):
    """By seller."""

    items: list[ReprinterView]


@Route("GET", "/api/v1/reprints", Permission.REPORTS_READ)
async def list_reprints(call: Call[None, ReprintQuery]) -> Page[ReprintItem]:
    """List reprints, newest first."""
    return await page_of_list(call, REPRINTS, ReprintItem.of)


@Route("GET", "/api/v1/reprint-statistics", Permission.REPORTS_READ)
async def read_reprint_statistics(call: Call[None, StatisticsQuery]) -> ReprintStatisticsView:
    """Read how often each seller has printed tickets again."""
    found = await call.request.app[REPORTS].reprint_statistics(call.parameters.wanted(), call.principal)
    items = [ReprinterView.of(one) for one in found]
    return ReprintStatisticsView(items=items)


OPERATIONS = (list_reprints, read_reprint_statistics)
