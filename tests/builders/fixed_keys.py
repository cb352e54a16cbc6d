"""Keys from fixed seeds: signatures in tests and vectors are the same on every machine. They sign nothing real."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol.identifiers import KeyId, SiteId
from protocol.instants import Instant
from protocol.keyring import Key, Keyring, KeyState, Purpose

LAST_INSTANT = Instant(4_102_444_800_000)  # 2100-01-01
SEED_BYTES = 32


def private_key(number: int) -> Ed25519PrivateKey:
    """Return the private key whose seed is that number, big-endian."""
    return Ed25519PrivateKey.from_private_bytes(number.to_bytes(SEED_BYTES, "big"))


def public_bytes(number: int) -> bytes:
    return private_key(number).public_key().public_bytes_raw()


def key(number: int, purpose: Purpose = Purpose.TICKETS, sites: tuple[int, ...] = (), **changes: object) -> Key:
    """Return a key whose id and seed are that number."""
    fields: dict[str, object] = {"not_before": Instant(0), "not_after": LAST_INSTANT, "state": KeyState.ACTIVE} | changes
    return Key(
        key_id=KeyId(number),
        purpose=purpose,
        public=public_bytes(number),
        sites=tuple(SiteId(site) for site in sites),
        **fields,  # type: ignore[arg-type]  # the names are the key's own
    )


def keyring(*keys: Key, roots: tuple[int, ...] = (901, 902, 903), threshold: int = 2, version: int = 1) -> Keyring:
    """Return a keyring with root keys of those seeds."""
    return Keyring(
        epoch=1,
        version=version,
        expires_at=LAST_INSTANT,
        threshold=threshold,
        root_keys=tuple(public_bytes(seed) for seed in roots),
        keys=keys,
    )
