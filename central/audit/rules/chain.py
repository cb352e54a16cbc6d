"""The audit chain, as pure functions: batches of records, each hashed over the one before, and signed.

A transaction that linked its own record would make all processes wait for each other. So one process links, in batches, what the
others have committed.
Laws: where a record of a linked batch is changed, added or taken away, the chain no longer verifies; the same where a batch in
between is missing; purged records leave their batch, so that the rest of the chain still verifies.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from central.audit.messages import BATCH_CHANGED, BATCH_COUNT_DIFFERS, BATCH_MISSING, BATCH_OUT_OF_ORDER
from central.domain.saying import Said
from protocol import cbor
from protocol.instants import Instant

DOMAIN = "audit-batch"
GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One act of a user or of the system, as it is hashed."""

    record_id: int
    at: Instant
    user_id: int | None
    action: str
    subject: str
    detail: tuple[tuple[str, str | int | None], ...]
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """One batch of the chain: `content_hash` over its records, `hash` over that, the link before and the rest."""

    number: int
    records: int
    last_at: Instant
    content_hash: bytes
    previous_hash: bytes

    @property
    def hash(self) -> bytes:
        """Return what is signed, and what the next link names."""
        stated = [self.number, self.records, self.last_at, self.content_hash, self.previous_hash]
        return hashlib.sha256(b"paifang/audit-link/1\0" + cbor.encode(stated)).digest()


def link(number: int, previous_hash: bytes, records: tuple[AuditRecord, ...]) -> Link:
    """Return the link over some records; at least one."""
    assert records, "a batch holds records"
    return Link(number, len(records), Instant(max(one.at for one in records)), content_hash(records), previous_hash)


def content_hash(records: Iterable[AuditRecord]) -> bytes:
    """Return the hash over records in the order of their numbers."""
    digest = hashlib.sha256(b"paifang/audit-content/1\0")
    for one in sorted(records, key=lambda record: record.record_id):
        detail = {name: value for name, value in one.detail}  # noqa: C416 - a map has one encoding for every order of its names
        digest.update(cbor.encode([one.record_id, one.at, one.user_id, one.action, one.subject, detail, one.request_id]))
    return digest.digest()


def fault_of(one: Link, previous_hash: bytes, number: int, records: tuple[AuditRecord, ...] | None) -> Said | None:
    """Return what is wrong with a link that should be `number` after `previous_hash`, or None. `records` None: purged."""
    if one.number != number:
        return BATCH_MISSING.of(number=number)
    if one.previous_hash != previous_hash:
        return BATCH_OUT_OF_ORDER.of(number=number)
    if records is None:
        return None
    if len(records) != one.records:
        return BATCH_COUNT_DIFFERS.of(number=number, found=len(records), expected=one.records)
    if content_hash(records) != one.content_hash:
        return BATCH_CHANGED.of(number=number)
    return None
