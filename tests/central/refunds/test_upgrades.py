"""Upgrades (补差价): one ticket for another, only the difference paid, agreed with the ledger; no money for a used ticket."""

from typing import Any

import pytest

from central.catalog.ticket_type import TicketType
from central.domain.problems import Problem, ProblemCode
from central.issuing.feed_version import FeedVersion
from central.issuing.tickets import Ticket
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.payments.service import Start
from central.refunds.rules.amounts import RefundKind
from central.refunds.service import RefundState
from central.refunds.upgrades import UpgradeQuote, WantedUpgrade
from central.reports.refunds import REFUNDS
from central.sales.orders import Order
from central.sales.rules.pricing import Holder
from protocol.holders import Document, DocumentType
from protocol.tickets.record import TicketState
from tests.builders.office import EVERYBODY, VISIT, Office, once
from tests.builders.refunding import balances, gate, publish, request, settled

pytestmark = pytest.mark.law(12)
LI = Holder(Document(DocumentType.RESIDENT_ID, "CN", "990101199003074518"), "李明")
PLACE: dict[str, Any] = {"sale": {"stock": {"per": "day", "places": 1}}}


def _wanted(ticket: Ticket, one: TicketType, **more: Any) -> WantedUpgrade:  # noqa: ANN401 - fields of a wanted upgrade
    return WantedUpgrade(ticket.ticket_id, one.type_id, VISIT, None, "window", None, **more)


async def _upgraded(office: Office, ticket: Ticket, one: TicketType, fen: int, **more: Any) -> Order:  # noqa: ANN401
    paid, key = AtOnce(Method.CASH, office.seller), once(f"upgrade-{ticket.ticket_id:x}")
    return await office.upgrades.upgrade(_wanted(ticket, one, **more), fen, paid, key, office.clock())


async def _sold_by_wechat(office: Office) -> Ticket:
    held = (await office.hold(await office.ticket_type())).order_id
    start = Start(held, Method.WECHAT, "134567890123456789", office.seller)
    await office.payments.start(start, once("start-01"), office.clock())
    return (await office.sales.order(held)).tickets[0]


async def _refused(asked: Any) -> ProblemCode:  # noqa: ANN401 - a coroutine
    with pytest.raises(Problem) as problem:
        await asked
    return problem.value.code


async def test_only_the_difference_is_paid_and_the_old_ticket_is_void(office: Office) -> None:
    old = (await office.sell(await office.ticket_type(8000, **PLACE))).tickets[0]
    dear = await office.ticket_type(12_000)
    assert await office.upgrades.quote(_wanted(old, dear), office.clock()) == UpgradeQuote(12_000, 8000)
    order = await _upgraded(office, old, dear, 4000)
    assert (order.total_fen, [one.record.ticket_type for one in order.tickets]) == (12_000, [dear.type_id])
    assert (await _upgraded(office, old, dear, 4000)).order_id == order.order_id
    assert (await office.issuing.ticket(old.ticket_id)).record.state is TicketState.VOID
    assert await balances(office) == {"cash/1": 12_000, "sales/1": -12_000}
    (handed_in,) = [one.refund for one in await office.listed(REFUNDS)]
    assert (handed_in.kind, handed_in.state, handed_in.amount_fen) == (RefundKind.EXCHANGE, RefundState.PAID, 8000)
    (today,) = (await office.reports.home(None, EVERYBODY, office.clock())).sites
    assert (today.today.taken_fen, today.today.returned_fen) == (12_000, 0)
    assert (today.today.sold_fen - today.today.refunded_fen) == 12_000


async def test_the_place_of_the_old_ticket_is_free_again(office: Office) -> None:
    cheap = await office.ticket_type(8000, **PLACE)
    old = (await office.sell(cheap)).tickets[0]
    await _upgraded(office, old, await office.ticket_type(12_000), 4000)
    await office.sell(cheap, "key-0002")


async def test_what_does_not_fit_changes_nothing(office: Office) -> None:
    old, used = (await office.sell(await office.ticket_type(8000), quantity=2)).tickets
    cheap, dear, full = await office.ticket_type(7000), await office.ticket_type(9000), await office.ticket_type(9000, **PLACE)
    await office.sell(full, "key-0002")
    office.gates.used = {used.ticket_id: 1}
    assert await _refused(office.upgrades.quote(_wanted(old, cheap), office.clock())) is ProblemCode.NOT_UPGRADABLE
    assert await _refused(_upgraded(office, old, dear, 999)) is ProblemCode.TOTAL_CHANGED
    assert await _refused(_upgraded(office, old, full, 1000)) is ProblemCode.SOLD_OUT
    for ask in (office.upgrades.quote(_wanted(used, dear), office.clock()), _upgraded(office, used, dear, 1000)):
        assert await _refused(ask) is ProblemCode.TICKET_STATE
    assert (await office.issuing.ticket(old.ticket_id)).record.state is TicketState.ACTIVE
    office.clock.advance(seconds=24 * 3600)
    assert await _refused(office.upgrades.quote(_wanted(old, dear), office.clock())) is ProblemCode.NOT_UPGRADABLE
    assert await balances(office) == {"cash/1": 25_000, "sales/1": -25_000}


async def test_holders_go_with_the_ticket(office: Office) -> None:
    old = (await office.sell(await office.ticket_type(is_real_name=True), holders=(LI,))).tickets[0]
    real, plain = await office.ticket_type(9000, is_real_name=True), await office.ticket_type(9500)
    order = await _upgraded(office, old, real, 1000)
    kept = await office.sales.masked_holders(order.tickets[0].ticket_id)
    assert [one.name for one in kept] == ["李*"]
    order = await _upgraded(office, order.tickets[0], plain, 500)
    assert await office.sales.masked_holders(order.tickets[0].ticket_id) == ()
    assert await _refused(_upgraded(office, order.tickets[0], real, 0)) is ProblemCode.HOLDER_REQUIRED


@pytest.mark.law(6)
async def test_what_goes_back_for_the_new_ticket_goes_the_ways_that_it_came(office: Office) -> None:
    first = await _upgraded(office, await _sold_by_wechat(office), await office.ticket_type(12_000), 4000)
    second = await _upgraded(office, first.tickets[0], await office.ticket_type(12_500), 500)
    assert await balances(office) == {"cash/1": 4500, "clearing/wechat": 8000, "sales/1": -12_500}
    by_hand = {"kind": RefundKind.BY_HAND, "fee_fen": 6000}
    refund = await settled(office, await request(office, second.tickets[0].ticket_id, **by_hand))
    assert (refund.state, refund.amount_fen) == (RefundState.RETURNING, 6500)
    await office.payments.refunds.follow()
    await office.refunds.finish_returning(office.clock())
    assert office.bank.held_fen == 6000
    assert await balances(office) == {"clearing/wechat": 6000, "fees/1": -6000}


@pytest.mark.law(6)
async def test_persons_of_an_upgraded_group_take_first_what_was_paid_last(office: Office) -> None:
    group = {"group": {"minimum": 2, "maximum": 9}}
    old = (await office.sell(await office.ticket_type(1000, **group), persons=4)).tickets[0]
    card = AtOnce(Method.CARD_TERMINAL, office.seller)
    wanted = _wanted(old, await office.ticket_type(1500, **group))
    order = await office.upgrades.upgrade(wanted, 2000, card, once("upgrade-01"), office.clock())
    new = order.tickets[0].ticket_id
    await settled(office, await request(office, new, persons=1))
    assert await balances(office) == {"cash/1": 4000, "card_terminal/1": 500, "sales/1": -4500}
    await settled(office, await request(office, new))
    assert await balances(office) == {}


@pytest.mark.law(6)
async def test_the_money_of_the_new_ticket_waits_for_the_gates_of_the_old_one(office: Office) -> None:
    old = (await office.sell(await office.ticket_type(8000))).tickets[0]
    office.gates.agents = (gate(office, None),)
    order = await _upgraded(office, old, await office.ticket_type(9000), 1000)
    refund = await request(office, order.tickets[0].ticket_id)
    await publish(office, FeedVersion(1, 2))
    office.gates.agents = (gate(office, FeedVersion(1, 1)),)
    assert (await office.refunds.settle(refund.refund_id, office.clock())).state is RefundState.WAITING
    office.gates.agents, office.gates.used = (gate(office, FeedVersion(1, 2)),), {old.ticket_id: 1}
    assert (await office.refunds.settle(refund.refund_id, office.clock())).state is RefundState.REFUSED
    assert await balances(office) == {"cash/1": 9000, "sales/1": -9000}


async def test_no_visitor_avoids_a_fee_by_an_upgrade(office: Office) -> None:
    never = {"after_sale": {"refund": {"is_refundable": False}}}
    old = (await office.sell(await office.ticket_type(8000, **never))).tickets[0]
    free = await office.ticket_type(8100, after_sale={"reschedule": {}})
    new = (await _upgraded(office, old, free, 100)).tickets[0]
    assert await _refused(request(office, new.ticket_id)) is ProblemCode.NOT_REFUNDABLE
