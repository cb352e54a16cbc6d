"""The answers that central signs: receipt, claim, online admission, time, holder key, command, revocation.

Each is a sealed envelope under its own domain, by a key of the purpose named in `SEALS`; it names the agent and the time of
signing, and the key must have been in force at that time, so that an agent with a wrong clock can still believe its server.
Laws: no decision uses unsigned data (law 4); an answer to one agent or one attempt is invalid for another; revoked is a separate
answer, never inferred from a failure (law 5).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol import cbor
from protocol.admission.verdict import Verdict
from protocol.errors import InputError, UntrustedError
from protocol.holders import SITE_KEY_BYTES
from protocol.identifiers import (
    ATTEMPT_ID_BYTES,
    JOURNAL_ID_BYTES,
    U32_MAX,
    AgentId,
    AttemptId,
    JournalId,
    KeyId,
    Sequence,
    SiteId,
)
from protocol.instants import Instant
from protocol.journal.bodies import choice
from protocol.journal.events import HASH_BYTES
from protocol.keyring import Keyring, Purpose
from protocol.signatures import Envelope, seal, verifies
from protocol.sync.messages import NONCE_BYTES, Duty
from protocol.sync.verdicts import verdict_from_value, verdict_to_value

MAX_ANSWER_BYTES = 16 * 1024
MAX_REASON_CHARACTERS = 60
MAX_ARGUMENT_CHARACTERS = 400

Signers = dict[KeyId, Ed25519PrivateKey]


class Seal(StrEnum):
    """The domains of central's signed answers."""

    RECEIPT = "receipt"
    CLAIM = "claim"
    ADMISSION = "online-admission"
    DUTY = "duty"
    TIME = "time"
    HOLDER_KEY = "holder-key"
    COMMAND = "command"
    REVOKED = "revoked"


SEALS: Mapping[Seal, Purpose] = {
    Seal.RECEIPT: Purpose.RECEIPTS,
    Seal.CLAIM: Purpose.RECEIPTS,
    Seal.ADMISSION: Purpose.RECEIPTS,
    Seal.DUTY: Purpose.RECEIPTS,
    Seal.TIME: Purpose.TIME,
    Seal.HOLDER_KEY: Purpose.RECEIPTS,
    Seal.COMMAND: Purpose.COMMANDS,
    Seal.REVOKED: Purpose.COMMANDS,
}


@dataclass(frozen=True, slots=True)
class Believer:
    """The reader of answers: an agent of a site, with the keyring that it trusts."""

    agent: AgentId
    site: SiteId
    keyring: Keyring


def _sealed(kind: Seal, agent: AgentId, signed_at: Instant, values: Mapping[str, object], signers: Signers) -> bytes:
    payload = cbor.encode({"agent": agent, "signed_at": signed_at, **values})
    return seal(kind, payload, signers).to_bytes()


def _opened(kind: Seal, data: bytes, believer: Believer, names: tuple[str, ...]) -> cbor.Fields:
    """Return the fields of a sealed answer; raise UntrustedError where no key in force proves it or it is for another agent."""
    if len(data) > MAX_ANSWER_BYTES:
        raise InputError(f"{kind}: {len(data)} bytes are more than {MAX_ANSWER_BYTES}")
    envelope = Envelope.from_bytes(data)
    fields = cbor.Fields(cbor.decode(envelope.payload), kind, ("agent", "signed_at", *names))
    signed_at = Instant(fields.integer("signed_at"))
    for key_id, signature in envelope.signatures:
        key = believer.keyring.serving(key_id, SEALS[kind], believer.site, signed_at)
        if key is not None and verifies(key.public, kind, envelope.payload, signature):
            break
    else:
        raise UntrustedError(f"{kind}: no {SEALS[kind]} key of the keyring, in force when it was signed, proves it")
    if fields.integer("agent", 1, U32_MAX) != believer.agent:
        raise UntrustedError(f"{kind}: signed for another agent")
    return fields


class Quarantine(StrEnum):
    """Why uploaded entries were stored apart, for people to judge: a fact is never refused (law 5)."""

    NONE = ""
    REVOKED = "revoked"
    FORK = "fork"
    BROKEN_LINK = "broken-link"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Central holds this journal up to `sequence`, whose entry has this hash. The gate keeps entries 7 days after it.

    With a quarantine other than none, central stored them apart: the agent does not send them again, and after a fork it must
    begin a new journal.
    """

    agent: AgentId
    journal_id: JournalId
    sequence: Sequence
    hash: bytes
    quarantine: Quarantine
    signed_at: Instant

    def to_sealed(self, signers: Signers) -> bytes:
        """Return the receipt signed by central."""
        values = {"journal": self.journal_id, "sequence": self.sequence, "hash": self.hash, "quarantine": self.quarantine.value}
        return _sealed(Seal.RECEIPT, self.agent, self.signed_at, values, signers)

    @classmethod
    def from_sealed(cls, data: bytes, believer: Believer) -> "Receipt":
        """Read and prove a receipt; raise InputError where it is malformed, UntrustedError where it is not to be believed."""
        fields = _opened(Seal.RECEIPT, data, believer, ("journal", "sequence", "hash", "quarantine"))
        return cls(
            agent=believer.agent,
            journal_id=JournalId(fields.binary("journal", JOURNAL_ID_BYTES)),
            sequence=Sequence(fields.integer("sequence")),
            hash=fields.binary("hash", HASH_BYTES),
            quarantine=choice(fields, "quarantine", Quarantine),
            signed_at=Instant(fields.integer("signed_at")),
        )


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """Central grants the ticket to this attempt (`granted`), or refuses it for `reason` (`admission.verdict.Reason`)."""

    agent: AgentId
    attempt_id: AttemptId
    granted: bool
    reason: str
    signed_at: Instant

    def to_sealed(self, signers: Signers) -> bytes:
        """Return the answer signed by central."""
        values = {"attempt": self.attempt_id, "granted": self.granted, "reason": self.reason}
        return _sealed(Seal.CLAIM, self.agent, self.signed_at, values, signers)

    @classmethod
    def from_sealed(cls, data: bytes, believer: Believer, attempt_id: AttemptId) -> "ClaimAnswer":
        """Read and prove the answer to one attempt."""
        fields = _opened(Seal.CLAIM, data, believer, ("attempt", "granted", "reason"))
        _check_attempt(Seal.CLAIM, fields, attempt_id)
        granted, reason = fields.boolean("granted"), fields.text("reason", MAX_REASON_CHARACTERS)
        return cls(believer.agent, attempt_id, granted, reason, Instant(fields.integer("signed_at")))


@dataclass(frozen=True, slots=True)
class AdmissionAnswer:
    """Central's verdict on one attempt; central has already recorded an admission."""

    agent: AgentId
    attempt_id: AttemptId
    verdict: Verdict
    signed_at: Instant

    def to_sealed(self, signers: Signers) -> bytes:
        """Return the answer signed by central."""
        values = {"attempt": self.attempt_id, "verdict": verdict_to_value(self.verdict)}
        return _sealed(Seal.ADMISSION, self.agent, self.signed_at, values, signers)

    @classmethod
    def from_sealed(cls, data: bytes, believer: Believer, attempt_id: AttemptId) -> "AdmissionAnswer":
        """Read and prove the answer to one attempt."""
        fields = _opened(Seal.ADMISSION, data, believer, ("attempt", "verdict"))
        _check_attempt(Seal.ADMISSION, fields, attempt_id)
        verdict = verdict_from_value(fields.nested("verdict"))
        return cls(believer.agent, attempt_id, verdict, Instant(fields.integer("signed_at")))


def _check_attempt(kind: Seal, fields: cbor.Fields, attempt_id: AttemptId) -> None:
    if fields.binary("attempt", ATTEMPT_ID_BYTES) != attempt_id:
        raise UntrustedError(f"{kind}: answers another attempt")


def _check_nonce(kind: Seal, fields: cbor.Fields, nonce: bytes) -> None:
    if fields.binary("nonce", NONCE_BYTES) != nonce:
        raise UntrustedError(f"{kind}: answers another question")


@dataclass(frozen=True, slots=True)
class DutyAnswer:
    """Central has noted that the agent is open or closed."""

    agent: AgentId
    duty: Duty
    signed_at: Instant

    def to_sealed(self, signers: Signers) -> bytes:
        """Return the answer signed by central."""
        return _sealed(Seal.DUTY, self.agent, self.signed_at, {"duty": self.duty.value}, signers)

    @classmethod
    def from_sealed(cls, data: bytes, believer: Believer) -> "DutyAnswer":
        """Read and prove the answer."""
        fields = _opened(Seal.DUTY, data, believer, ("duty",))
        return cls(believer.agent, choice(fields, "duty", Duty), Instant(fields.integer("signed_at")))


@dataclass(frozen=True, slots=True)
class TimeAnswer:
    """Central's time when it answered this nonce: `signed_at`, to be widened by half the round trip."""

    agent: AgentId
    nonce: bytes
    signed_at: Instant

    def to_sealed(self, signers: Signers) -> bytes:
        """Return the answer signed by central."""
        return _sealed(Seal.TIME, self.agent, self.signed_at, {"nonce": self.nonce}, signers)

    @classmethod
    def from_sealed(cls, data: bytes, believer: Believer, nonce: bytes) -> "TimeAnswer":
        """Read and prove the answer to one nonce."""
        fields = _opened(Seal.TIME, data, believer, ("nonce",))
        _check_nonce(Seal.TIME, fields, nonce)
        return cls(believer.agent, nonce, Instant(fields.integer("signed_at")))


@dataclass(frozen=True, slots=True)
class HolderKeyAnswer:
    """The key by which the agent's site knows holders: its newest key for which every ticket has a credential in the feed.

    The feed has these credentials from version (epoch, version) on; `is_only` says that it has, and will have, none by another
    key.
    """

    agent: AgentId
    nonce: bytes
    generation: int
    key: bytes
    is_only: bool
    epoch: int
    version: int
    signed_at: Instant

    def to_sealed(self, signers: Signers) -> bytes:
        """Return the answer signed by central. The connection keeps the key secret, as at enrolment."""
        said = {"nonce": self.nonce, "generation": self.generation, "key": self.key, "is_only": self.is_only}
        values = {**said, "epoch": self.epoch, "version": self.version}
        return _sealed(Seal.HOLDER_KEY, self.agent, self.signed_at, values, signers)

    @classmethod
    def from_sealed(cls, data: bytes, believer: Believer, nonce: bytes) -> "HolderKeyAnswer":
        """Read and prove the answer to one nonce."""
        names = ("nonce", "generation", "key", "is_only", "epoch", "version")
        fields = _opened(Seal.HOLDER_KEY, data, believer, names)
        _check_nonce(Seal.HOLDER_KEY, fields, nonce)
        return cls(
            agent=believer.agent,
            nonce=nonce,
            generation=fields.integer("generation", 1),
            key=fields.binary("key", SITE_KEY_BYTES),
            is_only=fields.boolean("is_only"),
            epoch=fields.integer("epoch"),
            version=fields.integer("version"),
            signed_at=Instant(fields.integer("signed_at")),
        )


@dataclass(frozen=True, slots=True)
class Command:
    """An order to one agent. `number` rises with each command of that agent: an agent carries out each command once, in order."""

    agent: AgentId
    number: int
    name: str
    argument: str
    expires_at: Instant
    signed_at: Instant

    def to_sealed(self, signers: Signers) -> bytes:
        """Return the command signed by central."""
        values = {"number": self.number, "name": self.name, "argument": self.argument, "expires_at": self.expires_at}
        return _sealed(Seal.COMMAND, self.agent, self.signed_at, values, signers)

    @classmethod
    def from_sealed(cls, data: bytes, believer: Believer) -> "Command":
        """Read and prove a command."""
        fields = _opened(Seal.COMMAND, data, believer, ("number", "name", "argument", "expires_at"))
        return cls(
            agent=believer.agent,
            number=fields.integer("number", 1),
            name=fields.text("name", MAX_REASON_CHARACTERS),
            argument=fields.text("argument", MAX_ARGUMENT_CHARACTERS),
            expires_at=Instant(fields.integer("expires_at")),
            signed_at=Instant(fields.integer("signed_at")),
        )


@dataclass(frozen=True, slots=True)
class Revoked:
    """The agent is revoked. With `wipe` it erases its keys and its cache, but never unsent entries (law 5)."""

    agent: AgentId
    wipe: bool
    signed_at: Instant

    def to_sealed(self, signers: Signers) -> bytes:
        """Return the answer signed by central."""
        return _sealed(Seal.REVOKED, self.agent, self.signed_at, {"wipe": self.wipe}, signers)

    @classmethod
    def from_sealed(cls, data: bytes, believer: Believer) -> "Revoked":
        """Read and prove the answer."""
        fields = _opened(Seal.REVOKED, data, believer, ("wipe",))
        return cls(believer.agent, fields.boolean("wipe"), Instant(fields.integer("signed_at")))
