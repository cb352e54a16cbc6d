"""The small tables of each site in memory, for decisions that central makes itself.

Laws: what is handed out is what stands at the version that the caller read in its own transaction, or later; a set that was
read while somebody changed it is read again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from central.catalog import service as catalog
from central.devices import check_points
from central.devices.check_points import HostedCheckPoint
from central.store import small_tables
from central.store.unit_of_work import Work
from protocol.admission.policy import CheckPoint, Product, SiteRules
from protocol.errors import StorageError
from protocol.identifiers import CheckPointId, ProductId, SiteId

MOST_READINGS = 5


@dataclass(frozen=True, slots=True)
class SiteTables:
    """What a decision at a site needs beside the ticket. `places` are the check points as decisions know them."""

    check_points: Mapping[CheckPointId, HostedCheckPoint]
    products: Mapping[ProductId, Product]
    rules: SiteRules
    places: Mapping[CheckPointId, CheckPoint]


class TablesInMemory:
    """Keeps each site's tables as long as their version stands."""

    def __init__(self) -> None:
        self._held: dict[SiteId, tuple[int, SiteTables]] = {}

    async def at(self, work: Work, site_id: SiteId, version: int) -> SiteTables:
        """Return the tables of a site, `version` being what `store.small_tables` says in this transaction."""
        held = self._held.get(site_id)
        if held is not None and held[0] == version:
            return held[1]
        read = await _read_at_rest(work, site_id)
        self._held[site_id] = read
        return read[1]


async def _read_at_rest(work: Work, site_id: SiteId) -> tuple[int, SiteTables]:
    connection = await work.session.connection()
    before = await small_tables.version(connection)
    for _ in range(MOST_READINGS):
        # What the session has read before must not hide what has changed since.
        work.session.expire_all()
        tables = await _read(work, site_id)
        after = await small_tables.version(connection)
        if after == before:
            return after, tables
        before = after
    raise StorageError(f"the settings of site {site_id} changed {MOST_READINGS} times while they were read; repeat the request")


async def _read(work: Work, site_id: SiteId) -> SiteTables:
    points = await check_points.hosted_of_site(work, site_id)
    products = await catalog.products_of_site(work, site_id)
    return SiteTables(
        check_points={hosted.check_point.check_point_id: hosted for hosted in points},
        products={product.product_id: product for product in products},
        rules=await catalog.site_rules(work, site_id),
        places={hosted.check_point.check_point_id: hosted.check_point for hosted in points},
    )
