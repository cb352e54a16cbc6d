"""Which agents sell, through which channel, and from which price on. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from central.catalog.rules.sale import price_fen
from central.catalog.ticket_type import TicketType
from central.devices.rules.enrolment import AgentRole

KIOSK, WINDOW = "kiosk", "window"
_CHANNELS: Mapping[AgentRole, str] = {AgentRole.KIOSK: KIOSK, AgentRole.COUNTER: WINDOW}
PRICED_DAYS = 31


def channel_of(role: AgentRole) -> str | None:
    """Return the sales channel of an agent; None where its role does not sell."""
    return _CHANNELS.get(role)


def price_from_fen(one: TicketType, today: date) -> int:
    """Return the lowest price per person of the days on sale, of the next `PRICED_DAYS` at most."""
    rules = one.parameters.sale
    last = min(rules.days_ahead_most, rules.days_ahead_least + PRICED_DAYS - 1)
    days = (today + timedelta(days=ahead) for ahead in range(rules.days_ahead_least, last + 1))
    return min(price_fen(rules, day, one.price_fen) for day in days)
