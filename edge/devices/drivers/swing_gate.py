"""A swing or flap gate whose controller speaks `7E` and `7F` on a serial line: it opens, counts and reports by itself.

Laws: a passage is a step of a counter; the driver commands an opening once and never repeats it, because a second one may let a
second body in; it believes an opening when a status answers that very command. The controller keeps its own time, and closes by
itself even if the agent has died. The controller itself handles fire: it has an input for it, which its status does not show (law
8).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import ClassVar, Literal

from pydantic import Field

from edge.devices.driver_api import Baud, SerialDeviceSettings, Sheet, Surroundings, TurnstileDriver, TurnstileSettings
from edge.devices.drivers.stream import Stream
from edge.devices.framing import swing_gate
from edge.devices.framing.swing_gate import Command, Status, StatusDecoder
from edge.devices.ports import ContactLost, ContactRegained, DeviceFault, HealthLine, Passed, TurnstileEvent
from edge.devices.transports.serial_port import SerialPort
from protocol.directions import Direction

POLL_PERIOD_S = 0.1
REPLY_LIMIT_S = 0.3
MAX_FAILED_POLLS = 3
RELEASE_LIMIT_S = 0.95  # the port promises an answer within 1 s


class SwingGateSettings(SerialDeviceSettings, TurnstileSettings):
    """A serial gate. `entry_side` is the side that its controller calls left or right."""

    sheet: ClassVar[Sheet] = Sheet(
        device="Swing and flap gates with a 7E/7F serial controller",
        protocol="8-byte 7E commands and 18-byte 7F statuses, 19,200 baud 8N1",
        verified=("Published frames.", "The simulated controller, under the faults of the line."),
        limits=(
            "The meaning of fault and alarm bits is not published: any of them is reported as it is.",
            "That a status repeats the command it answers is assumed.",
            "Fire is not shown by the status.",
        ),
    )
    baud: Baud = 19200
    address: int = Field(default=1, ge=0, le=255)
    entry_side: Literal["left", "right"] = "left"

    @property
    def sensed(self) -> frozenset[Direction]:
        """Both directions: the controller counts."""
        return frozenset(Direction)

    def make(self, around: Surroundings) -> TurnstileDriver:
        """Return the driver."""
        return SwingGate(around.name, self, around.clock)


class SwingGate:
    """Implements `ports.Turnstile` and `ports.SupervisedDevice`. `clock` gives monotonic seconds."""

    def __init__(self, name: str, wired: SwingGateSettings, clock: Callable[[], float]) -> None:
        self.name = name
        self._wired = wired
        self._clock = clock
        self._events: Stream[TurnstileEvent] = Stream()
        self._line = asyncio.Lock()
        self._port: SerialPort | None = None
        self._last: Status | None = None
        self._lost = False
        self._complaint = ""
        left_is_entry = wired.entry_side == "left"
        self._left, self._right = (Direction.ENTRY, Direction.EXIT) if left_is_entry else (Direction.EXIT, Direction.ENTRY)

    @property
    def senses_passage(self) -> bool:
        """Always: the controller counts."""
        return True

    def make_way(self) -> None:
        """Do nothing: a poll holds the line for less time than a code takes to arrive."""

    def events(self) -> AsyncIterator[TurnstileEvent]:
        """Yield the passages; see the port."""
        return self._events.items()

    async def release(self, direction: Direction) -> None:
        """Let one body through; see the port."""
        kind = Command.LEFT_OPEN if direction is self._left else Command.RIGHT_OPEN
        try:
            async with asyncio.timeout(RELEASE_LIMIT_S), self._line:
                answered = await self._exchange(kind, persons=1)
        except TimeoutError:
            answered = None
        if answered is None:
            self._complaint = f"{self.name}: the gate did not confirm that it opened; check its cable and its controller"
            raise DeviceFault(self._complaint)
        self._complaint = ""
        self._take(answered)

    async def run(self, health: HealthLine) -> None:
        """Poll the controller until it fails; see the port."""
        detail = f"{self.name}: the gate is not served"
        try:
            self._port = SerialPort(self._wired.port, self._wired.baud)
            await self._poll(health)
        except DeviceFault as fault:
            detail = str(fault)
            raise
        finally:
            if not self._lost:
                self._events.put(ContactLost(detail))
            self._lost = True
            if self._port is not None:
                self._port.close()
            self._port = None

    async def _poll(self, health: HealthLine) -> None:
        failed = 0
        while True:
            async with self._line:
                status = await self._exchange(Command.STATUS)
            failed = failed + 1 if status is None else 0
            if failed == MAX_FAILED_POLLS:
                raise DeviceFault(
                    f"{self.name}: the controller at {self._wired.port} does not answer; check power, cable and address"
                )
            if status is not None:
                self._take(status)
                self._report(status, health)
            await asyncio.sleep(POLL_PERIOD_S)

    async def _exchange(self, kind: Command, persons: int = 0) -> Status | None:
        """Send a command once; return the status that answers it, or None where none came in time. The caller holds the line."""
        port = self._port
        if port is None:
            raise DeviceFault(f"{self.name}: the gate is not connected; check its power and cable")
        decoder = StatusDecoder(self._wired.address)

        def answering(data: bytes) -> Status | None:
            return next((status for status in decoder.feed(data) if status.executed == kind), None)

        return await port.ask(swing_gate.command(self._wired.address, kind, persons), answering, REPLY_LIMIT_S)

    def _take(self, status: Status) -> None:
        """Yield the passages since the last status, also those while the line was lost."""
        last, self._last = self._last, status
        if self._lost:
            self._lost = False
            self._events.put(ContactRegained())
        if last is None:
            return
        for direction, before, after in ((self._left, last.left, status.left), (self._right, last.right, status.right)):
            for _ in range(swing_gate.passed_between(before, after)):
                self._events.put(Passed(direction))

    def _report(self, status: Status, health: HealthLine) -> None:
        if status.fault or status.alarm:
            health.fault(f"{self.name}: the controller tells fault {status.fault:02X}, alarm {status.alarm:02X}; see its manual")
        elif self._complaint:
            health.fault(self._complaint)
        else:
            health.ready()
