"""A power cut at any instant: acknowledged entries are there afterwards, and the journal goes on.

A recording VFS keeps every write, truncation and deletion in order, and the place of each sync. A cut leaves all synced
operations, and of the rest none, all, some, or a part torn at a sector of 512 bytes. Then the real code opens the remaining file.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import apsw
import pytest

from edge.journal.database import JournalClosed
from edge.journal.journal import Journal
from protocol.identifiers import JournalId, Sequence, TicketId
from protocol.journal.chain import JournalHead, Proved, verify_batch
from protocol.journal.codec import decode_entry
from tests.builders.journal import GATE, a_receipt, an_intent, an_outcome, open_journal, reading

SECTOR = 512
STATES = 400


@dataclass(frozen=True)
class Write:
    name: str
    offset: int
    data: bytes


@dataclass(frozen=True)
class Truncate:
    name: str
    size: int


@dataclass(frozen=True)
class Delete:
    name: str


@dataclass(frozen=True)
class Sync:
    name: str


@dataclass(frozen=True)
class Acknowledged:
    ticket: int


Op = Write | Truncate | Delete | Sync | Acknowledged


@dataclass
class Tape:
    """The operations on the file system, in order; `fail_sync` makes the next sync fail."""

    ops: list[Op] = field(default_factory=list)
    fail_sync: bool = False


class _File(apsw.VFSFile):
    def __init__(self, tape: Tape, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self.tape = tape
        self.name = Path(name.filename() if isinstance(name, apsw.URIFilename) else name or "").name
        super().__init__("unix", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802  SQLite's name
        self.tape.ops.append(Write(self.name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  SQLite's name
        self.tape.ops.append(Truncate(self.name, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802  SQLite's name
        if self.tape.fail_sync:
            raise apsw.IOError("the disk says no")
        self.tape.ops.append(Sync(self.name))
        super().xSync(flags)


class _Recorder(apsw.VFS):
    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        super().__init__("recorder", "unix", makedefault=True)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  SQLite's name
        return _File(self.tape, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: FBT001, N802  SQLite's signature
        self.tape.ops.append(Delete(Path(filename).name))
        super().xDelete(filename, syncdir)


@contextmanager
def recording() -> Iterator[Tape]:
    tape = Tape()
    vfs = _Recorder(tape)
    try:
        yield tape
    finally:
        vfs.unregister()


def visits(tape: Tape, path: Path, chance: Random, boot: int, first: int) -> None:
    """A lane's day: intents, outcomes, signed heads, receipts, checkpoints; then the end of the process, orderly or not."""
    journal = open_journal(path, boot=boot)
    for number in range(first, first + 40):
        entry = journal.append(an_intent(number, attempt=number), GATE, reading(number))
        tape.ops.append(Acknowledged(number))
        if chance.random() < 0.7:
            journal.append(an_outcome(entry.sequence), GATE, reading(number))
        if chance.random() < 0.1:
            receive(journal)
        if chance.random() < 0.1:
            journal.sign_head_if_due(reading(number + 10_000))
        if chance.random() < 0.1:
            journal.checkpoint()
    journal.close()


def receive(journal: Journal) -> None:
    batch = journal.unsent(reading())
    if batch is not None:
        journal.acknowledge(a_receipt(batch.head.head))


def cut(ops: list[Op], chance: Random) -> tuple[dict[str, bytearray], set[int]]:
    """The disk after a cut behind the last of these operations, and the tickets acknowledged by then."""
    files: dict[str, bytearray] = {}
    unsynced: dict[str, list[Write | Truncate]] = {}
    acknowledged: set[int] = set()
    for op in ops:
        match op:
            case Write() | Truncate():
                unsynced.setdefault(op.name, []).append(op)
            case Delete():
                files.pop(op.name, None)
                unsynced.pop(op.name, None)
            case Sync():
                for pending in unsynced.pop(op.name, []):
                    apply(files, pending)
                files.setdefault(op.name, bytearray())
            case Acknowledged():
                acknowledged.add(op.ticket)
    fate = chance.choice(["nothing", "everything", "some", "torn"])
    for name, pendings in unsynced.items():
        for pending in pendings:
            if fate == "everything" or (fate in {"some", "torn"} and chance.random() < 0.5):
                apply(files, torn(pending, chance) if fate == "torn" else pending)
        files.setdefault(name, bytearray())
    return files, acknowledged


def apply(files: dict[str, bytearray], op: Write | Truncate) -> None:
    content = files.setdefault(op.name, bytearray())
    if isinstance(op, Truncate):
        del content[op.size :]
        return
    content.extend(bytes(max(0, op.offset - len(content))))
    content[op.offset : op.offset + len(op.data)] = op.data


def torn(op: Write | Truncate, chance: Random) -> Write | Truncate:
    if isinstance(op, Truncate):
        return op
    sectors = -(-len(op.data) // SECTOR)
    return Write(op.name, op.offset, op.data[: chance.randint(0, sectors) * SECTOR])


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> list[Op]:
    path = tmp_path_factory.mktemp("recorded") / "journal.db"
    with recording() as recorded:
        for boot in (1, 2, 3):
            visits(recorded, path, Random(boot), boot, first=boot * 1_000)  # noqa: S311  a seed repeats the run
    return recorded.ops


@pytest.mark.law(1)
@pytest.mark.parametrize("seed", range(4))
def test_nothing_acknowledged_is_lost_whenever_the_power_goes(tmp_path: Path, tape: list[Op], seed: int) -> None:
    chance = Random(seed)  # noqa: S311  a seed repeats the run
    begun = next(place for place, op in enumerate(tape) if isinstance(op, Acknowledged))
    for state in range(STATES // 4):
        files, acknowledged = cut(tape[: chance.randint(begun, len(tape))], chance)
        directory = tmp_path / str(state)
        directory.mkdir()
        for name, content in files.items():
            (directory / name).write_bytes(content)
        check(directory / "journal.db", acknowledged)


def check(path: Path, acknowledged: set[int]) -> None:
    """Every acknowledged admission is found, the chain is whole, and the next entry links to it."""
    journal = open_journal(path, boot=9)
    missing = [ticket for ticket in acknowledged if not journal.events_of(TicketId(ticket))]
    assert missing == []
    assert journal.head.journal_id == JournalId((1 << 8).to_bytes(16))  # no new journal: nothing was in doubt
    journal.append(an_intent(9_999), GATE, reading())
    assert len(journal.events_of(TicketId(9_999))) == 1
    batch = journal.unsent(reading())
    assert batch is not None
    assert isinstance(batch.items[0], bytes)
    first = decode_entry(batch.items[0])
    stored = JournalHead(first.journal_id, Sequence(first.sequence - 1), first.previous_hash)
    assert isinstance(verify_batch(stored, batch.items), Proved)
    journal.close()


@pytest.mark.law(1)
def test_a_failed_sync_closes_the_journal_for_good_and_acknowledges_nothing(tmp_path: Path) -> None:
    with recording() as tape:
        journal = open_journal(tmp_path / "journal.db")
        journal.append(an_intent(1), GATE, reading())
        tape.fail_sync = True
        with pytest.raises(JournalClosed, match="closed for good"):
            journal.append(an_intent(2), GATE, reading())
        tape.fail_sync = False
        written = len(tape.ops)
        with pytest.raises(JournalClosed, match="start the agent again"):
            journal.append(an_intent(2), GATE, reading())
        assert not any(isinstance(op, Write | Sync) for op in tape.ops[written:])
        journal.close()
    journal = open_journal(tmp_path / "journal.db", boot=2)
    assert len(journal.events_of(TicketId(1))) == 1
    journal.close()


@pytest.mark.law(1)
def test_a_killed_process_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """The child writes each acknowledged number to its pipe; the test kills it in the middle of its work."""
    path = tmp_path / "journal.db"
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        journal = open_journal(path)
        for number in range(1, 1_000_000):
            journal.append(an_intent(number), GATE, reading())
            os.write(writer, number.to_bytes(4))
        os._exit(0)
    os.close(writer)
    acknowledged = int.from_bytes(os.read(reader, 4 * 300)[-4:])
    os.kill(child, 9)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as pipe:
        rest = pipe.read()
    acknowledged = int.from_bytes(rest[-4:]) if rest else acknowledged
    journal = open_journal(path, boot=2)
    assert acknowledged >= 1
    assert journal.head.sequence >= acknowledged
    assert all(journal.events_of(TicketId(number)) for number in range(1, acknowledged + 1))
    journal.close()
