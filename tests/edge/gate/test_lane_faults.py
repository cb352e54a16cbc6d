"""The lane while a device or a disk lies, is silent or is gone: no unrecorded entry, no closed exit, and it recovers."""

import os
from contextlib import ExitStack

import pytest

from hardware_sims.faults import LineFault
from hardware_sims.relay_board import RelayFault
from protocol.directions import Direction
from protocol.identifiers import JournalId
from protocol.journal.events import OutcomeResult
from tests.builders.gate import GateRig
from tests.builders.gate_lane import ONE, TWO, LaneRig, attended, intents, outcomes

pytestmark = pytest.mark.real_time

IN, OUT = Direction.ENTRY, Direction.EXIT
PASSED, NOT_PASSED = OutcomeResult.PASSED, OutcomeResult.NOT_PASSED


@pytest.mark.law(1)
@pytest.mark.parametrize("fault", [RelayFault.ACK_WITHOUT_SWITCH, RelayFault.FLASH_IGNORED, RelayFault.ILLEGAL_FUNCTION])
async def test_a_board_that_does_not_do_as_told_uses_no_ticket_and_calls_staff(rig: LaneRig, fault: RelayFault) -> None:
    rig.board.faults.add(fault)
    assert await rig.show(rig.gate.text(ONE)) == "staff gate_fault"
    assert (rig.releases(), outcomes(rig, ONE)) == (0, [(NOT_PASSED, 0)])
    rig.board.faults.clear()
    assert (await rig.visit(rig.gate.text(ONE))).passed
    assert (rig.releases(), outcomes(rig, ONE)[-1]) == (1, (PASSED, 1))


@pytest.mark.law(1)
async def test_an_echo_of_the_command_is_not_taken_for_the_boards_word(rig: LaneRig) -> None:
    rig.line.switch(LineFault.LOCAL_ECHO, on=True)
    rig.board.power(on=False)
    assert await rig.show(rig.gate.text(ONE)) == "staff gate_fault"
    assert (rig.releases(), outcomes(rig, ONE)) == (0, [(NOT_PASSED, 0)])
    rig.board.power(on=True)
    assert (await rig.visit(rig.gate.text(ONE))).passed
    assert rig.releases() == 1


@pytest.mark.law(1)
async def test_a_relay_that_sticks_is_let_go_and_lets_in_one(rig: LaneRig) -> None:
    rig.board.faults.add(RelayFault.FLASH_LATCHES)
    assert (await rig.visit(rig.gate.text(ONE))).passed
    await rig.until(lambda: not any(rig.board.coils))
    assert (rig.releases(), outcomes(rig, ONE)) == (1, [(PASSED, 1)])


@pytest.mark.law(1)
@pytest.mark.law(8)
async def test_a_disk_that_turns_read_only_closes_entry_for_good_and_exits_stay_open(rig: LaneRig) -> None:
    assert (await rig.visit(rig.gate.text(ONE))).passed
    rig.gate.journal._file.execute("PRAGMA query_only = 1")  # noqa: SLF001 - as SQLite finds a disk that was mounted read-only
    assert await rig.show(rig.gate.text(TWO)) == "staff gate_fault"
    assert (await rig.visit(rig.gate.text(ONE), OUT)).passed
    assert await rig.show(rig.gate.text(TWO)) == "staff gate_fault"
    assert (rig.releases(IN), rig.releases(OUT)) == (1, 1)
    rig.gate.close()
    after = GateRig(rig.gate.directory, rig.gate.central, boot=2)
    assert after.journal.head.journal_id == JournalId((after.agent << 64 | 1 << 8).to_bytes(16))
    assert [type(event).__name__ for event in after.events(ONE)] == ["Intent", "Outcome"]
    assert after.events(TWO) == []
    after.close()


async def test_scanner_and_board_come_back_under_new_names_and_the_lane_goes_on(rig: LaneRig) -> None:
    with ExitStack() as squatters:
        for name, wire in ((f"scanner-{IN}", rig.scanner_wires[IN]), ("relay", rig.relay_wire)):
            link = rig.gate.directory / name
            before = link.resolve()
            squatter = os.open(before, os.O_RDWR | os.O_NOCTTY)  # the test keeps its number in use
            squatters.callback(os.close, squatter)
            wire.unplug()
            await rig.until(lambda: not rig.ready())
            wire.plug()
            await rig.until(rig.ready)
            assert link.resolve() != before
        assert (await rig.visit(rig.gate.text(TWO))).passed
    assert len(intents(rig, TWO)) == 1


async def test_a_board_that_was_never_there_releases_no_visitor(gate: GateRig) -> None:
    async with attended(LaneRig(gate)) as rig:
        rig.relay_wire.unplug()
        await rig.until(lambda: not rig.ready())
        assert await rig.show(gate.text(ONE)) == "staff gate_fault"
        assert (rig.releases(), outcomes(rig, ONE)) == (0, [(NOT_PASSED, 0)])
