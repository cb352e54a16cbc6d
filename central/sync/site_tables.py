"""The small tables of each site as decisions need them that central makes itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from central.catalog import service as catalog
from central.devices import check_points
from central.devices.check_points import HostedCheckPoint
from central.store.in_memory import InMemory
from central.store.unit_of_work import Work
from central.sync.corrections import last_corrections
from protocol.admission.policy import CheckPoint, Product, SiteRules
from protocol.identifiers import CheckPointId, ProductId, SiteId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class SiteTables:
    """What a decision at a site needs beside the ticket. `places` are the check points as decisions know them.

    `uncounted` are the types by which nobody is counted as a visitor, `corrections` the last of the count on site.
    """

    check_points: Mapping[CheckPointId, HostedCheckPoint]
    products: Mapping[ProductId, Product]
    rules: SiteRules
    places: Mapping[CheckPointId, CheckPoint]
    uncounted: frozenset[ProductId]
    corrections: tuple[tuple[Instant, int], ...]


TablesInMemory = InMemory[SiteId, SiteTables]


async def read(work: Work, site_id: SiteId) -> SiteTables:
    """Return the tables of a site."""
    points = await check_points.hosted_of_site(work, site_id)
    products = await catalog.products_of_site(work, site_id)
    return SiteTables(
        check_points={hosted.check_point.check_point_id: hosted for hosted in points},
        products={product.product_id: product for product in products},
        rules=await catalog.site_rules(work, site_id),
        places={hosted.check_point.check_point_id: hosted.check_point for hosted in points},
        uncounted=await catalog.uncounted_types(work),
        corrections=await last_corrections(work, site_id),
    )
