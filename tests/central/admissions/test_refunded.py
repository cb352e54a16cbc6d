"""Money that went back, as admissions query it: by tickets, and never before a pending decision has ended."""

import asyncio

import pytest

from central.admissions.refunded import paid_back_among, partly_paid_back_among
from central.issuing import outbox
from central.issuing.feed_version import FeedVersion
from central.refunds.rules.amounts import WantedRefund
from central.refunds.service import RefundState
from central.store.tables.money import RefundRow
from protocol.identifiers import SiteId, TicketId
from tests.builders.office import Office, once
from tests.builders.refunding import gate

pytestmark = pytest.mark.law(6)
WAIT_S = 0.2


async def waiting_refund(office: Office, key: str = "key-0001") -> tuple[TicketId, int]:
    """Return a ticket whose refund waits for a gate."""
    ticket_id = (await office.sell(await office.ticket_type(), key)).tickets[0].ticket_id
    office.gates.agents = (gate(office, None),)
    refund = await office.refunds.request(WantedRefund(ticket_id, "rain"), once(f"refund-{key}"), office.seller, office.clock())
    assert refund.state is RefundState.WAITING
    return ticket_id, refund.refund_id


async def paid_back(office: Office, *tickets: TicketId) -> frozenset[TicketId]:
    async with office.store.transaction() as work:
        return await paid_back_among(work, tickets)


async def test_money_is_back_when_the_refund_is_paid_and_not_while_it_waits(office: Office) -> None:
    ticket_id, refund_id = await waiting_refund(office)
    other, _ = await waiting_refund(office, "key-0002")
    assert await paid_back(office, ticket_id, other) == frozenset()
    await office.refunds.override(refund_id, "cut off", office.seller, office.clock())
    assert await paid_back(office, ticket_id, other) == {ticket_id}
    assert await paid_back(office, other) == frozenset()
    assert await paid_back(office) == frozenset()


async def test_a_refund_that_was_refused_is_none_even_when_another_waits(office: Office) -> None:
    ticket_id, refund_id = await waiting_refund(office)
    async with office.store.transaction() as work:
        changes = await outbox.unpublished(work, SiteId(1), 1000)
        await outbox.mark_published(work, [change.change_id for change in changes], FeedVersion(1, 1))
    office.gates.agents, office.gates.used = (), {ticket_id: 1}
    assert (await office.refunds.settle(refund_id, office.clock())).state is RefundState.REFUSED
    assert await paid_back(office, ticket_id) == frozenset()


async def test_a_decision_under_way_is_waited_for(office: Office) -> None:
    ticket_id, refund_id = await waiting_refund(office)
    async with office.store.transaction() as work:
        row = await work.session.get_one(RefundRow, refund_id, with_for_update=True)
        row.state = RefundState.PAID
        work.session.add(row)
        await work.session.flush()
        asked = asyncio.create_task(paid_back(office, ticket_id))
        done, _ = await asyncio.wait({asked}, timeout=WAIT_S)
        assert not done
    assert await asked == {ticket_id}


async def test_a_group_of_which_some_were_paid_back_is_not_paid_back_as_a_whole(office: Office) -> None:
    one = await office.ticket_type(group={"minimum": 2, "maximum": 9})
    ticket_id = (await office.sell(one, persons=5)).tickets[0].ticket_id
    wanted = WantedRefund(ticket_id, "rain", 2)
    refund = await office.refunds.request(wanted, once("refund-some"), office.seller, office.clock())
    async with office.store.transaction() as work:
        assert await partly_paid_back_among(work, [ticket_id]) == frozenset()
    await office.refunds.override(refund.refund_id, "cut off", office.seller, office.clock())
    async with office.store.transaction() as work:
        assert await partly_paid_back_among(work, [ticket_id]) == {ticket_id}
    assert await paid_back(office, ticket_id) == frozenset()
