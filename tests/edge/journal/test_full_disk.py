"""A disk that takes no more bytes: the write itself fails, and no earlier check of free space can prevent that."""

import json
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.journal.database import JournalClosed
from protocol.identifiers import TicketId
from tests.builders.journal import GATE, an_intent, open_journal, reading

pytestmark = pytest.mark.law(1)

MOST = 10_000


def in_child(work: Callable[[], object]) -> object:
    """Run the function in a separate process with its own limits; return its result."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, json.dumps(work()).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return json.loads(said)


def fill(path: Path, spare_bytes: int) -> dict[str, object]:
    """Journal until the file system takes no more; return the acknowledged entries and the next two errors."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    journal = open_journal(path)
    log = path.with_name(f"{path.name}-wal")
    most = max(path.stat().st_size, log.stat().st_size) + spare_bytes
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    acknowledged, faults = 0, []
    for number in range(1, MOST):
        try:
            journal.append(an_intent(number, attempt=number), GATE, reading(number))
        except JournalClosed as fault:
            faults.append(str(fault))
            break
        acknowledged = number
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    sizes = path.stat().st_size, log.stat().st_size
    try:
        journal.append(an_intent(MOST), GATE, reading(MOST))
    except JournalClosed as fault:
        faults.append(str(fault))
    is_untouched = sizes == (path.stat().st_size, log.stat().st_size)
    return {"acknowledged": acknowledged, "faults": faults, "is_untouched": is_untouched}


@pytest.mark.parametrize("spare_bytes", [1, 700, 4_096, 20_000, 100_001])
def test_a_write_that_finds_no_room_closes_the_journal_and_loses_nothing_acknowledged(tmp_path: Path, spare_bytes: int) -> None:
    path = tmp_path / "journal.db"
    told = in_child(lambda: fill(path, spare_bytes))
    assert isinstance(told, dict)
    closed, again = told["faults"]
    assert "closed for good" in closed
    assert "start the agent again" in again
    assert told["is_untouched"], "with room again, the same handle is not tried again"
    journal = open_journal(path, boot=2)
    acknowledged = told["acknowledged"]
    assert isinstance(acknowledged, int)
    assert all(journal.events_of(TicketId(number)) for number in range(1, acknowledged + 1))
    assert not journal.events_of(TicketId(MOST))
    journal.append(an_intent(MOST + 1), GATE, reading())
    journal.close()
