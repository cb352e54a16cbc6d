"""Decides whether a gate believes a published feed (protocol/SPEC.md, section 8; The Update Framework's client workflow).

Each role moves forward by itself: (epoch, version) never falls, and equal pairs mean equal hashes (law 3). A role's epoch is that
of the keyring, so only root raises it. In this way central goes on after a restore, and a gate recovers after a thief has used a
key up to the highest version. The timestamp names keyring, manifest and admissions head by version and hash, so that no two
states mix; it expires, so that no state is frozen. Sizes are bounded before anything is parsed.
Laws: pure; a refusal raises UntrustedFeed, and the caller goes on with the state that it passed in.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeVar

from protocol.errors import InputError
from protocol.feed.faults import Kind, Role, UntrustedFeed
from protocol.feed.manifest import (
    MAX_ADMISSIONS_BYTES,
    MAX_MANIFEST_BYTES,
    MAX_TIMESTAMP_BYTES,
    AdmissionsHead,
    Manifest,
    Ref,
    Timestamp,
    Watermark,
)
from protocol.identifiers import SiteId
from protocol.instants import Instant
from protocol.keyring import MAX_BYTES as MAX_KEYRING_BYTES
from protocol.keyring import Key, Keyring, Purpose, signed_by_threshold
from protocol.signatures import Envelope, verifies

_LIMITS = {
    Role.ROOT: MAX_KEYRING_BYTES,
    Role.TIMESTAMP: MAX_TIMESTAMP_BYTES,
    Role.MANIFEST: MAX_MANIFEST_BYTES,
    Role.ADMISSIONS: MAX_ADMISSIONS_BYTES,
}
_PURPOSES = {
    Role.TIMESTAMP: Purpose.TIMESTAMP,
    Role.MANIFEST: Purpose.MANIFEST,
    Role.ADMISSIONS: Purpose.ADMISSIONS,
}
_Metadata = TypeVar("_Metadata", Timestamp, Manifest, AdmissionsHead)


@dataclass(frozen=True, slots=True)
class Believed:
    """The newest believed envelope of a role."""

    epoch: int
    version: int
    sha256: bytes

    @property
    def edition(self) -> tuple[int, int]:
        """The values that never fall."""
        return self.epoch, self.version


@dataclass(frozen=True, slots=True)
class Freshness:
    """When the newest believed timestamp was signed, and when it ends."""

    signed_at: Instant
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class EventsMark:
    """The content of the newest believed admissions head: its successor must hold no less."""

    base_root: bytes | None
    event_count: int
    watermarks: tuple[Watermark, ...]


@dataclass(frozen=True, slots=True)
class TrustState:
    """The whole trust state of a gate. `keyring_envelope` is kept unchanged, so that a stored state can be proved again."""

    site: SiteId
    keyring_envelope: bytes
    keyring: Keyring
    root: Believed
    timestamp: Believed | None = None
    freshness: Freshness | None = None
    manifest: Believed | None = None
    admissions: Believed | None = None
    events: EventsMark | None = None


def begin(site: SiteId, keyring_envelope: bytes) -> TrustState:
    """Return the state of an agent that got its first keyring at enrolment, or reads it back from its store."""
    envelope, keyring = _open_keyring(keyring_envelope)
    if not signed_by_threshold(envelope, keyring.root_keys, keyring.threshold):
        raise UntrustedFeed(Kind.FORGERY, Role.ROOT, "the first keyring is not signed by its own root keys")
    return TrustState(site, keyring_envelope, keyring, _believed(keyring.epoch, keyring.version, keyring_envelope))


def believe_keyring(state: TrustState, data: bytes) -> TrustState:
    """Return the state with the next keyring, signed by the threshold of the old root keys and by its own.

    Versions rise one by one within an epoch, so that no rotation is skipped; expiry counts only for the last
    (`believe_timestamp`).
    """
    envelope, keyring = _open_keyring(data)
    old = state.keyring
    by_old = signed_by_threshold(envelope, old.root_keys, old.threshold)
    if not by_old or not signed_by_threshold(envelope, keyring.root_keys, keyring.threshold):
        raise UntrustedFeed(Kind.FORGERY, Role.ROOT, "the keyring lacks the threshold of the old root keys or of its own")
    believed = _believed(keyring.epoch, keyring.version, data)
    _refuse_older(Role.ROOT, state.root, believed)
    if keyring.epoch == old.epoch and keyring.version > old.version + 1:
        raise UntrustedFeed(Kind.FAST_FORWARD, Role.ROOT, f"version {keyring.version} came after {old.version}, skipping some")
    return replace(state, keyring_envelope=data, keyring=keyring, root=believed)


def believe_timestamp(state: TrustState, data: bytes, now: Instant, uncertainty_ms: int) -> tuple[TrustState, Timestamp]:
    """Return the state with a timestamp that is signed, not expired, and names no role older than the believed one."""
    envelope, signers = _open(state, Role.TIMESTAMP, data)
    timestamp = _read(Role.TIMESTAMP, Timestamp.from_payload, envelope)
    _refuse_signer(Role.TIMESTAMP, state, signers, timestamp.site, timestamp.signed_at)
    believed = _believed(timestamp.epoch, timestamp.version, data)
    _refuse_other_epoch(Role.TIMESTAMP, state.keyring, believed)
    _refuse_older(Role.TIMESTAMP, state.timestamp, believed)
    if state.freshness is not None and timestamp.signed_at < state.freshness.signed_at:
        raise UntrustedFeed(Kind.ROLLBACK, Role.TIMESTAMP, "it was signed before the one that is believed")
    _refuse_expired(Role.TIMESTAMP, timestamp.expires_at, now, uncertainty_ms)
    _refuse_expired(Role.ROOT, state.keyring.expires_at, now, uncertainty_ms)
    _refuse_ref(Role.ROOT, state.root, state.root.epoch, timestamp.keyring)
    if state.root.version != timestamp.keyring.version:
        raise UntrustedFeed(Kind.MIX_AND_MATCH, Role.ROOT, f"keyring {timestamp.keyring.version} is named, but was not served")
    _refuse_ref(Role.MANIFEST, state.manifest, timestamp.epoch, timestamp.manifest)
    _refuse_ref(Role.ADMISSIONS, state.admissions, timestamp.epoch, timestamp.admissions)
    freshness = Freshness(timestamp.signed_at, timestamp.expires_at)
    return replace(state, timestamp=believed, freshness=freshness), timestamp


def believe_manifest(state: TrustState, timestamp: Timestamp, data: bytes) -> tuple[TrustState, Manifest]:
    """Return the state with the manifest that the timestamp names."""
    check_content(Role.MANIFEST, data, timestamp.manifest.sha256, timestamp.manifest.length)
    new_state, manifest = recall_manifest(state, data)
    _refuse_mixed(Role.MANIFEST, timestamp.manifest, manifest.version)
    return new_state, manifest


def recall_manifest(state: TrustState, data: bytes) -> tuple[TrustState, Manifest]:
    """Return the state with the cache's manifest: the believed one, or a newer signed one.

    A cache may be one step ahead of the trust store, never behind: a restored older cache file is a rollback.
    """
    envelope, signers = _open(state, Role.MANIFEST, data)
    manifest = _read(Role.MANIFEST, Manifest.from_payload, envelope)
    _refuse_signer(Role.MANIFEST, state, signers, manifest.site, manifest.as_of)
    believed = _believed(manifest.epoch, manifest.version, data)
    if believed != state.manifest:
        _refuse_other_epoch(Role.MANIFEST, state.keyring, believed)
        _refuse_older(Role.MANIFEST, state.manifest, believed)
    return replace(state, manifest=believed), manifest


def believe_admissions(state: TrustState, timestamp: Timestamp, data: bytes) -> tuple[TrustState, AdmissionsHead]:
    """Return the state with the admissions head that the timestamp names."""
    check_content(Role.ADMISSIONS, data, timestamp.admissions.sha256, timestamp.admissions.length)
    new_state, head = recall_admissions(state, data)
    _refuse_mixed(Role.ADMISSIONS, timestamp.admissions, head.version)
    return new_state, head


def recall_admissions(state: TrustState, data: bytes) -> tuple[TrustState, AdmissionsHead]:
    """Return the state with the cache's admissions head; it never holds less than the believed one."""
    envelope, signers = _open(state, Role.ADMISSIONS, data)
    head = _read(Role.ADMISSIONS, AdmissionsHead.from_payload, envelope)
    _refuse_signer(Role.ADMISSIONS, state, signers, head.site, head.as_of)
    believed = _believed(head.epoch, head.version, data)
    if believed == state.admissions:
        return state, head
    _refuse_other_epoch(Role.ADMISSIONS, state.keyring, believed)
    _refuse_older(Role.ADMISSIONS, state.admissions, believed)
    if state.admissions is not None and state.admissions.epoch == head.epoch:
        _refuse_forgetting(state.events, head)
    mark = EventsMark(head.base.root if head.base else None, head.event_count, head.watermarks)
    return replace(state, admissions=believed, events=mark), head


def check_content(role: Role, data: bytes, expected_sha256: bytes, expected_length: int) -> None:
    """Raise UntrustedFeed unless the content has the signed length and the signed hash."""
    if len(data) > expected_length:
        raise UntrustedFeed(Kind.ENDLESS_DATA, role, f"{len(data)} bytes came where {expected_length} are named")
    if len(data) < expected_length:
        raise UntrustedFeed(Kind.TRUNCATION, role, f"{len(data)} bytes came where {expected_length} are named")
    if sha256(data).digest() != expected_sha256:
        raise UntrustedFeed(Kind.MIX_AND_MATCH, role, "the bytes that came are not the ones that are named")


def _believed(epoch: int, version: int, data: bytes) -> Believed:
    return Believed(epoch, version, sha256(data).digest())


def _parse(role: Role, data: bytes) -> Envelope:
    if len(data) > _LIMITS[role]:
        raise UntrustedFeed(Kind.ENDLESS_DATA, role, f"{len(data)} bytes came, at most {_LIMITS[role]} are read")
    try:
        return Envelope.from_bytes(data)
    except InputError as error:
        raise UntrustedFeed(Kind.TRUNCATION, role, f"the envelope is cut short or malformed: {error}") from error


def _open_keyring(data: bytes) -> tuple[Envelope, Keyring]:
    envelope = _parse(Role.ROOT, data)
    try:
        return envelope, Keyring.from_payload(envelope.payload)
    except InputError as error:
        raise UntrustedFeed(Kind.FORGERY, Role.ROOT, str(error)) from error


def _open(state: TrustState, role: Role, data: bytes) -> tuple[Envelope, tuple[Key, ...]]:
    """Return the envelope and the keys that signed it: at least one key of this role, for this site."""
    envelope = _parse(role, data)
    signers = tuple(
        key
        for key_id, signature in envelope.signatures
        if (key := state.keyring.find(key_id)) is not None
        and key.serves(_PURPOSES[role], state.site)
        and verifies(key.public, role.value, envelope.payload, signature)
    )
    if not signers:
        raise UntrustedFeed(Kind.FORGERY, role, f"no key of the keyring that may sign this for site {state.site} has signed it")
    return envelope, signers


def _read(role: Role, reader: Callable[[bytes], _Metadata], envelope: Envelope) -> _Metadata:
    try:
        return reader(envelope.payload)
    except InputError as error:
        raise UntrustedFeed(Kind.FORGERY, role, str(error)) from error


def _refuse_signer(role: Role, state: TrustState, signers: tuple[Key, ...], site: SiteId, at: Instant) -> None:
    if site != state.site:
        raise UntrustedFeed(Kind.MIX_AND_MATCH, role, f"it is of site {site}, this agent is at site {state.site}")
    if not any(key.not_before <= at <= key.not_after for key in signers):
        raise UntrustedFeed(Kind.FORGERY, role, "the key that signed it was not valid at its time")


def _refuse_other_epoch(role: Role, keyring: Keyring, believed: Believed) -> None:
    if believed.epoch > keyring.epoch:
        message = f"epoch {believed.epoch} was not raised by root, whose epoch is {keyring.epoch}"
        raise UntrustedFeed(Kind.FAST_FORWARD, role, message)
    if believed.epoch < keyring.epoch:
        raise UntrustedFeed(Kind.ROLLBACK, role, f"epoch {believed.epoch} has ended, root's is {keyring.epoch}")


def _refuse_older(role: Role, current: Believed | None, believed: Believed) -> None:
    if current is None:
        return
    if believed.edition < current.edition:
        raise UntrustedFeed(Kind.ROLLBACK, role, f"{believed.edition} is older than {current.edition}")
    if believed.edition == current.edition and believed.sha256 != current.sha256:
        raise UntrustedFeed(Kind.EQUIVOCATION, role, f"there are two of epoch and version {believed.edition}")


def _refuse_ref(role: Role, current: Believed | None, epoch: int, ref: Ref) -> None:
    _refuse_older(role, current, Believed(epoch, ref.version, ref.sha256))


def _refuse_mixed(role: Role, ref: Ref, version: int) -> None:
    if ref.version != version:
        raise UntrustedFeed(Kind.MIX_AND_MATCH, role, f"version {version} came where {ref.version} is named")


def _refuse_expired(role: Role, expires_at: Instant, now: Instant, uncertainty_ms: int) -> None:
    if now + uncertainty_ms > expires_at:
        raise UntrustedFeed(Kind.FREEZE, role, "it has expired; nothing newer is served, or this agent's clock is wrong")


def _refuse_forgetting(known: EventsMark | None, head: AdmissionsHead) -> None:
    """Refuse a head that lost events: events are only added, except that a new base leaves out those of ended tickets."""
    if known is None:
        return
    reached = {(mark.agent, mark.journal_id): mark.sequence for mark in head.watermarks}
    for mark in known.watermarks:
        if reached.get((mark.agent, mark.journal_id), 0) < mark.sequence:
            raise UntrustedFeed(Kind.TRUNCATION, Role.ADMISSIONS, f"events of agent {mark.agent} are missing from it")
    same_base = known.base_root == (head.base.root if head.base else None)
    if same_base and head.event_count < known.event_count:
        message = f"it holds {head.event_count} events, {known.event_count} were believed"
        raise UntrustedFeed(Kind.TRUNCATION, Role.ADMISSIONS, message)
