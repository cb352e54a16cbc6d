"""A visitor at a lane: shows a code, waits for the arm, walks or stays.

Laws: a visitor knows only whether the arm gives way.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from hardware_sims.turnstile import Direction, Motion, Movement, Turnstile

PATIENCE_S = 3.0


@dataclass(frozen=True, slots=True)
class Visit:
    """The result: whether the arm was released for this visitor, and whether the visitor went through."""

    released: bool
    passed: bool


class Eye(Protocol):
    """A scanner or camera before which a visitor holds a code."""

    def show(self, code: bytes, /) -> None:
        """Hold the code before it until `clear`."""
        ...

    def clear(self) -> None:
        """Take the code away."""
        ...


async def await_release(turnstile: Turnstile, direction: Direction, patience_s: float) -> bool:
    """Wait for the arm's next release in this direction; return False where patience ends first."""
    released: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def notice(movement: Movement) -> None:
        if movement.motion is Motion.RELEASED and movement.direction is direction and not released.done():
            released.set_result(None)

    turnstile.listen(notice)
    try:
        await asyncio.wait_for(released, patience_s)
    except TimeoutError:
        return False
    finally:
        turnstile.unlisten(notice)
    return True


async def visit(
    eye: Eye,
    turnstile: Turnstile,
    code: bytes,
    direction: Direction = Direction.ENTRY,
    *,
    pushes: bool = True,
    patience_s: float = PATIENCE_S,
) -> Visit:
    """Show a code until the arm is released or patience ends, then walk through (or, not `pushes`, stay and leave)."""
    waiting = asyncio.ensure_future(await_release(turnstile, direction, patience_s))
    await asyncio.sleep(0)  # the visitor watches the arm before showing the code
    eye.show(code)
    try:
        released = await waiting
    finally:
        waiting.cancel()
        eye.clear()
    return Visit(released, released and pushes and turnstile.push(direction))
