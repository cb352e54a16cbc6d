"""A site at its capacity is full for online admissions too, whichever process and whichever gate let its visitors in."""

from collections.abc import AsyncIterator
from itertools import count

import pytest

from protocol.admission.verdict import Admit, LetOut, Reason, Refuse, Verdict
from protocol.directions import Direction
from tests.builders.central import HandClock
from tests.builders.served import Central, Gate

CAPACITY = 2
_attempts = count(1)


@pytest.fixture
async def adult(central: Central) -> int:
    await central.api("PATCH", "/sites/1", {"version": 0, "capacity": CAPACITY})
    return await central.add_type()


@pytest.fixture
async def gates(central: Central, other: Central, adult: int) -> AsyncIterator[list[Gate]]:
    """Two ways in, one at each process, and a way out."""
    directions = ("entry", "entry", "exit")
    points = [await central.add_check_point([adult], direction=direction) for direction in directions]
    gates = [await central.enrol(point, name=f"gate-{point}") for point in points]
    gates[1].follow(other)
    yield gates
    for gate in gates:
        gate.close()


async def show(gate: Gate, code: str, direction: Direction = Direction.ENTRY) -> Verdict:
    return await gate.ask_to_admit(next(_attempts), code, direction=direction)


async def is_admitted(gate: Gate, code: str) -> bool:
    verdict = await show(gate, code)
    assert isinstance(verdict, Admit) or (isinstance(verdict, Refuse) and verdict.reason is Reason.SITE_FULL)
    return isinstance(verdict, Admit)


async def test_who_entered_at_one_process_counts_at_the_other_until_one_leaves(
    central: Central, adult: int, gates: list[Gate]
) -> None:
    codes = [ticket["code"] for ticket in await central.sell(adult, 4)]
    way_in, other_way_in, way_out = gates
    assert [await is_admitted(gate, code) for gate, code in zip((way_in, other_way_in, way_in), codes, strict=False)] == [
        True,
        True,
        False,
    ]
    assert isinstance(await show(way_out, codes[0], Direction.EXIT), LetOut)
    assert await is_admitted(other_way_in, codes[2])
    assert not await is_admitted(way_in, codes[3])


async def test_what_gates_report_counts_and_what_did_not_happen_does_not(central: Central, adult: int, gates: list[Gate]) -> None:
    by_gate, not_passed, first, second = await central.sell(adult, 4)
    assert await is_admitted(gates[1], first["code"])  # from here on it counts what comes
    gates[0].admit(not_passed["ticket_id"], passed=False)
    gates[0].admit(by_gate["ticket_id"])
    await gates[0].upload()
    assert not await is_admitted(gates[1], second["code"])


async def test_a_new_day_begins_with_an_empty_site(central: Central, gates: list[Gate], clock: HandClock) -> None:
    two_days = await central.add_type(validity={"kind": "days-from-visit", "days": 2})
    for gate in gates[:2]:
        await central.api("PATCH", f"/check-points/{gate.check_point}", {"version": 0, "ticked": [two_days]})
    codes = [ticket["code"] for ticket in await central.sell(two_days, 3)]
    assert [await is_admitted(gates[0], code) for code in codes] == [True, True, False]
    clock.advance(seconds=24 * 3600)
    assert await is_admitted(gates[1], codes[2])


async def test_a_correction_counts_at_once_and_staff_count_nowhere(central: Central, adult: int, gates: list[Gate]) -> None:
    staff = await central.add_type(counts_visitors=False)
    await central.api("PATCH", f"/check-points/{gates[0].check_point}", {"version": 0, "ticked": [adult, staff]})
    codes = [ticket["code"] for ticket in await central.sell(adult, 2)]
    cards = [ticket["code"] for ticket in await central.sell(staff, 2)]
    assert [await is_admitted(gates[0], card) for card in cards] == [True, True]
    assert await is_admitted(gates[0], codes[0])
    await central.api("POST", "/sites/1/on-site-corrections", {"persons": 1, "reason": "counted"})
    assert not await is_admitted(gates[1], codes[1])
    await central.api("POST", "/sites/1/on-site-corrections", {"persons": -1, "reason": "counted again"})
    assert await is_admitted(gates[1], codes[1])
