"""The reads of one code reader, on their way to the lane.

Laws: a code that is read again while it stays in sight is dropped and counted; the stream of reads outlives a reconnect.
"""

from collections.abc import AsyncIterator, Callable

from edge.devices.drivers.stream import Stream
from edge.devices.framing.double_reads import DEFAULT_WINDOW_S, DoubleReads
from edge.devices.ports import CodeRead


class CodeReads:
    """What every driver of a code reader extends: all of `ports.CodeReader`. `clock` gives monotonic seconds."""

    def __init__(self, name: str, clock: Callable[[], float], double_read_s: float = DEFAULT_WINDOW_S) -> None:
        self.name = name
        self._clock = clock
        self._double_reads = DoubleReads(double_read_s)
        self._reads: Stream[CodeRead] = Stream()

    @property
    def suppressed(self) -> int:
        """How many repetitions the driver dropped."""
        return self._double_reads.suppressed

    def reads(self) -> AsyncIterator[CodeRead]:
        """Yield each code shown; see the port."""
        return self._reads.items()

    def forget_last(self) -> None:
        """Allow the same code again at once."""
        self._double_reads.forget()

    def _take(self, payload: bytes) -> None:
        """Yield a code, unless it is the showing that was yielded before."""
        if self._double_reads.is_new(payload, self._clock()):
            self._reads.put(CodeRead(self.name, payload))
