"""Alarms that journals raised: found, and acknowledged by a person.

Laws: an alarm is never deleted; it is acknowledged once, by name and with a note. The same person who says the same again gets
the same answer; another is told who has.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog.site_days import ANY_SITE_AND_DAY, SiteDays, within
from central.domain.problems import Problem, ProblemCode
from central.identity.accounts import known_as
from central.live_events.telling import tell
from central.store.tables.journals import AlarmRow
from central.store.unit_of_work import Store, Work
from central.sync.messages import ALARM_ACKNOWLEDGED, NO_ALARM
from central.sync.quarantine import alarm_change
from protocol.identifiers import AgentId, JournalId, Sequence, SiteId
from protocol.instants import Instant


class AlarmState(StrEnum):
    """Whether a person has acknowledged it."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"


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
    acknowledged_at: Instant | None
    acknowledged_by: int | None
    acknowledged_note: str | None

    @property
    def state(self) -> AlarmState:
        """Return whether it is open."""
        return AlarmState.OPEN if self.acknowledged_at is None else AlarmState.ACKNOWLEDGED


@dataclass(frozen=True, slots=True)
class WantedAlarms:
    """A filter; a field that is left out does not restrict."""

    days: SiteDays = ANY_SITE_AND_DAY
    agent_id: int | None = None
    name: str | None = None
    state: AlarmState | None = None


class Alarms:
    """All alarms."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def latest(self, wanted: WantedAlarms, before: int | None, limit: int) -> tuple[StoredAlarm, ...]:
        """Return the latest alarms, or those before one, newest first."""
        async with self._store.reading() as work:
            query = await _narrowed(work, wanted)
            if before is not None:
                query = query.where(col(AlarmRow.id) < before)
            rows = (await work.session.exec(query.order_by(col(AlarmRow.id).desc()).limit(limit))).all()
        return tuple(_alarm(row) for row in rows)

    async def acknowledge(self, alarm_id: int, remark: str, by: int, now: Instant) -> StoredAlarm:
        """Note that a person has looked at it, and the result; Problem where another person, or another note, was first."""
        async with self._store.transaction() as work:
            row = await work.session.get(AlarmRow, alarm_id, with_for_update=True, populate_existing=True)
            if row is None:
                raise Problem(ProblemCode.NOT_FOUND, NO_ALARM.of(alarm_id=alarm_id))
            if row.acknowledged_by is not None:
                if (row.acknowledged_by, row.acknowledged_note) == (by, remark):
                    return _alarm(row)
                who = await known_as(work, row.acknowledged_by)
                raise Problem(ProblemCode.CONFLICT, ALARM_ACKNOWLEDGED.of(name=who, alarm_id=alarm_id))
            before = _alarm(row).state
            row.acknowledged_at, row.acknowledged_by, row.acknowledged_note = now, by, remark
            work.session.add(row)
            changes = changes_between({"state": before}, {"state": _alarm(row).state})
            audit.record(work, now, by, "alarm.acknowledge", f"alarm:{alarm_id}", note=remark, changes=changes)
            tell(work, now, alarm_change(row.site_id, alarm_id, AgentId(row.agent_id), row.name, by))
            return _alarm(row)


async def _narrowed(work: Work, wanted: WantedAlarms) -> SelectOfScalar[AlarmRow]:
    row = AlarmRow
    query = select(row).where(*await within(work, row.site_id, row.raised_at, wanted.days))
    if wanted.agent_id is not None:
        query = query.where(row.agent_id == wanted.agent_id)
    if wanted.name is not None:
        query = query.where(row.name == wanted.name)
    if wanted.state is not None:
        is_open = col(row.acknowledged_at).is_(None)
        query = query.where(is_open if wanted.state is AlarmState.OPEN else ~is_open)
    return query


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
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        acknowledged_note=row.acknowledged_note,
    )
