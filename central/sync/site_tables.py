"""The small tables of each site, for the decisions that central makes itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from central.catalog import service as catalog
from central.devices import check_points
from central.devices.check_points import HostedCheckPoint
from central.store.in_memory import InMemory
from central.store.unit_of_work import Work
from central.sync.corrections import last_corrections
from protocol.admission.policy import CheckPoint, SiteRules, TicketTypeRules
from protocol.identifiers import CheckPointId, SiteId, TicketTypeId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class SiteTables:
    """What a decision at a site needs beside the ticket. `hosted` names the agent of each check point.

    `uncounted` are the types whose holders are not counted as visitors, `corrections` the last corrections of the count on site.
    """

    hosted: Mapping[CheckPointId, HostedCheckPoint]
    ticket_types: Mapping[TicketTypeId, TicketTypeRules]
    rules: SiteRules
    check_points: Mapping[CheckPointId, CheckPoint]
    uncounted: frozenset[TicketTypeId]
    corrections: tuple[tuple[Instant, int], ...]


TablesInMemory = InMemory[SiteId, SiteTables]


async def read(work: Work, site_id: SiteId) -> SiteTables:
    """Return the tables of a site."""
    points = await check_points.hosted_of_site(work, site_id)
    ticket_types = await catalog.rules_of_site(work, site_id)
    return SiteTables(
        hosted={one.check_point.check_point_id: one for one in points},
        ticket_types={ticket_type.ticket_type_id: ticket_type for ticket_type in ticket_types},
        rules=await catalog.site_rules(work, site_id),
        check_points={one.check_point.check_point_id: check_points.as_told(one.check_point) for one in points},
        uncounted=await catalog.uncounted_types(work),
        corrections=await last_corrections(work, site_id),
    )
