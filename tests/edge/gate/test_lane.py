"""The lane over simulated arm and scanners, with the real desk, cache and journal: what visitors meet, and what is written down.

Releases are counted at the arm, not where they are commanded.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edge.gate.lane import CARD_WITHIN_MS
from edge.gate.passage import PASSAGE_WITHIN_MS
from edge.gate.showing import Answer, Showing
from hardware_sims.faults import LineFault
from hardware_sims.relay_board import RelayFault
from hardware_sims.scanner import ScannerFault
from hardware_sims.turnstile import Motion
from protocol.admission.passages import PassageKind
from protocol.admission.policy import Entitlement, PersonsPerScan, Policy, Product, TotalUses
from protocol.admission.tables import CHECK_POINTS, PRODUCTS, SITE_RULES, encode_check_points, encode_products, encode_site_rules
from protocol.directions import Direction
from protocol.errors import InputError
from protocol.identifiers import EntitlementId
from protocol.journal.events import Alarm, Intent, Outcome, OutcomeResult, Refusal
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketRecord, TicketStatus
from tests.builders.feed import PRODUCT, SAMPLE_POINT, SAMPLE_PRODUCT, SAMPLE_RULES, SITE, FeedSimulator, ticket
from tests.builders.gate import GateRig
from tests.builders.gate_lane import BODY_S, EXIT_POINT, SIDES, LaneRig, attended

IN, OUT = Direction.ENTRY, Direction.EXIT
ONE, TWO, VOIDED = ticket(0x1111), ticket(0x2222), ticket(0x3333, status=TicketStatus.VOID)
GROUP = ticket(0x4444, persons=3, flags=TicketFlags.GROUP)
NAMED = ticket(0x5555, flags=TicketFlags.REAL_NAME)
SUPERVISOR = 42
PASSED, NOT_PASSED = OutcomeResult.PASSED, OutcomeResult.NOT_PASSED
WAIT_S = PASSAGE_WITHIN_MS / 1000


def tables(most_per_scan: int = 10) -> dict[str, bytes]:
    right = Entitlement(EntitlementId(1), PRODUCT, frozenset({SITE}), Policy((TotalUses(1), PersonsPerScan(most_per_scan))))
    product: Product = replace(SAMPLE_PRODUCT, entitlements=(right,))
    entry = replace(SAMPLE_POINT, reads_documents=True)
    points = (entry, replace(SAMPLE_POINT, check_point_id=EXIT_POINT, direction=OUT))
    return {
        PRODUCTS: encode_products((product,)),
        CHECK_POINTS: encode_check_points(points),
        SITE_RULES: encode_site_rules(SAMPLE_RULES),
    }


@pytest.fixture
async def gate(tmp_path: Path) -> AsyncIterator[GateRig]:
    gate = GateRig(tmp_path, FeedSimulator(tables()), exits=frozenset({EXIT_POINT}))
    await gate.publish(ONE, TWO, VOIDED, GROUP, NAMED)
    yield gate
    gate.close()


@pytest.fixture
async def rig(gate: GateRig) -> AsyncIterator[LaneRig]:
    async with attended(LaneRig(gate)) as rig:
        yield rig


def outcomes(rig: LaneRig, record: TicketRecord) -> list[tuple[OutcomeResult, int]]:
    return [(e.result, e.passed_count) for e in rig.gate.events(record) if isinstance(e, Outcome)]


def intents(rig: LaneRig, record: TicketRecord) -> list[Intent]:
    return [event for event in rig.gate.events(record) if isinstance(event, Intent)]


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
    """The code stays before a scanner that reads it twice each time, through the whole passage and after."""
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


async def test_what_waited_for_too_long_is_not_served_to_whoever_stands_there(rig: LaneRig) -> None:
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


async def test_who_comes_the_other_way_uses_nobody_s_ticket(rig: LaneRig) -> None:
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
    gate = GateRig(tmp_path, FeedSimulator(tables(most)))
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
async def test_an_exit_opens_for_whatever_is_shown(rig: LaneRig, code: bytes) -> None:
    visited = await rig.visit(code or rig.gate.text(VOIDED), OUT)
    assert visited.passed
    assert rig.releases(OUT) == 1
    await rig.until(lambda: OutcomeResult.PASSED in [e.result for e in rig.journalled() if isinstance(e, Outcome)])
    assert rig.alarms()[0].startswith("exit-")


@pytest.mark.law(8)
async def test_an_exit_opens_without_a_feed_and_is_recorded(tmp_path: Path) -> None:
    gate = GateRig(tmp_path, FeedSimulator(tables()), exits=frozenset({EXIT_POINT}))
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


async def test_a_silent_board_releases_nobody_annuls_and_calls_staff(rig: LaneRig) -> None:
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
    await rig.until(rig.ready, 6)
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
