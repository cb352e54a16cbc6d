"""What central decides for agents: claims that hold a ticket, and admissions for devices without a cache."""

import asyncio
from typing import Any

import pytest

from central.store.tables.devices import AgentRow
from edge.central_client import CentralRefused
from protocol.admission.verdict import Admit, LetOut, Reason, Refuse, Verdict
from protocol.directions import Direction
from protocol.identifiers import AttemptId, CheckPointId, EntitlementId, TicketId
from protocol.sync.messages import ClaimRequest
from tests.builders.central import HandClock
from tests.builders.served import Central, Gate


def attempt(number: int) -> AttemptId:
    return AttemptId(number.to_bytes(16, "big"))


async def claim(gate: Gate, ticket: dict[str, Any], number: int, *, generation: int = 1) -> tuple[bool, str]:
    request = ClaimRequest(
        attempt_id=attempt(number),
        ticket_id=TicketId(int(ticket["ticket_id"], 16)),
        generation=generation,
        entitlement_id=EntitlementId(1),
        check_point=gate.check_point,
        persons=1,
        scanned_at=gate.central.clock(),
    )
    # A gate waits 150 ms and no longer; on a busy test machine the same attempt is asked again.
    for _ in range(50):
        answer = await gate.client.claim(request)
        if answer is not None:
            return answer.granted, answer.reason
    raise AssertionError("central never answered")


async def show(gate: Gate, code: str, number: int, direction: Direction = Direction.ENTRY) -> Verdict:
    return await gate.ask_to_admit(number, code, direction=direction)


@pytest.fixture
async def gates(central: Central, adult: int) -> list[Gate]:
    return [await central.enrol(await central.add_check_point([adult]), name=f"gate-{number}") for number in (1, 2)]


async def test_a_claimed_ticket_is_not_granted_to_another_gate(central: Central, adult: int, gates: list[Gate]) -> None:
    (ticket,) = await central.sell(adult)
    assert await claim(gates[0], ticket, 1) == (True, "")
    assert await claim(gates[1], ticket, 2) == (False, "used_up")


async def test_the_same_claim_again_is_answered_the_same(central: Central, adult: int, gates: list[Gate]) -> None:
    (ticket,) = await central.sell(adult)
    assert [await claim(gates[0], ticket, 1) for _ in range(3)] == [(True, "")] * 3


async def test_an_agent_may_claim_again_what_only_itself_holds(central: Central, adult: int, gates: list[Gate]) -> None:
    (ticket,) = await central.sell(adult)
    assert [await claim(gates[0], ticket, number) for number in (1, 2)] == [(True, "")] * 2


async def test_a_claim_whose_passage_did_not_happen_is_free_again(central: Central, adult: int, gates: list[Gate]) -> None:
    (ticket,) = await central.sell(adult)
    await claim(gates[0], ticket, 1)
    gates[0].admit(ticket["ticket_id"], attempt=attempt(1), passed=False)
    await gates[0].upload()
    assert await claim(gates[1], ticket, 2) == (True, "")


async def test_a_claim_that_its_journal_outran_is_free_again(
    central: Central, adult: int, gates: list[Gate], clock: HandClock
) -> None:
    ticket, other = await central.sell(adult, 2)
    await claim(gates[0], ticket, 1)
    clock.advance(seconds=61)
    gates[0].admit(other["ticket_id"])
    await gates[0].upload()
    assert await claim(gates[1], ticket, 2) == (True, "")


async def test_an_older_print_is_superseded_at_central_too(central: Central, adult: int, gates: list[Gate]) -> None:
    (ticket,) = await central.sell(adult)
    await central.api("POST", f"/tickets/{ticket['ticket_id']}/reissue", {"reason": "lost"})
    assert await claim(gates[0], ticket, 1, generation=1) == (False, "superseded")
    assert await claim(gates[0], ticket, 2, generation=2) == (True, "")


async def test_a_check_point_that_the_agent_does_not_host_is_not_its_to_claim_for(
    central: Central, adult: int, gates: list[Gate]
) -> None:
    (ticket,) = await central.sell(adult)
    gates[0].check_point = CheckPointId(gates[1].check_point)
    with pytest.raises(CentralRefused, match="forbidden"):
        await show(gates[0], ticket["code"], 1)


async def test_a_code_is_admitted_once_and_then_used_up(central: Central, adult: int, gates: list[Gate]) -> None:
    (ticket,) = await central.sell(adult)
    assert isinstance(await show(gates[0], ticket["code"], 1), Admit)
    refused = await show(gates[1], ticket["code"], 2)
    assert isinstance(refused, Refuse)
    assert refused.reason is Reason.USED_UP
    assert isinstance(await show(gates[0], ticket["code"], 1), Admit)
    records = await central.api("GET", "/admissions")
    assert [record["ticket_id"] for record in records["items"]] == [ticket["ticket_id"]]


async def test_a_sequence_that_another_process_has_seen_admits_none(central: Central, adult: int, gates: list[Gate]) -> None:
    first, second = await central.sell(adult, 2)
    await show(gates[0], first["code"], 1)  # from now on this process knows the agent's window
    async with central.other_store() as store, store.transaction() as work:
        row = await work.session.get_one(AgentRow, gates[0].agent)
        row.replay_highest = row.replay_highest + 1_000_000
        work.session.add(row)
    with pytest.raises(CentralRefused, match="replayed"):
        await show(gates[0], second["code"], 2)
    with pytest.raises(CentralRefused, match="replayed"):
        await show(gates[0], first["code"], 1)  # nor is an earlier answer repeated
    assert isinstance(await show(gates[1], second["code"], 3), Admit)


async def test_an_admission_online_is_told_to_all_gates(central: Central, adult: int, gates: list[Gate]) -> None:
    (ticket,) = await central.sell(adult)
    await show(gates[0], ticket["code"], 1)
    await gates[1].refresh_until(lambda gate: bool(gate.cache.events_of(TicketId(int(ticket["ticket_id"], 16)))))


async def test_of_a_hundred_calls_at_once_one_admits(central: Central, adult: int, gates: list[Gate]) -> None:
    (ticket,) = await central.sell(adult)
    verdicts = await asyncio.gather(*(show(gates[number % 2], ticket["code"], 1 + number) for number in range(100)))
    assert sum(isinstance(verdict, Admit) for verdict in verdicts) == 1
    assert {verdict.reason for verdict in verdicts if isinstance(verdict, Refuse)} == {Reason.USED_UP}


async def test_a_forged_code_and_an_unknown_text_are_refused(gates: list[Gate]) -> None:
    verdicts = [await show(gates[0], code, number) for number, code in enumerate(("PF1" + "A" * 149, "HELLO"), start=1)]
    assert [verdict.reason for verdict in verdicts if isinstance(verdict, Refuse)] == [Reason.MALFORMED, Reason.MALFORMED]


async def test_an_exit_always_opens(central: Central, adult: int) -> None:
    way_out = await central.add_check_point([adult], direction="exit")
    gate = await central.enrol(way_out)
    assert isinstance(await show(gate, "HELLO", 1, Direction.EXIT), LetOut)
