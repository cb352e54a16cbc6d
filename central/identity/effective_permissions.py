"""What a person may do, from the roles that they have.

Laws: a person without a role may do nothing; a person's scopes are those of the widest roles; a person gives, opens or takes away
only what that person holds.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlmodel import col, select

from central.domain.principal import DataScope, Principal, wider
from central.domain.problems import Problem, ProblemCode
from central.identity.messages import SCOPE_ALL, SCOPE_CHANNEL, SCOPE_OWN, SCOPE_TOO_WIDE, YOU_DO_NOT_HOLD
from central.identity.permissions import ALL, title_of
from central.store.tables.people import RoleRow, UserRoleRow
from central.store.unit_of_work import Work

_SCOPES = {DataScope.OWN: SCOPE_OWN, DataScope.CHANNEL: SCOPE_CHANNEL, DataScope.ALL: SCOPE_ALL}


@dataclass(frozen=True, slots=True)
class Granted:
    """All that some roles give together."""

    permissions: frozenset[str]
    scope: DataScope
    counter_scope: DataScope


def granted(roles: Iterable[RoleRow]) -> Granted:
    """Return what these roles give together."""
    permissions: set[str] = set()
    scope = counter_scope = DataScope.OWN
    for role in roles:
        permissions |= permissions_of(role)
        scope = wider(scope, DataScope(role.scope))
        counter_scope = wider(counter_scope, DataScope(role.counter_scope))
    return Granted(frozenset(permissions), scope, counter_scope)


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
        raise Problem(ProblemCode.FORBIDDEN, YOU_DO_NOT_HOLD.of(permission=title_of(missing[0])))


def require_scopes_held(by: Principal | None, scope: DataScope, counter_scope: DataScope) -> None:
    """Raise Problem where `by` would let others see what `by` does not see, in lists or at a counter."""
    if by is None:
        return
    for given, held in ((scope, by.scope), (counter_scope, by.sees_at_counter)):
        if not given.is_within(held):
            raise Problem(ProblemCode.FORBIDDEN, SCOPE_TOO_WIDE.of(held=_SCOPES[held].of(), given=_SCOPES[given].of()))
