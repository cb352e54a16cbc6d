"""Refunds of a closed day: each unused ticket once, although the server ends meanwhile, and the progress can be read."""

from datetime import date
from typing import Any

import pytest

from central.catalog.ticket_type import TicketType
from central.domain.problems import Problem, ProblemCode
from central.issuing.feed_version import FeedVersion
from central.payments.methods import Method
from central.payments.service import Start
from central.refunds.batches import Affected, Batch, BatchState, ClosedDay, Made, WantedBatches
from central.refunds.rules.amounts import RefundKind
from central.refunds.service import RefundState
from central.reports.refunds import REFUNDS
from protocol.errors import StorageError
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from tests.builders.office import VISIT, Office, once
from tests.builders.refunding import balances, publish, request

pytestmark = [pytest.mark.law(6), pytest.mark.law(12)]
RULES: dict[str, Any] = {"refund": {"is_refundable": False}}
NEXT_DAY = date(2026, 5, 11)


async def _begun(office: Office, type_id: TicketTypeId | None = None, key: str = "batch-001") -> Batch:
    closed = ClosedDay(SiteId(1), VISIT, type_id)
    return await office.refund_batches.begin(closed, "typhoon", once(key), office.seller, office.clock())


async def _carried_on(office: Office, batch: Batch) -> Batch:
    await office.refund_batches.go_on(office.clock())
    return await office.refund_batches.batch(batch.batch_id)


async def _settled(office: Office) -> None:
    await publish(office, FeedVersion(1, 9))
    await office.refunds.settle_waiting(office.clock())


async def _day(office: Office) -> tuple[TicketType, list[TicketId]]:
    """Sell three tickets for the day in two orders, and one for the next day."""
    one = await office.ticket_type(after_sale=RULES)
    orders = [await office.sell(one, "key-0001", quantity=2), await office.sell(one, "key-0002")]
    await office.sell(one, "key-0003", visit=NEXT_DAY)
    return one, [ticket.ticket_id for order in orders for ticket in order.tickets]


async def test_each_ticket_of_the_day_is_refunded_once_and_the_money_is_owed_until_its_visitor_comes(office: Office) -> None:
    one, tickets = await _day(office)
    assert await office.refund_batches.affected(ClosedDay(SiteId(1), VISIT, None)) == Affected(3, 3, 24_000)
    batch = await _begun(office)
    assert (batch.state, batch.made) == (BatchState.RUNNING, ())
    assert (await _begun(office)).batch_id == batch.batch_id
    batch = await _carried_on(office, batch)
    assert (batch.state, batch.left_out, batch.made) == (BatchState.DONE, 0, (Made(RefundState.WAITING, 3, 24_000),))
    await _settled(office)
    assert (await office.refund_batches.batch(batch.batch_id)).made == (Made(RefundState.OWED, 3, 24_000),)
    assert await balances(office) == {"cash/1": 32_000, "owed/cash": -24_000, "sales/1": -8000}
    refunds = [listed.refund for listed in await office.listed(REFUNDS)]
    assert {refund.ticket_id for refund in refunds} == set(tickets)
    assert {refund.kind for refund in refunds} == {RefundKind.CLOSED_DAY}
    for refund in refunds:
        assert (await office.refunds.hand_out(refund.refund_id, office.seller, office.clock())).state is RefundState.PAID
    with pytest.raises(Problem) as problem:
        await office.refunds.hand_out(refunds[0].refund_id, office.seller, office.clock())
    assert problem.value.code is ProblemCode.REFUND_STATE
    assert await balances(office) == {"cash/1": 8000, "sales/1": -8000}
    again = await _carried_on(office, await _begun(office, key="batch-002"))
    assert (again.left_out, again.made) == (3, ())
    assert await office.refund_batches.affected(ClosedDay(SiteId(1), NEXT_DAY, one.type_id)) == Affected(1, 1, 8000)


async def test_what_was_used_or_is_refunded_already_is_left_out_and_a_group_keeps_those_who_entered(office: Office) -> None:
    _, tickets = await _day(office)
    group = await office.ticket_type(1000, group={"minimum": 2, "maximum": 50})
    shown = (await office.sell(group, "key-0009", persons=10)).tickets[0].ticket_id
    office.gates.used = {tickets[0]: 1, shown: 4}
    await office.issuing.block(tickets[1], office.seller, "lost", office.clock())
    batch = await _carried_on(office, await _begun(office))
    assert (batch.left_out, batch.made) == (2, (Made(RefundState.WAITING, 2, 14_000),))
    assert (await office.issuing.ticket(shown)).record.persons == 4


async def test_only_the_type_that_was_named_is_refunded(office: Office) -> None:
    one, _ = await _day(office)
    other = await office.ticket_type(500)
    await office.sell(other, "key-0009")
    batch = await _carried_on(office, await _begun(office, other.type_id))
    assert batch.made == (Made(RefundState.WAITING, 1, 500),)
    with pytest.raises(Problem) as problem:
        await _begun(office, TicketTypeId(one.type_id + 9), "batch-009")
    assert problem.value.code is ProblemCode.NOT_FOUND


async def test_a_batch_that_broke_off_goes_on_and_refunds_nothing_twice(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("central.refunds.batches.MOST_ORDERS_A_RUN", 1)
    await _day(office)
    batch = await _begun(office)
    came_to = office.refund_batches._came_to  # noqa: SLF001 - the instant between the refunds and the note of them

    async def ended(*_how: Any) -> bool:  # noqa: ANN401 - any arguments
        raise StorageError("the server ended")

    monkeypatch.setattr(office.refund_batches, "_came_to", ended)
    with pytest.raises(StorageError):
        await office.refund_batches.go_on(office.clock())
    monkeypatch.setattr(office.refund_batches, "_came_to", came_to)
    for _ in range(3):
        batch = await _carried_on(office, batch)
    assert (batch.state, batch.left_out, batch.made) == (BatchState.DONE, 0, (Made(RefundState.WAITING, 3, 24_000),))


async def test_a_batch_that_is_stopped_goes_no_further(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("central.refunds.batches.MOST_ORDERS_A_RUN", 1)
    await _day(office)
    batch = await _carried_on(office, await _begun(office))
    await office.refund_batches.stop(batch.batch_id, office.seller, office.clock())
    batch = await _carried_on(office, batch)
    assert (batch.state, batch.made) == (BatchState.STOPPED, (Made(RefundState.WAITING, 2, 16_000),))
    with pytest.raises(Problem):
        await office.refund_batches.stop(batch.batch_id, office.seller, office.clock())
    assert [one.batch_id for one in await office.refund_batches.batches(WantedBatches(), None, 10)] == [batch.batch_id]


async def test_an_institution_pays_by_itself(office: Office) -> None:
    held = (await office.hold(await office.ticket_type())).order_id
    start = Start(held, Method.WECHAT, "134567890123456789", office.seller)
    await office.payments.start(start, once("start-01"), office.clock())
    batch = await _carried_on(office, await _begun(office))
    await _settled(office)
    assert (await office.refund_batches.batch(batch.batch_id)).made == (Made(RefundState.RETURNING, 1, 8000),)
    await office.payments.refunds.follow()
    await office.refunds.finish_returning(office.clock())
    assert await balances(office) == {}


async def test_a_refund_that_was_asked_for_before_is_not_made_again(office: Office) -> None:
    ticket_id = (await office.sell(await office.ticket_type())).tickets[0].ticket_id
    await request(office, ticket_id)
    batch = await _carried_on(office, await _begun(office))
    assert (batch.left_out, batch.made) == (1, ())
