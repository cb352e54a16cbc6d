"""The log of calls and faults: what the API was asked, and what broke, with the id that the caller saw.

Laws: a request never waits for its own line, and never fails because of it: lines are gathered and written every second, so that
the last second may be lost with the process (operations are not: they are audited in their own transaction); the level chooses
which calls are kept; nothing of a body or a query is kept.
"""

from collections import deque
from enum import StrEnum

from central.domain.calls import Called, Failed
from central.store.bulk import Values
from central.store.columns import Table
from central.store.tables.audit import CallRow, FaultRow
from central.store.unit_of_work import Store
from protocol.instants import Clock

MOST_WAITING = 20_000
MOST_DETAIL_CHARACTERS = 20_000
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FIRST_FAILURE = 400


class LogLevel(StrEnum):
    """Which calls are kept. Faults are always kept."""

    NOTHING = "nothing"
    FAILURES = "failures"
    CHANGES = "changes"
    EVERYTHING = "everything"


def is_kept(level: LogLevel, method: str, status: int) -> bool:
    """Return whether a call is kept at a level; each level keeps what the one before keeps."""
    match level:
        case LogLevel.NOTHING:
            return False
        case LogLevel.FAILURES:
            return status >= _FIRST_FAILURE
        case LogLevel.CHANGES:
            return status >= _FIRST_FAILURE or method not in _SAFE
        case LogLevel.EVERYTHING:
            return True


class CallLog:
    """Gathers lines, and writes them when a job calls. It is the web's `CallListener`."""

    def __init__(self, store: Store, level: LogLevel, clock: Clock) -> None:
        """Take the store, the level, and the clock that stamps the lines."""
        self._store = store
        self._level = level
        self._clock = clock
        self._rows: deque[tuple[type[Table], Values]] = deque(maxlen=MOST_WAITING)

    def called(self, call: Called) -> None:
        """Note a call that was answered."""
        if is_kept(self._level, call.method, call.status):
            row = {
                "called_at": self._clock(),
                "request_id": call.request_id,
                "operation_id": call.operation_id,
                "user_id": call.user_id,
                "status": call.status,
                "duration_ms": call.duration_ms,
                "source": call.source[:64],
            }
            self._rows.append((CallRow, row))

    def failed(self, fault: Failed) -> None:
        """Note a fault of ours."""
        detail = fault.detail[-MOST_DETAIL_CHARACTERS:]
        row = {"failed_at": self._clock(), "request_id": fault.request_id, "kind": fault.kind[:64], "detail": detail}
        self._rows.append((FaultRow, row))

    async def write_down(self) -> None:
        """Write the gathered lines; a job calls it. Where the database fails, the lines wait for the next run."""
        taken = list(self._rows)
        if not taken:
            return
        async with self._store.transaction() as work:
            for table, row in taken:
                work.insert(table, [row])
        for _ in taken:
            self._rows.popleft()
