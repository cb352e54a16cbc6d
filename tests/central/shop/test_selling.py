"""A kiosk sells by its own key: catalogue, quote, hold, payment, tickets; and what goes wrong meanwhile."""

import asyncio
from itertools import count

from protocol.signatures import Envelope
from tests.builders.machine import Machine
from tests.builders.served import VISIT_DAY, Central, running_central
from tests.central.shop.conftest import Place


async def test_a_whole_sale(place: Place, kiosk: Machine, adult: int) -> None:
    catalogue = await kiosk.ask("GET", "/catalogue")
    assert [(one["ticket_type_id"], one["price_from_fen"]) for one in catalogue["ticket_types"]] == [(adult, 8000)]
    days = await kiosk.ask("GET", f"/ticket-types/{adult}/days?first_day={VISIT_DAY}&last_day={VISIT_DAY}")
    assert [one["is_sold"] for one in days["days"]] == [True]
    assert (await kiosk.ask("GET", f"/ticket-types/{adult}/slots"))["slots"] == []
    held = await kiosk.hold(adult, 2, buyer_phone="13800000009")
    assert (held["state"], held["total_fen"], held["channel"], held["seller"]["name"]) == ("open", 16000, "kiosk", "自助机 1")
    payment = await kiosk.ask("POST", f"/orders/{held['order_id']}/payments", {"method": "wechat"})
    assert payment["qr"]
    waiting = asyncio.create_task(kiosk.ask("GET", f"/payments/{payment['payment_id']}?state={payment['state']}&wait_s=25"))
    await place.scan(payment)
    await place.notify()
    assert (await asyncio.wait_for(waiting, 5))["state"] == "paid"
    order = await kiosk.ask("GET", f"/orders/{held['order_id']}")
    assert [one["code"][:3] for one in order["tickets"]] == ["PF1", "PF1"]
    ids = [one["ticket_id"] for one in order["tickets"]]
    assert await kiosk.ask("POST", "/prints", {"ticket_ids": ids}) == {"noted": 2}
    assert await kiosk.ask("POST", "/prints", {"ticket_ids": ids}) == {"noted": 0}


async def test_the_same_key_holds_and_starts_once(place: Place, kiosk: Machine, adult: int) -> None:
    one, other = await kiosk.hold(adult, key="hold-key-1"), await kiosk.hold(adult, key="hold-key-1")
    assert one["order_id"] == other["order_id"]
    path = f"/orders/{one['order_id']}/payments"
    begun = [await kiosk.ask("POST", path, {"method": "wechat"}, "start-key-1") for _ in range(2)]
    assert begun[0]["payment_id"] == begun[1]["payment_id"]
    assert place.there.institutions.wechat.desk.trade(begun[0]["number"]) is not None
    assert await kiosk.refused("POST", path, {"method": "alipay"}, "start-key-1") in ("idempotency_key_reused", "payment_method")


async def test_central_restarts_between_hold_and_payment(place: Place, kiosk: Machine, adult: int) -> None:
    held = await kiosk.hold(adult)
    first = place.central
    await first.server.close()
    async with running_central(first.folder, first.clock, first.database_url) as again:
        kiosk.central = place.central = again
        order = await kiosk.ask("GET", f"/orders/{held['order_id']}")
        assert order["state"] == "open"
        payment = await kiosk.ask("POST", f"/orders/{held['order_id']}/payments", {"method": "wechat"})
        await place.scan(payment)
        await place.notify()
        assert (await kiosk.ask("GET", f"/payments/{payment['payment_id']}"))["state"] == "paid"


async def test_waiting_without_news_ends_by_itself(kiosk: Machine, adult: int) -> None:
    held = await kiosk.hold(adult)
    payment = await kiosk.ask("POST", f"/orders/{held['order_id']}/payments", {"method": "wechat"})
    again = await kiosk.ask("GET", f"/payments/{payment['payment_id']}?state={payment['state']}&wait_s=1")
    assert again["state"] == payment["state"]


async def test_a_revoked_key_ends_the_sale_and_its_late_money_goes_back(place: Place, kiosk: Machine, adult: int) -> None:
    held = await kiosk.hold(adult)
    payment = await kiosk.ask("POST", f"/orders/{held['order_id']}/payments", {"method": "wechat"})
    await place.central.api("POST", f"/agents/{kiosk.agent}/revoke", {"wipe": False})
    for method, path in (("GET", "/catalogue"), ("POST", f"/orders/{held['order_id']}/cancel")):
        status, said = await kiosk.said(method, path)
        assert status == 403
        assert Envelope.from_bytes(said).payload
    await place.central.api("POST", f"/orders/{held['order_id']}/cancel")
    await place.scan(payment)
    await place.notify()
    late = await place.central.api("GET", f"/payments/{payment['payment_id']}")
    assert late["state"] == "returned"


async def test_sale_settings_bind_the_channel_and_the_machine(central: Central, kiosk: Machine, adult: int) -> None:
    other = await central.add_type(name_zh="儿童票", name_en="Child")
    seller = (await kiosk.hold(adult))["seller"]["id"]
    await central.api("PUT", f"/sale-settings/seller/{seller}", {"version": 0, "all_types": False, "ticket_type_ids": [other]})
    assert [one["ticket_type_id"] for one in (await kiosk.ask("GET", "/catalogue"))["ticket_types"]] == [other]
    cart = {"lines": [{"ticket_type_id": adult, "visit_day": VISIT_DAY}]}
    assert await kiosk.refused("POST", "/quotes", cart) == "sale_not_allowed"
    await central.api("PUT", "/sale-settings/channel/kiosk", {"version": 1, "all_types": False, "ticket_type_ids": []})
    assert (await kiosk.ask("GET", "/catalogue"))["ticket_types"] == []


async def test_a_machine_sees_its_own_sales_alone(central: Central, kiosk: Machine, adult: int) -> None:
    other = await Machine.enrolled(central, name="自助机 2")
    held = await kiosk.hold(adult)
    payment = await kiosk.ask("POST", f"/orders/{held['order_id']}/payments", {"method": "wechat"})
    asked = [
        ("GET", f"/orders/{held['order_id']}", None),
        ("POST", f"/orders/{held['order_id']}/cancel", None),
        ("POST", f"/orders/{held['order_id']}/payments", {"method": "wechat"}),
        ("GET", f"/payments/{payment['payment_id']}", None),
    ]
    assert [await other.refused(*one) for one in asked] == ["not_found"] * 4
    cancelled = await kiosk.ask("POST", f"/orders/{held['order_id']}/cancel")
    assert cancelled["state"] == "cancelled"


async def test_what_costs_nothing_is_sold_at_once(central: Central, kiosk: Machine) -> None:
    free = (await central.api("POST", "/ticket-types", {"parameters": free_type(), "price_fen": 0}))["ticket_type_id"]
    order = await kiosk.hold(free)
    assert (order["state"], len(order["tickets"])) == ("paid", 1)


def free_type() -> dict[str, object]:
    entry = {"sites": [1], "always": [{"check": "total-uses", "most": 1}]}
    return {"name_zh": "免费票", "name_en": "Free", "entitlements": [entry]}


async def test_a_counter_sells_through_the_window_and_a_gate_does_not(central: Central, adult: int) -> None:
    counter = await Machine.enrolled(central, "counter", "窗口 1")
    assert (await counter.hold(adult))["channel"] == "window"
    gate = await Machine.enrolled(central, "gate", "gate")
    assert await gate.refused("GET", "/catalogue") == "forbidden"


async def test_a_call_counts_once_and_only_as_it_was_signed(central: Central, kiosk: Machine, adult: int) -> None:
    cart = {"lines": [{"ticket_type_id": adult, "visit_day": VISIT_DAY}], "expected_total_fen": 8000}
    await kiosk.ask("POST", "/orders", cart)
    kiosk.sequences = count(1)
    assert await kiosk.refused("POST", "/orders", cart) == "replayed"
    kiosk.sequences = count(50)
    kiosk.private = (await Machine.enrolled(central, name="x")).private
    assert await kiosk.refused("GET", "/catalogue") == "signature_invalid"
    assert await central.api("GET", "/agents") is not None


async def test_a_machine_is_no_person_to_be_changed(central: Central, kiosk: Machine, adult: int) -> None:
    seller = (await kiosk.hold(adult))["seller"]["id"]
    user = await central.api("GET", f"/users/{seller}")
    assert (user["name"], user["agent"], user["is_disabled"]) == (
        f"kiosk {kiosk.agent}",
        {"id": kiosk.agent, "name": "自助机 1"},
        True,
    )
    for path in (f"/users/{seller}/enable", f"/users/{seller}/reset-password"):
        refused = await central.api("POST", path, status=409)
        assert refused["code"] == "conflict"
