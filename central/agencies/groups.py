"""Group orders (团队单): one code for many persons, admitted in parts, settled by the persons who came.

Laws (law 6): a group's code stops admitting before its persons are counted, and they are counted when every gate that could have
admitted one has reported that it knows; the deduction goes to the agency's own account, once; the guide's name and phone are
sealed at rest, and reading them in full is audited (law 9).
"""

from dataclasses import dataclass

from sqlmodel import col, select

from central.agencies import rows
from central.agencies.messages import GROUP_NOT_BEGUN, GROUP_REFUND_WAITS, GROUP_UNPAID, NOT_A_GROUP
from central.agencies.ports import PersonsWhoCame
from central.agencies.rows import Contact
from central.agencies.rules.contracts import Charges, GroupState, GroupTicket, settled
from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.domain.problems import Problem, ProblemCode
from central.issuing import outbox
from central.issuing.service import Issuing, ticket_in, tickets_of_order
from central.issuing.tickets import Ticket, id_from_text, id_text
from central.payments import agency_funds, documents, ledger
from central.payments.ledger import Movement
from central.payments.methods import Method
from central.refunds.fencing import Revoked, fenced
from central.refunds.ports import AdmittingAgents
from central.refunds.rules.fence import WaitedFor, each_once
from central.refunds.service import has_waiting
from central.sales.sold_terms import promise_of
from central.store.sealed import FieldSeal, SealedField
from central.store.tables.agencies import GroupOrderRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import TicketId
from protocol.instants import Instant, to_minute
from protocol.tickets.record import TicketState

MOST_READ_AT_ONCE = 100
MASK = "*"
_SHOWN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class GroupOrder:
    """A group order, and which gates its settlement waits for. `guide` is masked."""

    order_id: int
    agency_id: int
    guide: Contact
    charges: Charges
    state: GroupState
    planned_persons: int
    actual_persons: int | None
    deducted_fen: int | None
    ended_at: Instant | None
    ended_by: int | None
    settled_at: Instant | None
    waiting_for: tuple[WaitedFor, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A group as it was sold: how many persons are planned, for which persons it is charged, and who guides it."""

    order_id: int
    agency_id: int
    persons: int
    charges: Charges
    guide: Contact


@dataclass(frozen=True, slots=True)
class Gates:
    """Knows which gates may admit, and which persons they have admitted."""

    agents: AdmittingAgents
    admissions: PersonsWhoCame


class GroupOrders:
    """Keeps the group orders."""

    def __init__(self, store: Store, issuing: Issuing, gates: Gates, seal: FieldSeal) -> None:
        """Take the store, the services that change tickets and know gates, and the seal for guides."""
        self._store = store
        self._issuing = issuing
        self._gates = gates
        self._seal = seal

    def add(self, work: Work, planned: Planned) -> None:
        """Store that an order, which this transaction makes, is a group's."""
        row = {
            "order_id": planned.order_id,
            "agency_id": planned.agency_id,
            "guide_sealed": rows.sealed(self._seal, (planned.guide,), _at(planned.order_id)),
            "charges": planned.charges,
            "planned_persons": planned.persons,
            "state": GroupState.OPEN,
        }
        work.insert(GroupOrderRow, [row])

    async def groups(self, agency_id: int, state: GroupState | None, before: int | None, limit: int) -> tuple[GroupOrder, ...]:
        """Return an agency's group orders, newest first, those before one; only those in a state, where one is named.

        Only `group` reads the gates that an order waits for.

        Problem where there is no such agency.
        """
        query = select(GroupOrderRow).where(GroupOrderRow.agency_id == agency_id)
        query = query if before is None else query.where(col(GroupOrderRow.order_id) < before)
        query = query if state is None else query.where(GroupOrderRow.state == state)
        async with self._store.reading() as work:
            await rows.existing(work, agency_id)
            found = (await work.session.exec(query.order_by(col(GroupOrderRow.order_id).desc()).limit(limit))).all()
        return tuple(self._group(row, ()) for row in found)

    async def group(self, order_id: int, now: Instant) -> GroupOrder:
        """Return a group order, and the gates that it waits for; Problem where there is none."""
        async with self._store.reading() as work:
            row = await work.session.get(GroupOrderRow, order_id)
            if row is None:
                raise _not_there(order_id)
            return self._group(row, await self._waiting_for(work, row, now))

    async def guide(self, order_id: int, by: int, now: Instant) -> Contact:
        """Return a group's guide in full, which is audited."""
        async with self._store.transaction() as work:
            row = await _locked(work, order_id)
            audit.record(work, now, by, "group.guide-read", f"order:{order_id}")
            return self._guide(row)

    async def end(self, order_id: int, by: int, now: Instant) -> GroupOrder:
        """End a group's visit: its codes stop admitting. Settle at once where no gate must be waited for.

        Problem where the visit has not begun, or a refund of the order is not decided yet: it may make a code valid again.
        """
        async with self._store.transaction() as work:
            row = await _locked(work, order_id)
            if row.state == GroupState.OPEN:
                await self._end(work, row, by, now)
        return await self.settle(order_id, now)

    async def settle(self, order_id: int, now: Instant) -> GroupOrder:
        """Settle a group that has ended, where all its gates have reported that they know; else leave it waiting."""
        async with self._store.transaction() as work:
            row = await _locked(work, order_id)
            # The fence first, then the persons, as for a refund: so no admission before the fence can be missed.
            waiting = await self._waiting_for(work, row, now)
            if row.state == GroupState.ENDING and not waiting:
                await self._settle(work, row, now)
            return self._group(row, waiting)

    async def settle_waiting(self, now: Instant) -> int:
        """Settle every group whose gates have all reported that they know of its end; return how many. A job."""
        done, last = 0, 0
        while waiting := await self._ending_after(last):
            for order_id in waiting:
                done += (await self.settle(order_id, now)).state is GroupState.SETTLED
            last = waiting[-1]
        return done

    async def _ending_after(self, last: int) -> list[int]:
        query = select(GroupOrderRow.order_id).where(GroupOrderRow.state == GroupState.ENDING, col(GroupOrderRow.order_id) > last)
        async with self._store.reading() as work:
            return list((await work.session.exec(query.order_by(col(GroupOrderRow.order_id)).limit(MOST_READ_AT_ONCE))).all())

    async def _end(self, work: Work, row: GroupOrderRow, by: int, now: Instant) -> None:
        if await documents.paid_by(work, row.order_id) is None and not await tickets_of_order(work, row.order_id):
            raise Problem(ProblemCode.ORDER_STATE, GROUP_UNPAID.of())
        tickets = [one for one in await tickets_of_order(work, row.order_id) if one.record.state is TicketState.ACTIVE]
        if any(to_minute(now) < one.record.valid_from for one in tickets):
            raise Problem(ProblemCode.ORDER_STATE, GROUP_NOT_BEGUN.of())
        if await has_waiting(work, row.order_id):
            raise Problem(ProblemCode.ORDER_STATE, GROUP_REFUND_WAITS.of())
        changes = []
        for ticket_id in sorted(one.ticket_id for one in tickets):
            before = await outbox.highest_change(work, ticket_id)
            await self._issuing.set_state(work, ticket_id, (TicketState.ACTIVE,), TicketState.VOID, now)
            changes.append(await outbox.first_change_after(work, ticket_id, before))
        row.tickets = [id_text(one.ticket_id) for one in tickets]
        row.fence_change_id = min(changes, default=None)
        ending = changes_between({"state": row.state}, {"state": GroupState.ENDING})
        row.state, row.ended_at, row.ended_by = GroupState.ENDING, now, by
        work.session.add(row)
        audit.record(work, now, by, "group.end", f"order:{row.order_id}", codes=len(tickets), changes=ending)

    async def _waiting_for(self, work: Work, row: GroupOrderRow, now: Instant) -> tuple[WaitedFor, ...]:
        if row.state != GroupState.ENDING or row.fence_change_id is None or row.ended_at is None:
            return ()
        revoked = [Revoked(ticket_id, row.fence_change_id, row.ended_at) for ticket_id in _tickets(row)]
        return each_once([waited for one in revoked for waited in await fenced(work, self._gates.agents, one, now)])

    async def _settle(self, work: Work, row: GroupOrderRow, now: Instant) -> None:
        tickets = [await ticket_in(work, ticket_id) for ticket_id in _tickets(row)]
        ended = settled([await self._came(work, ticket) for ticket in tickets], Charges(row.charges))
        if ended.deducted_fen:
            await _deduct(work, row, tickets[0], ended.deducted_fen, now)
        said = {"state": GroupState.SETTLED, "actual_persons": ended.actual_persons, "deducted_fen": ended.deducted_fen}
        changes = changes_between({"state": row.state}, said)
        row.state, row.settled_at = GroupState.SETTLED, now
        row.actual_persons, row.deducted_fen = ended.actual_persons, ended.deducted_fen
        work.session.add(row)
        audit.record(work, now, row.ended_by, "group.settle", f"order:{row.order_id}", changes=changes)

    async def _came(self, work: Work, ticket: Ticket) -> GroupTicket:
        admitted = await self._gates.admissions.persons_who_came(work, ticket.ticket_id)
        return GroupTicket(ticket.record.persons, admitted, (await promise_of(work, ticket)).price_fen)

    def _guide(self, row: GroupOrderRow) -> Contact:
        return rows.opened(self._seal, row.guide_sealed, _at(row.order_id))[0]

    def _group(self, row: GroupOrderRow, waiting: tuple[WaitedFor, ...]) -> GroupOrder:
        return GroupOrder(
            order_id=row.order_id,
            agency_id=row.agency_id,
            guide=_masked(self._guide(row)),
            charges=Charges(row.charges),
            state=GroupState(row.state),
            planned_persons=row.planned_persons,
            actual_persons=row.actual_persons,
            deducted_fen=row.deducted_fen,
            ended_at=row.ended_at,
            ended_by=row.ended_by,
            settled_at=row.settled_at,
            waiting_for=waiting,
        )


async def _deduct(work: Work, row: GroupOrderRow, ticket: Ticket, amount_fen: int, now: Instant) -> None:
    """Give back what was paid for persons who did not come. Onto the account that paid the order, else into the balance."""
    is_on_account = await documents.paid_by(work, row.order_id) is Method.ON_ACCOUNT
    method = Method.ON_ACCOUNT if is_on_account else Method.PREPAID
    await agency_funds.give_back(work, method, row.agency_id, amount_fen)
    sold, account = ledger.sales(ticket.record.issuing_site), ledger.of_agency(method, row.agency_id)
    movement = Movement(sold, account, amount_fen, row.order_id, agency_id=row.agency_id)
    ledger.post(work, movement, row.ended_by, now)


async def _locked(work: Work, order_id: int) -> GroupOrderRow:
    row = await work.session.get(GroupOrderRow, order_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise _not_there(order_id)
    return row


def _tickets(row: GroupOrderRow) -> list[TicketId]:
    return [id_from_text(text) for text in row.tickets or ()]


def _masked(guide: Contact) -> Contact:
    shown = guide.phone[-_SHOWN_DIGITS:] if len(guide.phone) > _SHOWN_DIGITS else ""
    return Contact(guide.name[:1] + MASK * (len(guide.name) - 1), MASK * (len(guide.phone) - len(shown)) + shown)


def _not_there(order_id: int) -> Problem:
    return Problem(ProblemCode.NOT_FOUND, NOT_A_GROUP.of(order_id=order_id))


def _at(order_id: int) -> SealedField:
    return SealedField("group_order", "guide_sealed", str(order_id))
