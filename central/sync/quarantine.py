"""Items that could not join a journal's chain, kept apart, and the alarms that journals raise.

Laws: nothing that an agent sent is deleted; the same item or alarm twice is stored once.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col

from central.devices.guard import KnownAgent
from central.live_events.kinds import LiveKind
from central.live_events.telling import Change, tell_all
from central.store.tables.journals import AlarmRow, QuarantinedRow
from central.store.unit_of_work import Work
from central.store.upsert import insert_missing, inserted
from protocol import cbor
from protocol.identifiers import AgentId, JournalId, Sequence, SiteId
from protocol.instants import Instant
from protocol.journal.events import LostRange
from protocol.sync.answers import Quarantine
from protocol.sync.messages import JournalBatch

MAX_NAME_CHARACTERS = 60
MAX_DETAIL_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class AlarmNote:
    """Something that staff must look at, and the journal's entry that it is about."""

    name: str
    detail: str
    sequence: Sequence


async def keep(work: Work, agent: KnownAgent, batch: JournalBatch, why: Quarantine, now: Instant) -> None:
    """Keep all items of a batch apart, and raise an alarm."""
    rows = [_row(agent, batch.journal_id, item, why, now) for item in batch.items]
    await insert_missing(await work.connection(), QuarantinedRow, rows)
    detail = f"{len(batch.items)} entries up to {batch.head.head.sequence} are kept apart; look at the agent and its disk"
    note = AlarmNote(f"journal-{why.value}", detail, batch.head.head.sequence)
    await raise_alarms(work, agent, batch.journal_id, [note], now)


async def raise_alarms(work: Work, agent: KnownAgent, journal_id: JournalId, notes: Iterable[AlarmNote], now: Instant) -> None:
    """Note alarms about an agent's journal, and tell live streams of them."""
    rows = [
        {
            "site_id": agent.site_id,
            "agent_id": agent.agent_id,
            "journal_id": journal_id,
            "sequence": note.sequence,
            "name": _text(note.name, MAX_NAME_CHARACTERS),
            "detail": _text(note.detail, MAX_DETAIL_CHARACTERS),
            "raised_at": now,
        }
        for note in notes
    ]
    found = await inserted(await work.connection(), AlarmRow, rows, col(AlarmRow.id), col(AlarmRow.name))
    tell_all(work, now, (alarm_change(agent.site_id, number, agent.agent_id, name, None) for number, name in found))


def alarm_change(site_id: SiteId, number: int, agent: AgentId, name: str, by: int | None) -> Change:
    """Return what live streams hear of an alarm; `by` has acknowledged it."""
    said = {"alarm_id": number, "agent": agent, "name": name, "acknowledged_by": by}
    return Change(LiveKind.ALARM, said, site_id=site_id)


def _row(agent: KnownAgent, journal_id: JournalId, item: bytes | LostRange, why: Quarantine, now: Instant) -> dict[str, object]:
    data = item if isinstance(item, bytes) else cbor.encode([item.first, item.last, item.reason])
    return {
        "agent_id": agent.agent_id,
        "journal_id": journal_id,
        "digest": hashlib.sha256(data).digest(),
        "reason": why.value,
        "received_at": now,
        "data": data,
    }


def _text(text: str, most: int) -> str:
    """Cut a text to its column; without NUL, which PostgreSQL does not store."""
    return text.replace("\0", "")[:most]
