"""Reading the alarms that journals raised."""

from dataclasses import dataclass

from sqlmodel import col, select

from central.store.tables.journals import AlarmRow
from central.store.unit_of_work import Store
from protocol.identifiers import AgentId, JournalId, Sequence, SiteId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class StoredAlarm:
    """An alarm, and the journal's entry that it is about."""

    alarm_id: int
    site_id: SiteId
    agent_id: AgentId
    journal_id: JournalId
    sequence: Sequence
    name: str
    detail: str
    raised_at: Instant


class Alarms:
    """All alarms."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def latest(self, before: int | None, limit: int) -> tuple[StoredAlarm, ...]:
        """Return the latest alarms, or those before one, newest first."""
        query = select(AlarmRow).order_by(col(AlarmRow.id).desc()).limit(limit)
        if before is not None:
            query = query.where(col(AlarmRow.id) < before)
        async with self._store.reading() as work:
            rows = (await work.session.exec(query)).all()
        return tuple(_alarm(row) for row in rows)


def _alarm(row: AlarmRow) -> StoredAlarm:
    return StoredAlarm(
        alarm_id=row.id or 0,
        site_id=row.site_id,
        agent_id=AgentId(row.agent_id),
        journal_id=JournalId(row.journal_id),
        sequence=Sequence(row.sequence),
        name=row.name,
        detail=row.detail,
        raised_at=row.raised_at,
    )
