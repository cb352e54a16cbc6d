"""Duty: a refund does not wait for an agent that signed off with all of its journal uploaded (law 6).

Laws: an agent is closed only if central holds its journal up to the head that it signs; from the moment when central answers
"open", refunds wait for it again.
"""

from collections.abc import Callable

from sqlmodel import select

from central.devices import agents
from central.devices.guard import AgentGuard, AgentRevoked, Proven
from central.domain.ports import Wake
from central.domain.problems import Problem, ProblemCode
from central.store.tables.journals import JournalRow
from central.store.unit_of_work import Store, Work
from central.sync.ingest import Signers
from central.sync.messages import ENTRIES_MISSING, HEAD_NOT_SIGNED
from protocol.instants import Instant
from protocol.journal.chain import NO_ENTRY, head_verifies
from protocol.sync.answers import DutyAnswer
from protocol.sync.messages import Duty, SignOffRequest


class Duties:
    """Notes which agents admit."""

    def __init__(self, store: Store, guard: AgentGuard, signers: Callable[[Instant], Signers], fence_moved: Wake) -> None:
        """Take the store, the guard, the signer of the answer, and the function to call when refunds need not wait longer."""
        self._store = store
        self._guard = guard
        self._signers = signers
        self._fence_moved = fence_moved

    async def note(self, proven: Proven, asked: SignOffRequest, now: Instant) -> bytes:
        """Note that an agent closes or opens; Problem where entries before its head are missing. Return the sealed answer."""
        agent = proven.agent
        if not head_verifies(agent.public_key, agent.agent_id, asked.head):
            raise Problem(ProblemCode.SIGNATURE_INVALID, HEAD_NOT_SIGNED.of())
        async with self._store.transaction() as work:
            known = await self._guard.spend(work, proven, now)
            if known.is_revoked:
                raise AgentRevoked(known)
            if asked.duty is Duty.CLOSED:
                await _require_all(work, proven, asked)
            await agents.set_duty(work, agent.agent_id, asked.duty, now)
            work.after_commit(self._fence_moved)
        return DutyAnswer(agent.agent_id, asked.duty, now).to_sealed(self._signers(now))


async def _require_all(work: Work, proven: Proven, asked: SignOffRequest) -> None:
    head = asked.head.head
    if head.sequence == NO_ENTRY:
        return
    query = select(JournalRow).where(JournalRow.agent_id == proven.agent.agent_id, JournalRow.journal_id == head.journal_id)
    row = (await work.session.exec(query)).first()
    if row is None or row.sequence != head.sequence or row.hash != head.hash:
        held = 0 if row is None else row.sequence
        raise Problem(ProblemCode.JOURNAL_GAP, ENTRIES_MISSING.of(first=held + 1, last=head.sequence))
