"""Groups of sellers, channels and check points, by which one setting is given to many at once.

Laws: a group says which members get a copy of a setting, and grants nothing by itself; every change is audited.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import col, delete, insert, select

from central.audit import versions
from central.audit.rules.changes import changes_between
from central.audit.versions import Edit
from central.domain.problems import Problem, ProblemCode
from central.identity.messages import CHANNEL_GROUP, CHECK_POINT_GROUP, NO_SETTING_GROUP, SELLER_GROUP
from central.store.tables.groups import SettingGroupMemberRow, SettingGroupRow
from central.store.unit_of_work import Store, Work
from central.store.upsert import insert_missing
from protocol.instants import Instant


class SettingGroupKind(StrEnum):
    """What stands in a group. The words are stored and never change their meaning."""

    SELLER = "seller"
    CHANNEL = "channel"
    CHECK_POINT = "check-point"


_KINDS = {
    SettingGroupKind.SELLER: SELLER_GROUP,
    SettingGroupKind.CHANNEL: CHANNEL_GROUP,
    SettingGroupKind.CHECK_POINT: CHECK_POINT_GROUP,
}


@dataclass(frozen=True, slots=True, order=True)
class SettingGroup:
    """A group: numbers of users or check points, or names of channels."""

    kind: SettingGroupKind
    name: str
    members: tuple[str, ...]


class SettingGroups:
    """Keeps the groups."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def groups(self) -> tuple[SettingGroup, ...]:
        """Return all groups by kind and name."""
        async with self._store.reading() as work:
            rows = (await work.session.exec(select(SettingGroupRow))).all()
            members = (await work.session.exec(select(SettingGroupMemberRow))).all()
        found: dict[tuple[str, str], list[str]] = {(row.kind, row.name): [] for row in rows}
        for one in members:
            found[one.kind, one.name].append(one.member)
        return tuple(
            sorted(SettingGroup(SettingGroupKind(kind), name, tuple(sorted(ones))) for (kind, name), ones in found.items())
        )

    async def put(self, group: SettingGroup, by: int, now: Instant, seen: int | None = None) -> SettingGroup:
        """Put these members into a group; make the group where there is none. Problem where it was changed since `seen`."""
        key = {"kind": group.kind.value, "name": group.name}
        members = tuple(sorted(set(group.members)))
        async with self._store.transaction() as work:
            connection = await work.connection()
            await versions.claim(work, subject_of(group.kind, group.name), seen)
            await insert_missing(connection, SettingGroupRow, [key])
            before = await _members(work, group.kind, group.name)
            await _empty(work, group.kind, group.name)
            if members:
                await connection.execute(insert(SettingGroupMemberRow), [{**key, "member": one} for one in members])
            changes = changes_between({"members": before}, {"members": frozenset(members)})
            await versions.record(work, now, by, Edit(subject_of(group.kind, group.name), "group.set", changes))
        return SettingGroup(group.kind, group.name, members)

    async def delete(self, kind: SettingGroupKind, name: str, by: int, now: Instant) -> None:
        """Delete a group; what was copied to its members stays. Problem where there is none."""
        async with self._store.transaction() as work:
            row = await work.session.get(SettingGroupRow, (kind.value, name), with_for_update=True)
            if row is None:
                raise _not_there(kind, name)
            await versions.claim(work, subject_of(kind, name), None)
            changes = changes_between({"members": await _members(work, kind, name)}, None)
            await _empty(work, kind, name)
            await work.session.delete(row)
            await versions.record(work, now, by, Edit(subject_of(kind, name), "group.delete", changes))


def subject_of(kind: SettingGroupKind, name: str) -> str:
    """Return how the audit and the versions name a group."""
    return f"setting-group:{kind}/{name}"


async def members_of(work: Work, kind: SettingGroupKind, names: Collection[str]) -> frozenset[str]:
    """Return the members of any of these groups; Problem where one of the groups does not exist."""
    row, member = SettingGroupRow, SettingGroupMemberRow
    there = set((await work.session.exec(select(row.name).where(row.kind == kind, col(row.name).in_(names)))).all())
    if missing := sorted(set(names) - there):
        raise _not_there(kind, missing[0])
    query = select(member.member).where(member.kind == kind, col(member.name).in_(names))
    return frozenset((await work.session.exec(query)).all())


async def _members(work: Work, kind: SettingGroupKind, name: str) -> frozenset[str]:
    row = SettingGroupMemberRow
    query = select(row.member).where(col(row.kind) == kind.value, col(row.name) == name)
    return frozenset((await work.session.exec(query)).all())


async def _empty(work: Work, kind: SettingGroupKind, name: str) -> None:
    theirs = col(SettingGroupMemberRow.kind) == kind.value, col(SettingGroupMemberRow.name) == name
    await (await work.connection()).execute(delete(SettingGroupMemberRow).where(*theirs))


def _not_there(kind: SettingGroupKind, name: str) -> Problem:
    return Problem(ProblemCode.NOT_FOUND, NO_SETTING_GROUP.of(kind=_KINDS[kind].of(), name=name))
