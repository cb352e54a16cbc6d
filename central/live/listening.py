"""One stream: what a listener is sent, and when.

Laws: each event after the listener's position is sent once and in order, or the listener is told to read its lists again; nothing
is sent by rights that were looked up longer ago than `bearers.LOOK_AGAIN_S`; something is sent at least each `SIGN_OF_LIFE_S`.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from math import inf

from central.domain.principal import Principal
from central.live.bearers import Bearers
from central.live.hub import LiveHub
from central.live.moments import loop_s
from central.live.rules.hearing import Rights, rights_of
from central.live.rules.positions import Position
from central.live.views import EndCause, EndEvent, HeardEvent, LiveName, frame, sign_of_life
from central.live.wording import Worded

SIGN_OF_LIFE_S = 15.0
# What is written at once, at most: a listener that does not read holds no more than this, and what the connection holds.
MOST_AT_ONCE_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Wish:
    """Who listens by which token, from where on (None: now), in which language, and how long (None: until it ends).

    `is_gone`: the listener has closed the connection.
    """

    who: Principal
    token: str
    after: Position | None
    chinese: bool
    most_s: float | None = None
    is_gone: Callable[[], bool] = lambda: False


class Listener:
    """A stream. `chunks` is used once."""

    def __init__(self, hub: LiveHub, bearers: Bearers, wish: Wish) -> None:
        """Take the events, what knows whose stream it is, and the wish."""
        self._hub = hub
        self._bearers = bearers
        self._wish = wish
        self._rights = rights_of(wish.who)
        self._position = hub.position
        self._sent_at_s = loop_s()
        self._ends_at_s = inf if wish.most_s is None else self._sent_at_s + wish.most_s

    async def chunks(self) -> AsyncGenerator[bytes]:
        """Yield what is sent, until the stream ends."""
        yield await self._first()
        while (rights := await self._look()) is not None:
            if rights != self._rights:
                self._rights = rights
                yield self._heard(LiveName.RIGHTS)
            async for chunk in self._next():
                self._sent_at_s = loop_s()
                yield chunk
            if loop_s() >= self._ends_at_s or self._wish.is_gone():
                return
        yield frame(self._position, LiveName.END, EndEvent(cause=await self._cause()).model_dump_json())

    async def _first(self) -> bytes:
        after = self._wish.after
        if after is None:
            return self._heard(LiveName.READY)
        if not await self._hub.is_kept(after):
            return self._heard(LiveName.RESET)
        self._position = after
        return self._heard(LiveName.READY)

    async def _look(self) -> Rights | None:
        """Return what the listener may hear now; None where the stream ends."""
        if self._hub.has_ended:
            return None
        who = await self._bearers.bearer(self._wish.token)
        return None if who is None or who.must_change_password else rights_of(who)

    async def _cause(self) -> EndCause:
        if self._hub.has_ended:
            return EndCause.SERVER_STOPS
        who = await self._bearers.bearer(self._wish.token)
        return EndCause.SESSION_OVER if who is None else EndCause.PASSWORD_CHANGE

    async def _next(self) -> AsyncGenerator[bytes]:
        """Yield some events; where there are none, wait a while, and yield a sign of life when it is due."""
        part = await self._hub.after(self._position)
        if not part.is_kept:
            self._position = part.reached
            yield self._heard(LiveName.RESET)
            return
        if part.reached == self._position:
            await self._hub.news(max(0.0, min(self._bearers.due_s(self._wish.token), self._ends_at_s - loop_s())))
        for chunk, reached in self._chosen(part.events):
            self._position = reached
            yield chunk
            if not self._bearers.due_s(self._wish.token):
                return  # the rights are looked up again before more is sent
        self._position = part.reached
        if loop_s() - self._sent_at_s >= SIGN_OF_LIFE_S:
            yield sign_of_life(self._position)

    def _chosen(self, events: Sequence[Worded]) -> list[tuple[bytes, Position]]:
        """Return the events that the listener hears, in chunks of a bounded length, each with its last position."""
        chunks: list[tuple[bytes, Position]] = []
        for one in events:
            if not self._rights.hears(one.concerned):
                continue
            said = one.chinese if self._wish.chinese else one.english
            before = chunks[-1][0] if chunks else b""
            if chunks and len(before) + len(said) <= MOST_AT_ONCE_BYTES:
                chunks[-1] = (before + said, one.position)
            else:
                chunks.append((said, one.position))
        return chunks

    def _heard(self, name: LiveName) -> bytes:
        return frame(self._position, name, HeardEvent(kinds=sorted(self._rights.kinds)).model_dump_json())
