"""When each job and loop last ran in this process, and how often it failed.

Law: only notes; no job waits for it or fails because of it.
"""

from dataclasses import dataclass, field

from protocol.instants import Clock, Instant


@dataclass(slots=True)
class Runs:
    """The runs of one job. An instant is None where there was none."""

    succeeded: int = 0
    failed: int = 0
    succeeded_at: Instant | None = None
    failed_at: Instant | None = None


@dataclass(slots=True)
class JobRuns:
    """The runs of all jobs and loops, by their names. `began_at` is when the process made them."""

    clock: Clock
    by_name: dict[str, Runs] = field(default_factory=dict)
    began_at: Instant = field(init=False)

    def __post_init__(self) -> None:
        """Take the time."""
        self.began_at = self.clock()

    def succeeded(self, name: str) -> None:
        """Note a run that came to its end."""
        runs = self._of(name)
        runs.succeeded, runs.succeeded_at = runs.succeeded + 1, self.clock()

    def failed(self, name: str) -> None:
        """Note a run that failed."""
        runs = self._of(name)
        runs.failed, runs.failed_at = runs.failed + 1, self.clock()

    def last_success(self, name: str) -> Instant:
        """Return when a job last came to its end, or when the process began where it has not yet."""
        at = self._of(name).succeeded_at
        return self.began_at if at is None else at

    def _of(self, name: str) -> Runs:
        return self.by_name.setdefault(name, Runs())
