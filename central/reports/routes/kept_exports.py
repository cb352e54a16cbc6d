"""Exports that take long, over HTTP: begun, read until they are done, cancelled, fetched.

Law: only the person who asked for an export gets it, as long as that person may still read its list.
"""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from central.domain.pagination import Page, PageQuery, page_of
from central.domain.problems import ProblemCode
from central.domain.views import Moment, View
from central.identity.permissions import Permission
from central.reports.exports import CHUNK_BYTES, MEDIA_TYPES, Table, TableFormat
from central.reports.kept_exports import Asked, ExportState, KeptExports
from central.reports.listing import ItemT, Listing
from central.reports.routes.exports import EXPORT_TURNS, ExportT, of_each_list
from central.reports.routes.pages import REPORTS
from central.web import access
from central.web.access import Access
from central.web.calls import REQUEST_ID
from central.web.languages import reads_chinese
from central.web.middleware import REQUEST_ID_HEADER
from central.web.operation_words import written
from central.web.operations import Call, Operation, Route, StreamRoute

KEPT_EXPORTS: web.AppKey[KeptExports] = web.AppKey("kept_exports", KeptExports)
_TYPES = tuple(MEDIA_TYPES.values())
_NOT_THERE = (ProblemCode.NOT_FOUND, ProblemCode.FORBIDDEN, ProblemCode.PASSWORD_CHANGE_REQUIRED)


class KeptExportPath(BaseModel):
    """Which export."""

    model_config = ConfigDict(extra="forbid")

    export_id: Annotated[int, Field(ge=1, lt=2**63)]


class KeptExportView(View):
    """An export and its progress: so many rows are done, of the rows that the list had when it began."""

    export_id: int
    list_name: str
    format: TableFormat
    state: ExportState
    rows_wanted: int
    rows_done: int
    size_bytes: int
    fault: str | None
    requested_at: Moment


def _begin(noun: str, listing: Listing[ItemT], query: type[ExportT], permission: Permission) -> Operation:
    async def begin(call: Call[ExportT, None]) -> KeptExportView:
        reports, wanted = call.request.app[REPORTS], call.body.wanted()
        table = Table(listing.name, listing.columns, await reports.names(chinese=reads_chinese(call.request.headers)))
        rows = await reports.count(listing, wanted, call.principal)
        asked = Asked(call.principal.user_id, permission, listing.name, call.body.format, rows)
        pages, place = reports.pages(listing, wanted, call.principal), call.request.app[EXPORT_TURNS].place()
        return KeptExportView.of(await call.request.app[KEPT_EXPORTS].begin(asked, table, pages, place))

    begin.__annotations__["call"] = Call[query, None]  # type: ignore[valid-type]  # only the caller knows which query it is
    words = written(f"begin{noun}Export", f"Begin to make a table of the list of {listing.name}.")
    path, problems = f"/api/v1/kept-exports/{listing.name}", (ProblemCode.CONFLICT,)
    route = Route("POST", path, permission, status=HTTPStatus.CREATED, problems=problems, once=True)
    return route.of(words, begin)


@Route("GET", "/api/v1/kept-exports", Access.SIGNED_IN)
async def list_kept_exports(call: Call[None, PageQuery]) -> Page[KeptExportView]:
    """List the own exports that are being made or kept."""
    found = await call.request.app[KEPT_EXPORTS].of(call.principal.user_id)
    return page_of([KeptExportView.of(one) for one in found], lambda one: one.export_id, call.parameters)


@Route("GET", "/api/v1/kept-exports/{export_id}", Access.SIGNED_IN, problems=(ProblemCode.NOT_FOUND,))
async def read_kept_export(call: Call[None, KeptExportPath]) -> KeptExportView:
    """Read how far an export is; ask again until it is no longer running."""
    return KeptExportView.of(await call.request.app[KEPT_EXPORTS].export(call.parameters.export_id, call.principal.user_id))


@Route("POST", "/api/v1/kept-exports/{export_id}/cancel", Access.SIGNED_IN, problems=(ProblemCode.NOT_FOUND,), once=True)
async def cancel_kept_export(call: Call[None, KeptExportPath]) -> KeptExportView:
    """Cancel an export; an export that has ended stays as it is."""
    return KeptExportView.of(await call.request.app[KEPT_EXPORTS].cancel(call.parameters.export_id, call.principal.user_id))


@Route(
    "DELETE",
    "/api/v1/kept-exports/{export_id}",
    Access.SIGNED_IN,
    status=HTTPStatus.NO_CONTENT,
    problems=(ProblemCode.NOT_FOUND,),
)
async def delete_kept_export(call: Call[None, KeptExportPath]) -> None:
    """Delete an export, whether it is made or not; each is deleted after a day anyway."""
    await call.request.app[KEPT_EXPORTS].delete(call.parameters.export_id, call.principal.user_id)


@StreamRoute(
    "GET",
    "/api/v1/kept-exports/{export_id}/file",
    Access.SIGNED_IN,
    problems=(*_NOT_THERE, ProblemCode.CONFLICT),
    media_types=_TYPES,
)
async def read_kept_export_file(call: Call[None, KeptExportPath]) -> web.StreamResponse:
    """Fetch the table that an export has made."""
    kept, who = call.request.app[KEPT_EXPORTS], call.principal
    said = await kept.export(call.parameters.export_id, who.user_id)
    access.require_allowed(said.permission, who)
    headers = {
        "Content-Disposition": f'attachment; filename="{said.list_name}.{said.format}"',
        "Content-Type": MEDIA_TYPES[said.format],
        REQUEST_ID_HEADER: call.request[REQUEST_ID],
    }
    return web.FileResponse(await kept.file(said.export_id, who.user_id), CHUNK_BYTES, headers=headers)


OPERATIONS = (
    *of_each_list(_begin),
    list_kept_exports,
    read_kept_export,
    cancel_kept_export,
    delete_kept_export,
    read_kept_export_file,
)
