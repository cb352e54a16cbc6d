"""A gate believes only central's published feed: every attack on every role that it applies to."""

from dataclasses import replace

import pytest

from protocol.feed import trust
from protocol.feed.buckets import digest
from protocol.feed.faults import Kind, Role
from protocol.feed.manifest import MAX_ADMISSIONS_BYTES, MAX_MANIFEST_BYTES, MAX_TIMESTAMP_BYTES, Ref
from protocol.identifiers import SiteId, TicketId
from protocol.instants import Instant, plus
from protocol.keyring import MAX_BYTES as MAX_KEYRING_BYTES
from tests.builders.feed import (
    ADMISSIONS_KEY,
    AUTONOMY_S,
    MANIFEST_KEY,
    SITE,
    START,
    YEAR_S,
    FeedSimulator,
    watermark,
)
from tests.builders.feed_trust import Refused, event, follow

pytestmark = [pytest.mark.law(3), pytest.mark.law(4)]


def test_an_honest_feed_is_followed_for_as_long_as_it_grows(feed: FeedSimulator, state: trust.TrustState) -> None:
    for sequence in range(1, 4):
        feed.publish()
        feed.publish_events([event(sequence)], [watermark(sequence)])
        state = follow(feed, state)
    assert state.manifest is not None
    assert state.manifest.edition == (1, 4)
    assert state.events is not None
    assert state.events.event_count == 3


def test_the_same_again_is_believed_again(feed: FeedSimulator, state: trust.TrustState) -> None:
    assert follow(feed, state) == state


# Rollback


def test_rollback_of_root(feed: FeedSimulator, state: trust.TrustState) -> None:
    feed.sign_keyring(replace(feed.keyring, version=2))
    state = trust.believe_keyring(state, feed.keyrings[1][1])
    with Refused(Kind.ROLLBACK, Role.ROOT):
        trust.believe_keyring(state, feed.keyrings[0][1])


def test_rollback_of_root_by_a_timestamp_that_names_an_older_keyring(feed: FeedSimulator, state: trust.TrustState) -> None:
    feed.sign_keyring(replace(feed.keyring, version=2))
    state = trust.believe_keyring(state, feed.keyrings[1][1])
    with Refused(Kind.ROLLBACK, Role.ROOT):
        trust.believe_timestamp(state, feed.timestamps[-1], START, 0)


def test_rollback_of_timestamp(feed: FeedSimulator, state: trust.TrustState) -> None:
    feed.sign_timestamp()
    state = follow(feed, state)
    with Refused(Kind.ROLLBACK, Role.TIMESTAMP):
        trust.believe_timestamp(state, feed.timestamps[-2], START, 0)


def test_rollback_of_timestamp_by_its_time_under_a_higher_version(feed: FeedSimulator, state: trust.TrustState) -> None:
    with Refused(Kind.ROLLBACK, Role.TIMESTAMP):
        trust.believe_timestamp(state, feed.sign_timestamp(signed_at=START - 1), START, 0)


@pytest.mark.parametrize("name", ["manifest", "admissions"])
def test_rollback_of_manifest_and_admissions_by_a_new_timestamp(feed: FeedSimulator, state: trust.TrustState, name: str) -> None:
    old = {"manifest": feed.timestamp().manifest, "admissions": feed.timestamp().admissions}[name]
    feed.publish()
    feed.publish_events([event(1)])
    state = follow(feed, state)
    with Refused(Kind.ROLLBACK, Role(name)):
        trust.believe_timestamp(state, feed.sign_timestamp(**{name: old}), START, 0)


def test_rollback_by_an_older_cache_file_put_back(feed: FeedSimulator, state: trust.TrustState) -> None:
    feed.publish()
    feed.publish_events([event(1)])
    state = follow(feed, state)
    with Refused(Kind.ROLLBACK, Role.MANIFEST):
        trust.recall_manifest(state, feed.manifests[0])
    with Refused(Kind.ROLLBACK, Role.ADMISSIONS):
        trust.recall_admissions(state, feed.admission_heads[0])


# Freeze


def test_freeze_of_timestamp(feed: FeedSimulator, state: trust.TrustState) -> None:
    ended = plus(START, seconds=AUTONOMY_S)
    trust.believe_timestamp(state, feed.timestamps[-1], ended, 0)
    with Refused(Kind.FREEZE, Role.TIMESTAMP):
        trust.believe_timestamp(state, feed.timestamps[-1], ended, 1)


def test_freeze_of_root(feed: FeedSimulator, state: trust.TrustState) -> None:
    feed.now = plus(START, seconds=YEAR_S + 1)
    lasting = tuple(replace(key, not_after=plus(feed.now, seconds=9)) for key in feed.keyring.keys)
    feed.sign_keyring(replace(feed.keyring, version=2, keys=lasting))
    feed.sign_timestamp()
    with Refused(Kind.FREEZE, Role.ROOT):
        follow(feed, state)


@pytest.mark.parametrize("role", [Role.MANIFEST, Role.ADMISSIONS])
def test_freeze_of_manifest_and_admissions_is_seen_by_the_fresh_timestamp(
    feed: FeedSimulator, state: trust.TrustState, role: Role
) -> None:
    feed.publish()
    feed.publish_events([event(1)])
    state, timestamp = trust.believe_timestamp(state, feed.timestamps[-1], START, 0)
    with Refused(Kind.TRUNCATION if role is Role.ADMISSIONS else Kind.MIX_AND_MATCH, role):
        if role is Role.MANIFEST:
            trust.believe_manifest(state, timestamp, feed.manifests[-2])
        else:
            trust.believe_admissions(state, timestamp, feed.admission_heads[-2])


# Mix and match


def test_mix_and_match_of_root(feed: FeedSimulator, state: trust.TrustState) -> None:
    with Refused(Kind.MIX_AND_MATCH, Role.ROOT):
        trust.believe_timestamp(state, feed.sign_timestamp(keyring=Ref(2, bytes(32), 10)), START, 0)


def test_mix_and_match_of_timestamp_and_site(feed: FeedSimulator, state: trust.TrustState) -> None:
    with Refused(Kind.MIX_AND_MATCH, Role.TIMESTAMP):
        trust.believe_timestamp(state, feed.sign_timestamp(site=SiteId(SITE + 1)), START, 0)


def test_mix_and_match_of_manifest(feed: FeedSimulator, state: trust.TrustState) -> None:
    _, timestamp = trust.believe_timestamp(state, feed.timestamps[-1], START, 0)
    other = replace(feed.edition.manifest, as_of=Instant(START + 1))
    with Refused(Kind.MIX_AND_MATCH, Role.MANIFEST):
        trust.believe_manifest(state, timestamp, feed.sign(MANIFEST_KEY, "manifest", other.to_payload()))


def test_mix_and_match_of_admissions(feed: FeedSimulator, state: trust.TrustState) -> None:
    _, timestamp = trust.believe_timestamp(state, feed.timestamps[-1], START, 0)
    other = replace(feed.admissions, as_of=Instant(START + 1))
    with Refused(Kind.MIX_AND_MATCH, Role.ADMISSIONS):
        trust.believe_admissions(state, timestamp, feed.sign(ADMISSIONS_KEY, "admissions", other.to_payload()))


@pytest.mark.parametrize("name", ["manifest", "admissions"])
def test_mix_and_match_of_a_version_under_the_hash_of_another(feed: FeedSimulator, state: trust.TrustState, name: str) -> None:
    named = {"manifest": feed.timestamp().manifest, "admissions": feed.timestamp().admissions}[name]
    state, timestamp = trust.believe_timestamp(state, feed.sign_timestamp(**{name: replace(named, version=9)}), START, 0)
    with Refused(Kind.MIX_AND_MATCH, Role(name)):
        if name == "manifest":
            trust.believe_manifest(state, timestamp, feed.manifests[-1])
        else:
            trust.believe_admissions(state, timestamp, feed.admission_heads[-1])


def test_mix_and_match_of_sites_in_manifest_and_admissions(feed: FeedSimulator, state: trust.TrustState) -> None:
    manifest = replace(feed.edition.manifest, site=SiteId(SITE + 1), version=2)
    head = replace(feed.admissions, site=SiteId(SITE + 1), version=2)
    with Refused(Kind.MIX_AND_MATCH, Role.MANIFEST):
        trust.recall_manifest(state, feed.sign(MANIFEST_KEY, "manifest", manifest.to_payload()))
    with Refused(Kind.MIX_AND_MATCH, Role.ADMISSIONS):
        trust.recall_admissions(state, feed.sign(ADMISSIONS_KEY, "admissions", head.to_payload()))


# Fast-forward


def test_fast_forward_of_root_by_a_skipped_version(feed: FeedSimulator, state: trust.TrustState) -> None:
    with Refused(Kind.FAST_FORWARD, Role.ROOT):
        trust.believe_keyring(state, feed.sign_keyring(replace(feed.keyring, version=3)))


def test_fast_forward_of_timestamp_manifest_and_admissions_by_an_epoch_that_root_did_not_raise(
    feed: FeedSimulator, state: trust.TrustState
) -> None:
    manifest, head = replace(feed.edition.manifest, epoch=2), replace(feed.admissions, epoch=2)
    with Refused(Kind.FAST_FORWARD, Role.TIMESTAMP):
        trust.believe_timestamp(state, feed.sign_timestamp(epoch=2), START, 0)
    with Refused(Kind.FAST_FORWARD, Role.MANIFEST):
        trust.recall_manifest(state, feed.sign(MANIFEST_KEY, "manifest", manifest.to_payload()))
    with Refused(Kind.FAST_FORWARD, Role.ADMISSIONS):
        trust.recall_admissions(state, feed.sign(ADMISSIONS_KEY, "admissions", head.to_payload()))


def test_a_fast_forwarded_role_recovers_when_root_raises_the_epoch_and_only_then(
    feed: FeedSimulator, state: trust.TrustState
) -> None:
    state, _ = trust.believe_timestamp(state, feed.sign_timestamp(version=2**64 - 1), START, 0)
    with Refused(Kind.ROLLBACK, Role.TIMESTAMP):
        follow(FeedSimulator(), state)
    feed.raise_epoch()
    state = follow(feed, state)
    assert state.timestamp is not None
    assert state.timestamp.epoch == 2
    with Refused(Kind.ROLLBACK, Role.TIMESTAMP):
        trust.believe_timestamp(state, feed.sign_timestamp(epoch=1), START, 0)


# Endless data


@pytest.mark.parametrize(
    ("role", "limit"),
    [
        (Role.ROOT, MAX_KEYRING_BYTES),
        (Role.TIMESTAMP, MAX_TIMESTAMP_BYTES),
        (Role.MANIFEST, MAX_MANIFEST_BYTES),
        (Role.ADMISSIONS, MAX_ADMISSIONS_BYTES),
    ],
)
def test_endless_data_is_refused_before_it_is_parsed(state: trust.TrustState, role: Role, limit: int) -> None:
    endless = bytes(limit + 1)
    with Refused(Kind.ENDLESS_DATA, role):
        if role is Role.ROOT:
            trust.believe_keyring(state, endless)
        elif role is Role.TIMESTAMP:
            trust.believe_timestamp(state, endless, START, 0)
        elif role is Role.MANIFEST:
            trust.recall_manifest(state, endless)
        else:
            trust.recall_admissions(state, endless)


def test_endless_data_behind_a_named_length(feed: FeedSimulator, state: trust.TrustState) -> None:
    _, timestamp = trust.believe_timestamp(state, feed.timestamps[-1], START, 0)
    with Refused(Kind.ENDLESS_DATA, Role.MANIFEST):
        trust.believe_manifest(state, timestamp, feed.manifests[-1] + b"\0")
    with Refused(Kind.ENDLESS_DATA, Role.ADMISSIONS):
        trust.believe_admissions(state, timestamp, feed.admission_heads[-1] + b"\0")


# Equivocation


def test_equivocation_of_root(feed: FeedSimulator, state: trust.TrustState) -> None:
    with Refused(Kind.EQUIVOCATION, Role.ROOT):
        trust.believe_keyring(state, feed.sign_keyring(replace(feed.keyring, expires_at=plus(START, seconds=5))))


def test_equivocation_of_timestamp(feed: FeedSimulator, state: trust.TrustState) -> None:
    other = feed.sign_timestamp(version=len(feed.timestamps), expires_at=plus(START, seconds=9))
    with Refused(Kind.EQUIVOCATION, Role.TIMESTAMP):
        trust.believe_timestamp(state, other, START, 0)


@pytest.mark.parametrize("name", ["manifest", "admissions"])
def test_equivocation_of_manifest_and_admissions_by_a_new_timestamp(
    feed: FeedSimulator, state: trust.TrustState, name: str
) -> None:
    named = {"manifest": feed.timestamp().manifest, "admissions": feed.timestamp().admissions}[name]
    other = replace(named, sha256=digest(b"another of the same version"))
    with Refused(Kind.EQUIVOCATION, Role(name)):
        trust.believe_timestamp(state, feed.sign_timestamp(**{name: other}), START, 0)


def test_equivocation_of_manifest_and_admissions_in_a_cache_file(feed: FeedSimulator, state: trust.TrustState) -> None:
    manifest = replace(feed.edition.manifest, as_of=Instant(START + 1))
    head = replace(feed.admissions, as_of=Instant(START + 1))
    with Refused(Kind.EQUIVOCATION, Role.MANIFEST):
        trust.recall_manifest(state, feed.sign(MANIFEST_KEY, "manifest", manifest.to_payload()))
    with Refused(Kind.EQUIVOCATION, Role.ADMISSIONS):
        trust.recall_admissions(state, feed.sign(ADMISSIONS_KEY, "admissions", head.to_payload()))


# Truncation


def test_truncation_of_every_envelope(feed: FeedSimulator, state: trust.TrustState) -> None:
    _, timestamp = trust.believe_timestamp(state, feed.timestamps[-1], START, 0)
    with Refused(Kind.TRUNCATION, Role.ROOT):
        trust.believe_keyring(state, feed.keyrings[-1][1][:-1])
    with Refused(Kind.TRUNCATION, Role.TIMESTAMP):
        trust.believe_timestamp(state, feed.timestamps[-1][:-1], START, 0)
    with Refused(Kind.TRUNCATION, Role.MANIFEST):
        trust.believe_manifest(state, timestamp, feed.manifests[-1][:-1])
    with Refused(Kind.TRUNCATION, Role.ADMISSIONS):
        trust.believe_admissions(state, timestamp, feed.admission_heads[-1][:-1])


def test_truncation_of_admissions_by_fewer_events(feed: FeedSimulator, state: trust.TrustState) -> None:
    feed.publish_events([event(1)])
    feed.publish_events([event(2)])
    state = follow(feed, state)
    fewer = replace(feed.admissions, version=9, segments=feed.admissions.segments[:1])
    with Refused(Kind.TRUNCATION, Role.ADMISSIONS):
        trust.recall_admissions(state, feed.sign(ADMISSIONS_KEY, "admissions", fewer.to_payload()))


def test_truncation_of_admissions_by_a_lower_watermark(feed: FeedSimulator, state: trust.TrustState) -> None:
    feed.publish_events([event(1)], [watermark(5), watermark(7, agent=2)])
    state = follow(feed, state)
    for marks in ((watermark(4), watermark(7, agent=2)), (watermark(5),)):
        less = replace(feed.admissions, version=9, watermarks=marks)
        with Refused(Kind.TRUNCATION, Role.ADMISSIONS):
            trust.recall_admissions(state, feed.sign(ADMISSIONS_KEY, "admissions", less.to_payload()))


def test_a_roll_up_may_leave_out_the_events_of_ended_tickets(feed: FeedSimulator, state: trust.TrustState) -> None:
    feed.publish_events([event(1), event(2)], [watermark(2)])
    state = follow(feed, state)
    feed.roll_up(ended=[TicketId(1)])
    state = follow(feed, state)
    assert state.events is not None
    assert state.events.event_count == 1


def test_root_may_raise_the_epoch_over_a_backup_that_lost_events(feed: FeedSimulator, state: trust.TrustState) -> None:
    feed.publish_events([event(1)], [watermark(5)])
    state = follow(feed, state)
    feed.admissions = replace(feed.admissions, segments=(), watermarks=())
    feed.raise_epoch()
    assert follow(feed, state).events is not None
