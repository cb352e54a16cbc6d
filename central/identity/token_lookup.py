"""The bearer of a token, by one statement, because every request asks for it and pays for each call to the database.

Laws: read only; a token is found by its hash, and a revoked token has no bearer.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, bindparam, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.principal import Principal
from central.identity.effective_permissions import granted
from central.identity.rules.sign_in import ABSOLUTE_MS
from central.store.tables.metadata import METADATA
from protocol.instants import Instant

_session, _program, _user = METADATA.tables["user_session"], METADATA.tables["api_token"], METADATA.tables["user_account"]
_user_role, _role = METADATA.tables["user_role"], METADATA.tables["role"]


@dataclass(frozen=True, slots=True)
class Bearer:
    """The bearer of a token. `seen_at` is when the last call was noted; `permissions` bound a program's only."""

    principal: Principal
    is_disabled: bool
    created_at: Instant
    seen_at: Instant | None
    ends_at: Instant | None
    permissions: frozenset[str]


async def of_session(connection: AsyncConnection, token_hash: bytes) -> Bearer | None:
    """Return the bearer of the token of a person's session."""
    return await _bearer(connection, _OF_SESSION, token_hash)


async def of_program(connection: AsyncConnection, token_hash: bytes) -> Bearer | None:
    """Return the bearer of a program's token."""
    return await _bearer(connection, _OF_PROGRAM, token_hash)


async def _bearer(connection: AsyncConnection, statement: Select[Any], token_hash: bytes) -> Bearer | None:
    rows = (await connection.execute(statement, {"the_token": token_hash})).all()
    if not rows:
        return None
    row = rows[0]
    # A person without a role gives one row, without a scope.
    given = granted(one for one in rows if one.scope is not None)
    return Bearer(
        principal=Principal(
            user_id=row.id,
            name=row.name,
            permissions=given.permissions,
            must_change_password=row.must_change_password,
            scope=given.scope,
            counter_scope=given.counter_scope,
            channel=row.channel,
            proved_at=row.proved_at,
            full_name=row.full_name,
            ends_at=row.ends_at,
        ),
        is_disabled=row.is_disabled,
        created_at=row.created_at,
        seen_at=row.seen_at,
        ends_at=row.ends_at,
        permissions=frozenset(row.narrowed or ()),
    )


def _statement(token: Table, *said: ColumnElement[Any]) -> Select[Any]:
    person = (_user.c[name] for name in ("id", "name", "full_name", "must_change_password", "channel", "is_disabled"))
    role = (_role.c[name] for name in ("holds_all", "permissions", "scope", "counter_scope"))
    bears = token.join(_user, _user.c.id == token.c.user_id)
    joined = bears.outerjoin(_user_role, _user_role.c.user_id == _user.c.id).outerjoin(_role, _role.c.id == _user_role.c.role_id)
    known = select(*person, *role, token.c.created_at, *said).select_from(joined)
    return known.where(token.c.token_hash == bindparam("the_token"))


_OF_SESSION = _statement(
    _session,
    _session.c.last_seen_at.label("seen_at"),
    _session.c.proved_at,
    (_session.c.created_at + ABSOLUTE_MS).label("ends_at"),
    null().label("narrowed"),
)
_OF_PROGRAM = _statement(
    _program,
    _program.c.last_used_at.label("seen_at"),
    null().label("proved_at"),
    _program.c.expires_at.label("ends_at"),
    _program.c.permissions.label("narrowed"),
).where(_program.c.revoked_at.is_(None))
