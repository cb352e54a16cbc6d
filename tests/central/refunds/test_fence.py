"""The fence: money waits for every agent that could still admit, and for no other (law 6)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.issuing.feed_version import FeedVersion
from central.refunds.messages import WAIT_REASONS
from central.refunds.rules.fence import (
    CLOCK_UNCERTAINTY_MS,
    AgentFacts,
    Revocation,
    Standing,
    WaitedFor,
    WaitReason,
    each_once,
    fence,
)
from protocol.admission.freshness import LIVE_MS
from protocol.identifiers import AgentId, SiteId
from protocol.instants import Instant
from tests.builders.central import NOON

pytestmark = pytest.mark.law(6)

HERE, THERE = SiteId(1), SiteId(2)
AUTONOMY_S = 72 * 3600
REVOCATION = Revocation(NOON, {HERE: FeedVersion(1, 10)}, AUTONOMY_S)
GATE = AgentFacts(AgentId(5), HERE, Standing.ABLE, FeedVersion(1, 10), NOON, NOON, NOON)
LOCKED_AT = Instant(NOON + 3 * AUTONOMY_S * 1000 + CLOCK_UNCERTAINTY_MS)


@pytest.mark.parametrize(
    ("in_force", "is_open"),
    [
        (None, False),
        (FeedVersion(1, 9), False),
        (FeedVersion(1, 10), True),
        (FeedVersion(1, 11), True),
        (FeedVersion(2, 1), True),
        (FeedVersion(0, 99), False),
    ],
)
def test_an_able_agent_must_have_the_version_in_force(in_force: FeedVersion | None, *, is_open: bool) -> None:
    waiting = fence(REVOCATION, [replace(GATE, in_force=in_force)], NOON)
    waited = WaitedFor(AgentId(5), HERE, NOON, WaitReason.NOT_IN_FORCE, NOON, LOCKED_AT)
    assert waiting == (() if is_open else (waited,))


@pytest.mark.parametrize("standing", [Standing.SIGNED_OFF, Standing.RETIRED, Standing.LOST])
def test_an_agent_that_cannot_admit_is_not_waited_for(standing: Standing) -> None:
    assert fence(REVOCATION, [replace(GATE, standing=standing, in_force=None)], NOON) == ()


@pytest.mark.parametrize(("now", "is_open"), [(LOCKED_AT - 1, False), (LOCKED_AT, True)])
def test_a_cut_off_agent_is_waited_for_until_it_has_locked_itself(now: int, *, is_open: bool) -> None:
    assert (fence(REVOCATION, [replace(GATE, in_force=None)], Instant(now)) == ()) is is_open


def test_no_agent_is_asked_before_the_feed_is_published() -> None:
    unpublished = replace(REVOCATION, versions={HERE: None})
    later = replace(GATE, in_force=FeedVersion(9, 9))
    assert fence(unpublished, [], NOON) == (WaitedFor(None, HERE, NOON, WaitReason.NOT_PUBLISHED, None, None),)
    assert [one.agent for one in fence(unpublished, [later], NOON)] == [None, AgentId(5)]


def test_each_site_has_its_own_version() -> None:
    both = replace(REVOCATION, versions={HERE: FeedVersion(1, 10), THERE: FeedVersion(1, 700)})
    there = replace(GATE, agent=AgentId(6), site=THERE, in_force=FeedVersion(1, 699))
    assert [(one.agent, one.site) for one in fence(both, [there, GATE], NOON)] == [(AgentId(6), THERE)]


def test_an_agent_of_a_site_that_was_never_told_is_waited_for() -> None:
    assert fence(REVOCATION, [replace(GATE, site=THERE, in_force=FeedVersion(9, 9))], NOON) != ()


_VERSIONS = st.builds(FeedVersion, st.integers(1, 3), st.integers(1, 20))
_EARLIER = st.integers(NOON - 10**9, NOON).map(Instant)
_AGENTS = st.lists(
    st.builds(
        AgentFacts,
        agent=st.integers(1, 50).map(AgentId),
        site=st.sampled_from([HERE, THERE]),
        standing=st.sampled_from(Standing),
        in_force=st.none() | _VERSIONS,
        fresh_at=_EARLIER,
        last_seen_at=_EARLIER,
        journalled_at=_EARLIER,
        is_revoked=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda facts: facts.agent,
)


@given(_AGENTS, _VERSIONS, _VERSIONS, st.integers(NOON, LOCKED_AT + 10**9).map(Instant))
def test_an_open_fence_means_that_no_agent_could_admit(
    agents: list[AgentFacts], here: FeedVersion, there: FeedVersion, now: Instant
) -> None:
    needed = {HERE: here, THERE: there}
    waited = {one.agent for one in fence(Revocation(NOON, needed, AUTONOMY_S), agents, now)}
    for facts in agents:
        knows = facts.in_force is not None and facts.in_force >= needed[facts.site]
        locked = now - facts.fresh_at >= 3 * AUTONOMY_S * 1000 + CLOCK_UNCERTAINTY_MS
        could_admit = facts.standing is Standing.ABLE and not knows and not locked
        assert (facts.agent in waited) is could_admit


@given(_AGENTS, _VERSIONS, st.integers(0, 10**10))
def test_time_alone_never_closes_a_fence(agents: list[AgentFacts], needed: FeedVersion, later_ms: int) -> None:
    revocation = Revocation(NOON, {HERE: needed, THERE: needed}, AUTONOMY_S)
    assert len(fence(revocation, agents, Instant(NOON + later_ms))) <= len(fence(revocation, agents, NOON))


BEHIND = replace(GATE, in_force=FeedVersion(1, 9))
EARLIER = Instant(NOON - 1)


@pytest.mark.parametrize(
    ("facts", "version", "reason"),
    [
        (BEHIND, FeedVersion(1, 10), WaitReason.NOT_IN_FORCE),
        (replace(BEHIND, in_force=None), FeedVersion(1, 10), WaitReason.NOT_IN_FORCE),
        (replace(BEHIND, journalled_at=EARLIER), FeedVersion(1, 10), WaitReason.JOURNAL_BEHIND),
        (replace(BEHIND, fresh_at=EARLIER), FeedVersion(1, 10), WaitReason.NOT_TOLD),
        (replace(BEHIND, fresh_at=EARLIER, journalled_at=EARLIER), FeedVersion(1, 10), WaitReason.NOT_TOLD),
        (replace(BEHIND, fresh_at=EARLIER), None, WaitReason.NOT_PUBLISHED),
        (replace(BEHIND, last_seen_at=Instant(NOON - LIVE_MS)), FeedVersion(1, 10), WaitReason.NOT_IN_FORCE),
        (replace(BEHIND, last_seen_at=Instant(NOON - LIVE_MS - 1)), FeedVersion(1, 10), WaitReason.OFFLINE),
        (replace(BEHIND, last_seen_at=Instant(NOON - LIVE_MS - 1)), None, WaitReason.OFFLINE),
        (replace(BEHIND, last_seen_at=Instant(NOON - LIVE_MS - 1), is_revoked=True), FeedVersion(1, 10), WaitReason.REVOKED),
        (replace(BEHIND, is_revoked=True), None, WaitReason.REVOKED),
    ],
)
def test_the_fence_says_why_it_waits(facts: AgentFacts, version: FeedVersion | None, reason: WaitReason) -> None:
    waiting = fence(replace(REVOCATION, versions={HERE: version}), [facts], NOON)
    assert [one.reason for one in waiting if one.agent] == [reason]


def test_each_reason_has_words() -> None:
    assert set(WAIT_REASONS) == set(WaitReason)
    assert len({message.zh for message in WAIT_REASONS.values()}) == len(WaitReason)


@given(_AGENTS, st.none() | _VERSIONS, st.integers(0, 10**10))
def test_what_the_fence_says_about_the_end_holds(agents: list[AgentFacts], version: FeedVersion | None, later_ms: int) -> None:
    revocation, now = Revocation(NOON, {HERE: version, THERE: version}, AUTONOMY_S), Instant(NOON + later_ms)
    for one in fence(revocation, agents, now):
        assert (one.agent is None) == (one.ends_at is None) == (one.last_seen_at is None)
        if one.agent is None or one.ends_at is None:
            continue
        assert one.ends_at > now
        (facts,) = [facts for facts in agents if facts.agent == one.agent]
        assert one.agent in [each.agent for each in fence(revocation, [facts], Instant(one.ends_at - 1))]
        assert one.agent not in [each.agent for each in fence(revocation, [facts], one.ends_at)]


def test_an_agent_for_which_two_tickets_wait_is_named_once() -> None:
    later = replace(REVOCATION, revoked_at=Instant(NOON + 1), versions={HERE: None})
    both = (*fence(REVOCATION, [BEHIND], NOON), *fence(later, [BEHIND], NOON))
    assert [(one.agent, one.reason) for one in each_once(both)] == [
        (AgentId(5), WaitReason.NOT_IN_FORCE),
        (None, WaitReason.NOT_PUBLISHED),
    ]
