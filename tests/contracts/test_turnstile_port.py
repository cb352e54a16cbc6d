"""The guarantees of any turnstile to a lane, tested with the Modbus driver over a simulated board and its wire's faults."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random

import pytest

from edge.devices.drivers import modbus_turnstile
from edge.devices.drivers.modbus_turnstile import ModbusTurnstile, TurnstileWiring
from edge.devices.ports import (
    ContactLost,
    ContactRegained,
    DeviceFault,
    DeviceHealth,
    DeviceState,
    FireContact,
    Passed,
    Turnstile,
    TurnstileEvent,
)
from edge.devices.supervisor import supervise
from hardware_sims import turnstile as mechanics
from hardware_sims.faults import FaultyWire, LineFault
from hardware_sims.relay_board import RelayBoard, RelayFault
from hardware_sims.timers import LoopTimers
from hardware_sims.wires import PtyWire, Wire
from protocol.directions import Direction

pytestmark = pytest.mark.real_time

BAUD = 115_200
RELEASE_LIMIT_S = 10.0  # the bench measures these times, not this test: a limit only ends a vain wait
SURFACE_LIMIT_S = 10.0
RECOVERY_LIMIT_S = 20.0
PULSE_AND_MARGIN_S = 1.2  # half a second, the time to notice an overlong pulse, and a busy machine
RELAYS = {Direction.ENTRY: 0, Direction.EXIT: 1}
SIDES = {Direction.ENTRY: mechanics.Direction.ENTRY, Direction.EXIT: mechanics.Direction.EXIT}
READ_INPUTS = 0x02
WRITE_COIL = 0x05
FLASH_HEAD = b"\x05\x02"


class RequestLoss:
    """A wire that loses requests on their way to the board, and counts the flashes that arrive, by relay."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.writes_to_lose = 0
        self.flashes: Counter[int] = Counter()
        self.polls = 0

    def connect(self, receive: Callable[[bytes], None]) -> None:
        def pass_on(data: bytes) -> None:
            if data[1:2] == bytes([WRITE_COIL]) and self.writes_to_lose:
                self.writes_to_lose -= 1
                return
            self.polls += data[1:2] == bytes([READ_INPUTS])
            if data[1:3] == FLASH_HEAD:
                self.flashes[data[3]] += 1
            receive(data)

        self._wire.connect(pass_on)

    def send(self, data: bytes) -> None:
        self._wire.send(data)

    def set_baud(self, baud: int) -> None:
        self._wire.set_baud(baud)


class Rig:
    """A supervised driver, its board and arm, and the events and health reports of both."""

    def __init__(self, directory: Path, seed: int = 0) -> None:
        loop, timers = asyncio.get_running_loop(), LoopTimers()
        self.ahead_s = 0.0
        self.wire = PtyWire(directory / "relay", timers, baud=BAUD)
        self.line = FaultyWire(self.wire, timers, Random(seed))  # noqa: S311 - a seed repeats a run
        self.loss = RequestLoss(self.line)
        self.board = RelayBoard(self.loss, timers, baud=BAUD)
        self.arm = mechanics.Turnstile(self.board, timers)
        self.closings: Counter[int] = Counter()
        self.board.on_contact(lambda relay, closed: self.closings.update([relay] if closed else []))
        self.healths: list[DeviceHealth] = []
        self.events: list[TurnstileEvent] = []
        self.driver = ModbusTurnstile(
            "relay", str(directory / "relay"), BAUD, TurnstileWiring(), lambda: loop.time() + self.ahead_s
        )
        self.port: Turnstile = self.driver

    async def collect(self) -> None:
        async for event in self.port.events():
            self.events.append(event)

    @property
    def flashes(self) -> Counter[int]:
        return self.loss.flashes

    @property
    def state(self) -> DeviceState:
        return self.healths[-1].state if self.healths else DeviceState.CONNECTING

    async def wait_until(self, condition: Callable[[], bool], limit_s: float = SURFACE_LIMIT_S) -> None:
        async with asyncio.timeout(limit_s):
            while not condition():  # noqa: ASYNC110 - the awaited change happens on a wire and has no event
                await asyncio.sleep(0.005)

    async def settle(self) -> None:
        """Wait until every pulse has ended, by the board's timer or by the driver."""
        await self.wait_until(lambda: not any(self.board.coils), PULSE_AND_MARGIN_S)

    async def polls(self, seconds: float = 0.3) -> None:
        """Let the driver poll the contacts for some time in which no event may come."""
        await asyncio.sleep(seconds)


@pytest.fixture
async def rig(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path, getattr(request, "param", 0))
    rig.wire.plug()
    clock = asyncio.get_running_loop().time
    tasks = [
        asyncio.create_task(supervise(rig.driver, rig.healths.append, clock)),
        asyncio.create_task(rig.collect()),
    ]
    await rig.wait_until(lambda: rig.state is DeviceState.READY)
    await rig.polls(0.1)
    yield rig
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    rig.wire.unplug()


@pytest.mark.parametrize("direction", Direction)
async def test_a_release_unlocks_the_arm_once_in_its_direction_and_ends_by_itself(rig: Rig, direction: Direction) -> None:
    async with asyncio.timeout(RELEASE_LIMIT_S):
        await rig.port.release(direction)
    assert rig.board.coils[RELAYS[direction]]
    await rig.settle()
    assert rig.flashes == rig.closings == {RELAYS[direction]: 1}
    assert rig.arm.releases(SIDES[direction]) == 1


@pytest.mark.parametrize(
    ("fault", "replies"),
    [
        (LineFault.GARBLE_BIT, 1),
        (LineFault.DROP_BYTE, 1),
        (LineFault.SILENT, 1),
        (LineFault.LATE_REPLY, 1),
        (LineFault.SPLIT_BYTES, None),
        (LineFault.LEADING_JUNK, None),
        (LineFault.DUPLICATE_REPLY, None),
        (LineFault.LOCAL_ECHO, None),
        (LineFault.LATE_REPLY, None),
    ],
)
async def test_a_fault_that_the_framing_absorbs_costs_no_release(rig: Rig, fault: LineFault, replies: int | None) -> None:
    rig.line.switch(fault, on=True, replies=replies)
    async with asyncio.timeout(RELEASE_LIMIT_S):
        await rig.port.release(Direction.ENTRY)
    await rig.settle()
    assert rig.flashes == {0: 1}


async def test_a_release_whose_command_was_lost_is_sent_again_and_switches_once(rig: Rig) -> None:
    rig.loss.writes_to_lose = 1
    async with asyncio.timeout(RELEASE_LIMIT_S):
        await rig.port.release(Direction.ENTRY)
    await rig.settle()
    assert rig.flashes == {0: 1}


async def test_an_echo_of_the_adapter_is_not_taken_for_a_release(rig: Rig) -> None:
    rig.line.switch(LineFault.LOCAL_ECHO, on=True)
    rig.loss.writes_to_lose = 1
    with pytest.raises(DeviceFault):
        await rig.port.release(Direction.ENTRY)
    assert not rig.flashes


@pytest.mark.parametrize("fault", [LineFault.SILENT, LineFault.SLOW_REPLY])
async def test_a_silent_or_slow_board_is_a_fault_in_time_and_switches_at_most_once(rig: Rig, fault: LineFault) -> None:
    rig.line.switch(fault, on=True)
    async with asyncio.timeout(RELEASE_LIMIT_S):
        with pytest.raises(DeviceFault):
            await rig.port.release(Direction.ENTRY)
    await rig.wait_until(lambda: rig.state is DeviceState.FAULT)
    await rig.wait_until(lambda: any(isinstance(event, ContactLost) for event in rig.events))
    await rig.settle()
    assert rig.flashes[0] <= 1
    rig.line.switch(fault, on=False)
    await rig.wait_until(lambda: rig.state is DeviceState.READY, RECOVERY_LIMIT_S)


@pytest.mark.parametrize(
    "fault",
    [
        RelayFault.ACK_WITHOUT_SWITCH,
        RelayFault.FLASH_IGNORED,
        RelayFault.WRONG_UNIT,
        RelayFault.ILLEGAL_FUNCTION,
        RelayFault.ILLEGAL_ADDRESS,
        RelayFault.ILLEGAL_VALUE,
    ],
)
async def test_a_board_that_does_not_do_as_told_is_a_fault_in_time_and_reported(rig: Rig, fault: RelayFault) -> None:
    rig.board.faults.add(fault)
    async with asyncio.timeout(RELEASE_LIMIT_S):
        with pytest.raises(DeviceFault):
            await rig.port.release(Direction.ENTRY)
    await rig.wait_until(lambda: rig.state is DeviceState.FAULT)
    await rig.settle()
    assert rig.flashes[0] <= 1
    rig.board.faults.clear()
    await rig.wait_until(lambda: not rig.events or not isinstance(rig.events[-1], ContactLost), RECOVERY_LIMIT_S)
    async with asyncio.timeout(RELEASE_LIMIT_S):
        await rig.port.release(Direction.EXIT)
    await rig.wait_until(lambda: rig.state is DeviceState.READY)


async def test_a_pulse_that_the_board_does_not_end_is_ended_and_reported(rig: Rig) -> None:
    rig.board.faults.add(RelayFault.FLASH_LATCHES)
    await rig.port.release(Direction.ENTRY)
    await rig.settle()
    assert any(health.state is DeviceState.FAULT and "stayed on" in health.detail for health in rig.healths)
    await rig.wait_until(lambda: rig.state is DeviceState.READY)


async def test_a_board_that_resets_during_the_pulse_is_not_flashed_again(rig: Rig) -> None:
    released = asyncio.create_task(rig.port.release(Direction.ENTRY))
    await rig.wait_until(lambda: rig.board.coils[0])
    rig.board.reset()
    with contextlib.suppress(DeviceFault):
        await released
    await rig.polls()
    assert rig.flashes == {0: 1}


async def test_two_releases_in_a_row_are_two_pulses(rig: Rig) -> None:
    await asyncio.gather(rig.port.release(Direction.ENTRY), rig.port.release(Direction.ENTRY))
    assert rig.flashes == rig.closings == {0: 2}


async def test_both_directions_may_be_released_at_once(rig: Rig) -> None:
    await asyncio.gather(rig.port.release(Direction.ENTRY), rig.port.release(Direction.EXIT))
    assert rig.flashes == rig.closings == {0: 1, 1: 1}


async def test_the_next_poll_is_taken_at_once_where_a_release_may_come(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modbus_turnstile, "POLL_PERIOD_S", 3_600.0)

    def polled_again() -> bool:
        rig.driver.make_way()
        return rig.loss.polls > before

    for _ in range(3):
        before = rig.loss.polls
        await rig.wait_until(polled_again)
    await rig.polls()
    before = rig.loss.polls
    await rig.polls()
    assert rig.loss.polls == before, "and none but those"


async def test_a_passage_is_told_once(rig: Rig) -> None:
    await rig.port.release(Direction.ENTRY)
    await rig.wait_until(lambda: rig.arm.open_to(SIDES[Direction.ENTRY]))
    assert rig.arm.push(SIDES[Direction.ENTRY])
    await rig.wait_until(lambda: bool(rig.events))
    await rig.polls()
    assert rig.events == [Passed(Direction.ENTRY)]


@pytest.mark.parametrize("pulse_s", [0.1, 0.2, 0.5])
async def test_every_pulse_length_of_turnstiles_is_seen(rig: Rig, pulse_s: float) -> None:
    await rig.port.release(Direction.EXIT)
    await rig.wait_until(lambda: rig.arm.open_to(SIDES[Direction.EXIT]))
    rig.arm.push(SIDES[Direction.EXIT], pulse_s=pulse_s)
    await rig.wait_until(lambda: bool(rig.events))
    await rig.polls(0.6)
    assert rig.events == [Passed(Direction.EXIT)]


async def test_a_tailgater_a_reverser_and_an_intruder_are_told_and_a_glitch_is_not(rig: Rig) -> None:
    rig.arm.glitch(SIDES[Direction.ENTRY])
    await rig.polls()
    assert rig.events == []
    await rig.port.release(Direction.ENTRY)
    await rig.wait_until(lambda: rig.arm.open_to(SIDES[Direction.ENTRY]))
    rig.arm.tailgate(SIDES[Direction.ENTRY])
    await rig.wait_until(lambda: rig.events == [Passed(Direction.ENTRY)] * 2)
    rig.arm.force(SIDES[Direction.EXIT])
    await rig.wait_until(lambda: rig.events[2:] == [Passed(Direction.EXIT)])


@pytest.mark.law(8)
async def test_the_fire_contact_is_told_when_it_opens_and_when_it_closes(rig: Rig) -> None:
    rig.arm.set_fire(on=True)
    await rig.wait_until(lambda: rig.events == [FireContact(alarm=True)])
    rig.arm.set_fire(on=False)
    await rig.wait_until(lambda: rig.events[1:] == [FireContact(alarm=False)])


async def test_a_welded_contact_is_told_and_reported_until_it_opens(rig: Rig) -> None:
    rig.arm.weld(SIDES[Direction.ENTRY], on=True)
    await rig.wait_until(lambda: rig.events == [Passed(Direction.ENTRY)])
    rig.ahead_s += 5.0
    await rig.wait_until(lambda: isinstance(rig.events[-1], ContactLost))
    await rig.wait_until(lambda: rig.state is DeviceState.FAULT)
    rig.arm.weld(SIDES[Direction.ENTRY], on=False)
    await rig.wait_until(lambda: isinstance(rig.events[-1], ContactRegained))
    await rig.wait_until(lambda: rig.state is DeviceState.READY)


async def test_an_unplugged_board_is_told_at_once_and_found_again_at_its_new_pts(rig: Rig) -> None:
    rig.wire.unplug()
    await rig.wait_until(lambda: [type(event) for event in rig.events] == [ContactLost])
    await rig.wait_until(lambda: rig.state is DeviceState.FAULT)
    with pytest.raises(DeviceFault):
        await rig.port.release(Direction.ENTRY)
    rig.wire.plug()
    await rig.wait_until(lambda: rig.state is DeviceState.READY, RECOVERY_LIMIT_S)
    await rig.wait_until(lambda: [type(event) for event in rig.events] == [ContactLost, ContactRegained])
    await rig.port.release(Direction.ENTRY)
    assert rig.flashes == rig.closings == {0: 1}


async def test_a_board_unplugged_during_a_release_is_a_fault_in_time(rig: Rig) -> None:
    rig.line.switch(LineFault.SILENT, on=True)
    released = asyncio.create_task(rig.port.release(Direction.ENTRY))
    await rig.wait_until(lambda: rig.board.coils[0])
    rig.wire.unplug()
    async with asyncio.timeout(RELEASE_LIMIT_S):
        with pytest.raises(DeviceFault):
            await released
    await rig.settle()
    assert rig.flashes == {0: 1}


async def test_a_board_without_power_is_a_fault_and_comes_back(rig: Rig) -> None:
    rig.board.power(on=False)
    await rig.wait_until(lambda: rig.state is DeviceState.FAULT)
    rig.board.power(on=True)
    await rig.wait_until(lambda: rig.state is DeviceState.READY, RECOVERY_LIMIT_S)
    await rig.wait_until(lambda: isinstance(rig.events[-1], ContactRegained))


@pytest.mark.parametrize("rig", range(6), indirect=True)
async def test_no_mixture_of_faults_switches_twice_or_leaves_the_relay_on(rig: Rig, request: pytest.FixtureRequest) -> None:
    random = Random(request.node.callspec.params["rig"])  # noqa: S311 - a seed repeats a run
    for _ in range(3):
        rig.flashes.clear()
        rig.loss.writes_to_lose = random.randrange(3)
        for fault in LineFault:
            rig.line.switch(fault, on=random.random() < 0.3, replies=random.randrange(1, 5))
        with contextlib.suppress(DeviceFault):
            async with asyncio.timeout(RELEASE_LIMIT_S):
                await rig.port.release(Direction.ENTRY)
        await rig.settle()
        assert rig.flashes[0] <= 1
