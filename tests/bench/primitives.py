"""The bounds of the other figures on this machine: one signature proved, one fsync, one durable SQLite commit."""

import os
import tempfile
from pathlib import Path

import apsw
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tests.bench.measuring import MS_PER_S, US_PER_S, Values, median_s

VERIFY_RUNS = 2_000
WRITE_RUNS = 500
_ENTRY = bytes(250)  # about as long as a journal's entry
_BODY = bytes(45)  # a ticket's body with its domain


def measure(place: Path) -> Values:
    """Measure on the disk that `place` is on."""
    with tempfile.TemporaryDirectory(dir=place) as name:
        folder = Path(name)
        return {
            "primitive_ed25519_verify_us": _verify_s() * US_PER_S,
            "primitive_fsync_ms": _fsync_s(folder / "file") * MS_PER_S,
            "primitive_sqlite_full_commit_ms": _commit_s(folder / "file.db") * MS_PER_S,
        }


def _verify_s() -> float:
    private = Ed25519PrivateKey.generate()
    public, signature = private.public_key().public_bytes_raw(), private.sign(_BODY)
    return median_s(lambda: Ed25519PublicKey.from_public_bytes(public).verify(signature, _BODY), VERIFY_RUNS)


def _fsync_s(path: Path) -> float:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)

    def write() -> None:
        os.write(descriptor, _ENTRY)
        os.fsync(descriptor)

    try:
        return median_s(write, WRITE_RUNS)
    finally:
        os.close(descriptor)


def _commit_s(path: Path) -> float:
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", 2)
    assert connection.pragma("synchronous") == 2, "FULL, as the journal's"
    connection.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT")
    try:
        return median_s(lambda: connection.execute("INSERT INTO entry (data) VALUES (?)", (_ENTRY,)), WRITE_RUNS)
    finally:
        connection.close()
