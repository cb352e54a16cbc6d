"""The names of a group's visitors (团队名单), sealed with the order.

Laws (law 9): a name and a number leave this module only in full to who may read holders, which is audited; a list replaces the
one before it, as long as the visit has not ended.
"""

import json

from sqlmodel import select

from central.agencies.messages import GROUP_HAS_ENDED, NO_GROUP_ORDER
from central.agencies.rules.contracts import GroupState
from central.agencies.rules.visitors import Visitor
from central.audit import service as audit
from central.audit.rules.changes import hidden_change
from central.domain.problems import Problem, ProblemCode
from central.store.sealed import FieldSeal, SealedField
from central.store.tables.agencies import GroupOrderRow
from central.store.unit_of_work import Store, Work
from protocol.holders import Document, DocumentType
from protocol.instants import Instant


class GroupNames:
    """Keeps the names."""

    def __init__(self, store: Store, seal: FieldSeal) -> None:
        """Take the store, and the seal for names."""
        self._store = store
        self._seal = seal

    async def read(self, order_id: int, by: int, now: Instant) -> tuple[Visitor, ...]:
        """Return a group's names in full, which is audited; Problem where there is no such group."""
        async with self._store.transaction() as work:
            row = await work.session.get(GroupOrderRow, order_id)
            if row is None:
                raise _not_there(order_id)
            audit.record(work, now, by, "group.names-read", f"order:{order_id}")
            kept = [] if row.names_sealed is None else json.loads(self._seal.open(row.names_sealed, _at(order_id)))
        return tuple(Visitor(name, Document(DocumentType(kind), country, number)) for name, kind, country, number in kept)

    async def replace(self, work: Work, order_id: int, visitors: tuple[Visitor, ...], by: int, now: Instant) -> None:
        """Replace a group's names in the caller's transaction; Problem as for `planned_persons`."""
        row = await _open(work, order_id, lock=True)
        said = [[one.name, one.document.kind.value, one.document.country, one.document.number] for one in visitors]
        row.names_sealed = self._seal.seal(json.dumps(said), _at(order_id))
        work.session.add(row)
        audit.record(work, now, by, "group.names", f"order:{order_id}", names=len(visitors), changes=(hidden_change("names"),))


async def planned_persons(work: Work, order_id: int) -> int:
    """Return for how many persons a group is planned; Problem where there is none, or its visit has ended."""
    return (await _open(work, order_id)).planned_persons


async def _open(work: Work, order_id: int, *, lock: bool = False) -> GroupOrderRow:
    query = select(GroupOrderRow).where(GroupOrderRow.order_id == order_id)
    row = (await work.session.exec(query.with_for_update() if lock else query)).first()
    if row is None:
        raise _not_there(order_id)
    if row.state != GroupState.OPEN:
        raise Problem(ProblemCode.ORDER_STATE, GROUP_HAS_ENDED.of())
    return row


def _not_there(order_id: int) -> Problem:
    return Problem(ProblemCode.NOT_FOUND, NO_GROUP_ORDER.of(order_id=order_id))


def _at(order_id: int) -> SealedField:
    return SealedField("group_order", "names_sealed", str(order_id))
