"""What central answered agents about single attempts: stored, so that the same attempt gets the same answer, and a claim holds.

Laws: an answer is stored in the transaction that decides it; a granted claim counts as a use until the agent's journal says what
became of it; it is released where that journal went on for a minute without it, or the same agent claims the ticket again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import col, delete

from central.store.tables.admissions import OnlineAnswerRow
from central.store.unit_of_work import Work
from central.sync.online_store import HeldClaim
from protocol import cbor
from protocol.admission.passages import PassageKind, PassageState, PastPassage
from protocol.admission.verdict import Admit, Verdict
from protocol.directions import Direction
from protocol.identifiers import AgentId, AttemptId, CheckPointId, EntitlementId, SiteId, TicketId
from protocol.instants import MS_PER_MINUTE, Instant
from protocol.journal.events import NO_ENTITLEMENT, NO_TICKET
from protocol.sync.verdicts import verdict_from_value, verdict_to_value

CLAIM_OUTRUN_MS = MS_PER_MINUTE
ANSWERS_KEPT_MS = 30 * 24 * 60 * MS_PER_MINUTE


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of an agent at a check point. `at` is the time of the scan as central takes it."""

    agent: AgentId
    attempt_id: AttemptId
    site: SiteId
    check_point: CheckPointId
    persons: int
    at: Instant
    is_claim: bool


def row_of(attempt: Attempt, verdict: Verdict, now: Instant) -> dict[str, object]:
    """Return the answer to an attempt, as it is stored."""
    granted = isinstance(verdict, Admit)
    return {
        "agent_id": attempt.agent,
        "attempt_id": attempt.attempt_id,
        "is_claim": attempt.is_claim,
        "granted": granted,
        "ticket_id": (verdict.ticket_id if isinstance(verdict, Admit) else None) or NO_TICKET,
        "entitlement_id": (verdict.entitlement_id if isinstance(verdict, Admit) else None) or NO_ENTITLEMENT,
        "check_point_id": attempt.check_point,
        "persons": attempt.persons,
        "scanned_at": attempt.at,
        "verdict": cbor.encode(verdict_to_value(verdict)),
        "answered_at": now,
    }


def verdict_of(data: bytes) -> Verdict:
    """Return a stored answer's verdict."""
    return verdict_from_value(cbor.decode(data))


def holding(
    claims: Iterable[HeldClaim], site: SiteId, told: Mapping[TicketId, Iterable[PastPassage]]
) -> dict[TicketId, tuple[PastPassage, ...]]:
    """Return the claims of other agents that hold these tickets and that no journal has mentioned yet."""
    journalled = {(one.agent, one.attempt_id) for passages in told.values() for one in passages}
    found: dict[TicketId, list[PastPassage]] = {}
    for claim in claims:
        is_told = (claim.agent, claim.attempt_id) in journalled
        if not is_told and claim.journalled_at <= claim.scanned_at + CLAIM_OUTRUN_MS:
            found.setdefault(claim.ticket_id, []).append(_passage(claim, site))
    return {ticket: tuple(passages) for ticket, passages in found.items()}


async def forget_old(work: Work, now: Instant) -> None:
    """Delete answers that no agent asks for again, and whose claims were reported or released long ago."""
    await work.session.exec(delete(OnlineAnswerRow).where(col(OnlineAnswerRow.answered_at) < now - ANSWERS_KEPT_MS))


def _passage(claim: HeldClaim, site: SiteId) -> PastPassage:
    return PastPassage(
        ticket_id=claim.ticket_id,
        entitlement_id=EntitlementId(claim.entitlement_id),
        site=site,
        check_point=CheckPointId(claim.check_point_id),
        agent=claim.agent,
        direction=Direction.ENTRY,
        kind=PassageKind.ENTRY,
        scanned_at=claim.scanned_at,
        persons=claim.persons,
        state=PassageState.PASSED,
        attempt_id=claim.attempt_id,
        resumed=False,
    )
