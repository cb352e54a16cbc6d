"""The clock and timers of a simulated device, injected so that tests run in virtual time.

Laws: no device sleeps or reads another clock; `VirtualTimers` moves only by `advance`.
"""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from typing import Protocol


class Cancellable(Protocol):
    """A scheduled action that can be cancelled."""

    def cancel(self) -> None:
        """Cancel it; harmless where it has already happened."""
        ...


class Timers(Protocol):
    """A monotonic clock in seconds, and a scheduler for later actions."""

    def now_s(self) -> float:
        """Give seconds since an arbitrary start; never goes back."""
        ...

    def call_after(self, delay_s: float, action: Callable[[], None]) -> Cancellable:
        """Do `action` once, `delay_s` seconds from now."""
        ...


class LoopTimers:
    """The running asyncio loop's clock (on Linux the machine's monotonic clock, the same in every process)."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    def now_s(self) -> float:
        """Give the loop's time in seconds."""
        return self._loop.time()

    def call_after(self, delay_s: float, action: Callable[[], None]) -> Cancellable:
        """Do `action` on the loop after `delay_s` seconds."""
        return self._loop.call_later(delay_s, action)


class _Due:
    def __init__(self, action: Callable[[], None]) -> None:
        self._action: Callable[[], None] | None = action

    def cancel(self) -> None:
        self._action = None

    def run(self) -> None:
        action, self._action = self._action, None
        if action is not None:
            action()


class VirtualTimers:
    """A clock that stands still until `advance`; due actions run in order of their time, then of their scheduling."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._order = count()
        self._due: list[tuple[float, int, _Due]] = []

    def now_s(self) -> float:
        """Give the virtual time in seconds, from 0."""
        return self._now_s

    def call_after(self, delay_s: float, action: Callable[[], None]) -> Cancellable:
        """Do `action` once `advance` reaches `delay_s` seconds from now."""
        due = _Due(action)
        heapq.heappush(self._due, (self._now_s + delay_s, next(self._order), due))
        return due

    def next_due_s(self) -> float | None:
        """Give the time of the next due action, on the scale of `now_s`."""
        return self._due[0][0] if self._due else None

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass; each action sees the time at which it was due."""
        end_s = self._now_s + seconds
        while self._due and self._due[0][0] <= end_s:
            self._now_s, _, due = heapq.heappop(self._due)
            due.run()
        self._now_s = end_s
