"""Visitors who pay by phone: the till of the story, between the office and the simulated institutions."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from central.keys.files import KeyFiles
from central.parameters.service import Parameters
from central.payments.configured import ConfiguredInstitutions
from central.payments.differences import BILL_ZONE
from central.payments.reconciliation import Reconciliation
from central.payments.refunding import World
from central.store.engine import open_database
from central.store.sealed import FieldSeal
from central.store.unit_of_work import Store
from protocol.instants import Instant, from_datetime
from tests.journeys.bank import Bank
from tests.journeys.office import Json, Office, Sold
from tests.journeys.processes import until

# A payer's code is asked after for 45 s at most, and a reversal may be tried a few times on a busy machine.
ENDS_WITHIN_S = 90.0
BILLS_AT = time_of_day(10, 30)


class Till:
    """Takes money through WeChat Pay and Alipay."""

    def __init__(self, office: Office, bank: Bank) -> None:
        self._office = office
        self._bank = bank
        self._lost = 0

    async def by_wechat_qr(self, order_id: int, payer: str) -> Sold:
        """Show a QR that the payer scans; the institution tells central, and the ticket is there."""
        payment = await self._office.start_payment(order_id, "wechat")
        await self._bank.tell("pay", code=payment["qr"], by=payer)
        await self._ended(payment["payment_id"], "paid")
        return await self._office.ticket_of(order_id)

    async def by_alipay_code(self, order_id: int, payer: str) -> Sold:
        """Scan the code on the payer's phone."""
        code = (await self._bank.tell("pay_code", institution="alipay", by=payer))["auth_code"]
        payment = await self._office.start_payment(order_id, "alipay", code)
        await self._ended(payment["payment_id"], "paid")
        return await self._office.ticket_of(order_id)

    async def lose(self, order_id: int, payer: str) -> str:
        """Charge a WeChat code, whose reply and every answer about it is lost on the way, though the money has moved.

        WeChat Pay notifies of no charged code (it only answers questions), so nothing else tells.
        """
        lost = {"institution": "wechat", "fault": "lost_reply", "operations": ["pay_code", "query"]}
        await self._bank.tell("fault", **lost)
        code = (await self._bank.tell("pay_code", institution="wechat", by=payer))["auth_code"]
        payment = await self._office.start_payment(order_id, "wechat", code)
        self._lost = int(payment["payment_id"])
        return str(payment["state"])

    async def lost_is_reversed(self) -> None:
        """Wait until the lost payment has been reversed, and let replies through again."""
        await self._ended(self._lost, "reversed")
        await self._bank.tell("fault", institution="wechat", fault="lost_reply", on=False)

    async def reversed_at_the_bank(self) -> int:
        """Count the trades that WeChat Pay has reversed."""
        trades = (await self._bank.tell("state", institution="wechat"))["trades"]
        return sum(trade["state"] == "reversed" for trade in trades)

    async def match_bills(self, data_dir: Path) -> int:
        """Match the institutions' bills as the job does on the next morning; return how many were matched.

        The town lives today: only this match is told that it is tomorrow. Central must not run meanwhile, for one process has
        the embedded database.
        """
        await self._bank.tell("bills_at_once", on=True)
        keys = KeyFiles(data_dir / "keys").field_keys()
        store = Store(open_database(f"sqlite:///{data_dir / 'central.db'}"))
        parameters = Parameters(store, FieldSeal(keys, max(keys), os.urandom))
        with ThreadPoolExecutor(2) as pool:
            world = World(ConfiguredInstitutions(parameters, pool, _now), _tomorrow, os.urandom)
            matched = await Reconciliation(store, world).match_due()
        await store.close()
        return matched

    async def _ended(self, payment_id: int, state: str) -> None:
        async def look() -> Json | None:
            payment = await self._office.payment(payment_id)
            return payment if payment["state"] == state else None

        await until(f"the payment to be {state}", look, ENDS_WITHIN_S)


def _now() -> Instant:
    return Instant(time.time_ns() // 1_000_000)


def _tomorrow() -> Instant:
    now = datetime.now(BILL_ZONE)  # noqa: TID251 - a journey happens in real time
    return from_datetime(datetime.combine(now.date() + timedelta(days=1), BILLS_AT, BILL_ZONE))
