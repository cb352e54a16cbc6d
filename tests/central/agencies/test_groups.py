"""Group orders: one code admitted in parts, its guide kept secret, settled by the persons who came once gates agree."""

import asyncio
from dataclasses import replace

import pytest
from sqlmodel import select

from central.agencies.groups import GroupOrder
from central.agencies.rows import Contact
from central.agencies.rules.contracts import Charges, EntryKind, GroupState
from central.agencies.selling import Deal
from central.domain.problems import Problem, ProblemCode
from central.issuing import outbox
from central.issuing.feed_version import FeedVersion
from central.payments import ledger
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.refunds.rules.amounts import WantedRefund
from central.refunds.rules.fence import AgentFacts, Standing, WaitReason
from central.sales.orders import Order
from central.sales.rules.pricing import OrderState
from central.sales.service import Wanted
from central.store.tables.agencies import GroupOrderRow
from central.store.tables.audit import AuditRow
from protocol.identifiers import AgentId
from protocol.instants import plus
from protocol.tickets.record import TicketState
from tests.builders.agency import CONTRACT_FEN, GUIDE, SITE, AgencyDesk
from tests.builders.central import NOON
from tests.builders.office import Office, once, sign_in, wanted_line

BEFORE, AFTER = FeedVersion(1, 1), FeedVersion(1, 2)
PERSONS = 20
DAYS_S = 3 * 24 * 3600
pytestmark = pytest.mark.law(6)


def gate(in_force: FeedVersion) -> AgentFacts:
    return AgentFacts(AgentId(5), SITE, Standing.ABLE, in_force, NOON, NOON, NOON)


async def publish(office: Office, version: FeedVersion) -> None:
    async with office.store.transaction() as work:
        changes = await outbox.unpublished(work, SITE, 1000)
        await outbox.mark_published(work, [change.change_id for change in changes], version)


async def brought(desk: AgencyDesk, admitted: int, method: Method = Method.PREPAID) -> Order:
    """Sell to a group of which so many came in, at a gate within reach."""
    order = await desk.bring(PERSONS, method)
    await publish(desk.office, BEFORE)
    desk.office.gates.agents = (gate(BEFORE),)
    desk.office.gates.used = {order.tickets[0].ticket_id: admitted}
    return order


async def ended(desk: AgencyDesk, order: Order) -> GroupOrder:
    """End the visit, and have the gate report that it knows."""
    office = desk.office
    await office.groups.end(order.order_id, office.seller, office.clock())
    await publish(office, AFTER)
    office.gates.agents = (gate(AFTER),)
    await office.groups.settle_waiting(office.clock())
    return await office.groups.group(order.order_id, office.clock())


async def test_a_group_has_one_code_for_its_planned_persons(desk: AgencyDesk) -> None:
    await desk.top_up(PERSONS * CONTRACT_FEN)
    order = await desk.bring(PERSONS)
    assert [ticket.record.persons for ticket in order.tickets] == [PERSONS]
    (group,) = await desk.office.groups.groups(desk.agency_id, None, None, 10)
    assert (group.state, group.planned_persons, group.actual_persons) == (GroupState.OPEN, PERSONS, None)
    assert await desk.office.groups.groups(desk.agency_id, None, order.order_id, 10) == ()


async def test_an_agencys_groups_are_narrowed_by_their_state_page_by_page(desk: AgencyDesk) -> None:
    await desk.top_up(3 * PERSONS * CONTRACT_FEN)
    first, second, third = [(await desk.bring(PERSONS)).order_id for _ in range(3)]
    await desk.office.groups.end(second, desk.office.seller, desk.office.clock())
    async with desk.office.client() as client:
        headers = await sign_in(client, desk.office)

        async def page(asked: str) -> tuple[int, list[int], str | None]:
            answer = await client.get(f"/api/v1/agencies/{desk.agency_id}/group-orders?{asked}", headers=headers)
            told = await answer.json()
            return answer.status, [one["order_id"] for one in told.get("items", [])], told.get("next")

        status, numbers, following = await page("state=open&limit=1")
        assert (status, numbers) == (200, [third])
        assert await page(f"state=open&limit=1&after={following}") == (200, [first], None)
        assert await page("state=ending") == (200, [second], None)
        assert await page("state=settled") == (200, [], None)
        assert await page("") == (200, [third, second, first], None)
        assert (await page("state=paid"))[0] == 400


@pytest.mark.law(12)
@pytest.mark.parametrize(
    ("charges", "admitted", "deducted_persons"),
    [(Charges.ACTUAL, 18, 2), (Charges.ACTUAL, 0, 20), (Charges.ACTUAL, 20, 0), (Charges.PLANNED, 18, 0)],
)
async def test_a_group_is_settled_by_contract(desk: AgencyDesk, charges: Charges, admitted: int, deducted_persons: int) -> None:
    await desk.change(desk.wish(charges=charges))
    await desk.top_up(PERSONS * CONTRACT_FEN)
    group = await ended(desk, await brought(desk, admitted))
    deducted_fen = deducted_persons * CONTRACT_FEN
    assert (group.state, group.actual_persons, group.deducted_fen) == (GroupState.SETTLED, admitted, deducted_fen)
    assert await desk.funds() == (deducted_fen, 0)
    kinds = [one.kind for one in await desk.entries()]
    assert kinds == [EntryKind.TOP_UP, EntryKind.ORDER, *([EntryKind.DEDUCTION] if deducted_fen else [])]


@pytest.mark.parametrize(("method", "funds"), [(Method.ON_ACCOUNT, (0, 18 * CONTRACT_FEN)), (Method.CASH, (2 * CONTRACT_FEN, 0))])
async def test_what_is_deducted_goes_to_the_account_or_else_into_the_balance(
    desk: AgencyDesk, method: Method, funds: tuple[int, int]
) -> None:
    await desk.change(desk.wish(limit_fen=PERSONS * CONTRACT_FEN))
    await ended(desk, await brought(desk, 18, method))
    assert await desk.funds() == funds
    async with desk.office.store.reading() as work:
        assert (await ledger.balances(work))[ledger.sales(SITE)] == -18 * CONTRACT_FEN


async def test_heads_are_counted_only_when_the_gate_has_said_that_the_code_is_over(desk: AgencyDesk) -> None:
    office = desk.office
    await desk.top_up(PERSONS * CONTRACT_FEN)
    order = await brought(desk, 15)
    group = await office.groups.end(order.order_id, office.seller, office.clock())
    ticket_id = order.tickets[0].ticket_id
    assert (await office.issuing.ticket(ticket_id)).record.state is TicketState.VOID
    assert (group.state, [one.agent for one in group.waiting_for]) == (GroupState.ENDING, [None, AgentId(5)])
    assert [one.reason for one in group.waiting_for] == [WaitReason.NOT_PUBLISHED] * 2
    await publish(office, AFTER)
    assert await office.groups.settle_waiting(office.clock()) == 0
    office.clock.advance(seconds=91)
    (waited,) = (await office.groups.group(order.order_id, office.clock())).waiting_for
    assert (waited.agent, waited.reason, waited.last_seen_at) == (AgentId(5), WaitReason.OFFLINE, NOON)
    assert await desk.funds() == (0, 0)
    # Three more came in before the gate heard of it; the agency pays for them.
    office.gates.used[ticket_id] = 18
    office.gates.agents = (gate(AFTER),)
    assert await office.groups.settle_waiting(office.clock()) == 1
    assert await desk.funds() == (2 * CONTRACT_FEN, 0)


async def test_a_group_is_settled_once_however_often_it_is_ended(desk: AgencyDesk) -> None:
    office = desk.office
    await desk.top_up(PERSONS * CONTRACT_FEN)
    order = await brought(desk, 18)
    await ended(desk, order)
    again = (office.groups.end(order.order_id, office.seller, office.clock()) for _ in range(4))
    assert {one.state for one in await asyncio.gather(*again)} == {GroupState.SETTLED}
    assert await desk.funds() == (2 * CONTRACT_FEN, 0)


async def test_a_code_that_was_refunded_is_not_deducted_again(desk: AgencyDesk) -> None:
    office = desk.office
    await desk.top_up(PERSONS * CONTRACT_FEN)
    order = await brought(desk, 0)
    wanted = WantedRefund(order.tickets[0].ticket_id, "rain")
    await office.refunds.request(wanted, once("refund-1"), office.seller, office.clock())
    with pytest.raises(Problem) as problem:
        await office.groups.end(order.order_id, office.seller, office.clock())
    assert problem.value.code is ProblemCode.ORDER_STATE
    await publish(office, AFTER)
    office.gates.agents = (gate(AFTER),)
    await office.refunds.settle_waiting(office.clock())
    group = await ended(desk, order)
    assert (group.actual_persons, group.deducted_fen, await desk.funds()) == (0, 0, (PERSONS * CONTRACT_FEN, 0))


async def test_persons_who_were_refunded_are_not_deducted_again(desk: AgencyDesk) -> None:
    office = desk.office
    await desk.top_up(PERSONS * CONTRACT_FEN)
    order = await brought(desk, 0)
    wanted = WantedRefund(order.tickets[0].ticket_id, "ill", persons=5)
    await office.refunds.request(wanted, once("refund-1"), office.seller, office.clock())
    await publish(office, AFTER)
    office.gates.agents = (gate(AFTER),)
    await office.refunds.settle_waiting(office.clock())
    assert await desk.funds() == (5 * CONTRACT_FEN, 0)
    office.gates.used[order.tickets[0].ticket_id] = 12
    group = await ended(desk, order)
    assert (group.actual_persons, group.deducted_fen) == (12, 3 * CONTRACT_FEN)
    assert await desk.funds() == (8 * CONTRACT_FEN, 0)


async def test_a_visit_that_has_not_begun_is_not_ended(desk: AgencyDesk) -> None:
    office = desk.office
    await desk.top_up(PERSONS * CONTRACT_FEN)
    order = await brought(desk, 0)
    office.clock.advance(seconds=-24 * 3600)
    with pytest.raises(Problem) as problem:
        await office.groups.end(order.order_id, office.seller, office.clock())
    assert problem.value.code is ProblemCode.ORDER_STATE
    with pytest.raises(Problem) as problem:
        await office.groups.group(99, office.clock())
    assert problem.value.code is ProblemCode.NOT_FOUND


@pytest.mark.law(9)
async def test_the_guide_is_sealed_masked_and_read_on_the_record(desk: AgencyDesk) -> None:
    office = desk.office
    await desk.top_up(PERSONS * CONTRACT_FEN)
    order = await desk.bring(PERSONS)
    async with office.store.reading() as work:
        row = (await work.session.exec(select(GroupOrderRow))).one()
    assert GUIDE.phone.encode() not in row.guide_sealed
    assert (await office.groups.group(order.order_id, office.clock())).guide == Contact("W*******", "*******8000")
    assert await office.groups.guide(order.order_id, office.seller, office.clock()) == GUIDE
    async with office.store.reading() as work:
        acted = (await work.session.exec(select(AuditRow.action))).all()
    assert "group.guide-read" in acted


async def test_a_group_over_http(desk: AgencyDesk) -> None:
    office = desk.office
    await desk.top_up(PERSONS * CONTRACT_FEN)
    async with office.client() as client:
        headers = await sign_in(client, office)
        line = {"ticket_type_id": desk.types["group"].type_id, "persons": PERSONS, "visit_day": "2026-05-10"}
        body = {"site_id": 1, "lines": [line], "expected_total_fen": PERSONS * CONTRACT_FEN, "method": "prepaid"}
        guided = {**body, "guide": {"name": "Wang Wei", "phone": "13800138000"}}
        keyed = {**headers, "Idempotency-Key": "order-0001"}
        answer = await client.post(f"/api/v1/agencies/{desk.agency_id}/orders", json=guided, headers=keyed)
        assert answer.status == 201, await answer.text()
        listed = await (await client.get(f"/api/v1/agencies/{desk.agency_id}/group-orders", headers=headers)).json()
        assert [one["state"] for one in listed["items"]] == ["open"]
        await publish(office, BEFORE)
        told = await (await client.post("/api/v1/group-orders/1/end", headers=headers)).json()
        assert (told["state"], told["waiting_for"][0]["agent"]) == ("ending", None)
        assert (told["waiting_for"][0]["reason"], told["waiting_for"][0]["ends_at"]) == ("not-published", None)
        await publish(office, AFTER)
        await office.groups.settle_waiting(office.clock())
        told = await (await client.get("/api/v1/group-orders/1", headers=headers)).json()
        assert (told["state"], told["deducted_fen"]) == ("settled", PERSONS * CONTRACT_FEN)
        guide = await (await client.get("/api/v1/group-orders/1/guide", headers=headers)).json()
        assert guide == {"name": "Wang Wei", "phone": "13800138000"}


async def test_a_group_is_held_and_paid_later_out_of_the_balance(desk: AgencyDesk) -> None:
    office = desk.office
    line = wanted_line(desk.types["group"], 1, 10)
    wanted = Wanted(SITE, (line,), expires_at=plus(office.clock(), seconds=DAYS_S))
    deal = Deal(desk.agency_id, wanted, 50_000, GUIDE)
    order = await office.agency_sales.hold(deal, once("hold-0001"), office.seller, office.clock())
    assert await office.agency_sales.hold(deal, once("hold-0001"), office.seller, office.clock()) == order
    assert (order.expires_at, order.agency_id, order.tickets) == (wanted.expires_at, desk.agency_id, ())
    with pytest.raises(Problem) as problem:
        await office.groups.end(order.order_id, office.seller, office.clock())
    assert problem.value.code is ProblemCode.ORDER_STATE
    office.clock.advance(seconds=DAYS_S - 1)
    assert await office.sales.expire(office.clock()) == 0
    paid = AtOnce(Method.PREPAID, office.seller)
    with pytest.raises(Problem) as problem:
        await office.payments.pay_at_once(order.order_id, paid, once("pay-0001"), office.clock())
    assert problem.value.code is ProblemCode.AGENCY_FUNDS
    await desk.top_up(50_000)
    await office.payments.pay_at_once(order.order_id, paid, once("pay-0002"), office.clock())
    assert await desk.funds() == (0, 0)
    (ticket,) = (await office.sales.order(order.order_id)).tickets
    group = await office.groups.group(order.order_id, office.clock())
    assert (ticket.record.persons, group.planned_persons) == (10, 10)


async def test_a_held_group_that_is_not_paid_is_cancelled(desk: AgencyDesk) -> None:
    office, now = desk.office, desk.office.clock()
    line = wanted_line(desk.types["group"], 1, 10)
    deal = Deal(desk.agency_id, Wanted(SITE, (line,), expires_at=plus(now, seconds=60)), 50_000, GUIDE)
    past = replace(deal, wanted=replace(deal.wanted, expires_at=now))
    with pytest.raises(Problem, match="must be in the future"):
        await office.agency_sales.hold(past, once("hold-0001"), office.seller, now)
    order = await office.agency_sales.hold(deal, once("hold-0002"), office.seller, now)
    assert await office.sales.expire(office.clock.advance(seconds=60)) == 1
    assert (await office.sales.order(order.order_id)).state is OrderState.CANCELLED
