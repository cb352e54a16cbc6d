"""The table of jobs: what runs, and when. Pure but for the use cases that it names.

Laws: every job is idempotent, because a leader may not know that it no longer leads, and is refused only at its next write; a job
that fails is logged and runs again at its next time; nothing runs twice at once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

UseCase = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day, at this time in UTC."""

    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the table. `by_leader`: of several processes only the leader runs it."""

    name: str
    trigger: Every | Daily
    use_case: UseCase
    by_leader: bool = True


@dataclass(frozen=True, slots=True)
class Loop:
    """Two use cases that take turns: `wait` for something to do, which may be cut short, and `work`, which may not.

    With `elsewhere`, `work` is the leader's alone, and the other processes do `elsewhere` in its place.
    """

    name: str
    wait: UseCase
    work: UseCase
    elsewhere: UseCase | None = None
