"""The chain of a journal: how an entry is bound to all before it, what an agent signs, and how a batch is proved.

Laws: a contiguous batch is accepted whole or not at all; a gap, a fork, an edit and a wrong chain are distinguished, because each
raises another alarm (law 5); only a declared lost stretch may be missing, and the chain goes on after it without a link. No check
here finds entries that root cut off the end before they were signed, receipted or noted in the trust store.
"""

from collections.abc import Sequence as Items
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol import cbor
from protocol.errors import InputError
from protocol.identifiers import JOURNAL_ID_BYTES, U32_MAX, AgentId, JournalId, Sequence
from protocol.journal.bodies import row
from protocol.journal.codec import decode_entry
from protocol.journal.events import HASH_BYTES, Entry, LostRange
from protocol.signatures import SIGNATURE_BYTES, sign, verifies

HEAD_DOMAIN = "journal-head"
HEAD_EVERY_ENTRIES = 64
HEAD_EVERY_MS = 5_000
NO_ENTRY = Sequence(0)
GENESIS = bytes(HASH_BYTES)


@dataclass(frozen=True, slots=True)
class JournalHead:
    """How far a journal reaches: its last sequence (0: empty) and that entry's hash (GENESIS where empty)."""

    journal_id: JournalId
    sequence: Sequence
    hash: bytes


def empty_head(journal_id: JournalId) -> JournalHead:
    """Return the head of an empty journal."""
    return JournalHead(journal_id, NO_ENTRY, GENESIS)


def head_of(entry: Entry) -> JournalHead:
    """Return the head of a journal that ends with this entry."""
    return JournalHead(entry.journal_id, entry.sequence, entry.hash)


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head with the agent's signature over [agent, journal id, sequence, hash]."""

    head: JournalHead
    signature: bytes

    def to_value(self) -> list[object]:
        """Return the signed head as a CBOR array."""
        return [self.head.journal_id, self.head.sequence, self.head.hash, self.signature]

    @classmethod
    def from_value(cls, value: object) -> "SignedHead":
        """Read a signed head; raise InputError where it is malformed."""
        fields = row(value, "signed head", ("journal", "sequence", "hash", "signature"))
        head = JournalHead(
            JournalId(fields.binary("journal", JOURNAL_ID_BYTES)),
            Sequence(fields.integer("sequence", NO_ENTRY)),
            fields.binary("hash", HASH_BYTES),
        )
        if (head.sequence == NO_ENTRY) != (head.hash == GENESIS):
            raise InputError("signed head: an empty journal, and no other, has sequence 0 and a hash of zeros")
        return cls(head, fields.binary("signature", SIGNATURE_BYTES))


def head_due(entries_since: int, ms_since: int) -> bool:
    """Whether the head must be signed: after 64 entries, or 5 s after the last signature where there is a new entry."""
    return entries_since >= HEAD_EVERY_ENTRIES or (entries_since > 0 and ms_since >= HEAD_EVERY_MS)


def sign_head(private: Ed25519PrivateKey, agent: AgentId, head: JournalHead) -> SignedHead:
    """Return the head signed by the agent's key."""
    return SignedHead(head, sign(private, HEAD_DOMAIN, _head_payload(agent, head)))


def head_verifies(public: bytes, agent: AgentId, signed: SignedHead) -> bool:
    """Whether the agent's key signed this head."""
    return verifies(public, HEAD_DOMAIN, _head_payload(agent, signed.head), signed.signature)


def _head_payload(agent: AgentId, head: JournalHead) -> bytes:
    assert 0 <= agent <= U32_MAX, "an agent id is a u32"
    return cbor.encode([agent, head.journal_id, head.sequence, head.hash])


@dataclass(frozen=True, slots=True)
class Proved:
    """The batch carries the chain on to `head`. `entries` are those after the stored head; earlier ones were repeated, unchanged.

    `last` is where the batch itself ends. No entry links to its last entry yet: only the agent's signed head vouches for it, and
    must be equal.
    """

    entries: tuple[Entry, ...]
    lost: tuple[LostRange, ...]
    head: JournalHead
    last: JournalHead


@dataclass(frozen=True, slots=True)
class Gap:
    """The batch begins or goes on beyond the known entries; `expected` is the sequence to send next."""

    expected: Sequence


@dataclass(frozen=True, slots=True)
class Fork:
    """An entry has the sequence of another entry: the journal was rewound or copied."""

    sequence: Sequence


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """An entry does not name the hash of the one before it in this batch: it was edited, inserted or swapped."""

    sequence: Sequence


@dataclass(frozen=True, slots=True)
class WrongChain:
    """An entry belongs to another journal than the batch."""

    sequence: Sequence


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item of the batch (counted from 0) is no entry."""

    place: int
    why: str


BatchAnswer = Proved | Gap | Fork | BrokenLink | WrongChain | Unreadable


def verify_batch(stored: JournalHead, items: Items[bytes | LostRange], known: Items[tuple[Sequence, bytes]] = ()) -> BatchAnswer:
    """Prove that the items continue the stored chain.

    `known` gives (sequence, hash) of entries at or before the stored head that the batch repeats: equal ones are skipped, so that
    sending again is harmless, and different ones are a fork. A repeated sequence that is not in `known` is skipped, except that
    the stored head's own hash is always compared. An entry after a lost range need not name a hash that is lost.
    """
    hashes = {**dict(known), stored.sequence: stored.hash}
    walk = _Walk(stored, hashes)
    for place, item in enumerate(items):
        failure = walk.lose(item) if isinstance(item, LostRange) else walk.take(place, item)
        if failure is not None:
            return failure
    return Proved(tuple(walk.entries), tuple(walk.lost), walk.head, walk.last)


class _Walk:
    """One pass over a batch: `head` is proved so far, `previous` the batch's last item where the next one links to it."""

    def __init__(self, stored: JournalHead, hashes: dict[Sequence, bytes]) -> None:
        self.head = stored
        self.entries: list[Entry] = []
        self.lost: list[LostRange] = []
        self._hashes = hashes
        self._last: Sequence | None = None
        self._last_hash: bytes | None = None

    @property
    def last(self) -> JournalHead:
        if self._last is None:
            return self.head
        return JournalHead(self.head.journal_id, self._last, self._last_hash or GENESIS)

    def lose(self, lost: LostRange) -> BatchAnswer | None:
        if lost.first > self.head.sequence + 1 or (self._last is not None and lost.first != self._last + 1):
            return Gap(Sequence((self._last or self.head.sequence) + 1))
        self._last, self._last_hash = lost.last, None
        if lost.last > self.head.sequence:
            self.lost.append(LostRange(Sequence(max(lost.first, self.head.sequence + 1)), lost.last, lost.reason))
            self.head = JournalHead(self.head.journal_id, lost.last, GENESIS)
        return None

    def take(self, place: int, data: bytes) -> BatchAnswer | None:
        try:
            entry = decode_entry(data)
        except InputError as error:
            return Unreadable(place, str(error))
        if entry.journal_id != self.head.journal_id:
            return WrongChain(entry.sequence)
        if self._last is not None and entry.sequence != self._last + 1:
            return BrokenLink(entry.sequence)
        if self._last_hash is not None and entry.previous_hash != self._last_hash:
            return BrokenLink(entry.sequence)
        self._last, self._last_hash = entry.sequence, entry.hash
        if entry.sequence <= self.head.sequence:
            held = self._hashes.get(entry.sequence, entry.hash)
            return None if held in {entry.hash, GENESIS} else Fork(entry.sequence)
        return self._extend(entry)

    def _extend(self, entry: Entry) -> BatchAnswer | None:
        if entry.sequence != self.head.sequence + 1:
            return Gap(Sequence(self.head.sequence + 1))
        after_lost = self.head.hash == GENESIS and self.head.sequence != NO_ENTRY
        if not after_lost and entry.previous_hash != self.head.hash:
            return Fork(Sequence(self.head.sequence)) if not self.entries else BrokenLink(entry.sequence)
        self.entries.append(entry)
        self.head = head_of(entry)
        return None
