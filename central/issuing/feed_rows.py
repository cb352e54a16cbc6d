"""Tickets and credentials as a site's feed holds them, for the publisher.

Laws: read only; a range of ids never spans the middle of all ids, because the database stores ids as signed numbers.
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy
from sqlmodel import col, select

from central.store.tables.metadata import METADATA
from central.store.tables.tickets import TicketCredentialRow, TicketRow
from central.store.unit_of_work import Work
from protocol.feed.records import CredentialEntry, CredentialKind
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from protocol.instants import Minute
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketRecord, TicketState
from protocol.tickets.short_number import id_prefix, ids_of_prefix

RECORD_COLUMNS = tuple(
    METADATA.tables["ticket"].c[name]
    for name in (
        "id",
        "site_id",
        "ticket_type_id",
        "issued_at",
        "valid_from",
        "valid_until",
        "flags",
        "generation",
        "state",
        "state_since",
        "persons",
        "slot_start",
        "slot_minutes",
    )
)


@dataclass(frozen=True, slots=True)
class IdRange:
    """Ticket ids from first to last, both inclusive, in one half of all ids."""

    first: TicketId
    last: TicketId


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Credential keys from first to last, both inclusive."""

    first: bytes
    last: bytes


async def records(work: Work, ticket_ids: Collection[TicketId]) -> tuple[TicketRecord, ...]:
    """Return the records of these tickets."""
    query = sqlalchemy.select(*RECORD_COLUMNS).where(col(TicketRow.id).in_(ticket_ids))
    rows = (await (await work.connection()).execute(query)).all()
    return tuple([record_from(*row) for row in rows])


async def void_among(work: Work, ticket_ids: Collection[TicketId]) -> frozenset[TicketId]:
    """Return those of the tickets that are void."""
    query = select(TicketRow.id).where(col(TicketRow.id).in_(ticket_ids), TicketRow.state == int(TicketState.VOID))
    return frozenset(TicketId(found) for found in (await work.session.exec(query)).all())


async def credentials(work: Work, site_id: SiteId, ticket_ids: Collection[TicketId]) -> tuple[CredentialEntry, ...]:
    """Return all credentials that lead to these tickets at a site."""
    return await _credentials(work, site_id, ticket_ids, col(TicketCredentialRow.kind) > 0)


async def credentials_removed(work: Work, site_id: SiteId, ticket_ids: Collection[TicketId]) -> tuple[CredentialEntry, ...]:
    """Return the credentials that were taken away from these tickets and that a gate may still hold.

    The caller reads these before `credentials`, so that a credential that is put back meanwhile stands.
    """
    return await _credentials(work, site_id, ticket_ids, col(TicketCredentialRow.kind) < 0)


async def _credentials(
    work: Work, site_id: SiteId, ticket_ids: Collection[TicketId], of_kind: sqlalchemy.ColumnElement[bool]
) -> tuple[CredentialEntry, ...]:
    row = TicketCredentialRow
    query = select(row.key, row.kind, row.ticket_id).where(
        col(row.site_id) == site_id, col(row.ticket_id).in_(ticket_ids), of_kind
    )
    found = (await work.session.exec(query)).all()
    return tuple([CredentialEntry(key, CredentialKind(abs(kind)), TicketId(ticket_id)) for key, kind, ticket_id in found])


async def records_in(work: Work, ticket_types: Collection[TicketTypeId], ids: IdRange) -> tuple[TicketRecord, ...]:
    """Return the records of these ticket types in a range of ids."""
    query = sqlalchemy.select(*RECORD_COLUMNS).where(
        col(TicketRow.id).between(ids.first, ids.last), col(TicketRow.ticket_type_id).in_(ticket_types)
    )
    rows = (await (await work.connection()).execute(query)).all()
    return tuple([record_from(*row) for row in rows])


async def credentials_in(work: Work, site_id: SiteId, keys: KeyRange) -> tuple[CredentialEntry, ...]:
    """Return a site's credentials of every kind in a range of keys."""
    row = TicketCredentialRow
    query = select(row.key, row.kind, row.ticket_id).where(
        col(row.site_id) == site_id,
        col(row.kind).in_([int(kind) for kind in CredentialKind]),
        col(row.key).between(keys.first, keys.last),
    )
    found = (await work.session.exec(query)).all()
    return tuple([CredentialEntry(key, CredentialKind(kind), TicketId(ticket_id)) for key, kind, ticket_id in found])


async def tickets_by(work: Work, site_id: SiteId, kind: CredentialKind, key: bytes) -> tuple[TicketId, ...]:
    """Return the tickets that a credential leads to at a site: for an online admission."""
    query = select(TicketCredentialRow.ticket_id).where(
        col(TicketCredentialRow.site_id) == site_id,
        col(TicketCredentialRow.kind) == int(kind),
        col(TicketCredentialRow.key) == key,
    )
    return tuple(TicketId(found) for found in (await work.session.exec(query)).all())


async def tickets_numbered(work: Work, ticket_types: Collection[TicketTypeId], number: str) -> tuple[TicketId, ...]:
    """Return the tickets of these types that have a short number, as the gates of their sites find them: by their ids."""
    prefix = id_prefix(number)
    if prefix is None:
        return ()
    return tuple(record.ticket_id for record in await records_in(work, ticket_types, IdRange(*ids_of_prefix(prefix))))


def record_from(ticket_id: TicketId, *said: int) -> TicketRecord:
    """Return a record from the columns of `RECORD_COLUMNS`: a fifth of the cost of a whole row, which matters for a million."""
    site, ticket_type, issued_at, valid_from, valid_until, flags, generation, state, since, persons, slot_start, slot_minutes = (
        said
    )
    return TicketRecord(
        ticket_id,
        SiteId(site),
        TicketTypeId(ticket_type),
        Minute(issued_at),
        Minute(valid_from),
        Minute(valid_until),
        TicketFlags(flags),
        generation,
        TicketState(state),
        Minute(since),
        persons,
        Minute(slot_start),
        slot_minutes,
    )


async def ended_between(work: Work, after: Minute, until: Minute) -> frozenset[TicketId]:
    """Return the tickets whose validity ended after a minute and up to another."""
    query = select(TicketRow.id).where(col(TicketRow.valid_until) > after, col(TicketRow.valid_until) <= until)
    return frozenset(TicketId(found) for found in (await work.session.exec(query)).all())
