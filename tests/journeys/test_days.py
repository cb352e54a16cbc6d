"""The day of each role, done by a program that knows only the OpenAPI document (`days.py` tells the days)."""

from collections.abc import AsyncIterator, Mapping
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.central_client import enrol
from hardware_sims.payment_institutions.institutions import InstitutionsSetup
from protocol.instants import MS_PER_SECOND
from protocol.sync.messages import EnrolRequest
from protocol.sync.signing import Request, sign_request
from tests.builders import institutions
from tests.builders.central import HandClock
from tests.builders.merchant import wechat_values
from tests.builders.served import PASSWORD, Central, running_central
from tests.journeys import days
from tests.journeys.by_document import Program

pytestmark = pytest.mark.journey
NOTIFIED_AT = "/api/v1/notifications/wechat"


class Town:
    """A central whose administrator has made it ready, and what the other roles need to know: their own passwords."""

    def __init__(self, central: Central, bank: institutions.Town) -> None:
        self.central = central
        self._bank = bank
        self._passwords: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self.administrator: Program

    async def open(self) -> None:
        """Let the administrator make it ready, and a technician enrol the gate."""
        self.administrator = await Program.of(self.central.session, self.central.url)
        await self.administrator.sign_in("admin", PASSWORD)
        merchant = {**wechat_values(self._bank.institutions.wechat_url), "notify_url": f"{self.central.url}{NOTIFIED_AT}"}
        now_s = self.central.clock() // MS_PER_SECOND
        self._passwords, self._codes = await days.administrators_day(self.administrator, merchant, now_s)
        await self.machine("gate")

    async def person(self, name: str) -> Program:
        """Return the program of a person who signs in."""
        program = self.administrator.as_another()
        await program.sign_in(name, self._passwords[name])
        return program

    def password(self, name: str) -> str:
        """Return the password that a person chose at the first sign-in."""
        return f"{self._passwords[name]}-Own7"

    async def machine(self, role: str) -> Program:
        """Return the program of a machine that is enrolled by its code."""
        private, sequences = Ed25519PrivateKey.generate(), count(1)
        request = EnrolRequest.make(private, self._codes[role], f"the {role}")
        agent = (await enrol(self.central.session, self.central.url, request)).agent

        def prove(method: str, url: str, body: bytes) -> Mapping[str, str]:
            return sign_request(private, Request(method, url, body), agent, next(sequences), self.central.clock())

        return self.administrator.as_machine(prove)

    async def pay(self, number: str) -> str:
        """Let a visitor scan the code of a payment and pay; return the number that the visitor's app shows."""
        trade = self._bank.institutions.wechat.desk.confirm(number, "zhang")
        await self._bank.wait(0)
        return str(getattr(trade, "trade_no", trade))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    clock = HandClock()
    async with (
        institutions.town(InstitutionsSetup(started_at_ms=clock(), check_age=False)) as bank,
        running_central(tmp_path / "central", clock) as central,
    ):
        bank.institutions.wechat.shelf.at_once = True
        ready = Town(central, bank)
        await ready.open()
        yield ready


async def test_the_day_of_each_role_needs_the_document_alone(town: Town) -> None:
    wang, zhou, li, zhao, sun = [await town.person(name) for name in ("wang", "zhou", "li", "zhao", "sun")]
    await li.call("setOwnPin", {"pin": days.PIN, "password": town.password("li")})
    family, group = await days.sellers_day(wang, town.pay)
    await days.phone_clerks_day(zhou)
    await days.checkers_day(sun, family, group)
    await days.kiosks_day(await town.machine("kiosk"), town.pay)
    await days.managers_day(li, family["tickets"][0]["code"])
    await days.ends_the_shift(wang, zhou)
    await days.puts_the_change_away(zhou, li)
    await days.finances_day(zhao)
    audit = await town.administrator.call("listAuditRecords", action="order.sell")
    assert {one["user"]["name"] for one in audit["items"]} == {"Wang", "Zhou"}
