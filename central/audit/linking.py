"""Linking records into the chain, verifying it, and purging its oldest records.

Laws: only committed records are linked, and each once; a purge takes whole batches, never the newest, and is itself a record of
the chain; the batches stay, so that the rest still verifies.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Select
from sqlmodel import col, delete, func, select, update

from central.audit.messages import BATCH_NOT_SIGNED, CHAIN_BROKEN, RECORDS_KEPT
from central.audit.rules import chain
from central.audit.rules.chain import AuditRecord, Link
from central.audit.service import record
from central.domain.problems import Problem, ProblemCode
from central.domain.saying import Said
from central.store.bulk import among
from central.store.tables.audit import AuditBatchRow, AuditRow
from central.store.tables.metadata import METADATA
from central.store.unit_of_work import Store, Work
from protocol.identifiers import KeyId
from protocol.instants import MS_PER_MINUTE, Instant
from protocol.signatures import sign, verifies

MOST_RECORDS = 5_000
KEPT_DAYS = 180
MS_PER_DAY = 24 * 60 * MS_PER_MINUTE

Signer = Callable[[Instant], tuple[KeyId, Ed25519PrivateKey]]
PublicKey = Callable[[KeyId], bytes | None]


@dataclass(frozen=True, slots=True)
class ChainReport:
    """How the chain stands. `fault` names the first thing that is wrong, or is empty; `unlinked` records wait for a batch."""

    batches: int
    records: int
    unlinked: int
    purged_batches: int
    head: bytes
    fault: Said | None


_audit = METADATA.tables["audit_record"]
_RECORDS: Select[Any] = sqlalchemy.select(
    *(_audit.c[name] for name in ("id", "recorded_at", "user_id", "action", "subject", "detail", "request_id"))
)


class Chain:
    """The chain of one house."""

    def __init__(self, store: Store, signer: Signer, public_key: PublicKey) -> None:
        """Take the store, the signer, and the keys that verify it."""
        self._store = store
        self._signer = signer
        self._public_key = public_key

    async def link_all(self, now: Instant) -> int:
        """Link all records that are not linked; return how many batches that made. A job calls it."""
        made = 0
        while await self._link_some(now):
            made += 1
        return made

    async def _link_some(self, now: Instant) -> bool:
        async with self._store.transaction() as work:
            waiting = _RECORDS.where(_audit.c.batch.is_(None)).order_by(_audit.c.id).limit(MOST_RECORDS)
            records = await _read(work, waiting)
            if not records:
                return False
            last = await _last(work)
            number, previous = (1, chain.GENESIS) if last is None else (last.number + 1, last.hash)
            await self._keep(work, chain.link(number, previous, records), now)
            linked = among(await work.connection(), col(AuditRow.id), [record.record_id for record in records])
            await work.session.exec(update(AuditRow).where(linked).values(batch=number))
        return True

    async def _keep(self, work: Work, made: Link, now: Instant) -> None:
        key_id, private = self._signer(now)
        work.session.add(
            AuditBatchRow(
                number=made.number,
                records=made.records,
                last_at=made.last_at,
                content_hash=made.content_hash,
                previous_hash=made.previous_hash,
                hash=made.hash,
                key_id=key_id,
                signature=sign(private, chain.DOMAIN, made.hash),
                linked_at=now,
            )
        )

    async def report(self) -> ChainReport:
        """Verify the whole chain, batch by batch."""
        async with self._store.reading() as work:
            numbers = (await work.session.exec(select(AuditBatchRow.number).order_by(col(AuditBatchRow.number)))).all()
            unlinked = await _count(work, col(AuditRow.batch).is_(None))
        head, records, purged = chain.GENESIS, 0, 0
        fault: Said | None = None
        for expected, number in enumerate(numbers, 1):
            async with self._store.reading() as work:
                row = await work.session.get_one(AuditBatchRow, number)
                held = None if row.purged_at is not None else await _records(work, number)
            fault = fault or chain.fault_of(_link(row), head, expected, held) or self._forgery(row)
            head, records, purged = row.hash, records + row.records, purged + (row.purged_at is not None)
        return ChainReport(len(numbers), records, unlinked, purged, head, fault)

    def _forgery(self, row: AuditBatchRow) -> Said | None:
        public = self._public_key(KeyId(row.key_id))
        proved = public is not None and row.hash == _link(row).hash and verifies(public, chain.DOMAIN, row.hash, row.signature)
        return None if proved else BATCH_NOT_SIGNED.of(number=row.number)

    async def purge(self, before: Instant, by: int, now: Instant) -> int:
        """Delete the records of all batches that ended before an instant; return how many records it deleted.

        Problem where they are younger than the time for which records are kept, or the chain does not verify.
        """
        if before > now - KEPT_DAYS * MS_PER_DAY:
            raise Problem(ProblemCode.INPUT_INVALID, RECORDS_KEPT.of(days=KEPT_DAYS))
        fault = (await self.report()).fault
        if fault is not None:
            raise Problem(ProblemCode.CONFLICT, CHAIN_BROKEN.of(fault=fault))
        async with self._store.transaction() as work:
            old = col(AuditBatchRow.last_at) < before, col(AuditBatchRow.purged_at).is_(None)
            rows = (await work.session.exec(select(AuditBatchRow).where(*old).order_by(col(AuditBatchRow.number)))).all()
            if not rows:
                return 0
            numbers = [row.number for row in rows]
            await work.session.exec(delete(AuditRow).where(col(AuditRow.batch).in_(numbers)))
            for row in rows:
                row.purged_at = now
                work.session.add(row)
            purged = sum(row.records for row in rows)
            record(work, now, by, "audit.purge", f"batch:{numbers[-1]}", records=purged, hash=rows[-1].hash.hex())
        await self.link_all(now)
        return purged


async def _last(work: Work) -> AuditBatchRow | None:
    return (await work.session.exec(select(AuditBatchRow).order_by(col(AuditBatchRow.number).desc()).limit(1))).first()


async def _records(work: Work, number: int) -> tuple[AuditRecord, ...]:
    return await _read(work, _RECORDS.where(_audit.c.batch == number))


async def _count(work: Work, condition: object) -> int:
    return (await work.session.exec(select(func.count()).select_from(AuditRow).where(condition))).one()  # type: ignore[arg-type] # a condition on columns


async def _read(work: Work, query: Select[Any]) -> tuple[AuditRecord, ...]:
    rows = (await (await work.connection()).execute(query)).all()
    return tuple(
        [
            AuditRecord(record_id, at, user_id, action, subject, tuple(sorted(detail.items())), request_id)
            for record_id, at, user_id, action, subject, detail, request_id in rows
        ]
    )


def _link(row: AuditBatchRow) -> Link:
    return Link(row.number, row.records, row.last_at, row.content_hash, row.previous_hash)
