"""Activation codes and concessions: tickets that another person activates, and tickets for certain visitors only."""

from tests.examples.site import ENTRY
from tests.examples.teller import Teller
from tests.examples.trade import VISIT_DAY

BY_CODE = {"name_zh": "密码激活票", "name_en": "By code", "entitlements": [ENTRY], "activation": {}, "unseen_allowed": False}
STUDENT = {"name_zh": "学生票", "name_en": "Student", "entitlements": [ENTRY]}
STUDENT_CARD = {"evidence": "student-card", "asks_number": True}


async def story(tell: Teller) -> None:
    """A bulk order is sold, its codes exported, sent, used and voided; a student shows a card."""
    by_code = (await tell.ask("addTicketType", {"parameters": BY_CODE, "price_fen": 6_000}))["ticket_type_id"]
    line = {"ticket_type_id": by_code, "quantity": 3, "visit_day": VISIT_DAY}
    bulk = {"site_id": 1, "lines": [line], "expected_total_fen": 18_000, "method": "bank_transfer"}
    order_id = (await tell.ask("sellOrder", bulk))["order_id"]
    table = await tell.show("exportActivationCodes", order_id=order_id, format="csv")
    tickets, codes = zip(*((row.split(",")[1], row.split(",")[4]) for row in table.splitlines()[1:]), strict=True)
    await tell.show("markActivationCodesSent", {"tickets": list(tickets[:2])}, order_id=order_id)
    await tell.show("activateTicket", {"code": codes[0], "visit_day": VISIT_DAY})
    await tell.show("voidActivationCode", {"reason": "leaflet lost"}, ticket_id=tickets[1])
    await tell.show("listActivationCodes", order_id=order_id)
    await tell.show("exportActivationCodeList", format="csv", state="activated")
    await _student(tell)


async def _student(tell: Teller) -> None:
    parameters = {**STUDENT, "concession": [STUDENT_CARD]}
    type_id = (await tell.ask("addTicketType", {"parameters": parameters, "price_fen": 0}))["ticket_type_id"]
    seen = [{"kind": "student-card", "last_characters": "8X21"}]
    line = {"ticket_type_id": type_id, "visit_day": VISIT_DAY, "evidence": seen}
    order = await tell.ask("sellOrder", {"site_id": 1, "lines": [line], "expected_total_fen": 0})
    await tell.show("readOrderEvidence", order_id=order["order_id"])
