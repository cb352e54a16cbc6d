"""Corrections of the count on site (在园人数): exits are missed, and staff have counted.

Laws: a correction says who made it, when, why and by how much, and is never changed; it applies to the local day on which it was
made, because the count begins at zero each day.
"""

from dataclasses import dataclass

from sqlmodel import col, func, select

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog import service as catalog
from central.domain.idempotency import IdempotencyKey
from central.store.idempotency import first_use, remember
from central.store.tables.admissions import OnSiteCorrectionRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import SiteId
from protocol.instants import Instant

MOST_A_DAY = 500


@dataclass(frozen=True, slots=True)
class Correction:
    """So many persons more, or fewer, than were counted."""

    correction_id: int
    site_id: SiteId
    corrected_at: Instant
    corrected_by: int
    persons: int
    reason: str


class Corrections:
    """Keeps the corrections."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def add(self, site_id: SiteId, persons: int, reason: str, once: IdempotencyKey, by: int, now: Instant) -> Correction:
        """Correct the count by so many persons; Problem where there is no such site."""
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is not None:
                once.require_same(earlier.fingerprint)
                return _correction(await work.session.get_one(OnSiteCorrectionRow, int(earlier.outcome)))
            await catalog.site(work, site_id)
            row = OnSiteCorrectionRow(site_id=site_id, corrected_at=now, corrected_by=by, persons=persons, reason=reason)
            work.session.add(row)
            await work.session.flush()
            await remember(work, once.scope, once.key, str(row.id))
            # A correction adds to the count and replaces none: without it, so many persons were corrected by none.
            changes = changes_between({"corrected_persons": 0}, {"corrected_persons": persons})
            audit.record(work, now, by, "on-site.correct", f"site:{site_id}", reason=reason, changes=changes)
            return _correction(row)

    async def corrections(self, site_id: SiteId, before: int | None, limit: int) -> tuple[Correction, ...]:
        """Return a site's corrections, newest first, those before one; Problem where there is no such site."""
        query = select(OnSiteCorrectionRow).where(OnSiteCorrectionRow.site_id == site_id)
        query = query if before is None else query.where(col(OnSiteCorrectionRow.id) < before)
        async with self._store.reading() as work:
            await catalog.site(work, site_id)
            rows = (await work.session.exec(query.order_by(col(OnSiteCorrectionRow.id).desc()).limit(limit))).all()
        return tuple(_correction(row) for row in rows)


async def corrected_since(work: Work, site_id: SiteId, since: Instant) -> int:
    """Return by how many persons the count was corrected in all since a moment."""
    of_site = col(OnSiteCorrectionRow.site_id) == site_id, col(OnSiteCorrectionRow.corrected_at) >= since
    query = select(func.coalesce(func.sum(OnSiteCorrectionRow.persons), 0)).where(*of_site)
    return int((await work.session.exec(query)).one())


async def last_corrections(work: Work, site_id: SiteId) -> tuple[tuple[Instant, int], ...]:
    """Return the moments and persons of a site's last corrections, newest first: more than are ever made on a day."""
    row = OnSiteCorrectionRow
    query = select(row.corrected_at, row.persons).where(row.site_id == site_id).order_by(col(row.id).desc()).limit(MOST_A_DAY)
    return tuple((Instant(at), persons) for at, persons in (await work.session.exec(query)).all())


def _correction(row: OnSiteCorrectionRow) -> Correction:
    assert row.id is not None, "a stored correction has its number"
    return Correction(row.id, row.site_id, row.corrected_at, row.corrected_by, row.persons, row.reason)
