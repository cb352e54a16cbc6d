"""Agents: enrolled by a one-time code, seen, signed off, revoked, declared lost.

Laws: a code is stored as its hash, works once and for ten minutes, for one site and role; a key is accepted once its holder has
proved it; each end of an agent's rights is audited with the user who ended them.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, func, select, update

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.devices import check_points
from central.devices.messages import (
    CODE_OR_KEY_USED,
    CODE_UNKNOWN,
    KEY_NOT_PROVED,
    MANY_CODES_OPEN,
    MANY_ENROLMENTS,
    NO_CHECK_POINT_OF_SITE,
)
from central.devices.office_agent import IS_COMPUTER, OFFICE_ROLE
from central.devices.rules import enrolment
from central.devices.rules.enrolment import AgentRole, Edition
from central.devices.rules.seen import Seen, seen_between
from central.domain.messages import NO_AGENT
from central.domain.ports import RandomBytes, Wake
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.live_events.kinds import AgentChange, LiveKind
from central.live_events.telling import Change, tell
from central.store.tables.devices import AgentRow, CheckPointRow, EnrolmentCodeRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import AgentId, CheckPointId, SiteId, TicketTypeId
from protocol.instants import Instant
from protocol.sync.messages import Duty, EnrolAnswer, EnrolRequest

# Its generation, and the 32 bytes.
HolderKey = Callable[[Work, SiteId], Awaitable[tuple[int, bytes]]]
RenewHolderKey = Callable[[Work, SiteId, Instant], Awaitable[None]]
Keyring = Callable[[], bytes]
_RETRY_AFTER_S = 60


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """A code, returned once, for the person who enrols a computer."""

    code: str
    expires_at: Instant


class AgentState(StrEnum):
    """Which rights an agent has. Lost: revoked, and it will never report again."""

    ENROLLED = "enrolled"
    REVOKED = "revoked"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Agent:
    """A computer as central knows it. `in_force` is the feed version that its ingested journal says it decides by."""

    agent_id: AgentId
    site_id: SiteId
    name: str
    role: AgentRole
    enrolled_at: Instant
    last_seen_at: Instant
    last_head_at: Instant
    journalled_at: Instant
    in_force: Edition
    duty: Duty
    duty_since: Instant
    revoked_at: Instant | None
    lost_at: Instant | None

    @property
    def state(self) -> AgentState:
        """Return which rights it has."""
        if self.lost_at is not None:
            return AgentState.LOST
        return AgentState.ENROLLED if self.revoked_at is None else AgentState.REVOKED


@dataclass(frozen=True, slots=True)
class WantedAgents:
    """A filter; a field that is left out does not restrict. `text` is a part of the name, in any case."""

    text: str | None = None
    role: AgentRole | None = None
    site_id: int | None = None
    state: AgentState | None = None
    seen: Seen | None = None
    feed_epoch: int | None = None
    feed_version: int | None = None

    def conditions(self, now: Instant) -> list[ColumnElement[bool]]:
        """Return the conditions on an agent's row."""
        row = AgentRow
        pairs = (
            *((row.site_id, self.site_id), (row.role, self.role)),
            *((row.feed_epoch, self.feed_epoch), (row.feed_version, self.feed_version)),
        )
        found = [col(column) == value for column, value in pairs if value is not None]
        if self.text is not None:
            found.append(col(row.name).icontains(self.text, autoescape=True))
        if self.seen is not None:
            since, until = seen_between(self.seen, now)
            found += [] if since is None else [col(row.last_seen_at) >= since]
            found += [] if until is None else [col(row.last_seen_at) < until]
        if self.state is not None:
            revoked, lost = col(row.revoked_at).is_not(None), col(row.lost_at).is_not(None)
            found.append({AgentState.LOST: lost, AgentState.REVOKED: revoked & ~lost, AgentState.ENROLLED: ~revoked}[self.state])
        return found


@dataclass(frozen=True, slots=True)
class AgentPorts:
    """What an enrolled agent gets (the sealed keyring, its site's holder key); and what to wake when an agent is lost.

    The site then gets a new holder key.
    """

    keyring: Keyring
    holder_key: HolderKey
    renew_holder_key: RenewHolderKey
    fence_moved: Wake


class Agents:
    """The computers of all sites."""

    def __init__(self, store: Store, random_bytes: RandomBytes, ports: AgentPorts) -> None:
        """Take the store, randomness, and the ports."""
        self._store = store
        self._random_bytes = random_bytes
        self._ports = ports
        self._tries = enrolment.Tries()

    async def make_code(
        self, site_id: SiteId, role: AgentRole, points: tuple[CheckPointId, ...], by: int | None, now: Instant
    ) -> EnrolmentCode:
        """Return a new code; the agent that it makes will host the check points.

        Problem where there is no such site, or a check point is not of it.
        """
        code = enrolment.code_text(self._random_bytes(enrolment.CODE_RANDOM_BYTES))
        expires_at = Instant(now + enrolment.CODE_LIFE_MS)
        async with self._store.transaction() as work:
            await work.session.exec(
                delete(EnrolmentCodeRow).where(col(EnrolmentCodeRow.expires_at) < now - enrolment.CODE_LIFE_MS)
            )
            await check_points.require_site(work, site_id)
            await _require_points(work, site_id, points)
            if (await work.session.exec(select(func.count()).select_from(EnrolmentCodeRow))).one() >= enrolment.MOST_CODES_OPEN:
                raise Problem(ProblemCode.TOO_MANY_REQUESTS, MANY_CODES_OPEN.of())
            row = EnrolmentCodeRow(
                code_hash=_hash(code),
                site_id=site_id,
                role=role.value,
                check_point_ids=list(points),
                created_by=by,
                expires_at=expires_at,
            )
            work.session.add(row)
            audit.record(work, now, by, "agent.make-code", f"site:{site_id}", role=role.value)
        return EnrolmentCode(code, expires_at)

    async def enrol(self, asked: EnrolRequest, source: str, now: Instant) -> EnrolAnswer:
        """Make an agent of the caller who has a code and proves a key; the same key may ask again while the code is valid."""
        if not self._tries.may_try(source, now):
            raise Problem(ProblemCode.TOO_MANY_REQUESTS, MANY_ENROLMENTS.of(), retry_after_s=_RETRY_AFTER_S)
        if not asked.is_proved():
            raise Problem(ProblemCode.ENROLMENT_REFUSED, KEY_NOT_PROVED.of())
        async with self._store.transaction() as work:
            code = await work.session.get(EnrolmentCodeRow, _hash(asked.code), with_for_update=True)
            if code is None or now > code.expires_at:
                raise Problem(ProblemCode.ENROLMENT_REFUSED, CODE_UNKNOWN.of())
            generation, holder_key = await self._ports.holder_key(work, code.site_id)
            agent = await self._enrolled(work, code, asked, now)
            await note_holder_generation(work, agent, generation)
        return EnrolAnswer(agent, code.site_id, self._ports.keyring(), holder_key)

    async def _enrolled(self, work: Work, code: EnrolmentCodeRow, asked: EnrolRequest, now: Instant) -> AgentId:
        known = (await work.session.exec(select(AgentRow).where(AgentRow.public_key == asked.public_key))).first()
        if code.agent_id is not None or known is not None:
            if known is not None and known.id is not None and known.id == code.agent_id and known.revoked_at is None:
                return AgentId(known.id)
            raise Problem(ProblemCode.ENROLMENT_REFUSED, CODE_OR_KEY_USED.of())
        row = AgentRow(
            site_id=code.site_id,
            name=asked.name,
            role=code.role,
            public_key=asked.public_key,
            enrolled_at=now,
            duty=Duty.OPEN.value,
            duty_since=now,
            last_seen_at=now,
            last_head_at=Instant(0),
        )
        work.session.add(row)
        await work.session.flush()
        assert row.id is not None, "a stored agent has an id"
        code.agent_id = row.id
        work.session.add(code)
        hosted = update(CheckPointRow).where(col(CheckPointRow.id).in_(code.check_point_ids))
        await work.session.exec(hosted.values(agent_id=row.id))
        audit.record(work, now, code.created_by, "agent.enrol", f"agent:{row.id}", name=asked.name, role=code.role)
        tell_agent(work, row, AgentChange.ENROLLED, now)
        return AgentId(row.id)

    async def revoke(self, agent: AgentId, by: int, now: Instant, *, wipe: bool) -> Agent:
        """End an agent's rights; with `wipe` it is told to erase keys and cache (never unsent entries, law 5)."""
        async with self._store.transaction() as work:
            row = await _locked(work, agent)
            before = _rights(row)
            if row.revoked_at is None:
                tell_agent(work, row, AgentChange.REVOKED, now)
            row.revoked_at = row.revoked_at or now
            row.wipe = row.wipe or wipe
            work.session.add(row)
            audit.record(work, now, by, "agent.revoke", f"agent:{agent}", changes=changes_between(before, _rights(row)))
        return agent_of(row)

    async def declare_lost(self, agent: AgentId, by: int, reason: str, now: Instant) -> Agent:
        """Record that an agent will never report again: refunds no longer wait for it, and it is revoked.

        A finder or thief may have its site's key for holders: the site uses a new key from here on (law 9).
        """
        async with self._store.transaction() as work:
            row = await _locked(work, agent)
            before = _rights(row)
            if row.lost_at is None:
                await self._ports.renew_holder_key(work, row.site_id, now)
                tell_agent(work, row, AgentChange.LOST, now)
            row.lost_at = row.lost_at or now
            row.revoked_at = row.revoked_at or now
            row.wipe = True
            work.session.add(row)
            changes = changes_between(before, _rights(row))
            audit.record(work, now, by, "agent.lost", f"agent:{agent}", reason=reason, changes=changes)
            work.after_commit(self._ports.fence_moved)
        return agent_of(row)

    async def found(self, wanted: WantedAgents, now: Instant, after: int | None, limit: int) -> tuple[Agent, ...]:
        """Return agents by number, those after a number."""
        query = select(AgentRow).where(col(AgentRow.id) > (after or 0), IS_COMPUTER, *wanted.conditions(now))
        async with self._store.reading() as work:
            rows = (await work.session.exec(query.order_by(col(AgentRow.id)).limit(limit))).all()
        return tuple(agent_of(row) for row in rows)


def agent_of(row: AgentRow) -> Agent:
    """Return a stored agent."""
    assert row.id is not None, "a stored agent has an id"
    return Agent(
        agent_id=AgentId(row.id),
        site_id=row.site_id,
        name=row.name,
        role=AgentRole(row.role),
        enrolled_at=row.enrolled_at,
        last_seen_at=row.last_seen_at,
        last_head_at=row.last_head_at,
        journalled_at=row.journalled_at,
        in_force=Edition(row.feed_epoch, row.feed_version),
        duty=Duty(row.duty),
        duty_since=row.duty_since,
        revoked_at=row.revoked_at,
        lost_at=row.lost_at,
    )


async def agent_in(work: Work, agent: AgentId) -> Agent:
    """Return an agent; Problem where there is none of that number."""
    row = await work.session.get(AgentRow, agent)
    if row is None or row.role == OFFICE_ROLE:
        raise Problem(ProblemCode.NOT_FOUND, NO_AGENT.of(agent_id=agent))
    return agent_of(row)


async def agents_that_may_admit(work: Work, rights: Mapping[SiteId, frozenset[TicketTypeId]]) -> tuple[Agent, ...]:
    """Return the agents that host a check point which may let a ticket with these rights (site: ticket types) through.

    `refunds.rules.fence` says whether the fence waits for each (signed off, locked, lost, feed in force).
    """
    hosted = [await check_points.points_of_agents(work, site, types) for site, types in rights.items()]
    hosts = {agent for points in hosted for agent in points}
    rows = (await work.session.exec(select(AgentRow).where(col(AgentRow.id).in_(hosts)).order_by(col(AgentRow.id)))).all()
    agents = tuple(agent_of(row) for row in rows)
    return tuple(
        agent for agent in agents if any(enrolment.may_admit(agent.in_force, points.get(agent.agent_id, ())) for points in hosted)
    )


async def note_journalled(work: Work, agent: AgentId, in_force: Edition | None, wall_at: Instant) -> None:
    """Store what an agent's contiguously ingested journal says: until when, and by which feed it decides (law 6)."""
    values: dict[str, int] = {"journalled_at": wall_at}
    if in_force is not None:
        values |= {"feed_epoch": in_force.epoch, "feed_version": in_force.version}
    connection = await work.connection()
    await connection.execute(update(AgentRow).where(col(AgentRow.id) == agent).values(**values))


async def note_holder_generation(work: Work, agent: AgentId, generation: int) -> None:
    """Store by which of its site's keys an agent knows holders.

    0 changes nothing: the enrolment stored the key of the enrolment.
    """
    if generation:
        of_agent = update(AgentRow).where(col(AgentRow.id) == agent)
        await (await work.connection()).execute(of_agent.values(holder_generation=generation))


async def holder_generations(work: Work, site_id: SiteId) -> frozenset[int]:
    """Return the generations of the keys that agents with rights use at a site."""
    with_rights = AgentRow.site_id == site_id, col(AgentRow.revoked_at).is_(None), IS_COMPUTER
    of_site = select(AgentRow.holder_generation).where(*with_rights)
    return frozenset((await work.session.exec(of_site.distinct())).all())


def _rights(row: AgentRow) -> dict[str, object]:
    return {"is_revoked": row.revoked_at is not None, "wipe": row.wipe, "is_lost": row.lost_at is not None}


async def set_duty(work: Work, agent: AgentId, duty: Duty, now: Instant) -> None:
    """Note that an agent is open, or signed off."""
    row = await _locked(work, agent)
    if row.duty != duty.value:
        changes = changes_between({"duty": row.duty}, {"duty": duty})
        row.duty, row.duty_since = duty.value, now
        work.session.add(row)
        audit.record(work, now, None, "agent.duty", f"agent:{agent}", changes=changes)
        tell_agent(work, row, AgentChange.OPENED if duty is Duty.OPEN else AgentChange.CLOSED, now)


def tell_agent(work: Work, row: AgentRow, change: AgentChange, now: Instant) -> None:
    """Tell live streams what has changed about an agent."""
    tell(work, now, Change(LiveKind.AGENT, {"agent": row.id, "change": change.value}, site_id=row.site_id))


async def _locked(work: Work, agent: AgentId) -> AgentRow:
    row = await work.session.get(AgentRow, agent, with_for_update=True)
    if row is None or row.role == OFFICE_ROLE:
        raise Problem(ProblemCode.NOT_FOUND, NO_AGENT.of(agent_id=agent))
    return row


async def _require_points(work: Work, site_id: SiteId, points: tuple[CheckPointId, ...]) -> None:
    query = select(CheckPointRow.id).where(CheckPointRow.site_id == site_id, col(CheckPointRow.id).in_(points))
    if missing := sorted(set(points) - set((await work.session.exec(query)).all())):
        said = NO_CHECK_POINT_OF_SITE.of(check_point_id=missing[0], site_id=site_id)
        raise wrong_field(ProblemCode.INPUT_INVALID, "check_point_ids", said)


def _hash(code: str) -> bytes:
    return hashlib.sha256(enrolment.normalised_code(code).encode()).digest()
