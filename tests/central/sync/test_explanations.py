"""Why the gate did not open: what real gates journalled, found by what a visitor shows, or by the gate and the time."""

from collections.abc import Callable
from typing import Any

import pytest

from protocol.identifiers import TicketId
from protocol.instants import plus
from protocol.tickets.short_number import number_of
from tests.builders.central import HandClock
from tests.builders.served import Central, Gate


@pytest.fixture
async def gate(central: Central, adult: int) -> Gate:
    return await central.enrol(await central.add_check_point([adult]))


async def explain(central: Central, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    answer: dict[str, Any] = await central.api("POST", "/explanations", asked)
    return answer


async def only(central: Central, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    (one,) = (await explain(central, **asked))["items"]
    return dict(one)


async def used_twice(central: Central, gate: Gate, adult: int, clock: HandClock) -> dict[str, Any]:
    """Return a ticket that was admitted, and refused five minutes later."""
    (ticket,) = await central.sell(adult)
    gate.admit(ticket["ticket_id"])
    clock.advance(seconds=300)
    gate.refuse("used_up", ticket["ticket_id"])
    await gate.upload()
    return ticket


@pytest.mark.parametrize("shown", ["code", "ticket_id", "short_number", "order_id"])
async def test_a_ticket_is_explained_by_whatever_its_visitor_shows(
    central: Central, gate: Gate, adult: int, clock: HandClock, shown: str
) -> None:
    ticket = await used_twice(central, gate, adult, clock)
    one = await only(central, text=str(ticket[shown]))
    assert one["reason"] == "used_up"
    assert one["sentence_zh"] == "一号闸机 10:05 拒绝：票已用完（2026-05-10 10:00）：一号闸机（闸机记录）；可由主管放行一次。"
    assert one["acts"] == ["override", "sell"]
    assert one["opens_now"] is False
    assert (one["ticket_id"], one["order_id"]) == (ticket["ticket_id"], ticket["order_id"])


async def test_what_would_open_now_is_said(central: Central, gate: Gate, adult: int) -> None:
    (ticket,) = await central.sell(adult)
    gate.refuse("unknown", ticket["ticket_id"])
    await gate.upload()
    one = await only(central, text=ticket["code"])
    assert (one["reason"], one["opens_now"]) == ("unknown", True)


async def test_a_detail_that_central_cannot_confirm_is_left_out(central: Central, gate: Gate, adult: int) -> None:
    """The gate knew of an entry at another gate that has not told it yet."""
    (ticket,) = await central.sell(adult)
    gate.refuse("used_up", ticket["ticket_id"])
    await gate.upload()
    assert "票已用完（闸机记录）" in (await only(central, text=ticket["code"]))["sentence_zh"]


async def test_a_ticket_that_no_gate_refused_says_so_and_who_is_silent(
    central: Central, gate: Gate, adult: int, clock: HandClock
) -> None:
    (ticket,) = await central.sell(adult)
    await gate.refresh()
    await gate.upload()
    clock.advance(seconds=720)
    answer = await explain(central, text=ticket["code"])
    (one,) = answer["items"]
    (silent,) = answer["silent_gates"]
    assert (one["reason"], one["acts"]) == (None, [])
    assert one["sentence_en"] == "No gate has told of refusing this ticket."
    assert silent["check_point"]["id"] == gate.check_point
    assert silent["sentence_en"].endswith("has not called for 12 min: what it did since is not known here.")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda code: code[:60] + ("B" if code[60] != "B" else "C") + code[61:], "forged"),
        (str.lower, "malformed"),
        (lambda _: "https://example.com/menu", "malformed"),
        (lambda _: number_of(TicketId(1 << 62)), "unknown"),
    ],
)
async def test_a_code_that_leads_to_no_ticket_is_judged_as_a_gate_does(
    central: Central,
    gate: Gate,
    adult: int,
    change: Callable[[str], str],
    reason: str,
) -> None:
    (ticket,) = await central.sell(adult)
    shown = change(ticket["code"])
    answer = await explain(central, text=shown)
    assert (answer["items"][0]["reason"], answer["items"][0]["check_point"]) == (reason, None)
    if reason != "unknown":
        gate.refuse(reason)
        await gate.upload()
        told = (await explain(central, text=shown, check_point_id=gate.check_point))["items"][0]
        assert (told["reason"], told["check_point"]["id"]) == (reason, gate.check_point)


async def test_a_gate_and_a_time_are_enough(central: Central, gate: Gate, adult: int, clock: HandClock) -> None:
    ticket = await used_twice(central, gate, adult, clock)
    gate.refuse("malformed")
    gate.refuse("forged", at=plus(clock(), seconds=-3_600))
    await gate.upload()
    told = (await explain(central, check_point_id=gate.check_point))["items"]
    assert [(one["reason"], one["ticket_id"]) for one in told] == [("malformed", None), ("used_up", ticket["ticket_id"])]
    at = "2026-05-10T09:05:00+08:00"
    assert [one["reason"] for one in (await explain(central, check_point_id=gate.check_point, happened_at=at))["items"]] == [
        "forged"
    ]


async def test_a_refusal_that_central_decided_is_found_too(central: Central, gate: Gate, adult: int) -> None:
    (ticket,) = await central.sell(adult)
    for attempt in (1, 2, 2):
        await gate.ask_to_admit(attempt, ticket["code"])
    one = await only(central, text=ticket["code"])
    assert (one["reason"], one["by_central"], one["acts"][0]) == ("used_up", True, "override")


async def test_a_journal_that_is_sent_again_adds_no_refusal(central: Central, gate: Gate, adult: int, clock: HandClock) -> None:
    await used_twice(central, gate, adult, clock)
    gate.follow(central)
    await gate.upload()
    assert len((await explain(central, check_point_id=gate.check_point))["items"]) == 1


@pytest.mark.parametrize(
    "asked", [{}, {"text": ""}, {"text": "\x00"}, {"check_point_id": 0}, {"text": "1", "happened_at": "yesterday"}]
)
async def test_a_question_that_says_nothing_is_refused(central: Central, asked: dict[str, Any]) -> None:
    assert (await central.api("POST", "/explanations", asked, status=400))["code"] == "input_invalid"


async def test_refusals_are_listed_and_a_ticket_has_its_history(
    central: Central, gate: Gate, adult: int, clock: HandClock
) -> None:
    ticket = await used_twice(central, gate, adult, clock)
    clock.advance(seconds=60)
    await central.api("POST", f"/tickets/{ticket['ticket_id']}/block", {"reason": "lost"})
    (listed,) = (await central.api("GET", "/admission-refusals?reason=used_up&ticket_type_id=1"))["items"]
    assert (listed["ticket_id"], listed["check_point"]["id"]) == (ticket["ticket_id"], gate.check_point)
    assert (await central.api("GET", "/admission-refusals?reason=void"))["items"] == []
    told = (await central.api("GET", f"/tickets/{ticket['ticket_id']}/history"))["items"]
    assert [(one["happening"], one["what"]) for one in told] == [
        ("sold", "window"),
        ("paid", "cash"),
        ("entry", "entry"),
        ("refused", "used_up"),
        ("act", "ticket.block"),
    ]
    assert told[3]["received_at"] == listed["received_at"] is not None


async def test_a_ticket_that_does_not_exist_has_no_history(central: Central) -> None:
    assert (await central.api("GET", f"/tickets/{1:016x}/history", status=404))["code"] == "not_found"
