"""The table of jobs: what runs, and when. Pure except for the use cases that it names.

Laws: every job is idempotent, because a former leader may not know that it no longer leads, and is refused only at its next
write; a job that fails is logged and runs again at its next time; no job runs twice at once.
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
    """Two use cases that take turns: `wait` for work, which may be interrupted, and `work`, which may not.

    With `elsewhere`, only the leader runs `work`, and the other processes run `elsewhere` in its place.
    """

    name: str
    wait: UseCase
    work: UseCase
    elsewhere: UseCase | None = None
