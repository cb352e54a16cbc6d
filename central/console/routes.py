"""The web console over HTTP: one page under /console/ for every address of it, and the files that the page loads.

Laws: the page runs our own scripts alone, loads nothing from elsewhere and stands in no frame (its content security policy); a
file whose name holds its hash is kept by browsers for good, the page itself is asked for each time.
"""

from http import HTTPStatus

from aiohttp import web

from central.console.builds import Builds
from central.console.messages import NO_ASSET, NOT_BUILT
from central.domain.problems import Problem, ProblemCode
from central.web.access import Access
from central.web.operations import RawRoute

BUILDS: web.AppKey[Builds] = web.AppKey("console_builds", Builds)
HTML = "text/html"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SAFE_PAGE = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), serial=()",
}
_ASK_AGAIN = "no-cache"
_FOR_GOOD = "public, max-age=31536000, immutable"


@RawRoute("GET", "/", Access.PUBLIC, media_type=HTML)
async def open_root(_request: web.Request) -> web.StreamResponse:
    """Lead a person who types the bare address to the console."""
    return web.Response(status=HTTPStatus.FOUND, headers={"Location": "/console/"})


@RawRoute("GET", "/console", Access.PUBLIC, media_type=HTML)
async def open_console(_request: web.Request) -> web.StreamResponse:
    """Lead to the console's own folder."""
    return web.Response(status=HTTPStatus.FOUND, headers={"Location": "/console/"})


@RawRoute("GET", "/console/assets/{file}", Access.PUBLIC, media_type="*/*")
async def read_console_asset(request: web.Request) -> web.StreamResponse:
    """Return a file of the present build or of the one before."""
    name = request.match_info["file"]
    path = request.app[BUILDS].asset(name)
    if path is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_ASSET.of(name=name[:80]))
    return web.FileResponse(path, headers={"X-Content-Type-Options": "nosniff", "Cache-Control": _FOR_GOOD})


@RawRoute("GET", "/console/{page:.*}", Access.PUBLIC, media_type=HTML)
async def read_console_page(request: web.Request) -> web.StreamResponse:
    """Return the one page, whatever the address below /console/: the page itself shows what the address names."""
    page = request.app[BUILDS].index()
    if page is None:
        raise Problem(ProblemCode.NOT_FOUND, NOT_BUILT.of())
    return web.FileResponse(page, headers={**SAFE_PAGE, "Cache-Control": _ASK_AGAIN})


OPERATIONS = (open_root, open_console, read_console_asset, read_console_page)
