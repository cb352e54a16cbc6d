"""Reads a journal's file at opening, and decides how far it can be believed.

The next entry vouches for an entry, because it names its hash; the last signed head vouches for all entries up to it; the trust
store's last receipt, kept in another file, shows a journal that was set back as a whole.
Laws: a row that nothing vouches for is never used; no entry is added to a tail in doubt: the caller begins a new journal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from edge.journal.database import JournalFile, SqlValue
from edge.journal.entry_hashes import Book
from edge.journal.index import Index
from protocol.errors import StorageError
from protocol.identifiers import AgentId, JournalId, Sequence
from protocol.journal.chain import NO_ENTRY, JournalHead, SignedHead, head_verifies
from protocol.journal.codec import entry_hash
from protocol.journal.entry_header import Glance, glance

_JOURNALS = "SELECT ordinal, journal_id, receipt_sequence, head_sequence, head_hash, head_signature FROM journal ORDER BY ordinal"


class Mark(Protocol):
    """How far a journal is known to have reached."""

    @property
    def journal_id(self) -> JournalId:
        """Which journal."""
        ...

    @property
    def sequence(self) -> Sequence:
        """Its last sequence that central has acknowledged."""
        ...


@dataclass(frozen=True, slots=True)
class Contents:
    """The journals of a file, oldest first.

    `doubt` says why the last one cannot be continued ("" where it can); `unsigned` counts its entries after the signed head.
    """

    books: list[Book]
    index: Index
    doubt: str
    unsigned: int


@dataclass(frozen=True, slots=True)
class _Row:
    book: Book
    signed: SignedHead


def read_contents(file: JournalFile, agent: AgentId, public: bytes, known: Mark | None) -> Contents:
    """Return the content of the file. `known` is how far central has acknowledged, as the trust store remembers it."""
    index = Index()
    rows = [_journal(fields) for fields in file.execute(_JOURNALS)]
    for row in rows:
        _read_entries(file, row.book, index)
    books = [row.book for row in rows]
    if known is not None and known.journal_id not in {book.journal_id for book in books}:
        return Contents(books, index, "the journal that central knows is not in the file", 0)
    if not rows:
        return Contents(books, index, "", 0)
    doubt = _doubt(file, rows[-1], known) or ("" if _is_authentic(rows[-1], agent, public) else "its signed head was changed")
    return Contents(books, index, doubt, books[-1].last - rows[-1].signed.head.sequence)


def _journal(fields: tuple[SqlValue, ...]) -> _Row:
    match fields:
        case (
            int() as ordinal,
            bytes() as journal_id,
            int() as receipt,
            int() as sequence,
            bytes() as digest,
            bytes() as proof,
        ):
            head = JournalHead(JournalId(journal_id), Sequence(sequence), digest)
            return _Row(Book(ordinal, JournalId(journal_id), Sequence(receipt)), SignedHead(head, proof))
    raise StorageError("the journal's file holds a row of another form; set it aside")


def _read_entries(file: JournalFile, book: Book, index: Index) -> None:
    first = file.execute("SELECT min(sequence) FROM entry WHERE ordinal = ?", (book.ordinal,)).get
    unreceived = Sequence(book.receipt + 1)
    book.begin_at(unreceived if first is None else Sequence(min(int(first), unreceived)))
    rows = file.execute("SELECT sequence, data FROM entry WHERE ordinal = ? ORDER BY sequence", (book.ordinal,))
    for seen in _vouched(book, rows):
        index.add(book.ordinal, seen)


def _vouched(book: Book, rows: Iterable[tuple[SqlValue, ...]]) -> Iterable[Glance]:
    """Note each row's hash in the book, and yield each entry that the next one does not contradict."""
    held: Glance | None = None
    for sequence, data in rows:
        seen = glance(data) if isinstance(data, bytes) else None
        if seen is None or not isinstance(data, bytes) or (seen.journal_id, seen.sequence) != (book.journal_id, sequence):
            continue
        if held is not None and held.sequence + 1 == sequence and seen.previous_hash != book.hash_of(held.sequence):
            book.lose(held.sequence)
        elif held is not None:
            yield held
        book.add(seen.sequence, entry_hash(data))
        held = seen
    if held is not None:
        yield held


def _doubt(file: JournalFile, row: _Row, known: Mark | None) -> str:
    book, head = row.book, row.signed.head
    last_row = file.execute("SELECT max(sequence) FROM entry WHERE ordinal = ?", (book.ordinal,)).get
    if last_row is not None and int(last_row) != book.last:
        return "its last entries cannot be read"
    if max(head.sequence, book.receipt) > book.last:
        return "its last entries are missing"
    if head.sequence >= book.first and book.hash_of(head.sequence) != head.hash:
        return "its entries are not those that were signed"
    if known is None or known.journal_id != book.journal_id:
        return ""
    return "central holds entries that are missing here" if known.sequence > book.last else ""


def _is_authentic(row: _Row, agent: AgentId, public: bytes) -> bool:
    return row.signed.head.sequence == NO_ENTRY or head_verifies(public, agent, row.signed)
