"""A turnstile behind a relay board that has neither timer nor inputs (LCUS, USBRelayN): the agent ends each pulse.

Laws: the driver switches every relay of the lane off when it opens the board, when the pulse is over, and however it closes the
board; a release is one closing of the contact, since commands are repeated only while its pulse lasts; a board that reports its
relays is read back, another one is believed. The limit that remains: if the agent is killed during a pulse, the relay stays on
until the agent is started again and switches it off (systemd does within seconds), or the board loses its supply. There is no
sensor: a release counts as a passage. The turnstile's own wiring must free the arm at a fire (law 8).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import NoReturn

from edge.devices.drivers.complaints import Complaints
from edge.devices.drivers.relay_lines import RelayLine
from edge.devices.drivers.stream import Stream
from edge.devices.ports import DeviceFault, HealthLine, TurnstileEvent
from protocol.directions import Direction

WATCH_PERIOD_S = 0.5
VERIFY_PERIOD_S = 0.05
RELEASE_LIMIT_S = 0.95  # the port promises an answer within 1 s
PULSE_GAP_S = 0.1  # between two pulses of one relay, so that the turnstile counts two
TRIES = 3


class RelayTurnstile:
    """Implements `ports.Turnstile` and `ports.SupervisedDevice`. `clock` gives monotonic seconds."""

    def __init__(
        self, name: str, line: RelayLine, relays: Mapping[Direction, int], pulse_s: float, clock: Callable[[], float]
    ) -> None:
        self.name = name
        self._line = line
        self._relays = relays
        self._pulse_s = pulse_s
        self._clock = clock
        self._events: Stream[TurnstileEvent] = Stream()
        self._open = False
        self._turn = asyncio.Lock()
        self._due = asyncio.Event()
        self._pulse_ends_s: dict[int, float] = {}
        self._free_s: dict[int, float] = {}
        self._relay_locks = {relay: asyncio.Lock() for relay in relays.values()}
        self._doubtful: AbstractSet[int] = frozenset()
        self._complaints = Complaints()
        self._health: HealthLine | None = None

    @property
    def senses_passage(self) -> bool:
        """These boards have no inputs."""
        return False

    def make_way(self) -> None:
        """Do nothing: no task of this driver delays a release for long."""

    def events(self) -> AsyncIterator[TurnstileEvent]:
        """Yield nothing: there are no contacts."""
        return self._events.items()

    async def release(self, direction: Direction) -> None:
        """Close the contact of this direction for one pulse; see the port."""
        relay = self._relays[direction]
        try:
            async with asyncio.timeout(RELEASE_LIMIT_S), self._relay_locks[relay]:
                await self._release(relay)
        except TimeoutError:
            self._give_up(relay, "the relay board is busy or silent; check its cable")
        except DeviceFault as fault:
            self._give_up(relay, str(fault))
        self._complaints.withdraw("release")

    async def run(self, health: HealthLine) -> None:
        """Open the board and end pulses until it fails; see the port."""
        self._health = health
        self._complaints.clear()
        try:
            await self._line.open()
            await self._all_off()
            self._open = True
            self._report()
            await self._watch()
        finally:
            self._open = False
            self._pulse_ends_s.clear()
            with suppress(DeviceFault):
                await self._all_off()
            await self._line.close()

    async def _release(self, relay: int) -> None:
        wait_s = self._free_s.get(relay, 0.0) - self._clock()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        if not self._open:
            raise DeviceFault("the relay board is not connected; check its power and cable")
        end_s = self._clock() + self._pulse_s
        self._pulse_ends_s[relay], self._free_s[relay] = end_s, end_s + PULSE_GAP_S
        self._due.set()
        for _ in range(TRIES):
            async with self._turn:
                if relay not in self._pulse_ends_s or self._clock() >= end_s:
                    break  # it is off, or will be at once: another command would close the contact again
                await self._line.switch(relay, on=True)
                on = await self._line.read()
            if not self._line.tells or (on is not None and relay in on):
                return
        raise DeviceFault("the relay board does not say that it switched; check its cable, then replace the board")

    def _give_up(self, relay: int, why: str) -> NoReturn:
        """End a pulse that may have begun, and raise DeviceFault."""
        self._pulse_ends_s[relay] = self._clock()
        self._due.set()
        detail = f"{self.name}: {why}"
        self._complaints.add("release", detail)
        self._report()
        raise DeviceFault(detail)

    async def _watch(self) -> None:
        silent = 0
        while True:
            await self._wait()
            heard = await self._switch_off_what_is_over()
            silent = 0 if heard else silent + 1
            if silent == TRIES:
                raise DeviceFault(f"{self.name}: the relay board does not answer; check its power, its cable and its model")
            self._report()

    async def _wait(self) -> None:
        """Sleep until a pulse is over, or until the next check of the board."""
        now_s = self._clock()
        look_s = now_s + (VERIFY_PERIOD_S if self._doubtful else WATCH_PERIOD_S)
        until_s = min((look_s, *self._pulse_ends_s.values()))
        self._due.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, until_s - now_s)):
                await self._due.wait()

    async def _switch_off_what_is_over(self) -> bool:
        """Switch off each relay whose pulse is over, until it is read back as off; return whether the board answered."""
        async with self._turn:
            now_s = self._clock()
            over = {relay for relay in self._relays.values() if self._pulse_ends_s.get(relay, now_s) <= now_s}
            ended = {relay for relay in over if self._pulse_ends_s.pop(relay, None) is not None}
            for relay in sorted((self._doubtful & over) | ended if self._line.tells else over):
                await self._line.switch(relay, on=False)
            on = await self._line.read()
        if not self._line.tells:
            return True
        if on is None:
            self._doubtful |= ended
            return False
        self._complain_of(on & self._doubtful)
        self._doubtful = on & over
        return True

    def _complain_of(self, stuck: AbstractSet[int]) -> None:
        if stuck:
            relays = ", ".join(str(relay) for relay in sorted(stuck))
            self._complaints.add("stuck", f"{self.name}: relay {relays} stays on; switch the lane off and replace the board")
        else:
            self._complaints.withdraw("stuck")

    async def _all_off(self) -> None:
        async with self._turn:
            for relay in self._relays.values():
                await self._line.switch(relay, on=False)

    def _report(self) -> None:
        if self._health is None or not self._open:
            return
        self._complaints.tell(self._health)
