"""The effect of the catalogue's sale rules on a quote: refusals that name the field, and the price of the day."""

from datetime import date, time
from typing import Any

import pytest

from central.catalog.sale import SaleRules
from central.catalog.service import Sale
from central.domain.problems import Problem, ProblemCode
from central.sales.service import Wanted
from protocol.identifiers import SiteId
from tests.builders.office import Office, wanted_line

SITE = SiteId(1)
SLOTS: dict[str, Any] = {
    "slots": [{"start": "08:00", "minutes": 60}, {"start": "09:30", "minutes": 60}],
    "entitlements": [{"sites": [1], "always": [{"check": "time-slot"}]}],
}


@pytest.mark.parametrize(
    ("sale", "line", "code", "field"),
    [
        ({"opens_at": "2026-05-10T10:01"}, {}, ProblemCode.SALE_NOT_OPEN, "lines.0.ticket_type_id"),
        ({"closes_at": "2026-05-10T09:59"}, {}, ProblemCode.SALE_CLOSED, "lines.0.ticket_type_id"),
        ({"today_until": "09:59"}, {}, ProblemCode.SALE_CLOSED, "lines.0.visit_day"),
        ({"days_ahead_least": 1}, {}, ProblemCode.DAY_NOT_SOLD, "lines.0.visit_day"),
        ({"days_ahead_most": 1}, {"visit": date(2026, 5, 12)}, ProblemCode.DAY_NOT_SOLD, "lines.0.visit_day"),
        ({"per_order": 2}, {"quantity": 3}, ProblemCode.PURCHASE_LIMIT, "lines.0.quantity"),
    ],
)
async def test_a_rule_refuses_and_names_the_field(
    office: Office, sale: dict[str, Any], line: dict[str, Any], code: ProblemCode, field: str
) -> None:
    one = await office.ticket_type(sale=sale)
    with pytest.raises(Problem) as problem:
        await office.sell(one, **line)
    assert (problem.value.code, [fault.field for fault in problem.value.fields]) == (code, [field])


async def test_a_limit_of_an_order_counts_all_its_lines(office: Office) -> None:
    one = await office.ticket_type(sale={"per_order": 3})
    with pytest.raises(Problem) as problem:
        await office.sales.quote(Wanted(SITE, (wanted_line(one, 2), wanted_line(one, 2))), office.clock())
    assert [fault.field for fault in problem.value.fields] == ["lines.1.quantity"]
    assert "at most 3" in str(problem.value)


async def test_a_slot_that_is_over_is_not_sold(office: Office) -> None:
    one = await office.ticket_type(**SLOTS)
    assert (await office.sell(one, slot_start=time(9, 30))).tickets
    with pytest.raises(Problem) as problem:
        await office.sell(one, key="key-0002", slot_start=time(8))
    assert problem.value.code is ProblemCode.SALE_CLOSED


async def test_an_order_costs_what_the_calendar_says_and_is_refunded_at_what_was_paid(office: Office) -> None:
    calendar = [{"first": "2026-05-10", "last": "2026-05-10", "price_fen": 9900}]
    one = await office.ticket_type(8000, sale={"prices": calendar})
    order = await office.sell(one, quantity=2)
    assert order.total_fen == 19800
    assert (await office.sell(one, key="key-0002", visit=date(2026, 5, 11))).total_fen == 8000


async def test_rules_change_without_a_new_type_and_stay_where_they_are_left_out(office: Office) -> None:
    one = await office.ticket_type()
    rules = SaleRules(per_order=1)
    for sale in (Sale(8000, is_on_sale=True, rules=rules), Sale(9000, is_on_sale=True)):
        changed = await office.catalog.change_sale(one.type_id, sale, office.seller, office.clock())
        assert changed.parameters == one.parameters.model_copy(update={"sale": rules})
    misfit = Sale(1, is_on_sale=True, rules=SaleRules.model_validate({"stock": {"per": "slot", "places": 5}}))
    with pytest.raises(Problem) as problem:
        await office.catalog.change_sale(one.type_id, misfit, office.seller, office.clock())
    assert (problem.value.code, problem.value.fields[0].field) == (ProblemCode.INPUT_INVALID, "rules")
