"""Orders whose tickets are not on paper, over HTTP: for the staff who help at machines."""

from typing import Annotated

from pydantic import Field

from central.catalog.parameters import SiteNumber
from central.domain.names import PersonName, SiteName
from central.domain.pagination import Page, PageQuery, from_cursor, page_from
from central.domain.views import Moment, View
from central.identity.permissions import Permission
from central.sales.data_scope import sight_of
from central.shop.routes.selling import SHOP
from central.shop.unprinted import WantedPart
from central.web.operations import Call, Route


class UnprintedQuery(PageQuery):
    """Which orders."""

    site_id: SiteNumber | None = None


class UnprintedOrderView(View):
    """An order of the last days with tickets that are paid and not on paper."""

    order_id: int
    site: SiteName
    seller: PersonName
    unprinted: Annotated[int, Field(description="active tickets that are not on paper")]
    since: Annotated[Moment, Field(description="since when they should be; RFC 3339, UTC")]


@Route("GET", "/api/v1/unprinted-orders", Permission.SALES_READ)
async def list_unprinted_orders(call: Call[None, UnprintedQuery]) -> Page[UnprintedOrderView]:
    """List orders whose tickets were sold by a machine or handed to its printer, and are not on paper, newest first."""
    asked = call.parameters
    part = WantedPart(asked.site_id, from_cursor(asked.after), asked.one_more)
    found = await call.request.app[SHOP].unprinted.found(part, sight_of(call.principal), call.now)
    return page_from(found, asked, lambda one: (one.order_id,), UnprintedOrderView.of)


OPERATIONS = (list_unprinted_orders,)
