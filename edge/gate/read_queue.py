"""The codes that were shown while the lane was busy: a short queue, without I/O or clock.

Laws: a code that waits, or whose release is out, is not queued a second time, so that one showing is answered once; a code that
has waited too long is dropped, because its visitor may be gone and the arm would open for another one.
"""

from collections import deque
from dataclasses import dataclass

from edge.devices.ports import DocumentRead
from protocol.directions import Direction

MAX_WAITING = 2
FRESH_MS = 10_000


@dataclass(frozen=True, slots=True)
class Read:
    """One code from a reader, at a monotonic time; for a document, `payload` is its newest hash."""

    direction: Direction
    payload: bytes
    at_ms: int
    document: DocumentRead | None = None


class Waiting:
    """The reads of one lane that wait for an answer, and the one that is being answered."""

    def __init__(self) -> None:
        self._reads: deque[Read] = deque(maxlen=MAX_WAITING)
        self._serving: tuple[Direction, bytes] | None = None

    def __bool__(self) -> bool:
        return bool(self._reads)

    def put(self, read: Read) -> None:
        """Queue a read, unless the same code already waits or is being served; when full, drop the oldest."""
        known = {(waiting.direction, waiting.payload) for waiting in self._reads}
        if (read.direction, read.payload) not in known | {self._serving}:
            self._reads.append(read)

    def take(self, now_ms: int) -> Read | None:
        """Return the next fresh read, and note it as the one being served."""
        while self._reads:
            read = self._reads.popleft()
            if now_ms - read.at_ms <= FRESH_MS:
                self._serving = read.direction, read.payload
                return read
        return None

    def served(self) -> None:
        """Note that the lane is free again: the same code counts as new."""
        self._serving = None
