"""Key files in one directory: the root key under a passphrase, each other key in a file of its own, every keyring ever signed.

    root.pem                  PKCS8, encrypted by a passphrase; meant to be taken away and kept offline
    root-next.pem             the same, of a new root key until the keyring names it
    0003-manifest.pem         PKCS8, one per key id and purpose
    fields-1.key              32 bytes that seal fields at rest, by their id
    keyring-1-2.cbor          the sealed keyring of epoch 1, version 2 (public)
Laws: only its owner can read a private key's file; a file is complete or does not exist (it is written beside, then renamed);
nothing here logs a key, and only the code that signs gets one.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from protocol.errors import SettingsError, StorageError
from protocol.identifiers import KeyId
from protocol.keyring import MAX_BYTES, Key

ROOT_FILE = "root.pem"
NEXT_ROOT_FILE = "root-next.pem"
MAX_KEY_FILE_BYTES = 4_096
_KEYRING = re.compile(r"keyring-([1-9][0-9]{0,9})-([1-9][0-9]{0,9})\.cbor")
_FIELD_KEY = re.compile(r"fields-([1-9][0-9]{0,2})\.key")
_PRIVATE_MODE = 0o600
_DIRECTORY_MODE = 0o700


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """The directory of the keys."""

    directory: Path

    @property
    def root(self) -> Path:
        """Where the root key is, until the operator takes it away."""
        return self.directory / ROOT_FILE

    def has_root(self) -> bool:
        """Whether the root key is in the directory."""
        return self.root.exists()

    def prepare(self) -> None:
        """Make the directory where it does not exist."""
        self.directory.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)

    def editions(self) -> list[tuple[int, int]]:
        """Return (epoch, version) of every keyring here, oldest first."""
        if not self.directory.is_dir():
            return []
        matches = (_KEYRING.fullmatch(path.name) for path in self.directory.iterdir())
        return sorted((int(match[1]), int(match[2])) for match in matches if match)

    def read_keyring(self, edition: tuple[int, int]) -> bytes:
        """Return the sealed keyring of an epoch and version."""
        return _read(self._keyring(edition), MAX_BYTES)

    def write_keyring(self, edition: tuple[int, int], envelope: bytes) -> None:
        """Store a sealed keyring."""
        _write(self._keyring(edition), envelope)

    def write_root(self, private: Ed25519PrivateKey, passphrase: str) -> None:
        """Store the root key under a passphrase."""
        _write(self.root, _pem(private, BestAvailableEncryption(passphrase.encode())))

    def write_next_root(self, private: Ed25519PrivateKey, passphrase: str) -> None:
        """Store a new root key under its passphrase, beside the one in force."""
        _write(self.directory / NEXT_ROOT_FILE, _pem(private, BestAvailableEncryption(passphrase.encode())))

    def take_next_root(self) -> None:
        """Replace the old root key by the new one; the old one is gone then."""
        _move(self.directory / NEXT_ROOT_FILE, self.root)

    def read_root(self, passphrase: str) -> Ed25519PrivateKey:
        """Return the root key; SettingsError where it is not here or the passphrase does not open it."""
        if not self.has_root():
            raise SettingsError(f"{self.root}: the root key is not here; bring it back from where it is kept, then repeat")
        return _load(self.root, passphrase.encode())

    def write_key(self, key: Key, private: Ed25519PrivateKey) -> None:
        """Store the private half of a key."""
        _write(self._key(key), _pem(private, NoEncryption()))

    def read_key(self, key: Key) -> Ed25519PrivateKey | None:
        """Return the private half of a key; None where it is not here. StorageError where the file holds another key."""
        path = self._key(key)
        if not path.exists():
            return None
        private = _load(path, None)
        if private.public_key().public_bytes_raw() != key.public:
            raise StorageError(f"{path}: is not the private half of key {key.key_id} of the keyring; restore the key files")
        return private

    def field_keys(self) -> dict[int, bytes]:
        """Return the keys that seal fields at rest, by their id."""
        if not self.directory.is_dir():
            return {}
        found = ((_FIELD_KEY.fullmatch(path.name), path) for path in self.directory.iterdir())
        return {int(match[1]): _read(path, MAX_KEY_FILE_BYTES) for match, path in found if match}

    def write_field_key(self, key_id: int, key: bytes) -> None:
        """Store a key that seals fields at rest."""
        _write(self.directory / f"fields-{key_id}.key", key)

    def _keyring(self, edition: tuple[int, int]) -> Path:
        return self.directory / f"keyring-{edition[0]}-{edition[1]}.cbor"

    def _key(self, key: Key) -> Path:
        return self.directory / f"{KeyId(key.key_id):04d}-{key.purpose.value}.pem"


def _pem(private: Ed25519PrivateKey, encryption: KeySerializationEncryption) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def _load(path: Path, passphrase: bytes | None) -> Ed25519PrivateKey:
    try:
        private = load_pem_private_key(_read(path, MAX_KEY_FILE_BYTES), passphrase)
    except (ValueError, TypeError) as error:
        raise SettingsError(f"{path}: the passphrase does not open this key, or the file is damaged") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise SettingsError(f"{path}: is no Ed25519 key; restore the key files")
    return private


def _read(path: Path, most_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({error.strerror}); restore the key files") from error
    if len(data) > most_bytes:
        raise StorageError(f"{path}: is longer than {most_bytes} bytes; restore the key files")
    return data


def _write(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritable(path, error) from error
    _move(beside, path)


def _move(source: Path, target: Path) -> None:
    try:
        source.replace(target)
        directory = os.open(target.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise _unwritable(target, error) from error


def _unwritable(path: Path, error: OSError) -> StorageError:
    return StorageError(f"{path}: cannot be written ({error.strerror}); check the disk and the directory's owner")
