"""The small tables of each site in memory, for decisions that central makes itself.

Laws: forgotten as soon as this process changes one, and after half a second in any case, because another process may have.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from central.catalog import service as catalog
from central.devices import check_points
from central.devices.check_points import HostedCheckPoint
from central.store.unit_of_work import Work
from protocol.admission.policy import CheckPoint, Product, SiteRules
from protocol.identifiers import CheckPointId, ProductId, SiteId
from protocol.instants import Instant

BELIEVED_FOR_MS = 500


@dataclass(frozen=True, slots=True)
class SiteTables:
    """What a decision at a site needs beside the ticket. `places` are the check points as decisions know them."""

    check_points: Mapping[CheckPointId, HostedCheckPoint]
    products: Mapping[ProductId, Product]
    rules: SiteRules
    places: Mapping[CheckPointId, CheckPoint]


class TablesInMemory:
    """Reads the tables of a site at most every half second."""

    def __init__(self) -> None:
        self._read: dict[SiteId, tuple[Instant, SiteTables]] = {}

    def forget(self) -> None:
        """Read anew at the next decision."""
        self._read.clear()

    async def of_site(self, work: Work, site_id: SiteId, now: Instant) -> SiteTables:
        """Return the tables of a site."""
        held = self._read.get(site_id)
        if held is not None and 0 <= now - held[0] < BELIEVED_FOR_MS:
            return held[1]
        points = await check_points.hosted_of_site(work, site_id)
        products = await catalog.products_of_site(work, site_id)
        tables = SiteTables(
            check_points={hosted.check_point.check_point_id: hosted for hosted in points},
            products={product.product_id: product for product in products},
            rules=await catalog.site_rules(work, site_id),
            places={hosted.check_point.check_point_id: hosted.check_point for hosted in points},
        )
        self._read[site_id] = now, tables
        return tables
