"""Parameters over HTTP. Law: a secret goes in and never comes out; a read says only whether it is set."""

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from central.domain.names import PersonName
from central.domain.problems import ProblemCode
from central.identity.permissions import Permission
from central.parameters.groups import MAX_PEM_CHARACTERS, MOST_NETWORKS, ParameterGroupName
from central.parameters.rules.changes import FieldKind, fields
from central.parameters.service import Change, ParameterGroupState, Parameters
from central.parameters.texts import FIELDS, GROUPS
from central.web.operations import Call, Route
from protocol.instants import to_datetime

PARAMETERS: web.AppKey[Parameters] = web.AppKey("parameters", Parameters)
MOST_FIELDS = 50

_FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
_Text = Annotated[str, Field(max_length=MAX_PEM_CHARACTERS)]
_List = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=MOST_NETWORKS)]
_Value = _Text | Annotated[int, Field(gt=-(2**31), lt=2**31)] | _List | None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class GroupPath(BaseModel):
    """Which group."""

    model_config = ConfigDict(extra="forbid")

    group: ParameterGroupName


class ParametersBody(_Strict):
    """New values of a group, made from the version that the caller read (0: it was never set).

    A secret that is left out stays as it is; null deletes it. Any other field that is left out takes its default.
    """

    version: Annotated[int, Field(ge=0, lt=2**31)]
    values: Annotated[dict[_FieldName, _Value], Field(max_length=MOST_FIELDS)]


class FieldView(BaseModel):
    """A field: its name and how the page asks for it. Of a secret the API tells only `is_set`; other fields have a `value`."""

    name: str
    title_zh: str
    title_en: str
    kind: FieldKind
    is_required: bool
    is_set: bool
    value: str | int | list[str] | None


class ParameterGroupItem(BaseModel):
    """A group in the list. Version 0 was never set."""

    group: ParameterGroupName
    title_zh: str
    title_en: str
    version: int
    changed_at: datetime | None
    changed_by: PersonName | None


class ParameterGroupView(ParameterGroupItem):
    """A group with its fields; one that was never set shows their defaults."""

    fields: list[FieldView]


class ParameterGroupsView(BaseModel):
    """All groups."""

    items: list[ParameterGroupItem]


@Route("GET", "/api/v1/parameters", Permission.PARAMETERS_READ)
async def read_parameter_groups(call: Call[None, None]) -> ParameterGroupsView:
    """Read the groups of parameters (参数设置): which there are, and who changed each last."""
    return ParameterGroupsView(items=[_item(one) for one in await call.request.app[PARAMETERS].groups()])


@Route("GET", "/api/v1/parameters/{group}", Permission.PARAMETERS_READ)
async def read_parameter_group(call: Call[None, GroupPath]) -> ParameterGroupView:
    """Read a group of parameters; of its secrets, only whether they are set."""
    return _view(await call.request.app[PARAMETERS].group(call.parameters.group))


@Route(
    "PUT",
    "/api/v1/parameters/{group}",
    Permission.PARAMETERS_EDIT,
    problems=(ProblemCode.VERSION_CONFLICT, ProblemCode.MERCHANT_IN_USE),
    proved=True,
)
async def change_parameter_group(call: Call[ParametersBody, GroupPath]) -> ParameterGroupView:
    """Change a group of parameters as a whole; it takes effect at once, in every process."""
    change = Change(call.parameters.group, call.body.version, call.body.values)
    return _view(await call.request.app[PARAMETERS].change(change, call.principal, call.now))


def _item(state: ParameterGroupState) -> ParameterGroupItem:
    title_zh, title_en = GROUPS[state.group]
    return ParameterGroupItem(
        group=state.group,
        title_zh=title_zh,
        title_en=title_en,
        version=state.version,
        changed_at=None if state.changed_at is None else to_datetime(state.changed_at),
        changed_by=None if state.changed_by is None else PersonName.of(state.changed_by),
    )


def _view(state: ParameterGroupState) -> ParameterGroupView:
    described = [
        FieldView(
            name=one.name,
            title_zh=FIELDS[state.group][one.name][0],
            title_en=FIELDS[state.group][one.name][1],
            kind=one.kind,
            is_required=one.is_required,
            is_set=one.name in state.secrets or state.plain.get(one.name) is not None,
            value=None if one.kind is FieldKind.SECRET else state.plain.get(one.name, one.default),
        )
        for one in fields(state.group)
    ]
    return ParameterGroupView(**dict(_item(state)), fields=described)


OPERATIONS = (read_parameter_groups, read_parameter_group, change_parameter_group)
