"""Refunds by the rules of the sale, of some persons of a group, and by hand: what goes back, what is kept, once."""

import asyncio
import random
from typing import Any

import pytest

from central.catalog.after_sale import AfterSaleRules
from central.catalog.service import Sale
from central.catalog.ticket_type import TicketType
from central.domain.problems import Problem, ProblemCode
from central.issuing.feed_version import FeedVersion
from central.payments.methods import Method
from central.payments.service import Start
from central.refunds.rules.amounts import RefundKind, WantedRefund
from central.refunds.service import Refund, RefundState
from central.reports.refunds import REFUNDS
from central.sales.rules.pricing import Holder
from protocol.holders import Document, DocumentType
from protocol.identifiers import TicketId
from protocol.tickets.record import TicketState
from tests.builders.office import Office, once
from tests.builders.refunding import balances, gate, publish, request, settled

pytestmark = pytest.mark.law(12)
TO_THE_EVE: dict[str, Any] = {"refund": {"terms": [{"days_before": 1}, {"days_before": 0, "fee_per_mille": 200}]}}
GROUP: dict[str, Any] = {"group": {"minimum": 2, "maximum": 50}}
A_DAY_S = 24 * 3600


async def _type(office: Office, **more: Any) -> TicketType:  # noqa: ANN401 - parameters of a type
    return await office.ticket_type(8000, after_sale=TO_THE_EVE, **more)


async def _sold(office: Office, persons: int = 1, **more: Any) -> TicketId:  # noqa: ANN401 - parameters of a type
    group = GROUP if persons > 1 else {}
    return (await office.sell(await _type(office, **group, **more), persons=persons)).tickets[0].ticket_id


async def _refused(asked: Any, code: ProblemCode) -> str:  # noqa: ANN401 - a coroutine
    with pytest.raises(Problem) as problem:
        await asked
    assert problem.value.code is code
    return str(problem.value)


async def test_the_fee_of_the_term_that_holds_is_kept_and_the_ledger_says_so(office: Office) -> None:
    ticket_id = await _sold(office)
    quoted = await office.refunds.quote(WantedRefund(ticket_id, ""), office.clock())
    assert (quoted.persons, quoted.paid_fen, quoted.fee_fen, quoted.amount_fen) == (1, 8000, 1600, 6400)
    assert quoted.terms is not None
    assert str(quoted.terms.last_minute) == "2026-05-10 23:59:00"
    refund = await settled(office, await request(office, ticket_id, expected_fen=6400))
    assert (refund.state, refund.amount_fen, refund.fee_fen) == (RefundState.PAID, 6400, 1600)
    assert await balances(office) == {"cash/1": 1600, "fees/1": -1600}


async def test_what_was_quoted_is_paid_or_refused_but_never_changed(office: Office) -> None:
    ticket_id = await _sold(office)
    await _refused(request(office, ticket_id, expected_fen=8000), ProblemCode.TOTAL_CHANGED)
    assert (await office.issuing.ticket(ticket_id)).record.state is TicketState.ACTIVE


async def test_behind_the_last_cut_off_only_a_person_may_set_what_is_kept(office: Office) -> None:
    ticket_id = await _sold(office)
    office.clock.advance(seconds=A_DAY_S)
    assert "until 2026-05-10 23:59" in await _refused(request(office, ticket_id), ProblemCode.NOT_REFUNDABLE)
    by_hand = {"kind": RefundKind.BY_HAND}
    assert "80.00 yuan were paid" in await _refused(
        request(office, ticket_id, **by_hand, fee_fen=8001), ProblemCode.INPUT_INVALID
    )
    refund = await settled(office, await request(office, ticket_id, **by_hand, fee_fen=8000))
    assert (refund.state, refund.kind, refund.amount_fen) == (RefundState.PAID, RefundKind.BY_HAND, 0)
    assert await balances(office) == {"cash/1": 8000, "fees/1": -8000}


async def test_a_ticket_keeps_the_rules_that_it_was_sold_by(office: Office) -> None:
    one = await _type(office)
    before = (await office.sell(one, "key-0001")).tickets[0].ticket_id
    held = (await office.hold(one)).order_id
    never = AfterSaleRules.model_validate({"refund": {"is_refundable": False}})
    await office.catalog.change_sale(one.type_id, Sale(8000, is_on_sale=True, after_sale=never), office.seller, office.clock())
    after = (await office.sell(one, "key-0002")).tickets[0].ticket_id
    start = Start(held, Method.WECHAT, "134567890123456789", office.seller)
    await office.payments.start(start, once("start-01"), office.clock())
    promised = (await office.sales.order(held)).tickets[0].ticket_id
    for ticket_id in (before, promised):
        assert (await office.refunds.quote(WantedRefund(ticket_id, ""), office.clock())).fee_fen == 1600
    await _refused(office.refunds.quote(WantedRefund(after, ""), office.clock()), ProblemCode.NOT_REFUNDABLE)


@pytest.mark.law(6)
async def test_persons_of_a_group_are_refunded_one_by_one_and_each_once(office: Office) -> None:
    ticket_id = await _sold(office, persons=10)
    office.gates.used = {ticket_id: 4}
    assert "6 of 10 persons" in await _refused(request(office, ticket_id), ProblemCode.TICKET_STATE)
    first = await request(office, ticket_id, persons=2)
    assert (await office.issuing.ticket(ticket_id)).record.persons == 8
    second = await request(office, ticket_id, persons=4)
    await _refused(request(office, ticket_id, persons=1), ProblemCode.TICKET_STATE)
    assert [(await settled(office, one)).state for one in (first, second)] == [RefundState.PAID] * 2
    record = (await office.issuing.ticket(ticket_id)).record
    assert (record.persons, record.state) == (4, TicketState.ACTIVE)
    assert await balances(office) == {"cash/1": 80_000 - 6 * 6400, "fees/1": -6 * 1600, "sales/1": -4 * 8000}


@pytest.mark.law(6)
async def test_the_last_persons_of_a_group_make_its_code_void(office: Office) -> None:
    ticket_id = await _sold(office, persons=3)
    await settled(office, await request(office, ticket_id, persons=1))
    await settled(office, await request(office, ticket_id))
    assert (await office.issuing.ticket(ticket_id)).record.state is TicketState.VOID
    assert [one.refund.persons for one in await office.listed(REFUNDS)] == [2, 1]


@pytest.mark.law(6)
async def test_a_group_that_entered_behind_the_fence_gets_its_persons_again(office: Office) -> None:
    ticket_id = await _sold(office, persons=10)
    office.gates.agents = (gate(office, None),)
    refund = await request(office, ticket_id, persons=6)
    assert refund.state is RefundState.WAITING
    await publish(office, FeedVersion(1, 1))
    office.gates.agents, office.gates.used = (gate(office, FeedVersion(1, 1)),), {ticket_id: 5}
    assert (await office.refunds.settle(refund.refund_id, office.clock())).state is RefundState.REFUSED
    assert (await office.issuing.ticket(ticket_id)).record.persons == 10
    assert await balances(office) == {"cash/1": 80_000, "sales/1": -80_000}


async def test_places_come_back_person_by_person_and_what_documents_are_limited_to_with_the_last(office: Office) -> None:
    holders = tuple(Holder(Document(DocumentType.PASSPORT, "FR", f"12AB3456{place}"), "Wang") for place in range(3))
    limited = {"person_limit": {"known_by": "document", "a_day": 1}, "stock": {"per": "day", "places": 3}}
    one = await _type(office, **GROUP, is_real_name=True, sale=limited)
    ticket_id = (await office.sell(one, persons=3, holders=holders)).tickets[0].ticket_id
    await settled(office, await request(office, ticket_id, persons=2))
    again = office.sell(one, "key-0002", persons=2, holders=holders[:2])
    await _refused(again, ProblemCode.PURCHASE_LIMIT)
    await settled(office, await request(office, ticket_id))
    assert len((await office.sell(one, "key-0003", persons=3, holders=holders)).tickets) == 1


async def test_an_institution_gives_back_what_is_not_kept(office: Office) -> None:
    held = (await office.hold(await _type(office))).order_id
    start = Start(held, Method.WECHAT, "134567890123456789", office.seller)
    await office.payments.start(start, once("start-01"), office.clock())
    ticket_id = (await office.sales.order(held)).tickets[0].ticket_id
    refund = await settled(office, await request(office, ticket_id))
    assert refund.state is RefundState.RETURNING
    await office.payments.refunds.follow()
    assert await office.refunds.finish_returning(office.clock()) == 1
    assert office.bank.held_fen == 1600
    assert await balances(office) == {"clearing/wechat": 1600, "fees/1": -1600}


@pytest.mark.law(6)
@pytest.mark.parametrize("seed", range(3))
async def test_with_many_requests_at_once_no_person_is_paid_twice_or_after_entering(office: Office, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seeded schedule, not a secret
    ticket_id = await _sold(office, persons=12)
    office.gates.agents = (gate(office, None),)

    async def asked(persons: int) -> Refund | None:
        try:
            return await request(office, ticket_id, persons=persons)
        except Problem:
            return None

    made = await asyncio.gather(*(asked(chance.randint(1, 5)) for _ in range(6)))
    await publish(office, FeedVersion(1, 1))
    office.gates.used = {ticket_id: used} if (used := chance.randint(0, 8)) else {}
    office.gates.agents = (gate(office, FeedVersion(1, 1)),)
    await asyncio.gather(*(office.refunds.settle(one.refund_id, office.clock()) for one in made if one is not None))
    paid = [one.refund for one in await office.listed(REFUNDS) if one.refund.state is RefundState.PAID]
    persons = sum(one.persons for one in paid)
    assert persons + used <= 12
    assert (await balances(office))["cash/1"] == 12 * 8000 - 6400 * persons
    record = (await office.issuing.ticket(ticket_id)).record
    assert record.state is TicketState.VOID or record.persons == 12 - persons
