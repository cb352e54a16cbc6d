"""Other ways to find a ticket (ID card, NFC card, codes): given, replaced, taken away.

Laws: a credential that is taken away stays here under its kind below zero until no gate needs to hear of it, so that the next
delta says that it is gone; from then on it finds no ticket.
"""

from collections.abc import Collection

from sqlalchemy import or_
from sqlmodel import col, delete, insert, select

from central.store.tables.tickets import TicketChangeRow, TicketCredentialRow
from central.store.unit_of_work import Work
from protocol.feed.records import CredentialKind
from protocol.identifiers import SiteId, TicketId


async def replace(work: Work, site_id: SiteId, ticket_id: TicketId, kind: CredentialKind, keys: Collection[bytes]) -> bool:
    """Let these keys, and no others of the kind, lead to a ticket at a site; return whether that changed anything.

    The caller has locked the ticket's row and notes the change in the outbox.
    """
    of_ticket = col(TicketCredentialRow.site_id) == site_id, col(TicketCredentialRow.ticket_id) == ticket_id
    standing = select(TicketCredentialRow.key).where(*of_ticket, col(TicketCredentialRow.kind) == int(kind))
    held = set((await work.session.exec(standing)).all())
    gone, new = held - set(keys), set(keys) - held
    if not gone and not new:
        return False
    connection = await work.connection()
    either = col(TicketCredentialRow.kind).in_([int(kind), -int(kind)])
    await connection.execute(delete(TicketCredentialRow).where(*of_ticket, either, col(TicketCredentialRow.key).in_(gone | new)))
    signed = [*((int(kind), key) for key in sorted(new)), *((-int(kind), key) for key in sorted(gone))]
    rows = [{"site_id": site_id, "kind": number, "key": key, "ticket_id": ticket_id} for number, key in signed]
    await connection.execute(insert(TicketCredentialRow), rows)
    return True


async def next_tickets(
    work: Work, site_id: SiteId, kind: CredentialKind, past: TicketId | None, limit: int
) -> tuple[TicketId, ...]:
    """Return tickets that a site finds by this kind of credential, past a ticket, in the order in which the database has them."""
    row = TicketCredentialRow
    query = select(row.ticket_id).where(col(row.site_id) == site_id, col(row.kind) == int(kind)).distinct()
    if past is not None:
        query = query.where(col(row.ticket_id) > past)
    found = (await work.session.exec(query.order_by(col(row.ticket_id)).limit(limit))).all()
    return tuple(TicketId(one) for one in found)


async def forget_told(work: Work, site_id: SiteId, epoch: int) -> None:
    """Delete credentials that were taken away, of tickets whose changes a feed holds, or will hold: set aside for an epoch."""
    not_held = or_(col(TicketChangeRow.epoch).is_(None), col(TicketChangeRow.epoch) != epoch)
    waiting = select(TicketChangeRow.ticket_id).where(
        col(TicketChangeRow.site_id) == site_id, col(TicketChangeRow.version).is_(None), not_held
    )
    row = TicketCredentialRow
    told = delete(row).where(col(row.site_id) == site_id, col(row.kind) < 0, col(row.ticket_id).not_in(waiting))
    await (await work.connection()).execute(told)
