"""The identity of this agent: the files that enrolment writes, readable only by their owner.

Laws: the private key is made here and never leaves this computer; nothing here admits a visitor by itself. `identity.cbor` holds
the agent's number, its site, where central is, the keyring that it trusts first and the key by which it hashes documents (law 9).
"""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol import cbor
from protocol.errors import InputError, SettingsError, StorageError
from protocol.holders import SITE_KEY_BYTES
from protocol.identifiers import U16_MAX, U32_MAX, AgentId, KeyId, SiteId
from protocol.instants import Instant
from protocol.keyring import DOMAIN as ROOT_DOMAIN
from protocol.keyring import MAX_BYTES as MAX_KEYRING_BYTES
from protocol.keyring import Keyring
from protocol.signatures import seal
from protocol.sync.messages import EnrolAnswer

IDENTITY_FILE = "identity.cbor"
KEY_FILE = "agent.key"
PRIVATE = 0o600
NO_AGENT = AgentId(0)
_PRIVATE_DIRECTORY = 0o700
_FIELDS = {"agent", "site", "central_url", "keyring", "holder_key"}


@dataclass(frozen=True, slots=True)
class Identity:
    """An enrolled agent."""

    agent: AgentId
    site: SiteId
    central_url: str
    keyring: bytes
    holder_key: bytes
    private: Ed25519PrivateKey


def not_enrolled() -> Identity:
    """Return the identity of an agent that cannot read its own: it believes no key, calls no server, signs no stored entry."""
    private = Ed25519PrivateKey.generate()
    believed = Keyring(1, 1, Instant(0), 1, (private.public_key().public_bytes_raw(),), ())
    keyring = seal(ROOT_DOMAIN, believed.to_payload(), {KeyId(0): private}).to_bytes()
    return Identity(NO_AGENT, SiteId(0), "", keyring, bytes(SITE_KEY_BYTES), private)


def write_identity(data_dir: Path, central_url: str, private: Ed25519PrivateKey, answer: EnrolAnswer) -> None:
    """Store the result of enrolment; raise StorageError where an identity exists already: it is never overwritten."""
    if (data_dir / IDENTITY_FILE).exists():
        raise StorageError(f"{data_dir / IDENTITY_FILE}: an agent is enrolled here already")
    identity = {
        "agent": answer.agent,
        "site": answer.site,
        "central_url": central_url,
        "keyring": answer.keyring,
        "holder_key": answer.holder_key,
    }
    (data_dir / KEY_FILE).unlink(missing_ok=True)  # a key of an enrolment that broke off: without an identity it has no use
    _write_private(data_dir / KEY_FILE, private.private_bytes_raw())
    _write_private(data_dir / IDENTITY_FILE, cbor.encode(identity))


def check_not_enrolled(data_dir: Path) -> None:
    """Make the directory; raise SettingsError where it already holds an agent."""
    data_dir.mkdir(mode=_PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    if (data_dir / IDENTITY_FILE).exists():
        raise SettingsError(
            f"{data_dir}: an agent is enrolled here already; use another directory, or revoke it at central first"
        )


def read_identity(data_dir: Path) -> Identity:
    """Read this agent's identity; raise SettingsError where no agent was enrolled, StorageError where the files are damaged."""
    try:
        private = (data_dir / KEY_FILE).read_bytes()
        data = (data_dir / IDENTITY_FILE).read_bytes()
    except FileNotFoundError as error:
        raise SettingsError(f"{data_dir}: no agent is enrolled here; run 'paifang edge enroll' first") from error
    except OSError as error:
        raise StorageError(f"{data_dir}: the identity cannot be read: {error.strerror}") from error
    try:
        fields = cbor.Fields(cbor.decode(data), "identity", _FIELDS)
        return Identity(
            agent=AgentId(fields.integer("agent", 1, U32_MAX)),
            site=SiteId(fields.integer("site", 0, U16_MAX)),
            central_url=fields.text("central_url"),
            keyring=fields.binary("keyring", most=MAX_KEYRING_BYTES),
            holder_key=fields.binary("holder_key", SITE_KEY_BYTES),
            private=Ed25519PrivateKey.from_private_bytes(private),
        )
    except (InputError, ValueError) as error:
        raise StorageError(f"{data_dir}: the identity is damaged ({error}); enrol again in another directory") from error


def _write_private(path: Path, data: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _sync_directory(path.parent)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
