"""Groups of sellers, channels and check points over HTTP."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field

from central.domain.models import StrictModel, Version
from central.domain.problems import ProblemCode
from central.domain.versions import Versioned
from central.domain.views import View
from central.identity.permissions import Permission
from central.identity.setting_groups import SettingGroup, SettingGroupKind, SettingGroups
from central.web.operations import Call, Route

SETTING_GROUPS: web.AppKey[SettingGroups] = web.AppKey("setting_groups", SettingGroups)
MOST_MEMBERS = 1_000
SettingGroupName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
_Member = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$", description="a number, or a channel's name")]


class GroupPath(StrictModel):
    """Which group."""

    kind: SettingGroupKind
    name: SettingGroupName


class MembersBody(StrictModel):
    """Who stands in a group: numbers of users or check points, or names of channels."""

    version: Version
    members: Annotated[list[_Member], Field(max_length=MOST_MEMBERS)]


class SettingGroupView(Versioned, View):
    """A group."""

    kind_of_subject, named_by = "setting-group", ("kind", "name")

    kind: SettingGroupKind
    name: str
    members: list[str]


class SettingGroupsView(BaseModel):
    """All groups, by kind and name."""

    items: list[SettingGroupView]


@Route("GET", "/api/v1/setting-groups", Permission.CATALOG_READ)
async def read_setting_groups(call: Call[None, None]) -> SettingGroupsView:
    """Read groups of sellers, channels and check points."""
    return SettingGroupsView(items=[SettingGroupView.of(one) for one in await call.request.app[SETTING_GROUPS].groups()])


@Route("PUT", "/api/v1/setting-groups/{kind}/{name}", Permission.CATALOG_EDIT, problems=(ProblemCode.VERSION_CONFLICT,))
async def set_setting_group(call: Call[MembersBody, GroupPath]) -> SettingGroupView:
    """Set who stands in a group, which is made where there is none."""
    group = SettingGroup(call.parameters.kind, call.parameters.name, tuple(call.body.members))
    groups, seen = call.request.app[SETTING_GROUPS], call.body.version
    return SettingGroupView.of(await groups.put(group, call.principal.user_id, call.now, seen))


@Route(
    "DELETE",
    "/api/v1/setting-groups/{kind}/{name}",
    Permission.CATALOG_EDIT,
    status=HTTPStatus.NO_CONTENT,
    problems=(ProblemCode.NOT_FOUND,),
)
async def delete_setting_group(call: Call[None, GroupPath]) -> None:
    """Delete a group; what was copied to its members stays."""
    asked = call.parameters
    await call.request.app[SETTING_GROUPS].delete(asked.kind, asked.name, call.principal.user_id, call.now)


OPERATIONS = (read_setting_groups, set_setting_group, delete_setting_group)
