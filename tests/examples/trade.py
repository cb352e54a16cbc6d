"""What several stories sell: tickets of the prepared site's types, for the day of its clock."""

from tests.examples.teller import Json, Teller

ADULT, VIP, GROUP, NAMED = 1, 2, 3, 4
VISIT_DAY = "2026-05-10"


def cart(**line: Json) -> Json:
    """Return the wanted order: one adult's ticket, unless stated otherwise."""
    return {"site_id": 1, "lines": [{"ticket_type_id": ADULT, "visit_day": VISIT_DAY, **line}]}


def bought(total_fen: int, **line: Json) -> Json:
    """Return a sale in cash."""
    return {**cart(**line), "expected_total_fen": total_fen, "method": "cash"}


async def sold(tell: Teller, total_fen: int = 8_000, **line: Json) -> str:
    """Sell in cash; return the number of the first ticket."""
    return str((await tell.ask("sellOrder", bought(total_fen, **line)))["tickets"][0]["ticket_id"])


async def held(tell: Teller) -> int:
    """Hold an order of one adult; return its number."""
    return int((await tell.ask("holdOrder", {**cart(), "expected_total_fen": 8_000}))["order_id"])
