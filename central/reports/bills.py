"""Institutions' bills as finance reads them: each day beside the books, and the lines of a day.

Laws: days are those of the institutions' bills (Beijing's); what belongs to no order of ours is shown only to a person whose
scope is all.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlmodel import col
from sqlmodel import select as select_rows

from central.catalog.rules.business_days import BusinessDays
from central.domain.principal import DataScope
from central.payments.differences import BILL_ZONE, DifferenceState
from central.payments.institution import LineKind
from central.payments.methods import INSTITUTIONS, Method
from central.payments.rules.difference_causes import Cause
from central.payments.rules.payment_states import PaymentState
from central.reports.day_spans import DayOfSite, DaySpans
from central.reports.filters import equal
from central.reports.rules.counting import days_between
from central.sales.data_scope import Conditions, Sight
from central.store.tables.money import OrderRow
from central.store.tables.payments import BillLineRow, BillMatchRow, DifferenceRow, PaymentRefundRow, PaymentRow
from central.store.unit_of_work import Work
from protocol.instants import Instant

_NOWHERE = 0
_KEPT = (PaymentState.PAID, PaymentState.RETURNED)
_Key = tuple[Method, date]


@dataclass(frozen=True, slots=True)
class BillDay:
    """An institution's day: its bill, where it was matched (`matched_at`), and our documents of that day as they stand now.

    `is_over` of false: the day was not over when it was matched; the job matches it again.

    A bill that was matched before its sums were kept has none.
    """

    method: Method
    day: date
    matched_at: Instant | None = None
    is_over: bool | None = None
    lines: int = 0
    matched: int = 0
    bill_in_fen: int | None = None
    bill_out_fen: int | None = None
    books_in_fen: int = 0
    books_out_fen: int = 0
    differences: int = 0
    open_differences: int = 0


@dataclass(frozen=True, slots=True)
class WantedLines:
    """Which lines of a bill; a field that is left out does not restrict."""

    method: Method
    day: date
    cause: Cause | None = None
    is_matched: bool | None = None


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line of a bill, and what it was matched with. `difference_id` is the difference that its `cause` was noted as."""

    line: int
    kind: LineKind
    number: str
    refund_number: str | None
    institution_number: str
    amount_fen: int
    payment_id: int | None
    order_id: int | None
    cause: Cause | None
    difference_id: int | None


async def bill_days(work: Work, first: date, last: date, sight: Sight) -> tuple[BillDay, ...]:
    """Return the days, both included, that have a bill, a document of ours or a difference, newest first."""
    if sight.scope is not DataScope.ALL:
        return ()
    found: dict[_Key, BillDay] = {}

    def add(method: str, day: date, **figures: Any) -> None:  # noqa: ANN401 - fields of the dataclass
        key = Method(method), day
        found[key] = replace(found.get(key, BillDay(*key)), **figures)

    row = BillMatchRow
    for bill in (await work.session.exec(select_rows(row).where(col(row.day).between(first, last)))).all():
        counts = {"matched_at": bill.matched_at, "lines": bill.lines, "matched": bill.matched}
        sums = {"is_over": bill.is_over, "bill_in_fen": bill.in_fen, "bill_out_fen": bill.out_fen}
        add(bill.method, bill.day, **counts, **sums)
    for method, day, count, still_open in await _rows(work, _noted(first, last)):
        add(method, day, differences=count, open_differences=int(still_open))
    for _, number, method, amount_fen in await _rows(work, _books_in(first, last)):
        add(method, date.fromordinal(number), books_in_fen=int(amount_fen))
    for _, number, method, amount_fen in await _rows(work, _books_out(first, last)):
        add(method, date.fromordinal(number), books_out_fen=int(amount_fen))
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[1], key[0]), reverse=True))


def _spans(first: date, last: date) -> DaySpans:
    days = BusinessDays(BILL_ZONE, 0)
    return DaySpans(DayOfSite(_NOWHERE, day, days.span(day, day)) for day in days_between(first, last))


def _noted(first: date, last: date) -> Select[*tuple[Any, ...]]:
    row = DifferenceRow
    keys = col(row.method), col(row.day)
    still_open = func.sum(case((col(row.state) == DifferenceState.OPEN, 1), else_=0))
    return select(*keys, func.count(), still_open).where(col(row.day).between(first, last)).group_by(*keys)


def _books_in(first: date, last: date) -> Select[*tuple[Any, ...]]:
    spans, row = _spans(first, last), PaymentRow
    query = spans.select(col(row.method), func.sum(col(row.received_fen)))
    query = query.join(row, spans.during(col(row.finished_at)))
    query = query.where(col(row.method).in_(sorted(INSTITUTIONS)), col(row.state).in_(_KEPT))
    return query.group_by(*spans.keys, col(row.method))


def _books_out(first: date, last: date) -> Select[*tuple[Any, ...]]:
    spans, row = _spans(first, last), PaymentRefundRow
    query = spans.select(col(PaymentRow.method), func.sum(col(row.amount_fen)))
    query = query.join(row, spans.during(col(row.accepted_at)))
    query = query.join(PaymentRow, col(PaymentRow.id) == col(row.payment_id))
    return query.group_by(*spans.keys, col(PaymentRow.method))


async def bill_lines(work: Work, wanted: WantedLines, sight: Sight, after: int | None, limit: int) -> tuple[BillLine, ...]:
    """Return so many lines of a bill at most, in its order, or those after a line."""
    row, noted = BillLineRow, DifferenceRow
    query = select_rows(row, PaymentRow.order_id, noted.id)
    query = query.join(PaymentRow, col(PaymentRow.id) == col(row.payment_id), isouter=True)
    query = query.join(OrderRow, col(OrderRow.id) == col(PaymentRow.order_id), isouter=True)
    of_line = (col(noted.method) == col(row.method)) & (col(noted.day) == col(row.day)) & (col(noted.cause) == col(row.cause))
    subject = func.coalesce(col(row.refund_number), col(row.number))
    query = query.join(noted, of_line & (col(noted.subject) == subject), isouter=True)
    query = query.where(*_lines_wanted(wanted), *sight.of(col(OrderRow.seller_id), col(OrderRow.channel)))
    query = query.where(*([] if after is None else [col(row.line) > after]))
    rows = (await work.session.exec(query.order_by(col(row.line)).limit(limit))).all()
    return tuple(_line(line, order_id, difference_id) for line, order_id, difference_id in rows)


def _lines_wanted(wanted: WantedLines) -> Conditions:
    row = BillLineRow
    conditions = equal((col(row.method), wanted.method), (col(row.day), wanted.day), (col(row.cause), wanted.cause))
    if wanted.is_matched is not None:
        conditions.append(col(row.cause).is_(None) if wanted.is_matched else col(row.cause).is_not(None))
    return conditions


def _line(row: BillLineRow, order_id: int | None, difference_id: int | None) -> BillLine:
    return BillLine(
        line=row.line,
        kind=LineKind(row.kind),
        number=row.number,
        refund_number=row.refund_number,
        institution_number=row.institution_number,
        amount_fen=row.amount_fen,
        payment_id=row.payment_id,
        order_id=order_id,
        cause=None if row.cause is None else Cause(row.cause),
        difference_id=difference_id,
    )


async def _rows(work: Work, query: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in (await (await work.connection()).execute(query)).all()]
