"""What sellers saw for concessions, over HTTP."""

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel

from central.catalog.concessions import EvidenceKind
from central.domain.problems import ProblemCode
from central.domain.views import View, read_from
from central.identity.permissions import Permission
from central.sales.orders import Evidences
from central.sales.routes.orders import OrderPath
from central.web.operations import Call, Route

EVIDENCES: web.AppKey[Evidences] = web.AppKey("evidences", Evidences)


class SeenEvidenceView(View):
    """What the seller saw of one person of a line, both counted from 0."""

    line: int
    person: Annotated[int, read_from("position")]
    kind: EvidenceKind
    last_characters: str | None


class SeenEvidencesView(BaseModel):
    """What the seller saw for an order."""

    items: list[SeenEvidenceView]


@Route("GET", "/api/v1/orders/{order_id}/evidence", Permission.SALES_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_order_evidence(call: Call[None, OrderPath]) -> SeenEvidencesView:
    """Read the evidence that the seller saw for concessions, line by line and person by person."""
    found = await call.request.app[EVIDENCES].of_order(call.parameters.order_id)
    items = [SeenEvidenceView.of(one) for one in found]
    return SeenEvidencesView(items=items)


OPERATIONS = (read_order_evidence,)
