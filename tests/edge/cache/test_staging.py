"""The cache's writer and the threads that use it."""

import threading
from pathlib import Path

import apsw
import pytest

from edge.cache.staging import Staging
from protocol.feed.buckets import digest

LIMIT_S = 10


@pytest.mark.law(10)
def test_an_agent_that_stops_waits_for_the_thread_that_a_download_left_at_work(tmp_path: Path) -> None:
    """A cancelled download does not end its working thread: the agent must not close the file under it."""
    staging = Staging.open(tmp_path / "cache.db")
    begun, go_on, faults = threading.Event(), threading.Event(), []

    def trace(_cursor: apsw.Cursor, _statement: str, _bindings: object) -> bool:
        begun.set()
        return go_on.wait(LIMIT_S)

    def close() -> None:
        try:
            staging.close()
        except apsw.Error as error:
            faults.append(error)

    staging._connection.exec_trace = trace  # noqa: SLF001 - stops the thread in the middle of its statement
    work = threading.Thread(target=lambda: staging.put({}, (b"one",)))
    stop = threading.Thread(target=close)
    work.start()
    assert begun.wait(LIMIT_S)
    stop.start()
    stop.join(0.05)
    go_on.set()
    for thread in (work, stop):
        thread.join(LIMIT_S)
        assert not thread.is_alive()
    assert faults == []
    reopened = Staging.open(tmp_path / "cache.db")
    assert reopened.content(digest(b"one")) == b"one"
    reopened.close()
