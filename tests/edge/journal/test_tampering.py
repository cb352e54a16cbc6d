"""Changes of a technician to a journal's file: the journal finds each of them."""

from pathlib import Path

import pytest

from protocol.identifiers import TicketId
from protocol.journal.chain import Proved, empty_head, verify_batch
from protocol.journal.events import LostRange
from tests.builders.journal import (
    GATE,
    a_receipt,
    an_intent,
    open_journal,
    reading,
)
from tests.builders.journal_files import begun_anew, edit, filled, items_of


@pytest.mark.law(4)
def test_an_edited_entry_takes_part_in_nothing_is_declared_lost_and_blocks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    filled(path).close()
    edit(path, "UPDATE entry SET data = zeroblob(length(data)) WHERE sequence = 4")
    journal = open_journal(path, boot=2)
    assert journal.events_of(TicketId(4)) == ()
    assert len(journal.events_of(TicketId(5))) == 1
    proved = items_of(journal)
    assert [(lost.first, lost.last) for lost in proved.lost] == [(4, 4)]
    assert [e.sequence for e in proved.entries] == [1, 2, 3, 5, 6, 7, 8, 9, 10, 11]
    assert isinstance(proved.entries[-1].event, LostRange)
    journal.close()
    journal = open_journal(path, boot=3)
    assert journal.head.sequence == 11  # declared once
    journal.close()


@pytest.mark.law(4)
@pytest.mark.parametrize("place", range(0, 125, 5))
def test_every_flipped_byte_of_an_entry_is_found(tmp_path: Path, place: int) -> None:
    path = tmp_path / "journal.db"
    journal = filled(path, 3)
    data = journal._file.execute("SELECT data FROM entry WHERE sequence = 2").get  # noqa: SLF001  the file is held
    journal.close()
    flipped = bytearray(data)
    flipped[place] ^= 1
    edit(path, "UPDATE entry SET data = ? WHERE sequence = 2", bytes(flipped))
    journal = open_journal(path, boot=2)
    assert 2 in [s for lost in items_of(journal).lost for s in range(lost.first, lost.last + 1)]
    journal.close()


@pytest.mark.law(4)
def test_an_entry_that_is_edited_while_the_journal_is_open_is_found_too(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal.db")
    journal._file.execute("UPDATE entry SET data = x'00' WHERE sequence BETWEEN 4 AND 5")  # noqa: SLF001  the file is held
    assert journal.events_of(TicketId(4)) == ()
    first = items_of(journal)
    assert [(lost.first, lost.last) for lost in first.lost] == [(4, 5)]
    assert any(isinstance(e.event, LostRange) for e in first.entries)
    journal.close()


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM entry WHERE sequence = 4",
        "DELETE FROM entry WHERE sequence BETWEEN 1 AND 4",
        "UPDATE entry SET sequence = CASE sequence WHEN 4 THEN 5 ELSE 4 END + 100 WHERE sequence IN (4, 5)",
        "UPDATE entry SET data = (SELECT data FROM entry WHERE sequence = 5) WHERE sequence = 4",
    ],
    ids=["delete", "delete-first", "move", "copy-over"],
)
@pytest.mark.law(5)
def test_deleting_moving_and_copying_entries_is_found_and_the_rest_is_sent(tmp_path: Path, tampering: str) -> None:
    path = tmp_path / "journal.db"
    filled(path).close()
    edit(path, tampering)
    journal = open_journal(path, boot=2)
    proved = items_of(journal)
    assert 4 in [s for lost in proved.lost for s in range(lost.first, lost.last + 1)]
    assert {6, 7, 8, 9, 10} <= {e.sequence for e in proved.entries}
    journal.close()


def test_two_swapped_entries_are_found(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    filled(path).close()
    edit(path, "UPDATE entry SET sequence = 100 WHERE sequence = 4")
    edit(path, "UPDATE entry SET sequence = 4 WHERE sequence = 5")
    edit(path, "UPDATE entry SET sequence = 5 WHERE sequence = 100")
    journal = open_journal(path, boot=2)
    assert [(lost.first, lost.last) for lost in items_of(journal).lost] == [(4, 5)]
    journal.close()


def test_an_inserted_entry_begins_a_new_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    filled(path).close()
    edit(path, "INSERT INTO entry SELECT ordinal, 11, data FROM entry WHERE sequence = 10")
    journal = open_journal(path, boot=2)
    assert begun_anew(journal, last_known=10)
    journal.close()


@pytest.mark.law(5)
def test_a_tail_cut_off_below_the_signed_head_begins_a_new_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    filled(path, 64).close()
    edit(path, "DELETE FROM entry WHERE sequence > 60")
    journal = open_journal(path, boot=2)
    assert begun_anew(journal, last_known=60)
    first = journal.unsent(reading())
    assert first is not None
    assert len(first.items) == 60  # the old journal's entries are still sent, first
    assert journal.acknowledge(a_receipt(first.head.head))
    second = journal.unsent(reading())
    assert second is not None
    assert second.journal_id != first.journal_id
    journal.close()


@pytest.mark.law(5)
def test_a_tail_cut_off_below_what_central_acknowledged_begins_a_new_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = filled(path)
    known = journal.head
    journal.close()
    edit(path, "DELETE FROM entry WHERE sequence > 8")
    journal = open_journal(path, boot=2, known=known)
    assert begun_anew(journal, last_known=8)
    journal.close()


@pytest.mark.law(5)
def test_an_older_copy_of_the_whole_file_begins_a_new_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    filled(path).close()
    image = path.read_bytes()
    journal = open_journal(path, boot=2)
    journal.append(an_intent(11), GATE, reading())
    known = journal.head
    journal.close()
    path.write_bytes(image)
    journal = open_journal(path, boot=3, known=known)
    assert begun_anew(journal, last_known=10)
    journal.close()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a journal with 200 entries."""
    path = tmp_path_factory.mktemp("image") / "journal.db"
    filled(path, 200).close()
    return path.read_bytes()


ENTRY_ROOT = 3  # the root page of all entries


@pytest.mark.law(5)
@pytest.mark.parametrize("page", range(10))
def test_a_page_of_rubbish_is_put_aside_and_the_rest_goes_on(tmp_path: Path, image: bytes, page: int) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(image[: page * 4096] + b"\xa5" * 4096 + image[(page + 1) * 4096 :])
    journal = open_journal(path, boot=2)
    kept = sum(bool(journal.events_of(TicketId(ticket))) for ticket in range(1, 201))
    assert kept >= (0 if page in {0, ENTRY_ROOT} else 160)
    journal.append(an_intent(501), GATE, reading())
    assert len(journal.events_of(TicketId(501))) == 1
    batch = journal.unsent(reading())
    assert batch is not None
    assert isinstance(verify_batch(empty_head(batch.journal_id), batch.items), Proved)
    journal.close()


@pytest.mark.parametrize("rubbish", [b"\xa5" * 8192, b"SQLite format 3\0" + bytes(4080)])
def test_a_file_that_is_no_database_is_put_aside(tmp_path: Path, rubbish: bytes) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(rubbish)
    journal = open_journal(path)
    journal.append(an_intent(1), GATE, reading())
    journal.close()
    assert (tmp_path / "journal.db.damaged-1").read_bytes() == rubbish


def test_a_deleted_file_begins_a_new_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = filled(path)
    known = journal.head
    journal.close()
    path.unlink()
    journal = open_journal(path, boot=2, known=known)
    assert begun_anew(journal, last_known=0)
    journal.close()


@pytest.mark.parametrize("column", ["head_hash = randomblob(32)", "head_signature = randomblob(64)", "head_sequence = 63"])
def test_a_changed_signed_head_begins_a_new_journal(tmp_path: Path, column: str) -> None:
    path = tmp_path / "journal.db"
    filled(path, 64).close()
    edit(path, f"UPDATE journal SET {column}")  # noqa: S608  a test's own words
    journal = open_journal(path, boot=2)
    assert begun_anew(journal, last_known=64)
    journal.close()
