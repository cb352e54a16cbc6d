"""Who listens: the rights behind each token, looked up again and again while streams are open.

Laws: within a process a token is looked up once in `LOOK_AGAIN_S` at most, however many streams it has; rights are never used for
longer than `LOOK_AGAIN_S` and one look.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from central.domain.principal import Principal
from central.live.moments import loop_s

LOOK_AGAIN_S = 4.0


@dataclass(slots=True)
class _Bearer:
    who: Principal | None
    looked_at_s: float
    streams: int = 0
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Bearers:
    """Knows whose stream it is."""

    def __init__(self, look: Callable[[str], Awaitable[Principal | None]]) -> None:
        """Take what looks up a token, without noting that it was used."""
        self._look = look
        self._known: dict[str, _Bearer] = {}

    @contextmanager
    def stream(self, token: str, who: Principal) -> Iterator[None]:
        """Remember the bearer of a token while a stream is open; `who` was looked up just now."""
        known = self._known.setdefault(token, _Bearer(who, loop_s()))
        known.streams += 1
        try:
            yield
        finally:
            known.streams -= 1
            if not known.streams:
                del self._known[token]

    def due_s(self, token: str) -> float:
        """Return in how many seconds a token is looked up again, when it is asked for."""
        return max(0.0, self._known[token].looked_at_s + LOOK_AGAIN_S - loop_s())

    async def bearer(self, token: str) -> Principal | None:
        """Return the bearer of a token that has a stream; None where the session is over."""
        known = self._known[token]
        async with known.looking:
            if loop_s() - known.looked_at_s >= LOOK_AGAIN_S:
                looked_at_s = loop_s()
                known.who = await self._look(token)
                known.looked_at_s = looked_at_s
        return known.who
