"""Tokens of partners' programs, over HTTP. Law: a token is shown once."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, Field

from central.domain.models import StrictModel
from central.domain.pagination import Page, PageQuery, from_cursor, page_from
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE
from central.identity.permissions import Permission
from central.identity.routes.users import RowNumber
from central.identity.tokens import ApiToken, TokenGrant, Tokens
from central.web.operations import Call, Route
from protocol.instants import from_datetime, to_datetime

TOKENS: web.AppKey[Tokens] = web.AppKey("tokens", Tokens)


class TokenBody(StrictModel):
    """A new token: the person that it acts for, and which of that person's permissions it has."""

    user_id: RowNumber
    name: Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTABLE)]
    permissions: Annotated[list[Permission], Field(min_length=1, max_length=len(Permission))]
    expires_at: AwareDatetime | None = None


class TokenPath(StrictModel):
    """Which token."""

    token_id: RowNumber


class TokenView(BaseModel):
    """A token as lists show it, without its secret text."""

    token_id: int
    user_id: int
    name: str
    permissions: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewTokenView(BaseModel):
    """A new token; it is shown once."""

    token: str
    details: TokenView


@Route("GET", "/api/v1/tokens", Permission.TOKENS_EDIT)
async def list_tokens(call: Call[None, PageQuery]) -> Page[TokenView]:
    """List programs' tokens by number."""
    asked = call.parameters
    found = await call.request.app[TOKENS].tokens(from_cursor(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: (one.token_id,), _view)


@Route("POST", "/api/v1/tokens", Permission.TOKENS_EDIT, status=HTTPStatus.CREATED, problems=(ProblemCode.CONFLICT,), proved=True)
async def add_token(call: Call[TokenBody, None]) -> NewTokenView:
    """Give a program access by a token, which it sends as a bearer token."""
    body = call.body
    expires_at = None if body.expires_at is None else from_datetime(body.expires_at)
    grant = TokenGrant(body.user_id, body.name, frozenset(body.permissions), expires_at)
    made, token = await call.request.app[TOKENS].add(grant, call.principal, call.now)
    return NewTokenView(token=token, details=_view(made))


@Route("POST", "/api/v1/tokens/{token_id}/revoke", Permission.TOKENS_EDIT, problems=(ProblemCode.NOT_FOUND,))
async def revoke_token(call: Call[None, TokenPath]) -> TokenView:
    """End a program's access for ever."""
    return _view(await call.request.app[TOKENS].revoke(call.parameters.token_id, call.principal, call.now))


def _view(one: ApiToken) -> TokenView:
    return TokenView(
        token_id=one.token_id,
        user_id=one.grant.user_id,
        name=one.grant.name,
        permissions=sorted(one.grant.permissions),
        created_at=to_datetime(one.created_at),
        expires_at=None if one.grant.expires_at is None else to_datetime(one.grant.expires_at),
        last_used_at=None if one.last_used_at is None else to_datetime(one.last_used_at),
        revoked_at=None if one.revoked_at is None else to_datetime(one.revoked_at),
    )


OPERATIONS = (list_tokens, add_token, revoke_token)
