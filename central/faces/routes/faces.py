"""Faces over HTTP: kept in versions, and given to ticket types and sites."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import Field

from central.catalog.routes.ticket_types import SitePath, TicketTypePath
from central.domain.models import InFull, StrictModel, Version
from central.domain.names import FaceName, PersonName, SiteName, TicketTypeName
from central.domain.pagination import Page, PageQuery, from_cursor, page_from, page_of
from central.domain.problems import ProblemCode
from central.domain.versions import Versioned
from central.domain.views import View
from central.faces.service import Face, Faces
from central.faces.template import Template
from central.identity.permissions import Permission
from central.identity.routes.users import RowNumber
from central.web.operations import Call, Route
from protocol.identifiers import SiteId, TicketTypeId
from protocol.instants import to_datetime

FACES: web.AppKey[Faces] = web.AppKey("faces", Faces)
_FACE_ID = "Number of a face."
_REFUSED = (ProblemCode.NOT_FOUND, ProblemCode.CONFLICT)
_CHOICE_REFUSED = (ProblemCode.NOT_FOUND, ProblemCode.VERSION_CONFLICT)


class FacePath(StrictModel):
    """Which face."""

    face_id: Annotated[RowNumber, Field(description=_FACE_ID)]


class FaceVersionsQuery(PageQuery):
    """Which face's versions."""

    face_id: Annotated[RowNumber, Field(description=_FACE_ID)]


class ChangeFaceBody(InFull):
    """A face as it becomes, made from the version that the caller read."""

    version: Version
    template: Annotated[Template, Field(description="Paper and elements, in full.")]


class GivenFaceBody(InFull):
    """Which face to print with."""

    version: Version
    face_id: Annotated[RowNumber | None, Field(description="Number of a face; null: a type's site decides, a site has none.")]


class TypeFaceView(Versioned):
    """The face of a ticket type's own."""

    kind_of_subject, named_by = "ticket-type-face", ("ticket_type_id",)

    ticket_type_id: Annotated[int, Field(description="Number of the ticket type.")]
    face: Annotated[FaceName | None, Field(description="Null: that of the type's site.")]


class SiteFaceView(Versioned):
    """The face of a site's own."""

    kind_of_subject, named_by = "site-face", ("site_id",)

    site_id: Annotated[int, Field(description="Number of the site.")]
    face: Annotated[FaceName | None, Field(description="Null: none.")]


class TicketFaceView(View):
    """A version of a face. `ticket_types` and `sites` are those that use the face now."""

    face_id: Annotated[int, Field(description=_FACE_ID)]
    version: Annotated[int, Field(description="Counts from 0; each change makes a new one, and names the one that was read.")]
    template: Annotated[Template, Field(description="Paper and elements.")]
    changed_at: Annotated[datetime, Field(description="When the version was made; RFC 3339, UTC.")]
    changed_by: Annotated[PersonName, Field(description="Who made the version.")]
    ticket_types: Annotated[list[TicketTypeName], Field(description="Types whose tickets are printed with the face.")]
    sites: Annotated[list[SiteName], Field(description="Sites whose types without a face of their own are printed with it.")]


@Route("GET", "/api/v1/faces", Permission.CATALOG_READ)
async def list_faces(call: Call[None, PageQuery]) -> Page[TicketFaceView]:
    """List faces by number, each in its newest version."""
    found = [_view(one) for one in await call.request.app[FACES].all_faces()]
    return page_of(found, lambda one: one.face_id, call.parameters)


@Route("GET", "/api/v1/faces/{face_id}", Permission.CATALOG_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_face(call: Call[None, FacePath]) -> TicketFaceView:
    """Read the newest version of a face."""
    return _view(await call.request.app[FACES].face(call.parameters.face_id))


@Route("GET", "/api/v1/faces/{face_id}/versions", Permission.CATALOG_READ, problems=(ProblemCode.NOT_FOUND,))
async def list_face_versions(call: Call[None, FaceVersionsQuery]) -> Page[TicketFaceView]:
    """List the versions of a face, the first one first."""
    asked = call.parameters
    found = await call.request.app[FACES].versions(asked.face_id, from_cursor(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: (one.version,), _view)


@Route("POST", "/api/v1/faces", Permission.CATALOG_EDIT, status=HTTPStatus.CREATED, problems=(ProblemCode.CONFLICT,), once=True)
async def add_face(call: Call[Template, None]) -> TicketFaceView:
    """Add a face.

    What is wrong with it is said element by element: `elements.3.x_mm` is the fourth. At least one element is a qr. A text names
    values in braces: type_name, type_name_en, price_yuan (of all persons), visit_day, valid_from, valid_until, slot, persons,
    short_number, order_id, seller, site, holder_name_masked, printed_at, reprint (empty on the first print).
    """
    return _view(await call.request.app[FACES].add(call.body, call.principal.user_id, call.now))


@Route("PUT", "/api/v1/faces/{face_id}", Permission.CATALOG_EDIT, problems=(*_REFUSED, ProblemCode.VERSION_CONFLICT))
async def change_face(call: Call[ChangeFaceBody, FacePath]) -> TicketFaceView:
    """Make a new version of a face; a conflict says who has changed it since the caller read it."""
    faces, number, said = call.request.app[FACES], call.parameters.face_id, call.body
    return _view(await faces.change(number, said.version, said.template, call.principal.user_id, call.now))


@Route("DELETE", "/api/v1/faces/{face_id}", Permission.CATALOG_EDIT, status=HTTPStatus.NO_CONTENT, problems=_REFUSED)
async def delete_face(call: Call[None, FacePath]) -> None:
    """Delete a face that no ticket type and no site uses, with all its versions."""
    await call.request.app[FACES].remove(call.parameters.face_id, call.principal.user_id, call.now)


@Route("GET", "/api/v1/ticket-types/{ticket_type_id}/face", Permission.CATALOG_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_ticket_type_face(call: Call[None, TicketTypePath]) -> TypeFaceView:
    """Read which face tickets of a type are printed with."""
    number = TicketTypeId(call.parameters.ticket_type_id)
    return TypeFaceView(ticket_type_id=number, face=_named(await call.request.app[FACES].of_type(number)))


@Route("PUT", "/api/v1/ticket-types/{ticket_type_id}/face", Permission.CATALOG_EDIT, problems=_CHOICE_REFUSED)
async def set_ticket_type_face(call: Call[GivenFaceBody, TicketTypePath]) -> TypeFaceView:
    """Print tickets of a type with a face."""
    number, said = TicketTypeId(call.parameters.ticket_type_id), call.body
    await call.request.app[FACES].give_to_type(number, said.face_id, said.version, call.principal.user_id, call.now)
    return TypeFaceView(ticket_type_id=number, face=_named(said.face_id))


@Route("GET", "/api/v1/sites/{site_id}/face", Permission.CATALOG_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_site_face(call: Call[None, SitePath]) -> SiteFaceView:
    """Read which face a site's tickets are printed with, where their type has none of its own."""
    number = SiteId(call.parameters.site_id)
    return SiteFaceView(site_id=number, face=_named(await call.request.app[FACES].of_site(number)))


@Route("PUT", "/api/v1/sites/{site_id}/face", Permission.CATALOG_EDIT, problems=_CHOICE_REFUSED)
async def set_site_face(call: Call[GivenFaceBody, SitePath]) -> SiteFaceView:
    """Print a site's tickets with a face, where their type has none of its own."""
    number, said = SiteId(call.parameters.site_id), call.body
    await call.request.app[FACES].give_to_site(number, said.face_id, said.version, call.principal.user_id, call.now)
    return SiteFaceView(site_id=number, face=_named(said.face_id))


def _named(face_id: int | None) -> FaceName | None:
    return None if face_id is None else FaceName.of(face_id)


def _view(one: Face) -> TicketFaceView:
    return TicketFaceView(
        face_id=one.face_id,
        version=one.version,
        template=one.template,
        changed_at=to_datetime(one.changed_at),
        changed_by=PersonName.of(one.changed_by),
        ticket_types=[TicketTypeName.of(number) for number in one.ticket_types],
        sites=[SiteName.of(number) for number in one.sites],
    )


OPERATIONS = (
    list_faces,
    read_face,
    list_face_versions,
    add_face,
    change_face,
    delete_face,
    read_ticket_type_face,
    set_ticket_type_face,
    read_site_face,
    set_site_face,
)
