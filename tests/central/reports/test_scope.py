"""Report x scope: all reports show their reader what lies in the reader's data scope, and nothing else.

The matrix is made from the operations of the slice, so that it also has reports that are added later.
"""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from central.domain.principal import DataScope, Principal
from central.identity.permissions import ALL
from central.reports.routes import activation_codes, exports, home, lists, refusals, reprints
from central.reports.routes.queries import Export, StatisticsQuery
from central.store.engine import open_database
from central.store.unit_of_work import Store
from central.web.operations import AUTHENTICATOR, Operation
from tests.builders.asking import Asking, somebody
from tests.builders.central import DATABASE_FILE, HandClock, sqlite_url
from tests.builders.office import Office
from tests.builders.trade import Sellers, Trade, two_days

of_the_shop = pytest.mark.asyncio(loop_scope="module")
REPORTS = (
    *lists.OPERATIONS,
    *home.OPERATIONS,
    *reprints.OPERATIONS,
    refusals.list_admission_refusals,
    *(one for one in activation_codes.OPERATIONS if one.method == "GET"),
    *exports.OPERATIONS,
)
# The two days of trade, and an empty day on each side.
DAYS = {"first_day": "2026-05-09", "last_day": "2026-05-12"}
SCOPES = ("wang", "windows", "kiosks", "unplaced", "all")


@dataclass(slots=True)
class Shop:
    """An office that has traded on two days, and a client that calls it. Reading changes nothing in it."""

    office: Office
    sellers: Sellers
    client: TestClient[web.Request, web.Application]
    asking: Asking

    async def ask(self, who: Principal, operation: Operation, **more: str) -> Any:  # noqa: ANN401 - JSON, or a table
        self.asking.who = who
        headers = {"Authorization": "Bearer x"}
        found = await self.client.get(operation.path, params=query(operation) | more, headers=headers)
        assert found.status == 200, (operation.operation_id, await found.text())
        return await (found.text() if operation.stream_media_types else found.json())


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database with all tables, empty."""
    if request.param == "sqlite":
        folder, migrated = tmp_path_factory.mktemp("reports"), Path(request.getfixturevalue("migrated_file"))
        shutil.copy(migrated, folder / DATABASE_FILE)
        return sqlite_url(folder)
    return str(request.getfixturevalue("postgresql_server").migrated_url())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(url: str) -> AsyncIterator[Shop]:
    store = Store(open_database(url))
    office = await Office(store, HandClock()).open()
    sellers = await two_days(await Trade(office).open())
    app, asking = office.application(), Asking(somebody())
    app[AUTHENTICATOR] = asking
    async with TestClient[web.Request, web.Application](TestServer(app)) as client:
        yield Shop(office, sellers, client, asking)
    await store.close()


def person(scope: str, sellers: Sellers) -> Principal:
    held, number, channel = {
        "wang": (DataScope.OWN, sellers.wang, "window"),
        "windows": (DataScope.CHANNEL, 90, "window"),
        "kiosks": (DataScope.CHANNEL, sellers.kiosk, "kiosk"),
        "unplaced": (DataScope.CHANNEL, 91, ""),
        "all": (DataScope.ALL, 92, "window"),
    }[scope]
    return Principal(number, scope, frozenset(ALL), must_change_password=False, scope=held, channel=channel)


def seen_by(scope: str, sellers: Sellers) -> set[int]:
    everybody = {sellers.wang, sellers.li, sellers.kiosk}
    return {
        "wang": {sellers.wang},
        "windows": {sellers.wang, sellers.li},
        "kiosks": {sellers.kiosk},
        "unplaced": set(),
        "all": everybody,
    }[scope]


def query(operation: Operation) -> dict[str, str]:
    if operation.parameters is None:
        return {}
    asked = dict(DAYS) if issubclass(operation.parameters, StatisticsQuery) else {}
    return asked | ({"format": "csv"} if issubclass(operation.parameters, Export) else {})


def sellers_in(told: Any, sellers: Sellers) -> set[int] | None:  # noqa: ANN401 - JSON, or a table
    """Return whose records an answer holds; None where it names no seller."""
    if isinstance(told, str):
        names = {"'=wang": sellers.wang, "'=li": sellers.li, "'=kiosk": sellers.kiosk}
        return {number for name, number in names.items() if name in told}
    if not told["items"] or "seller" not in told["items"][0]:
        return None
    return {one["seller"]["id"] for one in told["items"] if one["seller"]}


SUMMED = ("readTicketStatistics", "readPromoterStatistics", "readHome", "readOwnDay", "exportTicketStatistics")
# Only institutions have such documents and differences, and only some types have codes.
# A statement and the audit are no seller's sales.
_CODES = ("listActivationCodes", "exportActivationCodeList")
_NO_SALES = ("exportAgencyStatement", "exportAuditRecords")
_OF_INSTITUTIONS = ("listPaymentRefunds", "exportPaymentRefunds", "exportReconciliationDifferences")
UNTOLD = (*_OF_INSTITUTIONS, *_NO_SALES, *_CODES)


@of_the_shop
async def test_a_report_holds_what_is_in_scope_and_nothing_else(shop: Shop) -> None:
    offenders = {}
    for operation, scope in product((one for one in REPORTS if one.operation_id not in {*SUMMED, *UNTOLD}), SCOPES):
        told = await shop.ask(person(scope, shop.sellers), operation)
        found, expected = sellers_in(told, shop.sellers) or set(), seen_by(scope, shop.sellers)
        if found != expected:
            offenders[operation.operation_id, scope] = f"sellers {found} instead of {expected}"
    assert offenders == {}


@of_the_shop
async def test_only_who_sees_all_is_shown_the_walk_ins(shop: Shop) -> None:
    seen = {}
    for scope in SCOPES:
        told = await shop.ask(person(scope, shop.sellers), lists.list_admissions)
        seen[scope] = len([one for one in told["items"] if one["seller"] is None])
    assert seen == {**dict.fromkeys(SCOPES, 0), "all": 2}


@of_the_shop
async def test_figures_sum_what_is_in_scope_and_nothing_else(shop: Shop) -> None:
    counted = {scope: await figures(shop, scope) for scope in SCOPES}
    await shop.office.reports.keep_days(shop.office.clock())
    kept = {scope: await figures(shop, scope) for scope in SCOPES}
    expected = {scope: figures_of(scope, len(seen_by(scope, shop.sellers))) for scope in SCOPES}
    assert counted == expected
    assert kept == expected


async def figures(shop: Shop, scope: str) -> dict[str, Any]:
    """Ask for the figures, and return the sums."""
    who = person(scope, shop.sellers)
    told = await shop.ask(who, lists.read_ticket_statistics)
    (today,) = (await shop.ask(who, home.read_home))["items"]
    table = await shop.ask(who, next(one for one in REPORTS if one.operation_id == "exportTicketStatistics"))
    return {
        **{name: sum(one[name] for one in told["items"]) for name in ("tickets", "sold_fen", "refunded_fen", "entries")},
        "yesterday": today["yesterday"],
        "today": today["today"]["tickets"],
        "sees the gates": (today["check_points"] is not None, today["on_site"] is not None),
        "rows of the table": table.count("Adult"),
    }


def figures_of(scope: str, sellers: int) -> dict[str, Any]:
    """Return the sums of two days of so many sellers; a person who sees all sees one walk-in a day."""
    walk_ins = 1 if scope == "all" else 0
    return {
        "tickets": 4 * sellers,
        "sold_fen": 32_000 * sellers,
        "refunded_fen": 16_000 * sellers,
        "entries": 2 * sellers + 2 * walk_ins,
        "yesterday": {
            "tickets": 2 * sellers,
            "persons": 2 * sellers,
            "entries": sellers + walk_ins,
            "taken_fen": 16_000 * sellers,
            "returned_fen": 8_000 * sellers,
        },
        "today": 0,
        "sees the gates": (scope == "all", scope == "all"),
        "rows of the table": 2 if sellers else 0,
    }


@of_the_shop
async def test_promoters_are_credited_with_what_is_in_scope(shop: Shop) -> None:
    brought = {"orders": 2, "tickets": 4, "persons": 4, "sold_fen": 32_000, "refunded_tickets": 2, "refunded_fen": 16_000}
    told, expected = {}, {}
    for scope in SCOPES:
        told[scope] = (await shop.ask(person(scope, shop.sellers), lists.read_promoter_statistics))["items"]
        expected[scope] = [
            {"promoter": {"id": number, "name": ANY}, **brought, "net_fen": 16_000}
            for number, seller in enumerate((shop.sellers.wang, shop.sellers.li, shop.sellers.kiosk), 1)
            if seller in seen_by(scope, shop.sellers)
        ]
    assert told == expected


@of_the_shop
async def test_a_filter_narrows_a_scope_and_never_widens_it(shop: Shop) -> None:
    offenders = {}
    for scope, wanted in product(SCOPES, (shop.sellers.wang, shop.sellers.li, shop.sellers.kiosk)):
        told = await shop.ask(person(scope, shop.sellers), lists.list_orders, seller_id=str(wanted))
        found = sellers_in(told, shop.sellers) or set()
        if found != {wanted} & seen_by(scope, shop.sellers):
            offenders[scope, wanted] = found
    assert offenders == {}


def test_the_matrix_holds_every_report() -> None:
    ids = {operation.operation_id for operation in REPORTS}
    assert {*SUMMED, *UNTOLD} <= ids
    assert len(ids) == len(REPORTS)
