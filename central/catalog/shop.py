"""What a site sells, and which sellers may sell it, as sales keep it in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from central.catalog import sale_settings
from central.catalog import service as catalog
from central.catalog.capacity import load_of
from central.catalog.rules.capacity import LoadLevel
from central.catalog.sale_settings import Settings
from central.catalog.ticket_type import TicketType
from central.store.in_memory import InMemory
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId, TicketTypeId


@dataclass(frozen=True, slots=True)
class Shop:
    """A site's shop: its zone, its ticket types, all sale settings, how many persons may come on a day, and the full day."""

    zone: ZoneInfo
    types: Mapping[TicketTypeId, TicketType]
    settings: Settings
    daily_capacity: int | None
    full_day: date | None


Shops = InMemory[SiteId, Shop]


async def read(work: Work, site_id: SiteId) -> Shop:
    """Return the shop of a site; Problem where there is none of that number."""
    parameters = (await catalog.site(work, site_id)).parameters
    load = await load_of(work, site_id)
    return Shop(
        zone=ZoneInfo(parameters.zone),
        types=await catalog.ticket_types_of_site(work, site_id),
        settings=await sale_settings.all_in(work),
        daily_capacity=parameters.daily_capacity,
        full_day=load.day if load is not None and load.level is LoadLevel.FULL else None,
    )
