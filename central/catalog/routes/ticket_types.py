"""The catalogue over HTTP."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import Field

from central.catalog.after_sale import AfterSaleRules
from central.catalog.amendments import AfterSaleRulesInFull, SaleRulesInFull
from central.catalog.parameters import (
    LATEST_DAY_END_HOUR,
    EnglishName,
    Name,
    SiteNumber,
    SiteParameters,
    TicketTypeParameters,
    TypeNumber,
    WalkInRuleParameters,
    Zone,
)
from central.catalog.sale import MOST_PLACES, Fen, SaleRules
from central.catalog.service import Catalog, Sale
from central.catalog.type_sheets import TypeSheets, WantedTypes
from central.domain.models import Amendment, InFull, StrictModel, Version, amendment
from central.domain.names import CategoryName
from central.domain.pagination import Page, PageQuery, page_of
from central.domain.problems import ProblemCode
from central.domain.texts import SearchText
from central.domain.versions import Versioned
from central.domain.views import Moment, View, read_from, within
from central.identity.permissions import Permission
from central.web.access import Access
from central.web.operations import Call, Route
from protocol.admission.tables import MAX_WALK_IN_RULES
from protocol.identifiers import U16_MAX, U32_MAX, SiteId, TicketTypeId

_STALE = (ProblemCode.NOT_FOUND, ProblemCode.VERSION_CONFLICT)
CATALOG: web.AppKey[Catalog] = web.AppKey("catalog", Catalog)
TYPE_SHEETS: web.AppKey[TypeSheets] = web.AppKey("type_sheets", TypeSheets)


class SitePath(StrictModel):
    """Which site."""

    site_id: SiteNumber


class TicketTypePath(StrictModel):
    """Which ticket type."""

    ticket_type_id: TypeNumber


class SaleBody(StrictModel):
    """The price per person, whether it is sold, and by which rules; rules that are left out stay unchanged.

    `after_sale` applies to tickets that are sold from now on: sold tickets keep the rules of their sale.
    """

    price_fen: Fen
    is_on_sale: bool
    rules: SaleRules | None = None
    after_sale: AfterSaleRules | None = None

    def stated(self) -> Sale:
        """Return the sale as the service takes it."""
        return Sale(self.price_fen, self.is_on_sale, self.rules, self.after_sale)


class TicketTypeBody(StrictModel):
    """A new ticket type."""

    parameters: TicketTypeParameters
    price_fen: Fen


class SiteInFullBody(InFull, SiteParameters):
    """A site as it is to be from now on, in full."""

    version: Version

    def kept(self) -> SiteParameters:
        """Return the parameters as they are stored."""
        return SiteParameters.model_validate_json(self.model_dump_json(exclude={"version"}))


class SiteAmendmentBody(Amendment):
    """What changes of a site; a field that is left out stays as it is."""

    version: Version
    name_zh: Name
    name_en: EnglishName
    zone: Zone
    capacity: Annotated[int | None, Field(ge=0, le=U32_MAX)]
    daily_capacity: Annotated[int | None, Field(ge=0, le=MOST_PLACES)]
    unseen_per_hour: Annotated[int, Field(ge=0, le=U16_MAX)]
    day_ends_at_hour: Annotated[int, Field(ge=0, le=LATEST_DAY_END_HOUR)]
    cash_needs_shift: bool
    walk_in_rules: Annotated[list[WalkInRuleParameters], Field(max_length=MAX_WALK_IN_RULES)]


class SiteView(Versioned, View):
    """A site."""

    kind_of_subject, named_by = "site", ("site_id",)

    site_id: int
    parameters: SiteParameters


class SaleInFullBody(InFull):
    """How a type is sold, in full: the price per person, whether it is sold, by which rules, and what is done after the sale.

    `after_sale` applies to tickets that are sold from now on: sold tickets keep the rules of their sale.
    """

    version: Version
    price_fen: Fen
    is_on_sale: bool
    rules: SaleRulesInFull
    after_sale: AfterSaleRulesInFull

    def stated(self) -> Sale:
        """Return the sale as the service takes it."""
        rules = SaleRules.model_validate_json(self.rules.model_dump_json())
        after_sale = AfterSaleRules.model_validate_json(self.after_sale.model_dump_json())
        return Sale(self.price_fen, self.is_on_sale, rules, after_sale)


class TypesQuery(PageQuery):
    """Which types are listed; a field that is left out does not restrict."""

    text: Annotated[SearchText | None, Field(description="a part of either name, in any case")] = None
    category_id: Annotated[int | None, Field(ge=1, lt=2**63, description="in this category, or in one under it")] = None
    is_on_sale: Annotated[bool | None, Field(description="true: on sale only; false: off sale only")] = None
    archived: Annotated[bool, Field(description="True: those in the archive, in place of the others.")] = False

    def wanted(self) -> WantedTypes:
        """Return the filter as the service takes it."""
        return WantedTypes(self.text, self.category_id, self.is_on_sale, is_archived=self.archived)


class TicketTypeView(Versioned, View, alias_generator=within("ticket_type")):
    """A ticket type; `ticket_type_id` is what check points are ticked for."""

    kind_of_subject, named_by = "ticket-type", ("ticket_type_id",)

    ticket_type_id: Annotated[int, read_from("ticket_type", "type_id")]
    parameters: TicketTypeParameters
    price_fen: Annotated[int, Field(description="per person")]
    is_on_sale: bool
    category: Annotated[CategoryName | None, Field(description="Category that it stands in; null: none.")]
    archived_at: Annotated[Moment | None, Field(description="When it was archived; RFC 3339, UTC. Null: it is not.")]


@Route("POST", "/api/v1/sites", Permission.CATALOG_EDIT, status=HTTPStatus.CREATED, problems=(ProblemCode.CONFLICT,), once=True)
async def add_site(call: Call[SiteParameters, None]) -> SiteView:
    """Add a site under the next number."""
    return SiteView.of(await call.request.app[CATALOG].add_site(call.body, call.principal.user_id, call.now))


@Route("PUT", "/api/v1/sites/{site_id}", Permission.CATALOG_EDIT, problems=_STALE)
async def change_site(call: Call[SiteInFullBody, SitePath]) -> SiteView:
    """Replace a site's parameters."""
    catalog, number, body = call.request.app[CATALOG], SiteId(call.parameters.site_id), call.body
    return SiteView.of(await catalog.change_site(number, body.kept(), call.principal.user_id, call.now, body.version))


@Route("PATCH", "/api/v1/sites/{site_id}", Permission.CATALOG_EDIT, problems=_STALE)
async def amend_site(call: Call[SiteAmendmentBody, SitePath]) -> SiteView:
    """Change some of a site's parameters; all that is left out stays as it is."""
    catalog, number, body = call.request.app[CATALOG], SiteId(call.parameters.site_id), call.body
    after = amendment((await catalog.site(number)).parameters, body)
    return SiteView.of(await catalog.change_site(number, after, call.principal.user_id, call.now, body.version))


@Route("GET", "/api/v1/sites/{site_id}", Access.SIGNED_IN, problems=(ProblemCode.NOT_FOUND,))
async def read_site(call: Call[None, SitePath]) -> SiteView:
    """Read a site."""
    return SiteView.of(await call.request.app[CATALOG].site(SiteId(call.parameters.site_id)))


@Route("GET", "/api/v1/sites", Access.SIGNED_IN)
async def list_sites(call: Call[None, PageQuery]) -> Page[SiteView]:
    """List sites by number."""
    found = [SiteView.of(site) for site in await call.request.app[CATALOG].all_sites()]
    return page_of(found, lambda one: one.site_id, call.parameters)


@Route(
    "POST",
    "/api/v1/ticket-types",
    Permission.CATALOG_EDIT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.CONFLICT,),
    once=True,
)
async def add_ticket_type(call: Call[TicketTypeBody, None]) -> TicketTypeView:
    """Add a ticket type under the next number, on sale."""
    catalog, by = call.request.app[CATALOG], call.principal.user_id
    added = await catalog.add_ticket_type(call.body.parameters, call.body.price_fen, by, call.now)
    return TicketTypeView.of(await call.request.app[TYPE_SHEETS].one(added.type_id))


@Route(
    "PUT",
    "/api/v1/ticket-types/{ticket_type_id}/sale",
    Permission.CATALOG_EDIT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT, ProblemCode.VERSION_CONFLICT),
)
async def change_ticket_type_sale(call: Call[SaleInFullBody, TicketTypePath]) -> TicketTypeView:
    """Set a type's price, whether it is sold, and by which rules; sold tickets keep theirs."""
    catalog, number = call.request.app[CATALOG], TicketTypeId(call.parameters.ticket_type_id)
    await catalog.change_sale(number, call.body.stated(), call.principal.user_id, call.now, call.body.version)
    return TicketTypeView.of(await call.request.app[TYPE_SHEETS].one(number))


@Route("GET", "/api/v1/ticket-types", Permission.CATALOG_READ)
async def list_ticket_types(call: Call[None, TypesQuery]) -> Page[TicketTypeView]:
    """List ticket types by number: those that are not archived, or those that are."""
    found = await call.request.app[TYPE_SHEETS].all(call.parameters.wanted())
    return page_of([TicketTypeView.of(one) for one in found], lambda one: one.ticket_type_id, call.parameters)


@Route("GET", "/api/v1/ticket-types/{ticket_type_id}", Permission.CATALOG_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_ticket_type(call: Call[None, TicketTypePath]) -> TicketTypeView:
    """Read a ticket type: all its parameters, how it is sold, its category and its version."""
    return TicketTypeView.of(await call.request.app[TYPE_SHEETS].one(TicketTypeId(call.parameters.ticket_type_id)))


OPERATIONS = (
    read_site,
    add_site,
    change_site,
    amend_site,
    list_sites,
    add_ticket_type,
    change_ticket_type_sale,
    list_ticket_types,
    read_ticket_type,
)
