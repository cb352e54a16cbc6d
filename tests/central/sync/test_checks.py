"""Checks of tickets by a person with a phone: as at a gate, told to the gates, and taken back within a minute."""

from typing import Any

import pytest

from central.sync.routes.checks import CHECKS
from protocol.admission.verdict import Admit, CallStaff, Reason, Refuse
from protocol.identifiers import TicketId
from tests.builders.central import HandClock
from tests.builders.served import Central

pytestmark = pytest.mark.usefixtures("checker")


@pytest.fixture
async def checker(central: Central) -> None:
    """The administrator checks at the first site."""
    await central.api("PUT", "/sites/1/supervisors/admin")


@pytest.fixture
async def point(central: Central, adult: int) -> int:
    """A check point that no computer hosts."""
    return await central.add_check_point([adult])


async def check(central: Central, point: int, text: str, attempt: int, status: int = 200, **more: object) -> Any:  # noqa: ANN401 - JSON
    body = {"text": text, "attempt_id": f"{attempt:032x}", **more}
    return await central.api("POST", f"/check-points/{point}/checks", body, status=status)


async def undo(central: Central, checked: dict[str, Any], status: int = 200) -> Any:  # noqa: ANN401 - JSON
    return await central.api("POST", f"/checks/{checked['check_id']}/undo", {"reason": "went away"}, status=status)


async def settle(central: Central, clock: HandClock) -> None:
    await central.built.app[CHECKS].settle(clock())


async def test_a_code_is_admitted_once_and_then_used_up(central: Central, adult: int, point: int) -> None:
    (ticket,) = await central.sell(adult)
    first = await check(central, point, ticket["code"], 1)
    assert (first["result"], first["reason"], first["uses_left"]) == ("admit", None, 0)
    assert (first["ticket_id"], first["ticket_type"]["name"]) == (ticket["ticket_id"], "Adult")
    second = await check(central, point, ticket["code"], 2)
    assert (second["result"], second["reason"]) == ("refuse", "used_up")
    assert second["visitor"]["en"].startswith("This ticket has been used")
    assert second["staff"]["zh"].startswith("票已用完")
    assert second["place"] == {"zh": "一号闸机", "en": "Gate 1"}


async def test_the_same_attempt_is_one_check(central: Central, adult: int, point: int) -> None:
    (ticket,) = await central.sell(adult)
    said = [await check(central, point, ticket["code"], 1) for _ in range(3)]
    assert said[1:] == said[:1] * 2
    records = (await central.api("GET", "/admissions"))["items"]
    assert [one["ticket_id"] for one in records] == [ticket["ticket_id"]]
    other = await central.add_check_point([adult])
    assert (await check(central, other, ticket["code"], 1, status=409))["code"] == "conflict"


async def test_a_typed_number_is_taken_because_a_person_stands_there(central: Central, adult: int, point: int) -> None:
    (ticket,) = await central.sell(adult)
    assert (await check(central, point, ticket["short_number"], 1))["result"] == "admit"


async def test_a_text_that_is_no_ticket_is_refused(central: Central, point: int) -> None:
    assert [(await check(central, point, text, number))["reason"] for number, text in enumerate(("HELLO", "票"), 1)] == [
        "malformed",
        "malformed",
    ]


@pytest.mark.parametrize(("confirmed", "result"), [(False, "call-staff"), (True, "admit")])
async def test_a_real_name_ticket_needs_the_holder(central: Central, confirmed: bool, result: str) -> None:  # noqa: FBT001 - a table
    named = await central.add_type(is_real_name=True)
    point = await central.add_check_point([named])
    holder = {"document_type": "passport", "country": "FR", "number": "E1234567", "name": "Anne"}
    wanted = {"site_id": 1, "lines": [{"ticket_type_id": named, "visit_day": "2026-05-10", "holders": [holder]}]}
    order = await central.api("POST", "/orders", {**wanted, "expected_total_fen": 8000, "method": "cash"})
    said = await check(central, point, order["tickets"][0]["code"], 1, holder_confirmed=confirmed)
    assert said["result"] == result
    document = {key: holder[key] for key in ("document_type", "country", "number")}
    body = {"document": document, "attempt_id": f"{2:032x}"}
    by_document = await central.api("POST", f"/check-points/{point}/checks", body)
    assert by_document["result"] == ("refuse" if confirmed else "admit")


async def test_a_disabled_check_point_answers_as_a_gate_would(central: Central, adult: int) -> None:
    point = await central.add_check_point([adult], state="disabled")
    (ticket,) = await central.sell(adult)
    assert (await check(central, point, ticket["code"], 1))["reason"] == "device_disabled"


async def test_an_exit_opens(central: Central, adult: int, point: int) -> None:
    way_out = await central.add_check_point([adult], direction="exit")
    (ticket,) = await central.sell(adult)
    await check(central, point, ticket["code"], 1)
    assert (await check(central, way_out, ticket["code"], 2))["result"] == "admit"


async def test_who_supervises_no_gate_of_the_site_checks_nowhere(central: Central, adult: int, point: int) -> None:
    await central.api("DELETE", "/sites/1/supervisors/admin", status=204)
    (ticket,) = await central.sell(adult)
    assert (await check(central, point, ticket["code"], 1, status=403))["code"] == "forbidden"
    await central.api("GET", f"/check-points/{point}/checks/today", status=403)
    await check(central, 99, ticket["code"], 1, status=404)


@pytest.mark.law(2)
async def test_no_gate_lets_the_ticket_in_again_whether_the_passage_is_open_or_over(
    central: Central, adult: int, clock: HandClock
) -> None:
    point = await central.add_check_point([adult])
    gate = await central.enrol(point)
    (ticket,) = await central.sell(adult)
    await check(central, point, ticket["code"], 1)
    for attempt in (1, 2):
        verdict = await gate.ask_to_admit(attempt, ticket["code"])
        assert isinstance(verdict, Refuse | CallStaff)
        assert verdict.reason is Reason.USED_UP
        clock.advance(seconds=61)
        await settle(central, clock)
    await gate.refresh_until(lambda one: len(one.cache.events_of(TicketId(int(ticket["ticket_id"], 16)))) == 2)
    gate.close()


async def test_a_passage_that_is_taken_back_gives_the_use_back(central: Central, adult: int, clock: HandClock) -> None:
    point = await central.add_check_point([adult])
    gate = await central.enrol(point)
    (ticket,) = await central.sell(adult)
    said = await check(central, point, ticket["code"], 1)
    undone = await undo(central, said)
    assert (undone["is_undone"], undone["undo_ends_at"]) == (True, None)
    assert await undo(central, said) == undone
    clock.advance(seconds=61)
    await settle(central, clock)
    assert isinstance(await gate.ask_to_admit(1, ticket["code"]), Admit)
    records = (await central.api("GET", "/audit-records", None))["items"]
    assert "check.undo" in {one["action"] for one in records}
    gate.close()


async def test_after_a_minute_a_passage_stays(central: Central, adult: int, point: int, clock: HandClock) -> None:
    (ticket,) = await central.sell(adult)
    said = await check(central, point, ticket["code"], 1)
    refused = await check(central, point, ticket["code"], 2)
    clock.advance(seconds=61)
    assert [(await undo(central, one, status=409))["code"] for one in (said, refused)] == ["conflict"] * 2
    await settle(central, clock)
    assert (await undo(central, said, status=409))["code"] == "conflict"
    await central.api("POST", "/checks/999/undo", {"reason": "x"}, status=404)


async def test_the_page_counts_persons_and_refusals_of_today(central: Central, adult: int, point: int, clock: HandClock) -> None:
    first, second = await central.sell(adult, 2)
    await check(central, point, first["code"], 1)
    await undo(central, await check(central, point, second["code"], 2))
    await check(central, point, first["code"], 3)
    today = {"admitted": 1, "refused": 1, "own_admitted": 1, "own_refused": 1}
    assert await central.api("GET", f"/check-points/{point}/checks/today") == today
    clock.advance(seconds=86_400)
    await central.sign_in_again()
    assert set((await central.api("GET", f"/check-points/{point}/checks/today")).values()) == {0}


async def test_lists_and_history_name_the_checker_and_no_computer_is_added(central: Central, adult: int, point: int) -> None:
    (ticket,) = await central.sell(adult)
    await check(central, point, ticket["code"], 1)
    said = await central.api("GET", f"/tickets/{ticket['ticket_id']}/history")
    entry = next(one for one in said["items"] if one["happening"] == "entry")
    assert (entry["person"]["name"], entry["what"]) == ("admin", "entry")
    assert (await central.api("GET", "/agents"))["items"] == []
