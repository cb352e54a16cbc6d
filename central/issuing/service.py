"""Tickets: made with the payment, changed in the record, told to gates through the outbox.

Laws: tickets are made within the transaction that marks their order paid (law 7); each change of a ticket locks its row, writes
its record and appends to the outbox in one transaction; ids are 64 random bits, whose top 32 are the short number, and no two
tickets have the same short number.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog import service as catalog
from central.catalog.rules.validity import Window
from central.catalog.ticket_type import TicketType, flags_of
from central.domain.messages import TICKET_STATE_FORBIDS, TICKET_STATES
from central.domain.ports import RandomBytes, Wake
from central.domain.problems import Problem, ProblemCode
from central.domain.saying import Said
from central.issuing import credentials, outbox
from central.issuing.messages import (
    END_BEFORE_BEGINNING,
    NO_FREE_NUMBERS,
    NO_TICKET_OF_ID,
    NO_TICKET_OF_NUMBER,
    NOT_REISSUED,
    NOT_TO_BE_ACTIVATED,
    VOID_NOT_EXTENDED,
)
from central.issuing.signer import Signer
from central.issuing.tickets import Ticket, record_of, subject, ticket_of, token_bytes
from central.store.columns import to_signed
from central.store.tables.tickets import TicketCredentialRow, TicketRow
from central.store.unit_of_work import Store, Work
from protocol.feed.records import CredentialKind
from protocol.identifiers import U8_MAX, SiteId, TicketId
from protocol.instants import Instant, Minute, from_minute, to_datetime, to_minute
from protocol.tickets.record import TicketRecord, TicketState
from protocol.tickets.short_number import number_of

TICKET_ID_BYTES = 8
MOST_ID_DRAWS = 8


@dataclass(frozen=True, slots=True)
class NewTicket:
    """One ticket to make. ID cards find it by `holder_keys`: (site, 16-byte keyed hash)."""

    ticket_id: TicketId
    ticket_type: TicketType
    line: int
    persons: int
    window: Window
    holder_keys: tuple[tuple[SiteId, bytes], ...]


@dataclass(frozen=True, slots=True)
class Activation:
    """When an activated ticket is valid from now on, and the keys by which ID cards find it."""

    window: Window
    holder_keys: tuple[tuple[SiteId, bytes], ...]


class Issuing:
    """Makes and changes tickets."""

    def __init__(self, store: Store, signer: Signer, random_bytes: RandomBytes, feed_has_work: Wake) -> None:
        """Take the store, the signer, randomness, and the function to call when gates must hear of a change."""
        self._store = store
        self._signer = signer
        self._random_bytes = random_bytes
        self._feed_has_work = feed_has_work

    def draw_ids(self, count: int) -> list[TicketId]:
        """Draw ids in the order in which the database sorts them; whether their short numbers are free is not known yet.

        Tickets are read by their ids: in this order, they come back as they were sold, holder by holder.
        """
        return sorted((self._draw_id() for _ in range(count)), key=to_signed)

    async def free_ids(self, work: Work, count: int) -> list[TicketId]:
        """Draw ids whose short number no ticket has, in the same order.

        The unique constraint stops two transactions that draw one at the same time.
        """
        free: dict[int, TicketId] = {}
        for _ in range(MOST_ID_DRAWS):
            drawn = {int(number_of(one)): one for one in self.draw_ids(count - len(free))}
            held = select(TicketRow.short_number).where(col(TicketRow.short_number).in_(drawn))
            taken = set((await work.session.exec(held)).all())
            free |= {number: one for number, one in drawn.items() if number not in taken}
            if len(free) == count:
                return sorted(free.values(), key=to_signed)
        raise Problem(ProblemCode.BUSY, NO_FREE_NUMBERS.of())

    def issue(self, work: Work, site_id: SiteId, order_id: int, wanted: Sequence[NewTicket], now: Instant) -> tuple[Ticket, ...]:
        """Make the tickets of an order that this transaction marks paid."""
        tickets = tuple(self._made(site_id, order_id, one, now) for one in wanted)
        work.insert(TicketRow, [_row(ticket) for ticket in tickets])
        work.insert(TicketCredentialRow, [entry for one in wanted for entry in _credentials(one.ticket_id, one.holder_keys)])
        for one in wanted:
            outbox.append(work, (one.ticket_id,), one.ticket_type.parameters.sites, now)
        work.after_commit(self._feed_has_work)
        return tickets

    async def set_state(
        self, work: Work, ticket_id: TicketId, allowed: Collection[TicketState], state: TicketState, now: Instant
    ) -> Ticket:
        """Set a ticket's state where it is one of `allowed`; else Problem. The caller audits why."""
        row = await _locked(work, ticket_id)
        if row.state not in allowed:
            raise Problem(ProblemCode.TICKET_STATE, TICKET_STATE_FORBIDS.of(state=_state(row)))
        row.state, row.state_since = state, to_minute(now)
        return await self._changed(work, row, now)

    async def set_persons(self, work: Work, ticket_id: TicketId, persons: int, now: Instant) -> Ticket:
        """Set how many persons a ticket admits; gates hear of it even where the number is the same. The caller audits why."""
        row = await _locked(work, ticket_id)
        row.persons = persons
        return await self._changed(work, row, now)

    async def set_window(self, work: Work, ticket_id: TicketId, window: Window, now: Instant) -> Ticket:
        """Set when a ticket is valid; its printed code stays valid, because the row decides. The caller audits why."""
        row = await _locked(work, ticket_id)
        _set_window(row, window)
        return await self._changed(work, row, now)

    async def activate(self, work: Work, ticket_id: TicketId, wanted: Activation, now: Instant) -> Ticket:
        """Make an inactive ticket its holder's.

        Older codes become invalid, because others have seen them. The caller audits why.
        """
        row = await _locked(work, ticket_id)
        if row.state != TicketState.INACTIVE:
            raise Problem(ProblemCode.TICKET_STATE, NOT_TO_BE_ACTIVATED.of(state=_state(row)))
        row.state, row.state_since = TicketState.ACTIVE, to_minute(now)
        _set_window(row, wanted.window)
        self._sign_again(row, now)
        work.insert(TicketCredentialRow, _credentials(ticket_id, wanted.holder_keys))
        return await self._changed(work, row, now)

    async def block(self, ticket_id: TicketId, by: int, reason: str, now: Instant) -> Ticket:
        """Block a ticket at all gates, until it is unblocked."""
        async with self._store.transaction() as work:
            ticket = await self.set_state(work, ticket_id, (TicketState.ACTIVE,), TicketState.BLOCKED, now)
            changes = changes_between({"state": TicketState.ACTIVE}, {"state": ticket.record.state})
            audit.record(work, now, by, "ticket.block", subject(ticket_id), reason=reason, changes=changes)
        return ticket

    async def unblock(self, ticket_id: TicketId, by: int, reason: str, now: Instant) -> Ticket:
        """Let a blocked ticket be used again."""
        async with self._store.transaction() as work:
            ticket = await self.set_state(work, ticket_id, (TicketState.BLOCKED,), TicketState.ACTIVE, now)
            changes = changes_between({"state": TicketState.BLOCKED}, {"state": ticket.record.state})
            audit.record(work, now, by, "ticket.unblock", subject(ticket_id), reason=reason, changes=changes)
        return ticket

    async def extend(self, ticket_id: TicketId, valid_until: Minute, by: int, now: Instant) -> Ticket:
        """Move the end of a ticket's validity (顺延); its printed code stays valid, because the row decides."""
        async with self._store.transaction() as work:
            row = await _locked(work, ticket_id)
            if row.state == TicketState.VOID:
                raise Problem(ProblemCode.TICKET_STATE, VOID_NOT_EXTENDED.of())
            if valid_until <= row.valid_from:
                raise Problem(ProblemCode.INPUT_INVALID, END_BEFORE_BEGINNING.of())
            changes = changes_between(_until(row.valid_until), _until(valid_until))
            audit.record(work, now, by, "ticket.extend", subject(ticket_id), changes=changes)
            row.valid_until = valid_until
            return await self._changed(work, row, now)

    async def reissue(self, ticket_id: TicketId, by: int, reason: str, now: Instant) -> Ticket:
        """Sign a new code of the next generation; older prints become invalid at every gate that hears of it."""
        async with self._store.transaction() as work:
            row = await _locked(work, ticket_id)
            if row.state != TicketState.ACTIVE or row.generation >= U8_MAX:
                raise Problem(ProblemCode.TICKET_STATE, NOT_REISSUED.of())
            before = {"generation": row.generation}
            self._sign_again(row, now)
            changes = changes_between(before, {"generation": row.generation})
            audit.record(work, now, by, "ticket.reissue", subject(ticket_id), reason=reason, changes=changes)
            return await self._changed(work, row, now)

    async def replace_credentials(
        self, work: Work, ticket_id: TicketId, site_id: SiteId, kind: CredentialKind, keys: Collection[bytes], now: Instant
    ) -> None:
        """Let these keys, and no others of the kind, lead to a ticket at a site; its gates hear of it. The caller audits why."""
        await _locked(work, ticket_id)
        if await credentials.replace(work, site_id, ticket_id, kind, keys):
            outbox.append(work, (ticket_id,), (site_id,), now)
            work.after_commit(self._feed_has_work)

    async def ticket(self, ticket_id: TicketId) -> Ticket:
        """Return a ticket; Problem where there is none."""
        async with self._store.reading() as work:
            return await ticket_in(work, ticket_id)

    async def ticket_by_short_number(self, number: str) -> Ticket:
        """Return the ticket whose short number a person typed; Problem where there is none."""
        async with self._store.reading() as work:
            row = (await work.session.exec(select(TicketRow).where(col(TicketRow.short_number) == int(number)))).first()
        if row is None:
            raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_OF_NUMBER.of())
        return ticket_of(row)

    def _sign_again(self, row: TicketRow, now: Instant) -> None:
        # The new key must verify the new code, and keys are bounded by the time of issue: so that time moves too.
        row.generation, row.issued_at = row.generation + 1, to_minute(now)
        row.token = token_bytes(self._sign(record_of(row)))

    async def _changed(self, work: Work, row: TicketRow, now: Instant) -> Ticket:
        work.session.add(row)
        known = await catalog.ticket_types(work, (row.ticket_type_id,))
        outbox.append(work, (row.id,), known[row.ticket_type_id].parameters.sites, now)
        await work.write()
        work.after_commit(self._feed_has_work)
        return ticket_of(row)

    def _made(self, site_id: SiteId, order_id: int, one: NewTicket, now: Instant) -> Ticket:
        record = TicketRecord(
            ticket_id=one.ticket_id,
            issuing_site=site_id,
            ticket_type=one.ticket_type.type_id,
            issued_at=to_minute(now),
            valid_from=one.window.valid_from,
            valid_until=one.window.valid_until,
            flags=flags_of(one.ticket_type.parameters),
            generation=1,
            state=TicketState.INACTIVE if one.ticket_type.parameters.activation else TicketState.ACTIVE,
            state_since=Minute(0),
            persons=one.persons,
            slot_start=one.window.slot_start,
            slot_minutes=one.window.slot_minutes,
        )
        return Ticket(record, order_id, one.line, self._sign(record), number_of(one.ticket_id))

    def _sign(self, record: TicketRecord) -> str:
        return self._signer.sign(record.claims(self._signer.key_id))

    def _draw_id(self) -> TicketId:
        drawn = int.from_bytes(self._random_bytes(TICKET_ID_BYTES), "big")
        return TicketId(drawn or 1)


async def ticket_in(work: Work, ticket_id: TicketId) -> Ticket:
    """Return a ticket; Problem where there is none."""
    row = await work.session.get(TicketRow, ticket_id)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_OF_ID.of())
    return ticket_of(row)


async def ticket_locked(work: Work, ticket_id: TicketId) -> Ticket:
    """Lock a ticket and return it; Problem where there is none."""
    return ticket_of(await _locked(work, ticket_id))


async def tickets_of_order(work: Work, order_id: int) -> tuple[Ticket, ...]:
    """Return an order's tickets, line by line."""
    query = select(TicketRow).where(col(TicketRow.order_id) == order_id).order_by(col(TicketRow.line), col(TicketRow.id))
    return tuple(ticket_of(row) for row in (await work.session.exec(query)).all())


async def _locked(work: Work, ticket_id: TicketId) -> TicketRow:
    row = await work.session.get(TicketRow, ticket_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_OF_ID.of())
    return row


def _state(row: TicketRow) -> Said:
    return TICKET_STATES[TicketState(row.state)].of()


def _row(ticket: Ticket) -> dict[str, object]:
    record = ticket.record
    return {
        "id": record.ticket_id,
        "order_id": ticket.order_id,
        "line": ticket.line,
        "site_id": record.issuing_site,
        "ticket_type_id": record.ticket_type,
        "issued_at": record.issued_at,
        "valid_from": record.valid_from,
        "valid_until": record.valid_until,
        "flags": int(record.flags),
        "generation": record.generation,
        "state": int(record.state),
        "state_since": record.state_since,
        "persons": record.persons,
        "slot_start": record.slot_start,
        "slot_minutes": record.slot_minutes,
        "token": token_bytes(ticket.code),
        "short_number": int(ticket.short_number),
    }


def _until(minute: Minute) -> dict[str, object]:
    return {"valid_until": to_datetime(from_minute(minute))}


def _set_window(row: TicketRow, window: Window) -> None:
    row.valid_from, row.valid_until = window.valid_from, window.valid_until
    row.slot_start, row.slot_minutes = window.slot_start, window.slot_minutes


def _credentials(ticket_id: TicketId, holder_keys: Collection[tuple[SiteId, bytes]]) -> list[dict[str, object]]:
    return [
        {"site_id": site, "kind": int(CredentialKind.ID_CARD), "key": key, "ticket_id": ticket_id}
        for site, key in sorted(set(holder_keys))
    ]
