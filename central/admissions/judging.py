"""Computing the conflicts of tickets again, with each fact that arrives about them.

Laws: conflicts follow only from facts; a conflict that a later fact explains (the earlier passage did not happen) is no longer
one, while both facts stay. Tickets are locked before their events are read, after the agent and its journal and in the order of
their ids, as an online admission locks them: of two facts that arrive at once, the later one sees the earlier.
"""

from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from sqlmodel import col, delete, insert, select

from central.admissions import events, live
from central.admissions.refunded import paid_back_among, partly_paid_back_among, reduced_among
from central.admissions.rules.conflicts import Conflict, TicketCase, conflicts_of
from central.catalog import service as catalog
from central.devices import check_points
from central.issuing import feed_rows
from central.sales.sold_terms import moved_among
from central.store.bulk import among
from central.store.columns import to_signed
from central.store.tables.admissions import ConflictRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Work
from protocol.admission.policy import CheckPoint
from protocol.identifiers import AgentId, CheckPointId, JournalId, SiteId, TicketId
from protocol.instants import Instant
from protocol.journal.history import AdmissionEvent, EventKey
from protocol.tickets.record import TicketState

Told = Mapping[TicketId, tuple[AdmissionEvent, ...]]


async def judge(work: Work, tickets: Collection[TicketId], now: Instant) -> None:
    """Replace the conflicts of these tickets by those that follow from all their events."""
    await _lock(work, tickets)
    suspect = await events.shown_often(work, tickets) | await feed_rows.void_among(work, tickets)
    suspect |= (await moved_among(work, tickets)).keys() | await reduced_among(work, tickets)
    if not suspect:
        return
    await _replace(work, suspect, now)


async def judge_again(work: Work, ticket_id: TicketId, now: Instant) -> None:
    """Compute a ticket's conflicts again after its own state has changed.

    A ticket that is no longer void has no conflict for that.
    """
    await _lock(work, (ticket_id,))
    await _replace(work, (ticket_id,), now)


async def _lock(work: Work, tickets: Collection[TicketId]) -> None:
    connection = await work.connection()
    # The embedded database has one transaction at a time.
    if connection.dialect.name != "sqlite":
        named = among(connection, col(TicketRow.id), [to_signed(ticket) for ticket in tickets])
        await connection.execute(select(TicketRow.id).where(named).order_by(col(TicketRow.id)).with_for_update(key_share=True))


async def _replace(work: Work, tickets: Collection[TicketId], now: Instant) -> None:
    doubtful = await events.of_tickets(work, tickets)
    connection = await work.connection()
    known = col(ConflictRow.journal_number), col(ConflictRow.sequence), col(ConflictRow.ticket_id), col(ConflictRow.site_id)
    deleted = delete(ConflictRow).where(col(ConflictRow.ticket_id).in_(doubtful)).returning(*known)
    before = (await connection.execute(deleted)).mappings().all()
    cases = await _cases(work, doubtful)
    found = [(ticket, one) for ticket, case in cases.items() for one in conflicts_of(case, doubtful[ticket])]
    if not found:
        live.tell_conflicts(work, before, (), now)
        return
    numbers = await events.journal_numbers(work, {_journal(key) for _, one in found for key in (one.key, one.first)})
    sites = {event.key: event.site for told in doubtful.values() for event in told}
    rows = [_row(ticket, one, sites[one.key], numbers, now) for ticket, one in found]
    await connection.execute(insert(ConflictRow), rows)
    live.tell_conflicts(work, before, rows, now)


async def _cases(work: Work, told: Told) -> dict[TicketId, TicketCase]:
    records = await feed_rows.records(work, list(told))
    types = await catalog.ticket_types(work, {record.ticket_type for record in records})
    ticket_types = {type_id: one.rules() for type_id, one in types.items()}
    sites = {event.site for events_told in told.values() for event in events_told}
    places = await _check_points(work, sites)
    zones = {site.site_id: ZoneInfo(site.parameters.zone) for site in await catalog.sites(work)}
    paid_back = await paid_back_among(work, [one.ticket_id for one in records if one.state is TicketState.VOID])
    moved, partly = await moved_among(work, list(told)), await partly_paid_back_among(work, list(told))
    return {
        record.ticket_id: TicketCase(
            record,
            ticket_types[record.ticket_type],
            places,
            zones[told[record.ticket_id][0].site],
            record.ticket_id in paid_back,
            moved.get(record.ticket_id),
            record.ticket_id in partly,
        )
        for record in records
        if record.ticket_type in ticket_types
    }


async def _check_points(work: Work, sites: Collection[SiteId]) -> dict[CheckPointId, CheckPoint]:
    tables = [await check_points.table_of_site(work, site) for site in sorted(sites)]
    return {point.check_point_id: point for table in tables for point in table}


def _journal(key: EventKey) -> tuple[AgentId, JournalId]:
    return key[0], key[1]


def _row(
    ticket_id: TicketId, one: Conflict, site: SiteId, numbers: Mapping[tuple[AgentId, JournalId], int], now: Instant
) -> dict[str, object]:
    return {
        "journal_number": numbers[_journal(one.key)],
        "sequence": one.key[2],
        "site_id": site,
        "ticket_id": ticket_id,
        "entitlement_id": one.entitlement_id,
        "reason": one.reason.value,
        "scanned_at": one.scanned_at,
        "first_journal_number": numbers[_journal(one.first)],
        "first_sequence": one.first[2],
        "detected_at": now,
    }
