"""The home pages over an office that has traded: parts sum to the figures; what is open is counted; a seller sees the own day."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.devices.rules.seen import SILENT_AFTER_MS
from central.domain.principal import DataScope
from central.identity.permissions import ALL
from central.payments.methods import Method
from central.reports.coming_days import COMING_DAYS, StockOfDay
from central.reports.home import SiteToday
from central.reports.rules.exceptions import OpenKind
from central.reports.rules.money import OfMethod
from central.sales.rules.rescheduling import WantedDay
from central.store.tables.devices import AgentRow
from central.store.tables.journals import AlarmRow
from central.store.tables.payments import DifferenceRow
from protocol.instants import Instant
from tests.builders.office import EVERYBODY, Office, once, sign_in
from tests.builders.trade import A_DAY_S, JOURNAL, SITE, Sellers, Trade

MANAGER = replace(EVERYBODY, permissions=frozenset(ALL))
A_MINUTE_MS = 60_000
Client = TestClient[web.Request, web.Application]


async def home_at(office: Office, now: Instant) -> SiteToday:
    (one,) = (await office.reports.home(None, MANAGER, now)).sites
    return one


async def test_the_parts_of_a_day_sum_to_its_figures(trade: Trade, sellers: Sellers) -> None:
    office = trade.office
    second_day = Instant(office.clock() - A_DAY_S * 1000)
    today = await home_at(office, second_day)
    assert today.today.tickets == 6
    assert sellers.wang
    for name in ("tickets", "entries"):
        assert sum(getattr(one, name) for one in today.parts.hours) == getattr(today.today, name)
        assert sum(getattr(one, f"{name}_yesterday") for one in today.parts.hours) == getattr(today.yesterday, name)
    assert today.parts.methods == (OfMethod(Method.CASH, today.today.taken_fen, today.today.returned_fen),)
    assert [number for number, one in enumerate(today.parts.hours) if one.tickets] == [10]


@pytest.mark.usefixtures("sellers")
@pytest.mark.parametrize(("minutes_before", "tickets", "entries"), [(-1, 6, 4), (0, 6, 3), (1, 4, 2), (4, 0, 0)])
async def test_yesterday_is_counted_up_to_the_same_moment(trade: Trade, minutes_before: int, tickets: int, entries: int) -> None:
    now = Instant(trade.office.clock() + 1 - minutes_before * A_MINUTE_MS)
    so_far = (await home_at(trade.office, now)).parts.yesterday_so_far
    assert (so_far.tickets, so_far.persons, so_far.entries) == (tickets, tickets, entries)
    assert (so_far.taken_fen, so_far.returned_fen) == (8000 * tickets, 4000 * tickets)


async def exceptions(office: Office) -> dict[OpenKind, tuple[int, Instant | None]]:
    one = await home_at(office, office.clock())
    return {line.kind: (line.count, line.oldest_at) for line in one.exceptions}


async def test_what_is_open_is_counted_with_the_oldest(trade: Trade) -> None:
    office = trade.office
    now = office.clock()
    assert await exceptions(office) == {**dict.fromkeys(OpenKind, (0, None)), OpenKind.AGENTS_UNSEEN: (1, 0)}
    async with office.store.transaction() as work:
        agent = await work.session.get_one(AgentRow, 1)
        agent.last_seen_at = Instant(now - SILENT_AFTER_MS)
        work.session.add(agent)
        for sequence, acknowledged_at in ((1, None), (2, None), (3, now)):
            alarm = AlarmRow(
                site_id=SITE, agent_id=1, journal_id=JOURNAL, sequence=sequence, name="door", detail="", raised_at=now
            )
            alarm.raised_at, alarm.acknowledged_at = Instant(now - sequence), acknowledged_at
            work.session.add(alarm)
        day = date(2026, 5, 9)
        work.session.add(
            DifferenceRow(method="wechat", day=day, cause="x", subject="1", detail="", state="open", detected_at=now)
        )
    assert await exceptions(office) == {**dict.fromkeys(OpenKind, (0, None)), OpenKind.ALARMS: (2, now - 2)}
    found = await office.reports.home(None, MANAGER, now)
    assert [(one.kind, one.count, one.oldest_at) for one in found.of_no_site] == [(OpenKind.DIFFERENCES, 1, now)]
    own = await office.reports.home(None, replace(MANAGER, scope=DataScope.OWN), now)
    assert own.of_no_site == ()
    assert OpenKind.ALARMS not in {one.kind for one in own.sites[0].exceptions}


async def test_the_coming_days_say_what_is_sold_for_them(office: Office) -> None:
    today = date(2026, 5, 10)
    later = today + timedelta(days=3)
    plain = await office.ticket_type()
    movable = {"reschedule": {"days_before": 0}}
    limited = await office.ticket_type(sale={"stock": {"per": "day", "places": 40}}, after_sale=movable)
    await office.sell(plain, "key-0001", quantity=2, visit=later)
    moved = await office.sell(limited, "key-0002", quantity=3, visit=later)
    await office.hold(limited, "key-0003", quantity=5, visit=later)
    await office.sell(plain, "key-0004", visit=today + timedelta(days=COMING_DAYS))
    wanted = WantedDay(moved.tickets[0].ticket_id, later + timedelta(days=1), None)
    await office.rescheduling.move(wanted, once("move-0001"), office.seller, office.clock())
    days = (await home_at(office, office.clock())).coming_days
    assert days is not None
    assert [one.day for one in days] == [today + timedelta(days=number) for number in range(COMING_DAYS)]
    assert {one.day: one.persons for one in days if one.persons} == {later: 4, later + timedelta(days=1): 1}
    assert days[3].stocks == (StockOfDay(limited.type_id, None, 7, 40),)
    assert [one.most for one in days] == [None] * COMING_DAYS


async def own_day(client: Client, headers: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    answer = await client.get("/api/v1/own-day", headers=headers)
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def test_a_seller_sees_the_own_day_and_the_sums_after_the_count(office: Office, client: Client) -> None:
    adult = await office.ticket_type()
    await office.sell(adult)
    seller = await sign_in(client, office, "sales.read", "sales.sell")
    assert await own_day(client, seller) == {"shift": None, "items": []}
    opened = await client.post("/api/v1/own-shift", json={"site_id": 1, "float_fen": 0}, headers=seller)
    assert opened.status == 201
    line = {"ticket_type_id": adult.type_id, "quantity": 2, "visit_day": "2026-05-10"}
    order = {"site_id": 1, "lines": [line], "expected_total_fen": 16_000, "method": "cash"}
    sold = await client.post("/api/v1/orders", json=order, headers={**seller, "Idempotency-Key": "key-000001"})
    assert sold.status == 201, await sold.text()
    during = await own_day(client, seller)
    (item,) = during["items"]
    assert during["shift"]["shift_id"] == (await opened.json())["shift_id"]
    assert (item["orders"], item["tickets"], item["sold_fen"], item["methods"]) == (1, 2, None, [])
    await client.post("/api/v1/own-shift/close", json={"counted_fen": 16_000}, headers=seller)
    (item,) = (await own_day(client, seller))["items"]
    assert (item["sold_fen"], item["taken_fen"], item["returned_fen"]) == (16_000, 16_000, 0)
    assert item["methods"] == [{"method": "cash", "taken_fen": 16_000, "returned_fen": 0}]
    refused = await client.get("/api/v1/home", headers=seller)
    assert refused.status == 403
