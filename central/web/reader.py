"""The API's document over HTTP, and a page to read it with: Swagger UI, from the package that carries its files along.

Laws: the document is made once in a process, off the event loop; the page works offline, loads nothing from elsewhere, and runs
no inline script; only the named files are served.
"""

import asyncio
import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from aiohttp import ETag, web

from central.domain.problems import Problem, ProblemCode
from central.web.access import Access
from central.web.bodies import JSON
from central.web.messages import NO_FILE_OF_PAGE
from central.web.operations import RawRoute

HTML = "text/html"
_PACKAGE = "swagger_ui"
_PAGES = Path(__file__).parent / "pages"
_OF_PACKAGE = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")
_SAFE_PAGE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_ASK_AGAIN = "no-cache"


@dataclass(frozen=True, slots=True)
class Kept:
    """The document's bytes, the same compressed, and the tag that changes with them."""

    plain: bytes
    compressed: bytes
    etag: str


class Document:
    """The API's document: made at the first question, and kept."""

    def __init__(self, make: Callable[[], object]) -> None:
        """Take what makes the document."""
        self._make = make
        self._kept: Kept | None = None
        self._one_at_a_time = asyncio.Lock()

    async def read(self) -> Kept:
        """Return the document."""
        async with self._one_at_a_time:
            if self._kept is None:
                self._kept = await asyncio.to_thread(self._made)
            return self._kept

    def _made(self) -> Kept:
        plain = json.dumps(self._make(), ensure_ascii=False).encode()
        return Kept(plain, gzip.compress(plain, mtime=0), hashlib.sha256(plain).hexdigest())


DOCUMENT: web.AppKey[Document] = web.AppKey("document", Document)


@RawRoute("GET", "/api/v1/openapi.json", Access.PUBLIC, media_type=JSON)
async def read_document(request: web.Request) -> web.StreamResponse:
    """Return the OpenAPI document."""
    kept = await request.app[DOCUMENT].read()
    tags = request.if_none_match or ()
    if any(tag.value in (kept.etag, "*") for tag in tags):
        response = web.Response(status=304)
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = web.Response(body=kept.compressed, content_type=JSON, headers={"Content-Encoding": "gzip"})
    else:
        response = web.Response(body=kept.plain, content_type=JSON)
    response.etag = ETag(kept.etag, is_weak=True)
    response.headers.update({"Cache-Control": _ASK_AGAIN, "Vary": "Accept-Encoding"})
    return response


@RawRoute("GET", "/docs", Access.PUBLIC, media_type=HTML)
async def read_docs(_request: web.Request) -> web.StreamResponse:
    """Show the page that reads the document."""
    return _file(_PAGES / "docs.html")


@RawRoute("GET", "/docs/{file}", Access.PUBLIC, media_type="*/*")
async def read_docs_file(request: web.Request) -> web.StreamResponse:
    """Return a file of the page."""
    name = request.match_info["file"]
    if name == "start.js":
        return _file(_PAGES / name)
    if name in _OF_PACKAGE:
        return _file(_files_of_package() / name)
    raise Problem(ProblemCode.NOT_FOUND, NO_FILE_OF_PAGE.of(name=name[:40]))


def _file(path: Path) -> web.FileResponse:
    return web.FileResponse(path, headers={**_SAFE_PAGE, "Cache-Control": _ASK_AGAIN})


def _files_of_package() -> Path:
    """Return where the package's files are; its own code, a server of its own, is never run."""
    found = find_spec(_PACKAGE)
    assert found is not None, "the locked packages hold it"
    assert found.submodule_search_locations, "it is a package"
    return Path(found.submodule_search_locations[0]) / "static"


OPERATIONS = (read_document, read_docs, read_docs_file)
