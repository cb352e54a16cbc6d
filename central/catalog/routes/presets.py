"""Presets of ticket types over HTTP."""

from pydantic import BaseModel

from central.catalog.parameters import TicketTypeParameters
from central.catalog.presets import presets
from central.catalog.routes.ticket_types import CATALOG, SitePath
from central.domain.problems import ProblemCode
from central.domain.views import View
from central.identity.permissions import Permission
from central.web.operations import Call, Route
from protocol.identifiers import SiteId


class PresetView(View):
    """A common type: its purpose, and the parameters that `addTicketType` takes without a change."""

    key: str
    title_zh: str
    title_en: str
    parameters: TicketTypeParameters


class PresetsView(BaseModel):
    """All presets."""

    items: list[PresetView]


@Route("GET", "/api/v1/sites/{site_id}/ticket-type-presets", Permission.CATALOG_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_ticket_type_presets(call: Call[None, SitePath]) -> PresetsView:
    """Read ready-made ticket types for a site."""
    await call.request.app[CATALOG].site(SiteId(call.parameters.site_id))
    return PresetsView(items=[PresetView.of(one) for one in presets(call.parameters.site_id)])


OPERATIONS = (read_ticket_type_presets,)
