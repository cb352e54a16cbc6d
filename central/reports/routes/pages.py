"""One way to answer with a page of a list, in the order that was asked for."""

from collections.abc import Callable
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel

from central.domain.pagination import Page, key_of, page_from
from central.reports.listing import ItemT, Listing, Wish
from central.reports.routes.queries import ListQuery
from central.reports.service import Reports
from central.web.operations import Call

REPORTS: web.AppKey[Reports] = web.AppKey("reports", Reports)
ViewT = TypeVar("ViewT", bound=BaseModel)
QueryT = TypeVar("QueryT", bound=ListQuery)


async def page_of_list(call: Call[None, QueryT], listing: Listing[ItemT], view: Callable[[ItemT], ViewT]) -> Page[ViewT]:
    """Return the page of a list that was asked for, as far as the caller sees it."""
    asked = call.parameters
    position = key_of(asked.after, len(listing.keyset_of(asked.sort)))
    wish = Wish(asked.one_more, position, asked.sort)
    found = await call.request.app[REPORTS].page(listing, asked.wanted(), call.principal, wish)
    return page_from(found, asked, lambda one: listing.position(one, asked.sort), view)
