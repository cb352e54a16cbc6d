"""The people who may sign in, over HTTP."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, Field

from central.domain.models import Amendment, InFull, StrictModel, Version, amendment
from central.domain.names import AgentName, RoleName
from central.domain.pagination import Page, PageQuery, from_cursor, page_from
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE, SearchText
from central.domain.versions import Versioned
from central.domain.views import Moment, Sorted, View, read_from, within
from central.identity.accounts import MOST_ROLES_EACH, WINDOW, Accounts, Profile, UserState, WantedPeople
from central.identity.permissions import Permission
from central.identity.routes.sessions import Name
from central.web.operations import Call, Route
from protocol.instants import from_datetime

ACCOUNTS: web.AppKey[Accounts] = web.AppKey("accounts", Accounts)

RowNumber = Annotated[int, Field(ge=1, lt=2**63)]
Channel = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$", description="the sales channel at which the person sells")]
_REFUSALS = (ProblemCode.NOT_FOUND, ProblemCode.CONFLICT)
_STALE = (*_REFUSALS, ProblemCode.VERSION_CONFLICT)


class ProfileBody(StrictModel):
    """What the office knows of a person."""

    full_name: Annotated[str, Field(max_length=64, pattern=PRINTABLE)] = ""
    channel: Channel = WINDOW
    role_ids: Annotated[list[RowNumber], Field(max_length=MOST_ROLES_EACH)] = []

    def stated(self) -> Profile:
        """Return the profile as the service takes it."""
        return Profile(self.full_name, self.channel, frozenset(self.role_ids))


class ProfileInFullBody(InFull, ProfileBody):
    """What the office knows of a person from now on, in full."""

    version: Version


class ProfileAmendmentBody(Amendment):
    """What changes of a person; a field that is left out stays as it is."""

    version: Version
    full_name: Annotated[str, Field(max_length=64, pattern=PRINTABLE)]
    channel: Channel
    role_ids: Annotated[list[RowNumber], Field(max_length=MOST_ROLES_EACH)]


class UserBody(ProfileBody):
    """A new person."""

    name: Name


class UserQuery(PageQuery):
    """Which people; a field that is left out does not restrict."""

    text: Annotated[SearchText | None, Field(description="a part of the name or the full name, in any case")] = None
    role_id: RowNumber | None = None
    state: UserState | None = None
    since: Annotated[AwareDatetime | None, Field(description="signed in last at this time or later")] = None
    until: Annotated[AwareDatetime | None, Field(description="signed in last at this time or earlier, or never")] = None

    def wanted(self) -> WantedPeople:
        """Return the filter as the service takes it."""
        since, until = (None if one is None else from_datetime(one) for one in (self.since, self.until))
        return WantedPeople(self.text, self.role_id, self.state, since, until)


class UserPath(StrictModel):
    """Which person."""

    user_id: RowNumber


class UserView(Versioned, View, alias_generator=within("profile")):
    """A person who may sign in, the roles, and the last sign-in (empty: never)."""

    kind_of_subject, named_by = "user", ("user_id",)

    user_id: int
    name: str
    full_name: str
    channel: str
    roles: Annotated[list[RoleName], Sorted, read_from("profile", "role_ids")]
    is_disabled: bool
    must_change_password: bool
    has_totp: bool
    created_at: Moment
    signed_in_at: Moment | None
    agent: Annotated[AgentName | None, Field(description="agent that sells in this name; null: it is a person's")]


class NewPasswordView(BaseModel):
    """A person with the password for the next sign-in; it is shown once."""

    user: UserView
    one_time_password: str


@Route("GET", "/api/v1/users", Permission.USERS_READ)
async def list_users(call: Call[None, UserQuery]) -> Page[UserView]:
    """List the people who may sign in, by number."""
    asked = call.parameters
    found = await call.request.app[ACCOUNTS].people(asked.wanted(), from_cursor(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: (one.user_id,), UserView.of)


@Route("GET", "/api/v1/users/{user_id}", Permission.USERS_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_user(call: Call[None, UserPath]) -> UserView:
    """Read a person."""
    return UserView.of(await call.request.app[ACCOUNTS].person(call.parameters.user_id))


@Route(
    "POST",
    "/api/v1/users",
    Permission.USERS_EDIT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.CONFLICT,),
    proved=True,
    once=True,
)
async def add_user(call: Call[UserBody, None]) -> NewPasswordView:
    """Add a person; the caller cannot give what the caller does not hold."""
    body = call.body
    person, password = await call.request.app[ACCOUNTS].add(body.name, body.stated(), call.principal, call.now)
    return NewPasswordView(user=UserView.of(person), one_time_password=password)


@Route("PUT", "/api/v1/users/{user_id}", Permission.USERS_EDIT, problems=_STALE, proved=True)
async def change_user(call: Call[ProfileInFullBody, UserPath]) -> UserView:
    """Replace a person's name, channel and roles."""
    accounts, number = call.request.app[ACCOUNTS], call.parameters.user_id
    return UserView.of(await accounts.change(number, call.body.stated(), call.principal, call.now, call.body.version))


@Route("PATCH", "/api/v1/users/{user_id}", Permission.USERS_EDIT, problems=_STALE, proved=True)
async def amend_user(call: Call[ProfileAmendmentBody, UserPath]) -> UserView:
    """Change some of a person's name, channel and roles; all that is left out stays as it is."""
    accounts, number = call.request.app[ACCOUNTS], call.parameters.user_id
    stands = (await accounts.person(number)).profile
    body = ProfileBody(full_name=stands.full_name, channel=stands.channel, role_ids=sorted(stands.role_ids))
    after = amendment(body, call.body).stated()
    return UserView.of(await accounts.change(number, after, call.principal, call.now, call.body.version))


@Route("POST", "/api/v1/users/{user_id}/disable", Permission.USERS_EDIT, problems=_REFUSALS, once=True)
async def disable_user(call: Call[None, UserPath]) -> UserView:
    """Disable a person; their sessions end, their records stay."""
    accounts, number = call.request.app[ACCOUNTS], call.parameters.user_id
    return UserView.of(await accounts.set_disabled(number, disabled=True, by=call.principal, now=call.now))


@Route("POST", "/api/v1/users/{user_id}/enable", Permission.USERS_EDIT, problems=_REFUSALS, proved=True, once=True)
async def enable_user(call: Call[None, UserPath]) -> UserView:
    """Enable a person again."""
    accounts, number = call.request.app[ACCOUNTS], call.parameters.user_id
    return UserView.of(await accounts.set_disabled(number, disabled=False, by=call.principal, now=call.now))


@Route("DELETE", "/api/v1/users/{user_id}", Permission.USERS_EDIT, status=HTTPStatus.NO_CONTENT, problems=_REFUSALS, proved=True)
async def delete_user(call: Call[None, UserPath]) -> None:
    """Delete a person who never did anything; disable a person who has records instead."""
    await call.request.app[ACCOUNTS].delete(call.parameters.user_id, call.principal, call.now)


@Route(
    "POST",
    "/api/v1/users/{user_id}/reset-password",
    Permission.USERS_EDIT,
    problems=(ProblemCode.NOT_FOUND,),
    proved=True,
    once=True,
)
async def reset_user_password(call: Call[None, UserPath]) -> NewPasswordView:
    """Give a person a new one-time password; their sessions and their second factor end."""
    accounts, number = call.request.app[ACCOUNTS], call.parameters.user_id
    person, password = await accounts.reset_password(number, call.principal, call.now)
    return NewPasswordView(user=UserView.of(person), one_time_password=password)


OPERATIONS = (
    list_users,
    read_user,
    add_user,
    change_user,
    amend_user,
    disable_user,
    enable_user,
    delete_user,
    reset_user_password,
)
