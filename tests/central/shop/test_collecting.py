"""Paid tickets are collected at a machine: by code, by document, by phone and order number; once, and not by guessing."""

from typing import Any

import pytest

from central.domain.principal import DataScope
from central.sales.data_scope import Sight
from central.shop.routes.selling import SHOP
from central.shop.unprinted import WantedPart
from tests.builders.machine import Machine
from tests.builders.served import VISIT_DAY, Central
from tests.central.shop.conftest import Place

OWN, OF_KIOSKS = Sight(DataScope.OWN, 999), Sight(DataScope.CHANNEL, 999, "kiosk")
PHONE = "13800000009"
ID_CARD = {"document_type": "resident-id", "number": "990101199003074518"}
HOLDER = {**ID_CARD, "name": "李明"}


async def ordered(central: Central, ticket_type: int, quantity: int = 1, **line: Any) -> Any:  # noqa: ANN401 - JSON
    """Sell by phone, for a visitor who prints the tickets at a machine."""
    wanted = {
        "site_id": 1,
        "channel": "phone",
        "buyer_phone": PHONE,
        "lines": [{"ticket_type_id": ticket_type, "quantity": quantity, "visit_day": VISIT_DAY, **line}],
    }
    body = {**wanted, "expected_total_fen": 8000 * quantity, "method": "bank_transfer"}
    return await central.api("POST", "/orders", body)


@pytest.fixture
async def named(central: Central) -> int:
    """A real-name type."""
    return await central.add_type(is_real_name=True, name_zh="实名票", name_en="Real-name")


async def test_by_the_code_that_is_scanned(central: Central, kiosk: Machine, adult: int) -> None:
    order = await ordered(central, adult, 2)
    first, second = order["tickets"]
    printed = await kiosk.ask("POST", "/collections", {"text": first["code"].lower()})
    assert [one["ticket_id"] for one in printed["tickets"]] == [first["ticket_id"]]
    assert printed["tickets"][0]["code"] == first["code"]
    printed = await kiosk.ask("POST", "/collections", {"phone": PHONE, "order_id": order["order_id"]})
    assert [one["ticket_id"] for one in printed["tickets"]] == [second["ticket_id"]]


async def test_by_the_number_of_the_payment(place: Place, kiosk: Machine, adult: int) -> None:
    order = await place.sold(kiosk, adult)
    other = await Machine.enrolled(place.central, name="自助机 2")
    payments = await place.central.api("GET", "/payments")
    number = next(one["number"] for one in payments["items"] if one["order_id"] == order["order_id"])
    printed = await other.ask("POST", "/collections", {"text": number})
    assert [one["ticket_id"] for one in printed["tickets"]] == [order["tickets"][0]["ticket_id"]]


async def test_by_document(central: Central, kiosk: Machine, named: int) -> None:
    order = await ordered(central, named, holders=[HOLDER])
    printed = await kiosk.ask("POST", "/collections", {"document": ID_CARD})
    assert [one["ticket_id"] for one in printed["tickets"]] == [order["tickets"][0]["ticket_id"]]


async def test_a_second_collection_is_refused_and_the_same_request_is_not(central: Central, kiosk: Machine, adult: int) -> None:
    order = await ordered(central, adult, 2)
    proof = {"phone": PHONE, "order_id": order["order_id"]}
    first, again = [await kiosk.ask("POST", "/collections", proof, "collect-key-1") for _ in range(2)]
    assert first == again
    assert len(first["tickets"]) == 2
    other = await Machine.enrolled(central, name="自助机 2")
    status, said = await other.said("POST", "/collections", proof)
    assert (status, said["code"], said["detail_code"]) == (409, "ticket_state", "nothing_printed")
    assert said["detail"] == "nothing is printed: it was printed already; staff can print it again"
    assert said["parameters"] == {"reason": {"code": "printed_already", "parameters": {}}}
    ids = [one["ticket_id"] for one in first["tickets"]]
    assert await other.refused("POST", "/prints", {"ticket_ids": ids}) == "not_found"
    assert await kiosk.ask("POST", "/prints", {"ticket_ids": ids}) == {"noted": 2}


async def test_staff_see_what_is_paid_and_not_on_paper(place: Place, kiosk: Machine, adult: int) -> None:
    central = place.central
    sold, collected = await place.sold(kiosk, adult, 2), await ordered(central, adult)
    await ordered(central, adult)
    await central.sell(adult)
    printed = await kiosk.ask("POST", "/collections", {"text": collected["tickets"][0]["code"]})
    assert await unprinted(central) == {sold["order_id"]: 2, collected["order_id"]: 1}
    first = await central.api("GET", "/unprinted-orders?limit=1")
    second = await central.api("GET", f"/unprinted-orders?limit=1&after={first['next']}")
    assert [one["order_id"] for page in (first, second) for one in page["items"]] == [collected["order_id"], sold["order_id"]]
    assert second["next"] is None
    within = central.built.app[SHOP].unprinted
    seen = [await within.found(WantedPart(None, None, 9), sight, central.clock()) for sight in (OWN, OF_KIOSKS)]
    assert [[one.order_id for one in some] for some in seen] == [[], [sold["order_id"]]]
    ids = [sold["tickets"][0]["ticket_id"], printed["tickets"][0]["ticket_id"]]
    await kiosk.ask("POST", "/prints", {"ticket_ids": ids})
    assert await unprinted(central) == {sold["order_id"]: 1}
    await central.api("POST", f"/tickets/{sold['tickets'][1]['ticket_id']}/block", {"reason": "reported lost"})
    assert await unprinted(central) == {}


async def unprinted(central: Central) -> dict[int, int]:
    """What staff see: orders, and how many of their tickets are not on paper."""
    return {one["order_id"]: one["unprinted"] for one in (await central.api("GET", "/unprinted-orders"))["items"]}


async def test_what_a_machine_printed_itself_is_not_collected(place: Place, kiosk: Machine, adult: int) -> None:
    order = await place.sold(kiosk, adult, buyer_phone=PHONE)
    await kiosk.ask("POST", "/prints", {"ticket_ids": [one["ticket_id"] for one in order["tickets"]]})
    assert await kiosk.refused("POST", "/collections", {"phone": PHONE, "order_id": order["order_id"]}) == "ticket_state"


async def test_what_is_not_paid_void_or_from_a_window_is_not_printed(central: Central, kiosk: Machine, adult: int) -> None:
    held = await kiosk.hold(adult, buyer_phone=PHONE)
    assert await kiosk.refused("POST", "/collections", {"phone": PHONE, "order_id": held["order_id"]}) == "not_found"
    order = await ordered(central, adult)
    (ticket,) = order["tickets"]
    await central.api("POST", f"/tickets/{ticket['ticket_id']}/block", {"reason": "reported lost"})
    assert await kiosk.refused("POST", "/collections", {"text": ticket["code"]}) == "ticket_state"
    (at_window,) = await central.sell(adult)
    assert await kiosk.refused("POST", "/collections", {"text": at_window["code"]}) == "ticket_state"


async def test_an_older_or_invented_code_finds_nothing(central: Central, kiosk: Machine, adult: int) -> None:
    (ticket,) = (await ordered(central, adult))["tickets"]
    await central.api("POST", f"/tickets/{ticket['ticket_id']}/reissue", {"reason": "photographed by a stranger"})
    assert await kiosk.refused("POST", "/collections", {"text": ticket["code"]}) == "not_found"


async def test_another_site_finds_nothing(central: Central, adult: int) -> None:
    order = await ordered(central, adult)
    elsewhere = await central.api("POST", "/sites", {"name_zh": "别处", "name_en": "Elsewhere"})
    far = await Machine.enrolled(central, name="far", site=elsewhere["site_id"])
    assert await far.refused("POST", "/collections", {"text": order["tickets"][0]["code"]}) == "not_found"


async def test_ten_wrong_guesses_a_minute_are_the_most(central: Central, kiosk: Machine, adult: int) -> None:
    order = await ordered(central, adult)
    other = await Machine.enrolled(central, name="自助机 2")
    guesses = [await kiosk.refused("POST", "/collections", {"phone": PHONE, "order_id": 1000 + one}) for one in range(11)]
    assert guesses == ["not_found"] * 10 + ["too_many_requests"]
    right = {"phone": PHONE, "order_id": order["order_id"]}
    assert await kiosk.refused("POST", "/collections", right) == "too_many_requests"
    assert await other.refused("POST", "/collections", {"phone": "13800000010", "order_id": order["order_id"]}) == "not_found"
    central.clock.advance(seconds=61)
    assert len((await kiosk.ask("POST", "/collections", right))["tickets"]) == 1


@pytest.mark.parametrize("body", [{}, {"phone": PHONE}, {"order_id": 1}, {"text": "x", "document": ID_CARD}])
async def test_one_way_is_stated(kiosk: Machine, body: dict[str, object]) -> None:
    assert await kiosk.refused("POST", "/collections", body) == "input_invalid"


async def test_an_activation_code_is_used_at_a_machine(central: Central, kiosk: Machine) -> None:
    gift = await central.add_type(activation={"within_days": 30}, unseen_allowed=False)
    order = await ordered(central, gift)
    codes = await exported(central, order["order_id"])
    body = {"code": codes, "visit_day": VISIT_DAY}
    activated = [await kiosk.ask("POST", "/activations", body, "activate-1") for _ in range(2)]
    assert [one["state"] for one in activated] == ["active", "active"]
    assert await kiosk.refused("POST", "/activations", body) == "activation_refused"


async def exported(central: Central, order_id: int) -> str:
    """Return the one activation code of an order."""
    path = f"{central.url}/api/v1/orders/{order_id}/activation-codes"
    headers = {**central.headers, "Idempotency-Key": "export-key-1"}
    async with central.session.post(path, params={"format": "csv"}, headers=headers) as answer:
        assert answer.ok, await answer.text()
        return (await answer.text()).splitlines()[1].split(",")[4]
