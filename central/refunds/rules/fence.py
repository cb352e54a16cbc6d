"""The fence before a refund is paid (law 6): pure.

Laws: money waits for every agent that could still admit the ticket, and for no other; the fence names each agent that it waits
for, since when that agent has not answered, and why; a reason never opens or closes the fence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from central.domain.saying import Message
from central.issuing.feed_version import FeedVersion
from central.refunds.messages import WAIT_REASONS
from protocol.admission.freshness import LIVE_MS
from protocol.identifiers import AgentId, SiteId
from protocol.instants import MS_PER_MINUTE, MS_PER_SECOND, Instant

# A gate locks itself when its clock is less certain than this, so its own idea of "stale" is wrong by at most this much.
CLOCK_UNCERTAINTY_MS = 5 * MS_PER_MINUTE
LOCKED_AFTER_AUTONOMIES = 3


class Standing(StrEnum):
    """Whether an agent may admit at all."""

    ABLE = "able"
    SIGNED_OFF = "signed-off"
    RETIRED = "retired"
    LOST = "lost"


class WaitReason(StrEnum):
    """Why the fence waits. The words are answered to callers and never change their meaning.

    Not published: the feed does not say yet that the ticket is void. Revoked: the agent's uploads count no longer, and it may
    still admit. Offline: it has not called lately. Not told: it has not asked for the newest feed version since the ticket became
    void. Journal behind: it was told, and has uploaded no entry of its journal since. Not in force: its journal is here, and says
    that it decides by an older version.
    """

    NOT_PUBLISHED = "not-published"
    REVOKED = "revoked"
    OFFLINE = "offline"
    NOT_TOLD = "not-told"
    JOURNAL_BEHIND = "journal-behind"
    NOT_IN_FORCE = "not-in-force"


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """An agent that hosts an enabled check point of `site` that is ticked for the ticket.

    `in_force` is the latest feed version that its journal says is in force, where the journal has been ingested contiguously
    up to that entry; `fresh_at` is the latest signed time that it can hold (its last answered request for the feed's head).

    The rest tells only why the fence waits: when the agent called last, the time of the last entry of its ingested journal, and
    whether its rights have ended.
    """

    agent: AgentId
    site: SiteId
    standing: Standing
    in_force: FeedVersion | None
    fresh_at: Instant
    last_seen_at: Instant
    journalled_at: Instant
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class WaitedFor:
    """Which agent keeps the fence closed, since when, and why; no agent means that the feed has not been published yet.

    `ends_at`: then the agent has locked itself, and the fence waits for it no longer.
    """

    agent: AgentId | None
    site: SiteId
    since: Instant
    reason: WaitReason
    last_seen_at: Instant | None
    ends_at: Instant | None

    @property
    def message(self) -> Message:
        """Return what people read: why it waits, and what ends it."""
        return WAIT_REASONS[self.reason]


@dataclass(frozen=True, slots=True)
class Revocation:
    """What gates must know: the feed version of each site that says that the ticket is void (None: not published yet)."""

    revoked_at: Instant
    versions: Mapping[SiteId, FeedVersion | None]
    autonomy_s: int


def fence(revocation: Revocation, agents: Iterable[AgentFacts], now: Instant) -> tuple[WaitedFor, ...]:
    """Return what must still be waited for; where this is empty, the fence is open."""
    unpublished = tuple(
        WaitedFor(None, site, revocation.revoked_at, WaitReason.NOT_PUBLISHED, None, None)
        for site, version in sorted(revocation.versions.items())
        if version is None
    )
    waiting = tuple(
        _waited_for(facts, revocation, now)
        for facts in sorted(agents, key=lambda facts: (facts.site, facts.agent))
        if not _cannot_admit(facts, revocation, now)
    )
    return unpublished + waiting


def each_once(waiting: Iterable[WaitedFor]) -> tuple[WaitedFor, ...]:
    """Return each agent once, where several tickets wait for it: as the first of them says."""
    found: dict[tuple[SiteId, AgentId | None], WaitedFor] = {}
    for one in waiting:
        found.setdefault((one.site, one.agent), one)
    return tuple(found.values())


def _waited_for(facts: AgentFacts, revocation: Revocation, now: Instant) -> WaitedFor:
    return WaitedFor(
        agent=facts.agent,
        site=facts.site,
        since=facts.fresh_at,
        reason=_reason(facts, revocation, now),
        last_seen_at=facts.last_seen_at,
        ends_at=_locked_at(facts, revocation),
    )


def _reason(facts: AgentFacts, revocation: Revocation, now: Instant) -> WaitReason:
    """Return the first obstacle that stands: what must be done about it is done first."""
    if facts.is_revoked:
        return WaitReason.REVOKED
    if now - facts.last_seen_at > LIVE_MS:
        return WaitReason.OFFLINE
    if revocation.versions.get(facts.site) is None:
        return WaitReason.NOT_PUBLISHED
    if facts.fresh_at < revocation.revoked_at:
        return WaitReason.NOT_TOLD
    return WaitReason.JOURNAL_BEHIND if facts.journalled_at < revocation.revoked_at else WaitReason.NOT_IN_FORCE


def _locked_at(facts: AgentFacts, revocation: Revocation) -> Instant:
    return Instant(facts.fresh_at + LOCKED_AFTER_AUTONOMIES * revocation.autonomy_s * MS_PER_SECOND + CLOCK_UNCERTAINTY_MS)


def _cannot_admit(facts: AgentFacts, revocation: Revocation, now: Instant) -> bool:
    if facts.standing is not Standing.ABLE:
        return True
    if now >= _locked_at(facts, revocation):
        return True
    needed = revocation.versions.get(facts.site)
    return needed is not None and facts.in_force is not None and facts.in_force >= needed
