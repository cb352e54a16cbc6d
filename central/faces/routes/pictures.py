"""Pictures for faces over HTTP: a file is the body itself."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import Field

from central.domain.models import StrictModel
from central.domain.names import PersonName
from central.domain.pagination import Page, PageQuery, page_of
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE
from central.domain.views import View
from central.faces.pictures import Picture, Pictures
from central.identity.permissions import Permission
from central.identity.routes.users import RowNumber
from central.sync.routes.agent_calls import read_body
from central.web.calls import REQUEST_ID
from central.web.middleware import REQUEST_ID_HEADER
from central.web.operations import Call, Route, StreamRoute
from protocol.instants import to_datetime

PICTURES: web.AppKey[Pictures] = web.AppKey("face_pictures", Pictures)
PNG, JPEG = "image/png", "image/jpeg"
MOST_BYTES = 1024 * 1024
_PICTURE_ID = "Number of a picture for faces."


class PicturePath(StrictModel):
    """Which picture."""

    picture_id: Annotated[RowNumber, Field(description=_PICTURE_ID)]


class NewPictureQuery(StrictModel):
    """How the picture is called."""

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTABLE, description="Name of the picture.")]


class FacePictureView(View):
    """A picture for faces."""

    picture_id: Annotated[int, Field(description=_PICTURE_ID)]
    name: Annotated[str, Field(description="By which people know the picture.")]
    width_px: Annotated[int, Field(description="Width, in pixels.")]
    height_px: Annotated[int, Field(description="Height, in pixels.")]
    added_at: Annotated[datetime, Field(description="When it was added; RFC 3339, UTC.")]
    added_by: Annotated[PersonName, Field(description="Who added it.")]


@Route("GET", "/api/v1/face-pictures", Permission.CATALOG_READ)
async def list_face_pictures(call: Call[None, PageQuery]) -> Page[FacePictureView]:
    """List the pictures for faces by number."""
    found = [_view(one) for one in await call.request.app[PICTURES].all_pictures()]
    return page_of(found, lambda one: one.picture_id, call.parameters)


@Route(
    "POST",
    "/api/v1/face-pictures",
    Permission.CATALOG_EDIT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.CONFLICT, ProblemCode.BODY_TOO_LARGE),
    uploads=(PNG, JPEG),
    once=True,
)
async def add_face_picture(call: Call[None, NewPictureQuery]) -> FacePictureView:
    """Add a picture for faces.

    The body is the file itself: PNG or JPEG, of at most 1 MiB and 2000 x 2000 pixels. It is made again as grey pixels; the file
    is not kept.
    """
    data = await read_body(call.request, MOST_BYTES)
    return _view(await call.request.app[PICTURES].add(call.parameters.name, data, call.principal.user_id, call.now))


@StreamRoute(
    "GET", "/api/v1/face-pictures/{picture_id}", Permission.CATALOG_READ, problems=(ProblemCode.NOT_FOUND,), media_types=(PNG,)
)
async def read_face_picture(call: Call[None, PicturePath]) -> web.StreamResponse:
    """Read a picture for faces as grey pixels."""
    png = await call.request.app[PICTURES].png(call.parameters.picture_id)
    return web.Response(body=png, content_type=PNG, headers={REQUEST_ID_HEADER: call.request[REQUEST_ID]})


@Route(
    "DELETE",
    "/api/v1/face-pictures/{picture_id}",
    Permission.CATALOG_EDIT,
    status=HTTPStatus.NO_CONTENT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
)
async def delete_face_picture(call: Call[None, PicturePath]) -> None:
    """Delete a picture that no face shows."""
    await call.request.app[PICTURES].remove(call.parameters.picture_id, call.principal.user_id, call.now)


def _view(one: Picture) -> FacePictureView:
    return FacePictureView(
        picture_id=one.picture_id,
        name=one.name,
        width_px=one.width_px,
        height_px=one.height_px,
        added_at=to_datetime(one.added_at),
        added_by=PersonName.of(one.added_by),
    )


OPERATIONS = (list_face_pictures, add_face_picture, read_face_picture, delete_face_picture)
