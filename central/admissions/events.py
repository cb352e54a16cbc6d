"""The store of admission events: written with the journal that tells them, read by ticket and by holder.

Laws: an event is stored in the transaction that stores its journal entry, with an outbox row for each site whose gates must hear
of it; an outcome is stored with the ticket and the time of its intent.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy
from sqlmodel import col, delete, func, select

from central.issuing import outbox
from central.store.bulk import Row, among, insert_rows
from central.store.columns import to_signed
from central.store.tables.admissions import AdmissionEventRow, AdmissionOutboxRow
from central.store.tables.journals import JournalRow
from central.store.unit_of_work import Work
from protocol import cbor
from protocol.admission.passages import PassageKind
from protocol.identifiers import AgentId, JournalId, Sequence, SiteId, TicketId
from protocol.instants import Instant
from protocol.journal.events import NO_RULE, NO_TICKET, Intent, Outcome
from protocol.journal.history import AdmissionEvent

_EVENT_COLUMNS = ("journal_number", "sequence", "ticket_id", "holder", "site_id", "scanned_at", "is_intent", "data")
_OUTBOX_COLUMNS = ("site_id", "journal_number", "sequence")


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event of the journal with that number."""

    journal_number: int
    event: AdmissionEvent


@dataclass(frozen=True, slots=True)
class Scanned:
    """The credential that an event is about, and when it was scanned."""

    ticket_id: TicketId
    holder: bytes | None
    scanned_at: Instant


@dataclass(frozen=True, slots=True)
class OutboxEvent:
    """An event that a site's gates have not heard of; `data` is its CBOR, as it was stored and as it travels."""

    outbox_id: int
    ticket_id: TicketId
    holder: bytes | None
    data: bytes


Told = list[tuple[NewEvent, Scanned]]


def kind_shown(intent: Intent) -> PassageKind:
    """Return a release's kind as people read it: one that resumes nothing is an entry, or a walk-in."""
    if intent.kind is not PassageKind.RESUME or intent.resumes is not None:
        return intent.kind
    return PassageKind.ENTRY if intent.rule_id == NO_RULE else PassageKind.WALK_IN


async def store(work: Work, new: Iterable[NewEvent]) -> Told:
    """Store events that are not stored yet, and return them with what they are about.

    An outcome whose intent was lost names no ticket: it stays in its journal and is not stored here.
    """
    events = list(new)
    subjects = await _subjects(work, events)
    told = [(one, subjects[key]) for one in events if (key := _intent_key(one)) in subjects]
    if not told:
        return []
    connection = await work.connection()
    await insert_rows(connection, AdmissionEventRow, _EVENT_COLUMNS, [_values_of(one, subject) for one, subject in told])
    tickets = frozenset(subject.ticket_id for _, subject in told) - {NO_TICKET}
    sites = await outbox.sites_of(work, tickets)
    rows = [
        (site, one.journal_number, one.event.sequence)
        for one, subject in told
        for site in sorted({one.event.site} | sites.get(subject.ticket_id, set()))
    ]
    await insert_rows(connection, AdmissionOutboxRow, _OUTBOX_COLUMNS, rows)
    return told


async def of_tickets(work: Work, ticket_ids: Collection[TicketId]) -> dict[TicketId, tuple[AdmissionEvent, ...]]:
    """Return all events of these tickets."""
    query = select(AdmissionEventRow.ticket_id, AdmissionEventRow.data).where(col(AdmissionEventRow.ticket_id).in_(ticket_ids))
    found: dict[TicketId, list[AdmissionEvent]] = {}
    for ticket_id, data in (await work.session.exec(query)).all():
        found.setdefault(TicketId(ticket_id), []).append(event_of(data))
    return {ticket_id: tuple(events) for ticket_id, events in found.items()}


async def shown_often(work: Work, ticket_ids: Collection[TicketId]) -> frozenset[TicketId]:
    """Return those of the tickets for which an arm was released more than once."""
    row = AdmissionEventRow
    connection = await work.connection()
    kept = [to_signed(ticket_id) for ticket_id in ticket_ids]
    query = (
        select(row.ticket_id)
        .where(among(connection, col(row.ticket_id), kept), col(row.is_intent).is_(True))
        .group_by(col(row.ticket_id))
        .having(func.count() > 1)
    )
    return frozenset(TicketId(ticket) for ticket in (await work.session.exec(query)).all())


async def of_holder(work: Work, holder: bytes) -> tuple[AdmissionEvent, ...]:
    """Return the walk-in events of a document."""
    query = select(AdmissionEventRow.data).where(AdmissionEventRow.holder == holder)
    return tuple(event_of(data) for data in (await work.session.exec(query)).all())


async def journal_numbers(work: Work, keys: Collection[tuple[AgentId, JournalId]]) -> dict[tuple[AgentId, JournalId], int]:
    """Return the numbers of these journals."""
    query = select(JournalRow.number, JournalRow.agent_id, JournalRow.journal_id).where(
        col(JournalRow.agent_id).in_({agent for agent, _ in keys})
    )
    rows = (await work.session.exec(query)).all()
    found = {(AgentId(agent), JournalId(journal_id)): number or 0 for number, agent, journal_id in rows}
    return {key: found[key] for key in keys if key in found}


async def untold(work: Work, site_id: SiteId, limit: int) -> tuple[OutboxEvent, ...]:
    """Return the oldest events that a site's gates have not heard of."""
    told, waiting = AdmissionEventRow, AdmissionOutboxRow
    same = (col(told.journal_number) == col(waiting.journal_number)) & (col(told.sequence) == col(waiting.sequence))
    query = (
        sqlalchemy.select(col(waiting.id), col(told.ticket_id), col(told.holder), col(told.data))
        .join(told, same)
        .where(col(waiting.site_id) == site_id)
        .order_by(col(waiting.id))
        .limit(limit)
    )
    rows = (await (await work.connection()).execute(query)).all()
    return tuple(OutboxEvent(number or 0, TicketId(ticket), holder, data) for number, ticket, holder, data in rows)


async def mark_told(work: Work, told: Collection[OutboxEvent]) -> None:
    """Delete from the outbox the events that a published head holds."""
    connection = await work.connection()
    ids = [one.outbox_id for one in told]
    await connection.execute(delete(AdmissionOutboxRow).where(among(connection, col(AdmissionOutboxRow.id), ids)))


def row_of(one: NewEvent, subject: Scanned) -> dict[str, object]:
    """Return an event's row of AdmissionEventRow, for code that writes it with other rows in one statement."""
    return dict(zip(_EVENT_COLUMNS, _values_of(one, subject), strict=True)) | {"ticket_id": subject.ticket_id}


def event_of(data: bytes) -> AdmissionEvent:
    """Return a stored event."""
    return AdmissionEvent.from_value(cbor.decode(data))


async def _subjects(work: Work, events: list[NewEvent]) -> dict[tuple[int, Sequence], Scanned]:
    subjects = {
        (one.journal_number, one.event.sequence): Scanned(
            one.event.event.ticket_id, one.event.event.holder, one.event.event.scanned_at
        )
        for one in events
        if isinstance(one.event.event, Intent)
    }
    missing = {key for one in events if (key := _intent_key(one)) not in subjects}
    for number in {number for number, _ in missing}:
        query = select(
            AdmissionEventRow.sequence, AdmissionEventRow.ticket_id, AdmissionEventRow.holder, AdmissionEventRow.scanned_at
        ).where(
            AdmissionEventRow.journal_number == number,
            col(AdmissionEventRow.is_intent).is_(True),
            col(AdmissionEventRow.sequence).in_({sequence for of, sequence in missing if of == number}),
        )
        for sequence, ticket_id, holder, scanned_at in (await work.session.exec(query)).all():
            subjects[number, Sequence(sequence)] = Scanned(TicketId(ticket_id), holder, Instant(scanned_at))
    return subjects


def _intent_key(one: NewEvent) -> tuple[int, Sequence]:
    event = one.event.event
    return one.journal_number, event.of if isinstance(event, Outcome) else one.event.sequence


def _values_of(one: NewEvent, subject: Scanned) -> Row:
    """Return the values of _EVENT_COLUMNS, as the database keeps them."""
    event = one.event
    return (
        one.journal_number,
        event.sequence,
        to_signed(subject.ticket_id),
        subject.holder,
        event.site,
        subject.scanned_at,
        isinstance(event.event, Intent),
        cbor.encode(event.to_value()),
    )
