"""Making and rotating keys: the work of `paifang keys`, and of a first start.

Laws: only root signs a keyring, and each keyring names the one before by its version (gates refuse to skip one); private halves
are on the disk before the keyring that names them; an epoch rises only after a restore (law 3); the old root key and the new one
sign the new one in, so that gates follow; only then is the old one removed.
"""

from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.domain.ports import RandomBytes
from central.keys.files import KeyFiles
from central.store.sealed import KEY_BYTES
from protocol.errors import SettingsError
from protocol.identifiers import KeyId
from protocol.instants import MS_PER_MINUTE, Instant
from protocol.keyring import DOMAIN, Key, Keyring, KeyState, Purpose
from protocol.signatures import Envelope, seal

MINIMUM_PASSPHRASE_CHARACTERS = 12
DAY_MS = 24 * 60 * MS_PER_MINUTE
KEY_LIFE_MS = 3 * 365 * DAY_MS
KEYRING_LIFE_MS = 3 * 365 * DAY_MS
WARN_BEFORE_MS = 90 * DAY_MS
# A ticket is dated by its minute, and clocks differ: a key is in force a little before the moment when it is made.
BACKDATED_MS = 60 * MS_PER_MINUTE
FIRST_FIELD_KEY = 1
_PRIVATE_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeyReport:
    """One key as `paifang keys status` shows it."""

    key: Key
    has_private: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class KeyringReport:
    """The keyring in force; `warnings` say what must be done, and by when."""

    keyring: Keyring
    keys: tuple[KeyReport, ...]
    root_is_here: bool
    warnings: tuple[str, ...]


def current_keyring(files: KeyFiles) -> tuple[Keyring, bytes] | None:
    """Return the newest keyring and its envelope, or None where no keys exist yet."""
    editions = files.editions()
    if not editions:
        return None
    envelope = files.read_keyring(editions[-1])
    return Keyring.from_payload(Envelope.from_bytes(envelope).payload), envelope


def initialise(files: KeyFiles, passphrase: str, now: Instant, random_bytes: RandomBytes) -> Keyring:
    """Make the root key, one key of each purpose, a field key, and the first keyring. SettingsError where there are keys."""
    if files.editions():
        raise SettingsError(f"{files.directory}: holds keys already; use `paifang keys rotate`, or another directory")
    _check_passphrase(passphrase)
    files.prepare()
    root = _new_private(random_bytes)
    files.write_root(root, passphrase)
    if not files.field_keys():
        files.write_field_key(FIRST_FIELD_KEY, random_bytes(KEY_BYTES))
    keys = tuple(_new_key(files, KeyId(number), purpose, now, random_bytes) for number, purpose in enumerate(Purpose, start=1))
    public = root.public_key().public_bytes_raw()
    first = Keyring(1, 1, Instant(now + KEYRING_LIFE_MS), 1, (public,), keys)
    return _publish(files, (root,), first, first, now)


def rotate(
    files: KeyFiles, passphrase: str, purpose: Purpose, now: Instant, random_bytes: RandomBytes, *, compromised: bool
) -> Keyring:
    """Add a new key of a purpose, and return the new keyring.

    Old keys still prove what they signed. Where they are compromised, issuing keys become cache-only (real tickets stay valid,
    forged ones do not) and other keys are revoked.
    """
    keyring, root = _opened(files, passphrase)
    new_id = KeyId(max(key.key_id for key in keyring.keys) + 1)
    new = _new_key(files, new_id, purpose, now, random_bytes)
    fallen = KeyState.CACHE_ONLY if purpose is Purpose.TICKETS else KeyState.REVOKED
    old = tuple(
        replace(key, state=fallen) if compromised and key.purpose is purpose and key.state is not KeyState.REVOKED else key
        for key in keyring.keys
    )
    return _publish(files, (root,), keyring, replace(keyring, version=keyring.version + 1, keys=(*old, new)), now)


def rotate_root(files: KeyFiles, passphrase: str, new_passphrase: str, now: Instant, random_bytes: RandomBytes) -> Keyring:
    """Replace the old root key by a new one, under a passphrase of its own; return the new keyring.

    It takes two keyrings: one that both keys sign and that names both, and one that names the new key alone. If it breaks off at
    any point, the key in root.pem is one of the keyring in force, so that the command can be repeated.
    """
    keyring, old = _opened(files, passphrase)
    _check_passphrase(new_passphrase)
    new = _new_private(random_bytes)
    public = new.public_key().public_bytes_raw()
    files.write_next_root(new, new_passphrase)
    # Appended, so that every root key keeps its place: signatures name places in the old list and in the new one.
    with_both = replace(keyring, version=keyring.version + 1, root_keys=(*keyring.root_keys, public))
    _publish(files, (old, new), keyring, with_both, now)
    files.take_next_root()
    return _publish(files, (new,), with_both, replace(with_both, version=with_both.version + 1, root_keys=(public,)), now)


def raise_epoch(files: KeyFiles, passphrase: str, now: Instant) -> Keyring:
    """Sign a keyring of the next epoch: central was restored, and its versions begin again."""
    keyring, root = _opened(files, passphrase)
    return _publish(files, (root,), keyring, replace(keyring, epoch=keyring.epoch + 1, version=keyring.version + 1), now)


def report(files: KeyFiles, now: Instant) -> KeyringReport:
    """Return the keys and their state; SettingsError where no keys exist yet."""
    found = current_keyring(files)
    if found is None:
        raise SettingsError(f"{files.directory}: holds no keys; run `paifang keys init`")
    keyring = found[0]
    current = {key.key_id for purpose in Purpose if (key := signing_key(keyring, purpose, now)) is not None}
    reports = tuple(KeyReport(key, files.read_key(key) is not None, key.key_id in current) for key in keyring.keys)
    return KeyringReport(keyring, reports, files.has_root(), _warnings(keyring, reports, now))


def signing_key(keyring: Keyring, purpose: Purpose, now: Instant) -> Key | None:
    """Return the newest key in force of a purpose: the one to sign with."""
    usable = (
        key
        for key in keyring.keys
        if key.purpose is purpose and key.state is KeyState.ACTIVE and key.not_before <= now <= key.not_after
    )
    return max(usable, key=lambda key: key.key_id, default=None)


def _check_passphrase(passphrase: str) -> None:
    if len(passphrase) < MINIMUM_PASSPHRASE_CHARACTERS:
        raise SettingsError(f"the passphrase of the root key has at least {MINIMUM_PASSPHRASE_CHARACTERS} characters")


def _opened(files: KeyFiles, passphrase: str) -> tuple[Keyring, Ed25519PrivateKey]:
    found = current_keyring(files)
    if found is None:
        raise SettingsError(f"{files.directory}: holds no keys; run `paifang keys init`")
    root = files.read_root(passphrase)
    if root.public_key().public_bytes_raw() not in found[0].root_keys:
        raise SettingsError(f"{files.root}: is not a root key of the keyring in force; bring the right one")
    return found[0], root


def _publish(files: KeyFiles, roots: tuple[Ed25519PrivateKey, ...], before: Keyring, keyring: Keyring, now: Instant) -> Keyring:
    """Seal a keyring by root keys, at their places in the keyring before it and in its own."""
    renewed = replace(keyring, expires_at=Instant(now + KEYRING_LIFE_MS))
    signers = {
        KeyId(known.index(public)): root
        for root in roots
        for known in (before.root_keys, renewed.root_keys)
        if (public := root.public_key().public_bytes_raw()) in known
    }
    envelope = seal(DOMAIN, renewed.to_payload(), signers)
    files.write_keyring((renewed.epoch, renewed.version), envelope.to_bytes())
    return renewed


def _new_key(files: KeyFiles, key_id: KeyId, purpose: Purpose, now: Instant, random_bytes: RandomBytes) -> Key:
    private = _new_private(random_bytes)
    public = private.public_key().public_bytes_raw()
    begins, ends = Instant(now - BACKDATED_MS), Instant(now + KEY_LIFE_MS)
    key = Key(key_id, purpose, public, (), begins, ends, KeyState.ACTIVE)
    files.write_key(key, private)
    return key


def _new_private(random_bytes: RandomBytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(random_bytes(_PRIVATE_BYTES))


def _warnings(keyring: Keyring, reports: tuple[KeyReport, ...], now: Instant) -> tuple[str, ...]:
    found: list[str] = []
    if keyring.expires_at - now < WARN_BEFORE_MS:
        found.append("the keyring expires within 90 days: rotate any key to renew it")
    if len(keyring.root_keys) > keyring.threshold:
        found.append("a rotation of the root key broke off, and both are trusted: run `paifang keys rotate --root` again")
    for purpose in Purpose:
        current = next((one for one in reports if one.is_current and one.key.purpose is purpose), None)
        if current is None or not current.has_private:
            found.append(f"there is no key to sign {purpose.value} with: run `paifang keys rotate --purpose {purpose.value}`")
        elif current.key.not_after - now < WARN_BEFORE_MS:
            found.append(f"the key for {purpose.value} ends within 90 days: run `paifang keys rotate --purpose {purpose.value}`")
    return tuple(found)
