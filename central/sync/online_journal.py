"""The journal that central keeps for an agent which has none: online admissions, as events like those of any journal.

Laws: written in the transaction that decides; an admission without a passage sensor counts as passed, so its outcome is written
with it; its journal id follows from agent and epoch, so that after a restore no sequence is used for a second event.
"""

import hashlib
from dataclasses import dataclass, replace

from sqlmodel import col, update

from central.admissions import live
from central.admissions.events import NewEvent, Scanned, row_of, store
from central.store.tables.journals import JournalRow
from central.store.unit_of_work import Work
from central.sync.online_answers import Attempt
from central.sync.online_store import EVENTS_OF_A_RELEASE, Release, StoredJournal
from protocol.admission.passages import PassageKind
from protocol.admission.verdict import Admit, LetOut
from protocol.directions import Direction
from protocol.identifiers import JOURNAL_ID_BYTES, AgentId, JournalId, Sequence, SiteId
from protocol.instants import Instant
from protocol.journal.chain import empty_head
from protocol.journal.events import NO_ENTITLEMENT, NO_RULE, NO_TICKET, Intent, Outcome, OutcomeResult
from protocol.journal.history import AdmissionEvent

ONLINE = "online"
_DOMAIN = b"paifang/online-journal/1\0"
_AGENT_BYTES = 4
_EPOCH_BYTES = 8


@dataclass(frozen=True, slots=True)
class NextEntry:
    """Where the next release is written. `stored` is the journal as the lock of the agent's row guards it (None: not begun)."""

    journal_id: JournalId
    stored: StoredJournal | None
    now: Instant


async def release_of(
    work: Work, attempt: Attempt, verdict: Admit | LetOut, holder: bytes | None, entry: NextEntry, sites: frozenset[SiteId]
) -> Release | None:
    """Return the release that central decided, as it is stored, for all sites that hear of its ticket.

    An exit that names no ticket is not recorded: there is no ticket to record it for.
    """
    if isinstance(verdict, LetOut) and verdict.ticket_id is None:
        return None
    stored = entry.stored or await _begin(work, attempt.agent, entry.journal_id, entry.now)
    intent = _intent(attempt, verdict, holder)
    first, second = Sequence(stored.sequence + 1), Sequence(stored.sequence + EVENTS_OF_A_RELEASE)
    passed = Outcome(first, OutcomeResult.PASSED, attempt.persons)
    subject = Scanned(intent.ticket_id, intent.holder, intent.scanned_at)
    told = [
        (NewEvent(stored.number, _told(attempt, entry.journal_id, sequence, event)), subject)
        for sequence, event in ((first, intent), (second, passed))
    ]
    live.tell_admissions(work, told, entry.now)
    rows = [row_of(*one) for one in told]
    return Release(stored.number, second, (rows[0], rows[1]), sites | {attempt.site})


async def open_release(
    work: Work, attempt: Attempt, verdict: Admit | LetOut, holder: bytes | None, entry: NextEntry, by: int
) -> tuple[int, Sequence] | None:
    """Journal a release by a person whose outcome is still open; return the journal's number and the sequence.

    None where it names neither ticket nor walk-in. Of kind "resume", because no gate may take it up again while it is open.
    """
    if isinstance(verdict, LetOut) and verdict.ticket_id is None:
        return None
    stored = entry.stored or await _begin(work, attempt.agent, entry.journal_id, entry.now)
    intent = _intent(attempt, verdict, holder)
    kind = PassageKind.RESUME if isinstance(verdict, Admit) else intent.kind
    sequence = Sequence(stored.sequence + 1)
    told = _told(attempt, entry.journal_id, sequence, replace(intent, kind=kind, supervisor=by))
    await append(work, stored.number, (told,), entry.now)
    return stored.number, sequence


async def append(work: Work, journal_number: int, told: tuple[AdmissionEvent, ...], now: Instant) -> None:
    """Append events to a journal whose agent is locked; their sequences follow its last one."""
    await store(work, [NewEvent(journal_number, one) for one in told])
    head = update(JournalRow).where(col(JournalRow.number) == journal_number)
    await (await work.connection()).execute(head.values(sequence=told[-1].sequence, received_at=now))


def journal_of(agent: AgentId, epoch: int) -> JournalId:
    """Return the id of an agent's online journal in an epoch."""
    said = _DOMAIN + agent.to_bytes(_AGENT_BYTES, "big") + epoch.to_bytes(_EPOCH_BYTES, "big")
    return JournalId(hashlib.sha256(said).digest()[:JOURNAL_ID_BYTES])


def _told(attempt: Attempt, journal_id: JournalId, sequence: Sequence, event: Intent | Outcome) -> AdmissionEvent:
    return AdmissionEvent(attempt.agent, journal_id, sequence, attempt.site, attempt.check_point, event)


async def _begin(work: Work, agent: AgentId, journal_id: JournalId, now: Instant) -> StoredJournal:
    empty = empty_head(journal_id)
    row = JournalRow(
        agent_id=agent, journal_id=journal_id, kind=ONLINE, sequence=empty.sequence, hash=empty.hash, received_at=now
    )
    work.session.add(row)
    await work.session.flush()
    assert row.number is not None, "a stored journal has a number"
    return StoredJournal(row.number, row.sequence)


def _intent(attempt: Attempt, verdict: Admit | LetOut, holder: bytes | None) -> Intent:
    entry = verdict if isinstance(verdict, Admit) else None
    walked_in = entry is not None and entry.rule_id != NO_RULE
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
