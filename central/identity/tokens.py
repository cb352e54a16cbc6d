"""API tokens: what a partner's program sends instead of a session.

Laws: a token acts for one person and may do no more than that person, and no more than it was made for; it leaves the server once
and is stored as its SHA-256 only; a revoked token never works again; a token never counts as giving the password again.
"""

import base64
from dataclasses import dataclass

from sqlmodel import col, func, select

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.domain.messages import MUST_BE_IN_FUTURE
from central.domain.ports import RandomBytes
from central.domain.principal import Principal
from central.domain.problems import FieldFault, Problem, ProblemCode, wrong_field
from central.identity.effective_permissions import granted, require_all_held, require_scopes_held, roles_of
from central.identity.messages import (
    DOES_NOT_HOLD,
    MOST_TOKENS,
    MUST_MAY_SIGN_IN,
    NO_ENABLED_USER,
    NO_TOKEN,
    TOKEN_WOULD_BE_OVER,
)
from central.identity.permissions import Permission, title_of
from central.identity.service import API_TOKEN_PREFIX, TOKEN_BYTES, token_hash
from central.store.tables.people import ApiTokenRow, UserRow
from central.store.unit_of_work import Store, Work
from protocol.instants import Instant

MOST_TOKENS_EACH = 100


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What a new token is: the person that it acts for, its name, its permissions, its end."""

    user_id: int
    name: str
    permissions: frozenset[Permission]
    expires_at: Instant | None


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as lists show it: never its secret text."""

    token_id: int
    grant: TokenGrant
    created_at: Instant
    last_used_at: Instant | None
    revoked_at: Instant | None


class Tokens:
    """Keeps the tokens of programs."""

    def __init__(self, store: Store, random_bytes: RandomBytes) -> None:
        """Take the store and the source of randomness."""
        self._store = store
        self._random_bytes = random_bytes

    async def add(self, grant: TokenGrant, by: Principal, now: Instant) -> tuple[ApiToken, str]:
        """Make a token; return it as lists show it, and its secret text, which is returned only now.

        Problem where its person does not exist or is disabled, it would be over already, or `by` holds less than it would give.
        """
        if grant.expires_at is not None and grant.expires_at <= now:
            fault = FieldFault("expires_at", MUST_BE_IN_FUTURE.of())
            raise Problem(ProblemCode.INPUT_INVALID, TOKEN_WOULD_BE_OVER.of(), fields=(fault,))
        token = API_TOKEN_PREFIX + base64.urlsafe_b64encode(self._random_bytes(TOKEN_BYTES)).decode().rstrip("=")
        async with self._store.transaction() as work:
            await _require_giveable(work, grant, by)
            row = ApiTokenRow(
                token_hash=token_hash(token),
                user_id=grant.user_id,
                name=grant.name,
                permissions=sorted(one.value for one in grant.permissions),
                created_by=by.user_id,
                created_at=now,
                expires_at=grant.expires_at,
            )
            work.session.add(row)
            await work.session.flush()
            stated = {"user_id": row.user_id, "name": row.name, "permissions": row.permissions}
            audit.record(work, now, by.user_id, "token.add", f"token:{row.id}", changes=changes_between(None, stated))
        return _token(row), token

    async def revoke(self, token_id: int, by: Principal, now: Instant) -> ApiToken:
        """End a token for ever; a revoked token stays as it is. Problem where there is none of that number."""
        async with self._store.transaction() as work:
            row = await work.session.get(ApiTokenRow, token_id, with_for_update=True)
            if row is None:
                raise Problem(ProblemCode.NOT_FOUND, NO_TOKEN.of(token_id=token_id))
            if row.revoked_at is None:
                row.revoked_at = now
                work.session.add(row)
                changes = changes_between({"is_revoked": False}, {"is_revoked": True})
                audit.record(work, now, by.user_id, "token.revoke", f"token:{token_id}", changes=changes)
        return _token(row)

    async def tokens(self, after: int | None, limit: int) -> tuple[ApiToken, ...]:
        """Return tokens by number, those after a number."""
        query = select(ApiTokenRow).where(col(ApiTokenRow.id) > (after or 0)).order_by(col(ApiTokenRow.id)).limit(limit)
        async with self._store.reading() as work:
            return tuple(_token(row) for row in (await work.session.exec(query)).all())


async def _require_giveable(work: Work, grant: TokenGrant, by: Principal) -> None:
    person = await work.session.get(UserRow, grant.user_id)
    if person is None or person.is_disabled:
        fault = FieldFault("user_id", MUST_MAY_SIGN_IN.of())
        raise Problem(ProblemCode.INPUT_INVALID, NO_ENABLED_USER.of(user_id=grant.user_id), fields=(fault,))
    held = granted(await roles_of(work, grant.user_id))
    require_all_held(by, grant.permissions)
    require_scopes_held(by, held.scope, held.counter_scope)
    if missing := sorted(set(grant.permissions) - held.permissions):
        said = DOES_NOT_HOLD.of(name=person.name, permission=title_of(missing[0]))
        raise wrong_field(ProblemCode.INPUT_INVALID, "permissions", said)
    mine = select(func.count()).select_from(ApiTokenRow).where(col(ApiTokenRow.user_id) == grant.user_id)
    if (await work.session.exec(mine.where(col(ApiTokenRow.revoked_at).is_(None)))).one() >= MOST_TOKENS_EACH:
        raise Problem(ProblemCode.CONFLICT, MOST_TOKENS.of(most=MOST_TOKENS_EACH))


def _token(row: ApiTokenRow) -> ApiToken:
    assert row.id is not None, "a stored token has its number"
    known = frozenset(one for one in Permission if one.value in row.permissions)
    grant = TokenGrant(row.user_id, row.name, known, row.expires_at)
    return ApiToken(row.id, grant, row.created_at, row.last_used_at, row.revoked_at)
