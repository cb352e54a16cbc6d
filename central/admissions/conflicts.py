"""Conflicts of admissions: found, and settled by a person.

Laws: a conflict shows both of its passages, which are facts; it is settled once, by name, with an outcome and a note. A
settlement survives that the conflict is computed again. The same person who says the same again gets the same answer; another is
told who has settled it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import and_, tuple_
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from central.admissions import events, live
from central.admissions.messages import CONFLICT_OUTCOMES, CONFLICT_SETTLED, NO_CONFLICT
from central.admissions.rules.conflicts import ConflictReason
from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog.site_days import ANY_SITE_AND_DAY, SiteDays, within
from central.domain.problems import Problem, ProblemCode
from central.identity.accounts import known_as
from central.live_events.kinds import ConflictChange
from central.live_events.telling import tell
from central.store.tables.admissions import AdmissionEventRow, ConflictRow, ConflictSettlementRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import EntitlementId, TicketId
from protocol.instants import Instant
from protocol.journal.history import AdmissionEvent

_Key = tuple[int, int]  # the journal's number, the sequence
_Found = tuple[ConflictRow, ConflictSettlementRow | None]
_KEYSET = col(ConflictRow.scanned_at), col(ConflictRow.journal_number), col(ConflictRow.sequence)


class ConflictState(StrEnum):
    """Whether a person has settled it."""

    OPEN = "open"
    SETTLED = "settled"


class ConflictOutcome(StrEnum):
    """What a person found. The words are stored and never change their meaning."""

    CHARGED_AGAIN = "charged-again"
    MISTAKEN = "mistaken"
    NO_LOSS = "no-loss"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person says about a conflict."""

    outcome: ConflictOutcome
    note: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a person said about a conflict, who and when."""

    outcome: ConflictOutcome
    note: str
    settled_at: Instant
    settled_by: int


@dataclass(frozen=True, slots=True)
class Position:
    """A position in a list, newest first: the scan, then the position of the event itself."""

    scanned_at: Instant
    journal_number: int
    sequence: int


@dataclass(frozen=True, slots=True)
class StoredConflict:
    """A passage too many, and the admission that used the ticket up."""

    position: Position
    ticket_id: TicketId
    entitlement_id: EntitlementId
    reason: str
    passage: AdmissionEvent
    first: AdmissionEvent
    detected_at: Instant
    settlement: Settlement | None

    @property
    def state(self) -> ConflictState:
        """Return whether it is open."""
        return ConflictState.OPEN if self.settlement is None else ConflictState.SETTLED


@dataclass(frozen=True, slots=True)
class WantedConflicts:
    """A filter; a field that is left out does not restrict. Days are those of the scan."""

    days: SiteDays = ANY_SITE_AND_DAY
    state: ConflictState | None = None
    reason: ConflictReason | None = None
    ticket_id: TicketId | None = None


class Conflicts:
    """All conflicts."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def latest(self, wanted: WantedConflicts, before: Position | None, limit: int) -> tuple[StoredConflict, ...]:
        """Return the latest conflicts, or those before a position, newest first."""
        async with self._store.reading() as work:
            query = _query().where(*await within(work, ConflictRow.site_id, ConflictRow.scanned_at, wanted.days))
            if wanted.reason is not None:
                query = query.where(ConflictRow.reason == wanted.reason)
            if wanted.ticket_id is not None:
                query = query.where(ConflictRow.ticket_id == wanted.ticket_id)
            if wanted.state is not None:
                is_open = col(ConflictSettlementRow.journal_number).is_(None)
                query = query.where(is_open if wanted.state is ConflictState.OPEN else ~is_open)
            if before is not None:
                query = query.where(tuple_(*_KEYSET) < (before.scanned_at, before.journal_number, before.sequence))
            query = query.order_by(*(column.desc() for column in _KEYSET)).limit(limit)
            return await _stored(work, (await work.session.exec(query)).all())

    async def settle(self, which: tuple[int, int], finding: Finding, by: int, now: Instant) -> StoredConflict:
        """Settle the conflict of a passage: (the journal's number, the sequence).

        Problem where there is none, or another person, or another finding, was first.
        """
        async with self._store.transaction() as work:
            row = await work.session.get(ConflictRow, which, with_for_update=True, populate_existing=True)
            if row is None:
                raise Problem(ProblemCode.NOT_FOUND, NO_CONFLICT.of(journal=which[0], sequence=which[1]))
            settled = await work.session.get(ConflictSettlementRow, which, populate_existing=True)
            if settled is None:
                settled = _settlement_row(which, finding, by, now)
                work.session.add(settled)
                subject, said = f"conflict:{which[0]}-{which[1]}", finding.outcome.value
                changes = changes_between({"state": ConflictState.OPEN}, {"state": ConflictState.SETTLED, "outcome": said})
                audit.record(work, now, by, "conflict.settle", subject, note=finding.note, changes=changes)
                told = live.conflict_change(row.site_id, which, row.ticket_id, ConflictChange.SETTLED)
                tell(work, now, told)
            elif (settled.settled_by, settled.outcome, settled.note) != (by, finding.outcome, finding.note):
                who = await known_as(work, settled.settled_by)
                outcome = CONFLICT_OUTCOMES[settled.outcome].of()
                raise Problem(ProblemCode.CONFLICT, CONFLICT_SETTLED.of(name=who, outcome=outcome))
            (one,) = await _stored(work, [(row, settled)])
            return one


def _query() -> Select[ConflictRow, ConflictSettlementRow]:
    settled = ConflictSettlementRow
    same = and_(
        col(settled.journal_number) == col(ConflictRow.journal_number), col(settled.sequence) == col(ConflictRow.sequence)
    )
    return select(ConflictRow, settled).outerjoin(settled, same)


def _settlement_row(which: _Key, finding: Finding, by: int, now: Instant) -> ConflictSettlementRow:
    return ConflictSettlementRow(
        journal_number=which[0],
        sequence=which[1],
        outcome=finding.outcome,
        note=finding.note,
        settled_at=now,
        settled_by=by,
    )


async def _stored(work: Work, rows: Iterable[_Found]) -> tuple[StoredConflict, ...]:
    found = tuple(rows)
    told = await _events(work, {key for row, _ in found for key in (_passage(row), _first(row))})
    return tuple(_conflict(row, settled, told) for row, settled in found)


async def _events(work: Work, keys: set[_Key]) -> dict[_Key, AdmissionEvent]:
    row = AdmissionEventRow
    named = tuple_(col(row.journal_number), col(row.sequence)).in_(sorted(keys))
    query = select(row.journal_number, row.sequence, row.data).where(named)
    return {(number, sequence): events.event_of(data) for number, sequence, data in (await work.session.exec(query)).all()}


def _passage(row: ConflictRow) -> _Key:
    return row.journal_number, row.sequence


def _first(row: ConflictRow) -> _Key:
    return row.first_journal_number, row.first_sequence


def _conflict(row: ConflictRow, settled: ConflictSettlementRow | None, told: Mapping[_Key, AdmissionEvent]) -> StoredConflict:
    return StoredConflict(
        position=Position(row.scanned_at, row.journal_number, row.sequence),
        ticket_id=row.ticket_id,
        entitlement_id=row.entitlement_id,
        reason=row.reason,
        passage=told[_passage(row)],
        first=told[_first(row)],
        detected_at=row.detected_at,
        settlement=None if settled is None else _settlement(settled),
    )


def _settlement(row: ConflictSettlementRow) -> Settlement:
    return Settlement(ConflictOutcome(row.outcome), row.note, row.settled_at, row.settled_by)
