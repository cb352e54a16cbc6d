"""The keys whose signatures a gate believes: forgeries, rotation of the root keys, and the state that outlives a restart."""

from dataclasses import replace

import pytest

from protocol.feed.faults import Kind, Role, UntrustedFeed
from protocol.feed.trust import (
    TrustState,
    begin,
    believe_keyring,
    believe_timestamp,
    recall_admissions,
    recall_manifest,
)
from protocol.feed.trust_state import from_bytes, to_bytes
from protocol.identifiers import KeyId, SiteId
from protocol.instants import Instant
from protocol.keyring import KeyState
from protocol.signatures import seal
from tests.builders.feed import (
    ADMISSIONS_KEY,
    MANIFEST_KEY,
    SITE,
    START,
    TIMESTAMP_KEY,
    FeedSimulator,
    private_key,
    public_bytes,
    watermark,
)
from tests.builders.feed_trust import Refused, event, follow

pytestmark = [pytest.mark.law(3), pytest.mark.law(4)]


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
            {"state": KeyState.REVOKED},
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
