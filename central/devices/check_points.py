"""Check points (检票设备): made, changed, ticked for ticket types, retired.

Laws: a check point that recorded anything is never deleted, only retired; the feed tells gates of a change, and the row stores
the feed version that told them; every change is audited.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, insert, select, update

from central.audit import service as audit
from central.audit import versions
from central.audit.rules.changes import Changes, changes_between
from central.audit.versions import Edit
from central.devices.messages import (
    CHECK_POINT_HAS_RECORDED,
    CHECK_POINT_RETIRED,
    MOST_CHECK_POINTS,
    NO_AGENT_OF_SITE,
    NO_CHECK_POINT,
    NO_CHECK_POINT_OF_SITE,
)
from central.devices.office_agent import OFFICE_ROLE
from central.devices.rules.enrolment import Edition, HostedPoint
from central.domain.messages import NO_SITE, NO_TICKET_TYPE
from central.domain.ports import Wake
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.domain.texts import in_english
from central.identity.setting_groups import SettingGroupKind, members_of
from central.store.tables.catalog import SiteRow, TicketTypeRow
from central.store.tables.devices import AgentRow, CheckPointRow, TickedTypeRow
from central.store.unit_of_work import Store, Work
from protocol.admission.policy import CheckPoint, CheckPointState
from protocol.admission.tables import MAX_CHECK_POINTS
from protocol.directions import Direction
from protocol.identifiers import AgentId, CheckPointId, SiteId, TicketTypeId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class CheckPointWish:
    """What people set of a check point. `agent` is the computer that hosts it (None: none yet)."""

    zone: int
    name_zh: str
    name_en: str
    direction: Direction
    state: CheckPointState
    ticked: frozenset[TicketTypeId]
    attended: bool
    reads_documents: bool
    agent: AgentId | None


@dataclass(frozen=True, slots=True)
class HostedCheckPoint:
    """A check point, and what only central knows of it."""

    check_point: CheckPoint
    agent: AgentId | None
    has_recorded: bool


@dataclass(frozen=True, slots=True)
class WantedCheckPoints:
    """A filter; a field that is left out does not restrict. `text` is a part of either name, in any case."""

    text: str | None = None
    state: CheckPointState | None = None
    agent_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions on a check point's row."""
        row, found = CheckPointRow, list[ColumnElement[bool]]()
        if self.text is not None:
            name_zh, name_en = col(row.name_zh), col(row.name_en)
            found.append(name_zh.icontains(self.text, autoescape=True) | name_en.icontains(self.text, autoescape=True))
        if self.state is not None:
            found.append(col(row.state) == int(self.state))
        if self.agent_id is not None:
            found.append(col(row.agent_id) == self.agent_id)
        return found


ALL_CHECK_POINTS = WantedCheckPoints()


class CheckPoints:
    """The check points of all sites."""

    def __init__(self, store: Store, feed_has_work: Wake) -> None:
        """Take the store, and the function to call when gates must hear of a change."""
        self._store = store
        self._feed_has_work = feed_has_work

    async def add(self, site_id: SiteId, wish: CheckPointWish, by: int | None, now: Instant) -> HostedCheckPoint:
        """Add a check point under the next number; Problem where site, type or agent does not exist."""
        async with self._store.transaction() as work:
            await _require_known(work, site_id, wish)
            if (
                len((await work.session.exec(select(CheckPointRow.id).where(CheckPointRow.site_id == site_id))).all())
                >= MAX_CHECK_POINTS
            ):
                raise Problem(ProblemCode.CONFLICT, MOST_CHECK_POINTS.of(most=MAX_CHECK_POINTS))
            row = _new_row(site_id, wish, now)
            work.session.add(row)
            await work.session.flush()
            await _tick(work, _number(row), wish.ticked)
            audit.record(work, now, by, "check-point.add", f"check-point:{row.id}", changes=changes_between(None, wish))
            work.after_commit(self._feed_has_work)
        return _hosted(row, wish.ticked)

    async def change(
        self, number: CheckPointId, wish: CheckPointWish, by: int, now: Instant, seen: int | None = None
    ) -> HostedCheckPoint:
        """Replace what people set; Problem where it does not exist, was retired, or was changed since version `seen`."""
        subject = f"check-point:{number}"
        async with self._store.transaction() as work:
            row = await work.session.get(CheckPointRow, number, with_for_update=True)
            if row is None:
                raise Problem(ProblemCode.NOT_FOUND, NO_CHECK_POINT.of(check_point_id=number))
            await versions.claim(work, subject, seen)
            if row.state == CheckPointState.RETIRED:
                raise Problem(ProblemCode.CHECK_POINT_STATE, CHECK_POINT_RETIRED.of(check_point_id=number))
            await _require_known(work, row.site_id, wish)
            before = _hosted(row, (await _ticked_of(work, [number])).get(number, frozenset()))
            edit = Edit(subject, "check-point.change", changes_between(_wished(before), wish))
            _set(row, wish)
            row.told_epoch = row.told_version = None
            work.session.add(row)
            await work.session.exec(delete(TickedTypeRow).where(col(TickedTypeRow.check_point_id) == number))
            await _tick(work, number, wish.ticked)
            await versions.record(work, now, by, edit)
            work.after_commit(self._feed_has_work)
        return _hosted(row, wish.ticked)

    async def copy_ticked(
        self, source: CheckPointId, to: Collection[CheckPointId], groups: Collection[str], by: int, now: Instant
    ) -> tuple[HostedCheckPoint, ...]:
        """Tick others of the site, named or in these groups, for the types of one. Problem where one does not exist."""
        async with self._store.transaction() as work:
            row = await work.session.get(CheckPointRow, source)
            if row is None:
                raise Problem(ProblemCode.NOT_FOUND, NO_CHECK_POINT.of(check_point_id=source))
            ticked = (await _ticked_of(work, [source])).get(source, frozenset())
            grouped = {
                CheckPointId(int(one)) for one in await members_of(work, SettingGroupKind.CHECK_POINT, groups) if one.isdecimal()
            }
            targets = sorted((grouped | set(to)) - {source})
            copies = []
            for number in targets:
                copy, changes = await self._copy(work, number, row.site_id, ticked)
                copies.append(copy)
                await versions.claim(work, f"check-point:{number}", None)
                await versions.record(work, now, by, Edit(f"check-point:{number}", "check-point.copy", changes), source=source)
            work.after_commit(self._feed_has_work)
        return tuple(copies)

    async def _copy(
        self, work: Work, number: CheckPointId, site_id: SiteId, ticked: frozenset[TicketTypeId]
    ) -> tuple[HostedCheckPoint, Changes]:
        row = await work.session.get(CheckPointRow, number, with_for_update=True)
        if row is None or row.site_id != site_id:
            raise Problem(ProblemCode.NOT_FOUND, NO_CHECK_POINT_OF_SITE.of(check_point_id=number, site_id=site_id))
        if row.state == CheckPointState.RETIRED:
            raise Problem(ProblemCode.CHECK_POINT_STATE, CHECK_POINT_RETIRED.of(check_point_id=number))
        before = (await _ticked_of(work, [number])).get(number, frozenset())
        row.told_epoch = row.told_version = None
        work.session.add(row)
        await work.session.exec(delete(TickedTypeRow).where(col(TickedTypeRow.check_point_id) == number))
        await _tick(work, number, ticked)
        return _hosted(row, ticked), changes_between({"ticked": before}, {"ticked": ticked})

    async def remove(self, number: CheckPointId, by: int, now: Instant) -> None:
        """Delete a check point that never recorded anything; else Problem."""
        async with self._store.transaction() as work:
            row = await work.session.get(CheckPointRow, number, with_for_update=True)
            if row is None:
                raise Problem(ProblemCode.NOT_FOUND, NO_CHECK_POINT.of(check_point_id=number))
            if row.has_recorded:
                raise Problem(ProblemCode.CHECK_POINT_STATE, CHECK_POINT_HAS_RECORDED.of(check_point_id=number))
            before = _wished(_hosted(row, (await _ticked_of(work, [number])).get(number, frozenset())))
            await work.session.exec(delete(TickedTypeRow).where(col(TickedTypeRow.check_point_id) == number))
            await work.session.delete(row)
            audit.record(work, now, by, "check-point.delete", f"check-point:{number}", changes=changes_between(before, None))
            work.after_commit(self._feed_has_work)

    async def point(self, number: CheckPointId) -> HostedCheckPoint:
        """Return a check point; Problem where there is none of that number."""
        async with self._store.reading() as work:
            row = await work.session.get(CheckPointRow, number)
            if row is None:
                raise Problem(ProblemCode.NOT_FOUND, NO_CHECK_POINT.of(check_point_id=number))
            return _hosted(row, (await _ticked_of(work, [number])).get(number, frozenset()))

    async def of_site(self, site_id: SiteId, wanted: WantedCheckPoints) -> tuple[HostedCheckPoint, ...]:
        """Return a site's check points by number; Problem where there is no such site."""
        async with self._store.reading() as work:
            await require_site(work, site_id)
            return await hosted_of_site(work, site_id, wanted)


async def hosted_of_site(
    work: Work, site_id: SiteId, wanted: WantedCheckPoints = ALL_CHECK_POINTS
) -> tuple[HostedCheckPoint, ...]:
    """Return a site's check points by number."""
    query = select(CheckPointRow).where(CheckPointRow.site_id == site_id, *wanted.conditions())
    rows = (await work.session.exec(query.order_by(col(CheckPointRow.id)))).all()
    ticked = await _ticked_of(work, [_number(row) for row in rows])
    return tuple(_hosted(row, ticked.get(_number(row), frozenset())) for row in rows)


async def table_of_site(work: Work, site_id: SiteId) -> tuple[CheckPoint, ...]:
    """Return a site's check points as the feed carries them."""
    return tuple(as_told(hosted.check_point) for hosted in await hosted_of_site(work, site_id))


def as_told(point: CheckPoint) -> CheckPoint:
    """Return a check point as gates and visitors hear of it: it has a name in both languages."""
    return replace(point, name_en=in_english(point.name_zh, point.name_en))


async def untold(work: Work, site_id: SiteId) -> frozenset[CheckPointId]:
    """Return the check points whose last change no feed version holds, locked: a transaction that changes one again waits."""
    query = select(CheckPointRow.id).where(CheckPointRow.site_id == site_id, col(CheckPointRow.told_version).is_(None))
    found = (await work.session.exec(query.order_by(col(CheckPointRow.id)).with_for_update())).all()
    return frozenset(CheckPointId(number) for number in found if number is not None)


async def mark_told(work: Work, numbers: Collection[CheckPointId], edition: Edition) -> None:
    """Store which feed version holds the last change of these check points."""
    if numbers:
        told = update(CheckPointRow).where(col(CheckPointRow.id).in_(numbers))
        await work.session.exec(told.values(told_epoch=edition.epoch, told_version=edition.version))


async def note_recorded(work: Work, numbers: Collection[CheckPointId]) -> dict[CheckPointId, AgentId | None]:
    """Store that these check points have recorded something; return the host of each that exists."""
    query = select(CheckPointRow.id, CheckPointRow.agent_id, CheckPointRow.has_recorded).where(col(CheckPointRow.id).in_(numbers))
    found = (await work.session.exec(query)).all()
    if fresh := [number for number, _, has_recorded in found if not has_recorded]:
        connection = await work.connection()
        await connection.execute(update(CheckPointRow).where(col(CheckPointRow.id).in_(fresh)).values(has_recorded=True))
    return {CheckPointId(number or 0): None if agent is None else AgentId(agent) for number, agent, _ in found}


async def points_of_agents(
    work: Work, site_id: SiteId, types: Collection[TicketTypeId]
) -> dict[AgentId, tuple[HostedPoint, ...]]:
    """Return, for each agent with check points at a site, whether each of them lets one of these types through."""
    found: dict[AgentId, list[HostedPoint]] = {}
    for hosted, row in await _with_rows(work, site_id):
        if row.agent_id is None:
            continue
        point = hosted.check_point
        admits = point.state is CheckPointState.ENABLED and not point.ticked.isdisjoint(types)
        told = None if row.told_epoch is None or row.told_version is None else Edition(row.told_epoch, row.told_version)
        found.setdefault(AgentId(row.agent_id), []).append(HostedPoint(admits, told))
    return {agent: tuple(points) for agent, points in found.items()}


async def _with_rows(work: Work, site_id: SiteId) -> list[tuple[HostedCheckPoint, CheckPointRow]]:
    rows = (await work.session.exec(select(CheckPointRow).where(CheckPointRow.site_id == site_id))).all()
    ticked = await _ticked_of(work, [_number(row) for row in rows])
    return [(_hosted(row, ticked.get(_number(row), frozenset())), row) for row in rows]


async def _ticked_of(work: Work, numbers: Iterable[CheckPointId]) -> dict[CheckPointId, frozenset[TicketTypeId]]:
    query = select(TickedTypeRow.check_point_id, TickedTypeRow.ticket_type_id).where(
        col(TickedTypeRow.check_point_id).in_(list(numbers))
    )
    ticked: dict[CheckPointId, set[TicketTypeId]] = {}
    for number, type_id in (await work.session.exec(query)).all():
        ticked.setdefault(CheckPointId(number), set()).add(TicketTypeId(type_id))
    return {number: frozenset(types) for number, types in ticked.items()}


async def _tick(work: Work, number: CheckPointId, types: Collection[TicketTypeId]) -> None:
    if types:
        connection = await work.connection()
        rows = [{"check_point_id": number, "ticket_type_id": type_id} for type_id in sorted(types)]
        await connection.execute(insert(TickedTypeRow), rows)


async def site_of(work: Work, number: CheckPointId) -> SiteId:
    """Return the site of a check point; Problem where there is no such check point."""
    found = (await work.session.exec(select(CheckPointRow.site_id).where(col(CheckPointRow.id) == number))).first()
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_CHECK_POINT.of(check_point_id=number))
    return SiteId(found)


async def require_site(work: Work, site_id: SiteId) -> None:
    """Raise Problem where there is no such site."""
    if await work.session.get(SiteRow, site_id) is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_SITE.of(site_id=site_id))


async def _require_known(work: Work, site_id: SiteId, wish: CheckPointWish) -> None:
    await require_site(work, site_id)
    known = set((await work.session.exec(select(TicketTypeRow.id).where(col(TicketTypeRow.id).in_(wish.ticked)))).all())
    if missing := sorted(wish.ticked - known):
        raise wrong_field(ProblemCode.INPUT_INVALID, "ticked", NO_TICKET_TYPE.of(type_id=missing[0]))
    if wish.agent is None:
        return
    agent = await work.session.get(AgentRow, wish.agent)
    if agent is None or agent.site_id != site_id or agent.role == OFFICE_ROLE:
        said = NO_AGENT_OF_SITE.of(agent_id=wish.agent, site_id=site_id)
        raise wrong_field(ProblemCode.INPUT_INVALID, "agent_id", said)


def _new_row(site_id: SiteId, wish: CheckPointWish, now: Instant) -> CheckPointRow:
    return CheckPointRow(
        site_id=site_id,
        zone=wish.zone,
        name_zh=wish.name_zh,
        name_en=wish.name_en,
        direction=wish.direction.value,
        state=int(wish.state),
        attended=wish.attended,
        reads_documents=wish.reads_documents,
        agent_id=wish.agent,
        created_at=now,
    )


def _set(row: CheckPointRow, wish: CheckPointWish) -> None:
    row.zone, row.name_zh, row.name_en = wish.zone, wish.name_zh, wish.name_en
    row.direction, row.state = wish.direction.value, int(wish.state)
    row.attended, row.reads_documents, row.agent_id = wish.attended, wish.reads_documents, wish.agent


def _wished(hosted: HostedCheckPoint) -> CheckPointWish:
    point = hosted.check_point
    return CheckPointWish(
        point.zone,
        point.name_zh,
        point.name_en,
        point.direction,
        point.state,
        point.ticked,
        point.attended,
        point.reads_documents,
        hosted.agent,
    )


def _number(row: CheckPointRow) -> CheckPointId:
    assert row.id is not None, "a stored check point has a number"
    return CheckPointId(row.id)


def _hosted(row: CheckPointRow, ticked: frozenset[TicketTypeId]) -> HostedCheckPoint:
    point = CheckPoint(
        check_point_id=_number(row),
        site=row.site_id,
        zone=row.zone,
        name_zh=row.name_zh,
        name_en=row.name_en,
        direction=Direction(row.direction),
        state=CheckPointState(row.state),
        ticked=ticked,
        attended=row.attended,
        reads_documents=row.reads_documents,
    )
    return HostedCheckPoint(point, None if row.agent_id is None else AgentId(row.agent_id), row.has_recorded)
