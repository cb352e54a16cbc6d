"""The rows of checks by people, with the journal's outcome of each.

Laws: a row is written in the transaction that decides; an outcome is journalled once, under the lock of the office's agent, and
only in the journal of the current epoch: after a restore an older one may have gone on elsewhere, and its release stays as it is.
"""

from collections.abc import Sequence as Rows
from dataclasses import dataclass
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from central.catalog import service as catalog
from central.domain.problems import Problem, ProblemCode
from central.store.tables.admissions import CheckRow, OnlineAnswerRow
from central.store.tables.journals import JournalRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Store, Work
from central.sync import online_answers, online_journal, online_store
from central.sync.messages import ATTEMPT_USED, NO_CHECK
from central.sync.online_answers import Attempt
from central.sync.rules.checks import UNDO_WITHIN_MS, CheckResult, Said, said_of
from protocol.admission.verdict import Admit, LetOut, Verdict
from protocol.identifiers import AgentId, CheckPointId, JournalId, Sequence, SiteId, TicketTypeId
from protocol.instants import Instant
from protocol.journal.events import NO_TICKET, Outcome, OutcomeResult
from protocol.journal.history import AdmissionEvent

MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Checked:
    """A check and what was said. `undo_ends_at`: until then the passage can be taken back; `is_undone`: it was."""

    check_id: int
    attempt_id: bytes
    site_id: SiteId
    check_point_id: CheckPointId
    checked_by: int
    checked_at: Instant
    persons: int
    said: Said
    ticket_type_id: TicketTypeId | None
    undo_ends_at: Instant | None
    is_undone: bool


async def add(work: Work, attempt: Attempt, verdict: Verdict, place: tuple[int, Sequence] | None, by: int) -> CheckRow:
    """Store a check and its answer; `place` is its release in the journal."""
    work.session.add(OnlineAnswerRow.model_validate(online_answers.row_of(attempt, verdict, attempt.at)))
    said = said_of(verdict, ZoneInfo("UTC"))
    row = CheckRow(
        agent_id=attempt.agent,
        attempt_id=attempt.attempt_id,
        site_id=attempt.site,
        check_point_id=attempt.check_point,
        user_id=by,
        ticket_id=said.ticket_id or NO_TICKET,
        result=said.result.value,
        persons=verdict.persons if isinstance(verdict, Admit | LetOut) else attempt.persons,
        checked_at=attempt.at,
        journal_number=None if place is None else place[0],
        sequence=None if place is None else place[1],
    )
    work.session.add(row)
    await work.session.flush()
    return row


async def earlier_check(work: Work, attempt: Attempt, by: int) -> Checked:
    """Return the check that an attempt was; Problem where another person made it, or at another check point."""
    of_attempt = CheckRow.agent_id == attempt.agent, CheckRow.attempt_id == attempt.attempt_id
    row = (await work.session.exec(select(CheckRow).where(*of_attempt))).one()
    if (row.user_id, row.check_point_id) != (by, attempt.check_point):
        raise Problem(ProblemCode.CONFLICT, ATTEMPT_USED.of())
    return await checked(work, row)


async def locked(work: Work, check_id: int) -> CheckRow:
    """Return a check whose agent is locked; Problem where there is none of that number."""
    agent = (await work.session.exec(select(CheckRow.agent_id).where(col(CheckRow.id) == check_id))).first()
    if agent is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_CHECK.of(check_id=check_id))
    await online_store.lock(work, AgentId(agent), ())
    return await work.session.get_one(CheckRow, check_id)


async def checked(work: Work, row: CheckRow) -> Checked:
    """Return a stored check with what was said."""
    assert row.id is not None, "a stored check has its number"
    answer = await work.session.get_one(OnlineAnswerRow, (row.agent_id, row.attempt_id))
    zone = ZoneInfo((await catalog.site(work, row.site_id)).parameters.zone)
    ticket = await work.session.get(TicketRow, row.ticket_id) if row.ticket_id else None
    may_undo = row.result == CheckResult.ADMIT.value and row.outcome is None
    return Checked(
        check_id=row.id,
        attempt_id=row.attempt_id,
        site_id=row.site_id,
        check_point_id=CheckPointId(row.check_point_id),
        checked_by=row.user_id,
        checked_at=row.checked_at,
        persons=row.persons,
        said=said_of(online_answers.verdict_of(answer.verdict), zone),
        ticket_type_id=None if ticket is None else ticket.ticket_type_id,
        undo_ends_at=Instant(row.checked_at + UNDO_WITHIN_MS) if may_undo else None,
        is_undone=row.outcome == OutcomeResult.NOT_PASSED.value,
    )


async def agents_with_due(store: Store, now: Instant) -> list[AgentId]:
    """Return the offices whose passages nobody can take back any more and that have no outcome yet."""
    async with store.reading() as work:
        found = (await work.session.exec(select(CheckRow.agent_id).where(*_is_due(now)).distinct())).all()
    return [AgentId(one) for one in found]


async def due(work: Work, agent: AgentId, now: Instant) -> list[CheckRow]:
    """Return the oldest of them, of an agent that is locked."""
    query = select(CheckRow).where(CheckRow.agent_id == agent, *_is_due(now)).order_by(col(CheckRow.id)).limit(MOST_AT_ONCE)
    return list((await work.session.exec(query)).all())


async def end(work: Work, rows: Rows[CheckRow], result: OutcomeResult, epoch: int, now: Instant) -> None:
    """Store how passages of one agent ended, and journal it."""
    agent = AgentId(rows[0].agent_id)
    journal_id = online_journal.journal_of(agent, epoch)
    of_epoch = JournalRow.agent_id == agent, JournalRow.journal_id == journal_id
    journal = (await work.session.exec(select(JournalRow.number, JournalRow.sequence).where(*of_epoch))).first()
    here = [row for row in rows if journal is not None and row.journal_number == journal[0]]
    if journal is not None and here:
        sequences = count(journal[1] + 1)
        told = tuple(_outcome(row, journal_id, Sequence(next(sequences)), result) for row in here)
        await online_journal.append(work, journal[0] or 0, told, now)
    for row in rows:
        row.outcome = result.value
        work.session.add(row)
    await work.session.flush()


def _outcome(row: CheckRow, journal_id: JournalId, sequence: Sequence, result: OutcomeResult) -> AdmissionEvent:
    of = Sequence(row.sequence or 0)
    outcome = Outcome(of, result, row.persons if result is OutcomeResult.PASSED else 0)
    return AdmissionEvent(AgentId(row.agent_id), journal_id, sequence, row.site_id, CheckPointId(row.check_point_id), outcome)


def _is_due(now: Instant) -> tuple[ColumnElement[bool], ...]:
    row = CheckRow
    return col(row.outcome).is_(None), col(row.journal_number).is_not(None), col(row.checked_at) < now - UNDO_WITHIN_MS
