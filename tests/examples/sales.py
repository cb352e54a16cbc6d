"""Selling at a window, the seller's shift, and what happens to sold tickets."""

from tests.examples.teller import Teller
from tests.examples.trade import NAMED, VIP, VISIT_DAY, bought, cart, sold

HOLDER = {"document_type": "resident-id", "number": "990101199003074518", "name": "李明"}

TIMED = {
    "name_zh": "分时票",
    "name_en": "Timed",
    "entitlements": [{"sites": [1], "always": [{"check": "time-slot"}]}],
    "slots": [{"start": f"{hour:02}:00:00", "minutes": 60} for hour in (8, 11, 14)],
    "sale": {"days_ahead_most": 1, "stock": {"per": "slot", "places": 30}},
}


async def story(tell: Teller) -> None:
    """A seller opens a shift, sells, changes sold tickets, and counts the drawer."""
    await tell.show("openShift", {"site_id": 1, "float_fen": 20_000})
    await tell.show("quoteOrder", cart(quantity=2))
    buyer = {"buyer_name": "王小明", "buyer_phone": "13800000009"}
    order = await tell.show("sellOrder", {**bought(8_000, quantity=1), **buyer})
    await tell.show("readOrder", order_id=order["order_id"])
    await tell.show("readBuyerInFull", order_id=order["order_id"])
    await tell.show("lookUp", {"text": buyer["buyer_phone"]})
    held = await tell.show("holdOrder", {**cart(), "expected_total_fen": 8_000})
    await tell.show("cancelOrder", order_id=held["order_id"])
    named = await sold(tell, 8_000, ticket_type_id=NAMED, holders=[HOLDER])
    await tell.show("readHolders", ticket_id=named)
    await tell.show("readHoldersInFull", ticket_id=named)
    await _tickets(tell)
    await _carts(tell)
    await _shift(tell)
    await _availability(tell)


async def _tickets(tell: Teller) -> None:
    ticket_id = await sold(tell)
    ticket = await tell.show("readTicket", ticket_id=ticket_id)
    await tell.show("findTicketByShortNumber", short_number=ticket["short_number"])
    await tell.show("blockTicket", {"reason": "reported lost"}, ticket_id=ticket_id)
    await tell.show("unblockTicket", {"reason": "found again"}, ticket_id=ticket_id)
    await tell.show("rescheduleTicket", {"visit_day": "2026-05-12"}, ticket_id=ticket_id)
    await tell.show("extendTicket", {"valid_until": "2026-05-20T23:59:00+08:00"}, ticket_id=ticket_id)
    await tell.show("reprintTicket", {"reason": "torn"}, ticket_id=ticket_id)
    await tell.show("reissueTicket", {"reason": "photographed by a stranger"}, ticket_id=ticket_id)
    dearer = {"ticket_type_id": VIP, "visit_day": VISIT_DAY}
    other = await sold(tell)
    quoted = await tell.show("quoteUpgrade", dearer, ticket_id=other)
    difference = {"expected_difference_fen": quoted["difference_fen"], "method": "cash"}
    await tell.show("upgradeTicket", {**dearer, **difference}, ticket_id=other)


async def _carts(tell: Teller) -> None:
    cart_id = (await tell.show("suspendCart", {"name": "red hat", "cart": cart(quantity=3)}))["cart_id"]
    await tell.show("listSuspendedCarts")
    await tell.show("recallCart", cart_id=cart_id)
    other = await tell.ask("suspendCart", {"name": "two boys", "cart": cart(quantity=2)})
    await tell.show("dropCart", cart_id=other["cart_id"])


async def _shift(tell: Teller) -> None:
    await tell.show("readOwnShift")
    await tell.show("handInCash", {"amount_fen": 10_000})
    colleague = (await tell.show("readSuccessors"))["items"][0]
    counted = {"counted_fen": 46_000, "left_fen": 20_000, "left_to": colleague["id"]}
    shift_id = (await tell.show("closeOwnShift", counted))["shift_id"]
    await tell.show("readShift", shift_id=shift_id)
    await tell.show("putLeftCashInSafe", shift_id=shift_id)
    left_open = (await tell.ask("openShift", {"site_id": 1, "float_fen": 0}))["shift_id"]
    await tell.show("closeShift", {"pieces": []} | {"counted_fen": 0}, shift_id=left_open)


async def _availability(tell: Teller) -> None:
    type_id = (await tell.ask("addTicketType", {"parameters": TIMED, "price_fen": 9_000}))["ticket_type_id"]
    await tell.ask("sellOrder", bought(18_000, ticket_type_id=type_id, quantity=2, slot_start="11:00:00"))
    await tell.show("readTicketTypeDays", ticket_type_id=type_id, first_day=VISIT_DAY, last_day="2026-05-12")
    await tell.show("readTicketTypeSlots", ticket_type_id=type_id, day=VISIT_DAY)
