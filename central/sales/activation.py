"""Activation codes (密码激活): made when they are exported, sent, activated or voided.

Laws: a code leaves the server once, when it is exported, and is stored as its SHA-256 only; a ticket has at most one code that is
not voided, and is activated once; its money was taken with its order (law 7), so that a code moves none; a caller who tries wrong
codes is slowed down, and no other caller.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, select, update
from sqlmodel.sql.expression import SelectOfScalar

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog import service as catalog
from central.catalog.rules.validity import window
from central.catalog.service import Catalog
from central.catalog.ticket_type import TicketType
from central.domain.idempotency import IdempotencyKey
from central.domain.ports import RandomBytes
from central.domain.problems import Problem, ProblemCode
from central.identity.rules.sign_in import FORGOTTEN_AFTER_MS, delay_left_s
from central.issuing.service import Activation, Issuing, ticket_in, ticket_locked, tickets_of_order
from central.issuing.tickets import Ticket, id_from_text, id_text, subject
from central.sales import holders, orders
from central.sales.holders import Hashed, SiteKeys
from central.sales.messages import (
    CODE_MISTYPED,
    CODE_USED,
    CODE_VOIDED,
    CODES_TRIED,
    NO_CODE,
    NO_CODE_DUE,
    NO_CODE_TO_VOID,
    ORDER_HAS_NO_TICKET,
)
from central.sales.rules.activation import CODE_BYTES, code_of, hash_of, refused, require_holder, require_visit, typed
from central.sales.rules.pricing import Holder
from central.store.idempotency import first_use, remember
from central.store.sealed import FieldSeal
from central.store.tables.activation import ActivationCodeRow, ActivationFailureRow
from central.store.tables.money import OrderRow
from central.store.tables.tickets import RescheduledTicketRow
from central.store.unit_of_work import Store, Work
from central.store.upsert import insert_missing
from protocol.holders import Document
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from protocol.instants import Instant, local_day
from protocol.tickets.record import TicketState


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A code in clear text, only now; its ticket, and the last day on which it activates the ticket."""

    order_id: int
    ticket_id: TicketId
    short_number: str
    ticket_type_id: TicketTypeId
    code: str
    last_day: date


@dataclass(frozen=True, slots=True)
class WantedActivation:
    """A code, the day for which it is used, and the holder where the type is real-name.

    `source` is the person that a program asks for, where it asks for many: failures slow down that person alone.
    """

    code: str
    visit: date
    holder: Holder | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Codes:
    """Which codes of an order: all, or those of these tickets."""

    order_id: int
    tickets: Collection[TicketId] | None = None


class ActivationCodes:
    """Keeps the activation codes of tickets."""

    def __init__(self, store: Store, shop: Catalog, issuing: Issuing, seal: FieldSeal, random_bytes: RandomBytes) -> None:
        """Take the store, the services that keep holders' keys and change tickets, the seal for holders, the source of codes."""
        self._store = store
        self._catalog = shop
        self._issuing = issuing
        self._seal = seal
        self._random_bytes = random_bytes

    async def export(self, order_id: int, by: int, now: Instant) -> tuple[MadeCode, ...]:
        """Make a code for each inactive ticket of an order that has none; Problem where no ticket needs one."""
        async with self._store.transaction() as work:
            row = await orders.locked(work, order_id)
            tickets = {one.ticket_id: one for one in await tickets_of_order(work, order_id)}
            live = await _live(work, list(tickets))
            wanted = [one for one in tickets.values() if one.record.state is TicketState.INACTIVE and one.ticket_id not in live]
            if not wanted:
                raise Problem(ProblemCode.ORDER_STATE, NO_CODE_DUE.of())
            made = await self._made(work, row, wanted)
            work.insert(ActivationCodeRow, [_new_row(one, by, now) for one in made])
            audit.record(work, now, by, "activation.export", f"order:{order_id}", codes=len(made))
        return made

    async def send(self, which: Codes, by: int, now: Instant) -> int:
        """Note that codes were sent; return how many were new. Problem where there is no such order."""
        async with self._store.transaction() as work:
            await orders.locked(work, which.order_id)
            tickets = {one.ticket_id for one in await tickets_of_order(work, which.order_id)}
            wanted = tickets if which.tickets is None else set(which.tickets)
            if missing := sorted(wanted - tickets):
                raise Problem(ProblemCode.NOT_FOUND, ORDER_HAS_NO_TICKET.of(ticket_id=id_text(missing[0])))
            unsent = _stands(), col(ActivationCodeRow.sent_at).is_(None), col(ActivationCodeRow.ticket_id).in_(wanted)
            done = await (await work.connection()).execute(
                update(ActivationCodeRow).where(*unsent).values(sent_at=now, sent_by=by)
            )
            if done.rowcount:
                changes = changes_between({"is_sent": False}, {"is_sent": True})
                audit.record(work, now, by, "activation.send", f"order:{which.order_id}", codes=done.rowcount, changes=changes)
        return done.rowcount

    async def void(self, ticket_id: TicketId, reason: str, by: int, now: Instant) -> None:
        """Void the code of a ticket, which can then get another code, or be refunded; Problem where it has no valid code."""
        async with self._store.transaction() as work:
            await ticket_locked(work, ticket_id)
            found = (await _live(work, [ticket_id])).get(ticket_id)
            if found is None:
                raise Problem(ProblemCode.TICKET_STATE, NO_CODE_TO_VOID.of())
            found.voided_at, found.voided_by, found.void_reason = now, by, reason
            work.session.add(found)
            changes = changes_between({"is_code_valid": True}, {"is_code_valid": False})
            audit.record(work, now, by, "activation.void", subject(ticket_id), reason=reason, changes=changes)

    async def activate(self, wanted: WantedActivation, once: IdempotencyKey, by: int, now: Instant) -> Ticket:
        """Activate the ticket of a code; the same request again gets the same answer. Problem where the code cannot be used."""
        code = typed(wanted.code)
        if code is None:
            raise refused("code", CODE_MISTYPED.of())
        ticket_id = await self._found(hash_of(code), wanted.source, by, now)
        hashed = await self._hashed(ticket_id, wanted.holder)
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is not None:
                once.require_same(earlier.fingerprint)
                return await ticket_in(work, id_from_text(earlier.outcome))
            ticket = await ticket_locked(work, ticket_id)
            row = (await work.session.exec(_by_hash(hash_of(code)).with_for_update())).one()
            _require_stands(row, ticket)
            activated = await self._activate(work, wanted, (ticket, row), hashed, now)
            row.activated_at, row.activated_by = now, by
            work.session.add(row)
            await _note_day(work, ticket_id, wanted.visit, by, now)
            await remember(work, once.scope, once.key, id_text(ticket_id))
            stands = {"state": activated.record.state, "visit_day": wanted.visit}
            changes = changes_between({"state": ticket.record.state}, stands)
            audit.record(work, now, by, "activation.activate", subject(ticket_id), changes=changes)
            await work.session.exec(delete(ActivationFailureRow).where(*_tries(by, wanted.source)))
        return activated

    async def _made(self, work: Work, order: OrderRow, tickets: Collection[Ticket]) -> tuple[MadeCode, ...]:
        types = await catalog.ticket_types(work, {one.record.ticket_type for one in tickets})
        zone = ZoneInfo((await catalog.site(work, order.site_id)).parameters.zone)
        assert order.paid_at is not None, "an order with tickets is paid"
        sold_on = local_day(order.paid_at, zone)
        return tuple(
            MadeCode(
                order_id=one.order_id,
                ticket_id=one.ticket_id,
                short_number=one.short_number,
                ticket_type_id=one.record.ticket_type,
                code=code_of(self._random_bytes(CODE_BYTES)),
                last_day=sold_on + timedelta(days=_days(types[one.record.ticket_type])),
            )
            for one in tickets
        )

    async def _activate(
        self, work: Work, wanted: WantedActivation, of: tuple[Ticket, ActivationCodeRow], hashed: Hashed, now: Instant
    ) -> Ticket:
        ticket, row = of
        ticket_type = ticket.record.ticket_type
        one = (await catalog.ticket_types(work, (ticket_type,)))[ticket_type]
        zone = ZoneInfo((await catalog.site(work, ticket.record.issuing_site)).parameters.zone)
        require_visit(one, wanted.visit, row.last_day, local_day(now, zone))
        require_holder(one, wanted.holder)
        keys: tuple[tuple[SiteId, bytes], ...] = ()
        if wanted.holder is not None:
            keys = (await self._in_force(work, one, wanted.holder.document, hashed)).hashes[wanted.holder.document]
            holders.keep(work, self._seal, ticket.ticket_id, (wanted.holder,))
        activation = Activation(window(one.parameters, wanted.visit, None, zone), keys)
        return await self._issuing.activate(work, ticket.ticket_id, activation, now)

    async def _found(self, code_hash: bytes, source: str, by: int, now: Instant) -> TicketId:
        """Return the ticket of a code.

        Where there is none, count the failure and raise Problem; also where there were too many failures.
        """
        async with self._store.reading() as work:
            tries = (await work.session.exec(select(ActivationFailureRow).where(*_tries(by, source)))).first()
            wait_s = 0 if tries is None else delay_left_s(tries.failures, tries.last_at, now)
            if wait_s:
                raise Problem(ProblemCode.TOO_MANY_REQUESTS, CODES_TRIED.of(), retry_after_s=wait_s)
            found = (await work.session.exec(_by_hash(code_hash))).first()
        if found is None:
            await self._note_failure(source, by, now)
            raise refused("code", NO_CODE.of())
        return found.ticket_id

    async def _note_failure(self, source: str, by: int, now: Instant) -> None:
        row = ActivationFailureRow
        async with self._store.transaction() as work:
            await work.session.exec(delete(row).where(col(row.last_at) < now - FORGOTTEN_AFTER_MS))
            begun = {"user_id": by, "source": source, "failures": 0, "last_at": now}
            await insert_missing(await work.connection(), row, [begun])
            await work.session.exec(update(row).where(*_tries(by, source)).values(failures=col(row.failures) + 1, last_at=now))

    async def _hashed(self, ticket_id: TicketId, holder: Holder | None) -> Hashed:
        """Hash before the transaction: a transaction must not wait for a slow hash."""
        if holder is None:
            return Hashed({}, {})
        async with self._store.reading() as work:
            ticket_type = (await ticket_in(work, ticket_id)).record.ticket_type
            one = (await catalog.ticket_types(work, (ticket_type,)))[ticket_type]
            require_holder(one, holder)
            keys: SiteKeys = {
                site: (await self._catalog.holder_keys(work, site)).secrets for site in sorted(one.parameters.sites)
            }
        return await holders.hashed([holder.document], keys)

    async def _in_force(self, work: Work, one: TicketType, document: Document, hashed: Hashed) -> Hashed:
        """Return the hashes by the keys in force; these keys stay in force until the ticket is stored."""
        held = {site: (await self._catalog.holder_keys_held(work, site)).secrets for site in sorted(one.parameters.sites)}
        return hashed if held == hashed.site_keys else await holders.hashed([document], held)


def _stands() -> ColumnElement[bool]:
    return col(ActivationCodeRow.activated_at).is_(None) & col(ActivationCodeRow.voided_at).is_(None)


async def _live(work: Work, tickets: Collection[TicketId]) -> dict[TicketId, ActivationCodeRow]:
    query = select(ActivationCodeRow).where(_stands(), col(ActivationCodeRow.ticket_id).in_(tickets)).with_for_update()
    return {row.ticket_id: row for row in (await work.session.exec(query.order_by(col(ActivationCodeRow.id)))).all()}


def _by_hash(code_hash: bytes) -> SelectOfScalar[ActivationCodeRow]:
    return select(ActivationCodeRow).where(ActivationCodeRow.code_hash == code_hash)


def _require_stands(row: ActivationCodeRow, ticket: Ticket) -> None:
    if row.activated_at is not None:
        raise refused("code", CODE_USED.of())
    if row.voided_at is not None or ticket.record.state is TicketState.VOID:
        raise refused("code", CODE_VOIDED.of())


def _tries(by: int, source: str) -> tuple[ColumnElement[bool], ...]:
    return col(ActivationFailureRow.user_id) == by, col(ActivationFailureRow.source) == source


def _days(one: TicketType) -> int:
    assert one.parameters.activation is not None, "a ticket is inactive by its type alone"
    return one.parameters.activation.within_days


def _new_row(one: MadeCode, by: int, now: Instant) -> dict[str, object]:
    return {
        "ticket_id": one.ticket_id,
        "code_hash": hash_of(one.code),
        "last_day": one.last_day,
        "exported_at": now,
        "exported_by": by,
    }


async def _note_day(work: Work, ticket_id: TicketId, visit: date, by: int, now: Instant) -> None:
    """Store the day of use, as for a ticket that was moved to it without a fee."""
    row = RescheduledTicketRow(ticket_id=ticket_id, times=0, visit_day=visit, moved_at=now, moved_by=by)
    work.session.add(row)
