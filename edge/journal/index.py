"""Finds the journal entries of a ticket, a document or an unfinished passage. In memory, rebuilt from proved entries.

Laws: the index is never stored, so that no technician can edit it; it holds keys and no events. No I/O.
"""

from collections import defaultdict

from protocol.identifiers import Sequence, TicketId
from protocol.journal.codec import INTENT_TAG, LOST_RANGE_TAG, OUTCOME_TAG
from protocol.journal.entry_header import Glance
from protocol.journal.events import NO_TICKET

EntryKey = tuple[int, Sequence]  # ordinal of the journal in its file, sequence


class Index:
    """Places of intents and outcomes by ticket and by holder, and intents that have no outcome yet."""

    def __init__(self) -> None:
        self._of_ticket: defaultdict[TicketId, list[EntryKey]] = defaultdict(list)
        self._of_holder: defaultdict[bytes, list[EntryKey]] = defaultdict(list)
        self._subjects: dict[EntryKey, tuple[TicketId, bytes | None]] = {}
        self._pending: dict[EntryKey, None] = {}
        self._declarations: list[EntryKey] = []

    def add(self, ordinal: int, entry: Glance) -> None:
        """Note an entry; it is later than all noted entries of its journal."""
        key = (ordinal, entry.sequence)
        of = None if entry.of is None else (ordinal, entry.of)
        if entry.tag == INTENT_TAG:
            self._subjects[key] = (entry.ticket_id, entry.holder)
            self._note(key, key)
            self._pending[key] = None
        elif entry.tag == OUTCOME_TAG and of is not None:
            self._note(key, of)
        elif entry.tag == LOST_RANGE_TAG:
            self._declarations.append(key)
        if of is not None:
            self._pending.pop(of, None)

    def of_ticket(self, ticket_id: TicketId) -> tuple[EntryKey, ...]:
        """Return the keys of a ticket's intents and outcomes."""
        return tuple(self._of_ticket.get(ticket_id, ()))

    def of_holder(self, holder: bytes) -> tuple[EntryKey, ...]:
        """Return the keys of a walk-in's intents and outcomes."""
        return tuple(self._of_holder.get(holder, ()))

    def pending(self) -> tuple[EntryKey, ...]:
        """Return the intents without outcome, of all journals, in order; the resume stands in key of a resumed intent."""
        return tuple(sorted(self._pending))

    def declarations(self) -> tuple[EntryKey, ...]:
        """Return the keys of lost-range entries."""
        return tuple(self._declarations)

    def forget(self, ordinal: int, through: Sequence) -> None:
        """Forget a journal's entries up to and including a sequence."""
        for keys in (self._of_ticket, self._of_holder):
            _drop(keys, ordinal, through)
        for noted in (self._subjects, self._pending):
            for key in [one for one in noted if one[0] == ordinal and one[1] <= through]:
                del noted[key]

    def _note(self, key: EntryKey, intent: EntryKey) -> None:
        ticket_id, holder = self._subjects.get(intent, (NO_TICKET, None))
        if ticket_id != NO_TICKET:
            self._of_ticket[ticket_id].append(key)
        if holder is not None:
            self._of_holder[holder].append(key)


def _drop(
    by: defaultdict[TicketId, list[EntryKey]] | defaultdict[bytes, list[EntryKey]], ordinal: int, through: Sequence
) -> None:
    table: defaultdict[TicketId | bytes, list[EntryKey]] = by  # type: ignore[assignment]  # only values are changed here
    for key in list(table):
        table[key] = [one for one in table[key] if one[0] != ordinal or one[1] > through]
        if not table[key]:
            del table[key]
