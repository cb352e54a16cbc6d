"""Earlier passages of a ticket or a document, from the history of all known journals.

Laws: a passage is one event even if it arrived several times; only the time of the scan orders passages, never the arrival.
"""

from dataclasses import dataclass
from enum import StrEnum

from protocol.directions import Direction
from protocol.identifiers import AgentId, AttemptId, CheckPointId, EntitlementId, SiteId, TicketId
from protocol.instants import Instant


class PassageState(StrEnum):
    """The result of a release."""

    PENDING = "pending"
    PASSED = "passed"
    NOT_PASSED = "not-passed"


class PassageKind(StrEnum):
    """Why the arm was released."""

    ENTRY = "entry"
    RESUME = "resume"
    OVERRIDE = "override"
    WALK_IN = "walk-in"
    EXIT = "exit"
    FIRE = "fire"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class PastPassage:
    """One release for a ticket. `resumed` says that a power cut interrupted it and that it was then resumed."""

    ticket_id: TicketId
    entitlement_id: EntitlementId
    site: SiteId
    check_point: CheckPointId
    agent: AgentId
    direction: Direction
    kind: PassageKind
    scanned_at: Instant
    persons: int
    state: PassageState
    attempt_id: AttemptId
    resumed: bool


@dataclass(frozen=True, slots=True)
class PastWalkIn:
    """One admission on a document alone (刷证免票); `holder` is its keyed hash.

    `interrupted` says that its outcome was lost in a power cut, and that it was not resumed.
    """

    holder: bytes
    rule_id: int
    site: SiteId
    check_point: CheckPointId
    scanned_at: Instant
    interrupted: bool = False
