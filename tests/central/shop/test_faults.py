"""A machine's sale while the network to the institution fails, and over two processes of central."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hardware_sims.payment_institutions.faults import Fault, Operation
from protocol.signatures import Envelope
from tests.builders.machine import Machine
from tests.builders.served import VISIT_DAY, Central, running_central
from tests.central.shop.conftest import Place

pytestmark = pytest.mark.real_time
LOST = frozenset({Operation.PAY_CODE, Operation.QUERY})


@pytest.fixture
async def other(central: Central) -> AsyncIterator[Central]:
    """The other process over the same database; the embedded one has room for one, which then plays both parts."""
    if central.database_url.startswith("sqlite"):
        yield central
        return
    async with running_central(Path(central.folder), central.clock, central.database_url) as served:
        yield served


async def test_an_unknown_payment_is_found_paid(place: Place, kiosk: Machine, adult: int) -> None:
    desk = place.there.institutions.wechat.desk
    desk.faults.switch(Fault.LOST_REPLY, count=1, operations=LOST)
    order_id = (await kiosk.hold(adult))["order_id"]
    code = desk.make_auth_code("li")
    payment = await kiosk.ask("POST", f"/orders/{order_id}/payments", {"method": "wechat", "auth_code": code})
    assert payment["state"] == "sent"
    place.central.clock.advance(seconds=10)
    # A job asks the institution.
    answer = await kiosk.ask("GET", f"/payments/{payment['payment_id']}?state=sent&wait_s=25")
    assert answer["state"] == "paid"
    assert len((await kiosk.ask("GET", f"/orders/{order_id}"))["tickets"]) == 1


async def test_an_unknown_payment_is_reversed_and_the_order_can_be_paid_again(place: Place, kiosk: Machine, adult: int) -> None:
    desk = place.there.institutions.wechat.desk
    desk.faults.switch(Fault.MISSING_NOTIFY)
    desk.faults.switch(Fault.LOST_REPLY, operations=LOST)
    order_id = (await kiosk.hold(adult))["order_id"]
    code = desk.make_auth_code("wang")
    payment = await kiosk.ask("POST", f"/orders/{order_id}/payments", {"method": "wechat", "auth_code": code})
    place.central.clock.advance(seconds=120)
    desk.faults.switch(Fault.LOST_REPLY, on=False)
    seen = payment["state"]
    for _ in range(5):
        answer = await kiosk.ask("GET", f"/payments/{payment['payment_id']}?state={seen}&wait_s=5")
        seen = answer["state"]
        if seen in ("paid", "reversed"):
            break
    order = await kiosk.ask("GET", f"/orders/{order_id}")
    assert (seen, order["state"]) in (("paid", "paid"), ("reversed", "open"))


async def test_another_process_hears_of_the_payment_and_of_the_revocation(
    place: Place, other: Central, kiosk: Machine, adult: int
) -> None:
    order_id = (await kiosk.hold(adult))["order_id"]
    payment = await kiosk.ask("POST", f"/orders/{order_id}/payments", {"method": "wechat"})
    kiosk.central = other
    path = f"/payments/{payment['payment_id']}?state={payment['state']}&wait_s=25"
    waiting = asyncio.create_task(kiosk.ask("GET", path))
    await place.scan(payment)
    await place.notify()
    assert (await asyncio.wait_for(waiting, 5))["state"] == "paid"
    await place.central.api("POST", f"/agents/{kiosk.agent}/revoke", {"wipe": False})
    cart = {"lines": [{"ticket_type_id": adult, "visit_day": VISIT_DAY}], "expected_total_fen": 8000}
    status, said = await kiosk.said("POST", "/orders", cart)
    assert status == 403
    assert Envelope.from_bytes(said).payload
