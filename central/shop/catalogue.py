"""What an agent may sell at its site, arranged by category.

Law: the catalogue shows what a quote would take: types on sale, of the site, within the sale settings of channel and seller.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from central.catalog.categories import Categories, Category
from central.catalog.sale_settings import may_sell
from central.catalog.shop import Shops
from central.catalog.shop import read as read_shop
from central.catalog.ticket_type import TicketType
from central.shop.rules.selling import price_from_fen
from central.shop.sellers import SellingAgent
from central.store import settings_version
from central.store.unit_of_work import Store
from protocol.identifiers import SiteId, TicketTypeId
from protocol.instants import Instant, local_day


@dataclass(frozen=True, slots=True)
class ShownType:
    """A type that may be sold, the category that it is in (None: none), and its lowest price per person."""

    one: TicketType
    category: int | None
    price_from_fen: int


@dataclass(frozen=True, slots=True)
class ShownCategory:
    """A category that holds some of the types, itself or below it; `parent` None: at the top."""

    category: Category
    parent: int | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What an agent may sell: categories in the order of the tree, types by number."""

    site_id: SiteId
    channel: str
    categories: tuple[ShownCategory, ...]
    types: tuple[ShownType, ...]


class Catalogues:
    """Knows what agents may sell."""

    def __init__(self, store: Store, categories: Categories) -> None:
        """Take the store, and the tree of categories."""
        self._store = store
        self._categories = categories
        self._shops = Shops(read_shop)

    async def of(self, agent: SellingAgent, now: Instant) -> Catalogue:
        """Return what an agent may sell now."""
        async with self._store.reading() as work:
            shop = await self._shops.at(work, agent.site_id, await settings_version.version(await work.connection()))
        allowed = [one for one in shop.types.values() if one.is_on_sale and may_sell(agent.seller, shop.settings, one.type_id)]
        tree = await self._categories.tree()
        of_type = {type_id: each.category.category_id for each in _flat(tree) for type_id in each.category.types}
        today = local_day(now, shop.zone)
        types = tuple(ShownType(one, of_type.get(one.type_id), price_from_fen(one, today)) for one in allowed)
        shown = frozenset(one.type_id for one in allowed)
        categories = tuple(each for each in _flat(tree) if _holds(each.category, shown))
        return Catalogue(agent.site_id, agent.seller.channel, categories, types)


def _flat(tree: Iterable[Category], parent: int | None = None) -> list[ShownCategory]:
    found: list[ShownCategory] = []
    for one in tree:
        found += [ShownCategory(one, parent), *_flat(one.children, one.category_id)]
    return found


def _holds(category: Category, types: frozenset[TicketTypeId]) -> bool:
    return not types.isdisjoint(category.types) or any(_holds(one, types) for one in category.children)
