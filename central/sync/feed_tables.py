"""The small tables of a site's feed: ticket types, check points, the site's rules, its supervisors' PIN verifiers.

Laws: read in the transaction that publishes them; equal settings give equal bytes.
"""

from dataclasses import dataclass

from central.catalog import service as catalog
from central.devices import check_points
from central.identity import supervisors
from central.store.unit_of_work import Work
from protocol.admission import tables
from protocol.admission.freshness import DEFAULT_AUTONOMY_S
from protocol.admission.supervisors import SUPERVISORS, encode_supervisors
from protocol.admission.tables import TICKET_TYPES
from protocol.identifiers import CheckPointId, SiteId


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables by name, and the check points whose last change they tell for the first time."""

    by_name: dict[str, bytes]
    untold: frozenset[CheckPointId]


async def read(work: Work, site_id: SiteId) -> Tables:
    """Return the tables as they are in this transaction."""
    untold = await check_points.untold(work, site_id)
    by_name = {
        TICKET_TYPES: tables.encode_ticket_types(await catalog.rules_of_site(work, site_id)),
        tables.CHECK_POINTS: tables.encode_check_points(await check_points.table_of_site(work, site_id)),
        tables.SITE_RULES: tables.encode_site_rules(await catalog.site_rules(work, site_id)),
        SUPERVISORS: encode_supervisors(await supervisors.table_of_site(work, site_id)),
    }
    return Tables(by_name, untold)


def autonomy_s(ticket_types: bytes) -> int:
    """Return how long the site's gates may go on without central: the longest time that one of its ticket types allows."""
    return max((ticket_type.autonomy_s for ticket_type in tables.decode_ticket_types(ticket_types)), default=DEFAULT_AUTONOMY_S)
