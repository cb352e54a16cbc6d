"""One lane: readers, an arm, a passage sensor, and one visitor at a time.

Laws: the lane releases the arm for an entry only by a verdict that the desk has already written down (law 1), once for each body
that it lets in; while a release is open, the next visitor waits; fire frees the way, and an exit opens despite any fault (law 8);
no fault inside opens an entry or ends the lane: the lane calls staff and goes on (law 10).
Lifetime: `run` lasts as long as the agent. Concurrency: one task serves; pumps and overrides only fill its queues.
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
    DocumentRead,
    DocumentReader,
    FireContact,
    Passed,
    Turnstile,
    TurnstileEvent,
)
from edge.gate import passage
from edge.gate.attempt import Answer, Showing
from edge.gate.desk import Desk
from edge.gate.passage import UNRECORDED, AlarmName, Passage, Raised, Recorded, ReleaseAgain, Step
from edge.gate.read_queue import Read, Waiting
from protocol.admission.facts import HolderShown
from protocol.admission.verdict import Admit, AskForCard, CallStaff, LetOut, Reason, Refuse, Verdict
from protocol.directions import Direction
from protocol.errors import InputError
from protocol.identifiers import CheckPointId
from protocol.identifiers import Sequence as SequenceNumber
from protocol.instants import MS_PER_SECOND
from protocol.journal.events import Alarm, Outcome

CARD_WITHIN_MS = 10_000
OVERRIDE_WITHIN_MS = 60_000
STUCK_AFTER_MS = 10_000
RELEASE_TRIES = {Direction.ENTRY: 1, Direction.EXIT: 2}

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Way:
    """One direction of the lane: its check point and the readers at it."""

    check_point: CheckPointId
    readers: Sequence[CodeReader]
    card_readers: Sequence[DocumentReader] = ()


@dataclass(frozen=True, slots=True)
class LaneShown:
    """The last answer that the lane showed to a visitor."""

    lane: str
    check_point: CheckPointId
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Later:
    """A showing that may still be admitted: the lane waits until then for its holder's card, or for a supervisor."""

    showing: Showing
    direction: Direction
    until_ms: int


@dataclass(frozen=True, slots=True)
class _Override:
    person: int
    verdict: asyncio.Future[Verdict]


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
        self._prompt: _Later | None = None
        self._refused: _Later | None = None
        self._overrides: deque[_Override] = deque()
        self._sensed: deque[TurnstileEvent] = deque()
        self._reads = Waiting()
        self._wake = asyncio.Event()
        self._poked_ms: int | None = None

    @property
    def state(self) -> Passage:
        """The state of the passage, for the status."""
        return self._state

    def poke(self) -> bool:
        """Ask the lane to run one turn, and return whether its turns still come; the watchdog calls it about every second."""
        now_ms = self._monotonic_ms()
        if self._poked_ms is None:
            self._poked_ms = now_ms
        self._wake.set()
        return now_ms - self._poked_ms <= STUCK_AFTER_MS

    async def override(self, person: int) -> Verdict:
        """Admit the visitor refused last, on a supervisor's authority; raise InputError where the last minute had no refusal."""
        if self._last_refused() is None:
            raise InputError(f"lane {self.name} refused no visitor in the last minute; have the ticket shown again")
        override = _Override(person, asyncio.get_running_loop().create_future())
        self._overrides.append(override)
        self._wake.set()
        return await override.verdict

    async def run(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pump_events(self._turnstile.events()))
            for direction, way in self._ways.items():
                for reader in way.readers:
                    tasks.create_task(self._pump_reads(direction, reader.reads()))
                for card_reader in way.card_readers:
                    tasks.create_task(self._pump_documents(direction, card_reader.documents()))
            while True:
                await self._wait()
                await self._turn()

    async def _pump_events(self, events: AsyncIterator[TurnstileEvent]) -> None:
        async for event in events:
            self._sensed.append(event)
            self._wake.set()

    async def _pump_reads(self, direction: Direction, reads: AsyncIterator[CodeRead]) -> None:
        async for read in reads:
            self._reads.put(Read(direction, read.payload, self._monotonic_ms()))
            self._wake.set()

    async def _pump_documents(self, direction: Direction, documents: AsyncIterator[DocumentRead]) -> None:
        async for document in documents:
            self._reads.put(Read(direction, document.hashes[0], self._monotonic_ms(), document))
            self._wake.set()

    async def _wait(self) -> None:
        """Sleep until a contact event, a read, an override or a deadline comes."""
        if self._sensed or ((self._reads or self._overrides) and not self._state.busy):
            return
        self._wake.clear()
        deadlines = [later.until_ms for later in (self._state.grant, self._prompt) if later is not None]
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
        """Do all due work. An item leaves its queue before it is handled, so that no mistake repeats."""
        try:
            await self._sense()
            await self._take(passage.expired(self._state, self._monotonic_ms()))
            await self._serve_next()
        except Exception:  # noqa: BLE001 - law 10: a mistake ends one turn, not the lane
            _log.exception("lane failed closed", lane=self.name)
        self._poked_ms = None

    async def _serve_next(self) -> None:
        if self._state.busy:
            return
        now_ms = self._monotonic_ms()
        if self._overrides:
            await self._serve_override(self._overrides.popleft())
        elif self._reads:
            await self._serve_read(now_ms)
        elif self._prompt is not None and now_ms >= self._prompt.until_ms:
            prompt, self._prompt = self._prompt, None
            await self._serve(prompt.direction, replace(prompt.showing, holder=HolderShown.TIMED_OUT))

    async def _serve_read(self, now_ms: int) -> None:
        read = self._reads.take(now_ms)
        if read is None:
            self._forget_codes()
            return
        prompt, self._prompt = self._prompt, None
        try:
            showing = self._showing(read, prompt)
        except Exception:  # noqa: BLE001 - law 10: an exit opens even though its code cannot be parsed
            _log.exception("lane failed closed", lane=self.name)
            await self._fail(read.direction)
        else:
            await self._serve(read.direction, showing)
        if not self._state.busy:
            self._reads.served()

    def _showing(self, read: Read, prompt: _Later | None) -> Showing:
        """Return the attempt of a code, of a card that was asked for, or of a card alone."""
        check_point = self._ways[read.direction].check_point
        if read.document is None:
            return self._desk.showing(check_point, read.payload, whole_group=self._turnstile.senses_passage)
        if prompt is not None and prompt.direction is read.direction:
            return self._desk.with_card(prompt.showing, read.document)
        return self._desk.card_showing(check_point, read.document)

    async def _serve_override(self, override: _Override) -> None:
        refused, self._refused = self._last_refused(), None
        if override.verdict.done():
            return
        if refused is None:
            override.verdict.set_exception(InputError(f"lane {self.name}: the visitor who was refused was served meanwhile"))
            return
        verdict = await self._serve(refused.direction, self._desk.overridden(refused.showing, override.person))
        if not override.verdict.done():
            override.verdict.set_result(verdict)

    async def _serve(self, direction: Direction, showing: Showing) -> Verdict:
        """Answer one visitor. No fault here opens an entry or ends the lane."""
        try:
            answer = await self._desk.ask(replace(showing, fire=self._state.fire))
            verdict = await self._carry_out(direction, showing, answer)
        except Exception:  # noqa: BLE001 - law 10: any mistake fails closed and calls staff
            _log.exception("lane failed closed", lane=self.name)
            return await self._fail(direction)
        refused = direction is Direction.ENTRY and isinstance(verdict, Refuse | CallStaff)
        self._refused = _Later(showing, direction, self._monotonic_ms() + OVERRIDE_WITHIN_MS) if refused else None
        self._show(LaneShown(self.name, showing.check_point, verdict))
        return verdict

    async def _fail(self, direction: Direction) -> Verdict:
        """Answer after a failure: an entry stays closed, an exit still opens (law 8)."""
        verdict: Verdict = CallStaff(Reason.GATE_FAULT)
        if direction is Direction.EXIT and not self._state.busy:
            verdict = await self._release(direction, UNRECORDED, LetOut(None, None, 1, Reason.GATE_FAULT))
        self._show(LaneShown(self.name, self._ways[direction].check_point, verdict))
        return verdict

    async def _carry_out(self, direction: Direction, showing: Showing, answer: Answer) -> Verdict:
        verdict = answer.verdict
        if isinstance(verdict, AskForCard):
            self._prompt = _Later(showing, direction, self._monotonic_ms() + CARD_WITHIN_MS)
        if not isinstance(verdict, Admit | LetOut):
            return verdict
        assert answer.sequence is not None or isinstance(verdict, LetOut), "an entry is written down before it is answered"
        return await self._release(direction, answer.sequence or UNRECORDED, verdict)

    async def _release(self, direction: Direction, sequence: SequenceNumber, verdict: Admit | LetOut) -> Verdict:
        """Release the arm for a verdict; where it does not obey, annul the use and call staff."""
        await self._sense()  # a passage until now belongs to an earlier release
        if not self._turnstile.senses_passage:
            return await self._release_unsensed(direction, sequence, verdict)
        await self._take(passage.granted(self._state, sequence, direction, verdict.persons, self._monotonic_ms()))
        return verdict if await self._is_released(direction) else CallStaff(Reason.GATE_FAULT)

    async def _release_unsensed(self, direction: Direction, sequence: SequenceNumber, verdict: Admit | LetOut) -> Verdict:
        obeyed = await self._obeys(direction)
        await self._take(passage.unsensed(self._state, sequence, verdict.persons if obeyed else 0))
        self._forget_codes()
        return verdict if obeyed else CallStaff(Reason.GATE_FAULT)

    async def _is_released(self, direction: Direction) -> bool:
        """Release the arm for the open grant, and note whether it obeyed."""
        obeyed = await self._obeys(direction)
        then = passage.released if obeyed else passage.release_failed
        await self._take(then(self._state, self._monotonic_ms()))
        return obeyed

    async def _obeys(self, direction: Direction) -> bool:
        """Command the arm. An entry is commanded once: a board that did not answer may still have switched."""
        for _ in range(RELEASE_TRIES[direction]):
            try:
                await self._turnstile.release(direction)
            except DeviceFault as fault:
                _log.warning("arm not released", lane=self.name, detail=str(fault))
            else:
                return True
        if direction is Direction.EXIT:
            self._record(direction, Raised(AlarmName.EXIT_BLOCKED))
        return False

    async def _sense(self) -> None:
        """Process the contacts' events."""
        while self._sensed:
            event, now_ms = self._sensed.popleft(), self._monotonic_ms()
            match event:
                case Passed():
                    await self._take(passage.sensed(self._state, event.direction, now_ms))
                case FireContact():
                    await self._take(passage.fire_changed(self._state, now_ms, alarm=event.alarm))
                case ContactLost():
                    await self._take(passage.sight_changed(self._state, blind=True, detail=event.detail))
                case ContactRegained():
                    await self._take(passage.sight_changed(self._state, blind=False))

    async def _take(self, step: Step) -> None:
        """Take the new state, and carry out its effects."""
        before, (self._state, effects) = self._state, step
        subject = before.grant or (None if before.closed is None else before.closed.grant)
        if before.busy and not self._state.busy:
            self._forget_codes()
        for effect in effects:
            if isinstance(effect, ReleaseAgain):
                await self._is_released(effect.direction)
            else:
                self._record(None if subject is None else subject.direction, effect)

    def _record(self, direction: Direction | None, effect: Recorded | Raised) -> None:
        """Write an effect down at the check point of its direction, or at the lane's first check point."""
        way = self._ways.get(direction) if direction is not None else None
        check_point = (way or next(iter(self._ways.values()))).check_point
        if isinstance(effect, Recorded):
            self._desk.note(check_point, Outcome(effect.of, effect.result, effect.passed_count))
        else:
            self._desk.note(check_point, Alarm(effect.name.value, effect.detail))

    def _last_refused(self) -> _Later | None:
        refused = self._refused
        return None if refused is None or self._monotonic_ms() > refused.until_ms else refused

    def _forget_codes(self) -> None:
        self._reads.served()
        for way in self._ways.values():
            for reader in way.readers:
                reader.forget_last()
