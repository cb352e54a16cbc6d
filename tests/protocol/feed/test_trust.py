"""A gate believes what central publishes, and nothing else: every attack on every role that it applies to."""

from dataclasses import replace

import pytest

from protocol.feed.buckets import digest
from protocol.feed.faults import Kind, Role, UntrustedFeed
from protocol.feed.manifest import MAX_ADMISSIONS_BYTES, MAX_MANIFEST_BYTES, MAX_TIMESTAMP_BYTES, Ref
from protocol.feed.segments import ticket_row
from protocol.feed.trust import (
    TrustState,
    begin,
    believe_admissions,
    believe_keyring,
    believe_manifest,
    believe_timestamp,
    recall_admissions,
    recall_manifest,
)
from protocol.feed.trust_state import from_bytes, to_bytes
from protocol.identifiers import KeyId, SiteId, TicketId
from protocol.instants import Instant, plus
from protocol.keyring import MAX_BYTES as MAX_KEYRING_BYTES
from protocol.keyring import KeyStatus
from protocol.signatures import seal
from tests.builders.feed import (
    ADMISSIONS_KEY,
    AUTONOMY_S,
    MANIFEST_KEY,
    SITE,
    START,
    TIMESTAMP_KEY,
    YEAR_S,
    FeedSimulator,
    entry,
    private_key,
    public_bytes,
    watermark,
)

pytestmark = [pytest.mark.law(3), pytest.mark.law(4)]


def event(sequence: int) -> tuple[bytes, bytes]:
    return ticket_row(TicketId(sequence), entry(sequence, sequence))


def follow(feed: FeedSimulator, state: TrustState, *, late_s: int = 0) -> TrustState:
    """Believe all that an honest central serves now."""
    for keyring, envelope in feed.keyrings:
        if (keyring.epoch, keyring.version) > state.root.edition:
            state = believe_keyring(state, envelope)
    state, timestamp = believe_timestamp(state, feed.timestamps[-1], plus(feed.now, seconds=late_s), 0)
    state, _ = believe_manifest(state, timestamp, feed.manifests[-1])
    state, _ = believe_admissions(state, timestamp, feed.admission_heads[-1])
    return state


@pytest.fixture
def feed() -> FeedSimulator:
    return FeedSimulator()


@pytest.fixture
def state(feed: FeedSimulator) -> TrustState:
    return follow(feed, begin(SITE, feed.keyrings[0][1]))


class Refused:
    """The block is refused as this kind of attack on this role."""

    def __init__(self, kind: Kind, role: Role) -> None:
        self.kind, self.role = kind, role

    def __enter__(self) -> None:
        self.context = pytest.raises(UntrustedFeed)
        self.caught = self.context.__enter__()

    def __exit__(self, *raised: object) -> bool:
        swallowed = self.context.__exit__(*raised)  # type: ignore[arg-type]  # handed through as it came
        assert (self.caught.value.kind, self.caught.value.role) == (self.kind, self.role), str(self.caught.value)
        return swallowed


def test_an_honest_feed_is_followed_for_as_long_as_it_grows(feed: FeedSimulator, state: TrustState) -> None:
    for sequence in range(1, 4):
        feed.publish()
        feed.publish_events([event(sequence)], [watermark(sequence)])
        state = follow(feed, state)
    assert state.manifest is not None
    assert state.manifest.edition == (1, 4)
    assert state.events is not None
    assert state.events.event_count == 3


def test_the_same_again_is_believed_again(feed: FeedSimulator, state: TrustState) -> None:
    assert follow(feed, state) == state


# Rollback


def test_rollback_of_root(feed: FeedSimulator, state: TrustState) -> None:
    feed.sign_keyring(replace(feed.keyring, version=2))
    state = believe_keyring(state, feed.keyrings[1][1])
    with Refused(Kind.ROLLBACK, Role.ROOT):
        believe_keyring(state, feed.keyrings[0][1])


def test_rollback_of_root_by_a_timestamp_that_names_an_older_keyring(feed: FeedSimulator, state: TrustState) -> None:
    feed.sign_keyring(replace(feed.keyring, version=2))
    state = believe_keyring(state, feed.keyrings[1][1])
    with Refused(Kind.ROLLBACK, Role.ROOT):
        believe_timestamp(state, feed.timestamps[-1], START, 0)


def test_rollback_of_timestamp(feed: FeedSimulator, state: TrustState) -> None:
    feed.sign_timestamp()
    state = follow(feed, state)
    with Refused(Kind.ROLLBACK, Role.TIMESTAMP):
        believe_timestamp(state, feed.timestamps[-2], START, 0)


def test_rollback_of_timestamp_by_its_time_under_a_higher_version(feed: FeedSimulator, state: TrustState) -> None:
    with Refused(Kind.ROLLBACK, Role.TIMESTAMP):
        believe_timestamp(state, feed.sign_timestamp(signed_at=START - 1), START, 0)


@pytest.mark.parametrize("name", ["manifest", "admissions"])
def test_rollback_of_manifest_and_admissions_by_a_new_timestamp(feed: FeedSimulator, state: TrustState, name: str) -> None:
    old = {"manifest": feed.timestamp().manifest, "admissions": feed.timestamp().admissions}[name]
    feed.publish()
    feed.publish_events([event(1)])
    state = follow(feed, state)
    with Refused(Kind.ROLLBACK, Role(name)):
        believe_timestamp(state, feed.sign_timestamp(**{name: old}), START, 0)


def test_rollback_by_an_older_cache_file_put_back(feed: FeedSimulator, state: TrustState) -> None:
    feed.publish()
    feed.publish_events([event(1)])
    state = follow(feed, state)
    with Refused(Kind.ROLLBACK, Role.MANIFEST):
        recall_manifest(state, feed.manifests[0])
    with Refused(Kind.ROLLBACK, Role.ADMISSIONS):
        recall_admissions(state, feed.admission_heads[0])


# Freeze


def test_freeze_of_timestamp(feed: FeedSimulator, state: TrustState) -> None:
    ended = plus(START, seconds=AUTONOMY_S)
    believe_timestamp(state, feed.timestamps[-1], ended, 0)
    with Refused(Kind.FREEZE, Role.TIMESTAMP):
        believe_timestamp(state, feed.timestamps[-1], ended, 1)


def test_freeze_of_root(feed: FeedSimulator, state: TrustState) -> None:
    feed.now = plus(START, seconds=YEAR_S + 1)
    lasting = tuple(replace(key, not_after=plus(feed.now, seconds=9)) for key in feed.keyring.keys)
    feed.sign_keyring(replace(feed.keyring, version=2, keys=lasting))
    feed.sign_timestamp()
    with Refused(Kind.FREEZE, Role.ROOT):
        follow(feed, state)


@pytest.mark.parametrize("role", [Role.MANIFEST, Role.ADMISSIONS])
def test_freeze_of_manifest_and_admissions_is_seen_by_the_fresh_timestamp(
    feed: FeedSimulator, state: TrustState, role: Role
) -> None:
    feed.publish()
    feed.publish_events([event(1)])
    state, timestamp = believe_timestamp(state, feed.timestamps[-1], START, 0)
    with Refused(Kind.TRUNCATION if role is Role.ADMISSIONS else Kind.MIX_AND_MATCH, role):
        if role is Role.MANIFEST:
            believe_manifest(state, timestamp, feed.manifests[-2])
        else:
            believe_admissions(state, timestamp, feed.admission_heads[-2])


# Mix and match


def test_mix_and_match_of_root(feed: FeedSimulator, state: TrustState) -> None:
    with Refused(Kind.MIX_AND_MATCH, Role.ROOT):
        believe_timestamp(state, feed.sign_timestamp(keyring=Ref(2, bytes(32), 10)), START, 0)


def test_mix_and_match_of_timestamp_and_site(feed: FeedSimulator, state: TrustState) -> None:
    with Refused(Kind.MIX_AND_MATCH, Role.TIMESTAMP):
        believe_timestamp(state, feed.sign_timestamp(site=SiteId(SITE + 1)), START, 0)


def test_mix_and_match_of_manifest(feed: FeedSimulator, state: TrustState) -> None:
    _, timestamp = believe_timestamp(state, feed.timestamps[-1], START, 0)
    other = replace(feed.edition.manifest, as_of=Instant(START + 1))
    with Refused(Kind.MIX_AND_MATCH, Role.MANIFEST):
        believe_manifest(state, timestamp, feed.sign(MANIFEST_KEY, "manifest", other.to_payload()))


def test_mix_and_match_of_admissions(feed: FeedSimulator, state: TrustState) -> None:
    _, timestamp = believe_timestamp(state, feed.timestamps[-1], START, 0)
    other = replace(feed.admissions, as_of=Instant(START + 1))
    with Refused(Kind.MIX_AND_MATCH, Role.ADMISSIONS):
        believe_admissions(state, timestamp, feed.sign(ADMISSIONS_KEY, "admissions", other.to_payload()))


@pytest.mark.parametrize("name", ["manifest", "admissions"])
def test_mix_and_match_of_a_version_under_the_hash_of_another(feed: FeedSimulator, state: TrustState, name: str) -> None:
    named = {"manifest": feed.timestamp().manifest, "admissions": feed.timestamp().admissions}[name]
    state, timestamp = believe_timestamp(state, feed.sign_timestamp(**{name: replace(named, version=9)}), START, 0)
    with Refused(Kind.MIX_AND_MATCH, Role(name)):
        if name == "manifest":
            believe_manifest(state, timestamp, feed.manifests[-1])
        else:
            believe_admissions(state, timestamp, feed.admission_heads[-1])


def test_mix_and_match_of_sites_in_manifest_and_admissions(feed: FeedSimulator, state: TrustState) -> None:
    manifest = replace(feed.edition.manifest, site=SiteId(SITE + 1), version=2)
    head = replace(feed.admissions, site=SiteId(SITE + 1), version=2)
    with Refused(Kind.MIX_AND_MATCH, Role.MANIFEST):
        recall_manifest(state, feed.sign(MANIFEST_KEY, "manifest", manifest.to_payload()))
    with Refused(Kind.MIX_AND_MATCH, Role.ADMISSIONS):
        recall_admissions(state, feed.sign(ADMISSIONS_KEY, "admissions", head.to_payload()))


# Fast-forward


def test_fast_forward_of_root_by_a_skipped_version(feed: FeedSimulator, state: TrustState) -> None:
    with Refused(Kind.FAST_FORWARD, Role.ROOT):
        believe_keyring(state, feed.sign_keyring(replace(feed.keyring, version=3)))


def test_fast_forward_of_timestamp_manifest_and_admissions_by_an_epoch_that_root_did_not_raise(
    feed: FeedSimulator, state: TrustState
) -> None:
    manifest, head = replace(feed.edition.manifest, epoch=2), replace(feed.admissions, epoch=2)
    with Refused(Kind.FAST_FORWARD, Role.TIMESTAMP):
        believe_timestamp(state, feed.sign_timestamp(epoch=2), START, 0)
    with Refused(Kind.FAST_FORWARD, Role.MANIFEST):
        recall_manifest(state, feed.sign(MANIFEST_KEY, "manifest", manifest.to_payload()))
    with Refused(Kind.FAST_FORWARD, Role.ADMISSIONS):
        recall_admissions(state, feed.sign(ADMISSIONS_KEY, "admissions", head.to_payload()))


def test_a_fast_forwarded_role_recovers_when_root_raises_the_epoch_and_only_then(feed: FeedSimulator, state: TrustState) -> None:
    state, _ = believe_timestamp(state, feed.sign_timestamp(version=2**64 - 1), START, 0)
    with Refused(Kind.ROLLBACK, Role.TIMESTAMP):
        follow(FeedSimulator(), state)
    feed.raise_epoch()
    state = follow(feed, state)
    assert state.timestamp is not None
    assert state.timestamp.epoch == 2
    with Refused(Kind.ROLLBACK, Role.TIMESTAMP):
        believe_timestamp(state, feed.sign_timestamp(epoch=1), START, 0)


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
def test_endless_data_is_refused_before_it_is_parsed(state: TrustState, role: Role, limit: int) -> None:
    endless = bytes(limit + 1)
    with Refused(Kind.ENDLESS_DATA, role):
        if role is Role.ROOT:
            believe_keyring(state, endless)
        elif role is Role.TIMESTAMP:
            believe_timestamp(state, endless, START, 0)
        elif role is Role.MANIFEST:
            recall_manifest(state, endless)
        else:
            recall_admissions(state, endless)


def test_endless_data_behind_a_named_length(feed: FeedSimulator, state: TrustState) -> None:
    _, timestamp = believe_timestamp(state, feed.timestamps[-1], START, 0)
    with Refused(Kind.ENDLESS_DATA, Role.MANIFEST):
        believe_manifest(state, timestamp, feed.manifests[-1] + b"\0")
    with Refused(Kind.ENDLESS_DATA, Role.ADMISSIONS):
        believe_admissions(state, timestamp, feed.admission_heads[-1] + b"\0")


# Equivocation


def test_equivocation_of_root(feed: FeedSimulator, state: TrustState) -> None:
    with Refused(Kind.EQUIVOCATION, Role.ROOT):
        believe_keyring(state, feed.sign_keyring(replace(feed.keyring, expires_at=plus(START, seconds=5))))


def test_equivocation_of_timestamp(feed: FeedSimulator, state: TrustState) -> None:
    other = feed.sign_timestamp(version=len(feed.timestamps), expires_at=plus(START, seconds=9))
    with Refused(Kind.EQUIVOCATION, Role.TIMESTAMP):
        believe_timestamp(state, other, START, 0)


@pytest.mark.parametrize("name", ["manifest", "admissions"])
def test_equivocation_of_manifest_and_admissions_by_a_new_timestamp(feed: FeedSimulator, state: TrustState, name: str) -> None:
    named = {"manifest": feed.timestamp().manifest, "admissions": feed.timestamp().admissions}[name]
    other = replace(named, sha256=digest(b"another of the same version"))
    with Refused(Kind.EQUIVOCATION, Role(name)):
        believe_timestamp(state, feed.sign_timestamp(**{name: other}), START, 0)


def test_equivocation_of_manifest_and_admissions_in_a_cache_file(feed: FeedSimulator, state: TrustState) -> None:
    manifest = replace(feed.edition.manifest, as_of=Instant(START + 1))
    head = replace(feed.admissions, as_of=Instant(START + 1))
    with Refused(Kind.EQUIVOCATION, Role.MANIFEST):
        recall_manifest(state, feed.sign(MANIFEST_KEY, "manifest", manifest.to_payload()))
    with Refused(Kind.EQUIVOCATION, Role.ADMISSIONS):
        recall_admissions(state, feed.sign(ADMISSIONS_KEY, "admissions", head.to_payload()))


# Truncation


def test_truncation_of_every_envelope(feed: FeedSimulator, state: TrustState) -> None:
    _, timestamp = believe_timestamp(state, feed.timestamps[-1], START, 0)
    with Refused(Kind.TRUNCATION, Role.ROOT):
        believe_keyring(state, feed.keyrings[-1][1][:-1])
    with Refused(Kind.TRUNCATION, Role.TIMESTAMP):
        believe_timestamp(state, feed.timestamps[-1][:-1], START, 0)
    with Refused(Kind.TRUNCATION, Role.MANIFEST):
        believe_manifest(state, timestamp, feed.manifests[-1][:-1])
    with Refused(Kind.TRUNCATION, Role.ADMISSIONS):
        believe_admissions(state, timestamp, feed.admission_heads[-1][:-1])


def test_truncation_of_admissions_by_fewer_events(feed: FeedSimulator, state: TrustState) -> None:
    feed.publish_events([event(1)])
    feed.publish_events([event(2)])
    state = follow(feed, state)
    fewer = replace(feed.admissions, version=9, segments=feed.admissions.segments[:1])
    with Refused(Kind.TRUNCATION, Role.ADMISSIONS):
        recall_admissions(state, feed.sign(ADMISSIONS_KEY, "admissions", fewer.to_payload()))


def test_truncation_of_admissions_by_a_lower_watermark(feed: FeedSimulator, state: TrustState) -> None:
    feed.publish_events([event(1)], [watermark(5), watermark(7, agent=2)])
    state = follow(feed, state)
    for marks in ((watermark(4), watermark(7, agent=2)), (watermark(5),)):
        less = replace(feed.admissions, version=9, watermarks=marks)
        with Refused(Kind.TRUNCATION, Role.ADMISSIONS):
            recall_admissions(state, feed.sign(ADMISSIONS_KEY, "admissions", less.to_payload()))


def test_a_roll_up_may_leave_out_the_events_of_ended_tickets(feed: FeedSimulator, state: TrustState) -> None:
    feed.publish_events([event(1), event(2)], [watermark(2)])
    state = follow(feed, state)
    feed.roll_up(ended=[TicketId(1)])
    state = follow(feed, state)
    assert state.events is not None
    assert state.events.event_count == 1


def test_root_may_raise_the_epoch_over_a_backup_that_lost_events(feed: FeedSimulator, state: TrustState) -> None:
    feed.publish_events([event(1)], [watermark(5)])
    state = follow(feed, state)
    feed.admissions = replace(feed.admissions, segments=(), watermarks=())
    feed.raise_epoch()
    assert follow(feed, state).events is not None


# Forgery


@pytest.mark.parametrize(
    ("role", "key"), [(Role.TIMESTAMP, TIMESTAMP_KEY), (Role.MANIFEST, MANIFEST_KEY), (Role.ADMISSIONS, ADMISSIONS_KEY)]
)
class TestForgery:
    def envelope(self, feed: FeedSimulator, role: Role, key: KeyId, domain: str | None = None) -> bytes:
        payloads = {
            Role.TIMESTAMP: replace(feed.timestamp(), version=99).to_payload(),
            Role.MANIFEST: replace(feed.edition.manifest, version=99).to_payload(),
            Role.ADMISSIONS: replace(feed.admissions, version=99).to_payload(),
        }
        return feed.sign(key, domain or role.value, payloads[role])

    def believe(self, state: TrustState, role: Role, data: bytes) -> None:
        if role is Role.TIMESTAMP:
            believe_timestamp(state, data, START, 0)
        elif role is Role.MANIFEST:
            recall_manifest(state, data)
        else:
            recall_admissions(state, data)

    def test_the_honest_one_is_believed(self, feed: FeedSimulator, state: TrustState, role: Role, key: KeyId) -> None:
        self.believe(state, role, self.envelope(feed, role, key))

    def test_by_a_stranger(self, feed: FeedSimulator, state: TrustState, role: Role, key: KeyId) -> None:
        feed.signers[key] = private_key("stranger")
        with Refused(Kind.FORGERY, role):
            self.believe(state, role, self.envelope(feed, role, key))

    def test_by_a_key_of_another_purpose(self, feed: FeedSimulator, state: TrustState, role: Role, key: KeyId) -> None:
        for other in set(feed.signers) - {key}:
            with Refused(Kind.FORGERY, role):
                self.believe(state, role, self.envelope(feed, role, other))

    def test_signed_for_another_role(self, feed: FeedSimulator, state: TrustState, role: Role, key: KeyId) -> None:
        for domain in {"timestamp", "manifest", "admissions", "ticket", "root"} - {role.value}:
            with Refused(Kind.FORGERY, role):
                self.believe(state, role, self.envelope(feed, role, key, domain))

    @pytest.mark.parametrize(
        "change",
        [
            {"status": KeyStatus.REVOKED},
            {"not_after": Instant(START - 1)},
            {"not_before": Instant(START + 1)},
            {"sites": (SiteId(SITE + 1),)},
        ],
    )
    def test_by_a_key_that_does_not_serve(
        self, feed: FeedSimulator, state: TrustState, role: Role, key: KeyId, change: dict[str, object]
    ) -> None:
        keys = tuple(replace(k, **change) if k.key_id == key else k for k in feed.keyring.keys)  # type: ignore[arg-type]  # named fields
        state = believe_keyring(state, feed.sign_keyring(replace(feed.keyring, version=2, keys=keys)))
        with Refused(Kind.FORGERY, role):
            self.believe(state, role, self.envelope(feed, role, key))

    def test_by_a_flipped_bit_anywhere(self, feed: FeedSimulator, state: TrustState, role: Role, key: KeyId) -> None:
        honest = self.envelope(feed, role, key)
        for place in range(len(honest)):
            flipped = honest[:place] + bytes([honest[place] ^ 1]) + honest[place + 1 :]
            with pytest.raises(UntrustedFeed):
                self.believe(state, role, flipped)


# Root rotation


def test_root_rotates_by_the_threshold_of_old_and_new_keys(feed: FeedSimulator, state: TrustState) -> None:
    new = [private_key(f"new root {place}") for place in range(3)]
    both = tuple(public_bytes(key) for key in (*feed.roots[:2], *new))
    state = believe_keyring(state, feed.sign_keyring(replace(feed.keyring, version=2, root_keys=both), new))
    only_new = replace(feed.keyring, version=3, root_keys=tuple(public_bytes(key) for key in new))
    old_places = {KeyId(2): new[0], KeyId(3): new[1]}
    own_places = {KeyId(0): new[0], KeyId(1): new[1]}
    envelope = seal("root", only_new.to_payload(), own_places | old_places).to_bytes()
    assert believe_keyring(state, envelope).keyring.root_keys == only_new.root_keys


@pytest.mark.parametrize("signers", [1, 0])
def test_root_is_forged_without_the_threshold(feed: FeedSimulator, state: TrustState, signers: int) -> None:
    feed.roots = feed.roots[:signers]
    with Refused(Kind.FORGERY, Role.ROOT):
        believe_keyring(state, feed.sign_keyring(replace(feed.keyring, version=2)))


def test_one_root_key_does_not_count_twice(feed: FeedSimulator, state: TrustState) -> None:
    payload = replace(feed.keyring, version=2).to_payload()
    one = seal("root", payload, {KeyId(0): feed.roots[0]})
    twice = replace(one, signatures=one.signatures * 2)
    with Refused(Kind.FORGERY, Role.ROOT):
        believe_keyring(state, twice.to_bytes())


def test_root_is_forged_where_a_thief_signs_with_keys_of_its_own(feed: FeedSimulator, state: TrustState) -> None:
    feed.roots = [private_key("thief 1"), private_key("thief 2")]
    own = tuple(public_bytes(key) for key in feed.roots)
    with Refused(Kind.FORGERY, Role.ROOT):
        believe_keyring(state, feed.sign_keyring(replace(feed.keyring, version=2, root_keys=own)))


def test_root_is_forged_where_the_new_root_keys_have_not_signed(feed: FeedSimulator, state: TrustState) -> None:
    new = tuple(public_bytes(private_key(f"new root {place}")) for place in range(2))
    payload = replace(feed.keyring, version=2, root_keys=new).to_payload()
    by_old = seal("root", payload, {KeyId(0): feed.roots[0], KeyId(1): feed.roots[1]})
    with Refused(Kind.FORGERY, Role.ROOT):
        believe_keyring(state, by_old.to_bytes())


def test_a_first_keyring_must_be_signed_by_its_own_root_keys(feed: FeedSimulator) -> None:
    feed.roots = feed.roots[:1]
    with Refused(Kind.FORGERY, Role.ROOT):
        begin(SITE, feed.sign_keyring(feed.keyring))


# The stored state


def test_a_state_is_read_back_as_it_was(feed: FeedSimulator, state: TrustState) -> None:
    feed.publish_events([event(1)], [watermark(3)])
    for one in (begin(SITE, feed.keyrings[0][1]), state, follow(feed, state)):
        assert from_bytes(to_bytes(one)) == one


def test_a_cache_that_is_one_step_ahead_is_believed_and_one_of_an_ended_epoch_still_serves(
    feed: FeedSimulator, state: TrustState
) -> None:
    kept = feed.manifests[-1], feed.admission_heads[-1]
    feed.publish()
    ahead, _ = recall_manifest(state, feed.manifests[-1])
    assert ahead.manifest is not None
    assert ahead.manifest.version == 2
    feed.raise_epoch()
    raised = believe_keyring(state, feed.keyrings[-1][1])
    assert recall_manifest(raised, kept[0])[0] == raised
    assert recall_admissions(raised, kept[1])[0] == raised
