"""Each list in each order that it offers, and its sums: with each filter, alone and all together."""

from collections.abc import AsyncIterator
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.reports.activation_codes import CODES
from central.reports.admission_refusals import REFUSALS as REFUSALS_AT_GATES
from central.reports.admissions import ADMISSIONS
from central.reports.filters import Wanted
from central.reports.listing import Listing, Sort, Wish
from central.reports.orders import ORDERS
from central.reports.payments import PAYMENTS, RETURNS
from central.reports.refunds import REFUNDS
from central.reports.reprints import REPRINTS
from central.reports.routes import activation_codes, lists, refusals, reprints, totals
from central.reports.routes.queries import ListQuery, MoneyQuery
from central.reports.shifts import SHIFTS
from central.web.operations import Operation
from tests.builders.office import EVERYBODY, sign_in
from tests.builders.trade import Trade

Client = TestClient[web.Request, web.Application]
LISTS: tuple[Listing[Any], ...] = (ORDERS, PAYMENTS, RETURNS, REFUNDS, REPRINTS, CODES, ADMISSIONS, REFUSALS_AT_GATES, SHIFTS)
FIRST = date(2026, 5, 10)
DAYS = {"first_day": "2026-05-10", "last_day": "2026-05-11"}
ROUTES = {
    one.operation_id: one
    for one in (*lists.OPERATIONS, *reprints.OPERATIONS, *activation_codes.OPERATIONS, *refusals.OPERATIONS)
    if one.parameters is not None and issubclass(one.parameters, ListQuery)
}
# A value for each filter; the trade has items of some of them.
VALUES = {
    "site_id": "1",
    "seller_id": "2",
    "channel": "window",
    "ticket_type_id": "1",
    "promoter_id": "1",
    "agency_id": "1",
    "method": "cash",
    "order_id": "1",
    "check_point_id": "1",
    "ticket_id": "0" * 15 + "1",
    "supervisor_id": "1",
    "flag": "unseen",
    "reason": "used_up",
    "kind": "by-rule",
}


@pytest.fixture
async def asking(trade: Trade, sellers: object) -> AsyncIterator[tuple[Client, dict[str, str]]]:
    assert sellers
    async with trade.office.client() as client:
        yield client, await sign_in(client, trade.office)


async def read(asking: tuple[Client, dict[str, str]], path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
    client, headers = asking
    answer = await client.get(path, params=query, headers=headers)
    assert answer.status == 200, (path, query, await answer.text())
    return await answer.json()


async def refused(asking: tuple[Client, dict[str, str]], path: str, **query: str) -> bool:
    client, headers = asking
    answer = await client.get(path, params=query, headers=headers)
    return answer.status == 400 and (await answer.json())["code"] == "input_invalid"


@pytest.mark.usefixtures("sellers")
@pytest.mark.parametrize("listing", LISTS, ids=lambda one: one.name)
async def test_pages_of_any_size_hold_the_list_once_in_its_order(trade: Trade, listing: Listing[Any]) -> None:
    reports, whole = trade.office.reports, await trade.office.listed(listing)
    for sort in (sort for sort in Sort if sort is not Sort.LARGEST or listing.amount):
        expected = sorted((listing.position(one, sort) for one in whole), reverse=sort is not Sort.OLDEST)
        for size in (1, 2, 5):
            found: list[Any] = []
            position = None
            while page := await reports.page(listing, Wanted(), EVERYBODY, Wish(size, position, sort)):
                found += [listing.position(one, sort) for one in page]
                position = found[-1]
            assert found == expected, (sort, size)


def filters_of(operation: Operation) -> dict[str, str]:
    assert operation.parameters is not None
    fields = operation.parameters.model_fields
    states = {"state": next(iter(fields["state"].annotation.__args__)).__members__} if "state" in fields else {}  # type: ignore[union-attr]
    values = VALUES | {name: next(iter(members.values())).value for name, members in states.items()}
    return {name: values[name] for name in fields if name not in {"after", "limit", "sort", *DAYS}}


async def test_each_list_takes_each_filter_alone_and_together_in_each_order(
    asking: tuple[Client, dict[str, str]],
    is_sweep: bool,  # noqa: FBT001 - a fixture
) -> None:
    for operation in ROUTES.values():
        filters = filters_of(operation)
        pairs = [dict(pair) for pair in combinations(filters.items(), 2)] if is_sweep else []
        alone = [{name: value} for name, value in filters.items()]
        for number, chosen in enumerate(({}, *alone, *pairs, filters)):
            for sort in ("newest", "oldest") if is_sweep else (("newest", "oldest")[number % 2],):
                await read(asking, operation.path, sort=sort, **DAYS, **chosen)
        has_money = operation.parameters is not None and issubclass(operation.parameters, MoneyQuery)
        assert await refused(asking, operation.path, sort="largest", **DAYS, **filters) == (not has_money)


@pytest.mark.parametrize("operation", totals.OPERATIONS, ids=lambda one: one.operation_id)
async def test_the_sums_are_those_of_the_list_with_each_filter(
    asking: tuple[Client, dict[str, str]], operation: Operation
) -> None:
    listed = next(one for one in ROUTES.values() if one.path.split("/")[-1] == operation.path.split("/")[-1])
    filters = filters_of(listed)
    for chosen in ({}, *({name: value} for name, value in filters.items()), filters):
        found = await read(asking, operation.path, **DAYS, **chosen)
        items = (await read(asking, listed.path, limit="200", **DAYS, **chosen))["items"]
        counts = next(iter(found.values()))
        assert counts == len(items), (operation.operation_id, chosen)
        for name in found:
            if items and name in items[0]:
                assert found[name] == sum(one[name] or 0 for one in items), (operation.operation_id, name, chosen)


async def test_an_orders_sums_count_its_tickets_and_persons(asking: tuple[Client, dict[str, str]]) -> None:
    found = await read(asking, "/api/v1/totals/orders", **DAYS)
    assert found == {"orders": 6, "tickets": 12, "persons": 12, "total_fen": 96_000, "refunded_fen": 48_000}


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "largest"},
        {"sort": "largest", "first_day": "2026-05-10"},
        {"sort": "largest", "first_day": "2026-05-01", "last_day": "2026-06-01"},
        {"sort": "smallest"},
        {"after": "not-ours", **DAYS},
    ],
)
async def test_what_cannot_be_read_quickly_or_means_nothing_is_refused(
    asking: tuple[Client, dict[str, str]], query: dict[str, str]
) -> None:
    assert await refused(asking, "/api/v1/orders", **query)


@pytest.mark.parametrize("query", [{}, {"first_day": "2026-05-10"}, {"first_day": "2026-05-01", "last_day": "2026-06-01"}])
async def test_a_sum_is_of_some_days(asking: tuple[Client, dict[str, str]], query: dict[str, str]) -> None:
    assert await refused(asking, "/api/v1/totals/payments", **query)


async def test_a_cursor_of_another_order_is_refused(asking: tuple[Client, dict[str, str]]) -> None:
    largest = await read(asking, "/api/v1/orders", limit="1", sort="largest", **DAYS)
    assert await refused(asking, "/api/v1/orders", limit="1", after=largest["next"])


async def test_orders_are_found_by_how_they_were_paid(trade: Trade, sellers: object) -> None:
    assert sellers
    found = [await trade.office.listed(ORDERS, Wanted(method=method, first_day=FIRST)) for method in ("cash", "wechat")]
    assert [len(one) for one in found] == [6, 0]
