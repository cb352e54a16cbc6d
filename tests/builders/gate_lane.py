"""A whole lane: the real desk, lane and drivers over simulated arm and scanners, each on a pty of its own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from random import Random

from edge.devices.drivers.modbus_turnstile import InputWiring, ModbusTurnstile, TurnstileWiring
from edge.devices.drivers.serial_scanner import SerialScanner
from edge.devices.ports import DeviceHealth, DeviceState, SupervisedDevice
from edge.devices.supervisor import supervise
from edge.gate.lane import Lane, LaneShown, Way
from hardware_sims import scanner as scanner_sim
from hardware_sims import turnstile as mechanics
from hardware_sims.faults import FaultyWire
from hardware_sims.relay_board import RelayBoard
from hardware_sims.timers import LoopTimers
from hardware_sims.visitor import Visit, visit
from hardware_sims.wires import PtyWire
from protocol.admission import tables
from protocol.admission.policy import Entitlement, PersonsPerScan, Policy, TicketTypeRules, TotalUses
from protocol.directions import Direction
from protocol.identifiers import CheckPointId, EntitlementId
from protocol.journal.codec import decode_entry
from protocol.journal.events import Alarm, Event, Intent, Outcome, OutcomeResult
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketRecord, TicketState
from tests.builders.feed import ENTRY_POINT, SAMPLE_POINT, SAMPLE_RULES, SAMPLE_TICKET_TYPE, SITE, TICKET_TYPE, ticket
from tests.builders.gate import GateRig
from tests.builders.outcomes import outcome

BAUD = 115_200
EXIT_POINT = CheckPointId(12)
DOUBLE_READ_S = 0.3
PATIENCE_S = 6.0
BODY_S = 0.3  # a body takes this long through the sensor; the next one cannot be closer
POINTS = {Direction.ENTRY: ENTRY_POINT, Direction.EXIT: EXIT_POINT}
ONE, TWO, VOIDED = ticket(0x1111), ticket(0x2222), ticket(0x3333, state=TicketState.VOID)
GROUP = ticket(0x4444, persons=3, flags=TicketFlags.GROUP)
NAMED = ticket(0x5555, flags=TicketFlags.REAL_NAME)
SIDES = {Direction.ENTRY: mechanics.Direction.ENTRY, Direction.EXIT: mechanics.Direction.EXIT}


def lane_tables(most_per_scan: int = 10) -> dict[str, bytes]:
    """An entry that reads documents, an exit, and one type for one use."""
    right = Entitlement(EntitlementId(1), TICKET_TYPE, frozenset({SITE}), Policy((TotalUses(1), PersonsPerScan(most_per_scan))))
    ticket_type: TicketTypeRules = replace(SAMPLE_TICKET_TYPE, entitlements=(right,))
    entry = replace(SAMPLE_POINT, reads_documents=True)
    points = (entry, replace(SAMPLE_POINT, check_point_id=EXIT_POINT, direction=Direction.EXIT))
    return {
        tables.TICKET_TYPES: tables.encode_ticket_types((ticket_type,)),
        tables.CHECK_POINTS: tables.encode_check_points(points),
        tables.SITE_RULES: tables.encode_site_rules(SAMPLE_RULES),
    }


class LaneRig:
    """One lane with a scanner on each side. `ahead_ms` moves the lane's clock; `senses` says whether PASS is wired."""

    def __init__(self, gate: GateRig, *, senses: bool = True) -> None:
        loop, timers = asyncio.get_running_loop(), LoopTimers()
        directory = gate.directory
        self.gate = gate
        self.ahead_ms = 0
        self.relay_wire = PtyWire(directory / "relay", timers, baud=BAUD)
        self.line = FaultyWire(self.relay_wire, timers, Random(1))  # noqa: S311 - a seed repeats a run
        self.board = RelayBoard(self.line, timers, baud=BAUD)
        self.arm = mechanics.Turnstile(self.board, timers)
        self.closings: Counter[int] = Counter()
        self.board.on_contact(lambda relay, closed: self.closings.update([relay] if closed else []))
        self.scanner_wires = {side: PtyWire(directory / f"scanner-{side}", timers, baud=BAUD) for side in Direction}
        self.scanners = {side: scanner_sim.Scanner(wire, timers) for side, wire in self.scanner_wires.items()}
        passes = (InputWiring(0), InputWiring(1)) if senses else (None, None)
        wiring = TurnstileWiring(entry_pass=passes[0], exit_pass=passes[1])
        self.turnstile = ModbusTurnstile("relay", str(directory / "relay"), BAUD, wiring, loop.time)
        self.readers = {
            side: SerialScanner(
                f"scanner-{side}", str(directory / f"scanner-{side}"), BAUD, loop.time, self.turnstile.make_way, DOUBLE_READ_S
            )
            for side in Direction
        }
        self.healths: dict[str, DeviceHealth] = {}
        self.shown: list[LaneShown] = []
        ways = {side: Way(POINTS[side], (reader,)) for side, reader in self.readers.items()}
        self.lane = Lane("east", gate.desk, self.turnstile, ways, self.shown.append, self.monotonic_ms)

    def monotonic_ms(self) -> int:
        return int(asyncio.get_running_loop().time() * 1000) + self.ahead_ms

    @property
    def answers(self) -> list[str]:
        return [outcome(shown.verdict) for shown in self.shown]

    def ready(self) -> bool:
        return len(self.healths) == 1 + len(Direction) and all(h.state is DeviceState.READY for h in self.healths.values())

    def report(self, health: DeviceHealth) -> None:
        self.healths[health.device] = health

    def releases(self, side: Direction = Direction.ENTRY) -> int:
        return self.arm.releases(SIDES[side])

    def pass_time(self, seconds: float) -> None:
        """Let time go by for the lane, without waiting for it."""
        self.ahead_ms += int(seconds * 1000)
        self.lane.poke()

    async def until(self, condition: Callable[[], bool], limit_s: float = 30.0) -> None:
        async with asyncio.timeout(limit_s):
            while not condition():  # noqa: ASYNC110 - what is waited for happens on a wire and has no event
                await asyncio.sleep(0.005)

    async def visit(self, code: bytes, side: Direction = Direction.ENTRY, *, pushes: bool = True) -> Visit:
        """Show a code until the arm is released, then walk through it, or not; return once the lane has noticed."""
        visited = await visit(self.scanners[side], self.arm, code, SIDES[side], pushes=pushes, patience_s=PATIENCE_S)
        if visited.passed:
            await self.until(lambda: not self.lane.state.busy)
            await asyncio.sleep(BODY_S)
        return visited

    async def show(self, code: bytes, side: Direction = Direction.ENTRY) -> str:
        """Show a code until the lane reports something, and return the report."""
        before = len(self.shown)
        self.scanners[side].show(code)
        await self.until(lambda: len(self.shown) > before)
        self.scanners[side].clear()
        return self.answers[-1]

    async def go_through(self, side: Direction = Direction.ENTRY) -> None:
        """Walk in as soon as the arm gives way."""
        await self.until(lambda: self.arm.open_to(SIDES[side]))
        assert self.arm.push(SIDES[side])

    def journalled(self) -> list[Event]:
        """Return everything that the journal holds and central does not have, in order."""
        batch = self.gate.journal.unsent(self.gate.reading())
        items = () if batch is None else batch.items
        return [decode_entry(item).event for item in items if isinstance(item, bytes)]

    def alarms(self) -> list[str]:
        return [event.name for event in self.journalled() if isinstance(event, Alarm)]


@asynccontextmanager
async def attended(rig: LaneRig) -> AsyncIterator[LaneRig]:
    """Serve the lane and its devices for as long as the block lasts."""
    for wire in (rig.relay_wire, *rig.scanner_wires.values()):
        wire.plug()
    clock = asyncio.get_running_loop().time
    devices: list[SupervisedDevice] = [rig.turnstile, *rig.readers.values()]
    tasks = [asyncio.create_task(supervise(device, rig.report, clock)) for device in devices]
    serving = asyncio.create_task(rig.lane.run())
    try:
        await rig.until(rig.ready)
        await asyncio.sleep(0.1)  # the contacts' first level is settled
        yield rig
        assert not serving.done(), "nothing may end a lane"
    finally:
        for task in (*tasks, serving):
            task.cancel()
        await asyncio.gather(*tasks, serving, return_exceptions=True)
        for scanner in rig.scanners.values():
            scanner.clear()
        for wire in (rig.relay_wire, *rig.scanner_wires.values()):
            wire.unplug()


def outcomes(rig: LaneRig, record: TicketRecord) -> list[tuple[OutcomeResult, int]]:
    return [(e.result, e.passed_count) for e in rig.gate.events(record) if isinstance(e, Outcome)]


def intents(rig: LaneRig, record: TicketRecord) -> list[Intent]:
    return [event for event in rig.gate.events(record) if isinstance(event, Intent)]
