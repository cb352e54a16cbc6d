"""What a visitor shows is found in one search, by each of its numbers, within what the caller sees."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.domain.principal import DataScope
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.reports.look_ups import Shown
from central.sales.buyers import Buyer
from central.sales.data_scope import EVERYTHING, Sight
from central.sales.rules.pricing import Holder
from central.sales.service import Wanted
from protocol.holders import Document, DocumentType
from protocol.identifiers import SiteId
from tests.builders.office import Office, once, sign_in, wanted_line

Client = TestClient[web.Request, web.Application]


async def found(office: Office, text: str | None = None, document: Document | None = None) -> list[tuple[str, int, bool]]:
    """Return how, in which order, and whether as a ticket, something is found by a person who sees all."""
    matches = await office.look_ups.look_up(Shown(text, document), EVERYTHING)
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


@pytest.mark.parametrize("said", ["13800000009", "+8613800000009", "008613800000009", " 138 0000 0009 "])
async def test_the_buyers_phone_finds_all_orders_of_that_buyer(office: Office, said: str) -> None:
    one = await office.ticket_type()
    wanted = Wanted(SiteId(1), (wanted_line(one),), buyer=Buyer("王小明", "+8613800000009"))
    paid = AtOnce(Method.CASH, office.seller)
    orders = [(await office.sales.sell(wanted, 8_000, paid, once(f"key-{n:04}"), office.clock())).order_id for n in (1, 2)]
    await office.sell(one, key="key-0003")
    assert await found(office, said) == [("phone", order, False) for order in reversed(orders)]


@pytest.mark.parametrize("said", ["99010119900307004X", "99010119900307004x"])
async def test_an_id_card_finds_the_tickets_of_its_holder(office: Office, said: str) -> None:
    one = await office.ticket_type(is_real_name=True)
    card, passport = Document(DocumentType.RESIDENT_ID, "CN", said.upper()), Document(DocumentType.PASSPORT, "FR", "12AB34567")
    orders = [
        (await office.sell(one, key=f"key-{n:04}", holders=(Holder(document, "李明"),))).order_id
        for n, document in enumerate((card, passport, card))
    ]
    assert await found(office, said) == [("document", orders[2], True), ("document", orders[0], True)]
    assert await found(office, document=passport) == [("document", orders[1], True)]
    assert await found(office, document=Document(DocumentType.PASSPORT, "DE", "12AB34567")) == []


@pytest.mark.parametrize("text", ["nothing", "999999", "0" * 16, "PF1" + "A" * 40])
async def test_what_is_not_there_is_not_found(office: Office, text: str) -> None:
    await office.sell(await office.ticket_type())
    assert await found(office, text) == []


async def test_what_lies_outside_the_scope_is_not_found(office: Office) -> None:
    order = await office.sell(await office.ticket_type())
    stranger = Sight(DataScope.OWN, office.seller + 1)
    for text in (order.tickets[0].code, order.tickets[0].short_number, str(order.order_id)):
        assert await office.look_ups.look_up(Shown(text), stranger) == ()


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
