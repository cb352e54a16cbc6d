"""Proof of the caller: an agent's signature (RFC 9421), and that the request was not sent before.

Laws: nothing of an unproved request is read; a sequence passes once. A request that changes something spends its sequence in the
transaction of the change, so that neither a crash nor another process forgets it; a request that only reads spends it in memory:
a read that is repeated after a crash tells its sender nothing new.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlmodel import col, select, update

from central.devices.messages import AGENT_UNKNOWN, REQUEST_UNPROVED, SEQUENCE_USED, VERSIONS_APART
from central.devices.rules import enrolment
from central.domain.problems import Problem, ProblemCode
from central.store.tables.devices import AgentRow
from central.store.unit_of_work import Store, Work
from protocol.errors import PaifangError, UntrustedError
from protocol.identifiers import AgentId, SiteId
from protocol.instants import Instant
from protocol.sync.replay import ReplayWindow, admit
from protocol.sync.signing import Request, claimed_caller, verify_request
from protocol.sync.versions import SPOKEN, UnsupportedVersion, agreed

# How long another process may still use what this one knows of an agent.
KNOWN_FOR_MS = 5_000


@dataclass(frozen=True, slots=True)
class KnownAgent:
    """The agent that called, and whether central has ended its rights."""

    agent_id: AgentId
    site_id: SiteId
    public_key: bytes
    is_revoked: bool
    wipe: bool


@dataclass(frozen=True, slots=True)
class Proven:
    """A request that its agent signed, and that came for the first time."""

    agent: KnownAgent
    sequence: int


class AgentRevoked(PaifangError):
    """A revoked agent asks for what only an agent with rights may have. `agent` is as the database has it now."""

    def __init__(self, agent: KnownAgent) -> None:
        super().__init__(f"agent {agent.agent_id} is revoked; enrol the device again")
        self.agent = agent


@dataclass(slots=True)
class _Memory:
    agent: KnownAgent
    read_at: Instant
    window: ReplayWindow
    seen_at: Instant
    head_at: Instant
    is_written: bool = True


class AgentGuard:
    """Proves requests, and remembers when each agent was seen."""

    def __init__(self, store: Store) -> None:
        """Take the store that knows the agents' keys."""
        self._store = store
        self._memory: dict[AgentId, _Memory] = {}

    async def prove(self, request: Request, headers: Mapping[str, str], now: Instant) -> Proven:
        """Return the agent that sent the request.

        Problem where the proof fails, the request came before, or its version is unknown.
        """
        claimed = claimed_caller(headers)
        try:
            agreed(SPOKEN, claimed.versions)
        except UnsupportedVersion as error:
            said = VERSIONS_APART.of(ours=SPOKEN.to_header(), theirs=claimed.versions.to_header())
            raise Problem(ProblemCode.VERSION_UNSUPPORTED, said) from error
        memory = await self._known(claimed.agent, now)
        if memory is None:
            raise Problem(ProblemCode.SIGNATURE_INVALID, AGENT_UNKNOWN.of(agent_id=claimed.agent))
        try:
            caller = verify_request(memory.agent.public_key, request, headers)
        except UntrustedError as error:
            raise Problem(ProblemCode.SIGNATURE_INVALID, REQUEST_UNPROVED.of(reason=str(error))) from error
        window = admit(memory.window, caller.sequence)
        if window is None:
            raise Problem(ProblemCode.REPLAYED, SEQUENCE_USED.of(sequence=caller.sequence))
        memory.window, memory.seen_at, memory.is_written = window, now, False
        return Proven(memory.agent, caller.sequence)

    async def spend(self, work: Work, proven: Proven, now: Instant) -> KnownAgent:
        """Store the sequence in the transaction of the request's change; Problem where another process has seen it.

        The agent is locked, and returned with its current rights: another process may have ended them.
        """
        agent = col(AgentRow.id) == proven.agent.agent_id
        query = select(AgentRow.replay_highest, AgentRow.replay_seen, AgentRow.revoked_at, AgentRow.wipe).where(agent)
        highest, seen, revoked_at, wipe = (await work.session.exec(query.with_for_update(key_share=True))).one()
        window = spent(ReplayWindow(highest, seen), proven)
        connection = await work.connection()
        values = {"replay_highest": window.highest, "replay_seen": window.seen, "last_seen_at": now}
        await connection.execute(update(AgentRow).where(agent).values(**values))
        return replace(proven.agent, is_revoked=revoked_at is not None, wipe=wipe)

    async def spend_now(self, proven: Proven, now: Instant) -> KnownAgent:
        """Store the sequence in a transaction of its own, before the change that it asks for; as `spend` otherwise.

        It suits a change that is done once by an Idempotency-Key, or is the same when it is done again.
        """
        async with self._store.transaction() as work:
            return await self.spend(work, proven, now)

    def note_head(self, agent: AgentId, now: Instant) -> None:
        """Remember that an agent is given a timestamp now."""
        memory = self._memory[agent]
        memory.head_at, memory.is_written = now, False

    def forget(self, agent: AgentId) -> None:
        """Read an agent whose rights were changed from the database again; its window and times are kept."""
        memory = self._memory.get(agent)
        if memory is not None:
            memory.read_at = Instant(0)

    async def write_down(self) -> None:
        """Write when agents were seen; a job calls it every few seconds, and the server at its end."""
        # In one order for all processes, because each row stays locked to the end.
        dirty = [memory for _, memory in sorted(self._memory.items()) if not memory.is_written]
        if not dirty:
            return
        for memory in dirty:
            memory.is_written = True
        async with self._store.transaction() as work:
            for memory in dirty:
                await self._write(work, memory)

    async def _write(self, work: Work, memory: _Memory) -> None:
        row = await work.session.get(AgentRow, memory.agent.agent_id, with_for_update={"key_share": True})
        if row is None:
            return
        row.last_seen_at = Instant(max(row.last_seen_at, memory.seen_at))
        row.last_head_at = Instant(max(row.last_head_at, memory.head_at))
        work.session.add(row)

    async def _known(self, agent: AgentId, now: Instant) -> _Memory | None:
        memory = self._memory.get(agent)
        if memory is not None and now - memory.read_at < KNOWN_FOR_MS:
            return memory
        async with self._store.reading() as work:
            row = await work.session.get(AgentRow, agent)
        if row is None:
            return None
        known = KnownAgent(agent, row.site_id, row.public_key, row.revoked_at is not None, row.wipe)
        window = ReplayWindow(row.replay_highest, row.replay_seen)
        # Read again, because another request of the same agent may have come while this one waited for the database.
        memory = self._memory.get(agent)
        if memory is None:
            memory = _Memory(known, now, window, row.last_seen_at, row.last_head_at)
            self._memory[agent] = memory
        memory.agent, memory.read_at, memory.window = known, now, enrolment.merged(memory.window, window)
        return memory


def spent(stored: ReplayWindow, proven: Proven) -> ReplayWindow:
    """Return an agent's window, read under its lock, with this sequence spent. Problem where another process has seen it."""
    window = admit(stored, proven.sequence)
    if window is None:
        raise Problem(ProblemCode.REPLAYED, SEQUENCE_USED.of(sequence=proven.sequence))
    return window
