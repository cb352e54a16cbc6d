"""The differences between books and bills as finance reads them: narrowed, page by page, summed, and as a table.

Laws: days and times are those of the institutions' bills (Beijing's); a difference about no order of ours is shown only to a
person whose scope is all; the table holds what the list holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.sql.expression import SelectOfScalar

from central.payments.differences import BILL_ZONE, Difference, DifferenceState, difference_of
from central.payments.methods import Method
from central.payments.rules.difference_causes import Cause, Found
from central.payments.rules.settlements import open_fen
from central.reports.filters import Narrowed, Wanted, equal
from central.reports.listing import EACH, Column, Kind, Listing, sums
from central.reports.words import CAUSES, DIFFERENCE_STATES, METHODS, SETTLEMENT_CAUSES
from central.sales.data_scope import Conditions, Sight
from central.store.tables.money import OrderRow
from central.store.tables.payments import DifferenceRow, PaymentRow
from central.store.unit_of_work import Work
from protocol.instants import Instant, to_datetime


@dataclass(frozen=True, slots=True)
class DifferenceSum:
    """So many differences of a cause and state: the sums of both sides, what is open, and what settlements have moved."""

    method: Method
    cause: Cause
    state: DifferenceState
    differences: int
    ours_fen: int
    theirs_fen: int
    open_fen: int
    settled_fen: int


async def differences(work: Work, wanted: Wanted, sight: Sight, before: int | None, limit: int) -> tuple[Difference, ...]:
    """Return so many differences at most, newest first, or those before one."""
    row, query = DifferenceRow, _rows(wanted, sight)
    query = query if before is None else query.where(col(row.id) < before)
    return await _items(work, (await work.session.exec(query.order_by(col(row.id).desc()).limit(limit))).all())


async def difference_sums(work: Work, wanted: Wanted, sight: Sight) -> tuple[DifferenceSum, ...]:
    """Return the sums of differences by method, cause and state."""
    row = DifferenceRow
    keys = col(row.method), col(row.cause), col(row.state)
    sums = [func.coalesce(func.sum(column), 0) for column in (col(row.ours_fen), col(row.theirs_fen), col(row.settled_fen))]
    query = select(*keys, func.count(), *sums).where(*_differences_wanted(wanted), *_seen(sight))
    rows = await (await work.connection()).execute(query.group_by(*keys).order_by(*keys))
    return tuple(_sum(*one) for one in map(tuple, rows.all()))


def _sum(*found: Any) -> DifferenceSum:  # noqa: ANN401 - a row of the query above
    method, cause, state = Method(found[0]), Cause(found[1]), DifferenceState(found[2])
    ours_fen, theirs_fen, settled_fen = map(int, found[4:])
    still_open = open_fen(Found(cause, "", None, ours_fen, theirs_fen, "")) if state is DifferenceState.OPEN else 0
    return DifferenceSum(method, cause, state, found[3], ours_fen, theirs_fen, still_open, settled_fen)


def _rows(wanted: Wanted, sight: Sight) -> SelectOfScalar[DifferenceRow]:
    return select_rows(DifferenceRow).where(*_differences_wanted(wanted), *_seen(sight))


async def _items(_work: Work, rows: Sequence[DifferenceRow]) -> tuple[Difference, ...]:
    return tuple(difference_of(row) for row in rows)


async def _totals(work: Work, narrowed: Narrowed) -> Mapping[str, int]:
    row = DifferenceRow
    amounts = {"ours_fen": col(row.ours_fen), "theirs_fen": col(row.theirs_fen), "settled_fen": col(row.settled_fen)}
    return await sums(work, _rows(narrowed.wanted, narrowed.sight), differences=EACH, **amounts)


def _differences_wanted(wanted: Wanted) -> Conditions:
    row = DifferenceRow
    conditions = equal((col(row.method), wanted.method), (col(row.cause), wanted.cause), (col(row.state), wanted.state))
    conditions += [] if wanted.first_day is None else [col(row.day) >= wanted.first_day]
    return conditions + ([] if wanted.last_day is None else [col(row.day) <= wanted.last_day])


def _seen(sight: Sight) -> list[ColumnElement[bool]]:
    """Return the condition that a difference is about a payment of an order in sight; all sees also the others."""
    seen = sight.of(col(OrderRow.seller_id), col(OrderRow.channel))
    if not seen:
        return []
    of_order = select(col(PaymentRow.id)).join(OrderRow, col(OrderRow.id) == col(PaymentRow.order_id)).where(*seen)
    return [col(DifferenceRow.payment_id).in_(of_order)]


def _in_beijing(at: Instant | None) -> datetime | None:
    return None if at is None else to_datetime(at, BILL_ZONE).replace(microsecond=0, tzinfo=None)


# The days of bills are no business days of a site: the filter takes them as they were asked for.
DIFFERENCES: Listing[Difference] = Listing(
    name="reconciliation-differences",
    query=lambda narrowed: _rows(narrowed.wanted, narrowed.sight),
    keyset=(col(DifferenceRow.id),),
    items=_items,
    totals=_totals,
    key=lambda one: (one.difference_id,),
    columns=(
        Column("差异号", "Difference", Kind.NUMBER, lambda one, _names: one.difference_id),
        Column("支付方式", "Method", Kind.TEXT, lambda one, names: names.word(METHODS, one.method)),
        Column("账单日期", "Day of the bill", Kind.DAY, lambda one, _names: one.day),
        Column("差异原因", "Cause", Kind.TEXT, lambda one, names: names.word(CAUSES, one.found.cause)),
        Column("单号", "Number", Kind.TEXT, lambda one, _names: one.found.subject),
        Column("单据号", "Payment", Kind.NUMBER, lambda one, _names: one.found.payment_id),
        Column("账面（元）", "Books (CNY)", Kind.FEN, lambda one, _names: one.found.ours_fen),
        Column("对账单（元）", "Bill (CNY)", Kind.FEN, lambda one, _names: one.found.theirs_fen),
        Column("说明", "Detail", Kind.TEXT, lambda one, _names: one.found.detail),
        Column("状态", "State", Kind.TEXT, lambda one, names: names.word(DIFFERENCE_STATES, one.state)),
        Column("发现时间（北京）", "Found at (Beijing)", Kind.TIME, lambda one, _names: _in_beijing(one.detected_at)),
        Column("处理人", "Settled by", Kind.TEXT, lambda one, names: names.people.get(one.settled_by or 0)),
        Column("处理时间（北京）", "Settled at (Beijing)", Kind.TIME, lambda one, _names: _in_beijing(one.settled_at)),
        Column("处理说明", "Note", Kind.TEXT, lambda one, _names: one.settled_note),
        Column("处理结果", "Settled as", Kind.TEXT, lambda one, names: names.word(SETTLEMENT_CAUSES, one.settled_cause)),
        Column("记账（元）", "Moved (CNY)", Kind.FEN, lambda one, _names: one.settled_fen),
    ),
)
