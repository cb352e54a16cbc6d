"""An agency's statement as a table: the balances before the period, each movement with the balances after it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from central.agencies.service import Agencies, Period, Statement
from central.agencies.statements import Entry, Funds
from central.reports.listing import Column, Kind, Names
from central.reports.words import ENTRY_KINDS, METHODS

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A movement and the balances after it; without a movement: the opening balances."""

    entry: Entry | None
    after: Funds
    site_id: int


async def lines_of(agencies: Agencies, period: Period, statement: Statement) -> AsyncIterator[Sequence[Line]]:
    """Yield a statement page by page, from the opening balances to the closing ones."""
    site_id = (await agencies.agency(period.agency_id)).wish.site_id
    funds, last = statement.opening, 0
    yield [Line(None, funds, site_id)]
    while found := await agencies.entries(period, last, ROWS_AT_ONCE):
        page = []
        for one in found:
            funds = Funds(funds.prepaid_fen + one.prepaid_fen, funds.owed_fen + one.owed_fen)
            page.append(Line(one, funds, site_id))
        yield page
        last = found[-1].entry_id


def _at(line: Line, names: Names) -> datetime | None:
    return None if line.entry is None else names.local(line.site_id, line.entry.posted_at)


STATEMENT_COLUMNS: tuple[Column[Line], ...] = (
    Column("时间", "At", Kind.TIME, _at),
    Column("事项", "Kind", Kind.TEXT, lambda one, names: names.word(ENTRY_KINDS, one.entry.kind if one.entry else "opening")),
    Column("订单号", "Order", Kind.NUMBER, lambda one, _names: one.entry.order_id if one.entry else None),
    Column("收款方式", "Method", Kind.TEXT, lambda one, names: names.word(METHODS, one.entry.method if one.entry else None)),
    Column("凭证号", "Slip", Kind.TEXT, lambda one, _names: one.entry.reference if one.entry else None),
    Column("预存变动（元）", "Balance moved (CNY)", Kind.FEN, lambda one, _names: one.entry.prepaid_fen if one.entry else None),
    Column("预存余额（元）", "Balance (CNY)", Kind.FEN, lambda one, _names: one.after.prepaid_fen),
    Column("挂账变动（元）", "Debt moved (CNY)", Kind.FEN, lambda one, _names: one.entry.owed_fen if one.entry else None),
    Column("挂账余额（元）", "Debt (CNY)", Kind.FEN, lambda one, _names: one.after.owed_fen),
)
