"""The small tables of a site's feed: products, check points, the site's rules.

Laws: read in the transaction that publishes them; equal settings give equal bytes.
"""

from central.catalog import service as catalog
from central.devices import check_points
from central.store.unit_of_work import Work
from protocol.admission import tables
from protocol.admission.freshness import DEFAULT_AUTONOMY_S
from protocol.admission.tables import PRODUCTS
from protocol.identifiers import SiteId


async def read(work: Work, site_id: SiteId) -> dict[str, bytes]:
    """Return the tables by name."""
    return {
        PRODUCTS: tables.encode_products(await catalog.products_of_site(work, site_id)),
        tables.CHECK_POINTS: tables.encode_check_points(await check_points.table_of_site(work, site_id)),
        tables.SITE_RULES: tables.encode_site_rules(await catalog.site_rules(work, site_id)),
    }


def autonomy_s(products: bytes) -> int:
    """Return how long the site's gates may go on without central: as long as the most patient of its products allows."""
    return max((product.autonomy_s for product in tables.decode_products(products)), default=DEFAULT_AUTONOMY_S)
