"""What is open and needs a person, counted by site: one statement for each list, for all sites at once.

Laws: refunds and differences are within the caller's data scope; a difference without a payment is of no site, and only a person
whose scope is all sees it.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, select
from sqlmodel import col

from central.devices.office_agent import IS_COMPUTER
from central.devices.rules.seen import SILENT_AFTER_MS
from central.payments.differences import DifferenceState
from central.payments.rules.refund_states import RefundDocumentState
from central.refunds.service import RefundState
from central.reports.rules.exceptions import OpenKind
from central.sales.data_scope import Sight
from central.store.tables.admissions import ConflictRow, ConflictSettlementRow
from central.store.tables.devices import AgentRow
from central.store.tables.journals import AlarmRow
from central.store.tables.money import OrderRow, RefundRow
from central.store.tables.payments import DifferenceRow, PaymentRefundRow, PaymentRow
from central.store.unit_of_work import Work
from protocol.instants import Instant
from protocol.sync.messages import Duty

# No site: site numbers begin with 1.
NO_SITE = 0
_OF_REFUND = {
    RefundState.WAITING: OpenKind.REFUNDS_WAITING,
    RefundState.OWED: OpenKind.REFUNDS_OWED,
    RefundState.RETURNING: OpenKind.REFUNDS_STUCK,
}
_NEEDS_STAFF = (RefundDocumentState.CLOSED, RefundDocumentState.ABNORMAL)
_Query = Select[*tuple[Any, ...]]
_Found = dict[int, dict[OpenKind, tuple[int, Instant]]]


async def open_by_site(work: Work, kinds: Collection[OpenKind], sight: Sight, now: Instant) -> _Found:
    """Return, by the number of the site, how many of each kind are open, and since when the oldest is."""
    found: _Found = {}
    connection = await work.connection()
    for of_kinds, query in _queries(sight, now):
        if not of_kinds.isdisjoint(kinds):
            for site, kind, count, oldest in (await connection.execute(query)).all():
                found.setdefault(site or NO_SITE, {})[_kind(kind)] = int(count), Instant(oldest)
    return found


def _queries(sight: Sight, now: Instant) -> tuple[tuple[frozenset[OpenKind], _Query], ...]:
    return (
        (frozenset(_OF_REFUND.values()), _refunds(sight)),
        (frozenset({OpenKind.DIFFERENCES}), _differences(sight)),
        (frozenset({OpenKind.CONFLICTS}), _conflicts()),
        (frozenset({OpenKind.ALARMS}), _alarms()),
        (frozenset({OpenKind.AGENTS_UNSEEN}), _agents(now)),
    )


def _kind(said: str) -> OpenKind:
    return _OF_REFUND[RefundState(said)] if said in set(RefundState) else OpenKind(said)


def _refunds(sight: Sight) -> _Query:
    row, document, site = RefundRow, PaymentRefundRow, col(OrderRow.site_id)
    stuck = exists().where(col(document.refund_id) == col(row.id), col(document.state).in_(_NEEDS_STAFF))
    is_open = col(row.state).in_((RefundState.WAITING, RefundState.OWED)) | and_(col(row.state) == RefundState.RETURNING, stuck)
    query = select(site, col(row.state), func.count(), func.min(col(row.requested_at))).select_from(row)
    query = query.join(OrderRow, col(OrderRow.id) == col(row.order_id))
    # Said twice: the alternative alone leaves PostgreSQL no index of states to use.
    query = query.where(col(row.state).in_(list(_OF_REFUND)), is_open, *sight.of(col(OrderRow.seller_id), col(OrderRow.channel)))
    return query.group_by(site, col(row.state))


def _differences(sight: Sight) -> _Query:
    row, site = DifferenceRow, col(OrderRow.site_id)
    query = _of(OpenKind.DIFFERENCES, site, row.detected_at).select_from(row)
    query = query.outerjoin(PaymentRow, col(PaymentRow.id) == col(row.payment_id))
    query = query.outerjoin(OrderRow, col(OrderRow.id) == col(PaymentRow.order_id))
    is_open = col(row.state) == DifferenceState.OPEN
    return query.where(is_open, *sight.of(col(OrderRow.seller_id), col(OrderRow.channel))).group_by(site)


def _conflicts() -> _Query:
    row, settled = ConflictRow, ConflictSettlementRow
    key = col(settled.journal_number) == col(row.journal_number), col(settled.sequence) == col(row.sequence)
    query = _of(OpenKind.CONFLICTS, col(row.site_id), row.scanned_at)
    return query.where(~exists().where(*key)).group_by(col(row.site_id))


def _alarms() -> _Query:
    row = AlarmRow
    query = _of(OpenKind.ALARMS, col(row.site_id), row.raised_at)
    return query.where(col(row.acknowledged_at).is_(None)).group_by(col(row.site_id))


def _agents(now: Instant) -> _Query:
    row = AgentRow
    has_rights = IS_COMPUTER, col(row.revoked_at).is_(None), col(row.lost_at).is_(None), col(row.duty) == Duty.OPEN.value
    query = _of(OpenKind.AGENTS_UNSEEN, col(row.site_id), row.last_seen_at)
    return query.where(*has_rights, col(row.last_seen_at) < now - SILENT_AFTER_MS).group_by(col(row.site_id))


def _of(kind: OpenKind, site: ColumnElement[Any] | Any, at: Any) -> _Query:  # noqa: ANN401 - columns
    return select(site, literal(kind.value).label("kind"), func.count(), func.min(at))
