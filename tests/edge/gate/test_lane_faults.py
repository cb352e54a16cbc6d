"""The lane when its own code is wrong, when a supervisor decides, and when it is closed in the middle."""

import asyncio
from collections.abc import Callable

import pytest

from edge.gate.showing import Answer, Showing
from protocol.admission.passages import PassageKind
from protocol.directions import Direction
from protocol.errors import InputError
from protocol.journal.events import Alarm, OutcomeResult
from tests.builders.gate import GateRig
from tests.builders.gate_lane import (
    BODY_S,
    ONE,
    SIDES,
    TWO,
    VOIDED,
    LaneRig,
    intents,
    outcomes,
)

IN, OUT = Direction.ENTRY, Direction.EXIT
SUPERVISOR = 42
PASSED = OutcomeResult.PASSED


Broken = Callable[[GateRig, pytest.MonkeyPatch], None]


def break_asking(gate: GateRig, patch: pytest.MonkeyPatch) -> None:
    async def ask(_showing: Showing) -> Answer:
        raise ZeroDivisionError

    patch.setattr(gate.desk, "ask", ask)


def break_reading(gate: GateRig, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate.desk, "showing", lambda *_, **__: 1 // 0)


@pytest.mark.law(8)
@pytest.mark.law(10)
@pytest.mark.parametrize("broken", [break_asking, break_reading])
async def test_a_mistake_in_the_desk_ends_no_lane_opens_no_entry_and_holds_nobody_in(
    rig: LaneRig, monkeypatch: pytest.MonkeyPatch, broken: Broken
) -> None:
    broken(rig.gate, monkeypatch)
    assert await rig.show(rig.gate.text(ONE)) == "staff gate_fault"
    assert (await rig.visit(rig.gate.text(ONE), OUT)).passed
    assert (rig.releases(IN), rig.releases(OUT)) == (0, 1)
    monkeypatch.undo()
    assert (await rig.visit(rig.gate.text(ONE))).passed


@pytest.mark.law(10)
async def test_a_mistake_in_writing_down_ends_no_lane(rig: LaneRig, monkeypatch: pytest.MonkeyPatch) -> None:
    met: list[object] = []

    def note(_check_point: object, event: object) -> None:
        met.append(event)
        raise ZeroDivisionError

    monkeypatch.setattr(rig.gate.desk, "note", note)
    rig.arm.force(SIDES[IN])
    await rig.until(lambda: met == [Alarm("intrusion", "entry")])
    monkeypatch.undo()
    await asyncio.sleep(BODY_S)
    assert (await rig.visit(rig.gate.text(ONE))).passed


async def test_the_last_refused_visitor_is_admitted_on_a_supervisor_s_authority(rig: LaneRig) -> None:
    await rig.show(rig.gate.text(VOIDED))
    verdict, _ = await asyncio.gather(rig.lane.override(SUPERVISOR), rig.go_through())
    assert getattr(verdict, "kind", None) is PassageKind.OVERRIDE
    await rig.until(lambda: outcomes(rig, VOIDED) == [(PASSED, 1)])
    (intent,) = intents(rig, VOIDED)
    assert (intent.kind, intent.supervisor) == (PassageKind.OVERRIDE, SUPERVISOR)
    with pytest.raises(InputError):
        await rig.lane.override(SUPERVISOR)
    assert rig.releases() == 1


@pytest.mark.parametrize("since", ["nobody", "admitted", "too long ago", "no ticket"])
async def test_an_override_needs_a_ticket_that_was_refused_a_minute_ago_at_most(rig: LaneRig, since: str) -> None:
    if since == "admitted":
        await rig.visit(rig.gate.text(ONE))
    elif since == "too long ago":
        await rig.show(rig.gate.text(VOIDED))
        rig.pass_time(61)
    elif since == "no ticket":
        await rig.show(b"nonsense")
        assert getattr(await rig.lane.override(SUPERVISOR), "reason", "") == "malformed"
        assert rig.releases() == 0
        return
    with pytest.raises(InputError):
        await rig.lane.override(SUPERVISOR)


async def test_a_lane_that_does_not_turn_is_told_from_one_that_waits(rig: LaneRig, monkeypatch: pytest.MonkeyPatch) -> None:
    never = asyncio.Event()

    async def ask(_showing: Showing) -> Answer:
        await never.wait()
        raise AssertionError

    rig.pass_time(60)
    assert rig.lane.poke()
    monkeypatch.setattr(rig.gate.desk, "ask", ask)
    rig.scanners[IN].show(rig.gate.text(ONE))
    await asyncio.sleep(0.3)
    assert rig.lane.poke()
    rig.ahead_ms += 11_000
    assert not rig.lane.poke()


async def test_signing_off_while_a_release_is_out_loses_no_passage(rig: LaneRig) -> None:
    await rig.show(rig.gate.text(ONE))
    async with rig.gate.lock:
        rig.gate.cache.adopt(None)
    await rig.go_through()
    await rig.until(lambda: outcomes(rig, ONE) == [(PASSED, 1)])
    assert await rig.show(rig.gate.text(TWO)) == "staff cache_locked"


def test_alarms_name_no_person() -> None:
    assert set(Alarm.__dataclass_fields__) == {"name", "detail"}
