"""The changes between two versions of a manifest, and the computation of the changed buckets from the old ones.

A delta travels as one zlib stream of a deterministic CBOR map: `from`, `to` (versions), and four byte strings: the tables
(`rows`) of the new tickets and credential entries, the removed ticket ids (u64 each, ascending) and the table of removed
credential entries. It is not signed: the resulting buckets must have the roots that the manifest signs.
Laws: applying a delta never trusts it; a delta with another result changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from protocol import cbor
from protocol.errors import InputError
from protocol.feed import rows
from protocol.feed.buckets import BucketKind, bucket_of_key, bucket_of_ticket, deflate, inflate
from protocol.feed.faults import Role
from protocol.feed.records import (
    CREDENTIAL_BYTES,
    CREDENTIAL_KEY_BYTES,
    TICKET_BYTES,
    TICKET_KEY_BYTES,
    CredentialEntry,
    credential_row,
    ticket_key,
    ticket_row,
)
from protocol.identifiers import TicketId
from protocol.tickets.record import TicketRecord

MAX_DELTA_BYTES = 8 * 1024 * 1024
_KEY_BYTES = {BucketKind.TICKETS: TICKET_KEY_BYTES, BucketKind.CREDENTIALS: CREDENTIAL_BYTES}
_ROW_BYTES = {BucketKind.TICKETS: TICKET_BYTES, BucketKind.CREDENTIALS: CREDENTIAL_BYTES}
_FIELDS = {"from", "to", "tickets", "tickets_removed", "credentials", "credentials_removed"}

RowChanges = Mapping[bytes, bytes | None]  # by key: the new row, or None where it is removed
BucketId = tuple[BucketKind, int]


@dataclass(frozen=True, slots=True)
class Changes:
    """Changed rows, by kind and by key."""

    tickets: RowChanges
    credentials: RowChanges

    def by_bucket(self) -> dict[BucketId, dict[bytes, bytes | None]]:
        """Return the changes by their bucket."""
        found: dict[BucketId, dict[bytes, bytes | None]] = {}
        for key, row in self.tickets.items():
            number = bucket_of_ticket(TicketId(int.from_bytes(key, "big")))
            found.setdefault((BucketKind.TICKETS, number), {})[key] = row
        for key, row in self.credentials.items():
            number = bucket_of_key(key[:CREDENTIAL_KEY_BYTES])
            found.setdefault((BucketKind.CREDENTIALS, number), {})[key] = row
        return found


def changes(
    upserts: Iterable[TicketRecord] = (),
    removals: Iterable[TicketId] = (),
    credentials: Iterable[CredentialEntry] = (),
    credentials_removed: Iterable[CredentialEntry] = (),
) -> Changes:
    """Return the row changes of records and entries; a row that is removed and put back stays."""
    tickets: dict[bytes, bytes | None] = {ticket_key(ticket_id): None for ticket_id in removals}
    tickets.update({ticket_key(record.ticket_id): ticket_row(record) for record in upserts})
    entries: dict[bytes, bytes | None] = {credential_row(entry): None for entry in credentials_removed}
    entries.update({row: row for row in map(credential_row, credentials)})
    return Changes(tickets, entries)


def apply_to_bucket(kind: BucketKind, blob: bytes, row_changes: RowChanges) -> bytes:
    """Return the bucket after its changes."""
    return rows.changed(blob, _ROW_BYTES[kind], _KEY_BYTES[kind], row_changes)


def apply_changes(all_changes: Changes, load: Callable[[BucketKind, int], bytes]) -> dict[BucketId, bytes]:
    """Return the new bytes of each changed bucket; `load` returns the verified old bytes."""
    return {
        (kind, number): apply_to_bucket(kind, load(kind, number), row_changes)
        for (kind, number), row_changes in all_changes.by_bucket().items()
    }


@dataclass(frozen=True, slots=True)
class Delta:
    """The changes from one version to another one of the same epoch."""

    from_version: int
    to_version: int
    changes: Changes

    def to_bytes(self) -> bytes:
        """Return the delta's bytes."""
        tickets, credentials = self.changes.tickets, self.changes.credentials
        value = {
            "from": self.from_version,
            "to": self.to_version,
            "tickets": _standing(tickets, TICKET_BYTES),
            "tickets_removed": b"".join(sorted(key for key, row in tickets.items() if row is None)),
            "credentials": _standing(credentials, CREDENTIAL_BYTES),
            "credentials_removed": rows.transpose(
                sorted(key for key, row in credentials.items() if row is None), CREDENTIAL_BYTES
            ),
        }
        return deflate(cbor.encode(value))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Delta":
        """Read a delta; raise InputError or UntrustedFeed where it is malformed or longer than MAX_DELTA_BYTES."""
        fields = cbor.Fields(cbor.decode(inflate(data, MAX_DELTA_BYTES, Role.MANIFEST)), "delta", _FIELDS)
        removed = fields.binary("tickets_removed")
        if len(removed) % TICKET_KEY_BYTES:
            raise InputError("delta: removed tickets are 8 bytes each")
        tickets: dict[bytes, bytes | None] = {
            removed[at : at + TICKET_KEY_BYTES]: None for at in range(0, len(removed), TICKET_KEY_BYTES)
        }
        standing = rows.rows_of(fields.binary("tickets"), TICKET_BYTES, TICKET_KEY_BYTES)
        tickets.update({row[:TICKET_KEY_BYTES]: row for row in standing})
        gone = rows.rows_of(fields.binary("credentials_removed"), CREDENTIAL_BYTES, CREDENTIAL_BYTES)
        credentials: dict[bytes, bytes | None] = dict.fromkeys(gone)
        credentials.update({row: row for row in rows.rows_of(fields.binary("credentials"), CREDENTIAL_BYTES, CREDENTIAL_BYTES)})
        return cls(fields.integer("from", 1), fields.integer("to", 1), Changes(tickets, credentials))


def _standing(row_changes: RowChanges, width: int) -> bytes:
    return rows.transpose((row for _, row in sorted(row_changes.items()) if row is not None), width)
