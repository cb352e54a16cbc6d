"""Colleagues: the people who may do a thing, for a person who chooses one of them and may not see the list of users.

Law: a person who is disabled, and the user of a machine, which is always disabled, are no colleagues.
"""

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select

from central.identity.accounts import UserState, WantedPeople
from central.identity.effective_permissions import permissions_of
from central.identity.permissions import Permission
from central.store.tables.people import RoleRow, UserRoleRow, UserRow
from central.store.unit_of_work import Work

MOST_COLLEAGUES = 200


async def colleagues(work: Work, permission: Permission, but: int, text: str | None) -> tuple[int, ...]:
    """Return the people with a permission but one, by name: the first 200; `text` is a part of the name or the full name."""
    query = select(UserRow.id).where(*await _those(work, permission, but, text))
    by_name = func.coalesce(func.nullif(col(UserRow.full_name), ""), col(UserRow.name)), col(UserRow.id)
    found = (await work.session.exec(query.order_by(*by_name).limit(MOST_COLLEAGUES))).all()
    return tuple(number for number in found if number is not None)


async def is_colleague(work: Work, permission: Permission, but: int, user_id: int) -> bool:
    """Return whether a person is one of the people with a permission, and another than `but`."""
    query = select(UserRow.id).where(col(UserRow.id) == user_id, *await _those(work, permission, but, None))
    return (await work.session.exec(query)).first() is not None


async def _those(work: Work, permission: Permission, but: int, text: str | None) -> list[ColumnElement[bool]]:
    roles = [role.id for role in (await work.session.exec(select(RoleRow))).all() if permission in permissions_of(role)]
    holders = select(UserRoleRow.user_id).where(col(UserRoleRow.role_id).in_(roles))
    return [col(UserRow.id).in_(holders), col(UserRow.id) != but, *WantedPeople(text, state=UserState.ACTIVE).conditions()]
