"""Taking in journals: facts, stored once, in every present state.

Laws (law 5): a batch is stored whole or not at all, idempotent by (agent, journal, sequence); where there is a gap, the answer
says from where entries are wanted; a fork, a broken link, an end that the agent did not sign, an unreadable item and a revoked
agent's upload are stored apart and raise an alarm, never refused; the receipt says what is on the disk. All transactions lock in
one order: the agent, its journal, tickets by their ids, check points.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import col, select, update

from central.admissions import refusals
from central.admissions import service as admissions
from central.admissions.events import NewEvent
from central.admissions.refusals import NewRefusal
from central.devices import agents, check_points
from central.devices.guard import AgentGuard, KnownAgent, Proven
from central.devices.rules.enrolment import Edition
from central.domain.ports import Wake
from central.store.bulk import insert_rows
from central.store.tables.journals import JournalEntryRow, JournalRow
from central.store.unit_of_work import Store, Work
from central.sync import quarantine
from central.sync.quarantine import AlarmNote
from protocol.errors import InputError
from protocol.identifiers import CheckPointId, JournalId, KeyId
from protocol.identifiers import Sequence as JournalSequence
from protocol.instants import Instant
from protocol.journal.chain import (
    BrokenLink,
    Fork,
    Gap,
    JournalHead,
    Proved,
    Unreadable,
    WrongChain,
    empty_head,
    head_verifies,
    verify_batch,
)
from protocol.journal.codec import decode_entry, entry_hash
from protocol.journal.events import Alarm, Entry, FeedInForce, Intent, LostRange, Refusal, Rewound
from protocol.journal.history import admission_event
from protocol.sync.answers import Quarantine, Receipt
from protocol.sync.messages import JournalBatch, JournalGap

GATE = "gate"
# The databases count in 63 bits; an honest agent reaches no time and no sequence beyond.
MAX_NUMBER = (1 << 63) - 1
_ENTRY_COLUMNS = ("journal_number", "sequence", "received_at", "data")

Signers = dict[KeyId, Ed25519PrivateKey]


@dataclass(frozen=True, slots=True)
class IngestPorts:
    """The signer of receipts, and what to wake: the publisher at new facts, refunds when an agent's feed is newer."""

    receipt_signers: Callable[[Instant], Signers]
    feed_has_work: Wake
    fence_moved: Wake


@dataclass(frozen=True, slots=True)
class _Journal:
    number: int
    head: JournalHead


class Ingest:
    """Takes batches of journals."""

    def __init__(self, store: Store, guard: AgentGuard, ports: IngestPorts) -> None:
        """Take the store, the guard that spends sequences, and the ports."""
        self._store = store
        self._guard = guard
        self._ports = ports

    async def take(self, proven: Proven, batch: JournalBatch, now: Instant) -> bytes | JournalGap:
        """Store a batch; return the sealed receipt, or the sequence from which the journal is wanted."""
        _check_numbers(batch)
        async with self._store.transaction() as work:
            agent = await self._guard.spend(work, proven, now)
            stored = await _store(work, agent, batch, now)
            work.after_commit(self._ports.feed_has_work)
            work.after_commit(self._ports.fence_moved)
        if isinstance(stored, JournalGap):
            return stored
        return stored.to_sealed(self._ports.receipt_signers(now))


def _check_numbers(batch: JournalBatch) -> None:
    lost = [item.last for item in batch.items if isinstance(item, LostRange)]
    if max(batch.head.head.sequence, *lost, 0) > MAX_NUMBER:
        raise InputError("journal batch: a sequence is beyond all that a journal can reach")


async def _store(work: Work, agent: KnownAgent, batch: JournalBatch, now: Instant) -> Receipt | JournalGap:
    if agent.is_revoked:
        return await _apart(work, agent, batch, Quarantine.REVOKED, now)
    if not head_verifies(agent.public_key, agent.agent_id, batch.head):
        return await _apart(work, agent, batch, Quarantine.BROKEN_LINK, now)
    journal = await _journal(work, agent, batch.journal_id, now)
    answer = verify_batch(journal.head, batch.items, await _known(work, journal, batch))
    match answer:
        case Proved() if answer.last != batch.head.head:
            return await _apart(work, agent, batch, Quarantine.BROKEN_LINK, now)
        case Proved() if all(_fits(entry) for entry in answer.entries):
            await _keep(work, agent, journal, answer, batch, now)
            head = answer.head
            return Receipt(agent.agent_id, batch.journal_id, head.sequence, head.hash, Quarantine.NONE, now)
        case Gap():
            detail = f"entries from {answer.expected} on are missing; the agent is asked for them"
            note = AlarmNote("journal-gap", detail, answer.expected)
            await quarantine.raise_alarms(work, agent, batch.journal_id, [note], now)
            return JournalGap(batch.journal_id, answer.expected)
        case Fork():
            return await _apart(work, agent, batch, Quarantine.FORK, now)
        case BrokenLink() | WrongChain():
            return await _apart(work, agent, batch, Quarantine.BROKEN_LINK, now)
        case Proved() | Unreadable():
            return await _apart(work, agent, batch, Quarantine.UNREADABLE, now)


async def _apart(work: Work, agent: KnownAgent, batch: JournalBatch, why: Quarantine, now: Instant) -> Receipt:
    await quarantine.keep(work, agent, batch, why, now)
    head = batch.head.head
    return Receipt(agent.agent_id, batch.journal_id, head.sequence, head.hash, why, now)


async def _journal(work: Work, agent: KnownAgent, journal_id: JournalId, now: Instant) -> _Journal:
    query = select(JournalRow).where(JournalRow.agent_id == agent.agent_id, JournalRow.journal_id == journal_id)
    # Another journal's conflict that names this one may be written meanwhile: its key does not change.
    row = (await work.session.exec(query.with_for_update(key_share=True))).first()
    if row is None:
        empty = empty_head(journal_id)
        row = JournalRow(
            agent_id=agent.agent_id,
            journal_id=journal_id,
            kind=GATE,
            sequence=empty.sequence,
            hash=empty.hash,
            received_at=now,
        )
        work.session.add(row)
        await work.session.flush()
    assert row.number is not None, "a stored journal has a number"
    return _Journal(row.number, JournalHead(journal_id, JournalSequence(row.sequence), row.hash))


async def _known(work: Work, journal: _Journal, batch: JournalBatch) -> list[tuple[JournalSequence, bytes]]:
    """Return the stored entries that a batch may repeat."""
    first = _first_sequence(batch)
    if first is None or first > journal.head.sequence:
        return []
    query = select(JournalEntryRow.sequence, JournalEntryRow.data).where(
        JournalEntryRow.journal_number == journal.number,
        col(JournalEntryRow.sequence).between(first, first + len(batch.items)),
    )
    return [(JournalSequence(sequence), entry_hash(data)) for sequence, data in (await work.session.exec(query)).all()]


def _first_sequence(batch: JournalBatch) -> int | None:
    first = batch.items[0]
    if isinstance(first, LostRange):
        return first.first
    try:
        return min(decode_entry(first).sequence, MAX_NUMBER)
    except InputError:
        return None


def _fits(entry: Entry) -> bool:
    event = entry.event
    numbers = [entry.wall_at]
    if isinstance(event, Intent | Refusal):
        numbers.append(event.scanned_at)
    if isinstance(event, FeedInForce):
        return max(*numbers, event.epoch, event.version) <= MAX_NUMBER
    return max(numbers) <= MAX_NUMBER


async def _keep(work: Work, agent: KnownAgent, journal: _Journal, proved: Proved, batch: JournalBatch, now: Instant) -> None:
    if proved.head == journal.head:
        return
    connection = await work.connection()
    whole = [item for item in batch.items if isinstance(item, bytes)]
    fresh = whole[len(whole) - len(proved.entries) :]
    if fresh:
        rows = [(journal.number, entry.sequence, now, data) for entry, data in zip(proved.entries, fresh, strict=True)]
        await insert_rows(connection, JournalEntryRow, _ENTRY_COLUMNS, rows)
    moved = update(JournalRow).where(col(JournalRow.number) == journal.number)
    await connection.execute(moved.values(sequence=proved.head.sequence, hash=proved.head.hash, received_at=now))
    await _learn(work, agent, journal, proved, now)


async def _learn(work: Work, agent: KnownAgent, journal: _Journal, proved: Proved, now: Instant) -> None:
    """Read from new entries the values that central stores beside them."""
    notes = [*_alarms(proved.entries), *_lost(proved.lost)]
    events = [
        NewEvent(journal.number, event)
        for entry in proved.entries
        if (event := admission_event(agent.agent_id, agent.site_id, entry)) is not None
    ]
    await admissions.record(work, events, now)
    await refusals.record(work, _refusals(agent, proved.entries), now)
    if proved.entries:
        await agents.note_journalled(work, agent.agent_id, _in_force(proved.entries), proved.entries[-1].wall_at)
        notes.extend(await _check_points(work, agent, events))
    await quarantine.raise_alarms(work, agent, journal.head.journal_id, notes, now)


async def _check_points(work: Work, agent: KnownAgent, events: Iterable[NewEvent]) -> list[AlarmNote]:
    first: dict[CheckPointId, JournalSequence] = {}
    for new in events:
        first.setdefault(new.event.check_point, new.event.sequence)
    if not first:
        return []
    hosts = await check_points.note_recorded(work, list(first))
    return [
        AlarmNote("check-point-not-hosted", f"check point {number} is not one that this agent hosts", sequence)
        for number, sequence in first.items()
        if hosts.get(number) != agent.agent_id
    ]


def _refusals(agent: KnownAgent, entries: Iterable[Entry]) -> Iterable[NewRefusal]:
    for entry in entries:
        if isinstance(event := entry.event, Refusal):
            yield NewRefusal(
                agent=agent.agent_id,
                attempt_id=event.attempt_id,
                site=agent.site_id,
                check_point=entry.check_point,
                direction=event.direction,
                reason=event.reason,
                ticket_id=event.ticket_id,
                scanned_at=event.scanned_at,
                by_central=False,
            )


def _in_force(entries: Sequence[Entry]) -> Edition | None:
    found = [Edition(entry.event.epoch, entry.event.version) for entry in entries if isinstance(entry.event, FeedInForce)]
    return found[-1] if found else None


def _alarms(entries: Iterable[Entry]) -> Iterable[AlarmNote]:
    for entry in entries:
        match entry.event:
            case Alarm(name, detail):
                yield AlarmNote(name, detail, entry.sequence)
            case Rewound(_, last_known):
                yield AlarmNote("journal-rewound", f"goes on for a journal that ended with {last_known}", entry.sequence)


def _lost(lost: Iterable[LostRange]) -> Iterable[AlarmNote]:
    return (AlarmNote("journal-lost", f"{one.first} to {one.last}: {one.reason}", one.first) for one in lost)
