"""Several tickets of an order at once: all or none, each with a refund of its own, for the sum that was quoted."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from central.domain.idempotency import IdempotencyKey
from central.domain.problems import Problem, ProblemCode
from central.issuing.feed_version import FeedVersion
from central.issuing.tickets import id_text
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.payments.service import Start
from central.refunds.rules.amounts import RefundKind, WantedRefund
from central.refunds.service import Refund, RefundState
from central.refunds.several import OrderQuote, WantedRefunds, WayBack
from central.refunds.upgrades import WantedUpgrade
from central.reports.refunds import REFUNDS
from central.sales.orders import Order
from central.store.tables.payments import PaymentRefundRow
from protocol.identifiers import AgentId, TicketId
from protocol.tickets.record import TicketState
from tests.builders.office import VISIT, Office, once
from tests.builders.refunding import balances, gate, publish, request

pytestmark = pytest.mark.law(12)
WITH_FEE: dict[str, Any] = {"refund": {"terms": [{"days_before": 0, "fee_per_mille": 200}]}}
GROUP: dict[str, Any] = {"group": {"minimum": 2, "maximum": 9}}


def _wanted(order: Order, tickets: Sequence[TicketId], expected_fen: int) -> WantedRefunds:
    return WantedRefunds(order.order_id, tuple(WantedRefund(one, "rain") for one in tickets), expected_fen)


async def _request(
    office: Office, order: Order, tickets: Sequence[TicketId], expected_fen: int, key: str = "several-1"
) -> tuple[Refund, ...]:
    wanted = _wanted(order, tickets, expected_fen)
    return await office.several_refunds.request(wanted, once(key), office.seller, office.clock())


async def _quote(office: Office, order: Order, *tickets: WantedRefund) -> OrderQuote:
    return await office.several_refunds.quote(order.order_id, tickets or None, office.clock())


async def _refused(asked: Any) -> Problem:  # noqa: ANN401 - a coroutine
    with pytest.raises(Problem) as problem:
        await asked
    return problem.value


async def _states(office: Office, order: Order) -> list[TicketState]:
    return [(await office.issuing.ticket(one.ticket_id)).record.state for one in order.tickets]


async def _family(office: Office, quantity: int = 4) -> tuple[Order, list[TicketId]]:
    order = await office.sell(await office.ticket_type(8000, after_sale=WITH_FEE), quantity=quantity)
    await publish(office, FeedVersion(1, 1))
    return order, [one.ticket_id for one in order.tickets]


async def test_a_quote_of_an_order_says_of_each_ticket_what_goes_back_or_why_not(office: Office) -> None:
    order, (first, second, third, fourth) = await _family(office)
    office.gates.used = {first: 1}
    await office.issuing.block(second, office.seller, "lost", office.clock())
    quoted = await _quote(office, order)
    assert [one.ticket for one in quoted.tickets] == [id_text(one) for one in (first, second, third, fourth)]
    codes = [one.found.code if isinstance(one.found, Problem) else one.found.amount_fen for one in quoted.tickets]
    assert codes == [ProblemCode.TICKET_STATE, ProblemCode.TICKET_STATE, 6400, 6400]
    assert (quoted.sums.persons, quoted.sums.paid_fen, quoted.sums.fee_fen, quoted.sums.amount_fen) == (2, 16_000, 3200, 12_800)
    assert quoted.ways == (WayBack(Method.CASH, 12_800),)
    one = await _quote(office, order, WantedRefund(third, ""))
    assert (one.sums.amount_fen, one.ways) == (6400, (WayBack(Method.CASH, 6400),))
    assert await _states(office, order) == [TicketState.ACTIVE, TicketState.BLOCKED, TicketState.ACTIVE, TicketState.ACTIVE]


async def test_a_quote_says_the_same_as_that_of_one_ticket(office: Office) -> None:
    order, tickets = await _family(office)
    alone = [await office.refunds.quote(WantedRefund(one, ""), office.clock()) for one in tickets]
    assert [one.found for one in (await _quote(office, order)).tickets] == alone


async def test_an_order_that_is_not_there_is_said_so(office: Office) -> None:
    order, tickets = await _family(office)
    nothing = replace(order, order_id=order.order_id + 1)
    for asked in (_quote(office, nothing), _request(office, nothing, tickets, 25_600)):
        problem = await _refused(asked)
        assert (problem.code, problem.said.code) == (ProblemCode.NOT_FOUND, "no_order")


async def test_an_order_that_is_not_paid_has_nothing_to_give_back(office: Office) -> None:
    held = await office.hold(await office.ticket_type())
    quoted = await _quote(office, held)
    assert (quoted.tickets, quoted.sums.amount_fen, quoted.ways) == ((), 0, ())


@pytest.mark.law(6)
async def test_three_of_four_are_void_at_once_and_each_waits_and_is_paid_by_itself(office: Office) -> None:
    order, (kept, *back) = await _family(office)
    office.gates.agents = (gate(office, FeedVersion(1, 1)),)
    refunds = await _request(office, order, back, 19_200)
    assert [(one.ticket_id, one.state, one.kind, one.amount_fen, one.fee_fen) for one in refunds] == [
        (one, RefundState.WAITING, RefundKind.BY_RULE, 6400, 1600) for one in back
    ]
    assert {tuple(waited.agent for waited in one.waiting_for) for one in refunds} == {(None, AgentId(5))}
    assert await _states(office, order) == [TicketState.ACTIVE, *[TicketState.VOID] * 3]
    assert await balances(office) == {"cash/1": 32_000, "sales/1": -32_000}
    await publish(office, FeedVersion(1, 2))
    # A gate admitted one of them before it knew: that one is refused, and the others are paid.
    office.gates.agents, office.gates.used = (gate(office, FeedVersion(1, 2)),), {back[1]: 1}
    assert await office.refunds.settle_waiting(office.clock()) == 3
    states = [(await office.refunds.refund(one.refund_id, office.clock())).state for one in refunds]
    assert states == [RefundState.PAID, RefundState.REFUSED, RefundState.PAID]
    assert await balances(office) == {"cash/1": 19_200, "sales/1": -16_000, "fees/1": -3200}
    assert (await office.issuing.ticket(kept)).record.state is TicketState.ACTIVE


async def test_where_one_is_used_none_is_refunded_and_the_refusal_says_which(office: Office) -> None:
    order, tickets = await _family(office)
    office.gates.used = {tickets[1]: 1, tickets[3]: 1}
    problem = await _refused(_request(office, order, tickets, 25_600))
    assert problem.code is ProblemCode.TICKET_STATE
    assert f"ticket {id_text(tickets[1])} is not refunded: the ticket was used" in str(problem)
    assert [one.field for one in problem.fields] == ["tickets.1", "tickets.3"]
    assert await _states(office, order) == [TicketState.ACTIVE] * 4
    assert await office.listed(REFUNDS) == ()
    # The key stays free: the seller unticks the used ones and asks again.
    assert len(await _request(office, order, [tickets[0], tickets[2]], 12_800)) == 2


async def test_the_rules_of_one_ticket_keep_the_others_as_they_are(office: Office) -> None:
    order, tickets = await _family(office, 2)
    office.clock.advance(seconds=24 * 3600)
    assert (await _refused(_request(office, order, tickets, 12_800))).code is ProblemCode.NOT_REFUNDABLE
    assert await _states(office, order) == [TicketState.ACTIVE] * 2


async def test_what_was_quoted_for_all_is_paid_or_refused(office: Office) -> None:
    order, tickets = await _family(office)
    problem = await _refused(_request(office, order, tickets[:3], 19_201))
    assert (problem.code, str(problem)) == (
        ProblemCode.TOTAL_CHANGED,
        "192.00 yuan go back now, not 192.01 yuan; ask the visitor",
    )
    assert await _states(office, order) == [TicketState.ACTIVE] * 4


async def test_a_ticket_of_another_order_is_not_there(office: Office) -> None:
    order, tickets = await _family(office)
    other = (await office.sell(await office.ticket_type(), "key-0002")).tickets[0].ticket_id
    asked = _request(office, order, [tickets[0], other], 14_400), _quote(office, order, WantedRefund(other, ""))
    assert {(problem.code, problem.fields[0].field) for problem in [await _refused(one) for one in asked]} == {
        (ProblemCode.NOT_FOUND, "tickets.1.ticket_id"),
        (ProblemCode.NOT_FOUND, "tickets.0.ticket_id"),
    }
    assert await _states(office, order) == [TicketState.ACTIVE] * 4


async def test_the_same_request_again_returns_the_same_refunds(office: Office) -> None:
    order, tickets = await _family(office)
    first = await _request(office, order, tickets[:2], 12_800)
    again = await _request(office, order, tickets[:2], 12_800)
    assert [one.refund_id for one in again] == [one.refund_id for one in first]
    other = IdempotencyKey("test/1", "several-1", b"another")
    wanted = _wanted(order, tickets[2:], 12_800)
    problem = await _refused(office.several_refunds.request(wanted, other, office.seller, office.clock()))
    assert problem.code is ProblemCode.IDEMPOTENCY_KEY_REUSED
    assert len(await office.listed(REFUNDS)) == 2


async def test_of_two_requests_at_once_one_refunds_all_and_the_other_none(office: Office) -> None:
    order, tickets = await _family(office)
    asked = (tickets[:3], "several-1"), (tickets[:0:-1], "several-2")
    both = await asyncio.gather(*(_request(office, order, some, 19_200, key) for some, key in asked), return_exceptions=True)
    problems = [one for one in both if isinstance(one, Problem)]
    assert [one.code for one in problems] == [ProblemCode.TICKET_STATE]
    assert (await _states(office, order)).count(TicketState.VOID) == 3
    assert len(await office.listed(REFUNDS)) == 3


async def test_each_has_a_document_of_its_own_at_the_institution(office: Office) -> None:
    held = (await office.hold(await office.ticket_type(), quantity=3)).order_id
    start = Start(held, Method.WECHAT, "134567890123456789", office.seller)
    await office.payments.start(start, once("start-01"), office.clock())
    order = await office.sales.order(held)
    assert (await _quote(office, order)).ways == (WayBack(Method.WECHAT, 24_000),)
    refunds = await _request(office, order, [one.ticket_id for one in order.tickets], 24_000)
    await publish(office, FeedVersion(1, 1))
    await office.refunds.settle_waiting(office.clock())
    async with office.store.reading() as work:
        documents = (await work.session.exec(select(PaymentRefundRow))).all()
    assert {(one.refund_id, one.amount_fen) for one in documents} == {(one.refund_id, 8000) for one in refunds}
    assert len(documents) == 3


@pytest.mark.parametrize("persons", [1, 2, 3, 4])
async def test_the_ways_of_a_split_payment_are_those_that_the_money_goes(office: Office, persons: int) -> None:
    """Six persons paid 60 yuan in cash, and 36 more by card for a better ticket; the money of one has gone back, one waits."""
    old = (await office.sell(await office.ticket_type(1000, **GROUP), persons=6)).tickets[0]
    better = (await office.ticket_type(1600, **GROUP)).type_id
    wanted, card = WantedUpgrade(old.ticket_id, better, VISIT, None, "window", None), AtOnce(Method.CARD_TERMINAL, office.seller)
    order = await office.upgrades.upgrade(wanted, 3600, card, once("upgrade-01"), office.clock())
    ticket_id = order.tickets[0].ticket_id
    await request(office, ticket_id, persons=1)
    await publish(office, FeedVersion(1, 2))
    await office.refunds.settle_waiting(office.clock())
    await request(office, ticket_id, persons=1)
    some = WantedRefund(ticket_id, "rain", persons)
    quoted = await _quote(office, order, some)
    assert {one.method: one.amount_fen for one in quoted.ways} == {
        Method.CARD_TERMINAL: 400,
        Method.CASH: 1600 * persons - 400,
    }
    assert quoted.sums.amount_fen == 1600 * persons
    asked = WantedRefunds(order.order_id, (some,), 1600 * persons)
    await office.several_refunds.request(asked, once("several-1"), office.seller, office.clock())
    await publish(office, FeedVersion(1, 3))
    (first, second) = sorted(one.refund.refund_id for one in await office.listed(REFUNDS) if one.refund.state == "waiting")
    await office.refunds.settle(first, office.clock())
    before = await balances(office)
    await office.refunds.settle(second, office.clock())
    after = await balances(office)
    gone = {account: before[account] - after.get(account, 0) for account in before if not account.startswith("sales")}
    assert {f"{one.method}/1": one.amount_fen for one in quoted.ways} == {account: fen for account, fen in gone.items() if fen}


async def test_an_order_of_more_tickets_than_one_request_takes_is_quoted_in_parts(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("central.refunds.several.MOST_AT_ONCE", 3)
    order, tickets = await _family(office)
    problem = await _refused(_quote(office, order))
    assert (problem.code, problem.fields[0].field) == (ProblemCode.INPUT_INVALID, "tickets")
    quoted = await _quote(office, order, *(WantedRefund(one, "") for one in tickets[1:]))
    assert quoted.sums.amount_fen == 19_200


async def test_persons_of_a_group_and_whole_tickets_go_together(office: Office) -> None:
    order = await office.sell(await office.ticket_type(1000, **GROUP), quantity=2, persons=5)
    one, two = (ticket.ticket_id for ticket in order.tickets)
    wanted = WantedRefunds(order.order_id, (WantedRefund(one, "rain", 2), WantedRefund(two, "rain")), 7000)
    refunds = await office.several_refunds.request(wanted, once("several-1"), office.seller, office.clock())
    assert [refund.persons for refund in refunds] == [2, 5]
    tickets = [(await office.issuing.ticket(ticket_id)).record for ticket_id in (one, two)]
    assert [(ticket.state, ticket.persons) for ticket in tickets] == [(TicketState.ACTIVE, 3), (TicketState.VOID, 5)]
    more = replace(wanted, tickets=(WantedRefund(one, "rain", 4),), expected_fen=4000)
    problem = await _refused(office.several_refunds.request(more, once("several-2"), office.seller, office.clock()))
    assert problem.code is ProblemCode.TICKET_STATE
