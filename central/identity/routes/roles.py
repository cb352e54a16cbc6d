"""Roles, and what they can give, over HTTP."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field, model_validator

from central.domain.field_messages import unfit
from central.domain.models import InFull, StrictModel, Version
from central.domain.pagination import Page, PageQuery, page_of
from central.domain.principal import DataScope
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE
from central.domain.versions import Versioned
from central.domain.views import Sorted, View
from central.identity.messages import COUNTER_SCOPE_NARROWER
from central.identity.permissions import TITLES, Permission
from central.identity.roles import RoleGrant, Roles
from central.identity.routes.users import RowNumber
from central.web.operations import Call, Route

ROLES: web.AppKey[Roles] = web.AppKey("roles", Roles)

_REFUSALS = (ProblemCode.NOT_FOUND, ProblemCode.CONFLICT)
_STALE = (*_REFUSALS, ProblemCode.VERSION_CONFLICT)


class RoleBody(StrictModel):
    """What a role gives: permissions, and whose sales its holders see, in lists and at a counter."""

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTABLE)]
    permissions: Annotated[list[Permission], Field(max_length=len(Permission))]
    scope: Annotated[DataScope, Field(description="whose sales lists, statistics and exports show")] = DataScope.OWN
    counter_scope: Annotated[
        DataScope | None,
        Field(description="whose sales can be looked up and served one by one; as wide as `scope` where left out"),
    ] = None

    @model_validator(mode="after")
    def _counter_is_wider(self) -> "RoleBody":
        if self.counter_scope is not None and not self.scope.is_within(self.counter_scope):
            raise unfit(COUNTER_SCOPE_NARROWER.of())
        return self

    def stated(self) -> RoleGrant:
        """Return the role as the service takes it."""
        return RoleGrant(self.name, frozenset(self.permissions), self.scope, self.counter_scope or self.scope)


class RoleInFullBody(InFull, RoleBody):
    """What a role gives from now on, in full."""

    version: Version


class RolePath(StrictModel):
    """Which role."""

    role_id: RowNumber


class RoleView(Versioned, View):
    """A role; `is_fixed` is the administrators' role, which gives everything."""

    kind_of_subject, named_by = "role", ("role_id",)

    role_id: int
    name: str
    permissions: Annotated[list[str], Sorted]
    scope: DataScope
    counter_scope: DataScope
    is_fixed: bool
    people: int


class PermissionView(BaseModel):
    """A permission as the roles page shows it; a person who does not hold it cannot give it."""

    permission: Permission
    title_zh: str
    title_en: str
    is_held: bool


class PermissionsView(BaseModel):
    """All permissions."""

    items: list[PermissionView]


@Route("GET", "/api/v1/permissions", Permission.USERS_READ)
async def read_permissions(call: Call[None, None]) -> PermissionsView:
    """Read the permissions that a role can give, with their titles."""
    held = call.principal.permissions
    return PermissionsView(
        items=[
            PermissionView(permission=one, title_zh=titles[0], title_en=titles[1], is_held=one in held)
            for one, titles in TITLES.items()
        ]
    )


@Route("GET", "/api/v1/roles", Permission.USERS_READ)
async def list_roles(call: Call[None, PageQuery]) -> Page[RoleView]:
    """List roles by number."""
    found = [RoleView.of(one) for one in await call.request.app[ROLES].all_roles()]
    return page_of(found, lambda one: one.role_id, call.parameters)


@Route(
    "POST",
    "/api/v1/roles",
    Permission.ROLES_EDIT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.CONFLICT,),
    proved=True,
    once=True,
)
async def add_role(call: Call[RoleBody, None]) -> RoleView:
    """Add a role; a person cannot make one that gives more than that person holds."""
    return RoleView.of(await call.request.app[ROLES].add(call.body.stated(), call.principal, call.now))


@Route("PUT", "/api/v1/roles/{role_id}", Permission.ROLES_EDIT, problems=_STALE, proved=True)
async def change_role(call: Call[RoleInFullBody, RolePath]) -> RoleView:
    """Replace a role; its holders notice with their next request."""
    roles, number = call.request.app[ROLES], call.parameters.role_id
    return RoleView.of(await roles.change(number, call.body.stated(), call.principal, call.now, call.body.version))


@Route("DELETE", "/api/v1/roles/{role_id}", Permission.ROLES_EDIT, status=HTTPStatus.NO_CONTENT, problems=_REFUSALS, proved=True)
async def delete_role(call: Call[None, RolePath]) -> None:
    """Delete a role that no person has."""
    await call.request.app[ROLES].delete(call.parameters.role_id, call.principal, call.now)


OPERATIONS = (read_permissions, list_roles, add_role, change_role, delete_role)
