"""Searching the log of acts, calls and faults: newest first, by keyset."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped
from sqlmodel import col, select

from central.store.tables.audit import AuditRow, CallRow, FaultRow
from central.store.unit_of_work import Store, Work
from protocol.instants import Instant

RowT = TypeVar("RowT", AuditRow, CallRow, FaultRow)


@dataclass(frozen=True, slots=True)
class Between:
    """From one instant to another, both included; None is open."""

    since: Instant | None = None
    until: Instant | None = None

    def of(self, at: Mapped[Any]) -> list[ColumnElement[bool]]:
        """Return the conditions on an instant."""
        since = [] if self.since is None else [at >= self.since]
        return [*since, *([] if self.until is None else [at <= self.until])]


@dataclass(frozen=True, slots=True)
class WantedRecords:
    """Which acts; None does not filter. `action` may be a slice (`order`) or a whole action (`order.sell`)."""

    user_id: int | None = None
    action: str | None = None
    subject: str | None = None
    request_id: str | None = None
    between: Between = Between()


@dataclass(frozen=True, slots=True)
class WantedCalls:
    """Which calls; None does not filter."""

    request_id: str | None = None
    user_id: int | None = None
    operation_id: str | None = None
    status: int | None = None
    between: Between = Between()


@dataclass(frozen=True, slots=True)
class WantedFaults:
    """Which faults; None does not filter."""

    request_id: str | None = None
    kind: str | None = None
    between: Between = Between()


class AuditSearch:
    """Searches the log."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def records(self, wanted: WantedRecords, before: int | None, limit: int) -> tuple[AuditRow, ...]:
        """Return records, newest first."""
        row, action = AuditRow, col(AuditRow.action)
        of_action = [] if wanted.action is None else [(action == wanted.action) | action.startswith(f"{wanted.action}.")]
        same = _same((row.user_id, wanted.user_id), (row.subject, wanted.subject), (row.request_id, wanted.request_id))
        return await self._newest(row, [*of_action, *same, *wanted.between.of(col(row.recorded_at))], before, limit)

    async def calls(self, wanted: WantedCalls, before: int | None, limit: int) -> tuple[CallRow, ...]:
        """Return calls, newest first."""
        row = CallRow
        who_and_what = (row.user_id, wanted.user_id), (row.operation_id, wanted.operation_id), (row.status, wanted.status)
        same = _same((row.request_id, wanted.request_id), *who_and_what)
        return await self._newest(row, [*same, *wanted.between.of(col(row.called_at))], before, limit)

    async def faults(self, wanted: WantedFaults, before: int | None, limit: int) -> tuple[FaultRow, ...]:
        """Return faults, newest first."""
        row = FaultRow
        same = _same((row.request_id, wanted.request_id), (row.kind, wanted.kind))
        return await self._newest(row, [*same, *wanted.between.of(col(row.failed_at))], before, limit)

    async def _newest(
        self, row: type[RowT], conditions: Iterable[ColumnElement[bool]], before: int | None, limit: int
    ) -> tuple[RowT, ...]:
        number = col(row.id)
        older = [] if before is None else [number < before]
        query = select(row).where(*conditions, *older).order_by(number.desc()).limit(limit)
        async with self._store.reading() as work:
            return tuple((await work.session.exec(query)).all())


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """An act on a subject; without a person it was the system's."""

    at: Instant
    user_id: int | None
    action: str
    detail: Mapping[str, str | int | None]


async def acts_on(work: Work, subjects: Collection[str], limit: int) -> tuple[RecordedAct, ...]:
    """Return the newest acts on these subjects."""
    query = select(AuditRow).where(col(AuditRow.subject).in_(subjects)).order_by(col(AuditRow.id).desc()).limit(limit)
    rows = (await work.session.exec(query)).all()
    return tuple(RecordedAct(row.recorded_at, row.user_id, row.action, row.detail) for row in rows)


def _same(*pairs: tuple[object, object | None]) -> list[ColumnElement[bool]]:
    """Return the conditions for those of the values that are given."""
    return [col(column) == value for column, value in pairs if value is not None]
