"""What a visitor shows is found in one search, by each of its numbers, within what the caller sees."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.domain.principal import DataScope, Principal
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.sales.service import Wanted
from protocol.identifiers import SiteId
from tests.builders.office import Office, once, sign_in, wanted_line

Client = TestClient[web.Request, web.Application]


async def found(office: Office, text: str) -> list[tuple[str, int, bool]]:
    """Return how, in which order, and whether as a ticket, a text is found by a person who sees all."""
    everything = Principal(office.seller, "all", frozenset(), must_change_password=False, scope=DataScope.ALL)
    matches = await office.reports.look_up(text, everything)
    return [(one.read_as.value, one.order_id, one.ticket_id is not None) for one in matches]


async def paid_by_card(office: Office, slip: str) -> int:
    wanted = Wanted(SiteId(1), (wanted_line(await office.ticket_type()),))
    paid = AtOnce(Method.CARD_TERMINAL, office.seller, slip)
    return (await office.sales.sell(wanted, 8_000, paid, once("card-0001"), office.clock())).order_id


async def test_each_number_of_a_ticket_finds_it(office: Office) -> None:
    order = await office.sell(await office.ticket_type(), quantity=2)
    ticket = order.tickets[1]
    assert await found(office, ticket.code) == [("ticket-code", order.order_id, True)]
    assert ("ticket-id", order.order_id, True) in await found(office, f"{ticket.ticket_id:016X}")
    assert ("short-number", order.order_id, True) in await found(office, ticket.short_number)
    assert await found(office, str(order.order_id)) == [("order-id", order.order_id, False)]


async def test_a_slip_finds_the_payment(office: Office) -> None:
    order_id = await paid_by_card(office, "T0042-17")
    assert await found(office, "T0042-17") == [("payment-number", order_id, False)]
    assert await found(office, "T0042-18") == []


@pytest.mark.parametrize("text", ["nothing", "999999", "0" * 16, "PF1" + "A" * 40])
async def test_what_is_not_there_is_not_found(office: Office, text: str) -> None:
    await office.sell(await office.ticket_type())
    assert await found(office, text) == []


async def test_what_lies_outside_the_scope_is_not_found(office: Office) -> None:
    order = await office.sell(await office.ticket_type())
    stranger = Principal(office.seller + 1, "li", frozenset(), must_change_password=False)
    for text in (order.tickets[0].code, order.tickets[0].short_number, str(order.order_id)):
        assert await office.reports.look_up(text, stranger) == ()


async def test_a_match_names_what_it_is_about(office: Office, client: Client) -> None:
    order = await office.sell(await office.ticket_type())
    headers = {**await sign_in(client, office), "Accept-Language": "zh-CN"}
    answer = await client.post("/api/v1/look-ups", json={"text": order.tickets[0].code}, headers=headers)
    (match,) = (await answer.json())["items"]
    named: dict[str, Any] = {name: match[name] for name in ("site", "ticket_type", "ticket_state", "order_state", "payment_id")}
    assert named == {
        "site": {"id": 1, "name": "牌坊镇"},
        "ticket_type": {"id": 1, "name": "成人票"},
        "ticket_state": "active",
        "order_state": "paid",
        "payment_id": None,
    }
