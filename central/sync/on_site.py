"""How many persons are on site now (在园人数), for central's own decisions: today's entries less today's exits.

It is counted from the events of all journals, as gates count it from theirs (`edge/gate/on_site.py`), in memory. The transaction
of each decision adds what was journalled since: so every process knows what the others admitted.
Laws: an event counts once; a passage that did not happen counts nothing; the count begins at zero each day, because exits are
missed. Committed events are in it; a decision at the same moment is not: a site is over its capacity at most by the persons of
the calls in flight, and of what gates have not reported yet. Persons who are no visitors (staff) are not counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col

from central.admissions.events import event_of
from central.store.tables.admissions import AdmissionEventRow
from central.store.tables.devices import AgentRow
from central.store.tables.journals import JournalRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Work
from central.sync.site_tables import SiteTables
from protocol.directions import Direction
from protocol.identifiers import SiteId
from protocol.instants import Instant, local_day, start_of_day
from protocol.journal.events import Intent, Outcome, OutcomeResult

_THROUGH = frozenset({OutcomeResult.PASSED, OutcomeResult.FORCED})
_Key = tuple[int, int]  # the journal's number, the intent's sequence


@dataclass(slots=True)
class _Day:
    """One site's passages of one local day, and how far each journal is counted in them."""

    day: date
    told: dict[int, int] = field(default_factory=dict)
    persons: dict[_Key, int] = field(default_factory=dict)
    passed: set[_Key] = field(default_factory=set)
    annulled: set[_Key] = field(default_factory=set)
    total: int = 0

    def note(self, journal: int, sequence: int, event: Intent | Outcome, zone: tzinfo) -> None:
        """Add an event; an event that was added before changes nothing."""
        self.told[journal] = max(sequence, self.told.get(journal, 0))
        if isinstance(event, Intent):
            if (journal, sequence) in self.persons or event.resumes is not None or local_day(event.scanned_at, zone) != self.day:
                return
            self.persons[journal, sequence] = event.persons if event.direction is Direction.ENTRY else -event.persons
            self.total += self._effect((journal, sequence))
            return
        of = (journal, event.of)
        before = self._effect(of)
        (self.passed if event.result in _THROUGH else self.annulled).add(of)
        self.total += self._effect(of) - before

    def _effect(self, key: _Key) -> int:
        if key in self.annulled and key not in self.passed:
            return 0
        return self.persons.get(key, 0)


class OnSite:
    """Running counts of all sites that have a capacity."""

    def __init__(self) -> None:
        self._days: dict[SiteId, _Day] = {}

    async def count(self, work: Work, site_id: SiteId, tables: SiteTables, now: Instant) -> int:
        """Return the persons inside, as this transaction sees it and as staff have corrected it; never below zero."""
        zone = ZoneInfo(tables.rules.zone_name)
        today = local_day(now, zone)
        begun = start_of_day(today, zone)
        heads = await _heads(work, site_id)
        held = self._days.get(site_id)
        if held is None or held.day != today:
            held = _Day(today)
            row = AdmissionEventRow
            await _read(work, held, (col(row.site_id) == site_id) & (col(row.scanned_at) >= begun), tables)
            # Stored only when it is complete: another call must not go on from half of it.
            self._days[site_id] = held
        elif moved := [number for number, sequence in heads.items() if sequence > held.told.get(number, 0)]:
            await _read(work, held, _since(held.told, moved), tables)
        for number, sequence in heads.items():
            held.told[number] = max(sequence, held.told.get(number, 0))
        return max(0, held.total + sum(persons for at, persons in tables.corrections if at >= begun))


async def _heads(work: Work, site_id: SiteId) -> dict[int, int]:
    row = JournalRow
    query = sqlalchemy.select(col(row.number), col(row.sequence)).join(AgentRow, col(AgentRow.id) == col(row.agent_id))
    found = await (await work.connection()).execute(query.where(col(AgentRow.site_id) == site_id))
    return {number: sequence for number, sequence in found.all() if number is not None}


def _since(told: Mapping[int, int], journals: Iterable[int]) -> ColumnElement[bool]:
    row = AdmissionEventRow
    return or_(*(and_(col(row.journal_number) == number, col(row.sequence) > told.get(number, 0)) for number in journals))


async def _read(work: Work, held: _Day, which: ColumnElement[bool], tables: SiteTables) -> None:
    row, zone = AdmissionEventRow, ZoneInfo(tables.rules.zone_name)
    query = sqlalchemy.select(col(row.journal_number), col(row.sequence), col(row.data)).where(which)
    if tables.uncounted:
        of_staff = sqlalchemy.select(col(TicketRow.id)).where(col(TicketRow.ticket_type_id).in_(tables.uncounted))
        query = query.where(col(row.ticket_id).not_in(of_staff))
    found = await (await work.connection()).execute(query.order_by(col(row.journal_number), col(row.sequence)))
    for journal, sequence, data in found.all():
        held.note(journal, sequence, event_of(data).event, zone)
