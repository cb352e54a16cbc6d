"""The journal of one agent: the record of what happened there.

Laws: an entry is durable when `append` returns (law 1); any error of the file closes the journal for good, and the same handle is
never written again; a row that lost its hash is never used and is declared lost (laws 4, 5); no unsent entry is deleted.
Concurrency: every method may be called from any thread; one lock runs one call at a time. Lifetime: from `open` to `close`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.journal.database import JournalDamaged, JournalFile
from edge.journal.delivery import items_from
from edge.journal.entry_hashes import MARKED_LOST, Book
from edge.journal.index import EntryKey, Index
from edge.journal.recovery import Contents, Mark, read_contents
from edge.journal.salvage import rescue
from protocol.errors import InputError, PeerError
from protocol.identifiers import AgentId, BootId, CheckPointId, JournalId, Sequence, SiteId, TicketId
from protocol.instants import Instant
from protocol.journal.chain import NO_ENTRY, JournalHead, SignedHead, empty_head, head_due, head_of, sign_head
from protocol.journal.codec import MAX_ENTRY_BYTES, decode_entry, encode_entry, entry_hash, event_from_value, event_to_value
from protocol.journal.entry_header import glance
from protocol.journal.events import Alarm, ClockReading, Entry, Event, LostRange, Rewound
from protocol.journal.history import AdmissionEvent, admission_event
from protocol.sync.answers import Quarantine, Receipt
from protocol.sync.messages import MAX_BATCH_ITEMS, JournalBatch

KEPT_AFTER_RECEIPT_MS = 7 * 24 * 60 * 60 * 1_000
PRUNED_AT_ONCE = 2_000
NO_CHECK_POINT = CheckPointId(0)
DOUBT_ALARM = "journal-in-doubt"
DAMAGE_ALARM = "journal-damaged"

_INSERT = "INSERT INTO entry (ordinal, sequence, data) VALUES (?, ?, ?)"
_SELECT = "SELECT data FROM entry WHERE ordinal = ? AND sequence = ?"
_SET_RECEIPT = "UPDATE journal SET receipt_sequence = ? WHERE ordinal = ?"
_SET_HEAD = "UPDATE journal SET head_sequence = ?, head_hash = ?, head_signature = ? WHERE ordinal = ?"


@dataclass(frozen=True, slots=True)
class Owner:
    """The journal's agent, and the randomness it needs: `new_journal_id` returns 16 random bytes."""

    agent: AgentId
    site: SiteId
    private: Ed25519PrivateKey
    boot_id: BootId
    new_journal_id: Callable[[], JournalId]


class Journal:
    """An open journal file. Make one with `open`."""

    def __init__(self, path: Path, owner: Owner, file: JournalFile, contents: Contents) -> None:
        self._path = path
        self._owner = owner
        self._file = file
        self._books = contents.books
        self._index = contents.index
        self._lock = Lock()
        self._entries_since_head = contents.unsigned
        self._head_at_ms: int | None = None
        self._damaged: set[EntryKey] = set()
        self._reported: set[EntryKey] = set()

    @classmethod
    def open(cls, path: Path, owner: Owner, known: Mark | None, reading: ClockReading) -> "Journal":
        """Open or make the file, prove its entries, and continue it, or begin a new journal where it is in doubt.

        A file that SQLite cannot read is put aside, and a new file continues with the entries that can still be read.
        `known` is how far central has acknowledged, as the trust store remembers it.
        Raise StorageError (for example JournalClosed) where the file cannot be used.
        """
        try:
            file, contents = _read_file(path, owner, known)
        except JournalDamaged:
            rescue(path)
            file, contents = _read_file(path, owner, known)
        journal = cls(path, owner, file, contents)
        if contents.doubt or not contents.books:
            journal._begin(contents.doubt, known, reading)
        current = journal._current
        journal._damaged.update((current.ordinal, sequence) for sequence in current.lost())
        journal._declare_lost(reading)
        return journal

    @classmethod
    def failed(cls, path: Path, owner: Owner) -> "Journal":
        """Return the journal of an unusable file: it takes no entry, so no visitor enters (law 1), exits open (law 8)."""
        book = Book(1, owner.new_journal_id(), NO_ENTRY)
        return cls(path, owner, JournalFile(path, failed=True), Contents([book], Index(), "", 0))

    @property
    def head(self) -> JournalHead:
        """The head of the journal in use."""
        with self._lock:
            return self._current.head

    def last_reading(self) -> ClockReading | None:
        """Return the clock at the last entry: the clock never goes below it (law 11). None where no entry can be read."""
        with self._lock:
            book = self._current
            data = self._read(book, book.last) if book.last >= book.first else None
        if data is None:
            return None
        entry = decode_entry(data)
        return ClockReading(entry.wall_at, entry.monotonic_ms, entry.uncertainty_ms)

    def signed_head(self) -> SignedHead:
        """Return the head of the journal in use, signed by this agent."""
        with self._lock:
            return sign_head(self._owner.private, self._owner.agent, self._current.head)

    @property
    def unsent_count(self) -> int:
        """How many entries central has not acknowledged."""
        with self._lock:
            return sum(book.last - book.receipt for book in self._books)

    @property
    def _current(self) -> Book:
        return self._books[-1]

    def append(self, event: Event, check_point: CheckPointId, reading: ClockReading) -> Entry:
        """Write one event and return its entry, durable.

        Raise InputError where the event breaks its format, JournalFull where the disk is full: nothing was written, the journal
        goes on.
        Raise JournalClosed where the file failed: it is unknown whether the entry is on the disk, and no more entries are
        written.
        """
        with self._lock:
            self._file.check_room()
            return self._append(event, check_point, reading)

    def sign_head_if_due(self, reading: ClockReading) -> None:
        """Sign the head where its 5 s are over. Call it about every second, while no visitor waits."""
        with self._lock:
            if self._head_at_ms is None:
                self._head_at_ms = reading.monotonic_ms
            if head_due(self._entries_since_head, reading.monotonic_ms - self._head_at_ms):
                signed = sign_head(self._owner.private, self._owner.agent, self._current.head)
                with self._file.guarded():
                    self._store_head(signed)
                self._note_head(reading)

    def events_of(self, ticket_id: TicketId) -> tuple[AdmissionEvent, ...]:
        """Return the events of a ticket in this agent's journals."""
        with self._lock:
            return self._events(self._index.of_ticket(ticket_id))

    def walk_in_events_of(self, holder: bytes) -> tuple[AdmissionEvent, ...]:
        """Return the events of a document's walk-ins in this agent's journals."""
        with self._lock:
            return self._events(self._index.of_holder(holder))

    def pending_intents(self) -> tuple[Entry, ...]:
        """Return the intents without outcome, oldest first: after a power cut they may be resumed."""
        with self._lock:
            return tuple(decode_entry(data) for data in self._read_entries(self._index.pending()))

    def unsent(self, reading: ClockReading, limit: int = MAX_BATCH_ITEMS) -> JournalBatch | None:
        """Return the next batch for central, of the oldest journal first, or None where all is acknowledged."""
        assert 0 < limit <= MAX_BATCH_ITEMS, "a batch has a bounded number of items"
        with self._lock:
            self._declare_lost(reading)
            for book in self._books:
                if book.receipt < book.last:
                    items, last = items_from(book, partial(self._read, book), limit)
                    if items:
                        return self._batch(book, items, last)
            return None

    def acknowledge(self, receipt: Receipt) -> bool:
        """Note a receipt that the caller has proved. Return whether the journal may go on; if not, call `begin_again`.

        It may not where central holds entries that are missing here, or stored our entries apart because they contradict its own.
        Raise PeerError where the receipt names a journal or a hash that was never here.
        """
        with self._lock:
            book = self._book(receipt.journal_id)
            found = book.hash_of(receipt.sequence)
            if found not in {None, receipt.hash}:
                raise PeerError(
                    f"central acknowledges entry {receipt.sequence} with another hash than it has here; look at its alarms"
                )
            reached = min(receipt.sequence, book.last)
            with self._file.writing():
                self._file.execute(_SET_RECEIPT, (reached, book.ordinal))
                self._file.execute(
                    "INSERT OR REPLACE INTO receipt (ordinal, sequence, signed_at) VALUES (?, ?, ?)",
                    (book.ordinal, reached, receipt.signed_at),
                )
            book.receipt = Sequence(reached)
            contradicted = receipt.quarantine not in {Quarantine.NONE, Quarantine.REVOKED} or receipt.sequence > book.last
            return not (contradicted and book is self._current)

    def resend_from(self, journal_id: JournalId, expected: Sequence) -> None:
        """Send again from the entry that a restored central asks for; raise PeerError where it was never acknowledged."""
        with self._lock:
            book = self._book(journal_id)
            if not 1 <= expected <= book.receipt:
                raise PeerError(f"central expects entry {expected} but was sent those after {book.receipt}; look at its alarms")
            with self._file.writing():
                self._file.execute(_SET_RECEIPT, (expected - 1, book.ordinal))
            book.receipt = Sequence(expected - 1)

    def begin_again(self, why: str, reading: ClockReading) -> None:
        """Go on under a new journal id; the unsent entries of the old journal are still sent."""
        with self._lock:
            self._begin(why, None, reading)

    def prune(self, now: Instant, covered: Mapping[JournalId, Sequence]) -> int:
        """Delete entries that central acknowledged 7 days ago; return how many (at most 2,000: call again).

        `covered` says how far the signed admissions of the feed hold each journal: later entries are kept.
        """
        with self._lock:
            return sum(self._prune(book, now, covered.get(book.journal_id, Sequence(0))) for book in self._books)

    def checkpoint(self) -> None:
        """Keep the log short. Call it after an upload, while no visitor waits: not at the moment of a scan."""
        with self._lock:
            self._file.checkpoint()

    def close(self) -> None:
        """Close the file; harmless when it is closed."""
        with self._lock:
            self._file.close()

    def _append(self, event: Event, check_point: CheckPointId, reading: ClockReading) -> Entry:
        book = self._current
        entry, data = self._make(book.head, event, check_point, reading)
        if head_due(self._entries_since_head + 1, 0):
            signed = sign_head(self._owner.private, self._owner.agent, head_of(entry))
            with self._file.writing():
                self._file.execute(_INSERT, (book.ordinal, entry.sequence, data))
                self._store_head(signed)
            self._note_head(reading)
        else:
            with self._file.guarded():
                self._file.execute(_INSERT, (book.ordinal, entry.sequence, data))
            self._entries_since_head += 1
        self._note(book, entry, data)
        return entry

    def _make(self, previous: JournalHead, event: Event, check_point: CheckPointId, reading: ClockReading) -> tuple[Entry, bytes]:
        """Return the entry that follows `previous`, and its bytes; raise InputError where these could not be read back."""
        event_from_value(event_to_value(event))
        draft = Entry(
            journal_id=previous.journal_id,
            sequence=Sequence(previous.sequence + 1),
            previous_hash=previous.hash,
            boot_id=self._owner.boot_id,
            check_point=check_point,
            wall_at=reading.wall_at,
            monotonic_ms=reading.monotonic_ms,
            uncertainty_ms=reading.uncertainty_ms,
            event=event,
            hash=b"",
        )
        data = encode_entry(draft)
        if len(data) > MAX_ENTRY_BYTES:
            raise InputError(f"a journal entry of {len(data)} bytes is longer than {MAX_ENTRY_BYTES}")
        return replace(draft, hash=entry_hash(data)), data

    def _note(self, book: Book, entry: Entry, data: bytes) -> None:
        seen = glance(data)
        assert seen is not None, "an entry's own bytes can be read"
        book.add(entry.sequence, entry.hash)
        self._index.add(book.ordinal, seen)

    def _store_head(self, signed: SignedHead) -> None:
        values = (signed.head.sequence, signed.head.hash, signed.signature, self._current.ordinal)
        self._file.execute(_SET_HEAD, values)

    def _note_head(self, reading: ClockReading) -> None:
        self._entries_since_head, self._head_at_ms = 0, reading.monotonic_ms

    def _begin(self, why: str, known: Mark | None, reading: ClockReading) -> None:
        """Make a new journal; its first entries say which journal it continues, and why. All is one transaction."""
        book = Book(self._current.ordinal + 1 if self._books else 1, self._owner.new_journal_id(), NO_ENTRY)
        head = empty_head(book.journal_id)
        entries: list[tuple[Entry, bytes]] = []
        for event in self._beginning(why, known):
            entries.append(self._make(head, event, NO_CHECK_POINT, reading))
            head = head_of(entries[-1][0])
        with self._file.writing():
            self._file.execute("INSERT INTO journal (ordinal, journal_id) VALUES (?, ?)", (book.ordinal, book.journal_id))
            for entry, data in entries:
                self._file.execute(_INSERT, (book.ordinal, entry.sequence, data))
        self._books.append(book)
        self._entries_since_head = len(entries)
        for entry, data in entries:
            self._note(book, entry, data)

    def _beginning(self, why: str, known: Mark | None) -> tuple[Event, ...]:
        if known is not None and known.journal_id not in {book.journal_id for book in self._books}:
            return Rewound(known.journal_id, NO_ENTRY), Alarm(DOUBT_ALARM, why)
        if self._books:
            return Rewound(self._current.journal_id, self._current.last), Alarm(DOUBT_ALARM, why)
        return ()

    def _declare_lost(self, reading: ClockReading) -> None:
        """Write down each unreadable stretch once: as a lost range, or as an alarm where it belongs to an older journal."""
        found, self._damaged = self._damaged - self._reported, set()
        if not found:
            return
        self._reported |= found
        declared = self._declared()
        for book in self._books:
            for first, last in _stretches(sequence for ordinal, sequence in found if ordinal == book.ordinal):
                if book is not self._current:
                    detail = f"journal {book.journal_id.hex()}, entries {first} to {last}: {MARKED_LOST}"
                    self._append(Alarm(DAMAGE_ALARM, detail), NO_CHECK_POINT, reading)
                elif not any(known.first <= first and last <= known.last for known in declared):
                    self._append(LostRange(first, last, MARKED_LOST), NO_CHECK_POINT, reading)

    def _declared(self) -> list[LostRange]:
        keys = [key for key in self._index.declarations() if key[0] == self._current.ordinal]
        events = (decode_entry(data).event for data in self._read_entries(keys))
        return [event for event in events if isinstance(event, LostRange)]

    def _events(self, keys: Iterable[EntryKey]) -> tuple[AdmissionEvent, ...]:
        entries = (decode_entry(data) for data in self._read_entries(keys))
        events = (admission_event(self._owner.agent, self._owner.site, entry) for entry in entries)
        return tuple(event for event in events if event is not None)

    def _read_entries(self, keys: Iterable[EntryKey]) -> Iterator[bytes]:
        books = {book.ordinal: book for book in self._books}
        for ordinal, sequence in keys:
            data = self._read(books[ordinal], sequence)
            if data is not None:
                yield data

    def _read(self, book: Book, sequence: Sequence) -> bytes | None:
        """Return an entry's bytes, or None where they are not the bytes that were proved at opening."""
        with self._file.guarded():
            data = self._file.execute(_SELECT, (book.ordinal, sequence)).get
        if isinstance(data, bytes) and entry_hash(data) == book.hash_of(sequence):
            return data
        self._damaged.add((book.ordinal, sequence))
        return None

    def _batch(self, book: Book, items: tuple[bytes | LostRange, ...], last: Sequence) -> JournalBatch:
        last_hash = book.hash_of(last)
        assert last_hash is not None, "a batch ends with an entry that was read"
        head = sign_head(self._owner.private, self._owner.agent, JournalHead(book.journal_id, last, last_hash))
        return JournalBatch(book.journal_id, items, head)

    def _book(self, journal_id: JournalId) -> Book:
        for book in self._books:
            if book.journal_id == journal_id:
                return book
        raise PeerError(f"central speaks of journal {journal_id.hex()}, which is not in {self._path}")

    def _prune(self, book: Book, now: Instant, covered: Sequence) -> int:
        query = "SELECT max(sequence) FROM receipt WHERE ordinal = ? AND signed_at <= ?"
        with self._file.guarded():
            received = self._file.execute(query, (book.ordinal, now - KEPT_AFTER_RECEIPT_MS)).get
        if received is None:
            return 0
        through = Sequence(min(int(received), covered, book.receipt, book.last - 1, book.first + PRUNED_AT_ONCE - 1))
        if through < book.first:
            return 0
        with self._file.writing():
            self._file.execute("DELETE FROM entry WHERE ordinal = ? AND sequence <= ?", (book.ordinal, through))
            self._file.execute("DELETE FROM receipt WHERE ordinal = ? AND sequence <= ?", (book.ordinal, through))
        self._index.forget(book.ordinal, through)
        pruned = through - book.first + 1
        book.prune(through)
        return pruned


def _read_file(path: Path, owner: Owner, known: Mark | None) -> tuple[JournalFile, Contents]:
    file = JournalFile(path)
    with file.guarded():
        return file, read_contents(file, owner.agent, owner.private.public_key().public_bytes_raw(), known)


def _stretches(sequences: Iterable[Sequence]) -> list[tuple[Sequence, Sequence]]:
    """Return (first, last) of each run of consecutive sequences."""
    runs: list[tuple[Sequence, Sequence]] = []
    for sequence in sorted(sequences):
        if runs and sequence == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], sequence)
        else:
            runs.append((sequence, sequence))
    return runs
