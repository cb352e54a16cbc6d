"""A day at a site through the API, so that every list of records has rows: sold, admitted, refused, printed again, refunded."""

from typing import Any

from tests.builders.served import VISIT_DAY, Central

BUYER = {"buyer_name": "张 <b>三</b>", "buyer_phone": "13800138000"}
MARKUP = "儿童票 <img src=x onerror=alert(1)> مرحبا"


async def trade_for_a_day(central: Central) -> list[dict[str, Any]]:
    """Trade; return the orders as they were sold."""
    adult = await central.add_type()
    child = await central.add_type(name_zh=MARKUP, name_en="Child <b>bold</b>")
    gate = await central.enrol(await central.add_check_point([adult, child]))
    await gate.refresh()
    shift = await central.api("POST", "/own-shift", {"site_id": 1, "float_fen": 20_000})
    orders = [
        await _sell(central, adult, 3, "cash"),
        await _sell(central, child, 1, "card_terminal", reference="4711"),
        await _sell(central, adult, 1, "cash"),
    ]
    await _hold(central, child)
    first, second, third = orders[0]["tickets"]
    central.clock.advance(seconds=5)
    gate.admit(first["ticket_id"])
    gate.refuse("used_up", first["ticket_id"])
    gate.refuse("malformed")
    await gate.upload()
    gate.close()
    await central.api("POST", f"/tickets/{second['ticket_id']}/reprints", {"reason": "the paper tore"})
    for ticket in (third, orders[2]["tickets"][0]):
        await central.api("POST", "/refunds", {"ticket_id": ticket["ticket_id"], "reason": "rain"})
    await central.api("POST", f"/shifts/{shift['shift_id']}/close", {"counted_fen": 51_900, "note": "短 1 元"})
    return orders


async def _wanted(central: Central, ticket_type: int, quantity: int) -> dict[str, Any]:
    lines = [{"ticket_type_id": ticket_type, "quantity": quantity, "visit_day": VISIT_DAY}]
    wanted = {"site_id": 1, "lines": lines, **BUYER}
    quoted = await central.api("POST", "/quotes", {"site_id": 1, "lines": lines})
    return {**wanted, "expected_total_fen": quoted["total_fen"]}


async def _sell(central: Central, ticket_type: int, quantity: int, method: str, **more: str) -> dict[str, Any]:
    central.clock.advance(seconds=60)
    wanted = await _wanted(central, ticket_type, quantity)
    order: dict[str, Any] = await central.api("POST", "/orders", {**wanted, "method": method, **more})
    return order


async def _hold(central: Central, ticket_type: int) -> None:
    central.clock.advance(seconds=60)
    await central.api("POST", "/held-orders", await _wanted(central, ticket_type, 2))
