"""The keyring: every key that the site's gates believe, signed by the root keys.

Laws: root keys sign the keyring and nothing else; a new keyring needs the threshold of the old root keys and of its own (TUF's
rotation), so that a thief of one root key changes nothing; a key serves one purpose, for some sites and some time. An issuing key
set cache-only after a compromise still proves tickets that are in the cache: gates refuse forgeries and still admit real tickets.
"""

from dataclasses import dataclass
from enum import StrEnum

from protocol import cbor
from protocol.errors import InputError
from protocol.identifiers import U16_MAX, U64_MAX, KeyId, SiteId
from protocol.instants import Instant
from protocol.signatures import PUBLIC_KEY_BYTES, Envelope, checked_public_key, verifies

DOMAIN = "root"
MAX_BYTES = 512 * 1024
MAX_KEYS = 1_024
MAX_ROOT_KEYS = 16
MAX_SITES = 1_024


class Purpose(StrEnum):
    """The purposes of keys."""

    TICKETS = "tickets"
    TIMESTAMP = "timestamp"
    MANIFEST = "manifest"
    ADMISSIONS = "admissions"
    RECEIPTS = "receipts"
    TIME = "time"
    COMMANDS = "commands"


class KeyState(StrEnum):
    """The state of a key: how far it is believed."""

    ACTIVE = "active"
    CACHE_ONLY = "cache-only"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Key:
    """One public key; an empty `sites` means every site; the time bounds are inclusive."""

    key_id: KeyId
    purpose: Purpose
    public: bytes
    sites: tuple[SiteId, ...]
    not_before: Instant
    not_after: Instant
    state: KeyState

    def serves(self, purpose: Purpose, site: SiteId) -> bool:
        """Whether the key is not revoked and may sign this for that site."""
        return self.purpose is purpose and self.state is not KeyState.REVOKED and (not self.sites or site in self.sites)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The root-signed list. `epoch` rises only when central was restored from a backup; `version` at every change."""

    epoch: int
    version: int
    expires_at: Instant
    threshold: int
    root_keys: tuple[bytes, ...]
    keys: tuple[Key, ...]

    def find(self, key_id: KeyId) -> Key | None:
        """Return the key with that id."""
        return next((key for key in self.keys if key.key_id == key_id), None)

    def serving(self, key_id: KeyId, purpose: Purpose, site: SiteId, at: Instant) -> Key | None:
        """Return the key where it may sign this, for that site, at that time."""
        key = self.find(key_id)
        if key is None or not key.serves(purpose, site) or not key.not_before <= at <= key.not_after:
            return None
        return key

    def to_payload(self) -> bytes:
        """Return the bytes that the root keys sign."""
        return cbor.encode(
            {
                "role": DOMAIN,
                "epoch": self.epoch,
                "version": self.version,
                "expires_at": self.expires_at,
                "threshold": self.threshold,
                "root_keys": list(self.root_keys),
                "keys": [_key_to_map(key) for key in self.keys],
            }
        )

    @classmethod
    def from_payload(cls, payload: bytes) -> "Keyring":
        """Read a keyring; raise InputError where it is malformed, holds a weak key, or has an unreachable threshold."""
        names = {"role", "epoch", "version", "expires_at", "threshold", "root_keys", "keys"}
        fields = cbor.Fields(cbor.decode(payload), "keyring", names)
        if fields.text("role") != DOMAIN:
            raise InputError("keyring: the payload is of another role")
        root_keys = tuple(_root_key(item) for item in fields.items("root_keys", MAX_ROOT_KEYS))
        keys = tuple(_key_from_map(item) for item in fields.items("keys", MAX_KEYS))
        if len(set(root_keys)) != len(root_keys) or len({key.key_id for key in keys}) != len(keys):
            raise InputError("keyring: a key stands twice in it")
        return cls(
            epoch=fields.integer("epoch", 1),
            version=fields.integer("version", 1),
            expires_at=Instant(fields.integer("expires_at")),
            threshold=fields.integer("threshold", 1, max(1, len(root_keys))),
            root_keys=root_keys,
            keys=keys,
        )


def signed_by_threshold(envelope: Envelope, root_keys: tuple[bytes, ...], threshold: int) -> bool:
    """Whether `threshold` different root keys signed the payload. Key ids of root signatures are places in `root_keys`."""
    signers = {
        key
        for place, signature in envelope.signatures
        if place < len(root_keys) and verifies(key := root_keys[place], DOMAIN, envelope.payload, signature)
    }
    return len(signers) >= threshold


def _root_key(item: object) -> bytes:
    if not isinstance(item, bytes):
        raise InputError("keyring: a root key is a byte string")
    return checked_public_key(item)


def _key_to_map(key: Key) -> dict[str, object]:
    return {
        "key_id": key.key_id,
        "purpose": key.purpose.value,
        "public": key.public,
        "sites": list(key.sites),
        "not_before": key.not_before,
        "not_after": key.not_after,
        "status": key.state.value,
    }


def _key_from_map(item: object) -> Key:
    names = {"key_id", "purpose", "public", "sites", "not_before", "not_after", "status"}
    fields = cbor.Fields(item, "keyring key", names)
    try:
        purpose, status = Purpose(fields.text("purpose")), KeyState(fields.text("status"))
    except ValueError as error:
        raise InputError(f"keyring key: {error}") from error
    return Key(
        key_id=KeyId(fields.integer("key_id", 1, U16_MAX)),
        purpose=purpose,
        public=checked_public_key(fields.binary("public", PUBLIC_KEY_BYTES)),
        sites=tuple(SiteId(site) for site in fields.integers("sites", 0, U16_MAX, MAX_SITES)),
        not_before=Instant(fields.integer("not_before", 0, U64_MAX)),
        not_after=Instant(fields.integer("not_after", 0, U64_MAX)),
        state=status,
    )
