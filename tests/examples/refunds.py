"""Money back: by the rules, by hand, by force, and for a whole closed day."""

from tests.examples.gate import Gate
from tests.examples.teller import Teller
from tests.examples.trade import VISIT_DAY, bought, sold

CARD = "04 A2 5C 1B 9F 60 80"


async def story(tell: Teller) -> None:
    """Tickets are refunded in every way that exists."""
    ticket_id = await sold(tell)
    await tell.show("quoteRefund", {"ticket_id": ticket_id})
    refund_id = (await tell.show("requestRefund", {"ticket_id": ticket_id, "reason": "rain"}))["refund_id"]
    await tell.show("readRefund", refund_id=refund_id)
    await tell.show("overrideRefund", {"reason": "the visitor's bus leaves"}, refund_id=refund_id)
    await _several(tell)
    await _approved(tell)
    by_hand = {"ticket_id": await sold(tell), "reason": "a part of the park was closed", "fee_fen": 2_000}
    await tell.show("refundByHand", by_hand)
    await _closed_day(tell)
    used = await tell.ask("readTicket", ticket_id=await sold(tell))
    await (await Gate(tell, is_shown=False).enrol()).admit(used["code"])
    await tell.show("forceRefund", {"ticket_id": used["ticket_id"], "reason": "the boats did not run"})


async def _several(tell: Teller) -> None:
    """A family gives three of four tickets back: one quote, one request."""
    family = await tell.ask("sellOrder", bought(32_000, quantity=4))
    order = {"order_id": family["order_id"]}
    quoted = await tell.show("quoteOrderRefunds", {}, **order)
    chosen = [{"ticket_id": one["ticket_id"]} for one in quoted["items"][1:]]
    await tell.show("requestOrderRefunds", {"tickets": chosen, "reason": "rain", "expected_amount_fen": 3 * 8_000}, **order)


async def _approved(tell: Teller) -> None:
    """A second person releases a refund that waits with a PIN, and one with a card."""
    role = {"name": "主管 Supervisor", "permissions": ["refunds.override"], "scope": "own"}
    role_id = (await tell.ask("addRole", role))["role_id"]
    await tell.ask("addUser", {"name": "zhao", "full_name": "赵敏", "role_ids": [role_id]})
    await tell.ask("addSupervisor", site_id=1, name="zhao")
    await tell.ask("setSupervisorPin", {"pin": "730518"}, name="zhao")
    asked = await tell.ask("requestRefund", {"ticket_id": await sold(tell), "reason": "rain"})
    approved = {"reason": "the visitor's bus leaves", "approver_name": "zhao", "pin": "730518"}
    await tell.show("overrideRefundByPin", approved, refund_id=asked["refund_id"])
    await tell.ask("setSupervisorCard", {"card": CARD}, name="zhao")
    other = await tell.ask("requestRefund", {"ticket_id": await sold(tell), "reason": "rain"})
    await tell.show("overrideRefundByCard", {"reason": "the visitor's bus leaves", "card": CARD}, refund_id=other["refund_id"])


async def _closed_day(tell: Teller) -> None:
    ticket_id = await sold(tell)
    day = {"site_id": 1, "day": VISIT_DAY}
    await tell.show("quoteRefundBatch", day)
    batch_id = (await tell.show("beginRefundBatch", {**day, "reason": "storm"}))["batch_id"]
    await tell.batches_carried_on()
    await tell.show("readRefundBatch", batch_id=batch_id)
    await tell.show("listRefundBatches")
    owed = [one for one in (await tell.ask("listRefunds"))["items"] if one["ticket_id"] == ticket_id]
    await tell.show("handOutRefund", refund_id=owed[0]["refund_id"])
    other = await tell.ask("beginRefundBatch", {**day, "day": "2026-05-11", "reason": "storm"})
    await tell.show("stopRefundBatch", batch_id=other["batch_id"])
