"""A ticket that two gates admitted: both stay facts, the earliest scan is the admission, the other is shown as the conflict."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from central.store.unit_of_work import Work
from central.sync import online_store
from central.sync.online_store import Writing
from protocol.admission.verdict import Admit
from protocol.instants import Instant
from tests.builders.served import Central, Gate

pytestmark = pytest.mark.law(5)


@pytest.fixture
async def gates(central: Central, adult: int) -> AsyncIterator[list[Gate]]:
    gates = [await central.enrol(await central.add_check_point([adult]), name=f"gate-{number}") for number in (1, 2)]
    yield gates
    for gate in gates:
        gate.close()


async def conflicts(central: Central) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await central.api("GET", "/conflicts"))["items"]
    return items


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_the_later_scan_is_the_conflict_in_any_order_of_arrival(
    central: Central, adult: int, gates: list[Gate], order: tuple[int, int]
) -> None:
    (ticket,) = await central.sell(adult)
    for number, gate in enumerate(gates):
        gate.admit(ticket["ticket_id"], at=Instant(central.clock() + number * 60_000))
    for number in order:
        await gates[number].upload()
    (conflict,) = await conflicts(central)
    assert conflict["ticket_id"] == ticket["ticket_id"]
    assert conflict["reason"] == "used_up"
    assert (conflict["first"]["agent"]["id"], conflict["passage"]["agent"]["id"]) == (gates[0].agent, gates[1].agent)
    assert len((await central.api("GET", "/admissions"))["items"]) == 2


async def test_a_passage_that_did_not_happen_is_no_conflict(central: Central, adult: int, gates: list[Gate]) -> None:
    (ticket,) = await central.sell(adult)
    gates[0].admit(ticket["ticket_id"], passed=False)
    gates[1].admit(ticket["ticket_id"])
    for gate in gates:
        await gate.upload()
    assert await conflicts(central) == []


async def test_a_use_within_the_policy_is_no_conflict(central: Central, gates: list[Gate]) -> None:
    twice = await central.add_type(entitlements=[{"sites": [1], "always": [{"check": "total-uses", "most": 2}]}])
    (ticket,) = await central.sell(twice)
    for gate in gates:
        gate.admit(ticket["ticket_id"])
        await gate.upload()
    assert await conflicts(central) == []


async def refund(central: Central, ticket: dict[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = await central.api("POST", "/refunds", {"ticket_id": ticket["ticket_id"], "reason": "rain"})
    return asked


@pytest.mark.law(6)
async def test_an_admission_after_a_refund_that_did_not_wait_is_a_conflict(
    central: Central, adult: int, gates: list[Gate]
) -> None:
    (ticket,) = await central.sell(adult)
    asked = await refund(central, ticket)
    await central.api("POST", f"/refunds/{asked['refund_id']}/override", {"reason": "the gate is cut off"})
    central.clock.advance(seconds=60)
    gates[0].admit(ticket["ticket_id"])
    await gates[0].upload()
    (conflict,) = await conflicts(central)
    assert (conflict["ticket_id"], conflict["reason"]) == (ticket["ticket_id"], "void")
    assert conflict["first"] == conflict["passage"]
    assert conflict["passage"]["agent"]["id"] == gates[0].agent


@pytest.mark.law(6)
async def test_an_admission_before_a_refund_that_did_not_wait_is_evidence_when_it_arrives(
    central: Central, adult: int, gates: list[Gate]
) -> None:
    ticket, unused = await central.sell(adult, 2)
    gates[0].admit(ticket["ticket_id"])
    gates[1].admit(unused["ticket_id"], passed=False)
    central.clock.advance(seconds=120)
    for one in (ticket, unused):
        asked = await refund(central, one)
        assert asked["state"] == "waiting"
        await central.api("POST", f"/refunds/{asked['refund_id']}/override", {"reason": "the gates are cut off"})
    for gate in gates:
        await gate.upload()
    (conflict,) = await conflicts(central)
    assert (conflict["ticket_id"], conflict["reason"]) == (ticket["ticket_id"], "refunded")
    assert conflict["first"] == conflict["passage"]
    assert conflict["passage"]["agent"]["id"] == gates[0].agent


@pytest.mark.law(6)
async def test_an_admission_before_a_refund_that_still_waits_is_no_conflict(
    central: Central, adult: int, gates: list[Gate]
) -> None:
    (ticket,) = await central.sell(adult)
    gates[0].admit(ticket["ticket_id"])
    central.clock.advance(seconds=120)
    assert (await refund(central, ticket))["state"] == "waiting"
    await gates[0].upload()
    assert await conflicts(central) == []


@pytest.mark.law(6)
async def test_an_admission_that_stops_a_refund_is_none_once_the_ticket_is_good_again(
    central: Central, adult: int, gates: list[Gate]
) -> None:
    (ticket,) = await central.sell(adult)
    asked = await refund(central, ticket)
    gates[0].admit(ticket["ticket_id"])
    await gates[0].upload()
    assert [one["reason"] for one in await conflicts(central)] == ["void"]
    for gate in gates:
        for _ in range(2):
            await gate.refresh(wait_s=1)
        await gate.upload()
    for _ in range(1_000):
        if (await central.api("GET", f"/refunds/{asked['refund_id']}"))["state"] == "refused":
            break
        await gates[0].refresh(wait_s=0)
    assert (await central.api("GET", f"/refunds/{asked['refund_id']}"))["state"] == "refused"
    assert await conflicts(central) == []


async def test_a_use_that_arrives_after_the_ticket_has_moved_to_another_day_is_a_conflict(
    central: Central, adult: int, gates: list[Gate]
) -> None:
    after_sale: dict[str, object] = {"reschedule": {}}
    await central.api("PATCH", f"/ticket-types/{adult}", {"version": 0, "parameters": {"after_sale": after_sale}})
    (ticket,) = await central.sell(adult)
    gates[0].admit(ticket["ticket_id"])
    central.clock.advance(seconds=60)
    await central.api("POST", f"/tickets/{ticket['ticket_id']}/reschedule", {"visit_day": "2026-05-12"})
    await gates[0].upload()
    (conflict,) = await conflicts(central)
    assert (conflict["ticket_id"], conflict["reason"]) == (ticket["ticket_id"], "rescheduled")


async def test_an_upload_and_an_admission_of_the_same_ticket_at_once_see_each_other(
    central: Central, adult: int, gates: list[Gate], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The online admission is decided and not yet stored when the other gate's journal arrives."""
    decided, may_write = asyncio.Event(), asyncio.Event()
    write = online_store.write

    async def write_later(work: Work, done: Writing) -> None:
        decided.set()
        await may_write.wait()
        await write(work, done)

    monkeypatch.setattr(online_store, "write", write_later)
    (ticket,) = await central.sell(adult)
    gates[1].admit(ticket["ticket_id"])
    admission = asyncio.create_task(show(gates[0], ticket["code"]))
    await decided.wait()
    upload = asyncio.create_task(gates[1].upload())
    await asyncio.wait((upload,), timeout=0.5)
    assert not upload.done()
    may_write.set()
    await asyncio.gather(admission, upload)
    (conflict,) = await conflicts(central)
    assert conflict["ticket_id"] == ticket["ticket_id"]


async def show(gate: Gate, code: str) -> None:
    assert isinstance(await gate.ask_to_admit(0, code), Admit)
