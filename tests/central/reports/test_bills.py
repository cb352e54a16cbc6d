"""Bills as finance reads them: each day beside the books, what each line was matched with, and the differences, summed."""

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from central.domain.principal import DataScope, Principal
from central.identity.permissions import ALL, Permission
from central.payments.differences import Settling
from central.payments.documents import Payment
from central.payments.institution_refunds import World
from central.payments.methods import Method
from central.payments.reconciliation import Reconciliation
from central.payments.refund_split import Returning
from central.payments.rules.settlements import SettlementCause
from central.payments.service import Start
from central.reports.differences import DIFFERENCES
from central.reports.filters import Wanted
from central.reports.kept_exports import KeptExports
from central.reports.routes.kept_exports import KEPT_EXPORTS
from central.web.operations import AUTHENTICATOR
from protocol.identifiers import SiteId
from tests.builders.asking import Asking
from tests.builders.central import SeededBytes
from tests.builders.institution import configured
from tests.builders.office import EVERYBODY, Office, once

DAY = date(2026, 5, 10)
DAYS = "first_day=2026-05-09&last_day=2026-05-12"
CODE = "134567890123456789"
Json = Any


def person(scope: DataScope = DataScope.ALL, number: int = 92, channel: str = "window") -> Principal:
    return Principal(number, "somebody", frozenset(ALL), must_change_password=False, scope=scope, channel=channel)


async def ask(office: Office, path: str, who: Principal | None = None, status: int = 200) -> Json:
    app = office.application()
    app[AUTHENTICATOR] = Asking(who or person())
    async with TestClient[web.Request, web.Application](TestServer(app)) as client:
        answer = await client.get(f"/api/v1/reconciliation/{path}", headers={"Authorization": "Bearer x"})
        assert answer.status == status, await answer.text()
        return await answer.json()


async def table(office: Office, further: str, who: Principal | None = None, language: str = "en") -> list[list[str]]:
    """Return the exported table of differences, its titles first."""
    app = office.application()
    app[AUTHENTICATOR] = Asking(who or person())
    headers = {"Authorization": "Bearer x", "Accept-Language": language}
    async with TestClient[web.Request, web.Application](TestServer(app)) as client:
        answer = await client.get(f"/api/v1/exports/reconciliation-differences?format=csv&{further}", headers=headers)
        assert answer.status == 200, await answer.text()
        assert answer.headers["Content-Disposition"] == 'attachment; filename="reconciliation-differences.csv"'
        return list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"), newline="")))


async def paid(office: Office, key: str) -> Payment:
    order = await office.hold(await office.ticket_type(), f"hold-{key}")
    start = Start(order.order_id, Method.WECHAT, CODE, office.seller)
    return await office.payments.start(start, once(f"start-{key}"), office.clock())


async def match(office: Office) -> None:
    world = World(configured({Method.WECHAT: office.bank}), office.clock, SeededBytes("numbers"))
    await Reconciliation(office.store, world).match_by_hand(Method.WECHAT, DAY, office.seller)


@pytest.fixture
async def payments(office: Office) -> tuple[Payment, Payment]:
    """Two payments; the bill has 7,990 of the second one's 8,000 fen, a refund of the first one, and a stranger's payment."""
    first, second = await paid(office, "0001"), await paid(office, "0002")
    async with office.store.transaction() as work:
        await office.payments.give_back(work, Returning(first.order_id, SiteId(1), 3000, None, office.seller), office.clock())
    for _ in range(4):
        office.clock.advance(seconds=1)
        await office.payments.refunds.follow()
    office.bank.pay(str(second.number), 7990)
    office.bank.trades["P-of-nobody"] = office.bank.trades[str(second.number)]
    return first, second


@pytest.mark.usefixtures("payments")
async def test_a_day_stands_beside_the_books_before_and_after_its_match(office: Office) -> None:
    (day,) = (await ask(office, f"bill-days?{DAYS}"))["items"]
    assert (day["method"], day["day"], day["matched_at"], day["bill_in_fen"]) == ("wechat", "2026-05-10", None, None)
    assert (day["books_in_fen"], day["books_out_fen"], day["differences"]) == (16_000, 3000, 0)
    await match(office)
    told = await ask(office, f"bill-days?{DAYS}")
    (day,) = told["items"]
    assert (day["is_over"], day["lines"], day["matched"], day["differences"], day["open_differences"]) == (False, 4, 2, 2, 2)
    assert (day["bill_in_fen"], day["bill_out_fen"]) == (8000 + 7990 + 7990, 3000)
    assert (told["bill_in_fen"], told["books_in_fen"], told["books_out_fen"]) == (23_980, 16_000, 3000)
    office.clock.advance(seconds=25 * 3600)
    await match(office)
    (day,) = (await ask(office, f"bill-days?{DAYS}"))["items"]
    assert (day["is_over"], day["lines"], day["matched"], day["open_differences"]) == (True, 4, 2, 2)


async def test_each_line_says_what_it_was_matched_with(office: Office, payments: tuple[Payment, Payment]) -> None:
    first, second = payments
    await match(office)
    lines = (await ask(office, "bill-lines?method=wechat&day=2026-05-10"))["items"]
    found = {(one["kind"], one["number"]): (one["payment_id"], one["order_id"], one["cause"]) for one in lines}
    assert found == {
        ("payment", first.number): (first.payment_id, first.order_id, None),
        ("refund", first.number): (first.payment_id, first.order_id, None),
        ("payment", second.number): (second.payment_id, second.order_id, "amount-differs"),
        ("payment", "P-of-nobody"): (None, None, "missing-here"),
    }
    queue = (await ask(office, "differences"))["items"]
    noted = {one["cause"]: one["difference_id"] for one in queue}
    assert {one["cause"]: one["difference_id"] for one in lines if one["cause"]} == noted
    for further, count in (("&is_matched=true", 2), ("&is_matched=false", 2), ("&cause=missing-here", 1), ("&limit=3", 3)):
        told = await ask(office, f"bill-lines?method=wechat&day=2026-05-10{further}")
        assert len(told["items"]) == count, further
    page = await ask(office, "bill-lines?method=wechat&day=2026-05-10&limit=3")
    rest = await ask(office, f"bill-lines?method=wechat&day=2026-05-10&after={page['next']}")
    assert [one["line"] for one in rest["items"]] == [4]
    assert (await ask(office, "bill-lines?method=alipay&day=2026-05-10"))["items"] == []


@pytest.mark.usefixtures("payments")
async def test_differences_are_narrowed_and_summed(office: Office) -> None:
    await match(office)
    for further, count in (
        ("", 2),
        (f"{DAYS}&method=wechat", 2),
        ("first_day=2026-05-11", 0),
        ("last_day=2026-05-09", 0),
        ("method=alipay", 0),
        ("cause=amount-differs", 1),
        ("state=settled", 0),
    ):
        assert len((await ask(office, f"differences?{further}"))["items"]) == count, further
        assert (await ask(office, f"difference-sums?{further}"))["differences"] == count, further
        assert len(await table(office, further)) == 1 + count, further
    assert (await ask(office, "difference-sums"))["open_fen"] == 7990 - 10
    summed = await office.reports.totals(DIFFERENCES, Wanted(method=Method.WECHAT), EVERYBODY)
    assert summed == {"differences": 2, "ours_fen": 8000, "theirs_fen": 7990 + 7990, "settled_fen": 0}
    differs = (await ask(office, "differences?cause=amount-differs"))["items"][0]
    wanted = Settling(differs["difference_id"], SettlementCause.FEE_OF_INSTITUTION, "kept", office.seller)
    await office.differences.settle(wanted, once("settle-01"), office.clock())
    told = await ask(office, "difference-sums")
    found = {(one["cause"], one["state"]): (one["open_fen"], one["settled_fen"]) for one in told["items"]}
    assert found == {("amount-differs", "settled"): (0, -10), ("missing-here", "open"): (7990, 0)}
    assert (told["open_fen"], told["settled_fen"]) == (7990, -10)
    (day,) = (await ask(office, f"bill-days?{DAYS}"))["items"]
    assert (day["differences"], day["open_differences"]) == (2, 1)


@pytest.mark.usefixtures("payments")
@pytest.mark.parametrize(
    ("who", "lines", "differences", "days"),
    [
        (person(), 4, 2, 1),
        (person(DataScope.CHANNEL), 3, 1, 0),
        (person(DataScope.OWN, 1), 3, 1, 0),
        (person(DataScope.OWN, 77), 0, 0, 0),
        (person(DataScope.CHANNEL, 77, "kiosk"), 0, 0, 0),
    ],
)
async def test_only_who_sees_all_sees_what_belongs_to_no_order(
    office: Office, who: Principal, lines: int, differences: int, days: int
) -> None:
    await match(office)
    assert len((await ask(office, "bill-lines?method=wechat&day=2026-05-10", who))["items"]) == lines
    assert len((await ask(office, "differences", who))["items"]) == differences
    assert (await ask(office, "difference-sums", who))["differences"] == differences
    assert len(await table(office, "", who)) == 1 + differences
    assert len((await ask(office, f"bill-days?{DAYS}", who))["items"]) == days


@pytest.mark.parametrize(
    "path",
    [
        "bill-days",
        "bill-days?first_day=2026-01-01&last_day=2026-12-31",
        "bill-lines?method=wechat",
        "bill-lines?day=2026-05-10",
        "differences?first_day=2026-05-02&last_day=2026-05-01",
    ],
)
async def test_a_question_without_its_bounds_is_refused(office: Office, path: str) -> None:
    assert (await ask(office, path, status=400))["code"] == "input_invalid"


async def test_differences_are_taken_away_in_the_readers_language(
    office: Office, payments: tuple[Payment, Payment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("central.reports.service.ROWS_AT_ONCE", 1)
    _, second = payments
    await match(office)
    differs = (await ask(office, "differences?cause=amount-differs"))["items"][0]
    wanted = Settling(differs["difference_id"], SettlementCause.FEE_OF_INSTITUTION, "=kept", office.seller)
    await office.differences.settle(wanted, once("settle-01"), office.clock())
    titles, *rows = await table(office, "")
    assert titles[:8] == ["Difference", "Method", "Day of the bill", "Cause", "Number", "Payment", "Books (CNY)", "Bill (CNY)"]
    assert titles[8:11] == ["Detail", "State", "Found at (Beijing)"]
    assert titles[11:] == ["Settled by", "Settled at (Beijing)", "Note", "Settled as", "Moved (CNY)"]
    listed = (await ask(office, "differences"))["items"]
    assert [int(row[0]) for row in rows] == [one["difference_id"] for one in listed]
    found = {row[3]: row for row in rows}
    stranger, other = found["Payment missing in the books"], found["Amount of the payment differs"]
    assert stranger[4:8] == ["P-of-nobody", "", "", "79.90"]
    assert (stranger[9], stranger[11:]) == ("Open", [""] * 5)
    assert other[1:8] == ["WeChat Pay", "2026-05-10", other[3], f"{second.number}", f"{second.payment_id}", "80.00", "79.90"]
    assert (other[9], other[10], other[12]) == ("Settled", "2026-05-10 10:00:04", "2026-05-10 10:00:04")
    assert (other[11], other[13:]) == ("seller", ["'=kept", "Fee of the institution", "-0.10"])
    titles, *rows = await table(office, "state=settled", language="zh-CN")
    assert (titles[0], titles[3], titles[10]) == ("差异号", "差异原因", "发现时间（北京）")
    assert [(row[1], row[3], row[9], row[14]) for row in rows] == [("微信支付", "付款金额不符", "已处理", "支付机构手续费")]


@pytest.mark.usefixtures("payments")
async def test_differences_are_kept_as_a_table_narrowed_as_the_list(office: Office, tmp_path: Path) -> None:
    await match(office)
    app = office.application()
    app[KEPT_EXPORTS] = KeptExports(office.store, tmp_path, SeededBytes(), office.clock)
    app[AUTHENTICATOR] = Asking(person(number=office.seller))
    headers = {"Authorization": "Bearer x", "Accept-Language": "en"}
    async with TestClient[web.Request, web.Application](TestServer(app)) as client:
        path, wanted = "/api/v1/kept-exports", {"format": "csv", "cause": "missing-here", "first_day": "2026-05-10"}
        keyed = {**headers, "Idempotency-Key": "export-0001"}
        begun = await client.post(f"{path}/reconciliation-differences", json=wanted, headers=keyed)
        said = await begun.json()
        assert (begun.status, said["list_name"], said["rows_wanted"]) == (201, "reconciliation-differences", 1)
        await app[KEPT_EXPORTS].finished()
        one = await (await client.get(f"{path}/{said['export_id']}", headers=headers)).json()
        assert (one["state"], one["rows_done"]) == ("done", 1)
        file = (await (await client.get(f"{path}/{said['export_id']}/file", headers=headers)).read()).decode("utf-8-sig")
        assert [row[3] for row in csv.reader(io.StringIO(file, newline=""))] == ["Cause", "Payment missing in the books"]
        reversed_days = {**wanted, "first_day": "2026-05-10", "last_day": "2026-05-09"}
        for wrong in ({**wanted, "seller_id": 1}, reversed_days):
            keyed["Idempotency-Key"] += "1"
            refused = await client.post(f"{path}/reconciliation-differences", json=wrong, headers=keyed)
            assert refused.status == 400, wrong


async def test_who_may_not_read_payments_exports_no_differences(office: Office) -> None:
    app = office.application()
    app[AUTHENTICATOR] = Asking(replace(person(), permissions=frozenset(set(ALL) - {Permission.PAYMENTS_READ})))
    headers = {"Authorization": "Bearer x"}
    async with TestClient[web.Request, web.Application](TestServer(app)) as client:
        answer = await client.get("/api/v1/exports/reconciliation-differences?format=csv", headers=headers)
        keyed = {**headers, "Idempotency-Key": "export-0001"}
        begun = await client.post("/api/v1/kept-exports/reconciliation-differences", json={"format": "csv"}, headers=keyed)
        assert (answer.status, begun.status) == (403, 403)
