"""The differences between books and bills as finance reads them: narrowed, page by page, and summed.

Laws: days are those of the institutions' bills (Beijing's); a difference about no order of ours is shown only to a person whose
scope is all.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col
from sqlmodel import select as select_rows

from central.payments.differences import Difference, DifferenceState, difference_of
from central.payments.methods import Method
from central.payments.rules.difference_causes import Cause, Found
from central.payments.rules.settlements import open_fen
from central.reports.filters import equal
from central.sales.data_scope import Conditions, Sight
from central.store.tables.money import OrderRow
from central.store.tables.payments import DifferenceRow, PaymentRow
from central.store.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class WantedDifferences:
    """Which differences; a field that is left out does not restrict. Days are both included."""

    first_day: date | None = None
    last_day: date | None = None
    method: Method | None = None
    cause: Cause | None = None
    state: DifferenceState | None = None


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


async def differences(
    work: Work, wanted: WantedDifferences, sight: Sight, before: int | None, limit: int
) -> tuple[Difference, ...]:
    """Return so many differences at most, newest first, or those before one."""
    row = DifferenceRow
    query = select_rows(row).where(*_differences_wanted(wanted), *_seen(sight))
    query = query if before is None else query.where(col(row.id) < before)
    rows = (await work.session.exec(query.order_by(col(row.id).desc()).limit(limit))).all()
    return tuple(difference_of(one) for one in rows)


async def difference_sums(work: Work, wanted: WantedDifferences, sight: Sight) -> tuple[DifferenceSum, ...]:
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


def _differences_wanted(wanted: WantedDifferences) -> Conditions:
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
