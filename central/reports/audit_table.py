"""The audit as a table to take away: who did what to what, and what changed. Times are UTC, because an act has no site.

Laws: a change is said as `field: before -> after`, with names beside the numbers of things; what was left out of it is counted.
"""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from central.audit.rules.changes import SaidChange, left_out, read, rest
from central.audit.search import AuditSearch, WantedRecords
from central.reports.listing import Column, Kind, Names
from central.store.tables.audit import AuditRow
from protocol.instants import to_datetime

ROWS_AT_ONCE = 500
_SITES = frozenset({"site_id", "sites", "supervised_site"})
_TICKET_TYPES = frozenset({"ticket_type", "ticket_type_id", "ticket_type_ids", "ticked"})
_CHECK_POINTS = frozenset({"check_point_id", "check_points"})
_PEOPLE = frozenset({"user_id"})


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


def _changes(row: AuditRow, names: Names) -> str:
    further = left_out(row.detail)
    more = [f"另有 {further} 个字段" if names.chinese else f"{further} further fields"] if further else []
    return "; ".join([*(_said(one, names) for one in read(row.detail)), *more])


def _said(one: SaidChange, names: Names) -> str:
    if one.is_hidden:
        return f"{one.field}: {'已更改，不显示' if names.chinese else 'changed, not shown'}"
    shown, things = one.shown, _named_by(one.field.rsplit(".", 1)[-1], names)
    same = "" if not shown.same else f"（前 {shown.same} 相同）" if names.chinese else f"({shown.same} the same) "
    before = _text(shown.before, things) + _more(shown.more_before, names)
    return f"{one.field}: {same}{before} -> {_text(shown.after, things)}{_more(shown.more_after, names)}"


def _more(further: int, names: Names) -> str:
    if not further:
        return ""
    return f"（另有 {further}）" if names.chinese else f" ({further} more)"


def _named_by(field: str, names: Names) -> Mapping[int, str]:
    """Return the names of the things whose numbers a field has; none where it has other numbers."""
    kinds = ((_SITES, names.sites), (_TICKET_TYPES, names.ticket_types))
    others = ((_CHECK_POINTS, names.check_points), (_PEOPLE, names.people))
    return next((things for fields, things in (*kinds, *others) if field in fields), {})


def _text(value: object, things: Mapping[int, str]) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return f"[{', '.join(_text(one, things) for one in value)}]"
    if isinstance(value, int) and value in things:
        return f"{value} ({things[value]})"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _detail(row: AuditRow) -> str | None:
    left = rest(row.detail)
    return json.dumps(left, ensure_ascii=False) if left else None


AUDIT_COLUMNS: tuple[Column[AuditRow], ...] = (
    Column("记录号", "Record", Kind.NUMBER, lambda row, _names: row.id),
    Column("时间（UTC）", "At (UTC)", Kind.TIME, _at),
    Column("操作人", "Person", Kind.TEXT, _who),
    Column("操作", "Action", Kind.TEXT, lambda row, _names: row.action),
    Column("对象", "Subject", Kind.TEXT, lambda row, _names: row.subject),
    Column("变更", "Changes", Kind.TEXT, _changes),
    Column("其他内容", "Further detail", Kind.TEXT, lambda row, _names: _detail(row)),
    Column("请求号", "Request", Kind.TEXT, lambda row, _names: row.request_id),
    Column("链节", "Link", Kind.NUMBER, lambda row, _names: row.batch),
)
