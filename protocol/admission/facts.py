"""All facts that a decision may depend on. The caller gathers them; `decide` asks nothing else.

Laws: facts are complete before the decision begins; records and tables among them were verified against signed metadata (law 4);
the birth date of a document lives in memory for one decision and nowhere else (law 9).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum

from protocol.admission.passages import PastPassage, PastWalkIn
from protocol.admission.policy import CheckPoint, SiteRules, TicketTypeRules
from protocol.admission.verdict import Verdict
from protocol.identifiers import AttemptId, CheckPointId, TicketTypeId
from protocol.instants import Instant
from protocol.keyring import KeyState
from protocol.tickets.claims import Claims
from protocol.tickets.record import TicketRecord


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The shown code is no credential of ours."""


@dataclass(frozen=True, slots=True)
class Forged:
    """A well-formed ticket whose signature no key proves."""


@dataclass(frozen=True, slots=True)
class TicketCode:
    """A ticket's code, proved by a key of this state."""

    claims: Claims
    key_state: KeyState


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """An ID card: the keyed hash, and the facts that walk-in rules need."""

    holder: bytes
    born: date | None
    region: str


@dataclass(frozen=True, slots=True)
class LookUpCode:
    """A credential that only leads to tickets: NFC number, OTA or activation code."""


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """A ticket's short number typed by hand: never a proof by itself at an unattended gate."""


Presented = Unreadable | Forged | TicketCode | DocumentCard | LookUpCode | TypedNumber


class HolderShown(StrEnum):
    """The evidence that the visitor is the holder of a real-name ticket."""

    NOT_YET = "not-yet"
    TIMED_OUT = "timed-out"
    MATCHES = "matches"
    DIFFERS = "differs"
    CONFIRMED_BY_STAFF = "confirmed-by-staff"


@dataclass(frozen=True, slots=True)
class Scan:
    """One showing of one credential. `uncertainty_ms` is the clock's; `supervisor` is set at an override."""

    attempt_id: AttemptId
    at: Instant
    uncertainty_ms: int
    persons: int
    presented: Presented
    holder: HolderShown
    supervisor: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket of the credential, with its earlier passages at every site and gate known here."""

    record: TicketRecord
    passages: tuple[PastPassage, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """How far the facts here can be believed: `age_ms` of the last signed timestamp, `as_of` of the manifest.

    `unlocked` says that a supervisor unlocked the lane while the cache is stale. At central all data is fresh.
    """

    as_of: Instant
    age_ms: int
    clock_trusted: bool
    unlocked: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """The whole case.

    `unrecorded` are the earlier passages of a proved ticket that has no record here, so that it is not let in twice.
    `earlier_answer` is the answer that this attempt got before, if any; `inside` is None where unknown.
    """

    scan: Scan
    candidates: tuple[Candidate, ...]
    unrecorded: tuple[PastPassage, ...]
    check_point: CheckPoint
    check_points: Mapping[CheckPointId, CheckPoint]
    ticket_types: Mapping[TicketTypeId, TicketTypeRules]
    site: SiteRules
    zone: tzinfo
    ground: Ground
    walk_ins: tuple[PastWalkIn, ...]
    inside: int | None
    unseen_this_hour: int
    fire: bool
    earlier_answer: Verdict | None
