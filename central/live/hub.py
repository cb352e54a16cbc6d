"""The one reader of a process: it reads new events once, and hands them to all listeners.

Laws: at most ten reads a second, and none without a stream; the last `MOST_HELD` events are held once for all listeners, and
a listener that is further behind reads the table itself, so that it costs the others nothing.
"""

import asyncio
from bisect import bisect_right
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from central.domain.names import Naming
from central.domain.problems import Problem, ProblemCode
from central.live import kept_events
from central.live.kept_events import MOST_READ, Horizon
from central.live.messages import TOO_MANY_OWN_STREAMS, TOO_MANY_STREAMS
from central.live.moments import loop_s
from central.live.rules.positions import BEGINNING, Position
from central.live.wording import Worded, Wording
from central.store.tables.live import LiveEventRow
from central.store.unit_of_work import Store

MOST_HELD = 2_000
MOST_OF_A_PERSON = 8
MOST_OF_A_PROCESS = 1_000
RETRY_AFTER_S = 10
BETWEEN_READS_S = 0.1
# Another process may have died between its commit and its word.
LOOK_AROUND_S = 1.0
MOST_CATCHING_UP = 2


@dataclass(frozen=True, slots=True)
class Part:
    """Some events after a position, and the position that they lead to. `is_kept`: none before them is missing."""

    events: tuple[Worded, ...]
    reached: Position
    is_kept: bool = True


class LiveHub:
    """Knows the newest events. Lifetime: `wait` and `work` take turns in a loop; `end` when the server stops."""

    def __init__(self, store: Store, naming: Naming, pass_on: Callable[[], None]) -> None:
        """Take the store, what knows names, and what wakes the telling of other processes after a commit here."""
        self._store = store
        self._wording = Wording(naming)
        self._pass_on = pass_on
        self._woken, self._news = asyncio.Event(), asyncio.Event()
        self._places: Counter[int] = Counter()
        self._reading, self._catching_up = asyncio.Lock(), asyncio.Semaphore(MOST_CATCHING_UP)
        self._held: list[Worded] = []
        self._floor = self._position = BEGINNING
        self._is_on = self._holds_back = False
        self._read_at_s = 0.0
        self.has_ended = False
        store.wake_at(LiveEventRow, self._committed)

    @property
    def position(self) -> Position:
        """Return up to where this process has read."""
        return self._position

    def wake(self) -> None:
        """Read soon: there may be news."""
        self._woken.set()

    def end(self) -> None:
        """End all streams: the server stops."""
        self.has_ended = True
        self._announce()

    async def wait(self) -> None:
        """Wait until there may be news."""
        if not self._is_on:
            await self._woken.wait()
        elif not self._woken.is_set():
            await _within(BETWEEN_READS_S if self._holds_back else LOOK_AROUND_S, self._woken.wait)
        await asyncio.sleep(self._read_at_s + BETWEEN_READS_S - loop_s())

    async def work(self) -> None:
        """Read all that is new, and hand it on."""
        self._woken.clear()
        async with self._reading:
            if not self._is_on:
                return
            self._read_at_s = loop_s()
            self._holds_back = await self._read()

    @contextmanager
    def place(self, user_id: int) -> Iterator[None]:
        """Hold a place for a stream of a person; Problem where all are taken."""
        if self._places[user_id] >= MOST_OF_A_PERSON:
            detail = TOO_MANY_OWN_STREAMS.of(most=MOST_OF_A_PERSON)
            raise Problem(ProblemCode.TOO_MANY_REQUESTS, detail, retry_after_s=RETRY_AFTER_S)
        if self._places.total() >= MOST_OF_A_PROCESS or self.has_ended:
            raise Problem(ProblemCode.TOO_MANY_REQUESTS, TOO_MANY_STREAMS.of(), retry_after_s=RETRY_AFTER_S)
        self._places[user_id] += 1
        try:
            yield
        finally:
            self._places[user_id] -= 1
            self._places += Counter()
            self._is_on = self._is_on and self._places.total() > 0

    async def begin(self) -> None:
        """Begin to read at the newest event, unless this process reads already."""
        async with self._reading:
            if self._is_on:
                return
            found = await self._horizon()
            self._held.clear()
            self._floor = self._position = found.position
            self._holds_back, self._is_on = found.holds_back, True
        self.wake()

    async def after(self, position: Position) -> Part:
        """Return some events after a position: those that are held, or else from the table."""
        if position < self._floor:
            async with self._catching_up:
                return await self._kept(position)
        first = bisect_right(self._held, position, key=lambda one: one.position)
        events = tuple(self._held[first : first + MOST_READ])
        is_all = first + len(events) == len(self._held)
        return Part(events, max(position, self._position) if is_all else events[-1].position)

    async def is_kept(self, position: Position) -> bool:
        """Return whether all events after a position are kept."""
        async with self._store.reading() as work:
            newest = (await kept_events.horizon(work)).position
            return await kept_events.floor(work) <= position <= newest

    async def news(self, most_s: float) -> None:
        """Wait for news, so long at most."""
        await _within(most_s, self._news.wait)

    def _committed(self) -> None:
        self.wake()
        self._pass_on()

    def _announce(self) -> None:
        told, self._news = self._news, asyncio.Event()
        told.set()

    async def _horizon(self) -> Horizon:
        async with self._store.reading() as work:
            return await kept_events.horizon(work)

    async def _read(self) -> bool:
        """Read up to the horizon; return whether later events are held back."""
        found = await self._horizon()
        while self._position < found.position:
            async with self._store.reading() as work:
                events = await kept_events.between(work, self._position, found.position)
            self._hold(await self._wording.worded(events))
            self._position = events[-1].position if len(events) == MOST_READ else found.position
            self._announce()
        return found.holds_back

    def _hold(self, events: tuple[Worded, ...]) -> None:
        self._held.extend(events)
        if len(self._held) > MOST_HELD:
            self._floor = self._held[-MOST_HELD - 1].position
            del self._held[:-MOST_HELD]

    async def _kept(self, position: Position) -> Part:
        async with self._store.reading() as work:
            if await kept_events.floor(work) > position:
                return Part((), self._position, is_kept=False)
            until = self._position
            events = await kept_events.between(work, position, until)
        return Part(await self._wording.worded(events), events[-1].position if len(events) == MOST_READ else until)


async def _within(most_s: float, wait: Callable[[], Awaitable[object]]) -> None:
    try:
        async with asyncio.timeout(most_s):
            await wait()
    except TimeoutError:
        return
