"""Journals as files: filled, and changed by a technician who has the disk."""

from pathlib import Path

import apsw

from edge.journal.journal import DOUBT_ALARM, Journal
from protocol.journal.chain import JournalHead, Proved, empty_head, head_verifies, verify_batch
from protocol.journal.codec import decode_entry
from protocol.journal.events import Alarm, Rewound
from tests.builders.journal import (
    AGENT,
    AGENT_KEY,
    GATE,
    an_intent,
    open_journal,
    reading,
)


def filled(path: Path, entries: int = 10) -> Journal:
    journal = open_journal(path)
    for number in range(1, entries + 1):
        journal.append(an_intent(number, attempt=number), GATE, reading(number))
    return journal


def edit(path: Path, statement: str, *values: int | bytes) -> None:
    """What a technician who has the disk does."""
    connection = apsw.Connection(str(path))
    connection.execute(statement, values)
    connection.close()


def items_of(journal: Journal, stored: JournalHead | None = None) -> Proved:
    batch = journal.unsent(reading())
    assert batch is not None
    answer = verify_batch(stored or empty_head(batch.journal_id), batch.items)
    assert isinstance(answer, Proved), answer
    assert answer.head == batch.head.head
    assert head_verifies(AGENT_KEY.public_key().public_bytes_raw(), AGENT, batch.head)
    return answer


def begun_anew(journal: Journal, last_known: int) -> bool:
    """Return whether the journal in use replaced another one, and says why."""
    head = journal.head
    with journal._file.guarded():  # noqa: SLF001  the file is held
        rows = [row[0] for row in journal._file.execute("SELECT data FROM entry ORDER BY ordinal DESC, sequence LIMIT 2")]  # noqa: SLF001
    events = [decode_entry(data).event for data in rows if isinstance(data, bytes)]
    match events:
        case [Rewound(_, known), Alarm(name, why)]:
            return known == last_known and name == DOUBT_ALARM and bool(why) and head.sequence == 2
    return False
