"""What a site sells, and who may sell it, as sales keep it in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from central.catalog import sale_settings
from central.catalog import service as catalog
from central.catalog.sale_settings import Settings
from central.catalog.ticket_type import TicketType
from central.store.in_memory import InMemory
from central.store.unit_of_work import Work
from protocol.identifiers import ProductId, SiteId


@dataclass(frozen=True, slots=True)
class Shop:
    """A site's shop: its zone, its ticket types, and all sale settings."""

    zone: ZoneInfo
    types: Mapping[ProductId, TicketType]
    settings: Settings


Shops = InMemory[SiteId, Shop]


async def read(work: Work, site_id: SiteId) -> Shop:
    """Return the shop of a site; Problem where there is none of that number."""
    zone = ZoneInfo((await catalog.site(work, site_id)).parameters.zone)
    return Shop(zone, await catalog.ticket_types_of_site(work, site_id), await sale_settings.all_in(work))
