"""Sale settings over HTTP, and the types that a seller sees at the sales screen."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field, model_validator

from central.catalog.messages import NO_TARGET_NAMED
from central.catalog.parameters import TypeNumber
from central.catalog.routes.ticket_types import TYPE_SHEETS, TicketTypeView
from central.catalog.sale_settings import SaleSetting, SaleSettings, Seller, SellingParty, SellingPartyKind, Targets
from central.catalog.type_sheets import NOT_ARCHIVED
from central.domain.field_messages import unfit
from central.domain.models import InFull, StrictModel, Version
from central.domain.pagination import Page, PageQuery, page_of
from central.domain.principal import Principal
from central.domain.problems import ProblemCode
from central.domain.versions import Versioned
from central.domain.views import Sorted, View, read_from, within
from central.identity.permissions import Permission
from central.identity.routes.setting_groups import SettingGroupName
from central.web.operations import Call, Route
from protocol.identifiers import U16_MAX, TicketTypeId

SALE_SETTINGS: web.AppKey[SaleSettings] = web.AppKey("sale_settings", SaleSettings)

MOST_COPIES = 200
_Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$", description="a user's number, or a channel's name")]


class SellingPartyBody(StrictModel):
    """A seller by the user's number, or a channel by its name."""

    kind: SellingPartyKind
    name: _Name

    def stated(self) -> SellingParty:
        """Return the selling party as the service takes it."""
        return SellingParty(self.kind, self.name)


class SaleSettingBody(StrictModel):
    """What may be sold: all types, also those that are added later, or these."""

    all_types: bool = False
    ticket_type_ids: Annotated[list[TypeNumber], Field(max_length=U16_MAX)] = []


class SaleSettingInFullBody(InFull, SaleSettingBody):
    """What may be sold from now on, in full."""

    version: Version


class CopyBody(StrictModel):
    """The sellers and channels that get the same setting: these, and the members of these groups."""

    to: Annotated[list[SellingPartyBody], Field(max_length=MOST_COPIES)] = []
    seller_groups: Annotated[list[SettingGroupName], Field(max_length=MOST_COPIES)] = []
    channel_groups: Annotated[list[SettingGroupName], Field(max_length=MOST_COPIES)] = []

    @model_validator(mode="after")
    def _names_a_party(self) -> "CopyBody":
        if not (self.to or self.seller_groups or self.channel_groups):
            raise unfit(NO_TARGET_NAMED.of())
        return self

    def stated(self) -> Targets:
        """Return the targets as the service takes them."""
        return Targets({one.stated() for one in self.to}, self.seller_groups, self.channel_groups)


class SaleSettingView(Versioned, View, alias_generator=within("party")):
    """What a seller or channel may sell."""

    kind_of_subject, named_by = "sale-setting", ("kind", "name")

    kind: SellingPartyKind
    name: str
    all_types: bool
    ticket_type_ids: Annotated[list[int], Sorted, read_from("types")]


class SaleSettingsView(BaseModel):
    """Settings. A channel without one sells nothing; a seller without one sells what the channel may."""

    items: list[SaleSettingView]


@Route("GET", "/api/v1/sale-settings", Permission.CATALOG_READ)
async def read_sale_settings(call: Call[None, None]) -> SaleSettingsView:
    """Read which seller and channel may sell which types."""
    return _views(await call.request.app[SALE_SETTINGS].all_settings())


@Route(
    "PUT",
    "/api/v1/sale-settings/{kind}/{name}",
    Permission.CATALOG_EDIT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.VERSION_CONFLICT),
)
async def set_sale_setting(call: Call[SaleSettingInFullBody, SellingPartyBody]) -> SaleSettingView:
    """Set what a seller or channel may sell."""
    types = frozenset(TicketTypeId(number) for number in call.body.ticket_type_ids)
    setting = SaleSetting(call.parameters.stated(), call.body.all_types, types)
    settings, seen = call.request.app[SALE_SETTINGS], call.body.version
    return SaleSettingView.of(await settings.set(setting, call.principal.user_id, call.now, seen))


@Route(
    "POST",
    "/api/v1/sale-settings/{kind}/{name}/copies",
    Permission.CATALOG_EDIT,
    problems=(ProblemCode.NOT_FOUND,),
    once=True,
)
async def copy_sale_setting(call: Call[CopyBody, SellingPartyBody]) -> SaleSettingsView:
    """Give other sellers and channels the same setting, instead of theirs."""
    settings = call.request.app[SALE_SETTINGS]
    return _views(await settings.copy(call.parameters.stated(), call.body.stated(), call.principal.user_id, call.now))


@Route(
    "DELETE",
    "/api/v1/sale-settings/{kind}/{name}",
    Permission.CATALOG_EDIT,
    status=HTTPStatus.NO_CONTENT,
    problems=(ProblemCode.NOT_FOUND,),
)
async def delete_sale_setting(call: Call[None, SellingPartyBody]) -> None:
    """Take a setting away: a channel without one sells nothing, and a seller without one sells what the channel may."""
    await call.request.app[SALE_SETTINGS].delete(call.parameters.stated(), call.principal.user_id, call.now)


@Route("GET", "/api/v1/sellable-ticket-types", Permission.SALES_SELL)
async def list_sellable_ticket_types(call: Call[None, PageQuery]) -> Page[TicketTypeView]:
    """List the types on sale that the seller who calls may sell."""
    may_sell = await call.request.app[SALE_SETTINGS].sellable(seller_of(call.principal))
    sheets = await call.request.app[TYPE_SHEETS].all(NOT_ARCHIVED)
    found = [TicketTypeView.of(one) for one in sheets if one.ticket_type.type_id in may_sell]
    return page_of(found, lambda one: one.ticket_type_id, call.parameters)


def seller_of(principal: Principal) -> Seller:
    """Return the person who calls, as settings know a seller."""
    return Seller(principal.user_id, principal.channel, Permission.SALES_SELL_ALL in principal.permissions)


def _views(settings: tuple[SaleSetting, ...]) -> SaleSettingsView:
    return SaleSettingsView(items=[SaleSettingView.of(one) for one in settings])


OPERATIONS = (read_sale_settings, set_sale_setting, copy_sale_setting, delete_sale_setting, list_sellable_ticket_types)
