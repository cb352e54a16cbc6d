"""What an agent may sell, and for which days and slots, over HTTP."""

from typing import Annotated

from pydantic import Field

from central.catalog.after_sale import AfterSaleRules
from central.catalog.concessions import Grounds
from central.catalog.parameters import Group, Slot
from central.catalog.routes.ticket_types import TicketTypePath
from central.catalog.sale import KnownBy
from central.domain.names import CategoryName, SiteName, TicketTypeName
from central.domain.problems import ProblemCode
from central.domain.texts import in_english
from central.domain.views import View
from central.sales.availability import DAYS_SHOWN, MOST_DAYS, Asked, Days
from central.sales.routes.availability import Day, TypeDaysView, TypeSlotsView, day_view, slot_view
from central.shop.catalogue import ShownCategory, ShownType
from central.shop.routes.selling import NOT_A_SELLER, ROOT, seller_of, shop_of
from central.shop.sellers import SellingAgent
from central.sync.routes.signed_calls import SignedCall, SignedRoute
from central.web.languages import reads_chinese
from protocol.identifiers import TicketTypeId


class ShopDaysQuery(TicketTypePath):
    """Which type, and which days: both included; left out, from today on and for 31 days."""

    first_day: Annotated[Day | None, Field(description="left out: today at the site")] = None
    last_day: Annotated[Day | None, Field(description=f"at most {MOST_DAYS} days in all; left out: {DAYS_SHOWN} days in all")] = (
        None
    )


class ShopSlotsQuery(TicketTypePath):
    """Which type, and which day."""

    day: Annotated[Day | None, Field(description="left out: today at the site")] = None


class CategoryItem(View):
    """A category that holds some of the types, itself or below it."""

    category_id: int
    name_zh: str
    name_en: str
    parent: Annotated[CategoryName | None, Field(description="category above it; null: at the top")]


class TicketTypeItem(View):
    """A type that the agent may sell now."""

    ticket_type_id: int
    name_zh: str
    name_en: str
    category: Annotated[CategoryName | None, Field(description="category that it is in; null: none")]
    price_from_fen: Annotated[int, Field(description="lowest price per person of the days on sale, in fen")]
    is_real_name: bool
    asks_phone: Annotated[bool, Field(description="whether the buyer's phone number is needed")]
    days_ahead_least: int
    days_ahead_most: int
    slots: list[Slot]
    group: Annotated[Group | None, Field(description="how many persons one ticket may have; null: one")]
    concession: Grounds
    after_sale: AfterSaleRules


class ShopCatalogueView(View):
    """What the agent may sell: categories in the order of their tree, types by number."""

    site: SiteName
    channel: str
    categories: Annotated[list[CategoryItem], Field(description="categories in the order of their tree")]
    ticket_types: Annotated[list[TicketTypeItem], Field(description="types by number")]


@SignedRoute("GET", f"{ROOT}/catalogue", problems=NOT_A_SELLER)
async def read_shop_catalogue(call: SignedCall[None, None]) -> ShopCatalogueView:
    """Read what the agent may sell at its site now, by category."""
    found = await shop_of(call).catalogues.of(await seller_of(call), call.now)
    return ShopCatalogueView(
        site=SiteName.of(found.site_id),
        channel=found.channel,
        categories=[_category(one) for one in found.categories],
        ticket_types=[_type(one) for one in found.types],
    )


@SignedRoute("GET", f"{ROOT}/ticket-types/{{ticket_type_id}}/days", problems=(ProblemCode.NOT_FOUND, *NOT_A_SELLER))
async def read_shop_days(call: SignedCall[None, ShopDaysQuery]) -> TypeDaysView:
    """Read for which days the agent can sell a type: price, places left, and why not."""
    query, chinese = call.parameters, reads_chinese(call.request.headers)
    wanted, asked = Days(query.first_day, query.last_day), _asked(query, await seller_of(call))
    found = await shop_of(call).availability.days(asked, wanted, call.now)
    return TypeDaysView(
        site=SiteName.of(found.site_id),
        ticket_type=TicketTypeName.of(found.ticket_type_id),
        days=[day_view(one, chinese=chinese) for one in found.offers],
    )


@SignedRoute("GET", f"{ROOT}/ticket-types/{{ticket_type_id}}/slots", problems=(ProblemCode.NOT_FOUND, *NOT_A_SELLER))
async def read_shop_slots(call: SignedCall[None, ShopSlotsQuery]) -> TypeSlotsView:
    """Read which slots of a day the agent can sell: price, places left, and why not."""
    query, chinese = call.parameters, reads_chinese(call.request.headers)
    found = await shop_of(call).availability.slots(_asked(query, await seller_of(call)), query.day, call.now)
    return TypeSlotsView(
        site=SiteName.of(found.site_id),
        ticket_type=TicketTypeName.of(found.ticket_type_id),
        slots=[slot_view(one, found.zone, chinese=chinese) for one in found.offers],
    )


def _asked(query: TicketTypePath, agent: SellingAgent) -> Asked:
    return Asked(TicketTypeId(query.ticket_type_id), agent.site_id, agent.seller, agent.seller.channel)


def _category(shown: ShownCategory) -> CategoryItem:
    one, wish = shown.category, shown.category.wish
    parent = None if shown.parent is None else CategoryName.of(shown.parent)
    return CategoryItem(
        category_id=one.category_id, name_zh=wish.name_zh, name_en=in_english(wish.name_zh, wish.name_en), parent=parent
    )


def _type(shown: ShownType) -> TicketTypeItem:
    stated = shown.one.parameters
    limit = stated.sale.person_limit
    return TicketTypeItem(
        ticket_type_id=shown.one.type_id,
        name_zh=stated.name_zh,
        name_en=in_english(stated.name_zh, stated.name_en),
        category=None if shown.category is None else CategoryName.of(shown.category),
        price_from_fen=shown.price_from_fen,
        is_real_name=stated.is_real_name,
        asks_phone=limit is not None and limit.known_by is KnownBy.PHONE,
        days_ahead_least=stated.sale.days_ahead_least,
        days_ahead_most=stated.sale.days_ahead_most,
        slots=stated.slots,
        group=stated.group,
        concession=stated.concession,
        after_sale=stated.after_sale,
    )


OPERATIONS = (read_shop_catalogue, read_shop_days, read_shop_slots)
