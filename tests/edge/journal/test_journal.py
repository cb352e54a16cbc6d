"""The journal's file: acknowledged entries stay."""

from pathlib import Path

import pytest

from edge.journal.database import JournalClosed, JournalFile, JournalFull
from edge.journal.journal import KEPT_AFTER_RECEIPT_MS, Journal
from protocol.errors import InputError, PeerError, StorageError
from protocol.identifiers import Sequence, TicketId
from protocol.instants import Instant
from protocol.journal.chain import GENESIS, NO_ENTRY, JournalHead, Proved, verify_batch
from protocol.journal.events import Alarm, OutcomeResult
from protocol.journal.history import fold, walk_ins
from protocol.sync.answers import Quarantine
from tests.builders.journal import (
    GATE,
    START,
    a_receipt,
    an_intent,
    an_outcome,
    an_owner,
    open_journal,
    reading,
)
from tests.builders.journal_files import begun_anew, edit, filled, items_of

HOLDER = bytes(range(16))
ENTRIES = 200
LOG_SALTS = slice(16, 24)  # of the header of a write-ahead log (SQLite file format, 4.1): new ones where the log restarts


@pytest.mark.law(1)
def test_the_file_is_durable_by_its_own_word(tmp_path: Path) -> None:
    file = JournalFile(tmp_path / "journal.db")
    with file.guarded():
        found = {
            name: file.execute(f"PRAGMA {name}").get for name in ("journal_mode", "synchronous", "locking_mode", "mmap_size")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "locking_mode": "exclusive", "mmap_size": 0}
    file.close()


def test_a_second_process_cannot_open_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.journal.database.BUSY_TIMEOUT_MS", 0)
    journal = filled(tmp_path / "journal.db", 1)
    with pytest.raises(StorageError, match="close the program that holds it"):
        JournalFile(tmp_path / "journal.db")
    journal.close()


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    filled(tmp_path / "journal.db", 1).close()
    edit(tmp_path / "journal.db", "PRAGMA user_version = 99")
    with pytest.raises(StorageError, match="install that version"):
        open_journal(tmp_path / "journal.db")


def test_entries_follow_one_another_across_a_restart(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal.db")
    journal.close()
    journal = open_journal(tmp_path / "journal.db", boot=2)
    entry = journal.append(an_intent(11, attempt=11), GATE, reading(11))
    assert entry.sequence == 11
    assert len(items_of(journal).entries) == 11
    journal.close()


def test_events_of_a_ticket_are_found_before_and_after_a_restart(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal.db")
    big = TicketId(2**64 - 1)
    entry = journal.append(an_intent(big, attempt=99), GATE, reading(20))
    journal.append(an_outcome(entry.sequence, OutcomeResult.NOT_PASSED), GATE, reading(21))
    before = journal.events_of(big)
    journal.close()
    journal = open_journal(tmp_path / "journal.db", boot=2)
    assert journal.events_of(big) == before
    assert [event.sequence for event in before] == [11, 12]
    assert journal.events_of(TicketId(12345)) == ()
    journal.close()


def test_walk_ins_are_found_by_their_keyed_hash(tmp_path: Path) -> None:
    journal = open_journal(tmp_path / "journal.db")
    journal.append(an_intent(0, holder=HOLDER), GATE, reading())
    assert [w.holder for w in walk_ins(journal.walk_in_events_of(HOLDER))] == [HOLDER]
    assert journal.walk_in_events_of(bytes(16)) == ()
    journal.close()


def test_an_intent_without_outcome_is_pending_after_a_power_cut_until_it_is_resumed(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal.db", 2)
    journal.append(an_outcome(1), GATE, reading(5))
    journal.close()
    journal = open_journal(tmp_path / "journal.db", boot=2)
    assert [entry.sequence for entry in journal.pending_intents()] == [2]
    journal.append(an_intent(2, attempt=50, resumes=2), GATE, reading(6))
    assert [entry.sequence for entry in journal.pending_intents()] == [4]
    journal.append(an_outcome(4), GATE, reading(7))
    assert journal.pending_intents() == ()
    assert [passage.resumed for passage in fold(journal.events_of(TicketId(2)))] == [True]
    journal.close()


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    journal = open_journal(tmp_path / "journal.db")
    with pytest.raises(InputError):
        journal.append(Alarm("x" * 61, ""), GATE, reading())
    assert journal.append(Alarm("intrusion", ""), GATE, reading()).sequence == 1
    journal.close()


def test_a_full_disk_admits_no_visitor_and_recovers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used = [0.979]
    monkeypatch.setattr("edge.journal.database.disk_used", lambda _path: used[0])
    journal = open_journal(tmp_path / "journal.db")
    journal.append(an_intent(), GATE, reading())
    used[0] = 0.98
    with pytest.raises(JournalFull):
        journal.append(an_intent(), GATE, reading())
    used[0] = 0.5
    assert journal.append(an_intent(), GATE, reading()).sequence == 2
    journal.close()


def test_few_entries_restart_the_log_because_those_wait_for_the_disk_twice(tmp_path: Path) -> None:
    journal = open_journal(tmp_path / "journal.db")
    begun: list[bytes] = []
    for number in range(ENTRIES):
        journal.append(an_intent(attempt=number), GATE, reading())
        journal.checkpoint()
        begun.append((tmp_path / "journal.db-wal").read_bytes()[LOG_SALTS])
    assert 1 < len(set(begun)) <= ENTRIES // 20, "the log also restarts in time"


def test_a_closed_journal_says_so(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal.db", 1)
    journal.close()
    journal.close()
    with pytest.raises(JournalClosed):
        journal.append(an_intent(), GATE, reading())
    with pytest.raises(JournalClosed):
        journal.events_of(TicketId(1))


def test_the_head_is_signed_after_64_entries_or_5_seconds(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal.db", 63)
    assert signed_up_to(journal) == 0
    journal.append(an_intent(64), GATE, reading(64))
    assert signed_up_to(journal) == 64
    journal.append(an_intent(65), GATE, reading(65))
    journal.sign_head_if_due(reading(64 + 4_999))
    assert signed_up_to(journal) == 64
    journal.sign_head_if_due(reading(64 + 5_000))
    assert signed_up_to(journal) == 65
    journal.close()


def signed_up_to(journal: Journal) -> int:
    file = journal._file  # noqa: SLF001  the file cannot be opened a second time
    with file.guarded():
        return int(file.execute("SELECT max(head_sequence) FROM journal").get)


def test_batches_go_on_from_the_last_receipt(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal.db", 250)
    first = journal.unsent(reading())
    assert first is not None
    assert len(first.items) == 200
    assert journal.acknowledge(a_receipt(first.head.head))
    assert journal.unsent_count == 50
    second = journal.unsent(reading())
    assert second is not None
    answer = verify_batch(first.head.head, second.items)
    assert isinstance(answer, Proved)
    assert journal.acknowledge(a_receipt(answer.head))
    assert journal.unsent(reading()) is None
    journal.close()


def test_a_receipt_for_another_hash_is_central_s_fault(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal.db")
    wrong = JournalHead(journal.head.journal_id, Sequence(10), bytes(31) + b"\x01")
    with pytest.raises(PeerError):
        journal.acknowledge(a_receipt(wrong))
    assert journal.unsent_count == 10
    journal.close()


def test_a_receipt_beyond_the_end_says_that_the_journal_was_set_back(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal.db")
    ahead = JournalHead(journal.head.journal_id, Sequence(12), bytes(31) + b"\x01")
    assert not journal.acknowledge(a_receipt(ahead))
    journal.begin_again("central holds more", reading())
    assert begun_anew(journal, last_known=10)
    journal.close()


@pytest.mark.parametrize(("quarantine", "goes_on"), [(Quarantine.REVOKED, True), (Quarantine.FORK, False)])
def test_quarantined_entries_are_not_sent_again(tmp_path: Path, quarantine: Quarantine, goes_on: bool) -> None:  # noqa: FBT001  a table's column
    journal = filled(tmp_path / "journal.db")
    assert journal.acknowledge(a_receipt(journal.head, quarantine=quarantine)) is goes_on
    assert journal.unsent(reading()) is None
    journal.close()


def test_a_restored_central_is_sent_everything_again_from_where_it_stands(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal.db")
    journal.acknowledge(a_receipt(journal.head))
    journal.resend_from(journal.head.journal_id, Sequence(4))
    batch = journal.unsent(reading())
    assert batch is not None
    assert len(batch.items) == 7
    with pytest.raises(PeerError):
        journal.resend_from(journal.head.journal_id, Sequence(12))
    journal.close()


def test_entries_are_kept_7_days_after_their_receipt_and_until_the_feed_carries_them(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = filled(path)
    head = journal.head
    journal.acknowledge(a_receipt(head))
    late = Instant(START + KEPT_AFTER_RECEIPT_MS)
    assert journal.prune(Instant(late - 1), {head.journal_id: Sequence(10)}) == 0
    assert journal.prune(late, {}) == 0
    assert journal.prune(late, {head.journal_id: Sequence(4)}) == 4
    assert journal.prune(late, {head.journal_id: Sequence(10)}) == 5  # the last one is kept, because the next links to it
    assert journal.events_of(TicketId(9)) == ()
    journal.close()
    journal = open_journal(path, boot=2, known=head)
    assert journal.head == head
    assert journal.append(an_intent(11), GATE, reading()).previous_hash == head.hash
    journal.close()


def test_what_was_pruned_is_declared_lost_to_a_central_that_lost_it(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal.db")
    head = journal.head
    journal.acknowledge(a_receipt(head))
    journal.prune(Instant(START + KEPT_AFTER_RECEIPT_MS), {head.journal_id: Sequence(6)})
    journal.resend_from(head.journal_id, Sequence(3))
    batch = journal.unsent(reading())
    assert batch is not None
    answer = verify_batch(JournalHead(head.journal_id, Sequence(2), bytes(31) + b"\x01"), batch.items)
    assert isinstance(answer, Proved)
    assert [(lost.first, lost.last) for lost in answer.lost] == [(3, 6)]
    assert answer.head == head
    journal.close()


def test_an_empty_journal_begins_at_genesis(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db", an_owner(), None, reading())
    assert (journal.head.sequence, journal.head.hash) == (NO_ENTRY, GENESIS)
    assert journal.unsent(reading()) is None
    journal.close()
