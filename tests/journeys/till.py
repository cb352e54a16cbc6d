"""Visitors who pay by phone: the till of the story, between the office and the simulated institutions."""

from datetime import datetime

from central.payments.differences import BILL_ZONE
from tests.journeys.bank import Bank
from tests.journeys.office import Json, Office, Sold
from tests.journeys.processes import until

# The office queries a payer's code for 45 s at most, and may retry a reversal a few times on a busy machine.
ENDS_WITHIN_S = 90.0


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
        """Charge a WeChat code: its reply and every later answer about it are lost on the way, although the money has moved.

        WeChat Pay does not notify of a charged code (it only answers queries), so the office has no other news.
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

    async def match_bills(self) -> tuple[int, int]:
        """Match the institutions' bills, which this call makes ready at once; return their lines, and how many agree.

        The town runs in real time: its payments may be of two days, where it was opened just before midnight.
        """
        await self._bank.tell("bills_at_once", on=True)
        payments = await self._office.all_of("/api/v1/payments")
        days = {(one["method"], _day(one["created_at"])) for one in payments if one["method"] in ("wechat", "alipay")}
        found = [await self._office.match_bill(method, day) for method, day in sorted(days)]
        return sum(one["lines"] for one in found), sum(one["matched"] for one in found)

    async def _ended(self, payment_id: int, state: str) -> None:
        async def look() -> Json | None:
            payment = await self._office.payment(payment_id)
            return payment if payment["state"] == state else None

        await until(f"the payment to be {state}", look, ENDS_WITHIN_S)


def _day(created_at: str) -> str:
    return datetime.fromisoformat(created_at).astimezone(BILL_ZONE).date().isoformat()
