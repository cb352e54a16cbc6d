"""The feed of a site made anew from the tickets themselves: at the first start, after a great import, and daily.

It is how ended tickets leave the feed. Memory is bounded: 64 buckets at a time, each in a transaction of its own.
Laws: changes that commit meanwhile stay in the outbox and are published after it; a rebuild cut short is noticed by its roots
and done again; nothing is signed before all of it stands.
"""

import asyncio
from dataclasses import dataclass, replace

from central.issuing import feed_rows, outbox
from central.issuing.feed_rows import IdRange, KeyRange
from central.store.unit_of_work import Store, Work
from central.sync import feed_store
from central.sync.publication import Edition
from protocol.admission.tables import PRODUCTS, decode_products
from protocol.feed.buckets import BUCKETS, EMPTY_LIST, BucketKind, digest, with_hashes
from protocol.feed.manifest import Manifest, TableRef
from protocol.feed.records import CREDENTIAL_BYTES, CREDENTIAL_KEY_BYTES, TICKET_BYTES, encode_credentials, encode_tickets
from protocol.identifiers import ProductId, SiteId, TicketId
from protocol.instants import MS_PER_MINUTE, Instant, Minute, to_minute

BUCKETS_AT_ONCE = 64
# An ended ticket is told "expired" for so long; after that it is unknown.
ENDED_KEPT_MS = 30 * 24 * 60 * MS_PER_MINUTE
_BUCKET_SHIFT = 52
_KEY_BITS = CREDENTIAL_KEY_BYTES * 8


@dataclass(frozen=True, slots=True)
class Scope:
    """Which tickets belong into a site's feed."""

    site_id: SiteId
    products: frozenset[ProductId]
    ends_after: Minute


def scope_of(site_id: SiteId, tables: dict[str, bytes], now: Instant) -> Scope:
    """Return the scope of a site: tickets of its products that have not ended long ago."""
    products = frozenset(product.product_id for product in decode_products(tables[PRODUCTS]))
    return Scope(site_id, products, to_minute(Instant(max(0, now - ENDED_KEPT_MS))))


@dataclass(slots=True)
class _Built:
    tickets: dict[int, bytes]
    credentials: dict[int, bytes]
    ticket_bytes: int = 0
    credential_bytes: int = 0


async def rebuild(store: Store, scope: Scope, epoch: int) -> tuple[Edition, int]:
    """Write all buckets of a site anew; return their edition (roots and counts) and the highest change that it holds."""
    async with store.transaction() as work:
        highest = await outbox.set_aside(work, scope.site_id, epoch)
    built = _Built({}, {})
    for start in range(0, BUCKETS, BUCKETS_AT_ONCE):
        async with store.transaction() as work:
            await _rebuild_part(work, scope, range(start, start + BUCKETS_AT_ONCE), built)
        await asyncio.sleep(0)
    tickets, credentials = with_hashes(EMPTY_LIST, built.tickets), with_hashes(EMPTY_LIST, built.credentials)
    manifest = Manifest(
        site=scope.site_id,
        epoch=epoch,
        version=0,
        as_of=Instant(0),
        ticket_count=built.ticket_bytes // TICKET_BYTES,
        credential_count=built.credential_bytes // CREDENTIAL_BYTES,
        tickets_root=digest(tickets),
        credentials_root=digest(credentials),
        change_sequence=highest,
        tables=(),
    )
    return Edition(manifest, tickets, credentials), highest


def dated(edition: Edition, version: int, tables: tuple[tuple[str, TableRef], ...], as_of: Instant) -> Edition:
    """Return a rebuilt edition as the next version."""
    return replace(edition, manifest=replace(edition.manifest, version=version, tables=tables, as_of=as_of))


async def _rebuild_part(work: Work, scope: Scope, numbers: range, built: _Built) -> None:
    for number in numbers:
        ids = IdRange(TicketId(number << _BUCKET_SHIFT), TicketId(((number + 1) << _BUCKET_SHIFT) - 1))
        records = await feed_rows.records_in(work, scope.products, ids)
        tickets = encode_tickets(record for record in records if record.valid_until >= scope.ends_after)
        entries = await feed_rows.credentials_in(work, scope.site_id, _keys_of(number))
        credentials = encode_credentials(entries)
        blobs = {(BucketKind.TICKETS, number): tickets, (BucketKind.CREDENTIALS, number): credentials}
        await feed_store.put_buckets(work, scope.site_id, blobs)
        built.tickets[number], built.credentials[number] = digest(tickets), digest(credentials)
        built.ticket_bytes += len(tickets)
        built.credential_bytes += len(credentials)


def _keys_of(number: int) -> KeyRange:
    shift = _KEY_BITS - 12
    first = (number << shift).to_bytes(CREDENTIAL_KEY_BYTES, "big")
    return KeyRange(first, (((number + 1) << shift) - 1).to_bytes(CREDENTIAL_KEY_BYTES, "big"))
