"""The fence before a refund is paid (law 6): pure.

Laws: money waits for every agent that could still admit the ticket, and for no other; the fence names each agent that it waits
for, and since when that agent has not answered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from central.issuing.feed_version import FeedVersion
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


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """An agent that hosts an enabled check point of `site` that is ticked for the ticket.

    `in_force` is the latest feed version that its journal says is in force, where the journal has been ingested contiguously
    up to that entry; `fresh_at` is the latest signed time that it can hold (its last answered request for the feed's head).
    """

    agent: AgentId
    site: SiteId
    standing: Standing
    in_force: FeedVersion | None
    fresh_at: Instant


@dataclass(frozen=True, slots=True)
class WaitedFor:
    """Which agent keeps the fence closed, and since when; no agent means that the feed has not been published yet."""

    agent: AgentId | None
    site: SiteId
    since: Instant


@dataclass(frozen=True, slots=True)
class Revocation:
    """What gates must know: the feed version of each site that says that the ticket is void (None: not published yet)."""

    revoked_at: Instant
    versions: Mapping[SiteId, FeedVersion | None]
    autonomy_s: int


def fence(revocation: Revocation, agents: Iterable[AgentFacts], now: Instant) -> tuple[WaitedFor, ...]:
    """Return what must still be waited for; where this is empty, the fence is open."""
    unpublished = tuple(
        WaitedFor(None, site, revocation.revoked_at) for site, version in sorted(revocation.versions.items()) if version is None
    )
    waiting = tuple(
        WaitedFor(facts.agent, facts.site, facts.fresh_at)
        for facts in sorted(agents, key=lambda facts: (facts.site, facts.agent))
        if not _cannot_admit(facts, revocation, now)
    )
    return unpublished + waiting


def _cannot_admit(facts: AgentFacts, revocation: Revocation, now: Instant) -> bool:
    if facts.standing is not Standing.ABLE:
        return True
    if now >= facts.fresh_at + LOCKED_AFTER_AUTONOMIES * revocation.autonomy_s * MS_PER_SECOND + CLOCK_UNCERTAINTY_MS:
        return True
    needed = revocation.versions.get(facts.site)
    return needed is not None and facts.in_force is not None and facts.in_force >= needed
