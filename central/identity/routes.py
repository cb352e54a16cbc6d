"""Signing in and out, accounts, and supervisors with their PINs, over HTTP.

Laws: the token leaves the server once, in a `__Host-` cookie (or in the body where the caller asks for a bearer token); a PIN
comes in and never goes out.
"""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from central.identity.permissions import Permission
from central.identity.policy import MAXIMUM_CHARACTERS, MOST_PIN_DIGITS
from central.identity.service import Identity, SignedIn
from central.identity.supervisors import SiteSupervisor, Supervisors
from central.web.access import COOKIE, Access, Principal, csrf_token
from central.web.operations import ANSWER_HEADERS, Call, Route
from central.web.problems import ProblemCode
from protocol.identifiers import U16_MAX, SiteId
from protocol.instants import to_datetime

IDENTITY: web.AppKey[Identity] = web.AppKey("identity", Identity)
SUPERVISORS: web.AppKey[Supervisors] = web.AppKey("supervisors", Supervisors)

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f]+$")]
Password = Annotated[str, Field(min_length=1, max_length=MAXIMUM_CHARACTERS)]
Pin = Annotated[str, Field(min_length=1, max_length=MOST_PIN_DIGITS, description="6 to 12 digits that nobody guesses")]
SiteNumber = Annotated[int, Field(ge=1, le=U16_MAX)]


class SignInBody(BaseModel):
    """Who signs in; `bearer` asks for the token in the answer instead of a cookie (for programs)."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    password: Password
    bearer: bool = False


class PasswordBody(BaseModel):
    """The old and the new password."""

    model_config = ConfigDict(extra="forbid")

    old_password: Password
    new_password: Password
    bearer: bool = False


class UserBody(BaseModel):
    """A new person, and what they may do."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    permissions: Annotated[list[Permission], Field(max_length=len(Permission))]


class UserPath(BaseModel):
    """Which person."""

    model_config = ConfigDict(extra="forbid")

    name: Name


class SitePath(BaseModel):
    """Which site."""

    model_config = ConfigDict(extra="forbid")

    site_id: SiteNumber


class SupervisorPath(SitePath):
    """Which person at which site."""

    name: Name


class PinBody(BaseModel):
    """A supervisor's new PIN."""

    model_config = ConfigDict(extra="forbid")

    pin: Pin


class OwnPinBody(PinBody):
    """The own password, and the own new PIN."""

    password: Password


class SupervisorView(BaseModel):
    """A supervisor; `person_id` is the number to type at a gate. Without a PIN gates know nobody of that number."""

    person_id: int
    name: str
    pin_set_at: str | None


class SupervisorsView(BaseModel):
    """All supervisors of a site."""

    items: list[SupervisorView]


class OneTimePasswordView(BaseModel):
    """The password for the first sign-in; it is shown once."""

    name: str
    one_time_password: str


class SessionView(BaseModel):
    """The session. `csrf_token` goes into the header X-CSRF-Token of unsafe requests that carry the cookie."""

    name: str
    permissions: list[str]
    must_change_password: bool
    csrf_token: str
    token: str | None = None


@Route(
    "signIn",
    "POST",
    "/api/v1/session",
    "Sign in",
    Access.PUBLIC,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.SIGN_IN_FAILED, ProblemCode.SIGN_IN_DELAYED),
)
async def sign_in(call: Call[SignInBody, None]) -> SessionView:
    """Open a session."""
    source = call.request.remote or "unknown"
    signed_in = await call.request.app[IDENTITY].sign_in(call.body.name, call.body.password, source, call.now)
    return _hand_over(call.request, signed_in, bearer=call.body.bearer)


@Route("readSession", "GET", "/api/v1/session", "Who is signed in", Access.SIGNED_IN)
async def read_session(call: Call[None, None]) -> SessionView:
    """Say who asks."""
    assert call.credentials is not None, "a signed-in request has credentials"
    return _view(call.principal, call.credentials.token)


@Route("signOut", "DELETE", "/api/v1/session", "Sign out", Access.SIGNED_IN, status=HTTPStatus.NO_CONTENT)
async def sign_out(call: Call[None, None]) -> None:
    """End the session."""
    assert call.credentials is not None, "a signed-in request has credentials"
    await call.request.app[IDENTITY].sign_out(call.credentials.token, call.now)
    call.request[ANSWER_HEADERS] = {"Set-Cookie": _cookie("", max_age_s=0)}


@Route(
    "changePassword",
    "PUT",
    "/api/v1/session/password",
    "Change the own password",
    Access.SIGNED_IN,
    problems=(ProblemCode.PASSWORD_WEAK, ProblemCode.SIGN_IN_FAILED),
)
async def change_password(call: Call[PasswordBody, None]) -> SessionView:
    """Set an own password; all other sessions of the person end."""
    identity = call.request.app[IDENTITY]
    signed_in = await identity.change_password(call.principal, call.body.old_password, call.body.new_password, call.now)
    return _hand_over(call.request, signed_in, bearer=call.body.bearer)


@Route(
    "addUser",
    "POST",
    "/api/v1/users",
    "Add a person",
    Permission.USERS_EDIT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.CONFLICT,),
)
async def add_user(call: Call[UserBody, None]) -> OneTimePasswordView:
    """Add a person; nobody gives what they do not hold."""
    permissions = [permission.value for permission in call.body.permissions]
    password = await call.request.app[IDENTITY].add_user(call.body.name, permissions, call.principal, call.now)
    return OneTimePasswordView(name=call.body.name, one_time_password=password)


@Route(
    "resetPassword",
    "POST",
    "/api/v1/users/{name}/password-reset",
    "Give a person a new one-time password",
    Permission.USERS_EDIT,
    problems=(ProblemCode.NOT_FOUND,),
)
async def reset_password(call: Call[None, UserPath]) -> OneTimePasswordView:
    """Give a person a new one-time password; their sessions end."""
    name = call.parameters.name
    password = await call.request.app[IDENTITY].reset_password(name, call.principal, call.now)
    return OneTimePasswordView(name=name, one_time_password=password)


@Route(
    "addSupervisor",
    "PUT",
    "/api/v1/sites/{site_id}/supervisors/{name}",
    "Let a person supervise a site's gates",
    Permission.SUPERVISORS_EDIT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
)
async def add_supervisor(call: Call[None, SupervisorPath]) -> SupervisorView:
    """Let a person supervise a site's gates; once they have a PIN, its gates take it."""
    site, name = SiteId(call.parameters.site_id), call.parameters.name
    return _supervisor_view(await call.request.app[SUPERVISORS].add(site, name, call.principal, call.now))


@Route(
    "removeSupervisor",
    "DELETE",
    "/api/v1/sites/{site_id}/supervisors/{name}",
    "End a person's supervision of a site's gates",
    Permission.SUPERVISORS_EDIT,
    status=HTTPStatus.NO_CONTENT,
    problems=(ProblemCode.NOT_FOUND,),
)
async def remove_supervisor(call: Call[None, SupervisorPath]) -> None:
    """End a person's supervision; with the last site their PIN ends."""
    site, name = SiteId(call.parameters.site_id), call.parameters.name
    await call.request.app[SUPERVISORS].remove(site, name, call.principal, call.now)


@Route(
    "listSupervisors",
    "GET",
    "/api/v1/sites/{site_id}/supervisors",
    "List a site's supervisors",
    Permission.SUPERVISORS_EDIT,
    problems=(ProblemCode.NOT_FOUND,),
)
async def list_supervisors(call: Call[None, SitePath]) -> SupervisorsView:
    """List a site's supervisors."""
    found = await call.request.app[SUPERVISORS].of_site(SiteId(call.parameters.site_id))
    return SupervisorsView(items=[_supervisor_view(one) for one in found])


@Route(
    "setSupervisorPin",
    "PUT",
    "/api/v1/users/{name}/pin",
    "Give a supervisor a PIN",
    Permission.SUPERVISORS_EDIT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT, ProblemCode.PIN_WEAK),
)
async def set_supervisor_pin(call: Call[PinBody, UserPath]) -> SupervisorView:
    """Give a supervisor a PIN; nobody does so for a person who may do what they may not."""
    name, pin = call.parameters.name, call.body.pin
    return _supervisor_view(await call.request.app[SUPERVISORS].set_pin(name, pin, call.principal, call.now))


@Route(
    "setOwnPin",
    "PUT",
    "/api/v1/session/pin",
    "Set the own PIN",
    Access.SIGNED_IN,
    problems=(
        ProblemCode.CONFLICT,
        ProblemCode.PIN_WEAK,
        ProblemCode.SIGN_IN_FAILED,
        ProblemCode.PASSWORD_CHANGE_REQUIRED,
    ),
)
async def set_own_pin(call: Call[OwnPinBody, None]) -> SupervisorView:
    """Set the own PIN; the answer says under which number gates know it."""
    supervisors, body = call.request.app[SUPERVISORS], call.body
    return _supervisor_view(await supervisors.set_own_pin(call.principal, body.password, body.pin, call.now))


def _hand_over(request: web.Request, signed_in: SignedIn, *, bearer: bool) -> SessionView:
    view = _view(signed_in.principal, signed_in.token)
    if bearer:
        return view.model_copy(update={"token": signed_in.token})
    request[ANSWER_HEADERS] = {"Set-Cookie": _cookie(signed_in.token, max_age_s=None)}
    return view


def _view(who: Principal, token: str) -> SessionView:
    return SessionView(
        name=who.name,
        permissions=sorted(who.permissions),
        must_change_password=who.must_change_password,
        csrf_token=csrf_token(token),
    )


def _cookie(token: str, *, max_age_s: int | None) -> str:
    age = "" if max_age_s is None else f"; Max-Age={max_age_s}"
    return f"{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Lax{age}"


def _supervisor_view(one: SiteSupervisor) -> SupervisorView:
    set_at = None if one.pin_set_at is None else to_datetime(one.pin_set_at).isoformat()
    return SupervisorView(person_id=one.person_id, name=one.name, pin_set_at=set_at)


OPERATIONS = (
    sign_in,
    read_session,
    sign_out,
    change_password,
    add_user,
    reset_password,
    add_supervisor,
    remove_supervisor,
    list_supervisors,
    set_supervisor_pin,
    set_own_pin,
)
