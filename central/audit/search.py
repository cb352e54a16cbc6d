"""Searching the log of acts, calls and faults: newest first, by keyset."""

from dataclasses import dataclass

from sqlmodel import col, select

from central.store.tables.audit import AuditRow, CallRow, FaultRow
from central.store.unit_of_work import Store
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for; None does not filter. `action` may be a slice (`order`) or a whole action (`order.sell`)."""

    user_id: int | None = None
    action: str | None = None
    subject: str | None = None
    request_id: str | None = None
    since: Instant | None = None
    until: Instant | None = None


class AuditSearch:
    """Searches the log."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def records(self, wanted: Wanted, before: int | None, limit: int) -> tuple[AuditRow, ...]:
        """Return records, newest first."""
        query = select(AuditRow).order_by(col(AuditRow.id).desc()).limit(limit)
        if wanted.user_id is not None:
            query = query.where(col(AuditRow.user_id) == wanted.user_id)
        if wanted.action is not None:
            query = query.where((col(AuditRow.action) == wanted.action) | col(AuditRow.action).startswith(f"{wanted.action}."))
        if wanted.subject is not None:
            query = query.where(col(AuditRow.subject) == wanted.subject)
        if wanted.request_id is not None:
            query = query.where(col(AuditRow.request_id) == wanted.request_id)
        if wanted.since is not None:
            query = query.where(col(AuditRow.recorded_at) >= wanted.since)
        if wanted.until is not None:
            query = query.where(col(AuditRow.recorded_at) <= wanted.until)
        if before is not None:
            query = query.where(col(AuditRow.id) < before)
        async with self._store.reading() as work:
            return tuple((await work.session.exec(query)).all())

    async def calls(self, request_id: str | None, before: int | None, limit: int) -> tuple[CallRow, ...]:
        """Return calls, newest first."""
        query = select(CallRow).order_by(col(CallRow.id).desc()).limit(limit)
        if request_id is not None:
            query = query.where(col(CallRow.request_id) == request_id)
        if before is not None:
            query = query.where(col(CallRow.id) < before)
        async with self._store.reading() as work:
            return tuple((await work.session.exec(query)).all())

    async def faults(self, request_id: str | None, before: int | None, limit: int) -> tuple[FaultRow, ...]:
        """Return faults, newest first."""
        query = select(FaultRow).order_by(col(FaultRow.id).desc()).limit(limit)
        if request_id is not None:
            query = query.where(col(FaultRow.request_id) == request_id)
        if before is not None:
            query = query.where(col(FaultRow.id) < before)
        async with self._store.reading() as work:
            return tuple((await work.session.exec(query)).all())
