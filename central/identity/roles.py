"""Roles: named sets of permissions with two data scopes: of lists and reports, and of work at a counter.

Laws: a person cannot change or give away a role that gives more than that person holds; a role that a person has is not deleted;
the administrators' role always gives everything, so that the operator cannot be locked out.
"""

from dataclasses import dataclass
from typing import Any

from sqlmodel import col, func, select

from central.audit import service as audit
from central.audit import versions
from central.audit.rules.changes import changes_between
from central.audit.versions import Edit
from central.domain.messages import NAME_TAKEN
from central.domain.principal import DataScope, Principal
from central.domain.problems import FieldFault, Problem, ProblemCode
from central.identity.effective_permissions import permissions_of, require_all_held, require_scopes_held
from central.identity.messages import MOST_ROLES_THERE, NO_ROLE, ROLE_IS_FIXED, ROLE_IS_HELD, ROLE_NAME_USED
from central.identity.permissions import Permission
from central.store.tables.people import RoleRow, UserRoleRow
from central.store.unit_of_work import Store, Work
from protocol.instants import Instant

ADMINISTRATORS = "管理员 Administrators"
MOST_ROLES = 500


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """What a role is to give."""

    name: str
    permissions: frozenset[Permission]
    scope: DataScope
    counter_scope: DataScope


@dataclass(frozen=True, slots=True)
class Role:
    """A role, and how many people have it. `is_fixed`: the administrators' role, which cannot be changed."""

    role_id: int
    name: str
    permissions: frozenset[str]
    scope: DataScope
    counter_scope: DataScope
    is_fixed: bool
    people: int


class Roles:
    """The roles of the house."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def all_roles(self) -> tuple[Role, ...]:
        """Return all roles by number."""
        counted = select(col(UserRoleRow.role_id), func.count()).group_by(col(UserRoleRow.role_id))
        async with self._store.reading() as work:
            people = dict((await work.session.exec(counted)).all())
            rows = (await work.session.exec(select(RoleRow).order_by(col(RoleRow.id)))).all()
        return tuple(_role(row, people.get(row.id or 0, 0)) for row in rows)

    async def add(self, grant: RoleGrant, by: Principal | None, now: Instant) -> Role:
        """Add a role; Problem where the name is taken, or it gives what `by` does not hold."""
        _require_giveable(by, grant)
        async with self._store.transaction() as work:
            await _require_free(work, grant.name, None)
            await _require_room(work)
            row = RoleRow(**_stated(grant), holds_all=False, created_at=now)
            work.session.add(row)
            await work.session.flush()
            who = None if by is None else by.user_id
            audit.record(work, now, who, "role.add", f"role:{row.id}", changes=changes_between(None, _given(row)))
        return _role(row, 0)

    async def change(self, role_id: int, grant: RoleGrant, by: Principal, now: Instant, seen: int | None = None) -> Role:
        """Replace a role; it takes effect with the holders' next request.

        Problem where it is fixed, beyond what `by` holds, or was changed since version `seen`.
        """
        _require_giveable(by, grant)
        async with self._store.transaction() as work:
            row = await _changeable(work, role_id, by)
            await versions.claim(work, f"role:{role_id}", seen)
            await _require_free(work, grant.name, role_id)
            edit = Edit(f"role:{role_id}", "role.change", changes_between(_given(row), _stated(grant)))
            row.sqlmodel_update(_stated(grant))
            work.session.add(row)
            await versions.record(work, now, by.user_id, edit)
            people = await _people(work, role_id)
        return _role(row, people)

    async def delete(self, role_id: int, by: Principal, now: Instant) -> None:
        """Delete a role that no person has; Problem where a person has it, or it is fixed."""
        async with self._store.transaction() as work:
            row = await _changeable(work, role_id, by)
            people = await _people(work, role_id)
            if people:
                raise Problem(ProblemCode.CONFLICT, ROLE_IS_HELD.of(people=people, name=row.name))
            await work.session.delete(row)
            audit.record(work, now, by.user_id, "role.delete", f"role:{role_id}", changes=changes_between(_given(row), None))


async def administrators(work: Work, now: Instant) -> int:
    """Return the number of the administrators' role, made where it is not there yet."""
    row = (await work.session.exec(select(RoleRow).where(col(RoleRow.holds_all).is_(True)))).first()
    if row is None:
        everything = RoleGrant(ADMINISTRATORS, frozenset(), DataScope.ALL, DataScope.ALL)
        row = RoleRow(**_stated(everything), holds_all=True, created_at=now)
        work.session.add(row)
        await work.session.flush()
    assert row.id is not None, "a flushed row has its number"
    return row.id


def _require_giveable(by: Principal | None, grant: RoleGrant) -> None:
    require_all_held(by, grant.permissions)
    require_scopes_held(by, grant.scope, grant.counter_scope)


async def _changeable(work: Work, role_id: int, by: Principal) -> RoleRow:
    """Return a role, locked, if `by` may change it."""
    row = await work.session.get(RoleRow, role_id, with_for_update=True)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_ROLE.of(role_id=role_id))
    if row.holds_all:
        raise Problem(ProblemCode.CONFLICT, ROLE_IS_FIXED.of())
    require_all_held(by, permissions_of(row))
    require_scopes_held(by, DataScope(row.scope), DataScope(row.counter_scope))
    return row


async def _require_free(work: Work, name: str, own: int | None) -> None:
    row = (await work.session.exec(select(RoleRow).where(RoleRow.name == name))).first()
    if row is not None and row.id != own:
        fault = FieldFault("name", NAME_TAKEN.of())
        raise Problem(ProblemCode.CONFLICT, ROLE_NAME_USED.of(name=name), fields=(fault,))


async def _require_room(work: Work) -> None:
    if (await work.session.exec(select(func.count()).select_from(RoleRow))).one() >= MOST_ROLES:
        raise Problem(ProblemCode.CONFLICT, MOST_ROLES_THERE.of(most=MOST_ROLES))


async def _people(work: Work, role_id: int) -> int:
    query = select(func.count()).select_from(UserRoleRow).where(col(UserRoleRow.role_id) == role_id)
    return (await work.session.exec(query)).one()


def _given(row: RoleRow) -> dict[str, object]:
    return {"name": row.name, "permissions": sorted(row.permissions), "scope": row.scope, "counter_scope": row.counter_scope}


def _stated(grant: RoleGrant) -> dict[str, Any]:
    return {
        "name": grant.name,
        "permissions": sorted(permission.value for permission in grant.permissions),
        "scope": grant.scope.value,
        "counter_scope": grant.counter_scope.value,
    }


def _role(row: RoleRow, people: int) -> Role:
    assert row.id is not None, "a stored role has its number"
    scopes = DataScope(row.scope), DataScope(row.counter_scope)
    return Role(row.id, row.name, permissions_of(row), *scopes, row.holds_all, people)
