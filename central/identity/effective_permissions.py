"""What a person may do, from the roles that they have.

Laws: a person without a role may do nothing; a person's scope is that of the widest role; a person gives, opens or takes away
only what that person holds.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlmodel import col, select

from central.domain.principal import DataScope, Principal
from central.domain.problems import Problem, ProblemCode
from central.identity.permissions import ALL
from central.store.tables.people import RoleRow, UserRoleRow
from central.store.unit_of_work import Work

_WIDTH = {DataScope.OWN: 0, DataScope.CHANNEL: 1, DataScope.ALL: 2}


@dataclass(frozen=True, slots=True)
class Granted:
    """All that some roles give together."""

    permissions: frozenset[str]
    scope: DataScope


def granted(roles: Iterable[RoleRow]) -> Granted:
    """Return what these roles give together."""
    permissions: set[str] = set()
    scope = DataScope.OWN
    for role in roles:
        permissions |= permissions_of(role)
        scope = max(scope, DataScope(role.scope), key=_WIDTH.__getitem__)
    return Granted(frozenset(permissions), scope)


def permissions_of(role: RoleRow) -> frozenset[str]:
    """Return what one role gives; a name that this version does not know gives nothing."""
    return frozenset(ALL) if role.holds_all else frozenset(role.permissions) & frozenset(ALL)


async def roles_of(work: Work, user_id: int) -> tuple[RoleRow, ...]:
    """Return a person's roles by number."""
    query = (
        select(RoleRow)
        .join(UserRoleRow, col(UserRoleRow.role_id) == col(RoleRow.id))
        .where(col(UserRoleRow.user_id) == user_id)
        .order_by(col(RoleRow.id))
    )
    return tuple((await work.session.exec(query)).all())


def require_all_held(by: Principal | None, permissions: Collection[str]) -> None:
    """Raise Problem where `by` would give or open what they do not hold; None is the operator at the machine's console."""
    if by is not None and (missing := sorted(set(permissions) - by.permissions)):
        raise Problem(ProblemCode.FORBIDDEN, f"you do not hold {missing[0]} yourself; ask a person who does")


def require_scope_held(by: Principal | None, scope: DataScope) -> None:
    """Raise Problem where `by` would let others see what `by` does not see."""
    if by is not None and _WIDTH[scope] > _WIDTH[by.scope]:
        raise Problem(ProblemCode.FORBIDDEN, f"you see the scope {by.scope} only; ask a person who sees {scope}")
