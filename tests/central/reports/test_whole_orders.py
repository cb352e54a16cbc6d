"""An order shows all that a receipt, a visitor's question or a check of the money needs."""

from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient

from central.reports.orders import ORDERS
from tests.builders.office import Office, sign_in
from tests.builders.trade import Trade

Client = TestClient[web.Request, web.Application]


async def read(office: Office, client: Client, path: str) -> Any:  # noqa: ANN401 - JSON
    answer = await client.get(f"/api/v1/{path}", headers={**await sign_in(client, office), "Accept-Language": "zh-CN"})
    return await answer.json()


async def test_a_paid_order_is_whole(office: Office, client: Client) -> None:
    trade = await Trade(office).open()
    order = await office.sell(await office.ticket_type(), quantity=2)
    await trade.refund(order.tickets[0].ticket_id, office.seller)
    told = await read(office, client, f"orders/{order.order_id}")
    (line,) = told["lines"]
    assert line["ticket_type"]["name"] == "成人票"
    assert {name: line[name] for name in ("quantity", "persons", "price_fen", "amount_fen", "visit_day", "slot_start")} == {
        "quantity": 2,
        "persons": 1,
        "price_fen": 8_000,
        "amount_fen": 16_000,
        "visit_day": "2026-05-10",
        "slot_start": None,
    }
    assert len(told["tickets"]) == 2
    assert [(one["method"], one["amount_fen"]) for one in told["payments"]] == [("cash", 16_000)]
    assert [(one["state"], one["amount_fen"]) for one in told["refunds"]] == [("paid", 8_000)]
    assert (told["payment_refunds"], told["refunded_fen"]) == ([], 8_000)


async def test_a_held_order_shows_its_lines(office: Office, client: Client) -> None:
    order = await office.hold(await office.ticket_type(), quantity=3)
    told = await read(office, client, f"orders/{order.order_id}")
    assert [line["quantity"] for line in told["lines"]] == [3]
    assert (told["state"], told["tickets"], told["payments"], told["refunded_fen"]) == ("open", [], [], 0)


async def test_a_list_says_what_was_bought_and_what_went_back(office: Office, client: Client) -> None:
    trade = await Trade(office).open()
    one = await office.ticket_type()
    first, second = await office.sell(one, "key-0001"), await office.sell(one, "key-0002", quantity=2)
    await trade.refund(first.tickets[0].ticket_id, office.seller)
    items = (await read(office, client, "orders"))["items"]
    told = {item["order_id"]: ([line["quantity"] for line in item["lines"]], item["refunded_fen"]) for item in items}
    assert told == {first.order_id: ([1], 8_000), second.order_id: ([2], 0)}
    assert [listed.order.lines for listed in await office.listed(ORDERS)] == [second.lines, first.lines]
