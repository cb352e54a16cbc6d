"""A call of the API as it is recorded: the request for which this task works, and what became of it."""

from contextvars import ContextVar
from dataclasses import dataclass

# The request for which this task works; None in a job, which no request began.
CURRENT_REQUEST: ContextVar[str | None] = ContextVar("current_request", default=None)


@dataclass(frozen=True, slots=True)
class Called:
    """A call that was answered.

    `operation_id` is empty where no route matched, `user_id` is None where no person was signed in.
    """

    request_id: str
    operation_id: str
    method: str
    user_id: int | None
    status: int
    duration_ms: int
    source: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A fault of ours, in full."""

    request_id: str
    kind: str
    detail: str
