"""What finance reads over HTTP: takings, fees, over and short, the ledger; each within the reader's scope, with its totals."""

from datetime import date
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import select

from central.domain.principal import DataScope, Principal
from central.identity.permissions import ALL
from central.refunds.rules.amounts import RefundKind, WantedRefund
from central.shifts.rules.drawer import Count
from central.shifts.service import Closing
from central.store.tables.reports import AccountBalanceRow
from central.web.operations import AUTHENTICATOR
from protocol.identifiers import TicketTypeId
from tests.builders.asking import Asking, somebody
from tests.builders.office import Office, once
from tests.builders.refunding import settled
from tests.builders.trade import Sellers, Trade

DAYS = "first_day=2026-05-09&last_day=2026-05-12"
Json = Any


async def ask(office: Office, who: Principal, path: str, status: int = 200) -> Json:
    app = office.application()
    app[AUTHENTICATOR] = Asking(who)
    async with TestClient[web.Request, web.Application](TestServer(app)) as client:
        answer = await client.get(f"/api/v1/{path}", headers={"Authorization": "Bearer x"})
        assert answer.status == status, await answer.text()
        return await answer.json()


def manager() -> Principal:
    return Principal(92, "all", frozenset(ALL), must_change_password=False, scope=DataScope.ALL, channel="window")


def seller(number: int) -> Principal:
    return Principal(number, "own", frozenset(ALL), must_change_password=False, scope=DataScope.OWN, channel="window")


def windows() -> Principal:
    return Principal(90, "channel", frozenset(ALL), must_change_password=False, scope=DataScope.CHANNEL, channel="window")


async def close(trade: Trade, number: int, counted_fen: int) -> None:
    closing = Closing(Count({}, counted_fen), 0, None, None)
    await trade.office.shifts.close_own(closing, number, trade.office.clock())


async def test_takings_are_summed_by_day_and_method_within_the_scope(trade: Trade, sellers: Sellers) -> None:
    for who, count in ((manager(), 3), (windows(), 2), (seller(sellers.li), 1)):
        told = await ask(trade.office, who, f"takings?{DAYS}")
        of_day = {"taken_fen": 16_000 * count, "returned_fen": 8000 * count, "net_fen": 8000 * count}
        of_day |= {"payments": count, "returns": count}
        assert [(one["day"], one["site"]["id"], one["method"]) for one in told["items"]] == [
            ("2026-05-10", 1, "cash"),
            ("2026-05-11", 1, "cash"),
        ]
        assert all(of_day.items() <= one.items() for one in told["items"])
        whole = {name: 2 * figure for name, figure in of_day.items()}
        assert (told["total"], told["methods"]) == (whole, [{**whole, "method": "cash"}])


@pytest.mark.usefixtures("sellers")
async def test_a_day_ends_when_its_site_says(trade: Trade) -> None:
    office = trade.office
    (site,) = await office.catalog.all_sites()
    parameters = site.parameters.model_copy(update={"day_ends_at_hour": 11})
    await office.catalog.change_site(site.site_id, parameters, office.seller, office.clock())
    told = await ask(office, manager(), f"takings?{DAYS}")
    assert [one["day"] for one in told["items"]] == ["2026-05-09", "2026-05-10"]
    assert (await ask(office, manager(), "ledger-balances?day=2026-05-09"))["until"] == "2026-05-10T03:00:00Z"


@pytest.mark.usefixtures("sellers")
@pytest.mark.parametrize(
    ("further", "days"),
    [
        ("&method=cash", 2),
        ("&method=wechat", 0),
        ("&site_id=1", 2),
        ("&site_id=9", 0),
        ("&channel=kiosk", 2),
        ("&seller_id=77", 0),
    ],
)
async def test_takings_are_narrowed(trade: Trade, further: str, days: int) -> None:
    told = await ask(trade.office, manager(), f"takings?{DAYS}{further}")
    assert len(told["items"]) == days


@pytest.mark.parametrize("path", ["takings", "fees", "over-short", "ledger-entries", "reconciliation/bill-days"])
@pytest.mark.parametrize("days", ["", "first_day=2026-01-01&last_day=2026-12-31", "first_day=2026-05-02&last_day=2026-05-01"])
async def test_days_are_named_and_bounded(office: Office, path: str, days: str) -> None:
    assert (await ask(office, somebody(*ALL), f"{path}?{days}", 400))["code"] == "input_invalid"


async def test_fees_are_what_the_ledger_kept_by_type(trade: Trade, sellers: Sellers) -> None:
    office = trade.office
    order = await trade.sell(TicketTypeId(1), sellers.li, "window")
    by_hand = WantedRefund(order.tickets[0].ticket_id, "rain", kind=RefundKind.BY_HAND, fee_fen=800)
    asked = await office.refunds.request(by_hand, once("by-hand-1"), sellers.li, office.clock())
    await settled(office, asked)
    for who in (manager(), seller(sellers.li)):
        told = await ask(office, who, f"fees?{DAYS}")
        (of_day,) = told["items"]
        assert (of_day["day"], of_day["fee_fen"], of_day["refunds"]) == ("2026-05-12", 800, 1)
        assert (of_day["ticket_type"]["id"], of_day["site"]["id"]) == (1, 1)
        assert (told["fee_fen"], told["refunds"]) == (800, 1)
    assert of(await ask(office, manager(), "ledger-balances"))["fees/1"] == -800
    assert (await ask(office, seller(sellers.wang), f"fees?{DAYS}"))["items"] == []


async def test_over_and_short_are_never_netted_within_a_day(trade: Trade, sellers: Sellers) -> None:
    await close(trade, sellers.wang, 26_000 + 50)
    await close(trade, sellers.li, 26_000 - 30)
    await close(trade, sellers.kiosk, 26_000)
    told = await ask(trade.office, manager(), f"over-short?{DAYS}")
    found = {one["seller"]["id"]: (one["day"], one["shifts"], one["over_fen"], one["short_fen"]) for one in told["items"]}
    assert found == {
        sellers.wang: ("2026-05-12", 1, 50, 0),
        sellers.li: ("2026-05-12", 1, 0, 30),
        sellers.kiosk: ("2026-05-12", 1, 0, 0),
    }
    assert (told["shifts"], told["over_fen"], told["short_fen"], told["net_fen"]) == (3, 50, 30, 20)
    told = await ask(trade.office, seller(sellers.li), f"over-short?{DAYS}")
    assert [one["seller"]["id"] for one in told["items"]] == [sellers.li]


def of(told: Json) -> dict[str, int]:
    return {one["account"]: one["balance_fen"] for one in told["items"]}


@pytest.mark.law(12)
async def test_balances_sum_to_zero_now_and_at_the_end_of_each_day(trade: Trade, sellers: Sellers) -> None:
    office = trade.office
    now = await ask(office, manager(), "ledger-balances")
    assert (now["until"], now["balance_fen"], of(now)["sales/1"]) == (None, 0, -48_000)
    first = await ask(office, manager(), "ledger-balances?day=2026-05-10")
    assert (first["until"], first["balance_fen"]) == ("2026-05-10T16:00:00Z", 0)
    assert (of(first)["sales/1"], of(first)[f"cash/{sellers.wang}"]) == (-24_000, 18_000)
    assert (await ask(office, manager(), "ledger-balances?day=2026-05-09"))["items"] == []
    site = await ask(office, manager(), "ledger-balances?site_id=1")
    assert {one["kind"] for one in site["items"]} == {"sales", "safe"}
    drawer = next(one for one in now["items"] if one["account"] == f"cash/{sellers.li}")
    assert (drawer["kind"], drawer["method"], drawer["seller"]["name"], drawer["site"]) == ("cash", "cash", "=li", None)


@pytest.mark.law(12)
@pytest.mark.usefixtures("sellers")
async def test_kept_balances_say_what_all_movements_say(trade: Trade) -> None:
    office = trade.office
    paths = ("ledger-balances", *(f"ledger-balances?day=2026-05-{day:02}" for day in range(9, 13)))
    counted = [await ask(office, manager(), path) for path in paths]
    for _ in range(2):
        await office.reports.keep_days(office.clock())
    async with office.store.reading() as work:
        kept = (await work.session.exec(select(AccountBalanceRow))).all()
    assert len({one.until for one in kept}) == 1
    assert sum(one.balance_fen for one in kept) == 0
    assert [await ask(office, manager(), path) for path in paths] == counted
    await office.sell(await office.ticket_type(), "key-0009", visit=date(2026, 5, 12))
    later = await ask(office, manager(), "ledger-balances")
    assert of(later)["sales/1"] == of(counted[0])["sales/1"] - 8000
    assert (later["balance_fen"], await ask(office, manager(), paths[2])) == (0, counted[2])


async def test_a_seller_reads_balances_of_the_own_orders_only(trade: Trade, sellers: Sellers) -> None:
    told = await ask(trade.office, seller(sellers.wang), "ledger-balances")
    assert of(told) == {f"cash/{sellers.wang}": 16_000, "sales/1": -16_000}


async def test_movements_are_paged_newest_first_and_narrowed(trade: Trade, sellers: Sellers) -> None:
    office = trade.office
    whole = (await ask(office, manager(), f"ledger-entries?{DAYS}"))["items"]
    assert len(whole) == 3 + 2 * 6
    assert [one["entry_id"] for one in whole] == sorted((one["entry_id"] for one in whole), reverse=True)
    page = await ask(office, manager(), f"ledger-entries?{DAYS}&limit=4")
    found = page["items"]
    while page["next"] is not None:
        page = await ask(office, manager(), f"ledger-entries?{DAYS}&limit=4&after={page['next']}")
        found += page["items"]
    assert found == whole
    for further, count in (
        (f"&account=cash/{sellers.wang}", 5),
        ("&account=sales/1", 12),
        (f"&account=cash/{sellers.wang}&seller_id={sellers.li}", 0),
        ("&refund_id=1", 1),
        ("&payment_id=1", 2),
        ("&shift_id=1", 5),
        ("&site_id=1", 15),
        ("&site_id=2", 0),
        ("&difference_id=1", 0),
    ):
        assert len((await ask(office, manager(), f"ledger-entries?{DAYS}{further}"))["items"]) == count, further
    own = (await ask(office, seller(sellers.wang), "ledger-entries?order_id=1"))["items"]
    assert [(one["debit"]["account"], one["refund_id"], one["amount_fen"]) for one in own] == [
        ("sales/1", 1, 8000),
        (f"cash/{sellers.wang}", None, 16_000),
    ]
    assert (await ask(office, seller(sellers.li), "ledger-entries?order_id=1"))["items"] == []
