"""Reprints as reports show them, over HTTP."""

from datetime import datetime

from pydantic import BaseModel

from central.domain.pagination import Page, key_of, page_from
from central.identity.permissions import Permission
from central.issuing.records import id_text
from central.issuing.views import TicketIdText
from central.reports.reprints import REPRINTS, ListedReprint
from central.reports.routes.lists import REPORTS
from central.reports.routes.queries import ReprintQuery, StatisticsQuery
from central.web.operations import Call, Route
from protocol.instants import to_datetime


class ReprintItem(BaseModel):
    """A reprint; `number` says which of its ticket's reprints it is, `seller_id` is the seller who made it."""

    reprint_id: int
    ticket_id: TicketIdText
    order_id: int
    site_id: int
    ticket_type_id: int
    number: int
    seller_id: int
    printed_at: datetime
    reason: str


class ReprinterView(BaseModel):
    """How often a seller has printed tickets again, and how many tickets these were."""

    seller_id: int
    reprints: int
    tickets: int


class ReprintStatisticsView(BaseModel):
    """By seller."""

    items: list[ReprinterView]


@Route("GET", "/api/v1/reprints", Permission.REPORTS_READ)
async def list_reprints(call: Call[None, ReprintQuery]) -> Page[ReprintItem]:
    """List reprints, newest first."""
    asked = call.parameters
    position = key_of(asked.after, REPRINTS.parts)
    found = await call.request.app[REPORTS].page(REPRINTS, asked.wanted(), call.principal, position, asked.one_more)
    return page_from(found, asked, REPRINTS.position, _item)


@Route("GET", "/api/v1/reprint-statistics", Permission.REPORTS_READ)
async def read_reprint_statistics(call: Call[None, StatisticsQuery]) -> ReprintStatisticsView:
    """Read how often each seller has printed tickets again."""
    found = await call.request.app[REPORTS].reprint_statistics(call.parameters.wanted(), call.principal)
    items = [ReprinterView(seller_id=one.seller_id, reprints=one.reprints, tickets=one.tickets) for one in found]
    return ReprintStatisticsView(items=items)


def _item(one: ListedReprint) -> ReprintItem:
    return ReprintItem(
        reprint_id=one.reprint_id,
        ticket_id=id_text(one.ticket_id),
        order_id=one.order_id,
        site_id=one.site_id,
        ticket_type_id=one.ticket_type_id,
        number=one.number,
        seller_id=one.seller_id,
        printed_at=to_datetime(one.printed_at),
        reason=one.reason,
    )


OPERATIONS = (list_reprints, read_reprint_statistics)
