"""The journal of a gate: the kinds of event, and the entry that holds one.

Laws: an entry carries no personal data (law 9), only ids and keyed hashes; an intent is written before the arm is released
and its outcome after (law 1); an entry is a fact, so nothing here decides whether it was right.
"""

from dataclasses import dataclass
from enum import StrEnum

from protocol.admission.passages import PassageKind
from protocol.directions import Direction
from protocol.identifiers import AttemptId, BootId, CheckPointId, EntitlementId, JournalId, Sequence, TicketId
from protocol.instants import Instant

HASH_BYTES = 32
NO_TICKET = TicketId(0)
NO_ENTITLEMENT = EntitlementId(0)
NO_RULE = 0


class OutcomeResult(StrEnum):
    """The result of a release, as the passage sensor saw it."""

    PASSED = "passed"
    NOT_PASSED = "not-passed"
    REVERSED = "reversed"  # a body went the other way on this release: no visitor was admitted
    FORCED = "forced"  # a body went through against the arm


@dataclass(frozen=True, slots=True)
class Intent:
    """A decision to release the arm, under the named feed version. `resumes` is the sequence of an interrupted intent.

    `ticket_id`, `entitlement_id` and `rule_id` of zero mean none; `holder` is a walk-in's keyed hash (16 bytes); `uses_left` is
    the number in the verdict; `supervisor` is the person who authorised an override; `flags` are the verdict's ("unseen",
    "stale", "offline", "claimed").
    """

    attempt_id: AttemptId
    direction: Direction
    kind: PassageKind
    ticket_id: TicketId
    entitlement_id: EntitlementId
    generation: int
    persons: int
    uses_left: int | None
    flags: tuple[str, ...]
    feed_version: int
    resumes: Sequence | None
    rule_id: int
    holder: bytes | None
    supervisor: int | None
    scanned_at: Instant


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of the intent at sequence `of` of the same journal. `passed_count` counts bodies since that intent."""

    of: Sequence
    result: OutcomeResult
    passed_count: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A visitor was refused for `reason` (`admission.verdict`); the ticket id is zero where no ticket was recognised."""

    attempt_id: AttemptId
    reason: str
    ticket_id: TicketId
    direction: Direction
    scanned_at: Instant


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm for staff. `detail` names no person."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class ClockStep:
    """The agent's clock was set from `before` to `after`; `source` says who set it (server, staff)."""

    before: Instant
    after: Instant
    source: str


@dataclass(frozen=True, slots=True)
class FeedInForce:
    """From this entry on the agent decides by this version of its feed (law 6)."""

    epoch: int
    version: int


@dataclass(frozen=True, slots=True)
class LostRange:
    """Entries `first` to `last` of this journal can no longer be read, both included."""

    first: Sequence
    last: Sequence
    reason: str


@dataclass(frozen=True, slots=True)
class Rewound:
    """The first entry of a journal that continues another one; `last_known` is the last entry of the other that still exists."""

    previous_journal: JournalId
    last_known: Sequence


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """An event of a newer version, kept as its CBOR: a fact is never refused (law 5)."""

    tag: int
    fields: bytes


Event = Intent | Outcome | Refusal | Alarm | ClockStep | FeedInForce | LostRange | Rewound | UnknownEvent


@dataclass(frozen=True, slots=True)
class ClockReading:
    """An agent's clock at one moment: wall time, right to `uncertainty_ms` on either side, and time since its boot."""

    wall_at: Instant
    monotonic_ms: int
    uncertainty_ms: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a journal. `hash` binds it to all lines before it (`chain`).

    `wall_at` is the agent's clock with `uncertainty_ms` on either side; `monotonic_ms` counts from the boot `boot_id`.
    """

    journal_id: JournalId
    sequence: Sequence
    previous_hash: bytes
    boot_id: BootId
    check_point: CheckPointId
    wall_at: Instant
    monotonic_ms: int
    uncertainty_ms: int
    event: Event
    hash: bytes
