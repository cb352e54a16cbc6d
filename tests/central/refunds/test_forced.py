"""Forced refunds (强制退票): of persons who entered and could not be served, once, and recorded as forced."""

from typing import Any

import pytest

from central.admissions.refunded import paid_back_among
from central.domain.problems import Problem, ProblemCode
from central.refunds.rules.amounts import RefundKind
from central.refunds.service import RefundState
from protocol.identifiers import TicketId
from protocol.tickets.record import TicketState
from tests.builders.office import Office
from tests.builders.refunding import balances, request, settled

pytestmark = [pytest.mark.law(6), pytest.mark.law(12)]
GROUP: dict[str, Any] = {"group": {"minimum": 2, "maximum": 50}}
FORCED: dict[str, Any] = {"kind": RefundKind.FORCED, "fee_fen": 0}


async def _entered(office: Office, persons: int, entered: int, **more: Any) -> TicketId:  # noqa: ANN401 - parameters of a type
    one = await office.ticket_type(8000, **(GROUP if persons > 1 else {}), **more)
    ticket_id = (await office.sell(one, persons=persons)).tickets[0].ticket_id
    office.gates.used = {ticket_id: entered}
    return ticket_id


async def _refused(asked: Any) -> str:  # noqa: ANN401 - a coroutine
    with pytest.raises(Problem) as problem:
        await asked
    assert problem.value.code is ProblemCode.TICKET_STATE
    return str(problem.value)


async def test_a_used_ticket_is_refunded_by_force_alone(office: Office) -> None:
    ticket_id = await _entered(office, 1, 1, sale={"stock": {"per": "day", "places": 1}})
    await _refused(request(office, ticket_id))
    refund = await settled(office, await request(office, ticket_id, **FORCED))
    assert (refund.state, refund.kind, refund.amount_fen) == (RefundState.PAID, RefundKind.FORCED, 8000)
    assert (await office.issuing.ticket(ticket_id)).record.state is TicketState.VOID
    assert await balances(office) == {}
    async with office.store.transaction() as work:
        assert await paid_back_among(work, [ticket_id]) == frozenset()


async def test_a_visitor_who_entered_keeps_the_place_that_was_used(office: Office) -> None:
    one = await office.ticket_type(sale={"stock": {"per": "day", "places": 1}})
    ticket_id = (await office.sell(one)).tickets[0].ticket_id
    office.gates.used = {ticket_id: 1}
    await settled(office, await request(office, ticket_id, **FORCED))
    with pytest.raises(Problem) as problem:
        await office.sell(one, "key-0002")
    assert problem.value.code is ProblemCode.SOLD_OUT


async def test_an_unused_ticket_is_not_refunded_by_force(office: Office) -> None:
    ticket_id = await _entered(office, 1, 0)
    assert "no person has entered" in await _refused(request(office, ticket_id, **FORCED))


async def test_those_of_a_group_who_entered_are_paid_back_once_and_the_others_enter_still(office: Office) -> None:
    ticket_id = await _entered(office, 10, 4)
    assert "4 persons have entered" in await _refused(request(office, ticket_id, persons=5, **FORCED))
    await settled(office, await request(office, ticket_id, persons=3, **FORCED))
    record = (await office.issuing.ticket(ticket_id)).record
    assert (record.persons, record.state) == (10, TicketState.ACTIVE)
    assert "1 persons have entered" in await _refused(request(office, ticket_id, persons=2, **FORCED))
    by_rule = await settled(office, await request(office, ticket_id, persons=6))
    assert by_rule.state is RefundState.PAID
    await settled(office, await request(office, ticket_id, **FORCED))
    assert (await office.issuing.ticket(ticket_id)).record.state is TicketState.VOID
    assert await balances(office) == {}


async def test_a_whole_group_is_refunded_by_force_though_some_never_entered(office: Office) -> None:
    ticket_id = await _entered(office, 10, 4)
    refund = await settled(office, await request(office, ticket_id, kind=RefundKind.FORCED, fee_fen=5000))
    assert (refund.persons, refund.amount_fen) == (10, 75_000)
    assert await balances(office) == {"cash/1": 5000, "fees/1": -5000}
