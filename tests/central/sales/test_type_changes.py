"""How a type is sold changes from a time on; tickets that were sold before stay unchanged."""

from typing import Any

import pytest

from central.catalog.after_sale import AfterSaleRules, RefundRules
from central.catalog.sale import SaleRules
from central.catalog.service import Sale
from central.domain.problems import Problem, ProblemCode
from central.refunds.rules.amounts import WantedRefund
from central.sales.type_changes import Touched
from protocol.identifiers import TicketTypeId
from protocol.instants import Instant, plus
from tests.builders.office import Office, sign_in

DEARER = Sale(9000, is_on_sale=True)
STRICT = AfterSaleRules(refund=RefundRules(is_refundable=False))


def in_an_hour(office: Office) -> Instant:
    return plus(office.clock(), seconds=3600)


async def refused(code: ProblemCode, coroutine: Any) -> None:  # noqa: ANN401 - any use case
    with pytest.raises(Problem) as problem:
        await coroutine
    assert problem.value.code is code


async def test_a_change_says_what_it_touches(office: Office) -> None:
    one, coded = await office.ticket_type(), await office.ticket_type(activation={}, unseen_allowed=False)
    await office.sell(one, quantity=3)
    await office.hold(one)
    await office.sell(coded, "key-0002", quantity=2)
    changes, now = office.type_changes, office.clock()
    assert await changes.touched(one.type_id, DEARER, now) == Touched(("price_fen",), 3, 0, 1)
    rules = Sale(8000, is_on_sale=False, rules=SaleRules(per_order=2), after_sale=STRICT)
    assert await changes.touched(coded.type_id, rules, now) == Touched(("is_on_sale", "rules", "after_sale"), 0, 2, 0)
    later = plus(now, seconds=3 * 24 * 3600)
    assert (await changes.touched(one.type_id, DEARER, later)).valid_tickets == 0


async def test_a_planned_change_is_put_in_force_at_its_time_and_leaves_what_was_sold(office: Office) -> None:
    one = await office.ticket_type()
    (sold,) = (await office.sell(one)).tickets
    planned = Sale(9000, is_on_sale=True, after_sale=STRICT)
    change = await office.type_changes.plan(one.type_id, planned, in_an_hour(office), office.seller, office.clock())
    assert await office.type_changes.changes(one.type_id) == (change,)
    assert await office.type_changes.put_in_force(office.clock.advance(seconds=3599)) == 0
    assert (await office.sell(one, "key-0002")).total_fen == 8000
    moment = office.clock.advance(seconds=1)
    assert [await office.type_changes.put_in_force(moment) for _ in range(2)] == [1, 0]
    assert await office.type_changes.changes(one.type_id) == ()
    dearer = await office.sell(one, "key-0003")
    assert dearer.total_fen == 9000
    assert (await office.refunds.quote(WantedRefund(sold.ticket_id, "rain"), office.clock())).amount_fen == 8000
    asked = WantedRefund(dearer.tickets[0].ticket_id, "rain")
    await refused(ProblemCode.NOT_REFUNDABLE, office.refunds.quote(asked, office.clock()))


async def test_changes_are_put_in_force_in_their_order_and_may_be_taken_back(office: Office) -> None:
    one, changes, by = await office.ticket_type(), office.type_changes, office.seller
    late = await changes.plan(one.type_id, DEARER, plus(in_an_hour(office), seconds=1), by, office.clock())
    await changes.plan(one.type_id, Sale(7000, is_on_sale=True), in_an_hour(office), by, office.clock())
    dropped = await changes.plan(one.type_id, Sale(1, is_on_sale=False), in_an_hour(office), by, office.clock())
    await changes.drop(one.type_id, dropped.change_id, by, office.clock())
    await refused(ProblemCode.NOT_FOUND, changes.drop(one.type_id, dropped.change_id, by, office.clock()))
    assert await changes.put_in_force(office.clock.advance(seconds=7200)) == 2
    await refused(ProblemCode.NOT_FOUND, changes.drop(one.type_id, late.change_id, by, office.clock()))
    (stands,) = await office.catalog.all_ticket_types()
    assert (stands.price_fen, stands.is_on_sale) == (9000, True)


async def test_what_cannot_be_is_refused_when_it_is_planned(office: Office) -> None:
    one, changes, by = await office.ticket_type(), office.type_changes, office.seller
    await refused(ProblemCode.NOT_FOUND, changes.plan(TicketTypeId(9), DEARER, in_an_hour(office), by, office.clock()))
    await refused(ProblemCode.INPUT_INVALID, changes.plan(one.type_id, DEARER, office.clock(), by, office.clock()))
    slots = SaleRules.model_validate({"stock": {"per": "slot", "places": 5}})
    wrong = Sale(8000, is_on_sale=True, rules=slots)
    await refused(ProblemCode.INPUT_INVALID, changes.plan(one.type_id, wrong, in_an_hour(office), by, office.clock()))


async def test_changes_over_http_are_previewed_planned_listed_and_dropped(office: Office) -> None:
    await office.ticket_type()
    path, sale = "/api/v1/ticket-types/1", {"price_fen": 9000, "is_on_sale": True}
    async with office.client() as client:
        headers = await sign_in(client, office)
        touched = await (await client.post(f"{path}/sale-previews", json=sale, headers=headers)).json()
        assert touched == {"changed": ["price_fen"], "valid_tickets": 0, "inactive_tickets": 0, "held_orders": 0}
        planned = {**sale, "effective_at": "2026-06-01T00:00:00+08:00"}
        change = await (await client.post(f"{path}/sale-changes", json=planned, headers=headers)).json()
        assert change["effective_at"] == "2026-05-31T16:00:00Z"
        listed = await (await client.get(f"{path}/sale-changes", headers=headers)).json()
        assert listed["items"] == [change]
        assert (await client.delete(f"{path}/sale-changes/{change['change_id']}", headers=headers)).status == 204
