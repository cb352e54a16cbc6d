"""For which tickets money has gone back: what makes an admission that arrives afterwards a conflict.

Laws (law 6): a refund that is being decided at this moment is waited for, so that of an admission and an override that meet, one
sees the other: the override is refused, or the admission is a conflict.
"""

from collections.abc import Collection

from sqlmodel import col, select

from central.store.tables.money import RefundRow
from central.store.unit_of_work import Work
from protocol.identifiers import TicketId

# In every other state of a refund its money is on the way, or gone.
_MONEY_IS_HERE = frozenset({"waiting", "refused"})
# Whoever refunds by force knows of the use (`refunds.reckoning.RefundKind`).
_FORCED = "forced"


async def paid_back_among(work: Work, ticket_ids: Collection[TicketId]) -> frozenset[TicketId]:
    """Return those of the tickets whose refund was granted to somebody who had not entered."""
    if not ticket_ids:
        return frozenset()
    query = select(RefundRow.ticket_id, RefundRow.state).where(
        col(RefundRow.ticket_id).in_(ticket_ids), col(RefundRow.is_whole).is_(True), col(RefundRow.kind) != _FORCED
    )
    # The state is looked at here, not in the query: who waits for a lock sees the state that the other left.
    rows = (await work.session.exec(query.order_by(col(RefundRow.id)).with_for_update(read=True))).all()
    return frozenset(TicketId(ticket_id) for ticket_id, state in rows if state not in _MONEY_IS_HERE)
