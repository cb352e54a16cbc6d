"""What the database says of central's work: one set-based statement a figure, each by an index or over a small table.

Laws: a reading never goes row by row, and never reads a table that grows with visitors as a whole; it counts and says ages, and
names nothing but sites and states.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Executable
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import case, col, func, select

from central.payments.rules.refund_states import REFUND_ENDS
from central.refunds.service import RefundState
from central.reports.kept_exports import SILENT_MS, ExportState
from central.store.tables.catalog import SiteRow
from central.store.tables.devices import AgentRow
from central.store.tables.feed import SignedMetadataRow
from central.store.tables.journals import JournalRow
from central.store.tables.money import RefundRow
from central.store.tables.payments import PaymentRefundRow, PaymentRow
from central.store.tables.reports import KeptExportRow
from central.store.tables.tickets import TicketChangeRow
from protocol.feed.faults import Role
from protocol.instants import Instant
from protocol.sync.messages import Duty

_OPEN_REFUNDS = (RefundState.WAITING, RefundState.RETURNING, RefundState.OWED)
# SQLite searches an index for what is above a number, and reads the whole table for what is not empty.
_ANY_TIME = Instant(0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many things wait, and since when the oldest does."""

    count: int
    oldest_at: Instant


@dataclass(frozen=True, slots=True)
class Readings:
    """All figures of the database. A site is named by its number, a state by its word."""

    heads: Mapping[str, Instant]
    agents: Mapping[str, Waiting]
    entries: Mapping[str, int]
    payments: Mapping[str, Waiting]
    refunds: Mapping[str, Waiting]
    returns: Mapping[str, Waiting]
    feed_changes: Mapping[str, Waiting]
    exports: int


async def read(connection: AsyncConnection, now: Instant) -> Readings:
    """Return the figures as they are now."""
    return Readings(
        heads={str(site): at for site, at in await _rows(connection, _heads()) if at is not None},
        agents=await _waiting(connection, _agents()),
        entries=dict(await _rows(connection, _entries())),
        payments=await _waiting(connection, _payments()),
        refunds=await _waiting(connection, _refunds()),
        returns=await _waiting(connection, _returns()),
        feed_changes=await _waiting(connection, _feed_changes()),
        exports=(await _rows(connection, _exports(now)))[0][0],
    )


async def _rows(connection: AsyncConnection, query: Executable) -> list[Any]:
    return list((await connection.execute(query)).all())


async def _waiting(connection: AsyncConnection, query: Executable) -> dict[str, Waiting]:
    return {str(name): Waiting(count, oldest_at) for name, count, oldest_at in await _rows(connection, query)}


def _heads() -> Executable:
    signed = SignedMetadataRow
    newest = (
        select(signed.at)
        .where(signed.site_id == SiteRow.id, signed.role == Role.TIMESTAMP.value)
        .order_by(col(signed.epoch).desc(), col(signed.version).desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(SiteRow.id, newest)


def _agents() -> Executable:
    state: ColumnElement[str] = case(
        (col(AgentRow.revoked_at).is_not(None), "revoked"),
        (col(AgentRow.lost_at).is_not(None), "lost"),
        (col(AgentRow.duty) == Duty.CLOSED.value, "signed_off"),
        else_="on_duty",
    )
    return select(state, func.count(), func.min(AgentRow.last_seen_at)).group_by(state)


def _entries() -> Executable:
    return select(JournalRow.kind, func.sum(JournalRow.sequence)).group_by(JournalRow.kind)


def _payments() -> Executable:
    followed = col(PaymentRow.next_at) > _ANY_TIME
    return select(PaymentRow.state, func.count(), func.min(PaymentRow.created_at)).where(followed).group_by(PaymentRow.state)


def _refunds() -> Executable:
    waiting = col(RefundRow.state).in_(_OPEN_REFUNDS)
    return select(RefundRow.state, func.count(), func.min(RefundRow.requested_at)).where(waiting).group_by(RefundRow.state)


def _returns() -> Executable:
    row = PaymentRefundRow
    followed = col(row.next_at) > _ANY_TIME, col(row.state).not_in(REFUND_ENDS)
    return select(row.state, func.count(), func.min(row.created_at)).where(*followed).group_by(row.state)


def _feed_changes() -> Executable:
    """Count by the index alone; only the oldest change of each site is read."""
    row = TicketChangeRow
    each = (
        select(col(row.site_id).label("site_id"), func.count().label("count"), func.min(row.id).label("oldest"))
        .where(col(row.version).is_(None))
        .group_by(col(row.site_id))
        .subquery()
    )
    return select(each.c.site_id, each.c.count, col(row.changed_at)).join(each, col(row.id) == each.c.oldest)


def _exports(now: Instant) -> Executable:
    is_running = col(KeptExportRow.state) == ExportState.RUNNING, col(KeptExportRow.told_at) > now - SILENT_MS
    return select(func.count()).select_from(KeptExportRow).where(*is_running)
