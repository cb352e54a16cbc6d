"""Refusals: the showings at which an arm stayed shut, as gates' journals tell them and as central itself answered.

Laws: a refusal is stored in the transaction that stores its journal entry, or its answer; one attempt of an agent is one refusal,
whoever tells it first.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col

from central.live_events.kinds import LiveKind
from central.live_events.telling import Change, tell_all
from central.store.tables.admissions import AdmissionRefusalRow
from central.store.unit_of_work import Work
from central.store.upsert import inserted
from protocol.directions import Direction
from protocol.identifiers import AgentId, AttemptId, CheckPointId, SiteId, TicketId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class NewRefusal:
    """A refusal. `ticket_id` 0: no ticket was recognised; `by_central`: central decided it, not the gate."""

    agent: AgentId
    attempt_id: AttemptId
    site: SiteId
    check_point: CheckPointId
    direction: Direction
    reason: str
    ticket_id: TicketId
    scanned_at: Instant
    by_central: bool


async def record(work: Work, new: Iterable[NewRefusal], now: Instant) -> None:
    """Store the refusals that are not stored yet, and tell live streams of them."""
    refusals = tuple(new)
    rows = [
        {
            "agent_id": one.agent,
            "attempt_id": one.attempt_id,
            "site_id": one.site,
            "check_point_id": one.check_point,
            "direction": one.direction.value,
            "reason": one.reason,
            "ticket_id": one.ticket_id,
            "scanned_at": one.scanned_at,
            "received_at": now,
            "by_central": one.by_central,
        }
        for one in refusals
    ]
    row = AdmissionRefusalRow
    found = await inserted(await work.connection(), row, rows, col(row.agent_id), col(row.attempt_id), col(row.id))
    numbers = {(agent, bytes(attempt_id)): number for agent, attempt_id, number in found}
    known = ((one, numbers.pop((one.agent, one.attempt_id), None)) for one in refusals)
    tell_all(work, now, (_change(one, number) for one, number in known if number is not None))


def _change(one: NewRefusal, number: int) -> Change:
    said = {
        "refusal_id": number,
        "agent": one.agent,
        "check_point": one.check_point,
        "direction": one.direction.value,
        "reason": one.reason,
        "scanned_at": one.scanned_at,
        "by_central": one.by_central,
    }
    return Change(LiveKind.REFUSAL, said, site_id=one.site, ticket_id=one.ticket_id)
