"""A kiosk sells, prints, and takes back, by its own key."""

from hardware_sims.payment_institutions.institutions import InstitutionsSetup
from tests.builders.institutions import Town, town
from tests.builders.merchant import wechat_values
from tests.examples.kiosk import Kiosk
from tests.examples.teller import Json, Teller
from tests.examples.trade import ADULT, VISIT_DAY

PHONE = "13800000009"
GIFT = {
    "name_zh": "礼品票",
    "name_en": "Gift",
    "entitlements": [{"sites": [1], "always": [{"check": "total-uses", "most": 1}]}],
    "activation": {"within_days": 30},
    "unseen_allowed": False,
}
TIMED = {
    "name_zh": "分时票",
    "name_en": "Timed",
    "entitlements": [{"sites": [1], "always": [{"check": "time-slot"}]}],
    "slots": [{"start": f"{hour:02}:00:00", "minutes": 60} for hour in (8, 14)],
}


async def story(tell: Teller) -> None:
    """A kiosk sells a ticket by QR and prints it, prints what was ordered by phone, activates a gift, and takes a ticket back."""
    await _set_up(tell)
    kiosk = await Kiosk(tell).enrol()
    catalogue = await kiosk.show("readShopCatalogue")
    timed = catalogue["ticket_types"][-1]["ticket_type_id"]
    await kiosk.show("readShopDays", ticket_type_id=ADULT, first_day=VISIT_DAY, last_day="2026-05-11")
    await kiosk.show("readShopSlots", ticket_type_id=timed, day=VISIT_DAY)
    async with town(InstitutionsSetup(started_at_ms=tell.clock(), check_age=False)) as there:
        values = {**wechat_values(there.institutions.wechat_url), "notify_url": there.merchant.url}
        await tell.ask("changeParameterGroup", {"version": 0, "values": values}, group="payment-wechat")
        ticket = await _sale(tell, kiosk, there)
        proof = {"text": ticket["code"]}
        quoted = await kiosk.show("quoteShopRefund", proof)
        await kiosk.show("refundShopOrder", {**proof, "reason": "rain", "expected_amount_fen": quoted["amount_fen"]})
    await kiosk.show("collectTickets", {"phone": PHONE, "order_id": (await _ordered(tell, ADULT))["order_id"]})
    await _gift(tell, kiosk)


async def _set_up(tell: Teller) -> None:
    await tell.ask("setSaleSetting", {"version": 0, "all_types": True, "ticket_type_ids": []}, kind="channel", name="kiosk")
    for parameters in (GIFT, TIMED):
        await tell.ask("addTicketType", {"parameters": parameters, "price_fen": 8_000})


async def _sale(tell: Teller, kiosk: Kiosk, there: Town) -> Json:
    cart = {"lines": [{"ticket_type_id": ADULT, "visit_day": VISIT_DAY}]}
    total_fen = (await kiosk.show("quoteShopOrder", cart))["total_fen"]
    order = await kiosk.show("holdShopOrder", {**cart, "expected_total_fen": total_fen})
    started = await kiosk.show("startShopPayment", {"method": "wechat"}, order_id=order["order_id"])
    there.institutions.wechat.desk.confirm(started["number"], "zhang")
    await there.wait(0)
    told = there.merchant.told.pop()
    url = tell.url + "/api/v1/notifications/wechat"
    async with tell.session.post(url, data=told.body.encode(), headers=told.headers) as answer:
        assert answer.ok, await answer.text()
    await kiosk.show("awaitShopPayment", payment_id=started["payment_id"], state="sent", wait_s=25)
    await tell.show("listUnprintedOrders")
    paid = await kiosk.show("readShopOrder", order_id=order["order_id"])
    await kiosk.show("noteShopPrinted", {"ticket_ids": [paid["tickets"][0]["ticket_id"]]})
    other = await kiosk.show("holdShopOrder", {**cart, "expected_total_fen": total_fen})
    await kiosk.show("cancelShopOrder", order_id=other["order_id"])
    return paid["tickets"][0]


async def _ordered(tell: Teller, ticket_type: int) -> Json:
    """Sell by phone, for a visitor who prints the ticket at the kiosk."""
    lines = [{"ticket_type_id": ticket_type, "visit_day": VISIT_DAY}]
    wanted = {"site_id": 1, "channel": "phone", "buyer_phone": PHONE, "lines": lines}
    return await tell.ask("sellOrder", {**wanted, "expected_total_fen": 8_000, "method": "bank_transfer"})


async def _gift(tell: Teller, kiosk: Kiosk) -> None:
    gift = (await _ordered(tell, 5))["order_id"]
    table = await tell.ask("exportActivationCodes", order_id=gift, format="csv")
    code = table.splitlines()[1].split(",")[4]
    await kiosk.show("activateByCode", {"code": code, "visit_day": VISIT_DAY})
