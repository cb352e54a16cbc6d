"""A machine takes back what it sold itself: behind the fence, by the way that the money came, once."""

from tests.builders.machine import Machine
from tests.central.shop.conftest import Place

REASON = "rain"


async def test_what_it_sold_goes_back_the_way_it_came(place: Place, kiosk: Machine, adult: int) -> None:
    order = await place.sold(kiosk, adult, 2)
    first, second = order["tickets"]
    quoted = await kiosk.ask("POST", "/refund-quotes", {"text": first["code"]})
    assert quoted == {"ticket_ids": [first["ticket_id"]], "amount_fen": 8000}
    body = {"text": first["code"], "reason": REASON, "expected_amount_fen": 8000}
    refunds = [await kiosk.ask("POST", "/refunds", body, "refund-key-1") for _ in range(2)]
    assert refunds[0]["items"][0]["refund_id"] == refunds[1]["items"][0]["refund_id"]
    assert refunds[0]["items"][0]["state"] in ("returning", "paid", "waiting")
    after = await kiosk.ask("GET", f"/orders/{order['order_id']}")
    assert {one["ticket_id"]: one["state"] for one in after["tickets"]} == {
        first["ticket_id"]: "void",
        second["ticket_id"]: "active",
    }
    assert await kiosk.refused("POST", "/refunds", body) == "ticket_state"


async def test_a_whole_order_by_phone_and_number(place: Place, kiosk: Machine, adult: int) -> None:
    order = await place.sold(kiosk, adult, 2, buyer_phone="13800000009")
    proof = {"phone": "13800000009", "order_id": order["order_id"]}
    body = {**proof, "reason": REASON, "expected_amount_fen": 16000}
    assert await kiosk.refused("POST", "/refunds", {**body, "expected_amount_fen": 8000}) == "total_changed"
    assert len((await kiosk.ask("POST", "/refunds", body))["items"]) == 2


async def test_what_others_sold_is_not_taken_back(place: Place, kiosk: Machine, adult: int) -> None:
    (at_window,) = await place.central.sell(adult)
    other = await Machine.enrolled(place.central, name="自助机 2")
    order = await place.sold(other, adult)
    for code in (at_window["code"], order["tickets"][0]["code"]):
        body = {"text": code, "reason": REASON, "expected_amount_fen": 8000}
        assert await kiosk.refused("POST", "/refunds", body) == "not_found"


async def test_a_gate_that_may_still_admit_holds_the_money(place: Place, kiosk: Machine, adult: int) -> None:
    central = place.central
    gate = await central.enrol(await central.add_check_point([adult]))
    order = await place.sold(kiosk, adult)
    await gate.refresh()
    body = {"text": order["tickets"][0]["code"], "reason": REASON, "expected_amount_fen": 8000}
    (refund,) = (await kiosk.ask("POST", "/refunds", body))["items"]
    assert refund["state"] == "waiting"
    gate.close()


async def test_a_used_ticket_is_not_taken_back(place: Place, kiosk: Machine, adult: int) -> None:
    central = place.central
    gate = await central.enrol(await central.add_check_point([adult]))
    order = await place.sold(kiosk, adult)
    await gate.refresh()
    gate.admit(order["tickets"][0]["ticket_id"])
    await gate.upload()
    assert await kiosk.refused("POST", "/refund-quotes", {"text": order["tickets"][0]["code"]}) == "ticket_state"
    gate.close()
