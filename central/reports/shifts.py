"""The list of sellers' shifts (交班记录), by the time that they were opened."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from central.reports.filters import Narrowed
from central.reports.listing import EACH, Column, Kind, Listing, sums
from central.reports.words import CHANNELS
from central.sales.data_scope import Conditions
from central.shifts.rows import Closed, Shift, shift_of
from central.store.tables.shifts import ShiftRow
from central.store.unit_of_work import Work
from protocol.instants import Instant


class ShiftState(StrEnum):
    """Whether a shift is still open."""

    OPEN = "open"
    CLOSED = "closed"


def _query(narrowed: Narrowed) -> SelectOfScalar[ShiftRow]:
    return select(ShiftRow).where(
        *narrowed.sold(col(ShiftRow.seller_id), col(ShiftRow.channel)),
        *narrowed.during(col(ShiftRow.site_id), col(ShiftRow.opened_at)),
        *_of_state(narrowed.wanted.state),
    )


def _of_state(state: str | None) -> Conditions:
    if state is None:
        return []
    # Only an open shift names its seller there; few rows do, and an index holds them.
    is_open = col(ShiftRow.open_of).is_not(None)
    return [is_open if state == ShiftState.OPEN else ~is_open]


async def _items(_work: Work, rows: Sequence[ShiftRow]) -> tuple[Shift, ...]:
    return tuple(shift_of(row) for row in rows)


async def _totals(work: Work, narrowed: Narrowed) -> Mapping[str, int]:
    return await sums(work, _query(narrowed), shifts=EACH)


def _closed_at(one: Shift) -> Instant | None:
    return None if one.closed is None else one.closed.at


def _end(title_zh: str, title_en: str, value: Callable[[Closed], int]) -> Column[Shift]:
    return Column(title_zh, title_en, Kind.FEN, lambda one, _names: None if one.closed is None else value(one.closed))


SHIFTS: Listing[Shift] = Listing(
    name="shifts",
    query=_query,
    keyset=(col(ShiftRow.opened_at), col(ShiftRow.id)),
    items=_items,
    totals=_totals,
    key=lambda one: (one.opened_at, one.shift_id),
    columns=(
        Column("班次", "Shift", Kind.NUMBER, lambda one, _names: one.shift_id),
        Column("景区", "Site", Kind.TEXT, lambda one, names: names.sites[one.site_id]),
        Column("售票员", "Seller", Kind.TEXT, lambda one, names: names.people[one.seller_id]),
        Column("销售渠道", "Channel", Kind.TEXT, lambda one, names: names.word(CHANNELS, one.channel)),
        Column("开班时间", "Opened at", Kind.TIME, lambda one, names: names.local(one.site_id, one.opened_at)),
        Column("交班时间", "Closed at", Kind.TIME, lambda one, names: names.local(one.site_id, _closed_at(one))),
        Column("备用金（元）", "Float (CNY)", Kind.FEN, lambda one, _names: one.float_fen),
        _end("现金售票（元）", "Sold for cash (CNY)", lambda end: end.drawer.sold_fen),
        _end("现金退票（元）", "Refunded in cash (CNY)", lambda end: end.drawer.refunded_fen),
        _end("其他现金（元）", "Other cash (CNY)", lambda end: end.drawer.other_fen),
        _end("交款（元）", "Handed in (CNY)", lambda end: end.drawer.handed_in_fen),
        _end("应有（元）", "Expected (CNY)", lambda end: end.drawer.expected_fen),
        _end("实点（元）", "Counted (CNY)", lambda end: end.counted_fen),
        _end("长短款（元）", "Over or short (CNY)", lambda end: end.over_fen),
        _end("留给下一班（元）", "Left for the next shift (CNY)", lambda end: end.left_fen),
        Column("备注", "Note", Kind.TEXT, lambda one, _names: None if one.closed is None else one.closed.note),
    ),
)
