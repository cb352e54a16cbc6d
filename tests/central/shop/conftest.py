"""A served central with one site, WeChat Pay as it is simulated, and a kiosk that may sell."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hardware_sims.payment_institutions.institutions import InstitutionsSetup
from tests.builders.central import HandClock
from tests.builders.institutions import Town, town
from tests.builders.machine import Machine
from tests.builders.merchant import wechat_values
from tests.builders.served import Central, running_central


@dataclass(slots=True)
class Place:
    """A central and the institution that its visitors pay by."""

    central: Central
    there: Town

    async def notify(self) -> None:
        """Let the institution's notifications reach central."""
        await self.there.wait(0)
        told, self.there.merchant.told = self.there.merchant.told, []
        for one in told:
            url = f"{self.central.url}/api/v1/notifications/wechat"
            async with self.central.session.post(url, data=one.body.encode(), headers=one.headers) as answer:
                assert answer.ok, await answer.text()

    async def scan(self, payment: Any) -> None:  # noqa: ANN401 - JSON
        """A visitor scans the QR of a payment, and pays."""
        self.there.institutions.wechat.desk.confirm(payment["number"], "zhang")

    async def sold(self, machine: Machine, ticket_type: int, quantity: int = 1, **order: Any) -> Any:  # noqa: ANN401 - JSON
        """Sell and take the money; return the order with its tickets."""
        held = await machine.hold(ticket_type, quantity, **order)
        payment = await machine.ask("POST", f"/orders/{held['order_id']}/payments", {"method": "wechat"})
        await self.scan(payment)
        await self.notify()
        return await machine.ask("GET", f"/orders/{held['order_id']}")


async def configure(central: Central, there: Town) -> None:
    """Let central take money by the simulated WeChat Pay."""
    values = {**wechat_values(there.institutions.wechat_url), "notify_url": there.merchant.url}
    await central.api("PUT", "/parameters/payment-wechat", {"version": 0, "values": values})


@pytest.fixture
async def place(tmp_path: Path, clock: HandClock, store_url: str) -> AsyncIterator[Place]:
    async with (
        town(InstitutionsSetup(started_at_ms=clock(), check_age=False)) as there,
        running_central(tmp_path / "central", clock, store_url) as served,
    ):
        await served.add_site()
        await configure(served, there)
        for channel in ("kiosk", "window"):
            await served.api("PUT", f"/sale-settings/channel/{channel}", {"version": 0, "all_types": True, "ticket_type_ids": []})
        yield Place(served, there)


@pytest.fixture
async def central(place: Place) -> Central:
    return place.central


@pytest.fixture
async def adult(central: Central) -> int:
    return await central.add_type()


@pytest.fixture
async def kiosk(central: Central) -> Machine:
    return await Machine.enrolled(central)
