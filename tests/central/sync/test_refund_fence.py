"""Revoke, fence, then pay: over the wire, with the gates' own journals saying what is in force."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from central.devices.routes import GUARD
from central.refunds.messages import WAIT_REASONS
from protocol.instants import to_datetime
from protocol.sync.messages import Duty, SignOffRequest
from tests.builders.central import HandClock
from tests.builders.served import Central, Gate

pytestmark = pytest.mark.law(6)


@pytest.fixture
async def gate(central: Central, adult: int) -> AsyncIterator[Gate]:
    gate = await central.enrol(await central.add_check_point([adult]))
    await gate.refresh()
    await gate.upload()
    yield gate
    gate.close()


async def ask(central: Central, ticket: dict[str, Any]) -> dict[str, Any]:
    refund: dict[str, Any] = await central.api("POST", "/refunds", {"ticket_id": ticket["ticket_id"], "reason": "rain"})
    return refund


async def state_of(central: Central, refund: dict[str, Any], wanted: str, *gates: Gate) -> dict[str, Any]:
    """Read a refund until it is in a state, while these gates go on to follow the feed and to upload; bounded.

    A ticket may be void in a version before the one that the fence waits for: publishing reads the present tickets.
    """
    read = refund
    for _ in range(1_000):
        if read["state"] == wanted:
            break
        await asyncio.sleep(0.02)
        for gate in gates:
            await gate.refresh()
            await gate.upload()
        read = await central.api("GET", f"/refunds/{refund['refund_id']}")
    assert read["state"] == wanted, str(read)
    return read


async def waits_for(central: Central, refund: dict[str, Any], gate: Gate) -> None:
    """Let the gate follow the feed until the fence waits for this gate alone, and no more for the publisher; bounded."""
    agents: list[int | None] = []
    for _ in range(1_000):
        await gate.refresh()
        read = await central.api("GET", f"/refunds/{refund['refund_id']}")
        agents = [one["agent"] and one["agent"]["id"] for one in read["waiting_for"]]
        if None not in agents:
            break
        await asyncio.sleep(0.02)
    assert agents == [gate.agent]


def is_void(ticket: dict[str, Any]) -> Any:  # noqa: ANN401 - a question to a gate
    number = int(ticket["ticket_id"], 16)
    return lambda gate: (record := gate.cache.record(number)) is not None and record.state.name == "VOID"


async def test_money_waits_until_the_gate_has_journalled_the_version_that_revokes(
    central: Central, adult: int, gate: Gate
) -> None:
    (ticket,) = await central.sell(adult)
    refund = await ask(central, ticket)
    assert refund["state"] == "waiting"
    await gate.refresh_until(is_void(ticket))
    await waits_for(central, refund, gate)
    await gate.upload()
    await state_of(central, refund, "paid", gate)


async def test_the_fence_says_why_it_waits_for_a_gate_and_what_ends_it(
    central: Central, adult: int, gate: Gate, clock: HandClock
) -> None:
    (ticket,) = await central.sell(adult)
    clock.advance(seconds=1)
    refund = await ask(central, ticket)
    await gate.refresh_until(is_void(ticket))
    await waits_for(central, refund, gate)
    await central.built.app[GUARD].write_down()
    seen_at = f"{to_datetime(clock()):%FT%TZ}"
    assert await reason_of(central, refund) == ("journal-behind", seen_at)
    clock.advance(seconds=91)
    assert await reason_of(central, refund) == ("offline", seen_at)
    await central.api("POST", f"/agents/{gate.agent}/revoke", {"wipe": False})
    assert await reason_of(central, refund) == ("revoked", seen_at)
    await central.api("POST", f"/agents/{gate.agent}/declare-lost", {"reason": "fell into the lake"})
    await state_of(central, refund, "paid")


async def reason_of(central: Central, refund: dict[str, Any]) -> tuple[str, str]:
    """Return why a refund waits for its gate, and when that called last; the words name the reason."""
    (one,) = (await central.api("GET", f"/refunds/{refund['refund_id']}"))["waiting_for"]
    message = WAIT_REASONS[one["reason"]]
    assert (one["sentence_zh"], one["sentence_en"]) == (message.zh, message.en)
    return one["reason"], one["last_seen_at"]


async def test_an_admission_before_the_gate_knew_keeps_the_money_here(central: Central, adult: int, gate: Gate) -> None:
    (ticket,) = await central.sell(adult)
    refund = await ask(central, ticket)
    gate.admit(ticket["ticket_id"])
    await gate.refresh_until(is_void(ticket))
    await gate.upload()
    await state_of(central, refund, "refused", gate)


async def test_a_gate_that_cannot_admit_is_not_waited_for(central: Central, gate: Gate) -> None:
    other = await central.add_type()
    await gate.refresh_until(lambda one: one.cache.feed is not None and other in one.cache.feed.ticket_types)
    await gate.upload()
    (ticket,) = await central.sell(other)
    await state_of(central, await ask(central, ticket), "paid")


async def test_a_check_point_closed_to_the_type_counts_until_its_gate_knows(central: Central, adult: int, gate: Gate) -> None:
    (ticket,) = await central.sell(adult)
    await central.api("PATCH", f"/check-points/{gate.check_point}", {"version": 0, "ticked": []})
    refund = await ask(central, ticket)
    assert refund["state"] == "waiting"
    await gate.refresh_until(is_void(ticket))
    await gate.upload()
    await state_of(central, refund, "paid", gate)


async def test_a_gate_that_signed_off_is_not_waited_for_and_one_that_opens_is(central: Central, adult: int, gate: Gate) -> None:
    first, second = await central.sell(adult, 2)
    await gate.client.sign_off(SignOffRequest(Duty.CLOSED, gate.journal.signed_head()))
    await state_of(central, await ask(central, first), "paid")
    await gate.client.sign_off(SignOffRequest(Duty.OPEN, gate.journal.signed_head()))
    assert (await ask(central, second))["state"] == "waiting"


async def test_a_gate_at_which_nothing_ever_happened_signs_off(central: Central, adult: int, gate: Gate) -> None:
    (ticket,) = await central.sell(adult)
    fresh = await central.enrol(gate.check_point, name="fresh")
    assert fresh.journal.head.sequence == 0
    for one in (gate, fresh):
        await one.client.sign_off(SignOffRequest(Duty.CLOSED, one.journal.signed_head()))
    await state_of(central, await ask(central, ticket), "paid")
    fresh.close()


async def test_a_gate_does_not_sign_off_over_what_it_has_not_uploaded(gate: Gate) -> None:
    gate.admit(1)
    with pytest.raises(Exception, match="journal_gap"):
        await gate.client.sign_off(SignOffRequest(Duty.CLOSED, gate.journal.signed_head()))


async def test_a_lost_gate_is_not_waited_for(central: Central, adult: int, gate: Gate) -> None:
    (ticket,) = await central.sell(adult)
    refund = await ask(central, ticket)
    assert refund["state"] == "waiting"
    await central.api("POST", f"/agents/{gate.agent}/declare-lost", {"reason": "fell into the lake"})
    await state_of(central, refund, "paid")


async def test_a_gate_locked_by_staleness_is_not_waited_for(central: Central, adult: int, gate: Gate, clock: HandClock) -> None:
    (ticket,) = await central.sell(adult)
    refund = await ask(central, ticket)
    clock.advance(seconds=3 * 72 * 3600 + 301)
    central.headers.update(await sign_in_again(central))
    await central.add_type()  # each publication makes the job look at refunds again
    waiting_for = (await state_of(central, refund, "paid"))["waiting_for"]
    assert gate.agent not in [one["agent"]["id"] for one in waiting_for if one["agent"]]


async def sign_in_again(central: Central) -> dict[str, str]:
    body = {"name": "admin", "password": "a long passphrase", "bearer": True}
    async with central.session.post(central.url + "/api/v1/session", json=body) as answer:
        return {"Authorization": f"Bearer {(await answer.json())['token']}"}
