"""The outbox of ticket changes: what gates have not heard of yet, and which feed version told them.

Laws: a change is stored here by the transaction that made it, so that none is lost and none is told before it is true; the
publisher sets the version after the commit (protocol/SPEC.md, section 8).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlmodel import col, func, select, update

from central.issuing import credentials
from central.issuing.feed_version import FeedVersion
from central.store.tables.tickets import TicketChangeRow
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId, TicketId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket that has changed for a site, in the order of `change_id`."""

    change_id: int
    ticket_id: TicketId


def append(work: Work, ticket_ids: Iterable[TicketId], sites: Collection[SiteId], now: Instant) -> None:
    """Note that the tickets changed for these sites."""
    rows = [{"site_id": site, "ticket_id": ticket, "changed_at": now} for ticket in ticket_ids for site in sorted(sites)]
    work.insert(TicketChangeRow, rows)


async def unpublished(work: Work, site_id: SiteId, limit: int) -> tuple[Change, ...]:
    """Return the oldest changes of a site that no feed version holds."""
    query = (
        select(TicketChangeRow.id, TicketChangeRow.ticket_id)
        .where(col(TicketChangeRow.site_id) == site_id, col(TicketChangeRow.version).is_(None))
        .order_by(col(TicketChangeRow.id))
        .limit(limit)
    )
    return tuple(Change(change_id or 0, TicketId(ticket_id)) for change_id, ticket_id in (await work.session.exec(query)).all())


async def mark_published(work: Work, change_ids: Collection[int], version: FeedVersion) -> None:
    """Say which feed version holds these changes."""
    published = update(TicketChangeRow).where(col(TicketChangeRow.id).in_(change_ids))
    await work.session.exec(published.values(epoch=version.epoch, version=version.version))


async def first_change_after(work: Work, ticket_id: TicketId, highest_before: int) -> int:
    """Return the number of the ticket's first change after another change."""
    query = select(func.min(TicketChangeRow.id)).where(
        col(TicketChangeRow.ticket_id) == ticket_id, col(TicketChangeRow.id) > highest_before
    )
    found = (await work.session.exec(query)).one()
    assert found is not None, "the caller has just appended one"
    return found


async def highest_change(work: Work, ticket_id: TicketId) -> int:
    """Return the number of the ticket's latest change (0: none)."""
    query = select(func.max(TicketChangeRow.id)).where(col(TicketChangeRow.ticket_id) == ticket_id)
    return (await work.session.exec(query)).one() or 0


async def highest_of_site(work: Work, site_id: SiteId) -> int:
    """Return the number of the latest change of a site (0: none)."""
    query = select(func.max(TicketChangeRow.id)).where(col(TicketChangeRow.site_id) == site_id)
    return (await work.session.exec(query)).one() or 0


async def is_told(work: Work, site_id: SiteId, change_id: int) -> bool:
    """Return whether a feed version holds every change of a site up to this one."""
    waiting = select(TicketChangeRow.id).where(
        col(TicketChangeRow.site_id) == site_id, col(TicketChangeRow.version).is_(None), col(TicketChangeRow.id) <= change_id
    )
    return (await work.session.exec(waiting.limit(1))).first() is None


async def published_versions(work: Work, ticket_id: TicketId, from_change: int) -> dict[SiteId, FeedVersion | None]:
    """Return, for each site that must hear of the ticket since a change, the version that first told it (None: not yet)."""
    query = (
        select(TicketChangeRow.site_id, TicketChangeRow.epoch, TicketChangeRow.version)
        .where(col(TicketChangeRow.ticket_id) == ticket_id, col(TicketChangeRow.id) >= from_change)
        .order_by(col(TicketChangeRow.id))
    )
    versions: dict[SiteId, FeedVersion | None] = {}
    for site, epoch, version in (await work.session.exec(query)).all():
        known = None if epoch is None or version is None else FeedVersion(epoch, version)
        versions.setdefault(SiteId(site), known)
    return versions


async def sites_of(work: Work, ticket_ids: Collection[TicketId]) -> dict[TicketId, set[SiteId]]:
    """Return the sites that hear of each of these tickets."""
    query = (
        select(TicketChangeRow.ticket_id, TicketChangeRow.site_id)
        .where(col(TicketChangeRow.ticket_id).in_(ticket_ids))
        .distinct()
    )
    found: dict[TicketId, set[SiteId]] = {}
    for ticket_id, site in (await work.session.exec(query)).all():
        found.setdefault(TicketId(ticket_id), set()).add(SiteId(site))
    return found


async def set_aside(work: Work, site_id: SiteId, epoch: int) -> int:
    """Note the changes of a site that a rebuild of its whole feed will hold, and return the highest of them (0: none).

    A change that commits from now on is not among them, even under a lower number (PostgreSQL commits out of order).
    """
    waiting = col(TicketChangeRow.site_id) == site_id, col(TicketChangeRow.version).is_(None)
    await work.session.exec(update(TicketChangeRow).where(*waiting).values(epoch=epoch))
    return (await work.session.exec(select(func.max(TicketChangeRow.id)).where(*waiting))).one() or 0


async def mark_set_aside(work: Work, site_id: SiteId, version: FeedVersion) -> None:
    """Store which feed version holds the changes that were set aside."""
    await credentials.forget_told(work, site_id, version.epoch)
    aside = update(TicketChangeRow).where(
        col(TicketChangeRow.site_id) == site_id,
        col(TicketChangeRow.version).is_(None),
        col(TicketChangeRow.epoch) == version.epoch,
    )
    await work.session.exec(aside.values(version=version.version))
