"""The rows of what was published: signed metadata, buckets, content, deltas.

Laws: a role's (epoch, version) of a site is inserted once and never again (law 3); the feed is served from these rows.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import col, delete, insert, select, update

from central.store.tables.feed import FeedBucketRow, FeedContentRow, FeedDeltaRow, SignedMetadataRow
from central.store.unit_of_work import Work
from central.store.upsert import insert_missing, insert_or_replace
from protocol.feed.buckets import EMPTY_LIST, BucketKind, digest, with_hashes
from protocol.feed.delta import BucketId
from protocol.feed.faults import Role
from protocol.identifiers import SiteId
from protocol.instants import Instant

MOST_IN_ONE_STATEMENT = 1_000
_BUCKET_KEY = ("site_id", "kind", "number")


@dataclass(frozen=True, slots=True)
class Sealed:
    """The envelope of a role, as it was published."""

    epoch: int
    version: int
    envelope: bytes


async def newest(work: Work, site_id: SiteId, role: Role) -> Sealed | None:
    """Return the newest envelope of a role."""
    row = SignedMetadataRow
    query = select(row).where(row.site_id == site_id, row.role == role.value)
    found = (await work.session.exec(query.order_by(col(row.epoch).desc(), col(row.version).desc()).limit(1))).first()
    return None if found is None else Sealed(found.epoch, found.version, found.envelope)


async def envelope(work: Work, site_id: SiteId, role: Role, epoch: int, version: int) -> bytes | None:
    """Return one envelope, or None where it is not stored."""
    row = await work.session.get(SignedMetadataRow, (site_id, role.value, epoch, version))
    return None if row is None else row.envelope


async def add(work: Work, site_id: SiteId, role: Role, sealed: Sealed, now: Instant) -> None:
    """Insert an envelope; StorageError where another process has published that version."""
    connection = await work.connection()
    values = {
        "site_id": site_id,
        "role": role.value,
        "epoch": sealed.epoch,
        "version": sealed.version,
        "envelope": sealed.envelope,
        "at": now,
    }
    await connection.execute(insert(SignedMetadataRow), [values])


async def forget_metadata(work: Work, site_id: SiteId, role: Role, epoch: int, below: int) -> None:
    """Delete envelopes of a role that agents no longer ask for: of other epochs, and of versions below one."""
    row = SignedMetadataRow
    of_role = (col(row.site_id) == site_id) & (col(row.role) == role.value)
    old = (col(row.epoch) < epoch) | ((col(row.epoch) == epoch) & (col(row.version) < below))
    await work.session.exec(delete(row).where(of_role & old))


async def hash_list(work: Work, site_id: SiteId, kind: BucketKind) -> bytes:
    """Return the hash list of the buckets as they are stored."""
    query = select(FeedBucketRow.number, FeedBucketRow.sha256).where(
        FeedBucketRow.site_id == site_id, FeedBucketRow.kind == kind.value
    )
    found = (await work.session.exec(query)).all()
    return with_hashes(EMPTY_LIST, dict(found))


async def buckets(work: Work, site_id: SiteId, kind: BucketKind, numbers: Collection[int]) -> dict[int, bytes]:
    """Return the bytes of buckets by number, ascending; empty where nothing is stored."""
    wanted = sorted(numbers)
    found: dict[int, bytes] = dict.fromkeys(wanted, b"")
    for start in range(0, len(wanted), MOST_IN_ONE_STATEMENT):
        query = select(FeedBucketRow.number, FeedBucketRow.data).where(
            FeedBucketRow.site_id == site_id,
            FeedBucketRow.kind == kind.value,
            col(FeedBucketRow.number).in_(wanted[start : start + MOST_IN_ONE_STATEMENT]),
        )
        found.update((await work.session.exec(query)).all())
    return found


async def put_buckets(work: Work, site_id: SiteId, blobs: Mapping[BucketId, bytes]) -> None:
    """Replace buckets."""
    rows = [
        {"site_id": site_id, "kind": kind.value, "number": number, "sha256": digest(blob), "data": blob}
        for (kind, number), blob in blobs.items()
    ]
    await insert_or_replace(await work.connection(), FeedBucketRow, _BUCKET_KEY, rows)


async def put_content(work: Work, site_id: SiteId, contents: Iterable[bytes], now: Instant) -> None:
    """Store content under its hash."""
    rows = [{"site_id": site_id, "sha256": digest(data), "data": data, "used_at": now} for data in contents]
    await insert_missing(await work.connection(), FeedContentRow, rows)


async def content(work: Work, site_id: SiteId, sha256: bytes) -> bytes | None:
    """Return content by its hash."""
    row = await work.session.get(FeedContentRow, (site_id, sha256))
    return None if row is None else row.data


async def drop_unused_content(work: Work, site_id: SiteId, used: Collection[bytes], now: Instant, kept_ms: int) -> None:
    """Note which content is still named, and delete content that was not named for a while."""
    wanted = list(used)
    for start in range(0, len(wanted), MOST_IN_ONE_STATEMENT):
        part = wanted[start : start + MOST_IN_ONE_STATEMENT]
        named = update(FeedContentRow).where(col(FeedContentRow.site_id) == site_id, col(FeedContentRow.sha256).in_(part))
        await work.session.exec(named.values(used_at=now))
    old = (col(FeedContentRow.site_id) == site_id) & (col(FeedContentRow.used_at) < now - kept_ms)
    await work.session.exec(delete(FeedContentRow).where(old))


async def put_delta(work: Work, site_id: SiteId, epoch: int, to_version: int, data: bytes) -> None:
    """Store the changes that lead to a version."""
    connection = await work.connection()
    row = {"site_id": site_id, "epoch": epoch, "to_version": to_version, "data": data}
    await connection.execute(insert(FeedDeltaRow), [row])


async def deltas(work: Work, site_id: SiteId, epoch: int, first: int, last: int) -> list[bytes]:
    """Return the changes that lead to each version from first to last, as far as they are stored, in order."""
    row = FeedDeltaRow
    query = select(row.data).where(row.site_id == site_id, row.epoch == epoch, col(row.to_version).between(first, last))
    return list((await work.session.exec(query.order_by(col(row.to_version)))).all())


async def forget_deltas(work: Work, site_id: SiteId, epoch: int, below: int) -> None:
    """Delete changes that lead to other epochs' versions, or to versions below one."""
    row = FeedDeltaRow
    old = (col(row.epoch) < epoch) | ((col(row.epoch) == epoch) & (col(row.to_version) < below))
    await work.session.exec(delete(row).where((col(row.site_id) == site_id) & old))
