"""Sellers' shifts: a drawer from its float to its hand-over, and the ledger that knows where every fen is."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

import pytest

from central.domain.principal import DataScope, Principal
from central.domain.problems import Problem, ProblemCode
from central.identity.permissions import ALL
from central.payments import ledger
from central.payments.documents import AtOnce, Payment
from central.payments.methods import Method
from central.sales.orders import Order
from central.shifts.rows import Closed, Shift
from central.shifts.rules.drawer import Count
from central.shifts.service import Closing, Opening
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId
from tests.builders.office import Office, once, sign_in
from tests.builders.trade import Trade

SITE = SiteId(1)
WANG, LI = 1, 2
pytestmark = pytest.mark.law(12)


def seller(number: int, scope: DataScope = DataScope.OWN) -> Principal:
    return Principal(number, f"seller {number}", frozenset(), must_change_password=False, scope=scope, channel="window")


async def opened(office: Office, number: int = WANG, float_fen: int = 20_000, from_shift: int | None = None) -> Shift:
    return await office.shifts.open(Opening(SITE, float_fen, from_shift), seller(number), office.clock())


def counted(fen: int, left_fen: int = 0, left_to: int | None = None) -> Closing:
    return Closing(Count({}, fen), left_fen, left_to, None)


async def closed(office: Office, fen: int, left_fen: int = 0, left_to: int | None = None) -> Closed:
    shift = await office.shifts.close_own(counted(fen, left_fen, left_to), WANG, office.clock())
    assert shift.closed is not None
    return shift.closed


async def balances(office: Office) -> dict[str, int]:
    async with office.store.reading() as work:
        found = await ledger.balances(work)
    assert sum(found.values()) == 0
    return {account: amount for account, amount in found.items() if amount}


async def code_of(asked: Awaitable[Shift] | Awaitable[Order] | Awaitable[Payment] | Awaitable[None]) -> ProblemCode:
    with pytest.raises(Problem) as problem:
        await asked
    return problem.value.code


async def test_a_shift_expects_its_float_its_sales_and_no_card(office: Office) -> None:
    one = await office.ticket_type()
    shift = await opened(office)
    assert shift.closed is None
    await office.sell(one, "key-0001", quantity=2)
    order = await office.hold(one)
    await office.payments.pay_at_once(
        order.order_id, AtOnce(Method.CARD_TERMINAL, WANG, "slip 7"), once("pay-0001"), office.clock()
    )
    await office.shifts.hand_in(5_000, WANG, once("drop-001"), office.clock())
    await office.shifts.hand_in(5_000, WANG, once("drop-001"), office.clock())
    office.clock.advance(seconds=60)
    ended = await closed(office, 31_000)
    assert (ended.drawer.sold_fen, ended.drawer.handed_in_fen, ended.drawer.expected_fen) == (16_000, 5_000, 31_000)
    assert (ended.over_fen, ended.to_safe_fen) == (0, 31_000)
    taken = await office.shifts.taken(await office.shifts.shift(shift.shift_id, seller(WANG)))
    assert [(one.method, one.payments, one.amount_fen) for one in taken] == [
        (Method.CARD_TERMINAL, 1, 8_000),
        (Method.CASH, 1, 16_000),
    ]


async def test_a_refund_in_cash_comes_out_of_the_drawer_of_who_gives_it(office: Office) -> None:
    trade = await Trade(office).open()
    one = await office.ticket_type()
    await office.add_person("li")
    await opened(office)
    await opened(office, LI)
    order = await office.sell(one)
    await trade.refund(order.tickets[0].ticket_id, LI)
    assert (await closed(office, 28_000)).drawer.refunded_fen == 0
    other = await office.shifts.close_own(counted(12_000), LI, office.clock())
    assert other.closed is not None
    assert (other.closed.drawer.refunded_fen, other.closed.over_fen) == (8_000, 0)


@pytest.mark.parametrize(("fen", "over_fen"), [(28_100, 100), (27_900, -100), (28_000, 0), (0, -28_000)])
async def test_what_is_over_or_short_is_posted_and_the_drawer_is_empty(office: Office, fen: int, over_fen: int) -> None:
    await opened(office)
    await office.sell(await office.ticket_type())
    assert (await closed(office, fen)).over_fen == over_fen
    expected = {ledger.sales(SITE): -8_000, ledger.safe(SITE): fen - 20_000, ledger.over_short(SITE): -over_fen}
    assert await balances(office) == {account: amount for account, amount in expected.items() if amount}


async def test_a_seller_has_one_open_shift_also_of_two_opened_at_once(office: Office) -> None:
    outcomes = await asyncio.gather(opened(office), opened(office), return_exceptions=True)
    assert [isinstance(one, Problem) for one in outcomes].count(True) == 1
    await closed(office, 20_000)
    await opened(office)


async def test_only_the_next_seller_takes_over_what_was_left(office: Office) -> None:
    await office.add_person("li", "sales.sell")
    first = await opened(office)
    await closed(office, 20_000, left_fen=12_000, left_to=LI)
    assert (await balances(office))[ledger.handed(first.shift_id)] == 12_000
    assert await code_of(opened(office, WANG, 12_000, first.shift_id)) is ProblemCode.SHIFT_STATE
    assert await code_of(opened(office, LI, 11_000, first.shift_id)) is ProblemCode.SHIFT_STATE
    second = await opened(office, LI, 12_000, first.shift_id)
    assert (second.float_fen, second.from_shift_id) == (12_000, first.shift_id)
    assert await balances(office) == {ledger.cash(LI): 12_000, ledger.safe(SITE): -12_000}
    assert await code_of(office.shifts.to_safe(first.shift_id, seller(WANG), office.clock())) is ProblemCode.SHIFT_STATE


async def test_what_was_not_taken_over_goes_to_the_safe_once(office: Office) -> None:
    await office.add_person("li", "sales.sell")
    first = await opened(office)
    await closed(office, 20_000, left_fen=12_000, left_to=LI)
    boss = seller(LI, DataScope.ALL)
    assert await code_of(office.shifts.to_safe(first.shift_id, seller(LI), office.clock())) is ProblemCode.NOT_FOUND
    await office.shifts.to_safe(first.shift_id, boss, office.clock())
    assert await balances(office) == {}
    assert await code_of(office.shifts.to_safe(first.shift_id, boss, office.clock())) is ProblemCode.SHIFT_STATE
    assert await code_of(opened(office, LI, 12_000, first.shift_id)) is ProblemCode.SHIFT_STATE


async def test_a_seller_who_was_left_cash_is_not_deleted(office: Office) -> None:
    await office.add_person("li", "sales.sell")
    await opened(office)
    await closed(office, 20_000, left_fen=12_000, left_to=LI)
    by = Principal(WANG, "", frozenset(ALL), False, DataScope.ALL)
    assert await code_of(office.accounts.delete(LI, by, office.clock())) is ProblemCode.CONFLICT


async def test_a_seller_reads_who_may_take_the_cash_over_by_name(office: Office) -> None:
    for name, *held in (("zhou", "sales.sell"), ("li", "sales.sell"), ("gone", "sales.sell"), ("clerk", "shifts.read")):
        await office.add_person(name, *held)
    gone = await office.accounts.number_of("gone")
    await office.accounts.set_disabled(
        gone, disabled=True, by=Principal(WANG, "", frozenset(ALL), False, DataScope.ALL), now=office.clock()
    )
    async with office.client() as client:
        headers = await sign_in(client, office, "sales.sell")
        path = "/api/v1/own-shift/successors"
        answer = await client.get(path, headers=headers)
        assert (answer.status, (await answer.json())["code"]) == (409, "shift_state")
        await client.post("/api/v1/own-shift", json={"site_id": 1, "float_fen": 20_000}, headers=headers)
        found = (await (await client.get(path, headers=headers)).json())["items"]
        assert [one["name"] for one in found] == ["li", "seller", "zhou"]
        (li,) = (await (await client.get(path, params={"text": "LI"}, headers=headers)).json())["items"]
        closing = {"counted_fen": 20_000, "left_fen": 12_000, "left_to": li["id"]}
        closed = await (await client.post("/api/v1/own-shift/close", json=closing, headers=headers)).json()
        assert closed["closed"]["left_to"] == li


async def test_a_shift_that_was_left_open_is_closed_by_another_user(office: Office) -> None:
    shift = await opened(office)
    await office.add_person("li")
    ended = await office.shifts.close(shift.shift_id, counted(19_000), seller(LI, DataScope.ALL), office.clock())
    assert ended.closed is not None
    assert (ended.closed.by, ended.closed.over_fen) == (LI, -1_000)
    assert await code_of(office.shifts.own(WANG)) is ProblemCode.SHIFT_STATE
    again = office.shifts.close(shift.shift_id, counted(19_000), seller(LI, DataScope.ALL), office.clock())
    assert await code_of(again) is ProblemCode.SHIFT_STATE


async def test_cash_needs_a_shift_only_where_the_site_says_so(office: Office) -> None:
    one = await office.ticket_type()
    await office.sell(one, "key-0001")
    (site,) = await office.catalog.all_sites()
    await office.catalog.change_site(
        SITE, site.parameters.model_copy(update={"cash_needs_shift": True}), office.seller, office.clock()
    )
    assert await code_of(office.sell(one, "key-0002")) is ProblemCode.SHIFT_REQUIRED
    order = await office.hold(one)
    pay = office.payments.pay_at_once(order.order_id, AtOnce(Method.CASH, WANG), once("pay-0001"), office.clock())
    assert await code_of(pay) is ProblemCode.SHIFT_REQUIRED
    card = AtOnce(Method.CARD_TERMINAL, WANG, "slip 7")
    await office.payments.pay_at_once(order.order_id, card, once("pay-0002"), office.clock())
    await opened(office)
    await office.sell(one, "key-0002")
    assert (await closed(office, 28_000)).over_fen == 0


async def test_no_sale_falls_into_a_drawer_that_was_counted(office: Office) -> None:
    one = await office.ticket_type()
    shift = await opened(office)
    sales = [office.sell(one, f"key-{number:04}") for number in range(8)]
    closing = asyncio.create_task(closed(office, 20_000))
    await asyncio.gather(*sales)
    ended = await closing
    async with office.store.reading() as work:
        flows = await ledger.flows_of_shift(work, shift.shift_id, ledger.cash(WANG))
        outside = await _outside(work)
    assert sum(in_fen - out_fen for _, in_fen, out_fen in flows) == 0
    assert ended.drawer.sold_fen + outside == 8 * 8_000


async def _outside(work: Work) -> int:
    return (await ledger.balances(work)).get(ledger.cash(WANG), 0)


async def test_a_refusal_is_said_in_the_sellers_language_and_as_a_code(office: Office) -> None:
    async with office.client() as client:
        headers = await sign_in(client, office)
        await client.post("/api/v1/own-shift", json={"site_id": 1, "float_fen": 20_000}, headers=headers)
        body = {"counted_fen": 12_050, "left_fen": 20_000}
        answer = await client.post("/api/v1/own-shift/close", json=body, headers={**headers, "Accept-Language": "zh-CN"})
        told = await answer.json()
        assert (answer.status, told["title"], told["detail"]) == (400, "输入有误", "只清点出 120.50 元")
        code = {"code": "only_counted", "parameters": {"counted_fen": 12_050}}
        assert {"code": told["detail_code"], "parameters": told["parameters"]} == code
        assert told["errors"] == [{"field": "left_fen", "message": "只清点出 120.50 元", **code}]
        english = await (await client.post("/api/v1/own-shift/close", json=body, headers=headers)).json()
        assert (english["detail"], english["detail_code"]) == ("only 120.50 yuan were counted", "only_counted")


async def test_a_count_is_blind_over_http_and_notes_are_added_up(office: Office) -> None:
    one = await office.ticket_type()
    async with office.client() as client:
        headers = await sign_in(client, office)
        body = {"site_id": 1, "float_fen": 20_000}
        answer = await client.post("/api/v1/own-shift", json=body, headers=headers)
        assert (answer.status, (await answer.json())["closed"]) == (201, None)
        quoted = {"site_id": 1, "lines": [{"ticket_type_id": one.type_id, "visit_day": "2026-05-10"}]}
        order = {**quoted, "expected_total_fen": 8_000, "method": "cash"}
        keyed = {**headers, "Idempotency-Key": "sale-0001"}
        assert (await client.post("/api/v1/orders", json=order, headers=keyed)).status == 201
        office.clock.advance(seconds=1)
        for path in ("/api/v1/own-shift", "/api/v1/shifts/1"):
            told = await (await client.get(path, headers=headers)).text()
            assert "8000" not in told
            assert "28000" not in told
        for wrong in (
            {},
            {"counted_fen": 1, "pieces": [{"value_fen": 100, "pieces": 1}]},
            {"pieces": [{"value_fen": 3, "pieces": 1}]},
        ):
            assert (await client.post("/api/v1/own-shift/close", json=wrong, headers=headers)).status == 400
        pieces = [{"value_fen": 10_000, "pieces": 2}, {"value_fen": 2_000, "pieces": 4}]
        answer = await client.post("/api/v1/own-shift/close", json={"pieces": pieces, "note": "rain"}, headers=headers)
        told = await answer.json()
        assert (told["closed"]["expected_fen"], told["closed"]["over_fen"], told["closed"]["pieces"]) == (28_000, 0, pieces)
        assert told["taken"] == [{"method": "cash", "payments": 1, "amount_fen": 8_000}]
        listed = await (await client.get("/api/v1/shifts", headers=headers)).json()
        assert [one["shift_id"] for one in listed["items"]] == [1]


async def test_a_shift_is_seen_within_the_scope_only(office: Office) -> None:
    shift = await opened(office)
    assert await code_of(office.shifts.shift(shift.shift_id, seller(LI))) is ProblemCode.NOT_FOUND
    for who in (seller(WANG), seller(LI, DataScope.CHANNEL), seller(LI, DataScope.ALL)):
        assert (await office.shifts.shift(shift.shift_id, who)).shift_id == shift.shift_id
    kiosk = replace(seller(LI, DataScope.CHANNEL), channel="kiosk")
    assert await code_of(office.shifts.shift(shift.shift_id, kiosk)) is ProblemCode.NOT_FOUND


@pytest.mark.parametrize("chosen", [WANG, LI, 3, 99])
async def test_cash_is_left_to_a_seller_who_may_take_it_over(office: Office, chosen: int) -> None:
    await office.add_person("li")
    await office.add_person("gone", "sales.sell")
    by = Principal(WANG, "", frozenset(ALL), False, DataScope.ALL)
    await office.accounts.set_disabled(3, disabled=True, by=by, now=office.clock())
    await opened(office)
    leaving = office.shifts.close_own(counted(20_000, 12_000, chosen), WANG, office.clock())
    assert await code_of(leaving) is ProblemCode.NOT_FOUND
    assert (await office.shifts.own(WANG)).closed is None
