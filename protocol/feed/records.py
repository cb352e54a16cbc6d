"""Ticket records and credential entries in the bytes of the feed.

A ticket row has 39 bytes, big-endian: `ticket_id u64 | issuing_site u16 | product u16 | issued_at u32 | valid_from u32 |
valid_until u32 | flags u8 | generation u8 | status u8 | status_since u32 | persons u16 | slot_start u32 | slot_minutes u16`
(minutes since the epoch, UTC); its key is the ticket id. A credential row has 25: `key 16 bytes | kind u8 | ticket_id u64`; its
key is the whole row, because a credential may lead to several tickets. Tables of them are laid out by `rows`.
Laws: no personal data (law 9): an ID card's key is the keyed hash of `holders`, other keys are hashes of the shown bytes.
"""

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from protocol.errors import InputError
from protocol.feed import rows
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from protocol.instants import Minute
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketRecord, TicketState

_TICKET = struct.Struct(">QHHIIIBBBIHIH")
_CREDENTIAL = struct.Struct(">16sBQ")
TICKET_BYTES = _TICKET.size
TICKET_KEY_BYTES = 8
CREDENTIAL_BYTES = _CREDENTIAL.size
CREDENTIAL_KEY_BYTES = 16
_KEY_DOMAIN = b"paifang/credential/1\0"


class CredentialKind(IntEnum):
    """Other ways to show a ticket; the numbers are those of the wire."""

    ID_CARD = 1
    NFC = 2
    OTA_CODE = 3
    ACTIVATION = 4


@dataclass(frozen=True, slots=True, order=True)
class CredentialEntry:
    """A credential that leads to a ticket. It is a hint: the ticket's own record decides. Keys must be evenly spread hashes."""

    key: bytes
    kind: CredentialKind
    ticket_id: TicketId


def credential_key(kind: CredentialKind, shown: bytes) -> bytes:
    """Return the 16-byte key of a shown credential (an NFC number, an OTA or activation code).

    An ID card's key is `holders.holder_hash` instead: an attacker finds the number of a plain hash in seconds.
    """
    assert kind is not CredentialKind.ID_CARD, "an ID card is known by its keyed holder hash only (law 9)"
    return hashlib.sha256(_KEY_DOMAIN + bytes([kind]) + shown).digest()[:CREDENTIAL_KEY_BYTES]


def ticket_row(record: TicketRecord) -> bytes:
    """Return the record's row."""
    return _TICKET.pack(
        record.ticket_id,
        record.issuing_site,
        record.ticket_type,
        record.issued_at,
        record.valid_from,
        record.valid_until,
        record.flags,
        record.generation,
        record.state,
        record.state_since,
        record.persons,
        record.slot_start,
        record.slot_minutes,
    )


def ticket_key(ticket_id: TicketId) -> bytes:
    """Return the key of a ticket's row."""
    return ticket_id.to_bytes(TICKET_KEY_BYTES, "big")


def credential_row(entry: CredentialEntry) -> bytes:
    """Return the entry's row, which is also its key."""
    assert len(entry.key) == CREDENTIAL_KEY_BYTES, "a credential key has 16 bytes"
    return _CREDENTIAL.pack(entry.key, entry.kind, entry.ticket_id)


def encode_tickets(records: Iterable[TicketRecord]) -> bytes:
    """Return the table of these records; the last record of a ticket id counts."""
    by_key = {ticket_key(record.ticket_id): ticket_row(record) for record in records}
    return rows.transpose((by_key[key] for key in sorted(by_key)), TICKET_BYTES)


def decode_tickets(table: bytes) -> tuple[TicketRecord, ...]:
    """Return all records of a table; raise InputError where it is malformed."""
    return tuple(ticket_record(row) for row in rows.rows_of(table, TICKET_BYTES, TICKET_KEY_BYTES))


def encode_credentials(entries: Iterable[CredentialEntry]) -> bytes:
    """Return the table of these entries."""
    return rows.transpose(sorted({credential_row(entry) for entry in entries}), CREDENTIAL_BYTES)


def decode_credentials(table: bytes) -> tuple[CredentialEntry, ...]:
    """Return all entries of a table; raise InputError where it is malformed."""
    return tuple(credential_entry(row) for row in rows.rows_of(table, CREDENTIAL_BYTES, CREDENTIAL_BYTES))


def find_record(table: bytes, ticket_id: TicketId) -> TicketRecord | None:
    """Return one ticket's record, or None where the table has none. The table must be verified."""
    found = rows.rows_with_prefix(table, TICKET_BYTES, ticket_key(ticket_id))
    return ticket_record(found[0]) if found else None


def records_by_prefix(table: bytes, prefix: bytes) -> tuple[TicketRecord, ...]:
    """Return the records whose ids begin with `prefix`, ascending. The table must be verified."""
    return tuple(ticket_record(row) for row in rows.rows_with_prefix(table, TICKET_BYTES, prefix))


def find_tickets(table: bytes, kind: CredentialKind, key: bytes) -> tuple[TicketId, ...]:
    """Return the tickets that a credential leads to, ascending. The table must be verified."""
    assert len(key) == CREDENTIAL_KEY_BYTES, "a credential key has 16 bytes"
    found = rows.rows_with_prefix(table, CREDENTIAL_BYTES, key + bytes([kind]))
    return tuple(credential_entry(row).ticket_id for row in found)


def ticket_record(row: bytes) -> TicketRecord:
    """Return the record of a row; raise InputError where this version does not know the value of a field."""
    values = _TICKET.unpack(row)
    ticket_id, site, ticket_type, issued_at, valid_from, valid_until, flags, generation, state, since, persons, slot, minutes = (
        values
    )
    try:
        known_state = TicketState(state)
    except ValueError as error:
        raise InputError(f"ticket record: state {state} is not known; this agent may be too old") from error
    return TicketRecord(
        ticket_id=TicketId(ticket_id),
        issuing_site=SiteId(site),
        ticket_type=TicketTypeId(ticket_type),
        issued_at=Minute(issued_at),
        valid_from=Minute(valid_from),
        valid_until=Minute(valid_until),
        flags=TicketFlags(flags),
        generation=generation,
        state=known_state,
        state_since=Minute(since),
        persons=persons,
        slot_start=Minute(slot),
        slot_minutes=minutes,
    )


def credential_entry(row: bytes) -> CredentialEntry:
    """Return the entry of a row; raise InputError where its kind is not known."""
    key, kind, ticket_id = _CREDENTIAL.unpack(row)
    try:
        return CredentialEntry(key, CredentialKind(kind), TicketId(ticket_id))
    except ValueError as error:
        raise InputError(f"credential entry: kind {kind} is not known; this agent may be too old") from error
