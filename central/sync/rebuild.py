"""The feed of a site made again from the tickets themselves: at the first start, after a large import, and daily.

In this way ended tickets leave the feed. Memory is bounded: 64 buckets at a time, each in a transaction of its own.
Laws: changes that commit meanwhile stay in the outbox and are published after it; a rebuild that was interrupted is noticed by
its roots and done again; nothing is signed before all of it is stored.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from central.issuing import feed_rows, outbox
from central.issuing.feed_rows import IdRange, KeyRange
from central.store.unit_of_work import Store, Work
from central.sync import feed_store
from central.sync.rules.publication import Edition
from protocol.admission.tables import TICKET_TYPES, decode_ticket_types
from protocol.feed.buckets import BUCKETS, EMPTY_LIST, BucketKind, bucket_of_key, bucket_of_ticket, digest, hash_at, with_hashes
from protocol.feed.delta import BucketId
from protocol.feed.manifest import Manifest, TableRef
from protocol.feed.records import (
    CREDENTIAL_BYTES,
    CREDENTIAL_KEY_BYTES,
    TICKET_BYTES,
    TICKET_KEY_BYTES,
    CredentialEntry,
    encode_credentials,
    encode_tickets,
)
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from protocol.instants import MS_PER_MINUTE, Instant, Minute, to_minute
from protocol.tickets.record import TicketRecord

BUCKETS_AT_ONCE = 64
# Gates answer "expired" for an ended ticket for so long; after that the ticket is unknown.
ENDED_KEPT_MS = 30 * 24 * 60 * MS_PER_MINUTE
_KINDS = (BucketKind.TICKETS, BucketKind.CREDENTIALS)
_BUCKET_BITS = BUCKETS.bit_length() - 1
_ID_SHIFT = TICKET_KEY_BYTES * 8 - _BUCKET_BITS
_KEY_SHIFT = CREDENTIAL_KEY_BYTES * 8 - _BUCKET_BITS


@dataclass(frozen=True, slots=True)
class Scope:
    """Which tickets belong to a site's feed."""

    site_id: SiteId
    ticket_types: frozenset[TicketTypeId]
    ends_after: Minute


def scope_of(site_id: SiteId, tables: dict[str, bytes], now: Instant) -> Scope:
    """Return the scope of a site: tickets of its ticket types that have not ended long ago."""
    ticket_types = frozenset(ticket_type.ticket_type_id for ticket_type in decode_ticket_types(tables[TICKET_TYPES]))
    return Scope(site_id, ticket_types, to_minute(Instant(max(0, now - ENDED_KEPT_MS))))


async def rebuild(store: Store, scope: Scope, epoch: int) -> Edition:
    """Write the buckets of a site that differ from its present tickets; return the edition, not dated yet."""
    async with store.transaction() as work:
        highest = await outbox.set_aside(work, scope.site_id, epoch)
        stored = {kind: await feed_store.hash_list(work, scope.site_id, kind) for kind in _KINDS}
    hashes: dict[BucketId, bytes] = {}
    bytes_of = dict.fromkeys(_KINDS, 0)
    for start in range(0, BUCKETS, BUCKETS_AT_ONCE):
        async with store.transaction() as work:
            blobs = await _blobs(work, scope, start)
            fresh = {one: digest(blob) for one, blob in blobs.items()}
            differing = {one: blobs[one] for one in blobs if fresh[one] != hash_at(stored[one[0]], one[1])}
            await feed_store.put_buckets(work, scope.site_id, differing)
        hashes |= fresh
        for (kind, _), blob in blobs.items():
            bytes_of[kind] += len(blob)
    tickets, credentials = (with_hashes(EMPTY_LIST, _of_kind(hashes, kind)) for kind in _KINDS)
    manifest = Manifest(
        site=scope.site_id,
        epoch=epoch,
        version=0,
        as_of=Instant(0),
        ticket_count=bytes_of[BucketKind.TICKETS] // TICKET_BYTES,
        credential_count=bytes_of[BucketKind.CREDENTIALS] // CREDENTIAL_BYTES,
        tickets_root=digest(tickets),
        credentials_root=digest(credentials),
        change_sequence=highest,
        tables=(),
    )
    return Edition(manifest, tickets, credentials)


def dated(edition: Edition, version: int, tables: tuple[tuple[str, TableRef], ...], as_of: Instant) -> Edition:
    """Return a rebuilt edition as the next version."""
    return replace(edition, manifest=replace(edition.manifest, version=version, tables=tables, as_of=as_of))


async def _blobs(work: Work, scope: Scope, start: int) -> dict[BucketId, bytes]:
    """Return the buckets from `start` on, as they must be now."""
    numbers = range(start, start + BUCKETS_AT_ONCE)
    ids = IdRange(TicketId(numbers.start << _ID_SHIFT), TicketId((numbers.stop << _ID_SHIFT) - 1))
    records = await feed_rows.records_in(work, scope.ticket_types, ids)
    entries = await feed_rows.credentials_in(work, scope.site_id, KeyRange(_first_key(numbers.start), _last_key(numbers.stop)))
    standing = [record for record in records if record.valid_until >= scope.ends_after]
    return await asyncio.to_thread(_encoded, numbers, standing, entries)


def _encoded(numbers: range, records: Iterable[TicketRecord], entries: Iterable[CredentialEntry]) -> dict[BucketId, bytes]:
    tickets: dict[int, list[TicketRecord]] = {number: [] for number in numbers}
    for record in records:
        tickets[bucket_of_ticket(record.ticket_id)].append(record)
    credentials: dict[int, list[CredentialEntry]] = {number: [] for number in numbers}
    for entry in entries:
        credentials[bucket_of_key(entry.key)].append(entry)
    blobs: dict[BucketId, bytes] = {}
    for number in numbers:
        blobs[BucketKind.TICKETS, number] = encode_tickets(tickets[number])
        blobs[BucketKind.CREDENTIALS, number] = encode_credentials(credentials[number])
    return blobs


def _of_kind(hashes: dict[BucketId, bytes], kind: BucketKind) -> dict[int, bytes]:
    return {number: sha256 for (of_kind, number), sha256 in hashes.items() if of_kind is kind}


def _first_key(number: int) -> bytes:
    return (number << _KEY_SHIFT).to_bytes(CREDENTIAL_KEY_BYTES, "big")


def _last_key(end: int) -> bytes:
    return ((end << _KEY_SHIFT) - 1).to_bytes(CREDENTIAL_KEY_BYTES, "big")
