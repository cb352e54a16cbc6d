"""Whatever is sent to the API of people: an answer that the OpenAPI document names, with a stable code, and never a stack.

The table is made from the document itself, so that an operation that is added tomorrow is in it.
"""

import asyncio
import io
import json
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientResponse
from yarl import URL

from central.operations import OPERATIONS
from central.web.access import Access
from central.web.openapi import document
from central.web.operations import MAX_BODY_BYTES, Operation
from tests.builders import hostile
from tests.builders.served import Central

pytestmark = [pytest.mark.law(10), pytest.mark.asyncio(loop_scope="module")]

DOCUMENT: Any = document(OPERATIONS, "Paifang", "1")
SCHEMAS = hostile.Schemas(DOCUMENT)
PEOPLE = [one for one in OPERATIONS if one.access is not Access.AGENT and one.path.startswith("/api/")]
WITH_BODY = [one for one in PEOPLE if one.body]
JSON = "application/json"
_EXAMPLES = {
    "user_id": "2",
    "role_id": "2",
    "ticket_id": "0" * 15 + "1",
    "short_number": "000000000098",
    "name": "admin",
    "group": "kiosk",
}


def described(operation: Operation) -> Any:  # noqa: ANN401 - JSON
    return DOCUMENT["paths"][operation.path][operation.method.lower()]


def path_of(operation: Operation, name: str = "", value: str = "") -> str:
    parts = {one: _EXAMPLES.get(one, "1") for one in operation.path_names}
    return operation.path.format(**{**parts, name: value}) if name else operation.path.format(**parts)


async def ask(central: Central, operation: Operation, path: str, body: bytes | None = None, **headers: str) -> None:
    """Send one request, and hold its answer to the document. Time goes by, so that no limit of tries hides what is behind it."""
    central.clock.advance(seconds=61)
    if operation.proved:
        await central.sign_in_again()
    sent = {**central.headers, "Idempotency-Key": f"hostile-{central.clock.now}", "Content-Type": JSON, **headers}
    url = URL(central.url + path, encoded=True)
    async with central.session.request(operation.method, url, data=body, headers=sent) as answer:
        await hold(answer, described(operation), body)
    if operation.operation_id in {"signOut", "changePassword"} or answer.status == 401:
        await central.sign_in_again()


async def hold(answer: ClientResponse, said: Any, body: bytes | None) -> None:  # noqa: ANN401 - JSON
    text = await answer.text()
    shown = (answer.status, text[:300], (body or b"")[:300])
    assert answer.status < 500, shown
    assert str(answer.status) in said["responses"], shown
    if answer.status < 400:
        return
    assert answer.content_type == "application/problem+json", shown
    problem = json.loads(text)
    codes = said["responses"][str(answer.status)]["description"].split(", ")
    assert (problem["status"], problem["code"] in codes) == (answer.status, True), shown
    assert not {"Traceback", "sqlalchemy", "SELECT ", "INSERT "} & set(text.split()), shown


def by_id(operation: Operation) -> str:
    return operation.operation_id


@pytest.mark.parametrize("operation", WITH_BODY, ids=by_id)
async def test_no_body_brings_an_operation_down(central: Central, operation: Operation, share: int) -> None:
    for body in hostile.bodies(SCHEMAS, described(operation)["requestBody"]["content"][JSON]["schema"], share):
        await ask(central, operation, path_of(operation), body)


@pytest.mark.parametrize("operation", [one for one in PEOPLE if one.path_names], ids=by_id)
async def test_no_path_brings_an_operation_down(central: Central, operation: Operation) -> None:
    for name in operation.path_names:
        for value in hostile.PATHS:
            wanted = path_of(operation, name, value if "%" in value else quote(value))
            if value != "%2e%2e%2f":
                await ask(central, operation, wanted, b"{}" if operation.body else None)


@pytest.mark.parametrize("operation", PEOPLE, ids=by_id)
async def test_no_query_brings_an_operation_down(central: Central, operation: Operation) -> None:
    for query in hostile.QUERIES:
        await ask(central, operation, f"{path_of(operation)}?{query}", b"{}" if operation.body else None)


@pytest.mark.parametrize("operation", WITH_BODY, ids=by_id)
async def test_no_size_and_no_type_of_body_brings_an_operation_down(central: Central, operation: Operation) -> None:
    path = path_of(operation)
    await ask(central, operation, path, b" " * (MAX_BODY_BYTES + 1))
    for media_type in ("text/html", "application/cbor", "multipart/form-data", "application/json; charset=utf-16", "nonsense"):
        await ask(central, operation, path, b"{}", **{"Content-Type": media_type})


@pytest.mark.parametrize(
    "request_line",
    [b"BREW / HTTP/1.1", b"GET /" + b"a" * 20_000 + b" HTTP/1.1", b"GET / HTTP/9.9", b"\x16\x03\x01\x02\x00", b"GET\0/ HTTP/1.1"],
    ids=["method", "long", "version", "tls", "nul"],
)
async def test_what_is_no_http_is_answered_without_a_stack(central: Central, request_line: bytes) -> None:
    reader, writer = await asyncio.open_connection(central.server.host, central.server.port)
    writer.write(request_line + b"\r\nHost: x\r\n\r\n")
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.")
    assert answer.split()[1] == b"400"
    assert b"Traceback" not in answer
    assert b".py" not in answer
    writer.close()
    await writer.wait_closed()


async def test_ten_megabytes_are_not_read(central: Central) -> None:
    async with central.session.post(
        f"{central.url}/api/v1/session", data=io.BytesIO(b"{" * 10_000_000), headers={"Content-Type": JSON}
    ) as answer:
        assert (answer.status, (await answer.json(content_type=None))["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/v1", "/api/v1/nothing", "/api/v1/sites/", "/..%2f..%2fetc/passwd", "/%00", "/agent/v1"]
)
async def test_what_is_not_there_is_said_to_be(central: Central, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        async with central.session.request(method, URL(central.url + path, encoded=True)) as answer:
            code = (await answer.json(content_type=None))["code"]
            assert (answer.status, code) in {(404, "not_found"), (405, "method_not_allowed")}


@pytest.mark.parametrize(
    "header",
    [
        {"Idempotency-Key": "\xe9" * 20},
        {"Authorization": "Bearer " + "x" * 4_000},
        {"Authorization": "Bearer \xff"},
        {"Cookie": "paifang_session=" + "%00" * 100},
        {"Accept-Language": "zh" * 1_000},
        {"X-Request-Id": "<script>"},
    ],
    ids=lambda header: next(iter(header)),
)
async def test_no_header_brings_an_operation_down(central: Central, header: dict[str, str]) -> None:
    async with central.session.post(f"{central.url}/api/v1/orders", json={}, headers=header) as answer:
        assert (answer.status, (await answer.json(content_type=None))["code"]) == (401, "sign_in_required")
