"""The tickets whose money has gone back: an admission that arrives afterwards is a conflict.

Laws (law 6): the query waits for a refund that is being decided at this moment, so that of an admission and an override that
meet, one sees the other: the override is refused, or the admission is a conflict.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from central.store.bulk import among
from central.store.columns import to_signed
from central.store.tables.money import RefundRow
from central.store.unit_of_work import Work
from protocol.identifiers import TicketId

# In every other state of a refund its money is on the way, or gone.
_MONEY_IS_HERE = frozenset({"waiting", "refused"})
# A supervisor who refunds by force knows of the use (`refunds.rules.amounts.RefundKind`).
_FORCED = "forced"


async def paid_back_among(work: Work, ticket_ids: Collection[TicketId]) -> frozenset[TicketId]:
    """Return those of the tickets whose refund was granted for visitors who had not entered."""
    if not ticket_ids:
        return frozenset()
    whole = (col(RefundRow.is_whole).is_(True), col(RefundRow.kind) != _FORCED)
    return await _granted_among(work, ticket_ids, *whole)


async def partly_paid_back_among(work: Work, ticket_ids: Collection[TicketId]) -> frozenset[TicketId]:
    """Return those of the tickets of which some persons were paid back and are off the ticket."""
    return await _granted_among(work, ticket_ids, col(RefundRow.taken_off) > 0)


async def reduced_among(work: Work, ticket_ids: Collection[TicketId]) -> frozenset[TicketId]:
    """Return those of the tickets that a refund of some persons was ever requested for: their admissions must be checked."""
    named = among(await work.connection(), col(RefundRow.ticket_id), [to_signed(one) for one in ticket_ids])
    query = select(RefundRow.ticket_id).where(named, col(RefundRow.taken_off) > 0)
    return frozenset(TicketId(found) for found in (await work.session.exec(query)).all())


async def _granted_among(work: Work, ticket_ids: Collection[TicketId], *of_kind: ColumnElement[bool]) -> frozenset[TicketId]:
    named = among(await work.connection(), col(RefundRow.ticket_id), [to_signed(one) for one in ticket_ids])
    query = select(RefundRow.ticket_id, RefundRow.state).where(named, *of_kind)
    # The state is read here, not in the query: a transaction that waits for a lock sees the state that the other one left.
    rows = (await work.session.exec(query.order_by(col(RefundRow.id)).with_for_update(read=True))).all()
    return frozenset(TicketId(ticket_id) for ticket_id, state in rows if state not in _MONEY_IS_HERE)
