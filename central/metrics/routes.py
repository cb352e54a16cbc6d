"""The addresses for who runs central: they need no sign-in, and say nothing of visitors or people.

They are declared as any operation is, and stand beside the API: its document does not have them.
"""

import json

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from central.metrics.service import Health
from central.web.access import Access
from central.web.operations import RawRoute

HEALTH: web.AppKey[Health] = web.AppKey("health", Health)
TEXT = "text/plain"
LINES = "application/x-ndjson"
_NOT_KEPT = {"Cache-Control": "no-store"}


@RawRoute("GET", "/livez", Access.PUBLIC, media_type=TEXT)
async def read_liveness(_request: web.Request) -> web.StreamResponse:
    """Say that the process answers."""
    return web.Response(text="alive\n", headers=_NOT_KEPT)


@RawRoute("GET", "/readyz", Access.PUBLIC, media_type=LINES)
async def read_readiness(request: web.Request) -> web.StreamResponse:
    """Say whether central can serve (200) or not (503): one line of JSON a check, with what to do where it fails."""
    found = await request.app[HEALTH].checks()
    lines = [json.dumps({"name": one.name, "ok": one.ok, "remedy": one.remedy}) for one in found]
    is_ready = all(one.ok for one in found)
    body = "".join(f"{line}\n" for line in lines).encode()
    return web.Response(status=200 if is_ready else 503, body=body, content_type=LINES, headers=_NOT_KEPT)


@RawRoute("GET", "/metrics", Access.PUBLIC, media_type=TEXT)
async def read_metrics(request: web.Request) -> web.StreamResponse:
    """Return central's figures in the text format of Prometheus."""
    headers = {**_NOT_KEPT, "Content-Type": CONTENT_TYPE_LATEST}
    return web.Response(body=await request.app[HEALTH].metrics(), headers=headers)


PROBES = (read_liveness, read_readiness)
OPERATIONS = (*PROBES, read_metrics)
