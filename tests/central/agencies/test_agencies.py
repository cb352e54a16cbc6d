"""Agencies: contract prices, a balance and a credit that are never exceeded, and statements that agree to the fen."""

import asyncio
from collections.abc import Awaitable
from datetime import date, timedelta

import pytest
from sqlmodel import func, select

from central.agencies.rows import Agency, AgencyState, AgencyWish, WantedAgencies
from central.agencies.rules.contracts import Charges, EntryKind, ReceiptKind
from central.agencies.service import Paying, Period
from central.agencies.statements import Entry, Funds
from central.domain.principal import Principal
from central.domain.problems import Problem, ProblemCode
from central.payments import ledger
from central.payments.documents import AtOnce, Payment
from central.payments.methods import Method
from central.refunds.upgrades import WantedUpgrade
from central.reports.filters import Wanted as Asked
from central.reports.orders import ORDERS
from central.sales.orders import Order
from central.sales.service import Wanted
from central.shifts.rules.drawer import Count
from central.shifts.service import Closing, Opening
from central.store.tables.agencies import AgencyRow
from central.store.tables.money import OrderRow
from tests.builders.agency import CONTRACT_FEN, MAY, SITE, AgencyDesk
from tests.builders.office import EVERYBODY, VISIT, Office, once, sign_in, wanted_line
from tests.builders.trade import Trade

TOP_UP, SETTLEMENT = ReceiptKind.TOP_UP, ReceiptKind.SETTLEMENT
pytestmark = pytest.mark.law(12)


async def code_of(asked: Awaitable[Order] | Awaitable[Agency] | Awaitable[Payment]) -> ProblemCode:
    with pytest.raises(Problem) as problem:
        await asked
    return problem.value.code


async def orders(office: Office) -> int:
    async with office.store.reading() as work:
        return (await work.session.exec(select(func.count()).select_from(OrderRow))).one()


async def test_a_contract_price_goes_before_the_catalogues_in_its_days(desk: AgencyDesk) -> None:
    office = desk.office
    for visit, price in ((VISIT, CONTRACT_FEN), (date(2026, 5, 31), CONTRACT_FEN), (date(2026, 6, 1), 8_000)):
        wanted = Wanted(SITE, (wanted_line(desk.types["adult"], 2, visit=visit),))
        assert (await office.agency_sales.quote(desk.agency_id, wanted, office.clock())).total_fen == 2 * price
        assert (await office.sales.quote(wanted, office.clock())).total_fen == 16_000


async def test_an_order_is_paid_by_the_balance_and_its_refund_goes_back_there(desk: AgencyDesk) -> None:
    trade = await Trade(desk.office).open()
    await desk.top_up(20_000)
    order = await desk.buy(3)
    assert (order.agency_id, order.total_fen, len(order.tickets)) == (desk.agency_id, 15_000, 3)
    assert await desk.funds() == (5_000, 0)
    await trade.refund(order.tickets[0].ticket_id, desk.office.seller)
    assert await desk.funds() == (10_000, 0)


async def test_a_balance_that_does_not_suffice_sells_nothing(desk: AgencyDesk) -> None:
    await desk.top_up(9_999)
    assert await code_of(desk.buy(2)) is ProblemCode.AGENCY_FUNDS
    assert (await desk.funds(), await orders(desk.office)) == ((9_999, 0), 0)


async def test_a_credit_is_used_to_its_limit_and_settled(desk: AgencyDesk) -> None:
    await desk.change(desk.wish(limit_fen=10_000))
    await desk.buy(2, Method.ON_ACCOUNT)
    assert await code_of(desk.buy(1, Method.ON_ACCOUNT)) is ProblemCode.AGENCY_FUNDS
    assert await code_of(desk.pay(SETTLEMENT, 10_001)) is ProblemCode.AGENCY_FUNDS
    await desk.pay(SETTLEMENT, 6_000)
    assert await desk.funds() == (0, 4_000)
    await desk.buy(1, Method.ON_ACCOUNT)
    assert await desk.funds() == (0, 9_000)


async def test_a_refund_of_what_was_settled_stands_in_the_agencys_favour(desk: AgencyDesk) -> None:
    trade = await Trade(desk.office).open()
    await desk.change(desk.wish(limit_fen=5_000))
    order = await desk.buy(1, Method.ON_ACCOUNT)
    await desk.pay(SETTLEMENT, 5_000)
    await trade.refund(order.tickets[0].ticket_id, desk.office.seller)
    assert await desk.funds() == (0, -5_000)
    await desk.buy(2, Method.ON_ACCOUNT)
    assert await desk.funds() == (0, 5_000)


@pytest.mark.parametrize("method", [Method.PREPAID, Method.ON_ACCOUNT])
async def test_orders_at_once_never_overrun_what_an_agency_has(desk: AgencyDesk, method: Method) -> None:
    await desk.change(desk.wish(limit_fen=15_000))
    await desk.top_up(15_000)
    outcomes = await asyncio.gather(*(desk.buy(1, method) for _ in range(8)), return_exceptions=True)
    refused = [one for one in outcomes if isinstance(one, Problem)]
    assert [one.code for one in refused] == [ProblemCode.AGENCY_FUNDS] * 5
    assert await desk.funds() == ((0, 0) if method is Method.PREPAID else (15_000, 15_000))
    assert await orders(desk.office) == 3


async def test_money_that_comes_and_goes_at_once_is_all_counted(desk: AgencyDesk) -> None:
    await desk.top_up(20_000)
    moves = [desk.top_up(1_000) for _ in range(4)]
    buys = [desk.buy(1) for _ in range(4)]
    await asyncio.gather(*moves, *buys)
    assert await desk.funds() == (4_000, 0)


async def test_the_same_request_takes_money_once(desk: AgencyDesk) -> None:
    for _ in range(2):
        assert (await desk.pay(TOP_UP, 5_000, key="receipt-1")).prepaid_fen == 5_000
    assert len(await desk.entries()) == 1


async def test_an_account_is_for_agencies_only_and_not_for_a_disabled_one(desk: AgencyDesk) -> None:
    office = desk.office
    await desk.top_up(50_000)
    order = await office.hold(desk.types["adult"])
    paid = AtOnce(Method.PREPAID, office.seller)
    assert await code_of(office.payments.pay_at_once(order.order_id, paid, once("pay-0001"), office.clock())) is (
        ProblemCode.PAYMENT_METHOD
    )
    await desk.change(desk.wish(disabled=True))
    assert await code_of(desk.buy()) is ProblemCode.SALE_NOT_ALLOWED
    assert await desk.funds() == (50_000, 0)


async def test_a_top_up_in_cash_falls_into_the_sellers_shift(desk: AgencyDesk) -> None:
    office = desk.office
    seller = Principal(office.seller, "seller", frozenset(), must_change_password=False, channel="window")
    await office.shifts.open(Opening(SITE, 10_000, None), seller, office.clock())
    await desk.pay(TOP_UP, 30_000, Method.CASH)
    shift = await office.shifts.close_own(Closing(Count({}, 40_000), 0, None, None), office.seller, office.clock())
    assert shift.closed is not None
    assert (shift.closed.drawer.other_fen, shift.closed.over_fen) == (30_000, 0)


async def test_an_order_of_an_agency_may_be_paid_like_anybodys(desk: AgencyDesk) -> None:
    order = await desk.buy(1, Method.CASH)
    assert (order.agency_id, await desk.funds()) == (desk.agency_id, (0, 0))
    async with desk.office.store.reading() as work:
        assert (await ledger.balances(work))[ledger.cash(desk.office.seller)] == CONTRACT_FEN


async def test_a_statement_opens_where_the_one_before_closed(desk: AgencyDesk) -> None:
    office, trade = desk.office, await Trade(desk.office).open()
    await desk.change(desk.wish(limit_fen=50_000))
    await desk.top_up(20_000)
    order = await desk.buy(2)
    office.clock.advance(seconds=24 * 3600)
    await desk.buy(1, Method.ON_ACCOUNT, visit=VISIT + timedelta(days=1))
    await trade.refund(order.tickets[0].ticket_id, office.seller)
    await desk.pay(SETTLEMENT, 3_000)
    first, second = date(2026, 5, 10), date(2026, 5, 11)
    one = await office.agencies.statement(Period(desk.agency_id, first, first))
    two = await office.agencies.statement(Period(desk.agency_id, second, second))
    assert (one.opening, one.closing, two.opening) == (Funds(0, 0), Funds(10_000, 0), Funds(10_000, 0))
    assert two.closing == Funds(15_000, 2_000) == Funds(*await desk.funds())
    kinds = [(entry.kind, entry.prepaid_fen, entry.owed_fen, entry.reference) for entry in await desk.entries()]
    assert kinds == [
        (EntryKind.TOP_UP, 20_000, 0, "slip 7"),
        (EntryKind.ORDER, -10_000, 0, None),
        (EntryKind.ORDER, 0, 5_000, None),
        (EntryKind.REFUND, 5_000, 0, None),
        (EntryKind.SETTLEMENT, 0, -3_000, "slip 7"),
    ]
    assert len(await desk.entries(second, second)) == 3
    whole = Period(desk.agency_id, *MAY)
    paged: list[Entry] = []
    while found := await office.agencies.entries(whole, paged[-1].entry_id if paged else 0, 2):
        paged += found
    assert tuple(paged) == await desk.entries()


async def test_money_is_taken_when_an_agency_pays_and_not_when_it_buys(desk: AgencyDesk) -> None:
    office = desk.office
    await desk.top_up(20_000)
    prepaid, cash = await desk.buy(2), await desk.buy(1, Method.CASH)
    found = await office.reports.seller_statistics(Asked(first_day=VISIT, last_day=VISIT), EVERYBODY)
    assert [(one.figures.sold_fen, one.figures.taken_fen) for one in found] == [(15_000, CONTRACT_FEN)]
    listed = await office.listed(ORDERS, Asked(agency_id=desk.agency_id))
    assert [one.order.order_id for one in listed] == [cash.order_id, prepaid.order_id]
    assert await office.listed(ORDERS, Asked(agency_id=9)) == ()


async def test_contacts_are_sealed_at_rest(desk: AgencyDesk) -> None:
    async with desk.office.store.reading() as work:
        row = (await work.session.exec(select(AgencyRow))).one()
    assert b"13800138000" not in row.contacts_sealed
    assert [one.phone for one in (await desk.office.agencies.agency(desk.agency_id)).wish.contacts] == ["13800138000"]


async def test_a_name_is_taken_once_and_what_is_not_there_is_said(desk: AgencyDesk) -> None:
    office = desk.office
    other = desk.wish("Autumn Tours")
    assert await code_of(office.agencies.add(desk.wish(), office.seller, office.clock())) is ProblemCode.CONFLICT
    assert await code_of(office.agencies.change(9, other, office.seller, office.clock())) is ProblemCode.NOT_FOUND
    assert (await office.agencies.add(other, office.seller, office.clock())).wish == other
    with pytest.raises(Problem) as problem:
        await office.agencies.set_prices(9, (), office.seller, office.clock())
    assert problem.value.code is ProblemCode.NOT_FOUND


async def test_an_agency_buys_over_http_and_takes_its_statement_away(office: Office) -> None:
    await office.ticket_type()
    async with office.client() as client:
        headers = await sign_in(client, office)
        body = {"site_id": 1, "name": "Spring Tours", "credit_limit_fen": 10_000, "contacts": []}
        assert (await client.post("/api/v1/agencies", json=body, headers=headers)).status == 201
        days = {"first_day": "2026-05-01", "last_day": "2026-05-31"}
        prices = {"version": 0, "prices": [{"ticket_type_id": 1, **days, "price_fen": 5_000}]}
        answer = await client.put("/api/v1/agencies/1/prices", json=prices, headers=headers)
        contract = {"ticket_type": {"id": 1, "name": "Adult"}, **days, "price_fen": 5_000}
        assert await answer.json() == {"version": 1, "agency_id": 1, "prices": [contract]}
        receipt = {"kind": "top-up", "amount_fen": 20_000, "method": "bank_transfer", "reference": "=slip"}
        keyed = {**headers, "Idempotency-Key": "receipt-1"}
        answer = await client.post("/api/v1/agencies/1/receipts", json=receipt, headers=keyed)
        assert (answer.status, (await answer.json())["prepaid_fen"]) == (201, 20_000)
        wanted = {"site_id": 1, "lines": [{"ticket_type_id": 1, "quantity": 3, "visit_day": "2026-05-10"}]}
        quoted = await (await client.post("/api/v1/agencies/1/quotes", json=wanted, headers=headers)).json()
        assert quoted["total_fen"] == 15_000
        for number, (payment, status) in enumerate((("prepaid", 201), ("prepaid", 409), ("on_account", 409))):
            order = {**wanted, "expected_total_fen": 15_000, "method": payment}
            keyed = {**headers, "Idempotency-Key": f"order-000{number}"}
            assert (await client.post("/api/v1/agencies/1/orders", json=order, headers=keyed)).status == status
        asked = {"first_day": "2026-05-01", "last_day": "2026-05-31"}
        statement = await (await client.get("/api/v1/agencies/1/statement", params=asked, headers=headers)).json()
        assert (statement["closing"], len(statement["items"])) == ({"prepaid_fen": 5_000, "owed_fen": 0}, 2)
        table = await client.get(
            "/api/v1/exports/agency-statement", params={**asked, "agency_id": "1", "format": "csv"}, headers=headers
        )
        rows = (await table.text()).splitlines()
        assert [row.split(",", 1)[1] for row in rows[1:]] == [
            "Opening,,,,,0.00,,0.00",
            "Top-up,,Bank transfer,'=slip,200.00,200.00,0.00,0.00",
            "Order,1,,,-150.00,50.00,0.00,0.00",
        ]


async def test_what_is_left_of_a_balance_is_paid_out_when_the_contract_has_ended(desk: AgencyDesk) -> None:
    office = desk.office
    await desk.top_up(20_000)
    await desk.buy()
    paid = AtOnce(Method.BANK_TRANSFER, office.seller, "slip 9")

    async def pay_out(amount_fen: int, key: str) -> Agency:
        paying = Paying(desk.agency_id, ReceiptKind.PAYOUT, amount_fen, paid)
        return await office.agencies.pay_out(paying, once(key), office.clock())

    assert await code_of(pay_out(15_000, "payout-1")) is ProblemCode.CONFLICT
    await desk.change(desk.wish(disabled=True))
    assert await code_of(pay_out(15_001, "payout-2")) is ProblemCode.AGENCY_FUNDS
    assert {(await pay_out(15_000, "payout-3")).prepaid_fen for _ in range(2)} == {0}
    assert await desk.funds() == (0, 0)
    *_, last = await desk.entries()
    assert (last.kind, last.prepaid_fen, last.reference) == (EntryKind.PAYOUT, -15_000, "slip 9")


async def test_an_upgrade_keeps_the_agency(desk: AgencyDesk) -> None:
    office = desk.office
    await desk.top_up(20_000)
    (ticket,) = (await desk.buy()).tickets
    dear = await office.ticket_type(12_000)
    wanted = WantedUpgrade(ticket.ticket_id, dear.type_id, VISIT, None, "window", None)
    paid = AtOnce(Method.CASH, office.seller)
    order = await office.upgrades.upgrade(wanted, 7_000, paid, once("upgrade-1"), office.clock())
    assert (order.agency_id, order.total_fen) == (desk.agency_id, 12_000)


async def test_agencies_are_narrowed_by_text_state_and_site_page_by_page(office: Office) -> None:
    second = (await office.catalog.add_site((await office.catalog.all_sites())[0].parameters, None, office.clock())).site_id
    for name, site_id, is_disabled in (
        ("春游_Spring", SITE, False),
        ("Springs", second, True),
        ("Autumn", SITE, True),
        ("offspring", second, False),
    ):
        wish = AgencyWish(site_id, name, (), Charges.PLANNED, 0, is_disabled=is_disabled)
        await office.agencies.add(wish, office.seller, office.clock())
    active, disabled = AgencyState.ACTIVE, AgencyState.DISABLED
    for wanted, expected in (
        (WantedAgencies(), [1, 2, 3, 4]),
        (WantedAgencies(text="SPRING"), [1, 2, 4]),
        (WantedAgencies(text="游_"), [1]),
        (WantedAgencies(text="%"), []),
        (WantedAgencies(state=disabled), [2, 3]),
        (WantedAgencies(site_id=second), [2, 4]),
        (WantedAgencies(text="spring", state=active), [1, 4]),
        (WantedAgencies(text="spring", state=active, site_id=second), [4]),
        (WantedAgencies(text="autumn", state=active), []),
    ):
        assert [one.agency_id for one in await office.agencies.agencies(wanted, None, 9)] == expected, wanted
    async with office.client() as client:
        headers = await sign_in(client, office)

        async def page(asked: str) -> tuple[int, list[int], str | None]:
            answer = await client.get(f"/api/v1/agencies?{asked}", headers=headers)
            told = await answer.json()
            return answer.status, [one["agency_id"] for one in told.get("items", [])], told.get("next")

        status, numbers, following = await page("text=spring&limit=2")
        assert (status, numbers) == (200, [1, 2])
        assert await page(f"text=spring&limit=2&after={following}") == (200, [4], None)
        assert await page(f"text=spring&state=disabled&site_id={second}") == (200, [2], None)
        assert (await page("state=closed"))[0] == 400
