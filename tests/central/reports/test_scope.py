"""Report x scope: whatever is asked, nobody is shown what lies outside their data scope.

The matrix is made from the operations of the slice, so that a report that is added tomorrow is in it.
"""

from itertools import product
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from central.domain.principal import DataScope, Principal
from central.identity.permissions import ALL
from central.reports.routes import activation_codes, exports, lists, reprints
from central.reports.routes.queries import Export, StatisticsQuery
from central.web.operations import AUTHENTICATOR, Operation
from tests.builders.asking import Asking
from tests.builders.trade import Sellers, Trade

REPORTS = (
    *lists.OPERATIONS,
    *reprints.OPERATIONS,
    *(one for one in activation_codes.OPERATIONS if one.method == "GET"),
    *exports.OPERATIONS,
)
DAYS = {"first_day": "2026-05-01", "last_day": "2026-05-31"}
SCOPES = ("wang", "windows", "kiosks", "nobody", "all")


def person(scope: str, sellers: Sellers) -> Principal:
    held, number, channel = {
        "wang": (DataScope.OWN, sellers.wang, "window"),
        "windows": (DataScope.CHANNEL, 90, "window"),
        "kiosks": (DataScope.CHANNEL, sellers.kiosk, "kiosk"),
        "nobody": (DataScope.CHANNEL, 91, ""),
        "all": (DataScope.ALL, 92, "window"),
    }[scope]
    return Principal(number, scope, frozenset(ALL), must_change_password=False, scope=held, channel=channel)


def seen_by(scope: str, sellers: Sellers) -> set[int]:
    everybody = {sellers.wang, sellers.li, sellers.kiosk}
    return {
        "wang": {sellers.wang},
        "windows": {sellers.wang, sellers.li},
        "kiosks": {sellers.kiosk},
        "nobody": set(),
        "all": everybody,
    }[scope]


def query(operation: Operation) -> dict[str, str]:
    assert operation.parameters is not None
    asked = dict(DAYS) if issubclass(operation.parameters, StatisticsQuery) else {}
    return asked | ({"format": "csv"} if issubclass(operation.parameters, Export) else {})


async def answer(trade: Trade, who: Principal, operation: Operation, **more: str) -> Any:  # noqa: ANN401 - JSON, or a table
    app = trade.office.application()
    app[AUTHENTICATOR] = Asking(who)
    async with TestClient[web.Request, web.Application](TestServer(app)) as client:
        headers = {"Authorization": "Bearer x"}
        found = await client.get(operation.path, params=query(operation) | more, headers=headers)
        assert found.status == 200, await found.text()
        return await (found.text() if operation.stream_media_types else found.json())


def sellers_in(told: Any, sellers: Sellers) -> set[int] | None:  # noqa: ANN401 - JSON, or a table
    """Return whose records an answer holds; None where it names nobody."""
    if isinstance(told, str):
        names = {"'=wang": sellers.wang, "'=li": sellers.li, "'=kiosk": sellers.kiosk}
        return {number for name, number in names.items() if name in told}
    if not told["items"] or "seller_id" not in told["items"][0]:
        return None
    return {one["seller_id"] for one in told["items"]} - {None}


SUMMED = ("readTicketStatistics", "readPromoterStatistics", "readHome", "exportTicketStatistics")
# Only institutions have such documents, and only some types codes; a statement is of one agency, whose money is no seller's.
_CODES = ("listActivationCodes", "exportActivationCodeList")
UNTOLD = ("listPaymentRefunds", "exportPaymentRefunds", "exportAgencyStatement", *_CODES)


@pytest.mark.parametrize(
    "operation", [one for one in REPORTS if one.operation_id not in (*SUMMED, *UNTOLD)], ids=lambda one: one.operation_id
)
async def test_a_report_holds_what_is_in_scope_and_nothing_else(trade: Trade, sellers: Sellers, operation: Operation) -> None:
    for scope in SCOPES:
        told = await answer(trade, person(scope, sellers), operation)
        assert (sellers_in(told, sellers) or set()) == seen_by(scope, sellers), scope
        if operation.operation_id == "listAdmissions":
            walk_ins = [one for one in told["items"] if one["seller_id"] is None]
            assert len(walk_ins) == (2 if scope == "all" else 0), scope


@pytest.mark.parametrize("kept", [False, True], ids=["counted", "kept"])
@pytest.mark.parametrize("scope", SCOPES)
async def test_figures_sum_what_is_in_scope_and_nothing_else(trade: Trade, sellers: Sellers, scope: str, *, kept: bool) -> None:
    if kept:
        await trade.office.reports.keep_days(trade.office.clock())
    who, count = person(scope, sellers), len(seen_by(scope, sellers))
    walk_ins = 1 if scope == "all" else 0
    told = await answer(trade, who, lists.read_ticket_statistics)
    sums = {name: sum(one[name] for one in told["items"]) for name in ("tickets", "sold_fen", "refunded_fen", "entries")}
    expected = {"tickets": 4, "sold_fen": 32_000, "refunded_fen": 16_000, "entries": 2}
    assert sums == {name: value * count + (2 * walk_ins if name == "entries" else 0) for name, value in expected.items()}
    home = (await answer(trade, who, lists.read_home))["items"][0]
    day = {"tickets": 2 * count, "entries": count + walk_ins, "taken_fen": 16_000 * count, "returned_fen": 8_000 * count}
    assert (home["yesterday"], home["today"]["tickets"]) == (day, 0)
    assert (home["check_points"] is None, home["on_site"] is None) == (scope != "all", scope != "all")
    table = await answer(trade, who, next(one for one in REPORTS if one.operation_id == "exportTicketStatistics"))
    assert table.count("Adult") == (2 if count else 0)


@pytest.mark.parametrize("scope", SCOPES)
async def test_promoters_are_credited_with_what_is_in_scope(trade: Trade, sellers: Sellers, scope: str) -> None:
    told = (await answer(trade, person(scope, sellers), lists.read_promoter_statistics))["items"]
    brought = {"orders": 2, "tickets": 4, "persons": 4, "sold_fen": 32_000, "refunded_tickets": 2, "refunded_fen": 16_000}
    assert told == [
        {"promoter_id": number, **brought, "net_fen": 16_000}
        for number, seller in enumerate((sellers.wang, sellers.li, sellers.kiosk), 1)
        if seller in seen_by(scope, sellers)
    ]


async def test_a_filter_narrows_a_scope_and_never_widens_it(trade: Trade, sellers: Sellers) -> None:
    for scope, wanted in product(SCOPES, (sellers.wang, sellers.li, sellers.kiosk)):
        told = await answer(trade, person(scope, sellers), lists.list_orders, seller_id=str(wanted))
        assert (sellers_in(told, sellers) or set()) == {wanted} & seen_by(scope, sellers), (scope, wanted)


def test_the_matrix_holds_every_report() -> None:
    ids = {operation.operation_id for operation in REPORTS}
    assert {*SUMMED, *UNTOLD} <= ids
    assert len(ids) == len(REPORTS)
