"""Each request to the API of people gets an answer that the OpenAPI document names, with a stable code and no stack.

The attacks are made from the document itself, so that operations that are added later are attacked too. `make test` makes a share
of them, at least one of each kind on each operation; a sweep makes all.
"""

import asyncio
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import pytest
from yarl import URL

from central.operations import OPERATIONS
from central.web.access import Access
from central.web.bodies import MAX_BODY_BYTES
from central.web.operations import Operation
from tests.builders import hostile
from tests.builders.api_document import api_document
from tests.builders.served import Central

pytestmark = [pytest.mark.law(10), pytest.mark.asyncio(loop_scope="module")]

PEOPLE = [one for one in OPERATIONS if one.access is not Access.AGENT and one.path.startswith("/api/")]
WITH_BODY = [one for one in PEOPLE if one.body]
JSON = "application/json"
MEDIA_TYPES = ("text/html", "application/cbor", "multipart/form-data", "application/json; charset=utf-16", "nonsense")
TRACES = {"Traceback", "sqlalchemy", "SELECT ", "INSERT "}
_EXAMPLES = {
    "user_id": "2",
    "role_id": "2",
    "ticket_id": "0" * 15 + "1",
    "short_number": "000000000098",
    "name": "admin",
    "group": "kiosk",
}


@dataclass(frozen=True, slots=True)
class Attack:
    """One request that no honest client sends."""

    operation: Operation
    target: str
    body: bytes | None
    media_type: str = JSON


def described(operation: Operation) -> Any:  # noqa: ANN401 - JSON
    return api_document()["paths"][operation.path][operation.method.lower()]


def example_of(operation: Operation) -> Any:  # noqa: ANN401 - JSON
    schemas = hostile.Schemas(api_document())
    return schemas.example(described(operation)["requestBody"]["content"][JSON]["schema"])


def path_of(operation: Operation, name: str = "", value: str = "") -> str:
    parts = {one: _EXAMPLES.get(one, "1") for one in operation.path_names}
    return operation.path.format(**{**parts, name: value}) if name else operation.path.format(**parts)


def some_body(operation: Operation) -> bytes | None:
    return b"{}" if operation.body else None


def fields(share: int) -> Iterator[Attack]:
    """Yield the body that the document shows, and bodies that are wrong in one field."""
    for number, operation in enumerate(WITH_BODY):
        example = example_of(operation)
        shown = json.dumps(example).encode()
        for body in (shown, *hostile.wrong_fields(example, share, number)):
            yield Attack(operation, path_of(operation), body)


def no_objects(share: int) -> Iterator[Attack]:
    """Yield bodies that are no JSON object, or an object with an unknown field."""
    for number, operation in enumerate(WITH_BODY):
        unknown = json.dumps({**example_of(operation), "unknown": 1}).encode()
        for body in hostile.some(share, (unknown, *hostile.NO_OBJECTS), number):
            yield Attack(operation, path_of(operation), body)


def paths(share: int) -> Iterator[Attack]:
    """Yield paths with values that cannot exist."""
    values = [one if "%" in one else quote(one) for one in hostile.PATHS if one != "%2e%2e%2f"]
    for number, operation in enumerate(one for one in PEOPLE if one.path_names):
        for offset, name in enumerate(operation.path_names):
            for value in hostile.some(share, values, number + offset):
                yield Attack(operation, path_of(operation, name, value), some_body(operation))


def queries(share: int) -> Iterator[Attack]:
    """Yield queries that no operation knows, or with impossible values."""
    for number, operation in enumerate(PEOPLE):
        for query in hostile.some(share, hostile.QUERIES, number):
            yield Attack(operation, f"{path_of(operation)}?{query}", some_body(operation))


def sizes_and_types(share: int) -> Iterator[Attack]:
    """Yield a body that is too long, and bodies of media types that are not accepted."""
    for number, operation in enumerate(WITH_BODY):
        path = path_of(operation)
        ways = (
            Attack(operation, path, b" " * (MAX_BODY_BYTES + 1)),
            *(Attack(operation, path, b"{}", one) for one in MEDIA_TYPES),
        )
        yield from hostile.some(share, ways, number)


async def ask(central: Central, attack: Attack) -> str:
    """Make an attack, and return what is wrong with its answer.

    The time goes on, so that no limit of tries hides the real answer.
    """
    operation = attack.operation
    central.clock.advance(seconds=61 if operation.access is Access.PUBLIC else 1)
    if operation.proved:
        await central.sign_in_again()
    status, said = await answered(central, attack)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        central.clock.advance(seconds=61)
        status, said = await answered(central, attack)
    if operation.operation_id in {"signOut", "changePassword"} or status == HTTPStatus.UNAUTHORIZED:
        await central.sign_in_again()
    return f"{said}: {attack.target[:200]} {(attack.body or b'')[:300]!r}" if said else ""


async def answered(central: Central, attack: Attack) -> tuple[int, str]:
    """Return the status of the answer, and what is wrong with it."""
    key = f"hostile-{central.clock.advance(milliseconds=1)}"
    headers = {**central.headers, "Idempotency-Key": key, "Content-Type": attack.media_type}
    url = URL(central.url + attack.target, encoded=True)
    async with central.session.request(attack.operation.method, url, data=attack.body, headers=headers) as answer:
        text, documented = await answer.text(), described(attack.operation)["responses"]
        return answer.status, wrong_about(answer.status, answer.content_type, text, documented)


def wrong_about(status: int, media_type: str, text: str, documented: Any) -> str:  # noqa: ANN401 - JSON
    """Return what the document does not name in an answer; nothing where it names all."""
    if status >= 500 or str(status) not in documented:
        return f"{status} is not documented, {text[:300]}"
    if status < 400:
        return ""
    if media_type != "application/problem+json":
        return f"{status} is answered as {media_type}, {text[:300]}"
    problem, codes = json.loads(text), documented[str(status)]["description"].split(", ")
    if problem["status"] != status or problem["code"] not in codes or any(trace in text for trace in TRACES):
        return f"{status} is no problem of {codes}, {text[:300]}"
    return ""


async def offenders(central: Central, attacks: Iterable[Attack], attacked: Sequence[Operation]) -> dict[str, list[str]]:
    """Make all attacks; return the operations whose answers are wrong. Each operation must be attacked."""
    found, met = defaultdict[str, list[str]](list), set[str]()
    for attack in attacks:
        met.add(attack.operation.operation_id)
        if said := await ask(central, attack):
            found[attack.operation.operation_id].append(said)
    for operation in attacked:
        if operation.operation_id not in met:
            found[operation.operation_id].append("it is not attacked")
    return dict(found)


async def test_no_wrong_field_brings_an_operation_down(central: Central, share: int) -> None:
    assert await offenders(central, fields(share), WITH_BODY) == {}


async def test_no_body_that_is_no_object_brings_an_operation_down(central: Central, share: int) -> None:
    assert await offenders(central, no_objects(share), WITH_BODY) == {}


async def test_no_path_brings_an_operation_down(central: Central, share: int) -> None:
    assert await offenders(central, paths(share), [one for one in PEOPLE if one.path_names]) == {}


async def test_no_query_brings_an_operation_down(central: Central, share: int) -> None:
    assert await offenders(central, queries(share), PEOPLE) == {}


async def test_no_size_and_no_type_of_body_brings_an_operation_down(central: Central, share: int) -> None:
    assert await offenders(central, sizes_and_types(share), WITH_BODY) == {}


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


async def test_what_is_not_there_is_said_to_be(central: Central) -> None:
    paths_of_nothing = (
        "/nothing",
        "/api",
        "/api/v1",
        "/api/v1/nothing",
        "/api/v1/sites/",
        "/..%2f..%2fetc/passwd",
        "/%00",
        "/agent/v1",
    )
    methods = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")
    found = {}
    for method in methods:
        for path in paths_of_nothing:
            async with central.session.request(method, URL(central.url + path, encoded=True)) as answer:
                found[method, path] = answer.status, (await answer.json(content_type=None))["code"]
    honest = {(404, "not_found"), (405, "method_not_allowed")}
    assert {asked: said for asked, said in found.items() if said not in honest} == {}


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
