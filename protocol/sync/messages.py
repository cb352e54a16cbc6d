"""The messages of agents to central, as deterministic CBOR maps.

Laws: every field is bounded and every unknown field refused; the request's signature (`signing`) names the agent, never the body;
only enrolment is unsigned, because its sender has no number yet: it proves its new key in the body.
"""

from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol import cbor
from protocol.directions import Direction
from protocol.errors import InputError
from protocol.holders import HOLDER_BYTES, SITE_KEY_BYTES
from protocol.identifiers import (
    ATTEMPT_ID_BYTES,
    JOURNAL_ID_BYTES,
    U8_MAX,
    U16_MAX,
    U32_MAX,
    AgentId,
    AttemptId,
    CheckPointId,
    EntitlementId,
    JournalId,
    Sequence,
    SiteId,
    TicketId,
)
from protocol.instants import Instant
from protocol.journal.bodies import choice, lost_range_from_value
from protocol.journal.chain import SignedHead
from protocol.journal.codec import MAX_ENTRY_BYTES
from protocol.journal.events import LostRange
from protocol.keyring import MAX_BYTES as MAX_KEYRING_BYTES
from protocol.signatures import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, checked_public_key, sign, verifies

MAX_CODE_CHARACTERS = 64
MAX_NAME_CHARACTERS = 80
MAX_BATCH_ITEMS = 200
MAX_BATCH_BYTES = MAX_BATCH_ITEMS * (MAX_ENTRY_BYTES + 8) + 1_024
MAX_MESSAGE_BYTES = 16 * 1024
MAX_ENROL_ANSWER_BYTES = MAX_KEYRING_BYTES + MAX_MESSAGE_BYTES
MAX_CREDENTIAL_BYTES = 4_096
NONCE_BYTES = 16
MAX_GENERATION = (1 << 63) - 1
ENROL_DOMAIN = "enrol"


def _fields(data: bytes, where: str, names: tuple[str, ...], most: int = MAX_MESSAGE_BYTES) -> cbor.Fields:
    if len(data) > most:
        raise InputError(f"{where}: {len(data)} bytes are more than {most}")
    return cbor.Fields(cbor.decode(data), where, names)


def _optional_holder(fields: cbor.Fields) -> bytes | None:
    return None if fields.nested("holder") is None else fields.binary("holder", HOLDER_BYTES)


@dataclass(frozen=True, slots=True)
class EnrolRequest:
    """A new agent: the one-time code that staff typed, its public key, and a signature over the code that proves the key."""

    code: str
    public_key: bytes
    name: str
    proof: bytes

    @classmethod
    def make(cls, private: Ed25519PrivateKey, code: str, name: str) -> "EnrolRequest":
        """Return the request of the holder of a private key."""
        return cls(code, private.public_key().public_bytes_raw(), name, sign(private, ENROL_DOMAIN, code.encode()))

    def is_proved(self) -> bool:
        """Whether the sender holds the private key."""
        return verifies(self.public_key, ENROL_DOMAIN, self.code.encode(), self.proof)

    def to_bytes(self) -> bytes:
        """Return the message's bytes."""
        return cbor.encode({"code": self.code, "public_key": self.public_key, "name": self.name, "proof": self.proof})

    @classmethod
    def from_bytes(cls, data: bytes) -> "EnrolRequest":
        """Read the message; raise InputError where it is malformed or the key is weak."""
        fields = _fields(data, "enrolment", ("code", "public_key", "name", "proof"))
        return cls(
            code=fields.text("code", MAX_CODE_CHARACTERS),
            public_key=checked_public_key(fields.binary("public_key", PUBLIC_KEY_BYTES)),
            name=fields.text("name", MAX_NAME_CHARACTERS),
            proof=fields.binary("proof", SIGNATURE_BYTES),
        )


@dataclass(frozen=True, slots=True)
class EnrolAnswer:
    """The identity of the new agent.

    `keyring` is the sealed keyring that it trusts first; `holder_key` hashes ID numbers (law 9).
    """

    agent: AgentId
    site: SiteId
    keyring: bytes
    holder_key: bytes

    def to_bytes(self) -> bytes:
        """Return the message's bytes."""
        return cbor.encode({"agent": self.agent, "site": self.site, "keyring": self.keyring, "holder_key": self.holder_key})

    @classmethod
    def from_bytes(cls, data: bytes) -> "EnrolAnswer":
        """Read the message; raise InputError where it is malformed."""
        fields = _fields(data, "enrolment answer", ("agent", "site", "keyring", "holder_key"), MAX_ENROL_ANSWER_BYTES)
        return cls(
            agent=AgentId(fields.integer("agent", 1, U32_MAX)),
            site=SiteId(fields.integer("site", 0, U16_MAX)),
            keyring=fields.binary("keyring", most=MAX_KEYRING_BYTES),
            holder_key=fields.binary("holder_key", SITE_KEY_BYTES),
        )


@dataclass(frozen=True, slots=True)
class JournalBatch:
    """Contiguous entries of one journal, at most 200, and the agent's signed head at the last of them.

    A LostRange among the items stands for the entries that it declares lost.
    """

    journal_id: JournalId
    items: tuple[bytes | LostRange, ...]
    head: SignedHead

    def to_bytes(self) -> bytes:
        """Return the message's bytes."""
        items: list[object] = [item if isinstance(item, bytes) else [item.first, item.last, item.reason] for item in self.items]
        return cbor.encode({"journal": self.journal_id, "items": items, "head": self.head.to_value()})

    @classmethod
    def from_bytes(cls, data: bytes) -> "JournalBatch":
        """Read the message; raise InputError where it is malformed, empty, or its head is of another journal."""
        fields = _fields(data, "journal batch", ("journal", "items", "head"), MAX_BATCH_BYTES)
        journal_id = JournalId(fields.binary("journal", JOURNAL_ID_BYTES))
        items = tuple(
            item if isinstance(item, bytes) else lost_range_from_value(item) for item in fields.items("items", MAX_BATCH_ITEMS)
        )
        head = SignedHead.from_value(fields.nested("head"))
        if not items or head.head.journal_id != journal_id:
            raise InputError("journal batch: must hold an item, and the head of the same journal")
        return cls(journal_id, items, head)


@dataclass(frozen=True, slots=True)
class JournalGap:
    """Central cannot store a batch, because it lacks earlier entries: send from `expected` on. Its HTTP status is 409.

    This happens when central was restored from a backup; the agent still has the entries acknowledged within the last 7 days.
    """

    journal_id: JournalId
    expected: Sequence

    def to_bytes(self) -> bytes:
        """Return the message's bytes."""
        return cbor.encode({"journal": self.journal_id, "expected": self.expected})

    @classmethod
    def from_bytes(cls, data: bytes) -> "JournalGap":
        """Read the message; raise InputError where it is malformed."""
        fields = _fields(data, "journal gap", ("journal", "expected"))
        return cls(JournalId(fields.binary("journal", JOURNAL_ID_BYTES)), Sequence(fields.integer("expected", 1)))


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """Asks whether this agent may admit now. Idempotent by attempt id; central locks the ticket."""

    attempt_id: AttemptId
    ticket_id: TicketId
    generation: int
    entitlement_id: EntitlementId
    check_point: CheckPointId
    persons: int
    scanned_at: Instant

    def to_bytes(self) -> bytes:
        """Return the message's bytes."""
        return cbor.encode(
            {
                "attempt": self.attempt_id,
                "ticket": self.ticket_id,
                "generation": self.generation,
                "entitlement": self.entitlement_id,
                "check_point": self.check_point,
                "persons": self.persons,
                "scanned_at": self.scanned_at,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "ClaimRequest":
        """Read the message; raise InputError where it is malformed."""
        names = ("attempt", "ticket", "generation", "entitlement", "check_point", "persons", "scanned_at")
        fields = _fields(data, "claim", names)
        return cls(
            attempt_id=AttemptId(fields.binary("attempt", ATTEMPT_ID_BYTES)),
            ticket_id=TicketId(fields.integer("ticket", 1)),
            generation=fields.integer("generation", 0, U8_MAX),
            entitlement_id=EntitlementId(fields.integer("entitlement", 0, U16_MAX)),
            check_point=CheckPointId(fields.integer("check_point", 1, U32_MAX)),
            persons=fields.integer("persons", 1, U16_MAX),
            scanned_at=Instant(fields.integer("scanned_at")),
        )


class CredentialForm(StrEnum):
    """The kinds of bytes in an online admission."""

    CODE = "code"  # as scanned
    HOLDER = "holder"  # the keyed hash of a document
    NFC = "nfc"  # the card's number
    TYPED = "typed"  # a short number


@dataclass(frozen=True, slots=True)
class AdmissionRequest:
    """Asks central to decide: a credential was shown at a check point. `holder` is the keyed hash of a document shown with it."""

    attempt_id: AttemptId
    form: CredentialForm
    credential: bytes
    check_point: CheckPointId
    direction: Direction
    persons: int
    scanned_at: Instant
    holder: bytes | None

    def to_bytes(self) -> bytes:
        """Return the message's bytes."""
        return cbor.encode(
            {
                "attempt": self.attempt_id,
                "form": self.form.value,
                "credential": self.credential,
                "check_point": self.check_point,
                "direction": self.direction.value,
                "persons": self.persons,
                "scanned_at": self.scanned_at,
                "holder": self.holder,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "AdmissionRequest":
        """Read the message; raise InputError where it is malformed."""
        names = ("attempt", "form", "credential", "check_point", "direction", "persons", "scanned_at", "holder")
        fields = _fields(data, "online admission", names)
        return cls(
            attempt_id=AttemptId(fields.binary("attempt", ATTEMPT_ID_BYTES)),
            form=choice(fields, "form", CredentialForm),
            credential=fields.binary("credential", most=MAX_CREDENTIAL_BYTES),
            check_point=CheckPointId(fields.integer("check_point", 1, U32_MAX)),
            direction=choice(fields, "direction", Direction),
            persons=fields.integer("persons", 1, U16_MAX),
            scanned_at=Instant(fields.integer("scanned_at")),
            holder=_optional_holder(fields),
        )


@dataclass(frozen=True, slots=True)
class TimeRequest:
    """Asks for the time. The nonce comes back in the signed answer, so that the agent detects an old answer."""

    nonce: bytes

    def to_bytes(self) -> bytes:
        """Return the message's bytes."""
        return cbor.encode({"nonce": self.nonce})

    @classmethod
    def from_bytes(cls, data: bytes) -> "TimeRequest":
        """Read the message; raise InputError where it is malformed."""
        return cls(_fields(data, "time", ("nonce",)).binary("nonce", NONCE_BYTES))


class Duty(StrEnum):
    """Whether an agent admits."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SignOffRequest:
    """The end of a shift (`closed`): all entries up to `head` are uploaded, and the agent admits no visitor until it opens again.

    The agent opens (`open`) only once central has answered, because from then on refunds wait for it again (law 6).
    """

    duty: Duty
    head: SignedHead

    def to_bytes(self) -> bytes:
        """Return the message's bytes."""
        return cbor.encode({"duty": self.duty.value, "head": self.head.to_value()})

    @classmethod
    def from_bytes(cls, data: bytes) -> "SignOffRequest":
        """Read the message; raise InputError where it is malformed."""
        fields = _fields(data, "sign-off", ("duty", "head"))
        return cls(choice(fields, "duty", Duty), SignedHead.from_value(fields.nested("head")))


@dataclass(frozen=True, slots=True)
class HolderKeyRequest:
    """Asks which key holders are known by now (law 9), and tells which one the agent has stored.

    `generation` is that of its newest key, 0 for the key of its enrolment; the nonce comes back in the signed answer.
    """

    generation: int
    nonce: bytes

    def to_bytes(self) -> bytes:
        """Return the message's bytes."""
        return cbor.encode({"generation": self.generation, "nonce": self.nonce})

    @classmethod
    def from_bytes(cls, data: bytes) -> "HolderKeyRequest":
        """Read the message; raise InputError where it is malformed."""
        fields = _fields(data, "holder key", ("generation", "nonce"))
        return cls(fields.integer("generation", high=MAX_GENERATION), fields.binary("nonce", NONCE_BYTES))
