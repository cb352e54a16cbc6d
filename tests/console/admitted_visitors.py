"""A day at the gates, so that lists have rows: visitors of two ticket types, some of whom turned back."""

from dataclasses import dataclass

from playwright.async_api import Page

from tests.builders.central import NOON
from tests.builders.served import Central, Gate

ADULTS = 52
TURNED_BACK = 2
MARKUP = "儿童票 <img src=x onerror=alert(1)> مرحبا"


@dataclass(slots=True)
class Visited:
    """What was admitted: `tickets` in the order of their scans."""

    gate: Gate
    tickets: list[str]


async def admit_visitors(central: Central) -> Visited:
    """Sell and admit: more than one page of adults, then a type whose name holds markup and Arabic, whose visitors turn back."""
    adult = await central.add_type()
    child = await central.add_type(name_zh=MARKUP, name_en="Child <b>bold</b>")
    point = await central.add_check_point([adult, child])
    gate = await central.enrol(point)
    await gate.refresh()
    sold = [*await central.sell(adult, ADULTS), *await central.sell(child, TURNED_BACK)]
    tickets = [str(ticket["ticket_id"]) for ticket in sold]
    for index, ticket in enumerate(tickets):
        central.clock.advance(seconds=1)
        gate.admit(ticket, passed=index < ADULTS)
    await gate.upload()
    return Visited(gate, tickets)


async def stand_at_noon(page: Page) -> None:
    """Set the browser's clock to the day of the test; its timers go on."""
    await page.clock.set_fixed_time(NOON / 1000)
