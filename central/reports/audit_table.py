"""The audit as a table to take away: who did what to what, and what changed. Times are UTC, because an act has no site."""

import json
from collections.abc import AsyncIterator
from datetime import datetime

from central.audit.search import AuditSearch, WantedRecords
from central.reports.listing import Column, Kind, Names
from central.store.tables.audit import AuditRow
from protocol.instants import to_datetime

ROWS_AT_ONCE = 500


async def pages(search: AuditSearch, wanted: WantedRecords) -> AsyncIterator[tuple[AuditRow, ...]]:
    """Yield all records, page by page, newest first."""
    before: int | None = None
    while page := await search.records(wanted, before, ROWS_AT_ONCE):
        yield page
        before = page[-1].id


def _at(row: AuditRow, _names: Names) -> datetime:
    return to_datetime(row.recorded_at).replace(microsecond=0, tzinfo=None)


def _who(row: AuditRow, names: Names) -> str | None:
    return None if row.user_id is None else names.people.get(row.user_id, str(row.user_id))


AUDIT_COLUMNS: tuple[Column[AuditRow], ...] = (
    Column("记录号", "Record", Kind.NUMBER, lambda row, _names: row.id),
    Column("时间（UTC）", "At (UTC)", Kind.TIME, _at),
    Column("操作人", "Person", Kind.TEXT, _who),
    Column("操作", "Action", Kind.TEXT, lambda row, _names: row.action),
    Column("对象", "Subject", Kind.TEXT, lambda row, _names: row.subject),
    Column("内容", "Detail", Kind.TEXT, lambda row, _names: json.dumps(row.detail, ensure_ascii=False)),
    Column("请求号", "Request", Kind.TEXT, lambda row, _names: row.request_id),
    Column("链节", "Link", Kind.NUMBER, lambda row, _names: row.batch),
)
