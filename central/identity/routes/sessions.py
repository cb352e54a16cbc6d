"""Signing in and out, giving the password again, the own password and second factor, over HTTP.

Law: a session's token leaves the server once, in a `__Host-` cookie (or in the body where the caller asks for a bearer token).
"""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field

from central.domain.models import StrictModel
from central.domain.principal import DataScope, Principal
from central.domain.problems import ProblemCode
from central.domain.views import Moment
from central.identity.rules.sign_in import MAXIMUM_CHARACTERS
from central.identity.service import Attempt, Identity, SignedIn
from central.identity.totp import DIGITS
from central.web.access import COOKIE, PROVED_FOR_MS, Access, csrf_token, require_session
from central.web.operations import ANSWER_HEADERS, Call, Route
from protocol.instants import Instant, to_datetime

IDENTITY: web.AppKey[Identity] = web.AppKey("identity", Identity)

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f]+$")]
Password = Annotated[str, Field(min_length=1, max_length=MAXIMUM_CHARACTERS)]
TotpCode = Annotated[str, Field(pattern=rf"^[0-9]{{{DIGITS}}}$", description="what the authenticator app shows now")]
_SIGN_IN_REFUSALS = (ProblemCode.SIGN_IN_FAILED, ProblemCode.SIGN_IN_DELAYED, ProblemCode.TOTP_REQUIRED)


class SignInBody(StrictModel):
    """Who signs in; `bearer` asks for the token in the answer instead of a cookie (for programs)."""

    name: Name
    password: Password
    totp_code: TotpCode | None = None
    bearer: bool = False


class ProofBody(StrictModel):
    """The password again, and the code where there is a second factor."""

    password: Password
    totp_code: TotpCode | None = None


class PasswordBody(StrictModel):
    """The old and the new password."""

    old_password: Password
    new_password: Password
    bearer: bool = False


class TotpBeginBody(StrictModel):
    """The own password."""

    password: Password


class TotpConfirmBody(StrictModel):
    """The first code."""

    totp_code: TotpCode


class SessionView(BaseModel):
    """The session. `csrf_token` goes into the header X-CSRF-Token of unsafe requests that carry the cookie."""

    user_id: int
    name: str
    full_name: str
    permissions: list[str]
    scope: Annotated[DataScope, Field(description="whose sales lists and reports show")]
    counter_scope: Annotated[DataScope, Field(description="whose sales can be looked up and served one by one")]
    channel: str
    must_change_password: bool
    ends_at: Annotated[Moment | None, Field(description="when it ends at the latest; an idle hour ends it earlier")]
    proof_ends_at: Annotated[
        Moment | None, Field(description="until when operations that want the password once more are open; null: give it first")
    ]
    csrf_token: str
    token: str | None = None


class TotpView(BaseModel):
    """A new secret, shown once; the URI is what a QR shows to an authenticator app."""

    secret: str
    uri: str


@Route("POST", "/api/v1/session", Access.PUBLIC, status=HTTPStatus.CREATED, problems=_SIGN_IN_REFUSALS)
async def sign_in(call: Call[SignInBody, None]) -> SessionView:
    """Sign in, which opens a session."""
    body = call.body
    attempt = Attempt(body.name, body.password, _source(call.request), body.totp_code)
    signed_in = await call.request.app[IDENTITY].sign_in(attempt, call.now)
    return _hand_over(call.request, signed_in, bearer=body.bearer)


@Route("GET", "/api/v1/session", Access.ENTERED)
async def read_session(call: Call[None, None]) -> SessionView:
    """Read who is signed in."""
    assert call.credentials is not None, "a signed-in request has credentials"
    return _view(call.principal, call.credentials.token)


@Route("DELETE", "/api/v1/session", Access.ENTERED, status=HTTPStatus.NO_CONTENT)
async def sign_out(call: Call[None, None]) -> None:
    """Sign out, which ends the session."""
    assert call.credentials is not None, "a signed-in request has credentials"
    await call.request.app[IDENTITY].sign_out(call.credentials.token, call.now)
    call.request[ANSWER_HEADERS] = {"Set-Cookie": _cookie("", max_age_s=0)}


@Route("POST", "/api/v1/session/prove", Access.SESSION, problems=_SIGN_IN_REFUSALS)
async def prove_session(call: Call[ProofBody, None]) -> SessionView:
    """Give the password again; for five minutes the operations on money, keys and roles that need this are open."""
    assert call.credentials is not None, "a signed-in request has credentials"
    attempt = Attempt(call.principal.name, call.body.password, _source(call.request), call.body.totp_code)
    who = await call.request.app[IDENTITY].prove_again(call.principal, call.credentials.token, attempt, call.now)
    return _view(who, call.credentials.token)


@Route(
    "PUT",
    "/api/v1/session/password",
    Access.ENTERED,
    problems=(ProblemCode.PASSWORD_WEAK, ProblemCode.SIGN_IN_FAILED, ProblemCode.FORBIDDEN),
)
async def change_password(call: Call[PasswordBody, None]) -> SessionView:
    """Change the own password; all other sessions of the person end."""
    require_session(call.principal)
    identity = call.request.app[IDENTITY]
    signed_in = await identity.change_password(call.principal, call.body.old_password, call.body.new_password, call.now)
    return _hand_over(call.request, signed_in, bearer=call.body.bearer)


@Route(
    "POST",
    "/api/v1/session/totp",
    Access.SESSION,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.SIGN_IN_FAILED, ProblemCode.CONFLICT),
)
async def begin_totp(call: Call[TotpBeginBody, None]) -> TotpView:
    """Begin an own second factor with a new secret for an authenticator app; it takes effect once a code has confirmed it."""
    secret, uri = await call.request.app[IDENTITY].begin_totp(call.principal, call.body.password, call.now)
    return TotpView(secret=secret, uri=uri)


@Route(
    "PUT",
    "/api/v1/session/totp",
    Access.SESSION,
    status=HTTPStatus.NO_CONTENT,
    problems=(ProblemCode.SIGN_IN_FAILED, ProblemCode.CONFLICT),
)
async def confirm_totp(call: Call[TotpConfirmBody, None]) -> None:
    """Take the own second factor into use by its first code."""
    await call.request.app[IDENTITY].confirm_totp(call.principal, call.body.totp_code, call.now)


@Route("POST", "/api/v1/session/totp/end", Access.SESSION, status=HTTPStatus.NO_CONTENT, problems=(ProblemCode.SIGN_IN_FAILED,))
async def end_totp(call: Call[TotpBeginBody, None]) -> None:
    """Remove the own second factor."""
    await call.request.app[IDENTITY].end_totp(call.principal, call.body.password, call.now)


def _source(request: web.Request) -> str:
    return request.remote or "unknown"


def _hand_over(request: web.Request, signed_in: SignedIn, *, bearer: bool) -> SessionView:
    view = _view(signed_in.principal, signed_in.token)
    if bearer:
        return view.model_copy(update={"token": signed_in.token})
    request[ANSWER_HEADERS] = {"Set-Cookie": _cookie(signed_in.token, max_age_s=None)}
    return view


def _view(who: Principal, token: str) -> SessionView:
    return SessionView(
        user_id=who.user_id,
        name=who.name,
        full_name=who.full_name,
        permissions=sorted(who.permissions),
        scope=who.scope,
        counter_scope=who.sees_at_counter,
        channel=who.channel,
        must_change_password=who.must_change_password,
        ends_at=None if who.ends_at is None else to_datetime(who.ends_at),
        proof_ends_at=None if who.proved_at is None else to_datetime(Instant(who.proved_at + PROVED_FOR_MS)),
        csrf_token=csrf_token(token),
    )


def _cookie(token: str, *, max_age_s: int | None) -> str:
    age = "" if max_age_s is None else f"; Max-Age={max_age_s}"
    return f"{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Lax{age}"


OPERATIONS = (sign_in, read_session, sign_out, prove_session, change_password, begin_totp, confirm_totp, end_totp)
