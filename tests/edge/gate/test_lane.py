"""The lane over simulated arm and scanners, with the real desk, cache and journal: answers to visitors, and journal entries.

The test counts releases at the arm, not at the command.
"""

import asyncio
from pathlib import Path

import pytest

from edge.gate.lane import CARD_WITHIN_MS
from edge.gate.passage import PASSAGE_WITHIN_MS
from hardware_sims.faults import LineFault
from hardware_sims.relay_board import RelayFault
from hardware_sims.scanner import ScannerFault
from hardware_sims.turnstile import Motion
from protocol.admission.passages import PassageKind
from protocol.directions import Direction
from protocol.journal.events import Outcome, OutcomeResult, Refusal
from tests.builders.feed import SAMPLE_POINT, FeedSimulator
from tests.builders.gate import GateRig
from tests.builders.gate_lane import (
    EXIT_POINT,
    GROUP,
    NAMED,
    ONE,
    SIDES,
    TWO,
    VOIDED,
    LaneRig,
    attended,
    intents,
    lane_tables,
    outcomes,
)

pytestmark = pytest.mark.real_time

IN, OUT = Direction.ENTRY, Direction.EXIT
PASSED, NOT_PASSED = OutcomeResult.PASSED, OutcomeResult.NOT_PASSED
WAIT_S = PASSAGE_WITHIN_MS / 1000


@pytest.mark.law(1)
async def test_a_visitor_is_admitted_and_passes_and_the_journal_was_first(rig: LaneRig) -> None:
    written: list[int] = []
    rig.arm.listen(lambda moved: written.append(len(intents(rig, ONE))) if moved.motion is Motion.RELEASED else None)
    visited = await rig.visit(rig.gate.text(ONE))
    assert (visited.released, visited.passed) == (True, True)
    assert written == [1]
    assert outcomes(rig, ONE) == [(PASSED, 1)]
    assert rig.answers == ["admit"]
    assert rig.alarms() == []


async def test_a_refused_visitor_meets_a_shut_arm_and_stands_in_the_journal(rig: LaneRig) -> None:
    assert await rig.show(rig.gate.text(VOIDED)) == "refuse void"
    assert rig.releases() == 0
    (refusal,) = [event for event in rig.journalled() if isinstance(event, Refusal)]
    assert (refusal.reason, refusal.ticket_id) == ("void", VOIDED.ticket_id)


async def test_who_does_not_push_may_come_again(rig: LaneRig) -> None:
    assert await rig.show(rig.gate.text(ONE)) == "admit"
    rig.pass_time(WAIT_S)
    await rig.until(lambda: outcomes(rig, ONE) == [(NOT_PASSED, 0)])
    assert (await rig.visit(rig.gate.text(ONE))).passed
    assert outcomes(rig, ONE) == [(NOT_PASSED, 0), (PASSED, 1)]
    assert await rig.show(rig.gate.text(ONE)) == "refuse used_up"


async def test_55_a_late_pass_uses_the_ticket_after_all(rig: LaneRig) -> None:
    await rig.show(rig.gate.text(ONE))
    rig.pass_time(WAIT_S)
    await rig.until(lambda: outcomes(rig, ONE) == [(NOT_PASSED, 0)])
    await rig.go_through()
    await rig.until(lambda: outcomes(rig, ONE) == [(NOT_PASSED, 0), (PASSED, 1)])
    assert await rig.show(rig.gate.text(ONE)) == "refuse used_up"


@pytest.mark.law(1)
async def test_never_two_releases_for_one_admission(rig: LaneRig) -> None:
    """The visitor holds the code before a scanner that reads it twice each time, during the whole passage and after."""
    rig.scanners[IN].faults.add(ScannerFault.DOUBLE_READ)
    rig.scanners[IN].show(rig.gate.text(ONE))
    await rig.go_through()
    await rig.until(lambda: outcomes(rig, ONE) == [(PASSED, 1)])
    await rig.until(lambda: "refuse used_up" in rig.answers)
    assert rig.answers[0] == "admit"
    assert rig.answers.count("admit") == 1
    assert (rig.releases(), rig.closings) == (1, {0: 1})


async def test_the_next_visitor_waits_and_is_answered_once(rig: LaneRig) -> None:
    await rig.show(rig.gate.text(ONE))
    rig.scanners[IN].show(rig.gate.text(TWO))
    await asyncio.sleep(0.3)
    assert rig.answers == ["admit"]
    await rig.go_through()
    await rig.until(lambda: rig.answers == ["admit", "admit"])
    await rig.until(lambda: rig.releases() == 2)
    await rig.go_through()
    await rig.until(lambda: outcomes(rig, TWO) == [(PASSED, 1)])
    assert (outcomes(rig, ONE), rig.closings) == ([(PASSED, 1)], {0: 2})


async def test_a_code_that_waited_for_too_long_is_not_served_to_the_next_visitor(rig: LaneRig) -> None:
    await rig.show(rig.gate.text(ONE))
    rig.scanners[IN].show(rig.gate.text(TWO))
    await asyncio.sleep(0.2)
    rig.scanners[IN].clear()
    await asyncio.sleep(0.1)
    rig.pass_time(60)
    await rig.until(lambda: outcomes(rig, ONE) == [(NOT_PASSED, 0)])
    await asyncio.sleep(0.2)
    assert rig.answers == ["admit"]
    assert rig.gate.events(TWO) == []


async def test_a_tailgater_is_an_alarm_and_no_second_use(rig: LaneRig) -> None:
    await rig.show(rig.gate.text(ONE))
    await rig.until(lambda: rig.arm.open_to(SIDES[IN]))
    rig.arm.tailgate(SIDES[IN])
    await rig.until(lambda: rig.alarms() == ["tailgate"])
    assert outcomes(rig, ONE) == [(PASSED, 1)]


async def test_a_visitor_who_comes_the_other_way_uses_no_ticket(rig: LaneRig) -> None:
    await rig.show(rig.gate.text(ONE))
    await rig.until(lambda: rig.arm.open_to(SIDES[IN]))
    rig.arm.reverse(SIDES[IN])
    await rig.until(lambda: rig.alarms() == ["reverse"])
    assert outcomes(rig, ONE) == [(OutcomeResult.REVERSED, 0)]
    assert await rig.show(rig.gate.text(ONE)) == "admit"


async def test_an_intruder_is_an_alarm(rig: LaneRig) -> None:
    rig.arm.force(SIDES[IN])
    await rig.until(lambda: rig.alarms() == ["intrusion"])


@pytest.mark.law(1)
async def test_a_group_is_released_one_by_one_until_all_have_passed(rig: LaneRig) -> None:
    assert await rig.show(rig.gate.text(GROUP)) == "admit"
    for released in (1, 2, 3):
        await rig.until(lambda count=released: rig.releases() == count)  # type: ignore[misc]  # bound at once
        await rig.go_through()
    await rig.until(lambda: outcomes(rig, GROUP) == [(PASSED, 3)])
    assert len(intents(rig, GROUP)) == 1
    assert await rig.show(rig.gate.text(GROUP)) == "refuse used_up"
    assert (rig.releases(), rig.closings) == (3, {0: 3})


async def test_who_of_a_group_did_not_come_may_come_later(rig: LaneRig) -> None:
    await rig.show(rig.gate.text(GROUP))
    await rig.go_through()
    await rig.until(lambda: rig.releases() == 2)
    rig.pass_time(WAIT_S)
    await rig.until(lambda: outcomes(rig, GROUP) == [(PASSED, 1)])
    assert await rig.show(rig.gate.text(GROUP)) == "admit"
    assert intents(rig, GROUP)[1].persons == 2


@pytest.mark.parametrize(("most", "persons"), [(2, 2), (10, 3)])
async def test_no_more_of_a_group_at_once_than_its_type_allows(tmp_path: Path, most: int, persons: int) -> None:
    gate = GateRig(tmp_path, FeedSimulator(lane_tables(most)))
    await gate.publish(GROUP)
    answer = await gate.desk.ask(gate.desk.showing(SAMPLE_POINT.check_point_id, gate.text(GROUP), whole_group=True))
    assert getattr(answer.verdict, "persons", 0) == persons
    gate.close()


@pytest.mark.law(8)
async def test_fire_frees_the_way_consumes_nothing_and_is_written_down(rig: LaneRig) -> None:
    await rig.show(rig.gate.text(ONE))
    rig.arm.set_fire(on=True)
    await rig.until(lambda: rig.lane.state.fire)
    assert outcomes(rig, ONE) == [(NOT_PASSED, 0)]
    assert await rig.show(rig.gate.text(TWO)) == "free"
    assert await rig.show(rig.gate.text(VOIDED)) == "free"
    assert rig.arm.push(SIDES[IN])
    await rig.until(lambda: rig.alarms() == ["fire", "fire-passage"])
    rig.arm.set_fire(on=False)
    await rig.until(lambda: rig.alarms()[-1] == "fire-over")
    assert rig.gate.events(TWO) == []
    assert await rig.show(rig.gate.text(ONE)) == "admit"


@pytest.mark.law(8)
async def test_a_fire_that_burned_before_the_agent_started_frees_the_way(gate: GateRig) -> None:
    rig = LaneRig(gate)
    rig.arm.set_fire(on=True)
    async with attended(rig):
        await rig.until(lambda: rig.lane.state.fire)
        assert await rig.show(gate.text(VOIDED)) == "free"


@pytest.mark.law(8)
@pytest.mark.parametrize(
    "code", [b"", b"no ticket", b"PF1" + b"A" * 149, b"\xff" * 300], ids=["none", "text", "forged", "binary"]
)
async def test_an_exit_opens_for_any_code(rig: LaneRig, code: bytes) -> None:
    visited = await rig.visit(code or rig.gate.text(VOIDED), OUT)
    assert visited.passed
    assert rig.releases(OUT) == 1
    await rig.until(lambda: OutcomeResult.PASSED in [e.result for e in rig.journalled() if isinstance(e, Outcome)])
    assert rig.alarms()[0].startswith("exit-")


@pytest.mark.law(8)
async def test_an_exit_opens_without_a_feed_and_is_recorded(tmp_path: Path) -> None:
    gate = GateRig(tmp_path, FeedSimulator(lane_tables()), exits=frozenset({EXIT_POINT}))
    async with attended(LaneRig(gate)) as rig:
        assert (await rig.visit(gate.text(ONE), OUT)).passed
        assert await rig.show(gate.text(ONE)) == "staff cache_locked"
        assert [intent.kind for intent in intents(rig, ONE)] == [PassageKind.EXIT]
        assert rig.alarms() == ["exit-cache_locked"]
        assert rig.releases(IN) == 0
    gate.close()


@pytest.mark.law(1)
@pytest.mark.law(8)
async def test_a_failed_journal_closes_entry_and_leaves_exits_open(rig: LaneRig) -> None:
    rig.gate.journal.close()
    assert await rig.show(rig.gate.text(ONE)) == "staff gate_fault"
    assert (await rig.visit(rig.gate.text(TWO), OUT)).passed
    assert await rig.show(rig.gate.text(TWO)) == "staff gate_fault"
    assert (rig.releases(IN), rig.releases(OUT)) == (0, 1)


async def test_a_silent_board_releases_no_visitor_annuls_and_calls_staff(rig: LaneRig) -> None:
    rig.board.power(on=False)
    assert await rig.show(rig.gate.text(ONE)) == "staff gate_fault"
    assert outcomes(rig, ONE) == [(NOT_PASSED, 0)]
    assert rig.releases() == 0
    rig.board.power(on=True)
    assert (await rig.visit(rig.gate.text(ONE))).passed
    assert outcomes(rig, ONE)[-1] == (PASSED, 1)


@pytest.mark.law(8)
async def test_an_exit_is_commanded_again_where_the_board_failed_once(rig: LaneRig) -> None:
    rig.line.switch(LineFault.SILENT, on=True, replies=4)
    assert await rig.show(rig.gate.text(ONE), OUT) == "out None"
    assert rig.releases(OUT) >= 1


@pytest.mark.law(8)
async def test_an_exit_that_cannot_be_opened_is_an_alarm(rig: LaneRig) -> None:
    rig.board.faults.add(RelayFault.FLASH_IGNORED)
    assert await rig.show(b"any", OUT) == "staff gate_fault"
    assert "exit-blocked" in rig.alarms()


async def test_a_passage_that_the_sensor_could_not_see_counts(rig: LaneRig) -> None:
    """The cable is cut while the arm is open: giving the use back would let a copy in."""
    await rig.show(rig.gate.text(ONE))
    await rig.until(lambda: rig.releases() == 1)
    rig.relay_wire.unplug()
    await rig.until(lambda: "contact-lost" in rig.alarms())
    rig.pass_time(WAIT_S)
    await rig.until(lambda: outcomes(rig, ONE) == [(PASSED, 1)])


async def test_a_scanner_may_be_unplugged_in_the_middle(rig: LaneRig) -> None:
    await rig.show(rig.gate.text(ONE))
    rig.scanner_wires[IN].unplug()
    await rig.go_through()
    await rig.until(lambda: outcomes(rig, ONE) == [(PASSED, 1)])
    await rig.until(lambda: not rig.ready())
    rig.scanner_wires[IN].plug()
    await rig.until(rig.ready)
    assert (await rig.visit(rig.gate.text(TWO))).passed


async def test_without_a_sensor_a_release_counts_as_a_passage(gate: GateRig) -> None:
    async with attended(LaneRig(gate, senses=False)) as rig:
        assert await rig.show(gate.text(ONE)) == "admit"
        assert outcomes(rig, ONE) == [(PASSED, 1)]
        assert await rig.show(gate.text(GROUP)) == "admit"
        assert outcomes(rig, GROUP) == [(PASSED, 1)]


async def test_35_a_real_name_code_asks_for_the_card_until_its_time_is_over(rig: LaneRig) -> None:
    assert await rig.show(rig.gate.text(NAMED)) == "card"
    rig.pass_time(CARD_WITHIN_MS / 1000)
    await rig.until(lambda: rig.answers == ["card", "refuse holder_required"])
    assert rig.releases() == 0


async def test_35_the_next_visitor_need_not_wait_for_a_card(rig: LaneRig) -> None:
    await rig.show(rig.gate.text(NAMED))
    assert (await rig.visit(rig.gate.text(ONE))).passed
    assert rig.answers == ["card", "admit"]
