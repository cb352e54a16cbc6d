"""A turnstile behind a Modbus RTU relay board, Waveshare or FE family (relays to Unlock A/B; PASS A/B and FIRE to its inputs).

Sources: Waveshare "Modbus RTU Relay (D)" and "IO 8CH" manuals; PERCo TTR manuals for pulse mode (pulse of at least 100 ms,
one passage). To be checked on real hardware: a board's turnaround time, and PASS pulse lengths of the turnstile model.
Laws: the board's own timer ends every pulse, and the driver verifies that it did; a release follows `release_rules` and goes
before the next poll; a poll is never delayed, only taken earlier; inputs are polled for as long as the board answers; the fire
contact is observed, never gated (law 8).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from edge.devices.drivers.complaints import Complaints
from edge.devices.drivers.modbus_bus import ModbusBus
from edge.devices.drivers.stream import Stream
from edge.devices.framing import modbus_rtu
from edge.devices.framing.contacts import Change, Contact, Sample
from edge.devices.framing.modbus_rtu import Bits, Echoed, Refused, Request
from edge.devices.framing.release_rules import Outcome, ReleaseAttempt, Step
from edge.devices.ports import ContactLost, ContactRegained, DeviceFault, FireContact, HealthLine, Passed, TurnstileEvent
from protocol.directions import Direction

POLL_PERIOD_S = 0.03  # a third of the shortest PASS pulse
MAX_FAILED_POLLS = 3
RELEASE_LIMIT_S = 0.95  # the port promises an answer within 1 s
PULSE_GAP_S = 0.1  # between two pulses of one relay, so that the turnstile counts two
PULSE_MARGIN_S = 0.2  # a pulse that lasts this much longer was not ended by the board
TENTHS_PER_SECOND = 10
MIN_PULSE_TENTHS = 2  # turnstiles need 100 ms, and a reading must fit into the pulse


@dataclass(frozen=True, slots=True)
class InputWiring:
    """A digital input (from 0), and whether its closed or its open contact means active."""

    index: int
    active_when_closed: bool = True


class Pulse(StrEnum):
    """The command for a pulse that the board itself ends by its timer."""

    FLASH = "flash"  # Waveshare: FC05 at 0x0200
    JOG = "jog"  # FE boards: FC16 into the block of a relay


@dataclass(frozen=True, slots=True)
class TurnstileWiring:
    """How a lane is wired to its board. An input that is None is not wired."""

    unit: int = 1
    pulse_tenths: int = 5
    entry_relay: int = 0
    exit_relay: int = 1
    entry_pass: InputWiring | None = InputWiring(0)
    exit_pass: InputWiring | None = InputWiring(1)
    fire: InputWiring | None = InputWiring(2, active_when_closed=False)
    pulse: Pulse = Pulse.FLASH

    def pulse_on(self, relay: int) -> Request:
        """Return the request that closes a relay for one pulse."""
        command = modbus_rtu.flash_on if self.pulse is Pulse.FLASH else modbus_rtu.jog_on
        return command(self.unit, relay, self.pulse_tenths)

    @property
    def pulse_s(self) -> float:
        """The length of a release pulse."""
        return self.pulse_tenths / TENTHS_PER_SECOND

    @property
    def relays(self) -> Mapping[Direction, int]:
        """The relay of each direction."""
        return {Direction.ENTRY: self.entry_relay, Direction.EXIT: self.exit_relay}

    @property
    def passes(self) -> Mapping[Direction, InputWiring]:
        """The PASS input of each direction that has one."""
        wired = {Direction.ENTRY: self.entry_pass, Direction.EXIT: self.exit_pass}
        return {direction: wiring for direction, wiring in wired.items() if wiring is not None}


class ModbusTurnstile:
    """Implements `ports.Turnstile` and `ports.SupervisedDevice`. `clock` gives monotonic seconds."""

    def __init__(self, name: str, path: str, baud: int, wiring: TurnstileWiring, clock: Callable[[], float]) -> None:
        assert wiring.pulse_tenths >= MIN_PULSE_TENTHS, "a shorter pulse can be neither seen nor read back"
        self.name = name
        self._path = path
        self._baud = baud
        self._wiring = wiring
        self._clock = clock
        self._events: Stream[TurnstileEvent] = Stream()
        self._passes = {direction: Contact() for direction in wiring.passes}
        self._fire = Contact()
        self._fire_alarm = False
        self._lost: dict[str, str] = {}
        self._complaints = Complaints()
        self._bus: ModbusBus | None = None
        self._health: HealthLine | None = None
        self._poll_now = asyncio.Event()
        self._relay_locks = {relay: asyncio.Lock() for relay in wiring.relays.values()}
        self._relay_free_s: dict[int, float] = {}
        self._must_be_off_s: dict[int, float] = {}

    @property
    def senses_passage(self) -> bool:
        """Whether a PASS contact is wired."""
        return bool(self._passes)

    def events(self) -> AsyncIterator[TurnstileEvent]:
        """Yield the contacts' events; see the port."""
        return self._events.items()

    def make_way(self) -> None:
        """Poll now: a poll holds the line for several milliseconds, and a release may come soon."""
        self._poll_now.set()

    async def release(self, direction: Direction) -> None:
        """Pulse the relay of this direction; return once it was read back as on, or raise DeviceFault within 1 s."""
        try:
            async with asyncio.timeout(RELEASE_LIMIT_S):
                outcome = await self._release(self._wiring.relays[direction])
        except TimeoutError:
            outcome = Outcome(Step.FAILED, "the relay board is busy or silent: check its power and cable")
        if outcome.step is Step.FAILED:
            detail = f"{self.name}: {outcome.detail}"
            self._complain("release", detail)
            raise DeviceFault(detail)
        self._complaints.withdraw("release")

    async def run(self, health: HealthLine) -> None:
        """Open the board and poll its inputs until it fails; see the port."""
        detail = f"{self.name}: the board is not served"
        try:
            await self._run(health)
        except DeviceFault as fault:
            detail = str(fault)
            raise
        finally:
            self._lose("board", detail)
            if self._bus is not None:
                self._bus.close()
            self._bus = None

    async def _run(self, health: HealthLine) -> None:
        self._bus = bus = ModbusBus(self._path, self._baud, self._clock)
        self._health = health
        self._complaints.withdraw("release")
        for contact in (*self._passes.values(), self._fire):
            contact.interrupt()
        # A pulse of an earlier run may still be on; a pulse that lasts longer is a fault.
        off_by_s = self._clock() + self._wiring.pulse_s + PULSE_MARGIN_S
        self._must_be_off_s = dict.fromkeys(self._wiring.relays.values(), off_by_s)
        failed_polls = 0
        while True:
            started_s = self._clock()
            failure = await self._poll(bus)
            failed_polls = failed_polls + 1 if failure else 0
            if failed_polls == MAX_FAILED_POLLS:
                raise DeviceFault(f"{self.name}: the board at {self._path} {failure}")
            await self._end_overlong_pulses(bus)
            await self._rest(started_s + POLL_PERIOD_S)

    async def _rest(self, until_s: float) -> None:
        """Wait for the next poll; a poll under way also answers the requests made during it."""
        self._poll_now.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, until_s - self._clock())):
                await self._poll_now.wait()

    async def _poll(self, bus: ModbusBus) -> str:
        """Read the inputs once; return why that failed, empty where it did not."""
        async with bus.lock:
            asked_s = self._clock()
            reply = await bus.exchange(modbus_rtu.read_inputs(self._wiring.unit))
        if isinstance(reply, Refused):
            return f"refuses to show its inputs: {reply}; check its model"
        if not isinstance(reply, Bits):
            return "does not answer; check its power, cable, baud and unit"
        self._regain("board")
        self._take_inputs(reply, asked_s, self._clock())
        self._report()
        return ""

    def _take_inputs(self, inputs: Bits, asked_s: float, answered_s: float) -> None:
        def sample(wiring: InputWiring) -> Sample:
            return Sample(inputs.is_set(wiring.index) == wiring.active_when_closed, asked_s, answered_s)

        for direction, wiring in self._wiring.passes.items():
            for change in self._passes[direction].take(sample(wiring)):
                self._on_pass(direction, change)
        if self._wiring.fire is None:
            return
        self._fire.take(sample(self._wiring.fire))
        alarm = self._fire.is_active
        if alarm is not None and alarm != self._fire_alarm:
            self._fire_alarm = alarm
            self._events.put(FireContact(alarm))

    def _on_pass(self, direction: Direction, change: Change) -> None:
        contact = f"PASS {direction}"
        if change is Change.ACTIVE:
            self._events.put(Passed(direction))
        elif change is Change.WELDED:
            detail = f"{self.name}: {contact} stays active; free the arm, then check the contact and its wiring"
            self._lose(contact, detail)
            self._complain(contact, detail)
        elif change is Change.UNWELDED:
            self._regain(contact)
            self._complaints.withdraw(contact)

    async def _release(self, relay: int) -> Outcome:
        bus = self._bus
        if bus is None:
            return Outcome(Step.FAILED, f"the relay board at {self._path} is not connected; check its power and cable")
        async with self._relay_locks[relay]:
            wait_s = self._relay_free_s.get(relay, 0.0) - self._clock()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            async with bus.lock:
                attempt = ReleaseAttempt(self._wiring.pulse_s)
                outcome = attempt.begin(self._clock())
                while outcome.step in (Step.FLASH, Step.READ_BACK):
                    outcome = await self._take_step(bus, relay, attempt, outcome.step)
        return outcome

    async def _take_step(self, bus: ModbusBus, relay: int, attempt: ReleaseAttempt, step: Step) -> Outcome:
        if step is Step.FLASH:
            pulse_end_s = self._clock() + self._wiring.pulse_s
            self._relay_free_s[relay] = pulse_end_s + PULSE_GAP_S
            self._must_be_off_s[relay] = pulse_end_s + PULSE_MARGIN_S
            reply = await bus.exchange(self._wiring.pulse_on(relay))
        else:
            reply = await bus.exchange(modbus_rtu.read_coils(self._wiring.unit))
        if isinstance(reply, Refused):
            return attempt.refused(str(reply))
        if isinstance(reply, Bits):
            return attempt.read_on() if reply.is_set(relay) else attempt.read_off(self._clock())
        if isinstance(reply, Echoed):
            return attempt.acknowledged()
        return attempt.unacknowledged() if step is Step.FLASH else attempt.read_nothing()

    async def _end_overlong_pulses(self, bus: ModbusBus) -> None:
        """Switch off a relay that the board's timer should have: firmware without flash-ON, or another program left it on."""
        now_s = self._clock()
        due = [relay for relay, off_by_s in self._must_be_off_s.items() if off_by_s <= now_s]
        if not due:
            return
        async with bus.lock:
            reply = await bus.exchange(modbus_rtu.read_coils(self._wiring.unit))
            if not isinstance(reply, Bits):
                return
            for relay in due:
                await self._end_pulse(bus, relay, on=reply.is_set(relay))

    async def _end_pulse(self, bus: ModbusBus, relay: int, *, on: bool) -> None:
        if self._must_be_off_s[relay] > self._clock():
            return  # a release came in between
        if not on:
            del self._must_be_off_s[relay]
            self._complaints.withdraw(f"relay {relay}")
            return
        self._complain(f"relay {relay}", f"{self.name}: relay {relay} stayed on after its pulse; check the board's firmware")
        await bus.exchange(modbus_rtu.write_coil(self._wiring.unit, relay, on=False))

    def _lose(self, cause: str, detail: str) -> None:
        if not self._lost:
            self._events.put(ContactLost(detail))
        self._lost[cause] = detail

    def _regain(self, cause: str) -> None:
        if self._lost.pop(cause, None) is not None and not self._lost:
            self._events.put(ContactRegained())

    def _complain(self, cause: str, detail: str) -> None:
        self._complaints.add(cause, detail)
        self._report()

    def _report(self) -> None:
        if self._health is None or self._bus is None:
            return
        self._complaints.tell(self._health)
