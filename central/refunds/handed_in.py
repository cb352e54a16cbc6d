"""Tickets that were handed in for others: as long as one of them could be used, the money of the other is not free (law 6)."""

from sqlmodel import col, select

from central.store.tables.money import RefundRow
from central.store.unit_of_work import Work


async def handed_in_for(work: Work, order_id: int) -> tuple[RefundRow, ...]:
    """Return the exchanges by which an order was paid, and those by which theirs were, the latest first."""
    query = select(RefundRow).where(col(RefundRow.new_order_id) == order_id).order_by(col(RefundRow.id))
    rows = (await work.session.exec(query)).all()
    before = [one for row in rows for one in await handed_in_for(work, row.order_id)]
    return (*rows, *before)
