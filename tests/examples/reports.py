"""What happened: lists, statistics, the home figures, tables to download."""

from tests.examples.teller import Teller
from tests.examples.trade import VISIT_DAY, bought, sold

LISTS = ("Orders", "Payments", "PaymentRefunds", "Refunds", "Reprints", "Admissions", "AdmissionRefusals", "Shifts")
SUMMED = ("Order", "Payment", "PaymentRefund", "Refund", "Reprint", "Code", "Admission", "AdmissionRefusal")
STATISTICS = ("Ticket", "Seller", "Promoter")


async def story(tell: Teller) -> None:
    """After a small day, the administrator asks for every list and statistic of it."""
    code = (await tell.ask("addPromoter", {"kind": "person", "name": "Aunt Zhou"}))["code"]
    await tell.ask("openShift", {"site_id": 1, "float_fen": 20_000})
    await tell.ask("sellOrder", {**bought(16_000, quantity=2), "promoter_code": code})
    await tell.ask("reprintTicket", {"reason": "torn"}, ticket_id=await sold(tell))
    refund = await tell.ask("requestRefund", {"ticket_id": await sold(tell), "reason": "rain"})
    await tell.ask("overrideRefund", {"reason": "the visitor's bus leaves"}, refund_id=refund["refund_id"])
    for name in LISTS:
        await tell.show(f"list{name}", first_day=VISIT_DAY, limit=2)
        await tell.show(f"export{name}", first_day=VISIT_DAY, format="csv")
    period = {"first_day": "2026-05-01", "last_day": "2026-05-31"}
    for name in SUMMED:
        await tell.show(f"read{name}Totals", **period)
    for name in STATISTICS:
        await tell.show(f"read{name}Statistics", **period)
        await tell.show(f"export{name}Statistics", format="csv", **period)
    await tell.show("readTicketHistory", ticket_id=await sold(tell))
    await tell.show("readReprintStatistics", **period)
    await _finance(tell, period)
    await tell.show("correctOnSite", {"persons": -12, "reason": "counted at noon"}, site_id=1)
    await tell.show("listOnSiteCorrections", site_id=1)
    await tell.show("readHome", site_id=1)
    await tell.show("readOwnDay")
    await tell.show("readLive", most_seconds=0)
    await _kept(tell)


async def _finance(tell: Teller, period: dict[str, str]) -> None:
    refund = await tell.ask("refundByHand", {"ticket_id": await sold(tell), "reason": "rain", "fee_fen": 500})
    await tell.ask("overrideRefund", {"reason": "the visitor's bus leaves"}, refund_id=refund["refund_id"])
    await tell.ask("closeOwnShift", {"counted_fen": 44_510})
    for name in ("Takings", "Fees", "OverShort"):
        await tell.show(f"read{name}", **period)
    await tell.show("readLedgerBalances", site_id=1, day=VISIT_DAY)
    await tell.show("listLedgerEntries", account="cash/1", limit=2, **period)


async def _kept(tell: Teller) -> None:
    wanted = {"first_day": VISIT_DAY, "format": "csv"}
    for name in LISTS:
        begun = await tell.show(f"begin{name}Export", wanted)
        await tell.exports_finished()
        if name != LISTS[0]:
            await tell.ask("deleteKeptExport", export_id=begun["export_id"])
    orders = await tell.show("listKeptExports")
    export_id = orders["items"][0]["export_id"]
    await tell.show("readKeptExport", export_id=export_id)
    await tell.show("readKeptExportFile", export_id=export_id)
    await tell.show("cancelKeptExport", export_id=export_id)
    await tell.show("deleteKeptExport", export_id=export_id)
