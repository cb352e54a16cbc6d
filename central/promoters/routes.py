"""Promoters over HTTP."""

import io
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import segno
from aiohttp import web
from pydantic import Field

from central.domain.models import Amendment, InFull, StrictModel, Version, amendment
from central.domain.names import PromoterGroupName
from central.domain.pagination import Page, PageQuery, from_cursor, page_from, page_of
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE, SearchText
from central.domain.versions import Versioned
from central.domain.views import View, within
from central.identity.permissions import Permission
from central.identity.routes.users import RowNumber
from central.promoters.rules.attribution import MOST_PERMILLE, PromoterKind, link
from central.promoters.service import Promoter, PromoterGroupWish, Promoters, PromoterState, PromoterWish, WantedPromoters
from central.web.calls import REQUEST_ID
from central.web.middleware import REQUEST_ID_HEADER
from central.web.operations import Call, Route, StreamRoute
from protocol.instants import to_datetime

PROMOTERS: web.AppKey[Promoters] = web.AppKey("promoters", Promoters)
LINK_ORIGIN: web.AppKey[str] = web.AppKey("link_origin", str)
PNG = "image/png"
_STALE = (ProblemCode.NOT_FOUND, ProblemCode.VERSION_CONFLICT)
_MODULE_PIXELS = 8
_Name = Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTABLE)]


class PromoterGroupBody(StrictModel):
    """A group; while it is disabled, no order is credited to its promoters."""

    name: _Name
    is_disabled: bool = False

    def stated(self) -> PromoterGroupWish:
        """Return the group as the service takes it."""
        return PromoterGroupWish(self.name, self.is_disabled)


class PromoterGroupInFullBody(InFull, PromoterGroupBody):
    """A group as it is to be from now on, in full."""

    version: Version


class PromoterBody(StrictModel):
    """A person or a firm that brings orders. `commission_per_mille` is kept for later; the office pays nothing by it."""

    kind: PromoterKind
    name: _Name
    group_id: RowNumber | None = None
    commission_per_mille: Annotated[int | None, Field(ge=0, le=MOST_PERMILLE)] = None
    is_disabled: bool = False

    def stated(self) -> PromoterWish:
        """Return the promoter as the service takes it."""
        return PromoterWish(self.kind, self.name, self.group_id, self.commission_per_mille, self.is_disabled)


class PromoterInFullBody(InFull, PromoterBody):
    """A promoter as they are to be from now on, in full."""

    version: Version


class PromoterAmendmentBody(Amendment):
    """What changes of a promoter; a field that is left out stays as it is."""

    version: Version
    kind: PromoterKind
    name: _Name
    group_id: RowNumber | None
    commission_per_mille: Annotated[int | None, Field(ge=0, le=MOST_PERMILLE)]
    is_disabled: bool


class PromoterGroupPath(StrictModel):
    """Which group."""

    group_id: RowNumber


class PromoterPath(StrictModel):
    """Which promoter."""

    promoter_id: RowNumber


class PromoterQuery(PageQuery):
    """Which promoters; a field that is left out does not restrict."""

    text: Annotated[SearchText | None, Field(description="a part of the name or of the code, in any case")] = None
    group_id: RowNumber | None = None
    state: PromoterState | None = None

    def wanted(self) -> WantedPromoters:
        """Return the filter as the service takes it."""
        return WantedPromoters(self.text, self.group_id, self.state)


class PromoterGroupView(Versioned, View, alias_generator=within("wish")):
    """A group of promoters."""

    kind_of_subject, named_by = "promoter-group", ("group_id",)

    group_id: int
    name: str
    is_disabled: bool


class PromoterView(Versioned):
    """A promoter; their own QR leads to `link`, which holds their code."""

    kind_of_subject, named_by = "promoter", ("promoter_id",)

    promoter_id: int
    kind: PromoterKind
    name: str
    group: PromoterGroupName | None
    commission_per_mille: int | None
    is_disabled: bool
    code: str
    link: str
    created_at: datetime


@Route("GET", "/api/v1/promoter-groups", Permission.PROMOTERS_READ)
async def list_promoter_groups(call: Call[None, PageQuery]) -> Page[PromoterGroupView]:
    """List the groups of promoters by number."""
    found = [PromoterGroupView.of(one) for one in await call.request.app[PROMOTERS].groups()]
    return page_of(found, lambda one: one.group_id, call.parameters)


@Route(
    "POST",
    "/api/v1/promoter-groups",
    Permission.PROMOTERS_EDIT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.CONFLICT,),
    once=True,
)
async def add_promoter_group(call: Call[PromoterGroupBody, None]) -> PromoterGroupView:
    """Add a group of promoters."""
    return PromoterGroupView.of(await call.request.app[PROMOTERS].add_group(call.body.stated(), call.principal.user_id, call.now))


@Route("PUT", "/api/v1/promoter-groups/{group_id}", Permission.PROMOTERS_EDIT, problems=(*_STALE, ProblemCode.CONFLICT))
async def change_promoter_group(call: Call[PromoterGroupInFullBody, PromoterGroupPath]) -> PromoterGroupView:
    """Rename, disable or enable a group of promoters."""
    promoters, number, by = call.request.app[PROMOTERS], call.parameters.group_id, call.principal.user_id
    changed = await promoters.change_group(number, call.body.stated(), by, call.now, call.body.version)
    return PromoterGroupView.of(changed)


@Route("GET", "/api/v1/promoters", Permission.PROMOTERS_READ)
async def list_promoters(call: Call[None, PromoterQuery]) -> Page[PromoterView]:
    """List promoters by number."""
    asked = call.parameters
    found = await call.request.app[PROMOTERS].promoters(asked.wanted(), from_cursor(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: (one.promoter_id,), lambda one: _view(call.request, one))


@Route("GET", "/api/v1/promoters/{promoter_id}", Permission.PROMOTERS_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_promoter(call: Call[None, PromoterPath]) -> PromoterView:
    """Read a promoter."""
    return _view(call.request, await call.request.app[PROMOTERS].promoter(call.parameters.promoter_id))


@Route(
    "POST",
    "/api/v1/promoters",
    Permission.PROMOTERS_EDIT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND,),
    once=True,
)
async def add_promoter(call: Call[PromoterBody, None]) -> PromoterView:
    """Add a promoter with a code of their own."""
    added = await call.request.app[PROMOTERS].add(call.body.stated(), call.principal.user_id, call.now)
    return _view(call.request, added)


@Route("PUT", "/api/v1/promoters/{promoter_id}", Permission.PROMOTERS_EDIT, problems=_STALE)
async def change_promoter(call: Call[PromoterInFullBody, PromoterPath]) -> PromoterView:
    """Replace, disable or enable a promoter."""
    promoters, number, by = call.request.app[PROMOTERS], call.parameters.promoter_id, call.principal.user_id
    return _view(call.request, await promoters.change(number, call.body.stated(), by, call.now, call.body.version))


@Route("PATCH", "/api/v1/promoters/{promoter_id}", Permission.PROMOTERS_EDIT, problems=_STALE)
async def amend_promoter(call: Call[PromoterAmendmentBody, PromoterPath]) -> PromoterView:
    """Change some fields of a promoter; all that is left out stays as it is."""
    promoters, number, by = call.request.app[PROMOTERS], call.parameters.promoter_id, call.principal.user_id
    after = amendment(_body_of((await promoters.promoter(number)).wish), call.body)
    return _view(call.request, await promoters.change(number, after.stated(), by, call.now, call.body.version))


@Route(
    "POST",
    "/api/v1/promoters/{promoter_id}/renew-code",
    Permission.PROMOTERS_EDIT,
    problems=(ProblemCode.NOT_FOUND,),
    once=True,
)
async def renew_promoter_code(call: Call[None, PromoterPath]) -> PromoterView:
    """Give a promoter a new code; the old one is unknown from now on."""
    renewed = await call.request.app[PROMOTERS].renew_code(call.parameters.promoter_id, call.principal.user_id, call.now)
    return _view(call.request, renewed)


@StreamRoute(
    "GET", "/api/v1/promoters/{promoter_id}/qr", Permission.PROMOTERS_READ, problems=(ProblemCode.NOT_FOUND,), media_types=(PNG,)
)
async def read_promoter_qr(call: Call[None, PromoterPath]) -> web.StreamResponse:
    """Read a promoter's QR as a picture."""
    promoter = await call.request.app[PROMOTERS].promoter(call.parameters.promoter_id)
    image = io.BytesIO()
    symbol = segno.make(_link(call.request, promoter), error="m", micro=False)
    symbol.save(image, kind="png", scale=_MODULE_PIXELS)
    headers = {REQUEST_ID_HEADER: call.request[REQUEST_ID]}
    return web.Response(body=image.getvalue(), content_type=PNG, headers=headers)


def _body_of(wish: PromoterWish) -> PromoterBody:
    return PromoterBody(
        kind=wish.kind,
        name=wish.name,
        group_id=wish.group_id,
        commission_per_mille=wish.commission_permille,
        is_disabled=wish.is_disabled,
    )


def _link(request: web.Request, promoter: Promoter) -> str:
    return link(request.app[LINK_ORIGIN] or f"{request.scheme}://{request.host}", promoter.code)


def _view(request: web.Request, one: Promoter) -> PromoterView:
    return PromoterView(
        promoter_id=one.promoter_id,
        kind=one.wish.kind,
        name=one.wish.name,
        group=None if one.wish.group_id is None else PromoterGroupName.of(one.wish.group_id),
        commission_per_mille=one.wish.commission_permille,
        is_disabled=one.wish.is_disabled,
        code=one.code,
        link=_link(request, one),
        created_at=to_datetime(one.created_at),
    )


OPERATIONS = (
    list_promoter_groups,
    add_promoter_group,
    change_promoter_group,
    list_promoters,
    read_promoter,
    add_promoter,
    change_promoter,
    amend_promoter,
    renew_promoter_code,
    read_promoter_qr,
)
