"""One lane: readers, an arm, a passage sensor, and one visitor at a time.

Laws: the arm is released only for a verdict that the desk has already written down (law 1), once for each; while a release is
out, the next visitor waits; fire frees the way (law 8); whatever goes wrong inside, the lane stays closed for entry, calls staff
and goes on (law 10).
Lifetime: `run` lasts as long as the agent. Concurrency: one task serves; pumps only fill its queues.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from edge.devices.ports import (
    CodeRead,
    CodeReader,
    ContactLost,
    ContactRegained,
    DeviceFault,
    FireContact,
    Passed,
    Turnstile,
    TurnstileEvent,
)
from edge.gate import passage
from edge.gate.desk import Desk
from edge.gate.passage import AlarmName, Effect, Passage, Raised, Recorded, Step
from edge.gate.showing import Answer, Showing
from protocol.admission.facts import HolderShown
from protocol.admission.verdict import Admit, AskForCard, CallStaff, FreePassage, LetOut, Reason, Verdict
from protocol.directions import Direction
from protocol.identifiers import CheckPointId
from protocol.instants import MS_PER_SECOND
from protocol.journal.events import Alarm, Outcome, OutcomeResult

CARD_WITHIN_MS = 10_000
MAX_WAITING_READS = 2

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Way:
    """One direction of the lane: its check point and the readers at it."""

    check_point: CheckPointId
    readers: Sequence[CodeReader]


@dataclass(frozen=True, slots=True)
class LaneShown:
    """What the lane last told its visitor."""

    lane: str
    check_point: CheckPointId
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Prompt:
    """A real-name code was shown; its holder's card is awaited."""

    showing: Showing
    direction: Direction
    until_ms: int


class Lane:
    """Serves the visitors of one lane."""

    def __init__(
        self,
        name: str,
        desk: Desk,
        turnstile: Turnstile,
        ways: Mapping[Direction, Way],
        show: Callable[[LaneShown], None],
        monotonic_ms: Callable[[], int],
    ) -> None:
        self.name = name
        self._desk = desk
        self._turnstile = turnstile
        self._ways = ways
        self._show = show
        self._monotonic_ms = monotonic_ms
        self._state = Passage()
        self._prompt: _Prompt | None = None
        self._sensed: deque[TurnstileEvent] = deque()
        self._reads: deque[tuple[Direction, CodeRead]] = deque(maxlen=MAX_WAITING_READS)
        self._wake = asyncio.Event()

    @property
    def state(self) -> Passage:
        """Where the passage stands, for the status."""
        return self._state

    async def run(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pump_events(self._turnstile.events()))
            for direction, way in self._ways.items():
                for reader in way.readers:
                    tasks.create_task(self._pump_reads(direction, reader.reads()))
            while True:
                await self._wait()
                await self._turn()

    async def _pump_events(self, events: AsyncIterator[TurnstileEvent]) -> None:
        async for event in events:
            self._sensed.append(event)
            self._wake.set()

    async def _pump_reads(self, direction: Direction, reads: AsyncIterator[CodeRead]) -> None:
        async for read in reads:
            self._reads.append((direction, read))
            self._wake.set()

    async def _wait(self) -> None:
        """Sleep until something was sensed or read, or a deadline has come."""
        if self._sensed or (self._reads and not self._state.busy):
            return
        self._wake.clear()
        deadlines = [d.until_ms for d in (self._state.grant, self._prompt) if d is not None]
        if not deadlines:
            await self._wake.wait()
            return
        timeout_s = max(0, min(deadlines) - self._monotonic_ms()) / MS_PER_SECOND
        try:
            async with asyncio.timeout(timeout_s):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _turn(self) -> None:
        while self._sensed:
            self._sense(self._sensed.popleft())
        self._step(passage.expired(self._state, self._monotonic_ms()))
        if self._prompt is not None and self._monotonic_ms() >= self._prompt.until_ms:
            prompt, self._prompt = self._prompt, None
            await self._serve(prompt.direction, replace(prompt.showing, holder=HolderShown.TIMED_OUT))
        if self._reads and not self._state.busy:
            direction, read = self._reads.popleft()
            self._prompt = None
            way = self._ways[direction]
            await self._serve(direction, self._desk.showing(way.check_point, read.payload))

    async def _serve(self, direction: Direction, showing: Showing) -> None:
        """Answer one visitor. Nothing that goes wrong here opens the arm or ends the lane."""
        try:
            answer = await self._desk.ask(replace(showing, fire=self._state.fire))
            verdict = await self._carry_out(direction, showing, answer)
        except Exception:  # noqa: BLE001 - law 10: fails closed and calls staff, whatever the mistake
            _log.exception("lane failed closed", lane=self.name)
            verdict = CallStaff(Reason.GATE_FAULT)
        self._show(LaneShown(self.name, showing.check_point, verdict))

    async def _carry_out(self, direction: Direction, showing: Showing, answer: Answer) -> Verdict:
        verdict = answer.verdict
        if isinstance(verdict, AskForCard):
            self._prompt = _Prompt(showing, direction, self._monotonic_ms() + CARD_WITHIN_MS)
            return verdict
        if isinstance(verdict, FreePassage) or not isinstance(verdict, Admit | LetOut):
            return verdict
        if answer.sequence is None:
            return await self._release_unrecorded(direction, verdict)
        return await self._release(direction, answer, verdict)

    async def _release_unrecorded(self, direction: Direction, verdict: Admit | LetOut) -> Verdict:
        """Open an exit whose record failed: nobody is held in (law 8). An entry never comes here (law 1)."""
        assert isinstance(verdict, LetOut), "an entry is written down before it is answered"
        await self._turnstile.release(direction)
        return verdict

    async def _release(self, direction: Direction, answer: Answer, verdict: Admit | LetOut) -> Verdict:
        assert answer.sequence is not None, "the caller checked"
        if self._turnstile.senses_passage:
            self._step(passage.granted(self._state, answer.sequence, direction, verdict.persons, self._monotonic_ms()))
        try:
            await self._turnstile.release(direction)
        except DeviceFault as fault:
            _log.warning("arm not released", lane=self.name, detail=str(fault))
            return self._not_released(direction, answer)
        if not self._turnstile.senses_passage:
            self._step(passage.unsensed(self._state, answer.sequence, verdict.persons))
            self._forget_codes()
        return verdict

    def _not_released(self, direction: Direction, answer: Answer) -> Verdict:
        """Annul the use: the visitor may try again here or elsewhere."""
        if self._state.busy:
            self._step(passage.release_failed(self._state, self._monotonic_ms()))
        elif answer.sequence is not None:
            self._record(direction, Recorded(answer.sequence, OutcomeResult.NOT_PASSED, 0))
        self._forget_codes()
        return CallStaff(Reason.GATE_FAULT)

    def _sense(self, event: TurnstileEvent) -> None:
        now_ms = self._monotonic_ms()
        match event:
            case Passed():
                self._step(passage.sensed(self._state, event.direction, now_ms))
            case FireContact():
                self._step(passage.fire_changed(self._state, now_ms, alarm=event.alarm))
            case ContactLost():
                self._record(None, Raised(AlarmName.CONTACT_LOST, event.detail))
            case ContactRegained():
                self._record(None, Raised(AlarmName.CONTACT_REGAINED))

    def _step(self, step: Step) -> None:
        was_busy = self._state.busy
        direction = None if self._state.grant is None else self._state.grant.direction
        self._state, effects = step
        for effect in effects:
            self._record(direction, effect)
        if was_busy and not self._state.busy:
            self._forget_codes()

    def _record(self, direction: Direction | None, effect: Effect) -> None:
        """Write an effect down at the check point of its direction, or at the lane's first one."""
        way = self._ways.get(direction) if direction is not None else None
        check_point = (way or next(iter(self._ways.values()))).check_point
        if isinstance(effect, Recorded):
            self._desk.note(check_point, Outcome(effect.of, effect.result, effect.passed_count))
        else:
            self._desk.note(check_point, Alarm(effect.name.value, effect.detail))

    def _forget_codes(self) -> None:
        for way in self._ways.values():
            for reader in way.readers:
                reader.forget_last()
