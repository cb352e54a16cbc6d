"""How many persons may come to a site: sold for a day, come on it, on site at once; corrected by staff, who do not count."""

import asyncio
from collections import Counter
from datetime import date

import pytest

from central.catalog.rules.capacity import LoadLevel, level, level_after
from central.domain.problems import ProblemCode
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.refunds.rules.amounts import WantedRefund
from central.sales.rules.rescheduling import WantedDay
from central.sales.service import Wanted
from protocol.directions import Direction
from protocol.identifiers import SiteId
from tests.builders.office import EVERYBODY, Office, once, problem_of, sign_in, wanted_line
from tests.builders.trade import Trade

SITE = SiteId(1)
NEXT_DAY = date(2026, 5, 11)
OK, WARNING, FULL = LoadLevel.OK, LoadLevel.WARNING, LoadLevel.FULL


async def limit(office: Office, **capacity: int) -> None:
    site = (await office.catalog.all_sites())[0].parameters.model_copy(update=capacity)
    await office.catalog.change_site(SITE, site, office.seller, office.clock())


async def correct(office: Office, persons: int, key: str = "correct-1") -> None:
    await office.corrections.add(SITE, persons, "counted", once(key), office.seller, office.clock())


@pytest.mark.parametrize(
    ("persons", "most", "expected"),
    [(0, None, OK), (79, 100, OK), (80, 100, WARNING), (99, 100, WARNING), (100, 100, FULL), (0, 0, FULL), (4, 5, WARNING)],
)
def test_a_site_is_warned_of_from_four_fifths_on(persons: int, most: int | None, expected: LoadLevel) -> None:
    assert level(persons, most) is expected


@pytest.mark.parametrize(
    ("before", "persons", "expected"),
    [(OK, 96, WARNING), (FULL, 96, FULL), (FULL, 95, FULL), (FULL, 94, WARNING), (FULL, 10, OK), (WARNING, 100, FULL)],
)
def test_what_was_full_is_open_again_when_it_is_well_below(before: LoadLevel, persons: int, expected: LoadLevel) -> None:
    assert level_after(before, ((persons, 100), (0, None))) is expected


async def test_no_more_are_sold_for_a_day_than_may_come_on_it_over_all_types(office: Office) -> None:
    types = [await office.ticket_type(), await office.ticket_type(group={"minimum": 2, "maximum": 9})]
    await limit(office, daily_capacity=10)

    async def bought(number: int) -> ProblemCode | None:
        wanted = Wanted(SITE, (wanted_line(types[number % 2], persons=1 + number % 2),))
        total = 8000 * (1 + number % 2)
        paid = AtOnce(Method.CASH, office.seller)
        return await problem_of(office.sales.sell(wanted, total, paid, once(f"key-{number:04}"), office.clock()))

    found = Counter(await asyncio.gather(*(bought(number) for number in range(20))))
    sold = sum(one.total_fen for one in await office.orders()) // 8000
    assert (sold in (9, 10), set(found)) == (True, {None, ProblemCode.SOLD_OUT})
    assert await problem_of(office.sell(types[0], "key-next", visit=NEXT_DAY)) is None


async def test_a_ticket_takes_its_room_along_and_gives_it_back_with_its_money(office: Office) -> None:
    one = await office.ticket_type(after_sale={"reschedule": {"days_before": 0}})
    await limit(office, daily_capacity=1)
    (ticket,) = (await office.sell(one)).tickets
    assert await problem_of(office.sell(one, "key-0002")) is ProblemCode.SOLD_OUT
    move = WantedDay(ticket.ticket_id, NEXT_DAY, None)
    await office.rescheduling.move(move, once("move-0001"), office.seller, office.clock())
    assert await problem_of(office.sell(one, "key-0003", visit=NEXT_DAY)) is ProblemCode.SOLD_OUT
    assert await problem_of(office.sell(one, "key-0004")) is None
    refund = await office.refunds.request(WantedRefund(ticket.ticket_id, "rain"), once("refund-1"), 1, office.clock())
    await office.refunds.override(refund.refund_id, "rain", office.seller, office.clock())
    assert await problem_of(office.sell(one, "key-0005", visit=NEXT_DAY)) is None


async def test_sales_for_today_stop_when_the_site_is_full_and_go_on_by_themselves(office: Office) -> None:
    trade, one, staff = await Trade(office).open(), await office.ticket_type(), await office.ticket_type(0, counts_visitors=False)
    await limit(office, capacity=5)
    tickets = (await office.sell(one, quantity=5)).tickets
    for ticket in tickets[:4]:
        await trade.admit(ticket.ticket_id, office.clock())
    await office.reports.watch_capacity(office.clock())
    (home,) = (await office.reports.home(1, EVERYBODY, office.clock())).sites
    assert (home.on_site, home.load) == (4, WARNING)
    await trade.admit(tickets[4].ticket_id, office.clock())
    await office.reports.watch_capacity(office.clock())
    assert await problem_of(office.sell(one, "key-0002")) is ProblemCode.SITE_FULL
    assert await problem_of(office.sell(one, "key-0003", visit=NEXT_DAY)) is None
    assert await problem_of(office.sell(staff, "key-0004")) is None
    await trade.admit(tickets[0].ticket_id, office.clock(), Direction.EXIT)
    await office.reports.watch_capacity(office.clock())
    assert await problem_of(office.sell(one, "key-0005")) is None


async def test_the_count_is_corrected_on_the_record_for_the_day(office: Office) -> None:
    trade, one = await Trade(office).open(), await office.ticket_type()
    await limit(office, capacity=10)
    (ticket,) = (await office.sell(one)).tickets
    await trade.admit(ticket.ticket_id, office.clock())
    await correct(office, 9)
    await correct(office, 9)
    (home,) = (await office.reports.home(1, EVERYBODY, office.clock())).sites
    assert (home.on_site, home.corrected, home.load) == (10, 9, FULL)
    await correct(office, -20, "correct-2")
    (home,) = (await office.reports.home(1, EVERYBODY, office.clock())).sites
    assert (home.on_site, home.corrected) == (0, -11)
    found = await office.corrections.corrections(SITE, None, 10)
    assert [(each.persons, each.corrected_by, each.reason) for each in found] == [(-20, 1, "counted"), (9, 1, "counted")]
    assert await office.corrections.corrections(SITE, found[0].correction_id, 10) == found[1:]
    office.clock.advance(seconds=24 * 3600)
    assert (await office.reports.home(1, EVERYBODY, office.clock())).sites[0].corrected == 0


async def test_staff_enter_and_are_no_visitors(office: Office) -> None:
    trade, visitor = await Trade(office).open(), await office.ticket_type()
    card = await office.ticket_type(0, counts_visitors=False, validity={"kind": "days-from-visit", "days": 365})
    await limit(office, daily_capacity=2)
    own, (guest,) = (await office.sell(card, quantity=3)).tickets, (await office.sell(visitor, "key-0002")).tickets
    for ticket in (*own, guest):
        await trade.admit(ticket.ticket_id, office.clock())
    (home,) = (await office.reports.home(1, EVERYBODY, office.clock())).sites
    assert (home.today.entries, home.on_site, home.load) == (1, 1, OK)
    assert await problem_of(office.sell(card, "key-0003", quantity=9)) is None


async def test_corrections_over_http_say_why(office: Office) -> None:
    path = "/api/v1/sites/1/on-site-corrections"
    async with office.client() as client:
        headers = {**await sign_in(client, office), "Idempotency-Key": "correct-0001"}
        for body, status in (({"persons": 0, "reason": "x"}, 400), ({"persons": 3, "reason": "counted"}, 201)):
            assert (await client.post(path, json=body, headers=headers)).status == status
        listed = await (await client.get(path, headers=headers)).json()
    assert [(one["persons"], one["reason"]) for one in listed["items"]] == [(3, "counted")]
