"""Admissions as reports read them: a job adds, journal by journal, what the journals have told since the last run.

Laws: an event is recorded once, whenever and however often this runs; an event that arrives late counts in the day of its scan,
so that day's figures are counted again; a release counts as `protocol.journal.history` folds it, and a release that was resumed
counts once, in the place of its last resume.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from central.admissions.events import event_of, kind_shown
from central.catalog.rules.business_days import business_days
from central.reports.filters import sites_of
from central.reports.rules.counting import counted
from central.store import counters
from central.store.bulk import among, insert_rows
from central.store.columns import to_signed
from central.store.tables.admissions import AdmissionEventRow
from central.store.tables.journals import JournalRow
from central.store.tables.money import OrderRow
from central.store.tables.reports import AdmissionRecordRow, CountedDayRow, RecordedJournalRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Store, Work
from central.store.upsert import insert_or_replace
from protocol.admission.passages import PassageState
from protocol.identifiers import SiteId
from protocol.instants import Instant
from protocol.journal.events import NO_TICKET, Intent, Outcome, OutcomeResult
from protocol.journal.history import AdmissionEvent

MOST_EVENTS = 1_000
_THROUGH = frozenset({OutcomeResult.PASSED, OutcomeResult.FORCED})
_COLUMNS = (
    "journal_number",
    "sequence",
    "scanned_at",
    "site_id",
    "agent_id",
    "check_point_id",
    "direction",
    "kind",
    "state",
    "ticket_id",
    "entitlement_id",
    "ticket_type_id",
    "order_id",
    "seller_id",
    "channel",
    "persons",
    "counted",
    "flags",
    "supervisor_id",
    "resumes",
)
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Behind:
    journal: int
    told: int
    head: int


async def record_some(store: Store) -> bool:
    """Record events that are not recorded yet, so many at most; return whether there are more."""
    async with store.reading() as work:
        if not await _behind(work):
            return False
    async with store.transaction() as work:
        connection = await work.connection()
        # A transaction that counts days waits until this one commits, and the other way round: a counted day has all its records.
        await connection.run_sync(counters.raised, counters.REPORTS)
        left = MOST_EVENTS
        changed: list[Values] = []
        for one in await _behind(work):
            left -= await _record(connection, one, left, changed)
            if left <= 0:
                break
        await _count_again(work, changed)
    return left <= 0


async def _behind(work: Work) -> tuple[_Behind, ...]:
    told = func.coalesce(col(RecordedJournalRow.sequence), 0)
    same = col(RecordedJournalRow.journal_number) == col(JournalRow.number)
    query = select(col(JournalRow.number), told, col(JournalRow.sequence)).outerjoin(RecordedJournalRow, same)
    found = await (await work.connection()).execute(query.where(col(JournalRow.sequence) > told))
    return tuple(_Behind(number or 0, before, head) for number, before, head in found.all())


async def _record(connection: AsyncConnection, behind: _Behind, limit: int, changed: list[Values]) -> int:
    """Record at most so many events of a journal; return how many. Add the records that are new or changed to `changed`."""
    row = AdmissionEventRow
    query = select(col(row.sequence), col(row.data)).where(
        col(row.journal_number) == behind.journal, col(row.sequence) > behind.told, col(row.sequence) <= behind.head
    )
    found = (await connection.execute(query.order_by(col(row.sequence)).limit(limit))).all()
    events = [event_of(data) for _, data in found]
    fresh = await _fresh(connection, behind.journal, events)
    changed += await _tell_outcomes(connection, behind.journal, fresh, events)
    rows = [tuple(values[name] for name in _COLUMNS) for values in fresh.values()]
    await insert_rows(connection, AdmissionRecordRow, _COLUMNS, rows)
    changed += fresh.values()
    reached = found[-1].sequence if len(found) == limit else behind.head
    keys = {"journal_number": behind.journal, "sequence": reached}
    await insert_or_replace(connection, RecordedJournalRow, ("journal_number",), [keys])
    return len(found)


async def _fresh(connection: AsyncConnection, journal: int, events: list[AdmissionEvent]) -> dict[int, Values]:
    told = [(event, event.event) for event in events if isinstance(event.event, Intent)]
    tickets = {to_signed(intent.ticket_id) for _, intent in told if intent.ticket_id != NO_TICKET}
    orders = await _orders(connection, tickets)
    found: dict[int, Values] = {}
    for event, intent in told:
        kept = orders.get(to_signed(intent.ticket_id), (None, None, None, None))
        found[event.sequence] = {
            "journal_number": journal,
            "sequence": event.sequence,
            "scanned_at": intent.scanned_at,
            "site_id": event.site,
            "agent_id": event.agent,
            "check_point_id": event.check_point,
            "direction": intent.direction.value,
            "kind": kind_shown(intent).value,
            "state": PassageState.PENDING.value,
            "ticket_id": to_signed(intent.ticket_id),
            "entitlement_id": intent.entitlement_id,
            **dict(zip(("ticket_type_id", "order_id", "seller_id", "channel"), kept, strict=True)),
            "persons": intent.persons,
            "counted": intent.persons,
            "flags": json.dumps(intent.flags),
            "supervisor_id": intent.supervisor,
            "resumes": _taken_up(event),
        }
    return found


def _taken_up(event: AdmissionEvent) -> int | None:
    """Return the earlier release that this one resumes; None where it does not lie before this one in its journal."""
    told = event.event
    of = told.resumes if isinstance(told, Intent) else None
    return None if of is None or of >= event.sequence else of


async def _orders(connection: AsyncConnection, tickets: set[int]) -> dict[int, tuple[Any, ...]]:
    """Return by (signed) ticket its type, its order, and the order's seller and channel."""
    if not tickets:
        return {}
    columns = col(TicketRow.id), col(TicketRow.ticket_type_id), col(OrderRow.id), col(OrderRow.seller_id), col(OrderRow.channel)
    query = select(*columns).join(OrderRow, col(OrderRow.id) == col(TicketRow.order_id))
    found = await connection.execute(query.where(among(connection, col(TicketRow.id), tickets)))
    return {to_signed(ticket): (kind, order, seller, channel) for ticket, kind, order, seller, channel in found.all()}


async def _tell_outcomes(
    connection: AsyncConnection, journal: int, fresh: dict[int, Values], events: list[AdmissionEvent]
) -> list[Values]:
    """Write the outcomes of releases, and which of them were resumed; return the older records that this changed."""
    known = dict(fresh)
    changed: dict[int, Values] = {}
    for event in events:
        told = event.event
        of = told.of if isinstance(told, Outcome) else _taken_up(event)
        if of is None or (of not in known and not await _know(connection, journal, of, known)):
            continue
        values = known[of]
        if isinstance(told, Outcome):
            values["state"], values["counted"] = _after(values, told)
        else:
            values["counted"] = 0
        if of not in fresh:
            changed[of] = values
    for sequence, values in changed.items():
        row = AdmissionRecordRow
        here = (col(row.journal_number) == journal, col(row.sequence) == sequence)
        await connection.execute(update(row).where(*here).values(state=values["state"], counted=values["counted"]))
    return list(changed.values())


def _after(values: Values, told: Outcome) -> tuple[str, int]:
    passed, before = told.result in _THROUGH, values["state"]
    if not passed and before == PassageState.PASSED:
        return before, values["counted"]
    state = (PassageState.PASSED if passed else PassageState.NOT_PASSED).value
    was_taken_up = not values["counted"] and before != PassageState.NOT_PASSED
    return state, 0 if was_taken_up else counted(values["persons"], told.passed_count, passed=passed)


async def _know(connection: AsyncConnection, journal: int, sequence: int, known: dict[int, Values]) -> bool:
    """Read an older record; False where its release was lost."""
    row = AdmissionRecordRow
    columns = ("scanned_at", "site_id", "state", "persons", "counted")
    query = select(*(getattr(row, name) for name in columns)).where(
        col(row.journal_number) == journal, col(row.sequence) == sequence
    )
    found = (await connection.execute(query)).first()
    if found is not None:
        known[sequence] = dict(zip(columns, found, strict=True))
    return found is not None


async def _count_again(work: Work, records: Iterable[Values]) -> None:
    """Delete the figures of the days of these records, so that they are counted again."""
    times: dict[SiteId, set[Instant]] = {}
    for values in records:
        times.setdefault(SiteId(values["site_id"]), set()).add(Instant(values["scanned_at"]))
    connection = await work.connection()
    for site in await sites_of(work, None):
        days = {business_days(site.parameters).day_of(at) for at in times.get(site.site_id, ())}
        if days:
            of_days = (col(CountedDayRow.site_id) == site.site_id, col(CountedDayRow.day).in_(days))
            await connection.execute(delete(CountedDayRow).where(*of_days))
