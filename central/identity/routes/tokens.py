"""Tokens of partners' programs, over HTTP. Law: a token is shown once."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, Field

from central.domain.models import StrictModel
from central.domain.names import PersonName
from central.domain.pagination import Page, PageQuery, from_cursor, page_from
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE
from central.domain.views import Moment, Sorted, View, within
from central.identity.permissions import Permission
from central.identity.routes.users import RowNumber
from central.identity.tokens import TokenGrant, Tokens
from central.web.operations import Call, Route
from protocol.instants import from_datetime

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


class TokenView(View, alias_generator=within("grant")):
    """A token as lists show it, without its secret text."""

    token_id: int
    user: PersonName
    name: str
    permissions: Annotated[list[str], Sorted]
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None
    revoked_at: Moment | None


class NewTokenView(BaseModel):
    """A new token; it is shown once."""

    token: str
    details: TokenView


@Route("GET", "/api/v1/tokens", Permission.TOKENS_EDIT)
async def list_tokens(call: Call[None, PageQuery]) -> Page[TokenView]:
    """List programs' tokens by number."""
    asked = call.parameters
    found = await call.request.app[TOKENS].tokens(from_cursor(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: (one.token_id,), TokenView.of)


@Route(
    "POST",
    "/api/v1/tokens",
    Permission.TOKENS_EDIT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.CONFLICT,),
    proved=True,
    once=True,
)
async def add_token(call: Call[TokenBody, None]) -> NewTokenView:
    """Give a program access by a token, which it sends as a bearer token."""
    body = call.body
    expires_at = None if body.expires_at is None else from_datetime(body.expires_at)
    grant = TokenGrant(body.user_id, body.name, frozenset(body.permissions), expires_at)
    made, token = await call.request.app[TOKENS].add(grant, call.principal, call.now)
    return NewTokenView(token=token, details=TokenView.of(made))


@Route("POST", "/api/v1/tokens/{token_id}/revoke", Permission.TOKENS_EDIT, problems=(ProblemCode.NOT_FOUND,), once=True)
async def revoke_token(call: Call[None, TokenPath]) -> TokenView:
    """End a program's access for ever."""
    return TokenView.of(await call.request.app[TOKENS].revoke(call.parameters.token_id, call.principal, call.now))


OPERATIONS = (list_tokens, add_token, revoke_token)
