"""The signed metadata of a feed: timestamp, manifest, admissions head; and the head that agents poll and central pushes.

Each travels in a `signatures.Envelope` under the domain of its role, as deterministic CBOR that names its role; the root role is
the keyring (`keyring`). Sizes are bounded before anything is parsed.
Laws: metadata names content by hash and length, never by address; a reader accepts only values that could have been written.
"""

from dataclasses import dataclass

from protocol import cbor
from protocol.errors import InputError
from protocol.feed.buckets import HASH_BYTES
from protocol.feed.faults import Role
from protocol.identifiers import JOURNAL_ID_BYTES, U16_MAX, U32_MAX, AgentId, JournalId, SiteId
from protocol.identifiers import Sequence as JournalSequence
from protocol.instants import Instant

MAX_TIMESTAMP_BYTES = 4 * 1024
MAX_MANIFEST_BYTES = 16 * 1024
MAX_ADMISSIONS_BYTES = 512 * 1024
MAX_HEAD_BYTES = MAX_TIMESTAMP_BYTES + 256
MAX_TABLES = 32
MAX_TABLE_BYTES = 4 * 1024 * 1024
MAX_SEGMENTS = 256
MAX_WATERMARKS = 8_192
_MAX_NAME_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Ref:
    """A signed role's envelope, as the timestamp names it."""

    version: int
    sha256: bytes
    length: int


@dataclass(frozen=True, slots=True)
class TableRef:
    """A small table, as the manifest names it."""

    sha256: bytes
    length: int


@dataclass(frozen=True, slots=True)
class SegmentRef:
    """A segment of admission events, as the admissions head names it."""

    sha256: bytes
    length: int
    count: int


@dataclass(frozen=True, slots=True)
class EventBase:
    """The rolled-up events: the root of 4,096 event buckets, their bytes and events in all."""

    root: bytes
    length: int
    count: int


@dataclass(frozen=True, slots=True)
class Watermark:
    """All admission events of a journal up to this sequence are in the base or the segments (except those of ended tickets)."""

    agent: AgentId
    journal_id: JournalId
    sequence: JournalSequence


@dataclass(frozen=True, slots=True)
class Timestamp:
    """Freshness: names the current roles, signed again every few seconds. `expires_at` ends the site's offline autonomy."""

    site: SiteId
    epoch: int
    version: int
    signed_at: Instant
    expires_at: Instant
    keyring: Ref
    manifest: Ref
    admissions: Ref

    def to_payload(self) -> bytes:
        """Return the bytes that a timestamp key signs."""
        value = _common(Role.TIMESTAMP, self.site, self.epoch, self.version)
        value |= {"signed_at": self.signed_at, "expires_at": self.expires_at}
        refs = {"keyring": self.keyring, "manifest": self.manifest, "admissions": self.admissions}
        return cbor.encode(value | {name: [ref.version, ref.sha256, ref.length] for name, ref in refs.items()})

    @classmethod
    def from_payload(cls, payload: bytes) -> "Timestamp":
        """Read a timestamp; raise InputError where it is malformed."""
        fields = _fields(payload, Role.TIMESTAMP, {"signed_at", "expires_at", "keyring", "manifest", "admissions"})
        return cls(
            site=_site(fields),
            epoch=fields.integer("epoch", 1),
            version=fields.integer("version", 1),
            signed_at=Instant(fields.integer("signed_at")),
            expires_at=Instant(fields.integer("expires_at")),
            keyring=_ref(fields.nested("keyring")),
            manifest=_ref(fields.nested("manifest")),
            admissions=_ref(fields.nested("admissions")),
        )


@dataclass(frozen=True, slots=True)
class Manifest:
    """The tickets, credentials and small tables of a site. `change_sequence` is central's last change that it contains."""

    site: SiteId
    epoch: int
    version: int
    as_of: Instant
    ticket_count: int
    credential_count: int
    tickets_root: bytes
    credentials_root: bytes
    change_sequence: int
    tables: tuple[tuple[str, TableRef], ...]

    def table(self, name: str) -> TableRef | None:
        """Return the reference of a small table."""
        return dict(self.tables).get(name)

    def to_payload(self) -> bytes:
        """Return the bytes that a manifest key signs."""
        value = _common(Role.MANIFEST, self.site, self.epoch, self.version)
        return cbor.encode(
            value
            | {
                "as_of": self.as_of,
                "ticket_count": self.ticket_count,
                "credential_count": self.credential_count,
                "tickets_root": self.tickets_root,
                "credentials_root": self.credentials_root,
                "change_sequence": self.change_sequence,
                "tables": [[name, ref.sha256, ref.length] for name, ref in self.tables],
            }
        )

    @classmethod
    def from_payload(cls, payload: bytes) -> "Manifest":
        """Read a manifest; raise InputError where it is malformed or its tables are not in order of their names."""
        names = {"as_of", "ticket_count", "credential_count", "tickets_root", "credentials_root", "change_sequence", "tables"}
        fields = _fields(payload, Role.MANIFEST, names)
        tables = tuple(_table(item) for item in fields.items("tables", MAX_TABLES))
        if [name for name, _ in tables] != sorted({name for name, _ in tables}):
            raise InputError("manifest: tables must stand once each, in order of their names")
        return cls(
            site=_site(fields),
            epoch=fields.integer("epoch", 1),
            version=fields.integer("version", 1),
            as_of=Instant(fields.integer("as_of")),
            ticket_count=fields.integer("ticket_count"),
            credential_count=fields.integer("credential_count"),
            tickets_root=fields.binary("tickets_root", HASH_BYTES),
            credentials_root=fields.binary("credentials_root", HASH_BYTES),
            change_sequence=fields.integer("change_sequence"),
            tables=tables,
        )


@dataclass(frozen=True, slots=True)
class AdmissionsHead:
    """The admission events of all gates: a base that central rolls up daily, and the segments since then, oldest first."""

    site: SiteId
    epoch: int
    version: int
    as_of: Instant
    base: EventBase | None
    segments: tuple[SegmentRef, ...]
    watermarks: tuple[Watermark, ...]

    @property
    def event_count(self) -> int:
        """The number of events that the head names in total."""
        return (self.base.count if self.base else 0) + sum(ref.count for ref in self.segments)

    def to_payload(self) -> bytes:
        """Return the bytes that an admissions key signs."""
        value = _common(Role.ADMISSIONS, self.site, self.epoch, self.version)
        return cbor.encode(
            value
            | {
                "as_of": self.as_of,
                "base": [self.base.root, self.base.length, self.base.count] if self.base else None,
                "segments": [[ref.sha256, ref.length, ref.count] for ref in self.segments],
                "watermarks": [[mark.agent, mark.journal_id, mark.sequence] for mark in self.watermarks],
            }
        )

    @classmethod
    def from_payload(cls, payload: bytes) -> "AdmissionsHead":
        """Read an admissions head; raise InputError where it is malformed."""
        fields = _fields(payload, Role.ADMISSIONS, {"as_of", "base", "segments", "watermarks"})
        watermarks = tuple(read_watermark(item) for item in fields.items("watermarks", MAX_WATERMARKS))
        if len({(mark.agent, mark.journal_id) for mark in watermarks}) != len(watermarks):
            raise InputError("admissions: a journal has two watermarks")
        base = fields.nested("base")
        return cls(
            site=_site(fields),
            epoch=fields.integer("epoch", 1),
            version=fields.integer("version", 1),
            as_of=Instant(fields.integer("as_of")),
            base=None if base is None else EventBase(*_content(base, "admissions base")),
            segments=tuple(SegmentRef(*_content(item, "admissions segment")) for item in fields.items("segments", MAX_SEGMENTS)),
            watermarks=watermarks,
        )


@dataclass(frozen=True, slots=True)
class FeedHead:
    """The head: the newest timestamp's envelope, and a hint (not signed, not believed) of the newest keyring."""

    keyring_epoch: int
    keyring_version: int
    timestamp: bytes

    def to_bytes(self) -> bytes:
        """Return the head's bytes."""
        return cbor.encode({"keyring": [self.keyring_epoch, self.keyring_version], "timestamp": self.timestamp})

    @classmethod
    def from_bytes(cls, data: bytes) -> "FeedHead":
        """Read a head; raise InputError where it is malformed. The caller bounds the length before."""
        fields = cbor.Fields(cbor.decode(data), "head", {"keyring", "timestamp"})
        match fields.integers("keyring", 1, most=2):
            case (epoch, version):
                return cls(epoch, version, fields.binary("timestamp", most=MAX_TIMESTAMP_BYTES))
        raise InputError("head: the keyring is [epoch, version]")


def _common(role: Role, site: SiteId, epoch: int, version: int) -> dict[str, object]:
    return {"role": role.value, "site": site, "epoch": epoch, "version": version}


def _fields(payload: bytes, role: Role, names: set[str]) -> cbor.Fields:
    fields = cbor.Fields(cbor.decode(payload), role.value, names | {"role", "site", "epoch", "version"})
    if fields.text("role") != role.value:
        raise InputError(f"{role.value}: the payload is of another role")
    return fields


def _site(fields: cbor.Fields) -> SiteId:
    return SiteId(fields.integer("site", 0, U16_MAX))


def _ref(value: object) -> Ref:
    match value:
        case [int() as version, bytes() as sha256, int() as length] if version > 0 and len(sha256) == HASH_BYTES and length > 0:
            return Ref(version, sha256, length)
    raise InputError("timestamp: a reference is [version, 32 bytes, length]")


def _table(value: object) -> tuple[str, TableRef]:
    match value:
        case [str() as name, bytes() as sha256, int() as length] if (
            0 < len(name) <= _MAX_NAME_CHARACTERS and len(sha256) == HASH_BYTES and 0 <= length <= MAX_TABLE_BYTES
        ):
            return name, TableRef(sha256, length)
    raise InputError(f"manifest: a table is [name, 32 bytes, length up to {MAX_TABLE_BYTES}]")


def _content(value: object, where: str) -> tuple[bytes, int, int]:
    match value:
        case [bytes() as sha256, int() as length, int() as count] if len(sha256) == HASH_BYTES and length >= 0 and count >= 0:
            return sha256, length, count
    raise InputError(f"{where}: must be [32 bytes, length, count]")


def read_watermark(value: object) -> Watermark:
    """Return a watermark; raise InputError where it is malformed."""
    match value:
        case [int() as agent, bytes() as journal_id, int() as sequence] if (
            0 < agent <= U32_MAX and len(journal_id) == JOURNAL_ID_BYTES and sequence > 0
        ):
            return Watermark(AgentId(agent), JournalId(journal_id), JournalSequence(sequence))
    raise InputError("admissions: a watermark is [agent, 16 bytes, sequence]")
