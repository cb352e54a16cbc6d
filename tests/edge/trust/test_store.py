"""The trust store's values survive a restart and never fall."""

from pathlib import Path

import apsw
import pytest

from edge.trust.store import JournalMark, TrustLost, TrustStore
from protocol.feed.trust import begin
from protocol.identifiers import JournalId, Sequence
from protocol.instants import Instant
from tests.builders.feed import SITE, START, FeedSimulator


def reopened(store: TrustStore, path: Path) -> TrustStore:
    store.close()
    return TrustStore(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trust.db"


def test_a_new_store_knows_nothing(path: Path) -> None:
    store = TrustStore(path)
    assert store.state() is None
    assert store.floor() == 0
    assert store.signed_time() is None
    assert store.journal_mark() is None
    store.close()


@pytest.mark.law(3)
def test_what_is_believed_is_there_after_a_restart(path: Path) -> None:
    store = TrustStore(path)
    state = begin(SITE, FeedSimulator().keyrings[0][1])
    store.save_state(state)
    store = reopened(store, path)
    assert store.state() == state
    store.close()


@pytest.mark.law(11)
def test_the_time_floor_never_falls(path: Path) -> None:
    store = TrustStore(path)
    for to, floor in ((START, START), (START - 1, START), (START + 5, START + 5), (0, START + 5)):
        store.raise_floor(Instant(to))
        store = reopened(store, path)
        assert store.floor() == floor
    store.close()


@pytest.mark.law(11)
def test_a_signed_time_raises_the_floor_and_never_goes_back(path: Path) -> None:
    store = TrustStore(path)
    store.raise_floor(Instant(START + 9))
    store.note_signed_time(START)
    assert (store.signed_time(), store.floor()) == (START, START + 9)
    store.note_signed_time(Instant(START + 20))
    store.note_signed_time(Instant(START + 10))
    store = reopened(store, path)
    assert (store.signed_time(), store.floor()) == (START + 20, START + 20)
    store.close()


def test_a_request_sequence_is_given_once_across_restarts(path: Path) -> None:
    store = TrustStore(path)
    given: list[int] = []
    for count in (1, 64, 64):
        first = store.reserve_requests(count)
        given += range(first, first + count)
        store = reopened(store, path)
    assert given == list(range(1, 130))
    store.close()


@pytest.mark.law(5)
def test_the_last_receipt_is_remembered(path: Path) -> None:
    store = TrustStore(path)
    mark = JournalMark(JournalId(b"j" * 16), Sequence(77))
    store.save_journal_mark(mark)
    store = reopened(store, path)
    assert store.journal_mark() == mark
    store.close()


def test_writes_are_durable_when_they_return(path: Path) -> None:
    store = TrustStore(path)
    store.raise_floor(START)
    copied = path.parent / "copy.db"
    for suffix in ("", "-wal"):
        (path.parent / f"copy.db{suffix}").write_bytes((path.parent / f"trust.db{suffix}").read_bytes())
    other = TrustStore(copied)
    assert other.floor() == START
    other.close()
    store.close()


@pytest.mark.law(4)
@pytest.mark.parametrize("value", [b"", b"\xa0", b"\xff" * 40])
def test_a_damaged_state_is_said_to_be_lost(path: Path, value: bytes) -> None:
    store = TrustStore(path)
    store.save_state(begin(SITE, FeedSimulator().keyrings[0][1]))
    store.close()
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE kept SET value = ?", (value,))
    connection.close()
    store = TrustStore(path)
    with pytest.raises(TrustLost):
        store.state()
    store.close()


@pytest.mark.law(4)
def test_a_keyring_edited_on_disk_is_not_believed(path: Path) -> None:
    store = TrustStore(path)
    envelope = FeedSimulator().keyrings[0][1]
    store.save_state(begin(SITE, envelope))
    store.close()
    connection = apsw.Connection(str(path))
    (value,) = next(iter(connection.execute("SELECT value FROM kept")))
    place = value.index(b"manifest")
    connection.execute("UPDATE kept SET value = ?", (value[: place - 40] + b"\x01" + value[place - 39 :],))
    connection.close()
    store = TrustStore(path)
    with pytest.raises(TrustLost):
        store.state()
    store.close()


def test_a_file_that_is_no_database_is_said_to_be_lost(path: Path) -> None:
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(TrustLost, match="enrol"):
        TrustStore(path)
