"""Reports over 1,000,000 orders and 3,000,000 admissions of one site in 250 days, called at the service as its routes call it.

The database itself makes the rows; the bench reads a list as a user who sees all orders, as a channel, and as a seller of a
thousand orders among a million. Only refunded tickets have a row: no report reads the others.
"""

import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text

from central.admissions import refusals
from central.admissions.refusals import NewRefusal
from central.catalog.parameters import SiteParameters, TicketTypeParameters
from central.catalog.service import Catalog
from central.domain.principal import DataScope, Principal
from central.reports.admissions import ADMISSIONS
from central.reports.explanations import Asked, Explanations
from central.reports.exports import Table
from central.reports.filters import Wanted
from central.reports.listing import Listing, Sort, Wish
from central.reports.look_ups import LookUps, Shown
from central.reports.orders import ORDERS
from central.reports.payments import PAYMENTS
from central.reports.refunds import REFUNDS
from central.reports.service import Reports
from central.sales.data_scope import EVERYTHING
from central.store.engine import open_database
from central.store.migrate import migrate
from central.store.unit_of_work import Store
from central.sync.site_tables import TablesInMemory
from central.sync.site_tables import read as read_site_tables
from protocol.directions import Direction
from protocol.identifiers import AgentId, AttemptId, CheckPointId, SiteId, TicketId
from protocol.instants import Instant, from_datetime
from protocol.keyring import Keyring
from tests.bench.measuring import MS_PER_S, Values, median, now_s, peak_rss_mb
from tests.builders.central import SeededBytes, field_seal

ORDERS_MADE, ADMISSIONS_AN_ORDER = 1_000_000, 3
DAYS = 250
RARE_SELLER = 21
RUNS = 5
EXPORTED_DAYS = 25
SCRIPT = Path(__file__).with_name("reports.sql")
START = datetime(2026, 1, 1, tzinfo=UTC)
STEP_MS = DAYS * 24 * 3_600_000 // ORDERS_MADE
PAGE = 50
LISTS: tuple[Listing[Any], ...] = (ORDERS, PAYMENTS, REFUNDS, ADMISSIONS)
# What is asked of a month, and what is asked of all years because an index finds it.
FILTERS: tuple[tuple[Listing[Any], tuple[dict[str, Any], ...]], ...] = (
    (ORDERS, ({"state": "open"}, {"ticket_type_id": 99}, {"method": "wechat"}, {"seller_id": RARE_SELLER})),
    (PAYMENTS, ({"state": "reversed"}, {"method": "wechat"}, {"ticket_type_id": 99})),
    (REFUNDS, ({"state": "waiting"}, {"ticket_type_id": 99})),
    (ADMISSIONS, ({"state": "not-passed"}, {"check_point_id": 99}, {"flag": "unseen"}, {"channel": "kiosk"})),
)
INDEXED: tuple[tuple[Listing[Any], tuple[dict[str, Any], ...]], ...] = (
    (ORDERS, ({"state": "open"}, {"ticket_type_id": 99}, {"ticket_type_id": 3}, {"seller_id": RARE_SELLER})),
    (PAYMENTS, ({"state": "reversed"}, {"order_id": 777})),
    (ADMISSIONS, ({"check_point_id": 99}, {"ticket_type_id": 99}, {"ticket_id": 777}, {"flag": "unseen"}, {"supervisor_id": 9})),
)
EVERYBODY = Principal(1, "all", frozenset(), must_change_password=False, scope=DataScope.ALL)
READERS = (
    EVERYBODY,
    replace(EVERYBODY, scope=DataScope.CHANNEL, channel="kiosk"),
    replace(EVERYBODY, scope=DataScope.OWN, user_id=RARE_SELLER),
)


async def measured(database_url: str, suffix: str) -> Values:
    """Measure on an empty database; the names of the values end with the suffix."""
    database = open_database(database_url)
    await migrate(database)
    store = Store(database)
    await _fill(store)
    reports, now = Reports(store), from_datetime(START + timedelta(days=DAYS, hours=-6))
    for _ in range(DAYS):
        await reports.keep_days(now)
    last = (START + timedelta(days=DAYS - 1)).date()
    month = Wanted(first_day=last - timedelta(days=30), last_day=last)
    lists = [
        await _median_ms(partial(ask, Wanted(), who, Wish(PAGE)))
        for ask in (partial(reports.page, one) for one in LISTS)
        for who in READERS
    ]
    values = {
        "report_home_ms": await _median_ms(lambda: reports.home(None, EVERYBODY, now)),
        "report_month_by_day_and_type_ms": await _median_ms(lambda: reports.ticket_statistics(month, EVERYBODY)),
        "list_first_page_ms": max(lists),
        **await _lists(reports, month),
        **await _counter(store),
        **await _export(reports, last),
    }
    await store.close()
    return {f"{name}_{suffix}": value for name, value in values.items()}


async def _lists(reports: Reports, month: Wanted) -> Values:
    """Measure the slowest filter, the slowest order and the slowest sum over a month, and what an index finds in all years."""
    found = [
        *((one, wanted) for one, fields in FILTERS for wanted in (replace(month, **field) for field in fields)),
        *((one, Wanted(**field)) for one, fields in INDEXED for field in fields),
    ]
    sorts = ((one, sort) for one in LISTS for sort in Sort if sort is not Sort.LARGEST or one.amount)
    return {
        "list_found_ms": max([await _median_ms(partial(reports.page, one, w, EVERYBODY, Wish(PAGE))) for one, w in found]),
        "list_sorted_ms": max(
            [await _median_ms(partial(reports.page, one, month, EVERYBODY, Wish(PAGE, None, sort))) for one, sort in sorts]
        ),
        "list_totals_ms": max([await _median_ms(partial(reports.totals, one, month, EVERYBODY)) for one in LISTS]),
    }


async def _counter(store: Store) -> Values:
    """Measure what a person at a counter waits for: the look-up of any number, and why the gate did not open."""
    await _refuse(store)
    seal = field_seal(SeededBytes())
    look_ups = LookUps(store, Catalog(store, seal, SeededBytes(), lambda: None), seal)
    keyring = Keyring(1, 1, Instant(2**52), 1, (), ())
    explanations = Explanations(store, look_ups, TablesInMemory(read_site_tables), lambda: keyring)
    middle = ORDERS_MADE // 2
    texts, at = (str(middle), f"{middle:016x}", "13800000009", "T0042-17"), Instant(from_datetime(START) + middle * STEP_MS)
    asked = (Asked(Shown(texts[1]), None, at), Asked(Shown(), CheckPointId(1), at))
    return {
        "find_anything_ms": max([await _median_ms(partial(look_ups.look_up, Shown(text), EVERYTHING)) for text in texts]),
        "explanation_ms": max([await _median_ms(partial(explanations.explain, one, EVERYTHING, at)) for one in asked]),
    }


async def _refuse(store: Store) -> None:
    """Let a gate refuse each fiftieth order's ticket."""
    async with store.transaction() as work:
        await refusals.record(work, (_refusal(number) for number in range(50, ORDERS_MADE + 1, 50)), Instant(0))


def _refusal(number: int) -> NewRefusal:
    return NewRefusal(
        agent=AgentId(1),
        attempt_id=AttemptId(number.to_bytes(16)),
        site=SiteId(1),
        check_point=CheckPointId(1),
        direction=Direction.ENTRY,
        reason="used_up",
        ticket_id=TicketId(number),
        scanned_at=Instant(from_datetime(START) + number * STEP_MS),
        by_central=False,
    )


async def _median_ms(ask: Callable[[], Awaitable[object]]) -> float:
    await ask()
    taken: list[float] = []
    for _ in range(RUNS):
        start_s = now_s()
        await ask()
        taken.append((now_s() - start_s) * MS_PER_S)
    return median(taken)


async def _export(reports: Reports, last: date) -> Values:
    wanted = Wanted(first_day=last - timedelta(days=EXPORTED_DAYS), last_day=last - timedelta(days=1))
    start_s = now_s()
    table = Table("orders", ORDERS.columns, await reports.names(chinese=True))
    size = sum([len(chunk) async for chunk in table.xlsx(reports.pages(ORDERS, wanted, EVERYBODY))])
    assert size > PAGE, "a table of 100,000 orders"
    return {"export_xlsx_100k_s": now_s() - start_s, "export_xlsx_100k_peak_mb": peak_rss_mb(os.getpid())}


async def _fill(store: Store) -> None:
    entry = {"sites": [1], "always": [{"check": "total-uses", "most": 1}]}
    adult = {"name_zh": "成人票", "name_en": "Adult", "entitlements": [entry]}
    values: dict[str, object] = {
        "orders": ORDERS_MADE,
        "admissions": ADMISSIONS_AN_ORDER * ORDERS_MADE,
        "begin": from_datetime(START),
        "step": STEP_MS,
        "site": SiteParameters(name_zh="牌坊镇", name_en="Paifang Town").model_dump_json(),
        "kind": TicketTypeParameters.model_validate(adult).model_dump_json(),
        "no_bytes": b"-",
    }
    async with store.database.engine.begin() as connection:
        for statement in SCRIPT.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                named = {name: value for name, value in values.items() if f":{name}" in statement}
                await connection.execute(text(statement), named)
        await connection.execute(text("ANALYZE"))


def empty_file(place: Path) -> str:
    """Return the URL of a new embedded database."""
    place.mkdir(parents=True, exist_ok=True)
    for old in place.glob("reports.db*"):
        old.unlink()
    return f"sqlite:///{place / 'reports.db'}"
