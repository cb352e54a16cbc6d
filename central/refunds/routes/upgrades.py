"""Upgrades (补差价) over HTTP."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from central.catalog.checks import MOST_PERSONS
from central.catalog.parameters import TypeNumber
from central.catalog.routes.sale_settings import seller_of
from central.domain.local_times import LocalTime
from central.domain.models import StrictModel
from central.domain.principal import Principal
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE
from central.domain.views import View
from central.identity.permissions import Permission
from central.issuing.tickets import id_from_text
from central.issuing.views import TicketPath
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.refunds.upgrades import Upgrades, WantedUpgrade
from central.sales.buyers import Buyer
from central.sales.routes.orders import MOST_TOTAL_FEN, SALE_REFUSALS, BuyerPhone, HolderBody, OrderView, order_view
from central.sales.service import WINDOW_CHANNEL
from central.web.operations import Call, Route
from protocol.identifiers import TicketTypeId

UPGRADES: web.AppKey[Upgrades] = web.AppKey("upgrades", Upgrades)
_REFUSALS = (*SALE_REFUSALS, ProblemCode.TICKET_STATE, ProblemCode.NOT_UPGRADABLE)


class UpgradeQuoteBody(StrictModel):
    """The type, day and slot that the ticket is handed in for; holders, person by person, where the old ticket has none."""

    ticket_type_id: TypeNumber
    visit_day: date
    slot_start: LocalTime | None = None
    holders: Annotated[list[HolderBody], Field(max_length=MOST_PERSONS)] = []
    buyer_phone: BuyerPhone = None


class UpgradeBody(UpgradeQuoteBody):
    """An upgrade: what was quoted, and how the difference is paid."""

    expected_difference_fen: Annotated[int, Field(ge=0, le=MOST_TOTAL_FEN)]
    method: Literal["cash", "card_terminal", "bank_transfer"]
    reference: Annotated[str | None, Field(min_length=1, max_length=64, pattern=PRINTABLE)] = None


class UpgradeQuoteView(View):
    """What the new ticket costs, what the old one is worth, and the difference to pay."""

    total_fen: int
    worth_fen: int
    difference_fen: int


@Route("POST", "/api/v1/tickets/{ticket_id}/upgrade-quotes", Permission.TICKETS_UPGRADE, problems=_REFUSALS)
async def quote_upgrade(call: Call[UpgradeQuoteBody, TicketPath]) -> UpgradeQuoteView:
    """Quote the difference for a dearer ticket; nothing is stored."""
    quoted = await call.request.app[UPGRADES].quote(_wanted(call.parameters, call.body, call.principal), call.now)
    return UpgradeQuoteView.of(quoted)


@Route(
    "POST",
    "/api/v1/tickets/{ticket_id}/upgrade",
    Permission.TICKETS_UPGRADE,
    status=HTTPStatus.CREATED,
    problems=(*_REFUSALS, ProblemCode.TOTAL_CHANGED),
    idempotent=True,
)
async def upgrade_ticket(call: Call[UpgradeBody, TicketPath]) -> OrderView:
    """Change an unused ticket for a dearer one, for the difference: the ticket becomes void, and the answer holds the new one."""
    body = call.body
    paid = AtOnce(Method(body.method), call.principal.user_id, body.reference)
    wanted = _wanted(call.parameters, body, call.principal)
    upgrades, expected_fen = call.request.app[UPGRADES], body.expected_difference_fen
    return order_view(await upgrades.upgrade(wanted, expected_fen, paid, call.once, call.now))


def _wanted(path: TicketPath, body: UpgradeQuoteBody, principal: Principal) -> WantedUpgrade:
    return WantedUpgrade(
        ticket_id=id_from_text(path.ticket_id),
        type_id=TicketTypeId(body.ticket_type_id),
        visit=body.visit_day,
        slot_start=body.slot_start,
        channel=principal.channel or WINDOW_CHANNEL,
        seller=seller_of(principal),
        holders=tuple(one.stated() for one in body.holders),
        buyer=Buyer(phone=body.buyer_phone),
    )


OPERATIONS = (quote_upgrade, upgrade_ticket)
