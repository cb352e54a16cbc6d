"""The facts that an agent must not forget: its trust state, the floor of its clock, and its counters.

Laws: durable on return (WAL, synchronous=FULL, each pragma set by its own call and read back); versions, the time floor and
counters never fall (laws 3 and 11); it has its own file, so that deleting the cache rolls nothing back.
"""

from dataclasses import dataclass
from pathlib import Path

import apsw

from protocol import cbor
from protocol.errors import InputError, StorageError
from protocol.feed import trust_state
from protocol.feed.faults import UntrustedFeed
from protocol.feed.trust import TrustState
from protocol.holders import SITE_KEY_BYTES
from protocol.identifiers import JOURNAL_ID_BYTES, JournalId, Sequence
from protocol.instants import Instant

SCHEMA_VERSION = 1
_BUSY_TIMEOUT_MS = 2_000
_FULL = 2
_STATE, _FLOOR, _SIGNED_TIME, _JOURNAL, _REQUESTS = "trust", "time-floor", "signed-time", "journal", "request-sequence"
_SIGNED_OFF, _HOLDER_KEYS = "signed-off", "holder-keys"


class TrustLost(StorageError):
    """trust.db cannot be read or written, or was changed. The agent must be enrolled again."""


@dataclass(frozen=True, slots=True)
class JournalMark:
    """How far an agent's journal is known to have reached: a journal that ends earlier was rewound (law 5)."""

    journal_id: JournalId
    sequence: Sequence


@dataclass(frozen=True, slots=True)
class SiteKey:
    """A key that hashes documents (law 9): from version (epoch, version) on, the feed finds every holder by it.

    `generation` is the time (ms) when central made it; 0 for the key of enrolment.
    """

    generation: int
    key: bytes
    epoch: int = 0
    version: int = 0


class TrustStore:
    """trust.db: one connection, used on one thread."""

    def __init__(self, path: Path, *, failed: bool = False) -> None:
        """Open the file or make it; raise TrustLost where it cannot be used. With `failed`, nothing is read or kept."""
        self._path = path
        try:
            self._connection = apsw.Connection(":memory:" if failed else str(path))
            if not failed:
                self._connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
                self._set_pragmas()
            self._make_schema()
        except apsw.Error as error:
            raise self._lost(str(error)) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def state(self) -> TrustState | None:
        """Return the trust state, proved again; None before enrolment. Raise TrustLost where it is damaged."""
        data = self._get(_STATE)
        if data is None:
            return None
        try:
            return trust_state.from_bytes(data)
        except (InputError, UntrustedFeed) as error:
            raise self._lost(str(error)) from error

    def save_state(self, state: TrustState) -> None:
        """Store the trust state."""
        self._put(_STATE, trust_state.to_bytes(state))

    def floor(self) -> Instant:
        """Return the time that the agent's clock never goes below (law 11); zero at first."""
        return Instant(self._number(_FLOOR))

    def raise_floor(self, to: Instant) -> None:
        """Raise the floor; an earlier time changes nothing."""
        self._raise(_FLOOR, to)

    def signed_time(self) -> Instant | None:
        """Return the last believed signed server time; uncertainty grows from then on."""
        found = self._number(_SIGNED_TIME)
        return Instant(found) if found else None

    def note_signed_time(self, at: Instant) -> None:
        """Keep a signed server time, which raises the floor too; an earlier one changes nothing."""
        with self._connection:
            self._raise(_SIGNED_TIME, at)
            self._raise(_FLOOR, at)

    def journal_mark(self) -> JournalMark | None:
        """Return the last receipt's journal and sequence."""
        data = self._get(_JOURNAL)
        if data is None:
            return None
        match self._decoded(_JOURNAL, data):
            case [bytes() as journal_id, int() as sequence] if len(journal_id) == JOURNAL_ID_BYTES:
                return JournalMark(JournalId(journal_id), Sequence(sequence))
        raise self._lost("the journal mark is not what was written")

    def save_journal_mark(self, mark: JournalMark) -> None:
        """Store how far a journal has reached."""
        self._put(_JOURNAL, cbor.encode([mark.journal_id, mark.sequence]))

    def is_signed_off(self) -> bool:
        """Return whether the agent closed for the end of a shift and has not opened since (law 6)."""
        return bool(self._number(_SIGNED_OFF))

    def save_signed_off(self, *, signed_off: bool) -> None:
        """Store whether the agent is closed."""
        self._put(_SIGNED_OFF, cbor.encode(int(signed_off)))

    def holder_keys(self) -> tuple[SiteKey, ...]:
        """Return the keys to hash a document with, newest first: the feed may know it by each of them."""
        data = self._get(_HOLDER_KEYS)
        if data is None:
            return ()
        match self._decoded(_HOLDER_KEYS, data):
            case list() as items:
                return tuple(self._site_key(item) for item in items)
        raise self._lost("the keys for holders are not what was written")

    def save_holder_keys(self, keys: tuple[SiteKey, ...]) -> None:
        """Store these keys and no others; forgotten keys are erased from the disk as far as the disk allows."""
        self._put(_HOLDER_KEYS, cbor.encode([[one.generation, one.key, one.epoch, one.version] for one in keys]))
        self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)

    def reserve_requests(self, count: int) -> Sequence:
        """Reserve `count` unused request sequences and return the first; a restart does not use them again."""
        with self._connection:
            first = self._number(_REQUESTS) + 1
            self._put(_REQUESTS, cbor.encode(first + count - 1))
        return Sequence(first)

    def _site_key(self, item: object) -> SiteKey:
        match item:
            case [int() as generation, bytes() as key, int() as epoch, int() as version] if len(key) == SITE_KEY_BYTES:
                return SiteKey(generation, key, epoch, version)
        raise self._lost("a key for holders is not what was written")

    def _raise(self, name: str, to: int) -> None:
        if to > self._number(name):
            self._put(name, cbor.encode(to))

    def _number(self, name: str) -> int:
        data = self._get(name)
        if data is None:
            return 0
        value = self._decoded(name, data)
        if not isinstance(value, int):
            raise self._lost(f"{name} is not what was written")
        return value

    def _decoded(self, name: str, data: bytes) -> object:
        try:
            return cbor.decode(data)
        except InputError as error:
            raise self._lost(f"{name} is not what was written") from error

    def _get(self, name: str) -> bytes | None:
        try:
            data: object = self._connection.execute("SELECT value FROM kept WHERE name = ?", (name,)).get
        except apsw.Error as error:
            raise self._lost(str(error)) from error
        return data if isinstance(data, bytes) else None

    def _put(self, name: str, value: bytes) -> None:
        try:
            self._connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))
        except apsw.Error as error:
            raise self._lost(str(error)) from error

    def _set_pragmas(self) -> None:
        wanted: tuple[tuple[str, str | int], ...] = (
            ("journal_mode", "wal"),
            ("synchronous", _FULL),
            ("mmap_size", 0),
            ("secure_delete", 1),
        )
        for name, value in wanted:
            self._connection.pragma(name, value)
            found = self._connection.pragma(name)
            if found != value:
                raise self._lost(f"pragma {name} is {found!r} and not {value!r}; move it to a local disk")

    def _make_schema(self) -> None:
        found = self._connection.pragma("user_version")
        if found == SCHEMA_VERSION:
            return
        if found != 0:
            raise self._lost(f"schema {found} is of another version, this one is {SCHEMA_VERSION}")
        with self._connection:
            self._connection.execute("CREATE TABLE kept (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID")
            self._connection.pragma("user_version", SCHEMA_VERSION)

    def _lost(self, message: str) -> TrustLost:
        return TrustLost(f"{self._path}: {message}; where the disk is sound, enrol this agent again")
