"""Money in: money that is there already, money through institutions, and what does not match.

The institutions are the simulated ones; each run makes their keys again: what they sign differs from run to run.
"""

from central.payments.differences import BILL_ZONE
from hardware_sims.payment_institutions.institutions import InstitutionsSetup
from protocol.instants import local_day
from tests.builders.institutions import Town, town
from tests.builders.merchant import wechat_values
from tests.examples.teller import Teller
from tests.examples.trade import held


async def story(tell: Teller) -> None:
    """One order is paid by card, one by QR, one is given up; a bill is matched; money that came too late waits for a person."""
    paid = await tell.show("payOrder", {"method": "card_terminal", "reference": "slip 0042"}, order_id=await held(tell))
    await tell.show("readPayment", payment_id=paid["payment_id"])
    async with town(InstitutionsSetup(started_at_ms=tell.clock(), check_age=False)) as there:
        await _configure(tell, there)
        await _notified(tell, there)
        await _matched(tell, there)
        other = await tell.show("startPayment", {"method": "wechat"}, order_id=await held(tell))
        await tell.show("giveUpPayment", payment_id=other["payment_id"])
        await _too_late(tell, there)


async def _configure(tell: Teller, there: Town) -> None:
    values = {**wechat_values(there.institutions.wechat_url), "notify_url": there.merchant.url}
    await tell.ask("changeParameterGroup", {"version": 0, "values": values}, group="payment-wechat")


async def _notified(tell: Teller, there: Town, *, is_cancelled: bool = False) -> None:
    started = await tell.ask("startPayment", {"method": "wechat"}, order_id=await held(tell))
    if is_cancelled:
        await tell.ask("cancelOrder", order_id=started["order_id"])
    there.institutions.wechat.desk.confirm(started["number"], "zhang")
    await there.wait(0)
    told = there.merchant.told.pop()
    await tell.notify("wechat", told.headers, told.body)


async def _matched(tell: Teller, there: Town) -> None:
    there.institutions.wechat.shelf.at_once = True
    day = local_day(tell.clock(), BILL_ZONE).isoformat()
    await tell.show("matchBill", {"method": "wechat", "day": day})
    await tell.show("readBillDays", first_day=day, last_day=day)
    await tell.show("listBillLines", method="wechat", day=day)


async def _too_late(tell: Teller, there: Town) -> None:
    await _notified(tell, there, is_cancelled=True)
    found = await tell.show("listReconciliationDifferences", state="open")
    difference_id = found["items"][0]["difference_id"]
    await tell.show("exportReconciliationDifferences", state="open", format="csv")
    begun = await tell.show("beginReconciliationDifferencesExport", {"state": "open", "format": "csv"})
    await tell.exports_finished()
    await tell.ask("deleteKeptExport", export_id=begun["export_id"])
    said = {"note": "the visitor has it back", "cause": "looked-at"}
    await tell.show("settleReconciliationDifference", said, difference_id=difference_id)
    await tell.show("readDifferenceSums", method="wechat")
