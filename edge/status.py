"""The status of an agent, gathered from its parts for screens, staff and systemd.

Laws: a status is information and decides nothing; it names no person.
"""

from dataclasses import asdict, dataclass, field

from protocol.admission.freshness import Freshness


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """The feed in force, and how fresh it is; zeros where there is none."""

    epoch: int
    version: int
    admissions_version: int
    tickets: int
    freshness: Freshness
    age_s: int


@dataclass(frozen=True, slots=True)
class JournalStatus:
    """How far the journal reaches, and how many entries central has not acknowledged."""

    journal: str
    sequence: int
    unsent: int


@dataclass(frozen=True, slots=True)
class LaneStatus:
    """One lane: whether a release is open, whether fire frees it, its last answer, and the counts since the agent started."""

    name: str
    busy: bool
    fire: bool
    last: str
    admitted: int
    let_out: int
    refused: int


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One device as its supervisor last reported it."""

    name: str
    state: str
    detail: str


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """The whole status. `central` is the result of the last contact with central, `fault` names the file of ours that failed."""

    agent: int
    site: int
    duty: str
    clock_uncertainty_ms: int
    clock_trusted: bool
    central: str
    feed: FeedStatus
    journal: JournalStatus
    lanes: tuple[LaneStatus, ...] = ()
    devices: tuple[DeviceStatus, ...] = field(default_factory=tuple)
    unlocked: bool = False
    fault: str = ""

    def to_map(self) -> dict[str, object]:
        """Return the status as the local socket sends it."""
        return asdict(self)

    def line(self) -> str:
        """Return one line for systemd."""
        line = f"feed {self.feed.version} {self.feed.freshness}, {self.journal.unsent} unsent, central: {self.central}"
        return f"{line}, entry closed: {self.fault}" if self.fault else line
