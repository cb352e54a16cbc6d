"""Chooses the part of a journal that goes to central next. Pure: the caller passes the rows.

Laws: a batch is contiguous from the last receipt and ends with an entry that can still be read; entries that cannot be read are
declared lost in their place and block nothing (law 5).
"""

from collections.abc import Callable

from edge.journal.entry_hashes import MARKED_LOST, PRUNED, Book
from protocol.identifiers import Sequence
from protocol.journal.events import LostRange

Reader = Callable[[Sequence], bytes | None]


def items_from(book: Book, read: Reader, limit: int) -> tuple[tuple[bytes | LostRange, ...], Sequence]:
    """Return the next items, about `limit` at most, with the sequence of the last; at least one where a readable entry is unsent.

    `read` returns an entry's bytes where they still have the hash that the book knows.
    """
    items: list[bytes | LostRange] = []
    sequence = Sequence(book.receipt + 1)
    complete, last = 0, book.receipt
    while sequence <= book.last and len(items) < limit:
        data = read(sequence) if sequence >= book.first else None
        if data is None:
            lost = LostRange(sequence, _end(book, read, sequence), PRUNED if sequence < book.first else MARKED_LOST)
            items.append(lost)
            sequence = Sequence(lost.last + 1)
            continue
        items.append(data)
        complete, last = len(items), sequence
        sequence = Sequence(sequence + 1)
    return tuple(items[:complete]), last


def _end(book: Book, read: Reader, sequence: Sequence) -> Sequence:
    if sequence < book.first:
        return Sequence(book.first - 1)
    while sequence < book.last and read(Sequence(sequence + 1)) is None:
        sequence = Sequence(sequence + 1)
    return sequence
