"""Refusals: the showings at which an arm stayed shut, as gates' journals tell them and as central itself answered.

Laws: a refusal is stored in the transaction that stores its journal entry, or its answer; one attempt of an agent is one refusal,
whoever tells it first.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from central.store.tables.admissions import AdmissionRefusalRow
from central.store.unit_of_work import Work
from central.store.upsert import insert_missing
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
    """Store the refusals that are not stored yet."""
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
        for one in new
    ]
    await insert_missing(await work.connection(), AdmissionRefusalRow, rows)
