"""How full each site is today, as sales and the home page need it.

Laws: a level is written when it changes, and audited; yesterday's level says nothing of today; sales for a day stop while the
site is full on it, and begin again by themselves.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog.rules.capacity import LoadLevel, level_after
from central.store.tables.catalog import SiteLoadRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import SiteId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class SiteLoad:
    """How full a site is on a local day, since when."""

    day: date
    level: LoadLevel
    since: Instant


async def load_of(work: Work, site_id: SiteId) -> SiteLoad | None:
    """Return how full a site was at the last change; None where it was never measured."""
    row = await work.session.get(SiteLoadRow, site_id)
    return None if row is None else SiteLoad(row.day, LoadLevel(row.level), row.since)


async def note(store: Store, site_id: SiteId, day: date, loads: Collection[tuple[int, int | None]], now: Instant) -> LoadLevel:
    """Store how full a site is by its (persons, maximum); return it."""
    async with store.reading() as work:
        before = await load_of(work, site_id)
    was = before.level if before is not None and before.day == day else LoadLevel.OK
    found = level_after(was, loads)
    if before is not None and (before.day, before.level) == (day, found):
        return found
    async with store.transaction() as work:
        row = await work.session.get(SiteLoadRow, site_id, with_for_update=True)
        row = row or SiteLoadRow(site_id=site_id, day=day, level=found, since=now)
        row.day, row.level, row.since = day, found, now
        work.session.add(row)
        if found is not was:
            changes = changes_between({"load": was}, {"load": found})
            audit.record(work, now, audit.SYSTEM, "site.load", f"site:{site_id}", changes=changes)
    return found
