"""Any parameter of a type changes from a business day on; what contradicts what is out by then is dropped."""

from datetime import date
from typing import Any

import pytest

from central.catalog.amendments import TypeAmendment
from central.domain.problems import Problem, ProblemCode
from protocol.identifiers import TicketTypeId
from protocol.instants import Instant
from tests.builders.office import Office, sign_in

SUMMER = date(2026, 7, 1)


def change(**fields: Any) -> TypeAmendment:  # noqa: ANN401 - JSON as people state it
    return TypeAmendment.model_validate(fields)


async def test_a_planned_change_holds_from_the_beginning_of_its_day(office: Office) -> None:
    one = await office.ticket_type()
    wish = change(price_fen=9000, parameters={"name_en": "Summer", "sale": {"per_order": 4}})
    planned = await office.type_plans.plan(one.type_id, wish, SUMMER, office.seller, office.clock())
    assert await office.type_plans.planned(one.type_id) == (planned,)
    assert await office.type_changes.changes(one.type_id) == ()
    assert await office.type_plans.put_in_force(Instant(planned.effective_at - 1)) == 0
    woken = office.woken
    assert [await office.type_plans.put_in_force(planned.effective_at) for _ in range(2)] == [1, 0]
    (stands,) = await office.catalog.all_ticket_types()
    assert (stands.price_fen, stands.parameters.name_en, stands.parameters.sale.per_order) == (9000, "Summer", 4)
    assert stands.parameters.name_zh == one.parameters.name_zh
    assert office.woken == woken + 1


async def test_what_contradicts_what_is_out_is_dropped_and_holds_up_no_other(office: Office) -> None:
    one, by, now = await office.ticket_type(), office.seller, office.clock()
    await office.sell(one)
    rights = change(parameters={"entitlements": [{"sites": [1]}, {"sites": [1]}]})
    await office.type_plans.plan(one.type_id, rights, date(2026, 5, 11), by, now)
    planned = await office.type_plans.plan(one.type_id, change(price_fen=1), date(2026, 5, 11), by, now)
    await office.hold(one)
    assert await office.type_plans.put_in_force(planned.effective_at) == 1
    (stands,) = await office.catalog.all_ticket_types()
    assert (stands.price_fen, len(stands.parameters.entitlements)) == (1, 1)
    assert await office.type_plans.planned(one.type_id) == ()


async def test_what_cannot_be_is_refused_when_it_is_planned(office: Office) -> None:
    one, plans, by, now = await office.ticket_type(), office.type_plans, office.seller, office.clock()
    for type_id, wish, day, code in (
        (TicketTypeId(9), change(price_fen=1), SUMMER, ProblemCode.NOT_FOUND),
        (one.type_id, change(price_fen=1), date(2026, 5, 1), ProblemCode.INPUT_INVALID),
        (one.type_id, change(parameters={"slots": [{"start": "09:00", "minutes": 60}]}), SUMMER, ProblemCode.INPUT_INVALID),
    ):
        with pytest.raises(Problem) as problem:
            await plans.plan(type_id, wish, day, by, now)
        assert problem.value.code is code


async def test_plans_over_http_are_made_read_and_dropped(office: Office) -> None:
    await office.ticket_type()
    path, changes = "/api/v1/ticket-types/1/changes", {"parameters": {"name_en": "Summer"}, "price_fen": 9000}
    async with office.client() as client:
        headers = await sign_in(client, office)
        answer = await client.post(path, json={"first_day": "2026-07-01", "changes": changes}, headers=headers)
        planned = await answer.json()
        assert (answer.status, planned["effective_at"], planned["changes"]) == (201, "2026-06-30T16:00:00Z", changes)
        assert (await (await client.get(path, headers=headers)).json())["items"] == [planned]
        assert (await client.delete(f"{path}/{planned['change_id']}", headers=headers)).status == 204
        assert (await (await client.get(path, headers=headers)).json())["items"] == []
