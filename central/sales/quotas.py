"""Places and purchase limits as rows: taken by an order, given back when it is cancelled, expires, or a ticket is refunded.

Laws: nothing beyond a limit is ever taken: each quota is one row, raised by one conditional statement, and these are the last
statements of their transaction, so that others wait only for the commit; what is given back was taken by the same order.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import col, select, update

from central.issuing.tickets import Ticket
from central.sales.rules.quotas import (
    ALL_DAYS,
    NO_PERSON,
    WHOLE_LINE,
    Move,
    QuotaKey,
    Take,
    in_order,
    is_of_places,
    is_of_site,
    left_of,
    place_after,
    purchase_after,
    refused,
    shortage,
    site_after,
)
from central.store.prepared import Prepared
from central.store.tables.metadata import METADATA
from central.store.tables.quotas import QuotaRow, QuotaTakenRow
from central.store.unit_of_work import Work
from protocol.identifiers import TicketId, TicketTypeId


async def look(work: Work, takes: Sequence[Take]) -> Mapping[QuotaKey, int]:
    """Return what is taken of these quotas now; Problem where too little is left. This takes nothing: `take` decides."""
    if not takes:
        return {}
    taken = await _taken(work, {take.key for take in takes})
    if missing := shortage(takes, taken):
        raise missing.problem()
    return taken


async def taken_of_places(work: Work, takes: Iterable[Take]) -> Mapping[QuotaKey, int]:
    """Return what is taken of the places of these takes, by one statement for any number of days and slots."""
    sought: dict[tuple[TicketTypeId, bytes], set[QuotaKey]] = {}
    for key in (take.key for take in takes if is_of_places(take.key)):
        sought.setdefault((key.ticket_type, key.person), set()).add(key)
    if not sought:
        return {}
    rows = await (await work.connection()).execute(union_all(*map(_taken_within, sought.values())))
    return {QuotaKey(person, of_type, day, slot_start): taken for person, of_type, day, slot_start, taken in rows}


async def take(work: Work, order_id: int, takes: Sequence[Take], tickets: Sequence[Ticket]) -> None:
    """Take all for an order and its tickets (none yet where it is held), or raise Problem.

    It first writes the rows that the transaction still holds back: no other statement may come after this.
    """
    if not takes:
        return
    ids = _numbered(tickets)
    rows = [_taken_values(order_id, one, persons, ids.get((one.line, one.number))) for one, persons in _by_row(takes)]
    work.insert(QuotaTakenRow, rows)
    await work.write()
    wanted: Counter[QuotaKey] = Counter()
    first: dict[QuotaKey, Take] = {}
    for one in takes:
        wanted[one.key] += one.persons
        first.setdefault(one.key, one)
    for key in in_order(wanted):
        if not await _raised(work, key, wanted[key], first[key].most):
            raise refused(first[key], left_of(first[key], await _taken(work, {key})))


async def name_tickets(work: Work, order_id: int, tickets: Sequence[Ticket]) -> None:
    """Store which tickets a held order has become, so that the refund of a ticket finds what the ticket took."""
    for (line, number), ticket_id in _numbered(tickets).items():
        theirs = (col(QuotaTakenRow.order_id) == order_id, col(QuotaTakenRow.line) == line, col(QuotaTakenRow.number) == number)
        await work.session.exec(update(QuotaTakenRow).where(*theirs).values(ticket_id=ticket_id))


async def give_back_order(work: Work, order_id: int) -> None:
    """Give back all that an order holds. The caller has locked the order's row. This comes last in a transaction."""
    held = (QuotaTakenRow.order_id == order_id, col(QuotaTakenRow.taken) > 0)
    await _give_back(work, (await work.session.exec(select(QuotaTakenRow).where(*held))).all(), None)


async def give_back_ticket(work: Work, ticket: Ticket, persons: int, *, is_whole: bool) -> None:
    """Give back what so many persons of a ticket took. The caller has locked its row. This comes last in a transaction.

    No one knows which persons leave a group, so what is counted by their documents is given back with the last of them.
    """
    rows = await _held_by(work, ticket)
    counted = [row for row in rows if is_whole or row.person == NO_PERSON or is_of_site(row.person) or row.number == WHOLE_LINE]
    await _give_back(work, counted, persons)


async def move_ticket(work: Work, ticket: Ticket, move: Move) -> None:
    """Give back what a ticket holds of its day and take the same of the other day, in one order of keys, or raise Problem.

    The caller has locked the ticket's row; as with `take`, nothing of the transaction comes after this.
    """
    await work.write()
    persons = ticket.record.persons
    old = {_key_of(row): row for row in await _held_by(work, ticket) if row.day != ALL_DAYS}
    bought = [row for row in old.values() if row.person != NO_PERSON and not is_of_site(row.person)]
    coming = [site_after(move, persons)] if any(is_of_site(row.person) for row in old.values()) else []
    limited = [purchase_after(move, row.person, row.number, min(persons, row.taken)) for row in bought]
    new = {one.key: one for one in (*place_after(move, persons), *limited, *coming)}
    for key in in_order(old.keys() ^ new.keys()):
        if key in new:
            await _take_for(work, ticket, new[key])
        if key in old:
            await _lower(work, key, old[key], min(persons, old[key].taken))


async def _take_for(work: Work, ticket: Ticket, one: Take) -> None:
    """Take for one ticket of an order, whose line's rows are shared by other tickets."""
    connection = await work.connection()
    insert_row = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(QuotaTakenRow)
    values = _taken_values(ticket.order_id, one, one.persons, ticket.ticket_id)
    keys = ["order_id", "line", "number", "day", "slot_start", "person"]
    raised = {"taken": col(QuotaTakenRow.taken) + one.persons}
    await connection.execute(insert_row.values(**values).on_conflict_do_update(index_elements=keys, set_=raised))
    if not await _raised(work, one.key, one.persons, one.most):
        raise refused(one, left_of(one, await _taken(work, {one.key})))


async def _held_by(work: Work, ticket: Ticket) -> list[QuotaTakenRow]:
    """Return what a ticket holds: its own rows, and those shared rows of its line that no move has replaced."""
    of_line = (QuotaTakenRow.order_id == ticket.order_id, QuotaTakenRow.line == ticket.line)
    its = (QuotaTakenRow.number == WHOLE_LINE) | (QuotaTakenRow.ticket_id == ticket.ticket_id)
    query = select(QuotaTakenRow).where(*of_line, its).execution_options(populate_existing=True)
    rows = (await work.session.exec(query)).all()
    own = {(row.person, row.day == ALL_DAYS) for row in rows if row.number != WHOLE_LINE}
    shared = [row for row in rows if row.number == WHOLE_LINE and (row.person, row.day == ALL_DAYS) not in own]
    return [row for row in (*shared, *(row for row in rows if row.number != WHOLE_LINE)) if row.taken > 0]


async def _give_back(work: Work, rows: Sequence[QuotaTakenRow], persons: int | None) -> None:
    await work.write()
    by_key: dict[QuotaKey, list[QuotaTakenRow]] = {}
    for row in rows:
        by_key.setdefault(_key_of(row), []).append(row)
    for key in in_order(by_key):
        for row in by_key[key]:
            given = row.taken if persons is None else min(persons, row.taken)
            await _lower(work, key, row, given)


async def _lower(work: Work, key: QuotaKey, row: QuotaTakenRow, given: int) -> None:
    """Lower what the order holds, and the quota by as much; of two that give the same back, only one does."""
    held = (
        col(QuotaTakenRow.order_id) == row.order_id,
        col(QuotaTakenRow.line) == row.line,
        col(QuotaTakenRow.number) == row.number,
        col(QuotaTakenRow.day) == key.day,
        col(QuotaTakenRow.slot_start) == key.slot_start,
        col(QuotaTakenRow.person) == key.person,
        col(QuotaTakenRow.taken) >= given,
    )
    connection = await work.connection()
    lowered = await connection.execute(update(QuotaTakenRow).where(*held).values(taken=col(QuotaTakenRow.taken) - given))
    if lowered.rowcount:
        await connection.execute(update(QuotaRow).where(*_is(key)).values(taken=col(QuotaRow.taken) - given))


async def _raised(work: Work, key: QuotaKey, persons: int, most: int) -> bool:
    """Return whether so many were taken: one statement that does it, or does nothing."""
    if persons > most:
        return False
    connection = await work.connection()
    return bool(await connection.run_sync(_RAISE.rows, _said(key) | {"persons": persons, "most": most}))


async def _taken(work: Work, keys: set[QuotaKey]) -> Mapping[QuotaKey, int]:
    connection = await work.connection()
    if len(keys) == 1:
        (key,) = keys
        found = await connection.run_sync(_TAKEN_OF_ONE.rows, _said(key))
        return {key: found[0][0] if found else 0}
    said = {
        "types": list({key.ticket_type for key in keys}),
        "days": list({key.day for key in keys}),
        "slots": list({key.slot_start for key in keys}),
        "persons": list({key.person for key in keys}),
    }
    rows = (await connection.execute(_TAKEN, said)).all()
    return {QuotaKey(person, of_type, day, slot_start): taken for person, of_type, day, slot_start, taken in rows}


def _numbered(tickets: Sequence[Ticket]) -> dict[tuple[int, int], TicketId]:
    """Return tickets, as they were issued, by their line and their number in it."""
    seen: Counter[int] = Counter()
    numbered: dict[tuple[int, int], TicketId] = {}
    for ticket in tickets:
        numbered[ticket.line, seen[ticket.line]] = ticket.ticket_id
        seen[ticket.line] += 1
    return numbered


def _key_of(row: QuotaTakenRow) -> QuotaKey:
    return QuotaKey(row.person, row.ticket_type_id, row.day, row.slot_start)


def _is(key: QuotaKey) -> tuple[ColumnElement[bool], ...]:
    return (
        col(QuotaRow.ticket_type_id) == key.ticket_type,
        col(QuotaRow.day) == key.day,
        col(QuotaRow.slot_start) == key.slot_start,
        col(QuotaRow.person) == key.person,
    )


def _by_row(takes: Sequence[Take]) -> list[tuple[Take, int]]:
    """Merge the takes that share a row, with their persons: one document may stand twice on a ticket."""
    persons: Counter[tuple[int, int, QuotaKey]] = Counter()
    for one in takes:
        persons[one.line, one.number, one.key] += one.persons
    first = {(one.line, one.number, one.key): one for one in reversed(takes)}
    return [(first[row], count) for row, count in persons.items()]


def _taken_values(order_id: int, one: Take, persons: int, ticket_id: TicketId | None) -> dict[str, object]:
    return {
        "order_id": order_id,
        "line": one.line,
        "number": one.number,
        "day": one.key.day,
        "slot_start": one.key.slot_start,
        "person": one.key.person,
        "ticket_type_id": one.key.ticket_type,
        "ticket_id": ticket_id,
        "taken": persons,
    }


def _said(key: QuotaKey) -> dict[str, object]:
    return {"type": key.ticket_type, "day": key.day, "slot": key.slot_start, "person": key.person}


_quota = METADATA.tables["sale_quota"]
_TAKEN = sqlalchemy.select(_quota.c.person, _quota.c.ticket_type_id, _quota.c.day, _quota.c.slot_start, _quota.c.taken).where(
    _quota.c.ticket_type_id.in_(bindparam("types", expanding=True)),
    _quota.c.day.in_(bindparam("days", expanding=True)),
    _quota.c.slot_start.in_(bindparam("slots", expanding=True)),
    _quota.c.person.in_(bindparam("persons", expanding=True)),
)


def _taken_within(keys: Collection[QuotaKey]) -> Select[Any]:
    """Return the query of one type's or site's places: by equality where it can be, so that persons' purchases are not read."""
    some, slots = next(iter(keys)), {key.slot_start for key in keys}
    slot_start = _quota.c.slot_start
    return sqlalchemy.select(_quota.c.person, _quota.c.ticket_type_id, _quota.c.day, slot_start, _quota.c.taken).where(
        _quota.c.ticket_type_id == some.ticket_type,
        _quota.c.day.in_(sorted({key.day for key in keys})),
        slot_start.between(min(slots), max(slots)) if len(slots) > 1 else slot_start == some.slot_start,
        _quota.c.person == some.person,
    )


def _taken_of_one(_dialect: str) -> Select[int]:
    return sqlalchemy.select(_quota.c.taken).where(*(_quota.c[name] == one for name, one in _said_names().items()))


def _raise(dialect: str) -> ReturningInsert[Any]:
    given = bindparam("persons", type_=_quota.c.taken.type)
    new = (sqlite if dialect == "sqlite" else postgresql).insert(_quota).values(**_said_names(), taken=given)
    raised = _quota.c.taken + new.excluded.taken
    most = bindparam("most", type_=_quota.c.taken.type)
    upsert = new.on_conflict_do_update(index_elements=list(_said_names()), set_={"taken": raised}, where=raised <= most)
    returning: ReturningInsert[Any] = upsert.returning(_quota.c.taken)
    return returning


def _said_names() -> dict[str, BindParameter[Any]]:
    """Return what `_said` says, by the columns that it is said of."""
    columns = {"ticket_type_id": "type", "day": "day", "slot_start": "slot", "person": "person"}
    return {column: bindparam(name, type_=_quota.c[column].type) for column, name in columns.items()}


_TAKEN_OF_ONE = Prepared(_taken_of_one)
_RAISE = Prepared(_raise)
