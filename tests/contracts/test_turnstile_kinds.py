"""The guarantees of every kind of turnstile to a lane, over its simulated board (Modbus alone: `test_turnstile_port`)."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from edge.devices.driver_api import Surroundings, TurnstileDriver
from edge.devices.drivers.modbus_settings import FeSettings, ModbusSettings
from edge.devices.drivers.relay_lines import UsbRelayLine
from edge.devices.drivers.relay_settings import LcusSettings
from edge.devices.drivers.relay_turnstile import RelayTurnstile
from edge.devices.drivers.swing_gate import SwingGateSettings
from edge.devices.framing import usb_relay
from edge.devices.framing.lcus import StateReply
from edge.devices.ports import DeviceFault, DeviceState, Passed, TurnstileEvent
from edge.devices.supervisor import supervise
from edge.devices.transports.usb_device import UsbAddress
from hardware_sims import turnstile as mechanics
from hardware_sims.faults import FaultyWire, LineFault
from hardware_sims.fe_board import FeBoard
from hardware_sims.lcus_board import LcusBoard, StateAnswer
from hardware_sims.relay_board import RelayBoard
from hardware_sims.swing_gate_board import SwingGateBoard
from hardware_sims.timers import LoopTimers
from hardware_sims.usb_relay_board import UsbRelayBoard, UsbRelayFault
from hardware_sims.wires import PtyWire
from protocol.directions import Direction
from tests.builders.supervised import SupervisedBoard

pytestmark = pytest.mark.real_time

PULSE_MS = 200
LIMIT_S = 10.0  # the bench measures these times, not this test: a limit only ends a vain wait
RECOVERY_LIMIT_S = 20.0
SIDES = {Direction.ENTRY: mechanics.Direction.ENTRY, Direction.EXIT: mechanics.Direction.EXIT}
Board = RelayBoard | LcusBoard | SwingGateBoard | UsbRelayBoard


class Rig(SupervisedBoard):
    """A supervised driver, its board and arm, and the events and health reports of both."""

    board: Board

    def __init__(self, kind: str, directory: Path) -> None:
        self.kind = kind
        self.timers = LoopTimers()
        baud = 19_200 if kind == "swing-gate" else 9_600
        super().__init__(PtyWire(directory / "board", self.timers, baud=baud), LIMIT_S)
        self.events: list[TurnstileEvent] = []
        self._path = str(directory / "board")
        self.line = FaultyWire(self.wire, self.timers, Random(1))  # noqa: S311 - a seed repeats a run
        self.board = self._board()
        self.arm = mechanics.Turnstile(self.board, self.timers)
        self.closings: Counter[int] = Counter()
        self.closed: set[int] = set()
        self.board.on_contact(self._moved)
        self.driver = self.make()

    def _moved(self, relay: int, closed: bool) -> None:  # noqa: FBT001 - the board's listener signature
        self.closings.update([relay] if closed else [])
        (self.closed.add if closed else self.closed.discard)(relay)

    def _board(self) -> Board:
        match self.kind:
            case "modbus":
                return RelayBoard(self.line, self.timers)
            case "fe" | "fe-own-unit":
                return FeBoard(self.line, self.timers, unit=7, tells_own_unit=self.kind == "fe-own-unit")
            case "swing-gate":
                return SwingGateBoard(self.line, self.timers)
            case "usb-relay":
                return UsbRelayBoard(Random(1))  # noqa: S311 - a seed repeats a run
        return LcusBoard(self.line, state=StateAnswer(self.kind.removeprefix("lcus-")))

    def make(self) -> TurnstileDriver:
        """A new driver from the assembly, at the start and after the agent was killed."""
        clock = asyncio.get_running_loop().time
        around = Surroundings("arm", clock, lambda: None)
        match self.kind:
            case "modbus":
                return ModbusSettings(port=self._path, pulse_ms=PULSE_MS).make(around)
            case "fe" | "fe-own-unit":
                return FeSettings(driver="fe", port=self._path, pulse_ms=PULSE_MS).make(around)
            case "swing-gate":
                return SwingGateSettings(driver="swing-gate", port=self._path).make(around)
            case "usb-relay":
                address = UsbAddress(usb_relay.VENDOR, usb_relay.PRODUCT, usb_relay.PRODUCT_PREFIX)
                line = UsbRelayLine(address, "BITFT", self.bus)
                return RelayTurnstile("arm", line, {Direction.ENTRY: 0, Direction.EXIT: 1}, PULSE_MS / 1_000, clock)
        state = StateReply(self.kind.removeprefix("lcus-"))
        return LcusSettings(driver="lcus", port=self._path, pulse_ms=PULSE_MS, state=state).make(around)

    def silence(self, *, on: bool) -> None:
        if isinstance(self.board, UsbRelayBoard):
            (self.board.faults.add if on else self.board.faults.discard)(UsbRelayFault.LOST_THOUGH_PLUGGED)
        else:
            self.line.switch(LineFault.SILENT, on=on)

    async def collect(self) -> None:
        async for event in self.driver.events():
            self.events.append(event)

    async def settle(self) -> None:
        """Wait until every pulse has ended, by the board's timer or by the driver."""
        await self.until(lambda: not self.closed)

    async def released(self, direction: Direction = Direction.ENTRY) -> None:
        """Release as soon as the board obeys, and wait until the contact has closed: a board without reports closes later."""
        async with asyncio.timeout(RECOVERY_LIMIT_S):
            while True:
                with contextlib.suppress(DeviceFault):
                    await self.driver.release(direction)
                    break
                await asyncio.sleep(0.05)
        await self.until(lambda: bool(self.closings))


@contextlib.asynccontextmanager
async def served(rig: Rig) -> AsyncIterator[Rig]:
    """Serve the driver until cancelled, as an agent does."""
    clock = asyncio.get_running_loop().time
    tasks = [
        asyncio.create_task(supervise(rig.driver, rig.healths.append, clock)),
        asyncio.create_task(rig.collect()),
    ]
    try:
        yield rig
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


KINDS = ("modbus", "fe", "fe-own-unit", "lcus-none", "lcus-text", "lcus-bytes", "usb-relay", "swing-gate")
HEARD = tuple(kind for kind in KINDS if kind != "lcus-none")  # boards whose silence the driver notices
HOST_ENDED = tuple(kind for kind in KINDS if kind.startswith(("lcus", "usb")))
SERIAL = tuple(kind for kind in KINDS if kind != "usb-relay")


@pytest.fixture
async def rig(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    rig = Rig(request.param, tmp_path)
    rig.plug()
    async with served(rig):
        await rig.until(lambda: rig.state is DeviceState.READY)
        yield rig
    if rig.wire.plugged:
        rig.wire.unplug()


def over(kinds: tuple[str, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rig", kinds, indirect=True)


@over(KINDS)
async def test_a_release_unlocks_the_arm_once_in_its_direction_and_ends_by_itself(rig: Rig) -> None:
    for relay, direction in enumerate((Direction.ENTRY, Direction.EXIT)):
        rig.closings.clear()
        await rig.released(direction)
        await rig.settle()
        assert rig.closings == {relay: 1}
        assert rig.arm.releases(SIDES[direction]) == 1
    assert rig.state is DeviceState.READY


@over(KINDS)
async def test_two_releases_in_a_row_are_two_pulses(rig: Rig) -> None:
    if rig.kind == "swing-gate":
        await rig.driver.release(Direction.ENTRY)
        await rig.driver.release(Direction.ENTRY)
        assert rig.board.openings == [2, 0]  # type: ignore[union-attr]  # the controller counts its commands
        return
    await asyncio.gather(rig.driver.release(Direction.ENTRY), rig.driver.release(Direction.ENTRY))
    await rig.until(lambda: rig.closings[0] == 2)
    await rig.settle()
    assert rig.closings == {0: 2}


@over(HEARD)
async def test_a_silent_board_is_a_fault_in_time_and_switches_at_most_once(rig: Rig) -> None:
    rig.silence(on=True)
    async with asyncio.timeout(LIMIT_S):
        with pytest.raises(DeviceFault):
            await rig.driver.release(Direction.ENTRY)
    await rig.until(lambda: rig.state is DeviceState.FAULT)
    await rig.settle()
    assert rig.closings[0] <= 1
    rig.silence(on=False)
    await rig.released()
    await rig.until(lambda: rig.state is DeviceState.READY)


@over(KINDS)
async def test_an_unplugged_board_is_told_at_once_and_serves_again_after_replug(rig: Rig) -> None:
    rig.unplug()
    await rig.until(lambda: rig.state is DeviceState.FAULT)
    with pytest.raises(DeviceFault):
        await rig.driver.release(Direction.ENTRY)
    rig.plug()
    await rig.released()
    await rig.settle()
    assert rig.closings == {0: 1}
    await rig.until(lambda: rig.state is DeviceState.READY)


@over(SERIAL)
async def test_no_mixture_of_faults_switches_twice_or_leaves_the_relay_on(rig: Rig) -> None:
    random = Random(3)  # noqa: S311 - a seed repeats a run
    for _ in range(2):
        rig.closings.clear()
        for fault in LineFault:
            rig.line.switch(fault, on=random.random() < 0.3, replies=random.randrange(1, 4))
        with contextlib.suppress(DeviceFault):
            await rig.driver.release(Direction.ENTRY)
        await rig.settle()
        assert rig.closings[0] <= 1


@over(HOST_ENDED)
async def test_a_relay_left_on_by_a_killed_agent_is_switched_off_when_the_board_is_opened(rig: Rig) -> None:
    await rig.settle()
    assert isinstance(rig.board, LcusBoard | UsbRelayBoard)
    rig.unplug()
    await rig.until(lambda: rig.state is DeviceState.FAULT)
    rig.board.relays.command(0, on=True)
    rig.plug()
    await rig.settle()


@pytest.mark.parametrize("kind", HOST_ENDED)
async def test_an_agent_that_ends_during_a_pulse_ends_the_pulse(kind: str, tmp_path: Path) -> None:
    rig = Rig(kind, tmp_path)
    rig.plug()
    async with served(rig):
        await rig.released()
    await rig.settle()
    assert rig.closings == {0: 1}
    if rig.wire.plugged:
        rig.wire.unplug()


@over(("lcus-text", "lcus-bytes", "usb-relay"))
async def test_a_board_that_does_not_do_as_told_is_a_fault_and_a_stuck_one_is_reported(rig: Rig) -> None:
    from hardware_sims.lcus_board import LcusFault  # noqa: PLC0415 - two faults of one name

    assert isinstance(rig.board, LcusBoard | UsbRelayBoard)
    deaf: LcusFault | UsbRelayFault = LcusFault.DEAF if isinstance(rig.board, LcusBoard) else UsbRelayFault.DEAF
    rig.board.faults.add(deaf)  # type: ignore[arg-type]  # each board has its own set
    with pytest.raises(DeviceFault):
        await rig.driver.release(Direction.ENTRY)
    rig.board.faults.clear()
    await rig.driver.release(Direction.ENTRY)
    rig.board.faults.add(deaf)  # type: ignore[arg-type]  # as above
    await rig.until(lambda: "stays on" in rig.healths[-1].detail)
    rig.board.faults.clear()
    await rig.settle()
    await rig.until(lambda: rig.state is DeviceState.READY)


@over(("usb-relay",))
async def test_a_board_that_stalls_now_and_then_is_served(rig: Rig) -> None:
    assert isinstance(rig.board, UsbRelayBoard)
    rig.board.faults |= {UsbRelayFault.STALLS_NOW_AND_THEN}
    await rig.driver.release(Direction.ENTRY)
    await rig.settle()
    assert rig.closings == {0: 1}
    rig.board.faults |= {UsbRelayFault.CORRUPT_SERIAL}
    await rig.until(lambda: rig.state is DeviceState.FAULT)
    rig.board.faults.clear()
    await rig.until(lambda: rig.state is DeviceState.READY, RECOVERY_LIMIT_S)


@over(("fe", "swing-gate"))
async def test_passages_are_told_by_those_that_sense_them(rig: Rig) -> None:
    assert rig.driver.senses_passage
    await asyncio.sleep(0.1)  # the contacts have settled at their first level
    for direction in Direction:
        rig.events.clear()
        await rig.driver.release(direction)
        await rig.until(lambda side=SIDES[direction]: rig.arm.open_to(side))  # type: ignore[misc]  # bound at once
        rig.arm.push(SIDES[direction])
        await rig.until(lambda: bool(rig.events))
        assert rig.events == [Passed(direction)]


@over(("swing-gate",))
async def test_a_counter_that_runs_over_counts_on(rig: Rig) -> None:
    assert isinstance(rig.board, SwingGateBoard)
    rig.board.counters[0] = (1 << 24) - 1
    await asyncio.sleep(0.3)
    rig.events.clear()
    rig.arm.tailgate(SIDES[Direction.ENTRY])
    rig.arm.force(SIDES[Direction.ENTRY])
    await rig.until(lambda: rig.board.counters[0] == 0)  # type: ignore[union-attr]  # as above
    await rig.until(lambda: rig.events == [Passed(Direction.ENTRY)])


@over(("swing-gate",))
async def test_what_the_controller_complains_of_is_reported(rig: Rig) -> None:
    assert isinstance(rig.board, SwingGateBoard)
    rig.board.alarm = 4
    await rig.until(lambda: "alarm 04" in rig.healths[-1].detail)
    rig.board.alarm = 0
    await rig.until(lambda: rig.state is DeviceState.READY)
