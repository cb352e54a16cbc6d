"""What each role does in a day, by the operations of the OpenAPI document.

Law: no number is used that an earlier answer of the same person did not give; names of people and what they typed, the visitor's
code, document, phone number and the number in the visitor's payment app are known to the person in front of them.
"""

from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any

import pyotp

from tests.builders.served import PASSWORD
from tests.journeys.by_document import Program

Json = dict[str, Any]
Codes = dict[str, str]
Pay = Callable[[str], Awaitable[str]]  # a visitor pays by the number of a payment; the number that the visitor's app shows
TODAY, TOMORROW = "2026-05-10", "2026-05-11"
PIN = "730518"
PHONE, CALLER, LEAVES_EARLY = "13800000009", "13800000017", "13800000025"
LIS_CARD = "IC-0042-0007"
RELEASES = ("overrideRefundByPin", "overrideRefundByCard", "overrideRefundByCard")
CARD = {"document_type": "resident-id", "number": "990101199003074518"}
FACE = {
    "name": "roll",
    "width_mm": 80,
    "height_mm": 60,
    "elements": [{"kind": "qr", "x_mm": 20, "y_mm": 5, "size_mm": 40}],
}
SELLS = [
    *("sales.read", "sales.sell", "refunds.read", "refunds.request", "shifts.read", "tickets.reprint", "tickets.edit"),
    "tickets.reschedule",
]
MANAGES = [
    *("reports.read", "sales.read", "admissions.read", "admissions.settle", "devices.read", "devices.edit", "catalog.read"),
    *("refunds.read", "refunds.override", "refunds.batch", "shifts.settle", "shifts.read"),
]
COUNTS = ["payments.read", "payments.settle", "reports.read", "sales.read", "refunds.read", "shifts.read"]
PEOPLE = (
    ("wang", SELLS, "own"),
    ("zhou", SELLS, "own"),
    ("li", MANAGES, "all"),
    ("zhao", COUNTS, "all"),
    ("sun", ["admissions.check"], "own"),
)


async def administrators_day(admin: Program, merchant: Mapping[str, object], now_s: int) -> tuple[Codes, Codes]:
    """Make an empty system ready; return the one-time passwords of people, and the codes that enrol a gate and a kiosk."""
    begun = await admin.call("beginTotp", {"password": PASSWORD})
    await admin.call("confirmTotp", {"totp_code": pyotp.TOTP(begun["secret"]).at(now_s)})
    groups = (await admin.call("readParameterGroups"))["items"]
    wechat = next(one for one in groups if one["group"] == "payment-wechat")
    await admin.call("changeParameterGroup", {"version": wechat["version"], "values": merchant}, group=wechat["group"])
    site = await admin.call("addSite", {"name_zh": "牌坊镇", "name_en": "Paifang Town"})
    here = {"site_id": site["site_id"]}
    types = await _types(admin, here)
    point = await admin.call("addCheckPoint", {"name_zh": "东门", "name_en": "East gate", "ticked": types}, **here)
    passwords = await _people(admin)
    await admin.call("addSupervisor", **here, name="sun")
    await admin.call("addSupervisor", **here, name="li")
    await admin.call("setSupervisorCard", {"card": LIS_CARD}, name="li")
    await _sale_settings(admin, types)
    face = await admin.call("addFace", FACE)
    version = (await admin.call("readSiteFace", **here))["version"]
    await admin.call("setSiteFace", {"version": version, "face_id": face["face_id"]}, **here)
    gate = await admin.call("addEnrolmentCode", {"role": "gate", "check_point_ids": [point["check_point_id"]]}, **here)
    kiosk = await admin.call("addEnrolmentCode", {"role": "kiosk", "check_point_ids": []}, **here)
    assert (await admin.call("readMenu"))["groups"]
    return passwords, {"gate": gate["code"], "kiosk": kiosk["code"]}


async def _types(admin: Program, here: Mapping[str, Any]) -> list[int]:
    """Add a type that is sold to anybody, one by document, and one of groups, from presets."""
    presets = {one["key"]: one["parameters"] for one in (await admin.call("readTicketTypePresets", **here))["items"]}
    moved = {"reschedule": {"times": 1}}
    wanted = [
        {**presets["single"], "after_sale": moved},
        presets["real-name"],
        presets["group"],
    ]
    added = [await admin.call("addTicketType", {"parameters": one, "price_fen": 8_000}) for one in wanted]
    return [one["ticket_type_id"] for one in added]


async def _people(admin: Program) -> Codes:
    passwords = {}
    for name, permissions, scope in PEOPLE:
        role = await admin.call(
            "addRole", {"name": f"role of {name}", "permissions": permissions, "scope": scope, "counter_scope": "all"}
        )
        channel = {"channel": "phone"} if name == "zhou" else {}
        person = await admin.call("addUser", {"name": name, "full_name": name.title(), "role_ids": [role["role_id"]], **channel})
        passwords[name] = person["one_time_password"]
    return passwords


async def _sale_settings(admin: Program, types: list[int]) -> None:
    """Give a group of sellers and the kiosks what they may sell, each in one act."""
    people = (await admin.call("listUsers"))["items"]
    seller = next(one for one in people if one["name"] == "wang")
    await admin.call("setSettingGroup", {"version": 0, "members": [str(seller["user_id"])]}, kind="seller", name="windows")
    setting = {"all_types": False, "ticket_type_ids": types, "version": 0}
    await admin.call("setSaleSetting", setting, kind="channel", name="kiosk")
    everywhere = {"seller_groups": ["windows"], "to": [{"kind": "channel", "name": "phone"}]}
    await admin.call("copySaleSetting", everywhere, kind="channel", name="kiosk")


async def sellers_day(wang: Program, pay: Pay) -> tuple[Json, str]:
    """Open a drawer, serve visitors as they come; return the family's order, and the code of a group."""
    types = {one["parameters"]["name_en"]: one["ticket_type_id"] for one in (await wang.call("listSellableTicketTypes"))["items"]}
    single = types["Single"]
    site_id = (await wang.call("readTicketTypeDays", ticket_type_id=single))["site"]["id"]
    await wang.call("openShift", {"site_id": site_id, "float_fen": 20_000})
    family = await _sells_a_family(wang, site_id, single)
    await _takes_a_phone_payment(wang, site_id, single, pay)
    group = await _sells_to_a_group(wang, site_id, types["Group"])
    await _gives_three_of_four_back(wang, site_id, single)
    await _serves_who_comes_back(wang)
    return family, group


async def _sells_a_family(wang: Program, site_id: int, single: int) -> Json:
    """Sell four tickets for cash; the cart is set aside while the family looks for its money."""
    line = {"ticket_type_id": single, "quantity": 4, "visit_day": TODAY}
    days = (await wang.call("readTicketTypeDays", ticket_type_id=single, first_day=TODAY, last_day=TOMORROW))["days"]
    assert [one["is_sold"] for one in days] == [True, True]
    cart = {"site_id": site_id, "lines": [line], "buyer_name": "王小明", "buyer_phone": PHONE}
    await wang.call("suspendCart", {"name": "红帽子一家", "cart": cart})
    (waiting,) = (await wang.call("listSuspendedCarts"))["items"]
    recalled = (await wang.call("recallCart", cart_id=waiting["cart_id"]))["cart"]
    quote = await wang.call("quoteOrder", recalled)
    return dict(await wang.call("sellOrder", {**recalled, "expected_total_fen": quote["total_fen"], "method": "cash"}))


async def _takes_a_phone_payment(wang: Program, site_id: int, single: int, pay: Pay) -> None:
    """Take a family's money by WeChat Pay; find the order by the number in the visitor's app; move all to tomorrow."""
    cart = {"site_id": site_id, "lines": [{"ticket_type_id": single, "quantity": 4, "visit_day": TODAY}]}
    quote = await wang.call("quoteOrder", cart)
    held = await wang.call("holdOrder", {**cart, "expected_total_fen": quote["total_fen"]})
    payment = await wang.call("startPayment", {"method": "wechat"}, order_id=held["order_id"])
    number = await pay(payment["number"])
    assert (await wang.call("readPayment", payment_id=payment["payment_id"]))["state"] == "paid"
    (match,) = (await wang.call("lookUp", {"text": number}))["items"]
    for ticket in (await wang.call("readOrder", order_id=match["order_id"]))["tickets"]:
        moved = await wang.call("rescheduleTicket", {"visit_day": TOMORROW}, ticket_id=ticket["ticket_id"])
        assert moved["ticket_id"] == ticket["ticket_id"]


async def _gives_three_of_four_back(wang: Program, site_id: int, single: int) -> None:
    """Sell four tickets, and refund three: a supervisor releases them, once by the PIN and then by the card."""
    line = {"ticket_type_id": single, "quantity": 4, "visit_day": TODAY}
    cart = {"site_id": site_id, "lines": [line], "buyer_phone": LEAVES_EARLY}
    quote = await wang.call("quoteOrder", cart)
    await wang.call("sellOrder", {**cart, "expected_total_fen": quote["total_fen"], "method": "cash"})
    (match,) = (await wang.call("lookUp", {"text": LEAVES_EARLY}))["items"]
    order = {"order_id": match["order_id"]}
    _, *ticked = (await wang.call("quoteOrderRefunds", {}, **order))["items"]
    chosen = {"tickets": [{"ticket_id": one["ticket_id"]} for one in ticked]}
    quoted = await wang.call("quoteOrderRefunds", chosen, **order)
    assert quoted["ways"] == [{"method": "cash", "amount_fen": quoted["amount_fen"]}]
    asked = {**chosen, "reason": "rain", "expected_amount_fen": quoted["amount_fen"]}
    refunds = (await wang.call("requestOrderRefunds", asked, **order))["items"]
    by_pin, by_card = {"approver_name": "li", "pin": PIN}, {"card": LIS_CARD}
    for refund, operation, proof in zip(refunds, RELEASES, (by_pin, by_card, by_card), strict=True):
        number = {"refund_id": refund["refund_id"]}
        read = await wang.call("readRefund", **number)
        assert (read["state"], bool(read["waiting_for"])) == ("waiting", True)
        assert (await wang.call(operation, {"reason": "the train leaves", **proof}, **number))["state"] == "paid"


async def _sells_to_a_group(wang: Program, site_id: int, group: int) -> str:
    """Sell one code for thirty-five persons; return it."""
    line = {"ticket_type_id": group, "quantity": 1, "persons": 35, "visit_day": TODAY}
    cart = {"site_id": site_id, "lines": [line]}
    quote = await wang.call("quoteOrder", cart)
    order = await wang.call(
        "sellOrder", {**cart, "expected_total_fen": quote["total_fen"], "method": "card_terminal", "reference": "slip 0042"}
    )
    (ticket,) = order["tickets"]
    return str(ticket["code"])


async def _serves_who_comes_back(wang: Program) -> None:
    """Find a family by its phone number: block a lost ticket, print a torn one."""
    (match,) = (await wang.call("lookUp", {"text": PHONE}))["items"]
    whole = await wang.call("readOrder", order_id=match["order_id"])
    _, torn, lost, _ = (one["ticket_id"] for one in whole["tickets"])
    await wang.call("blockTicket", {"reason": "lost"}, ticket_id=lost)
    await wang.call("reprintTicket", {"reason": "torn"}, ticket_id=torn)
    assert (await wang.call("readTicketPrint", ticket_id=torn, dpi=203)).startswith(b"\x89PNG")
    assert (await wang.call("readOwnDay"))["items"]


async def ends_the_shift(wang: Program, zhou: Program) -> None:
    """Count the drawer blindly, and leave the change to a colleague, who opens a shift with it."""
    here = (await wang.call("readOwnShift"))["site"]["id"]
    colleagues = (await wang.call("readSuccessors"))["items"]
    assert [one["name"] for one in colleagues] == ["Zhou", "admin"]
    counted = {"counted_fen": 20_000 + 8 * 8_000 - 3 * 8_000, "left_fen": 20_000, "left_to": colleagues[0]["id"]}
    closed = await wang.call("closeOwnShift", counted)
    assert closed["closed"]["left_to"]["name"] == "Zhou"
    taken = {"site_id": here, "float_fen": 20_000, "from_shift_id": closed["shift_id"]}
    await zhou.call("openShift", taken)


async def phone_clerks_day(zhou: Program) -> None:
    """Sell to a caller, who collects the ticket at the kiosk by the identity card."""
    types = {one["parameters"]["name_en"]: one["ticket_type_id"] for one in (await zhou.call("listSellableTicketTypes"))["items"]}
    named = types["Real-name"]
    site_id = (await zhou.call("readTicketTypeDays", ticket_type_id=named))["site"]["id"]
    line = {"ticket_type_id": named, "quantity": 1, "visit_day": TODAY, "holders": [{**CARD, "name": "李明"}]}
    cart = {"site_id": site_id, "lines": [line], "buyer_phone": CALLER, "channel": "phone"}
    quote = await zhou.call("quoteOrder", cart)
    await zhou.call("sellOrder", {**cart, "expected_total_fen": quote["total_fen"], "method": "bank_transfer"})


async def checkers_day(sun: Program, family: Json, group: str) -> None:
    """Let visitors in by phone: one twice by mistake, and a group of which two did not come."""
    (point,) = (await sun.call("readOwnCheckPoints"))["items"]
    here, attempts = {"check_point_id": point["check_point"]["id"]}, (f"{number:032x}" for number in count(1))
    code = family["tickets"][0]["code"]
    first = await sun.call("checkTicket", {"text": code, "attempt_id": next(attempts)}, **here)
    again = await sun.call("checkTicket", {"text": code, "attempt_id": next(attempts)}, **here)
    assert (first["result"], again["reason"]) == ("admit", "used_up")
    wrong = await sun.call("checkTicket", {"text": family["tickets"][1]["code"], "attempt_id": next(attempts)}, **here)
    assert (await sun.call("undoCheck", {"reason": "wrong-ticket"}, check_id=wrong["check_id"]))["is_undone"]
    came = await sun.call("checkTicket", {"text": group, "attempt_id": next(attempts), "persons": 33}, **here)
    assert came["result"] == "admit"
    assert (await sun.call("readChecksToday", **here))["own_admitted"] == 34


async def kiosks_day(kiosk: Program, pay: Pay) -> None:
    """Hand a caller the ticket by the identity card, sell two, take one order back."""
    collected = (await kiosk.call("collectTickets", {"document": CARD}))["tickets"]
    assert await kiosk.call("noteShopPrinted", {"ticket_ids": [one["ticket_id"] for one in collected]}) == {"noted": 1}
    single = next(one for one in (await kiosk.call("readShopCatalogue"))["ticket_types"] if one["name_en"] == "Single")
    (day,) = (await kiosk.call("readShopDays", ticket_type_id=single["ticket_type_id"], first_day=TODAY, last_day=TODAY))["days"]
    assert day["is_sold"]
    cart = {"lines": [{"ticket_type_id": single["ticket_type_id"], "quantity": 2, "visit_day": TODAY}]}
    quote = await kiosk.call("quoteShopOrder", cart)
    held = await kiosk.call("holdShopOrder", {**cart, "expected_total_fen": quote["total_fen"]})
    payment = await kiosk.call("startShopPayment", {"method": "wechat"}, order_id=held["order_id"])
    await pay(payment["number"])
    seen = await kiosk.call("awaitShopPayment", payment_id=payment["payment_id"], state=payment["state"], wait_s=5)
    assert seen["state"] == "paid"
    order = await kiosk.call("readShopOrder", order_id=held["order_id"])
    await kiosk.call("noteShopPrinted", {"ticket_ids": [one["ticket_id"] for one in order["tickets"]]})
    shown = {"text": order["tickets"][0]["code"]}
    back = await kiosk.call("quoteShopRefund", shown)
    asked = {**shown, "reason": "rain", "expected_amount_fen": back["amount_fen"]}
    refunds = (await kiosk.call("refundShopOrder", asked))["items"]
    assert [one["state"] for one in refunds] == ["waiting"] * len(back["ticket_ids"])


async def managers_day(li: Program, code: str) -> None:
    """Look at the day, explain a refusal, look at each list and its sums, take a table away, close tomorrow."""
    assert (await li.call("readHome"))["items"][0]["today"]["tickets"] > 0
    assert (await li.call("explainRefusal", {"text": code}))["items"][0]["sentence_zh"]
    days = {"first_day": TODAY, "last_day": TODAY}
    for listed, summed in (
        ("listOrders", "readOrderTotals"),
        ("listAdmissions", "readAdmissionTotals"),
        ("listRefunds", "readRefundTotals"),
    ):
        items = (await li.call(listed, **days))["items"]
        assert len(items) == next(iter((await li.call(summed, **days)).values()))
    paid_by = {method for one in (await li.call("listOrders", **days))["items"] for method in one["methods"]}
    assert paid_by == {"cash", "wechat", "card_terminal", "bank_transfer"}
    ticket = (await li.call("listAdmissionRefusals", **days))["items"][0]["ticket_id"]
    assert "refused" in {one["happening"] for one in (await li.call("readTicketHistory", ticket_id=ticket))["items"]}
    for one in (await li.call("listAlarms", state="open"))["items"]:
        await li.call("acknowledgeAlarm", {"note": "seen"}, alarm_id=one["alarm_id"])
    assert await li.call("exportOrders", format="xlsx", **days)
    await _closes_tomorrow(li)


async def _closes_tomorrow(li: Program) -> None:
    """Refund all visits of tomorrow."""
    site_id = (await li.call("readHome"))["items"][0]["site"]["id"]
    closed = {"site_id": site_id, "day": TOMORROW}
    affected = await li.call("quoteRefundBatch", closed)
    assert affected["tickets"] == 4
    batch = await li.call("beginRefundBatch", {**closed, "reason": "storm"})
    assert (await li.call("readRefundBatch", batch_id=batch["batch_id"]))["state"] in {"running", "done"}


async def puts_the_change_away(zhou: Program, li: Program) -> None:
    """Close the shift of the colleague, who leaves the change to a person who has gone; the manager puts it into the safe."""
    (gone, *_) = (await zhou.call("readSuccessors", text="wang"))["items"]
    closed = await zhou.call("closeOwnShift", {"counted_fen": 20_000, "left_fen": 20_000, "left_to": gone["id"]})
    (waiting,) = [one for one in (await li.call("listShifts", first_day=TODAY, last_day=TODAY))["items"] if _waits(one)]
    assert waiting["shift_id"] == closed["shift_id"]
    assert not _waits(await li.call("putLeftCashInSafe", shift_id=waiting["shift_id"]))


def _waits(shift: Json) -> bool:
    return bool(shift["closed"]) and shift["closed"]["left_fen"] > 0 and shift["closed"]["left_until"] is None


async def finances_day(zhao: Program) -> None:
    """Match the bill, read what came in and went out, the ledger, the drawers, and what differs."""
    days = {"first_day": TODAY, "last_day": TODAY}
    assert (await zhao.call("readTakings", **days))["items"]
    balances = (await zhao.call("readLedgerBalances"))["items"]
    account = next(one for one in balances if one["balance_fen"])
    assert (await zhao.call("listLedgerEntries", account=account["account"], **days))["items"]
    for operation in ("readFees", "readOverShort"):
        await zhao.call(operation, **days)
    bill = await zhao.call("matchBill", {"method": "wechat", "day": TODAY})
    assert bill["lines"] == bill["matched"] > 0
    (matched,) = (await zhao.call("readBillDays", **days))["items"]
    assert matched["bill_in_fen"] == matched["books_in_fen"]
    for one in (await zhao.call("listReconciliationDifferences", state="open"))["items"]:
        await zhao.call(
            "settleReconciliationDifference", {"note": "seen", "cause": "looked-at"}, difference_id=one["difference_id"]
        )
    shifts = (await zhao.call("listShifts", **days))["items"]
    assert {one["seller"]["name"] for one in shifts} == {"Wang", "Zhou"}
