"""Lists: one way to narrow them and one way to page through them; and the statistics over business days."""

from datetime import date
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from sqlmodel import select

from central.catalog.rules.business_days import Span
from central.payments.methods import Method
from central.reports import daily_totals, figures
from central.reports.admissions import ADMISSIONS
from central.reports.filters import Narrowed, Wanted
from central.reports.listing import Listing, Wish
from central.reports.orders import ORDERS
from central.reports.payments import PAYMENTS
from central.reports.refunds import REFUNDS
from central.reports.rules.counting import Figures
from central.reports.shifts import SHIFTS
from central.shifts.rules.drawer import Count
from central.shifts.service import Closing
from central.store.tables.reports import CountedDayRow
from central.store.unit_of_work import Work
from protocol.directions import Direction
from protocol.identifiers import SiteId
from protocol.journal.events import NO_TICKET
from tests.builders.office import EVERYBODY, Office, sign_in
from tests.builders.trade import Trade

LISTS = (ORDERS, PAYMENTS, REFUNDS, ADMISSIONS, SHIFTS)
FIRST, SECOND = date(2026, 5, 10), date(2026, 5, 11)


async def paged(office: Office, listing: Listing[object], wanted: Wanted, size: int) -> list[object]:
    """Return a whole list, so many items a page."""
    found: list[object] = []
    position = None
    while page := await office.reports.page(listing, wanted, EVERYBODY, Wish(size, position)):
        found += page
        position = listing.position(page[-1])
    return found


@pytest.mark.usefixtures("sellers")
@pytest.mark.parametrize("listing", LISTS, ids=lambda one: one.name)
async def test_pages_of_any_size_hold_the_list_once_newest_first(trade: Trade, listing: Listing[object]) -> None:
    whole = await trade.office.listed(listing)
    places = [listing.position(one) for one in whole]
    assert places == sorted(set(places), reverse=True)
    for size in (1, 2, 3, 5):
        found = await paged(trade.office, listing, Wanted(), size)
        assert [listing.position(one) for one in found] == places


NARROWED: tuple[tuple[Listing[Any], Wanted, int], ...] = (
    (ORDERS, Wanted(), 6),
    (ORDERS, Wanted(site_id=1, first_day=FIRST, last_day=FIRST), 3),
    (ORDERS, Wanted(first_day=SECOND), 3),
    (ORDERS, Wanted(last_day=date(2026, 5, 9)), 0),
    (ORDERS, Wanted(site_id=2), 0),
    (ORDERS, Wanted(site_id=2, first_day=FIRST), 0),
    (ORDERS, Wanted(channel="window"), 4),
    (ORDERS, Wanted(channel="window", first_day=SECOND), 2),
    (ORDERS, Wanted(ticket_type_id=1), 6),
    (ORDERS, Wanted(ticket_type_id=2), 0),
    (ORDERS, Wanted(state="open"), 0),
    (PAYMENTS, Wanted(method=Method.CASH, first_day=FIRST, last_day=FIRST), 3),
    (PAYMENTS, Wanted(order_id=1), 1),
    (PAYMENTS, Wanted(state="paid", channel="kiosk"), 2),
    (REFUNDS, Wanted(state="paid", first_day=SECOND), 3),
    (REFUNDS, Wanted(ticket_type_id=1, channel="kiosk"), 2),
    (REFUNDS, Wanted(kind="by-rule"), 6),
    (REFUNDS, Wanted(kind="forced"), 0),
    (REFUNDS, Wanted(method=Method.CASH, first_day=SECOND), 3),
    (REFUNDS, Wanted(method=Method.WECHAT), 0),
    (REFUNDS, Wanted(kind="by-rule", channel="kiosk", first_day=SECOND), 1),
    (ADMISSIONS, Wanted(), 8),
    (ADMISSIONS, Wanted(ticket_type_id=1, first_day=FIRST, last_day=FIRST), 3),
    (ADMISSIONS, Wanted(check_point_id=1, state="passed", order_id=1), 1),
    (ADMISSIONS, Wanted(check_point_id=2), 0),
)


@pytest.mark.usefixtures("sellers")
async def test_a_list_is_narrowed(trade: Trade) -> None:
    for listing, wanted, count in NARROWED:
        assert len(await trade.office.listed(listing, wanted)) == count, (listing.name, wanted)


async def statistics(office: Office) -> dict[tuple[date, int | None], Figures]:
    found = await office.reports.ticket_statistics(Wanted(first_day=date(2026, 5, 1), last_day=date(2026, 5, 31)), EVERYBODY)
    return {(one.day, one.ticket_type_id): one.figures for one in found}


@pytest.mark.usefixtures("sellers")
async def test_statistics_say_the_same_whether_days_are_kept_or_counted(trade: Trade) -> None:
    counted = await statistics(trade.office)
    sold = Figures(tickets=6, persons=6, sold_fen=48_000, refunded_tickets=3, refunded_fen=24_000, entries=3)
    walked_in = Figures(entries=1)
    assert counted == {(FIRST, 1): sold, (SECOND, 1): sold, (FIRST, None): walked_in, (SECOND, None): walked_in}
    await trade.office.reports.keep_days(trade.office.clock())
    async with trade.office.store.reading() as work:
        kept = [row.day for row in (await work.session.exec(select(CountedDayRow))).all()]
    assert set(kept) == {FIRST, SECOND}
    assert await statistics(trade.office) == counted


@pytest.mark.usefixtures("sellers")
async def test_a_day_that_ends_later_is_counted_again(trade: Trade) -> None:
    office = trade.office
    await office.reports.keep_days(office.clock())
    (site,) = await office.catalog.all_sites()
    parameters = site.parameters.model_copy(update={"day_ends_at_hour": 11})
    await office.catalog.change_site(site.site_id, parameters, office.seller, office.clock())
    assert {day for day, kind in await statistics(office) if kind} == {date(2026, 5, 9), FIRST}
    await office.reports.keep_days(office.clock())
    assert {day for day, kind in await statistics(office) if kind} == {date(2026, 5, 9), FIRST}


@pytest.mark.usefixtures("sellers")
async def test_days_are_kept_part_by_part_and_none_that_may_still_change(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily_totals, "MOST_DAYS_A_RUN", 1)
    office = trade.office
    assert [await daily_totals.keep_some(office.store, office.clock()) for _ in range(2)] == [True, False]
    assert not await daily_totals.keep_some(office.store, office.clock())
    async with office.store.reading() as work:
        assert {row.day for row in (await work.session.exec(select(CountedDayRow))).all()} == {FIRST, SECOND}


@pytest.mark.usefixtures("sellers")
async def test_the_home_figures_stand_beside_each_other_and_are_never_mixed(trade: Trade) -> None:
    office = trade.office
    (one,) = (await office.reports.home(None, EVERYBODY, office.clock())).sites
    assert one.yesterday == Figures(3, 6, 6, 48_000, 3, 24_000, 48_000, 24_000, 4)
    assert (one.day, one.today, one.same_day_last_week, one.on_site) == (date(2026, 5, 12), Figures(), Figures(), 0)


async def test_people_on_site_are_entries_less_exits(trade: Trade) -> None:
    now = trade.office.clock()
    await trade.admit(NO_TICKET, now, persons=5)
    await trade.admit(NO_TICKET, now, Direction.EXIT, persons=2)
    (one,) = (await trade.office.reports.home(1, EVERYBODY, now)).sites
    assert one.check_points is not None
    assert ([(point.entries, point.exits) for point in one.check_points], one.on_site) == ([(5, 2)], 3)


@pytest.mark.usefixtures("sellers")
async def test_days_before_anything_happened_are_not_counted(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[object] = []
    honest = figures.count

    async def noted(work: Work, site_id: SiteId, span: Span, narrowed: Narrowed) -> object:
        counted.append(span)
        return await honest(work, site_id, span, narrowed)

    monkeypatch.setattr(daily_totals, "count", noted)
    year = Wanted(first_day=date(2025, 6, 1), last_day=date(2026, 5, 31))
    assert await trade.office.reports.ticket_statistics(year, EVERYBODY)
    assert len(counted) == 22, "from the first sale on the tenth of May"


async def test_open_and_closed_shifts_are_listed_apart_page_by_page(
    trade: Trade, client: TestClient[web.Request, web.Application]
) -> None:
    numbers = [await trade.seller(name, "window") for name in ("wang", "li", "zhao")]
    first, second, third = [await trade.open_shift(number, "window") for number in numbers]
    trade.office.clock.advance(seconds=60)
    await trade.office.shifts.close_own(Closing(Count({}, 10_000), 0, None, None), numbers[1], trade.office.clock())
    headers = await sign_in(client, trade.office)

    async def page(asked: str) -> tuple[int, list[int], str | None]:
        answer = await client.get(f"/api/v1/shifts?{asked}", headers=headers)
        told = await answer.json()
        return answer.status, [one["shift_id"] for one in told.get("items", [])], told.get("next")

    status, found, following = await page("state=open&limit=1")
    assert (status, found) == (200, [third])
    assert await page(f"state=open&limit=1&after={following}") == (200, [first], None)
    assert await page("state=closed") == (200, [second], None)
    assert await page(f"state=closed&seller_id={numbers[0]}") == (200, [], None)
    assert await page("") == (200, [third, second, first], None)
    assert (await page("state=ended"))[0] == 400
    table = await client.get("/api/v1/exports/shifts?format=csv&state=closed", headers=headers)
    assert [line.split(",")[0] for line in (await table.text()).splitlines()[1:]] == [f"{second}"]
