"""Preview: whether a gate would admit this visitor, on this day, at this check point, by a type that is saved or a draft.

Law: the answer is that of `protocol.admission.decide`, by the same tables as gates have; nothing is stored.
"""

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from central.catalog import service as catalog
from central.catalog.messages import NO_CHECK_POINT_AT_SITE, PREVIEW_SLOT
from central.catalog.parameters import TicketTypeParameters
from central.catalog.rules.preview import UNSAVED, Thought, Visit, facts_of
from central.catalog.rules.validity import slot_starting
from central.catalog.ticket_type import flags_of
from central.devices import check_points
from central.domain.messages import NO_TICKET_TYPE
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.store.unit_of_work import Store, Work
from protocol.admission.decide import decide
from protocol.admission.verdict import Verdict
from protocol.identifiers import CheckPointId, SiteId, TicketTypeId


@dataclass(frozen=True, slots=True)
class WantedPreview:
    """The site and the type of a preview: a type that is saved, or the parameters of a draft."""

    site_id: SiteId
    type_id: TicketTypeId | None
    parameters: TicketTypeParameters | None
    visit: Visit


@dataclass(frozen=True, slots=True)
class Previewed:
    """The gate's answer, and the zone of its times."""

    verdict: Verdict
    zone: ZoneInfo


class Preview:
    """Tries types out."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def preview(self, wanted: WantedPreview) -> Previewed:
        """Return what the gate would say; Problem where the site, the type or a check point does not exist."""
        async with self._store.reading() as work:
            site = await catalog.site(work, wanted.site_id)
            points = {one.check_point_id: one for one in await check_points.table_of_site(work, wanted.site_id)}
            type_id, parameters = await _tried(work, wanted)
        visit, zone = wanted.visit, ZoneInfo(site.parameters.zone)
        _require_there({visit.check_point, *(one.check_point for one in visit.earlier)}, points)
        if (visit.slot_start is None) == bool(parameters.slots) or (
            visit.slot_start is not None and slot_starting(parameters, visit.slot_start) is None
        ):
            raise wrong_field(ProblemCode.SLOT_REQUIRED, "slot_start", PREVIEW_SLOT.of())
        thought = Thought(type_id, parameters, site.parameters.stated(wanted.site_id), zone, points)
        return Previewed(decide(facts_of(thought, visit, flags_of(parameters))), zone)


async def _tried(work: Work, wanted: WantedPreview) -> tuple[TicketTypeId, TicketTypeParameters]:
    if wanted.parameters is not None:
        return UNSAVED, wanted.parameters
    assert wanted.type_id is not None, "the body names a type or states one"
    found = (await catalog.ticket_types(work, (wanted.type_id,))).get(wanted.type_id)
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_TYPE.of(type_id=wanted.type_id))
    return found.type_id, found.parameters


def _require_there(named: Collection[CheckPointId], there: Collection[CheckPointId]) -> None:
    if missing := sorted(set(named) - set(there)):
        raise Problem(ProblemCode.NOT_FOUND, NO_CHECK_POINT_AT_SITE.of(check_point_id=missing[0]))
