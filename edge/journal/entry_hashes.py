"""One journal of the file, in memory: its entries' hashes, and which stretches are lost.

Laws (law 4): the hashes are proved once, when the file is opened, and kept here; a row that no longer has its hash is lost and is
never used. No I/O.
"""

from dataclasses import dataclass, field

from protocol.identifiers import JournalId, Sequence
from protocol.journal.chain import GENESIS, NO_ENTRY, JournalHead
from protocol.journal.events import HASH_BYTES

FIRST = Sequence(1)
_LOST = bytes(HASH_BYTES)
MARKED_LOST = "the entries are missing or were changed"
PRUNED = "pruned after their receipt"


@dataclass(slots=True)
class Book:
    """A journal. `last_hash` links the next entry; `receipt` is the last sequence that central has acknowledged."""

    ordinal: int
    journal_id: JournalId
    receipt: Sequence
    first: Sequence = FIRST
    last: Sequence = NO_ENTRY
    _hashes: bytearray = field(default_factory=bytearray)

    def begin_at(self, first: Sequence) -> None:
        """Set the first sequence that should still be in the file."""
        assert not self._hashes, "a book begins before its entries"
        self.first, self.last = first, Sequence(first - 1)

    def add(self, sequence: Sequence, entry_hash: bytes) -> None:
        """Note an entry; the entries between the last one and it are lost."""
        assert sequence > self.last, "entries come in order"
        self._hashes += _LOST * (sequence - self.last - 1) + entry_hash
        self.last = sequence

    def lose(self, sequence: Sequence) -> None:
        """Note that an entry is not the written one."""
        place = (sequence - self.first) * HASH_BYTES
        self._hashes[place : place + HASH_BYTES] = _LOST

    def prune(self, through: Sequence) -> None:
        """Forget entries up to and including `through`."""
        del self._hashes[: (through - self.first + 1) * HASH_BYTES]
        self.first = Sequence(through + 1)

    def hash_of(self, sequence: int) -> bytes | None:
        """Return an entry's hash, or None where it is lost, pruned or not written yet."""
        if not self.first <= sequence <= self.last:
            return None
        place = (sequence - self.first) * HASH_BYTES
        found = bytes(self._hashes[place : place + HASH_BYTES])
        return None if found == _LOST else found

    @property
    def head(self) -> JournalHead:
        """How far the journal reaches; the next entry links to it."""
        return JournalHead(self.journal_id, self.last, self.hash_of(self.last) or GENESIS)

    def lost(self) -> tuple[Sequence, ...]:
        """Return the sequences of the lost entries that should still be in the file."""
        kept = range(self.first, self.last + 1)
        return tuple(Sequence(number) for number in kept if self.hash_of(number) is None)
