"""The journal that central keeps for an agent which has none: what was admitted online, as events like any other's.

Laws: written in the transaction that decides; an admission without a passage sensor counts as passed, so its outcome is written
with it; its journal id follows from agent and epoch, so that after a restore no sequence is used for a second event.
"""

import hashlib
from dataclasses import dataclass

from sqlmodel import col, select, update

from central.admissions import service as admissions
from central.admissions.events import NewEvent
from central.devices import check_points
from central.store.tables.journals import JournalRow
from central.store.unit_of_work import Work
from central.sync.online_answers import Attempt
from protocol.admission.passages import PassageKind
from protocol.admission.verdict import Admit, LetOut
from protocol.directions import Direction
from protocol.identifiers import JOURNAL_ID_BYTES, AgentId, JournalId, Sequence
from protocol.instants import Instant
from protocol.journal.chain import empty_head
from protocol.journal.events import NO_ENTITLEMENT, NO_RULE, NO_TICKET, Intent, Outcome, OutcomeResult
from protocol.journal.history import AdmissionEvent

ONLINE = "online"
_DOMAIN = b"paifang/online-journal/1\0"
_AGENT_BYTES = 4
_EPOCH_BYTES = 8


@dataclass(frozen=True, slots=True)
class _Place:
    number: int
    sequence: int


async def record(work: Work, attempt: Attempt, verdict: Admit | LetOut, holder: bytes | None, epoch: int, now: Instant) -> None:
    """Record a release that central decided. An exit that names no ticket leaves nothing to record against one."""
    if isinstance(verdict, LetOut) and verdict.ticket_id is None:
        return
    journal_id = journal_of(attempt.agent, epoch)
    place = await _next(work, attempt.agent, journal_id, now)
    intent = Sequence(place.sequence + 1)
    passed = Outcome(intent, OutcomeResult.PASSED, attempt.persons)
    new = [
        NewEvent(place.number, AdmissionEvent(attempt.agent, journal_id, sequence, attempt.site, attempt.check_point, event))
        for sequence, event in ((intent, _intent(attempt, verdict, holder)), (Sequence(intent + 1), passed))
    ]
    moved = update(JournalRow).where(col(JournalRow.number) == place.number)
    await (await work.session.connection()).execute(moved.values(sequence=intent + 1, received_at=now))
    await admissions.record(work, new, now)
    await check_points.note_recorded(work, [attempt.check_point])


def journal_of(agent: AgentId, epoch: int) -> JournalId:
    """Return the id of an agent's online journal in an epoch."""
    said = _DOMAIN + agent.to_bytes(_AGENT_BYTES, "big") + epoch.to_bytes(_EPOCH_BYTES, "big")
    return JournalId(hashlib.sha256(said).digest()[:JOURNAL_ID_BYTES])


async def _next(work: Work, agent: AgentId, journal_id: JournalId, now: Instant) -> _Place:
    query = select(JournalRow).where(JournalRow.agent_id == agent, JournalRow.journal_id == journal_id).with_for_update()
    row = (await work.session.exec(query)).first()
    if row is None:
        empty = empty_head(journal_id)
        row = JournalRow(
            agent_id=agent, journal_id=journal_id, kind=ONLINE, sequence=empty.sequence, hash=empty.hash, received_at=now
        )
        work.session.add(row)
        await work.session.flush()
    assert row.number is not None, "a stored journal has a number"
    return _Place(row.number, row.sequence)


def _intent(attempt: Attempt, verdict: Admit | LetOut, holder: bytes | None) -> Intent:
    entry = verdict if isinstance(verdict, Admit) else None
    walked_in = entry is not None and entry.kind is PassageKind.WALK_IN
    return Intent(
        attempt_id=attempt.attempt_id,
        direction=Direction.EXIT if entry is None else Direction.ENTRY,
        kind=PassageKind.EXIT if entry is None else entry.kind,
        ticket_id=verdict.ticket_id or NO_TICKET,
        entitlement_id=verdict.entitlement_id or NO_ENTITLEMENT,
        generation=0,
        persons=verdict.persons,
        uses_left=None if entry is None else entry.uses_left,
        flags=() if entry is None else tuple(sorted(flag.value for flag in entry.flags)),
        feed_version=0,
        resumes=None,
        rule_id=NO_RULE if entry is None else entry.rule_id,
        holder=holder if walked_in else None,
        supervisor=None,
        scanned_at=attempt.at,
    )
