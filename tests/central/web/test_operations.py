"""Every operation: declared, denied by default, strict about its input, and never showing a stack."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel, ConfigDict, Field

from central.domain.principal import Principal
from central.domain.problems import ProblemCode
from central.store.answers import Answers
from central.store.engine import open_database
from central.store.unit_of_work import Store
from central.web import openapi
from central.web.access import COOKIE, CSRF_HEADER, Access, csrf_token
from central.web.application import make_application
from central.web.bodies import MAX_BODY_BYTES
from central.web.once import ANSWERS
from central.web.operations import Call, RawRoute, Route
from protocol.errors import InputError, StorageError
from protocol.instants import Instant
from tests.builders.central import HandClock, SeededBytes, field_seal, sqlite_url

TOKEN = "t" * 43
Client = TestClient[web.Request, web.Application]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    count: Annotated[int, Field(ge=1, le=9)]


class Where(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: Annotated[int, Field(ge=1)]
    verbose: bool = False


class Answer(BaseModel):
    said: str


@Route("POST", "/api/v1/things/{number}", "things.edit")
async def echo(call: Call[Body, Where]) -> Answer:
    """Echo what was sent; the answer names the caller."""
    return Answer(said=f"{call.principal.name} {call.parameters.number} {call.body.count} {call.parameters.verbose}")


@Route("POST", "/api/v1/once", Access.SIGNED_IN, idempotent=True)
async def once(call: Call[Body, None]) -> Answer:
    """Do once."""
    return Answer(said=f"{call.once.scope} {call.once.key}")


@Route("GET", "/api/v1/open", Access.PUBLIC)
async def open_to_all(call: Call[None, None]) -> None:
    """Open to all."""
    fault = call.request.headers.get("X-Fault")
    if fault:
        raise {"input": InputError("field x"), "storage": StorageError("disk"), "bug": RuntimeError("secret /path")}[fault]


@RawRoute("POST", "/agent/v1/raw", Access.AGENT, media_type="application/cbor")
async def raw(request: web.Request) -> web.Response:
    """Return bytes."""
    return web.Response(body=await request.read())


OPERATIONS = (echo, once, open_to_all, raw)


class Authenticator:
    def __init__(self) -> None:
        self.who = Principal(7, "wang", frozenset({"things.edit"}), must_change_password=False)

    async def principal(self, token: str, now: Instant) -> Principal | None:
        assert now
        return self.who if token == TOKEN else None


@pytest.fixture
def authenticator() -> Authenticator:
    return Authenticator()


@pytest.fixture
async def client(authenticator: Authenticator, tmp_path: Path) -> AsyncIterator[Client]:
    app = make_application(OPERATIONS, clock=HandClock(), authenticator=authenticator, random_bytes=SeededBytes())
    store = Store(open_database(sqlite_url(tmp_path)))
    app[ANSWERS] = Answers(store, field_seal(SeededBytes()))
    async with TestClient(TestServer(app)) as one:
        yield one
    await store.close()


BEARER = {"Authorization": f"Bearer {TOKEN}"}


async def _problem(answer: Any) -> tuple[int, str]:  # noqa: ANN401 - aiohttp's answer
    assert answer.content_type == "application/problem+json"
    document = await answer.json(content_type=None)
    assert document["status"] == answer.status
    assert document["instance"] == f"urn:paifang:request:{answer.headers['X-Request-Id']}"
    assert document["type"] == f"urn:paifang:problem:{document['code']}"
    assert "Traceback" not in json.dumps(document)
    return answer.status, document["code"]


async def test_a_parsed_call_reaches_its_handler(client: Client) -> None:
    answer = await client.post("/api/v1/things/3?verbose=true", json={"count": 4}, headers=BEARER)
    assert (answer.status, await answer.json()) == (200, {"said": "wang 3 4 True"})


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}, {"Cookie": f"{COOKIE}=x"}]
)
async def test_without_a_session_nothing_is_done(client: Client, headers: dict[str, str]) -> None:
    answer = await client.post("/api/v1/things/3", json={"count": 4}, headers=headers)
    assert await _problem(answer) == (401, "sign_in_required")


async def test_without_the_permission_nothing_is_done(client: Client, authenticator: Authenticator) -> None:
    authenticator.who = Principal(7, "wang", frozenset({"other"}), must_change_password=False)
    assert await _problem(await client.post("/api/v1/things/3", json={"count": 4}, headers=BEARER)) == (403, "forbidden")


async def test_a_person_who_must_change_the_password_does_nothing_else(client: Client, authenticator: Authenticator) -> None:
    authenticator.who = Principal(7, "wang", frozenset({"things.edit"}), must_change_password=True)
    answer = await client.post("/api/v1/things/3", json={"count": 4}, headers=BEARER)
    assert await _problem(answer) == (403, "password_change_required")


OWN = {CSRF_HEADER: csrf_token(TOKEN)}


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        (OWN, True),
        ({**OWN, "Sec-Fetch-Site": "same-origin"}, True),
        ({}, False),
        ({CSRF_HEADER: csrf_token("other")}, False),
        ({CSRF_HEADER: "ü"}, False),
        ({**OWN, "Sec-Fetch-Site": "cross-site"}, False),
        ({**OWN, "Sec-Fetch-Site": "same-site"}, False),
        ({**OWN, "Origin": "https://evil.example"}, False),
        ({**OWN, "Origin": "null"}, False),
    ],
)
async def test_a_browsers_cookie_counts_only_from_our_own_pages(
    client: Client, headers: dict[str, str], *, is_let_in: bool
) -> None:
    sent = {**headers, "Cookie": f"{COOKIE}={TOKEN}"}
    answer = await client.post("/api/v1/things/3", json={"count": 4}, headers=sent)
    assert answer.status == 200 if is_let_in else await _problem(answer) == (403, "cross_site")


@pytest.mark.parametrize(
    ("path", "body", "media_type", "expected"),
    [
        ("/api/v1/things/3", b'{"count": 4', "application/json", (400, "input_invalid")),
        ("/api/v1/things/3", b"", "application/json", (400, "input_invalid")),
        ("/api/v1/things/3", b"\xff\xfe", "application/json", (400, "input_invalid")),
        ("/api/v1/things/3", b"[" * 100_000, "application/json", (400, "input_invalid")),
        ("/api/v1/things/3", b"null", "application/json", (400, "input_invalid")),
        ("/api/v1/things/3", b'{"count": "x"}', "application/json", (400, "input_invalid")),
        ("/api/v1/things/3", b'{"count": 0}', "application/json", (400, "input_invalid")),
        ("/api/v1/things/3", b'{"count": 1e999}', "application/json", (400, "input_invalid")),
        ("/api/v1/things/3", b'{"count": 4, "is_admin": true}', "application/json", (400, "input_invalid")),
        ("/api/v1/things/3", b'{"count": 4, "count": 5}', "application/json", (400, "input_invalid")),
        ("/api/v1/things/3", b'{"count": 4, "\\u0063ount": 5}', "application/json", (400, "input_invalid")),
        ("/api/v1/things/3", b'{"count": 1' + b"0" * 5_000 + b', "count": 4}', "application/json", (400, "input_invalid")),
        (
            "/api/v1/things/3",
            b'{"count": ' + b"[" * 190 + b"]" * 190 + b', "count": 4}',
            "application/json",
            (400, "input_invalid"),
        ),
        ("/api/v1/things/3", b'{"count": NaN}', "application/json", (400, "input_invalid")),
        ("/api/v1/things/3", b'{"count": 1' + b"0" * 5_000 + b"}", "application/json", (400, "input_invalid")),
        ("/api/v1/things/x", b'{"count": 4}', "application/json", (400, "input_invalid")),
        ("/api/v1/things/0", b'{"count": 4}', "application/json", (400, "input_invalid")),
        ("/api/v1/things/3?more=1", b'{"count": 4}', "application/json", (400, "input_invalid")),
        ("/api/v1/things/3?verbose=1&verbose=0", b'{"count": 4}', "application/json", (400, "input_invalid")),
        ("/api/v1/things/3?number=4", b'{"count": 4}', "application/json", (400, "input_invalid")),
        ("/api/v1/things/3", b"count=4", "application/x-www-form-urlencoded", (415, "media_type")),
        ("/api/v1/things/3", b" " * (MAX_BODY_BYTES + 1), "application/json", (413, "body_too_large")),
        ("/api/v1/nothing", b"{}", "application/json", (404, "not_found")),
        ("/api/v1/open", b"{}", "application/json", (405, "method_not_allowed")),
    ],
)
async def test_bad_input_gets_a_stable_code(
    client: Client, path: str, body: bytes, media_type: str, expected: tuple[int, str]
) -> None:
    answer = await client.post(path, data=body, headers={**BEARER, "Content-Type": media_type})
    assert await _problem(answer) == expected


async def test_a_body_that_hides_its_length_is_cut_off_too(client: Client) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield b" " * MAX_BODY_BYTES

    answer = await client.post("/api/v1/things/3", data=endless(), headers={**BEARER, "Content-Type": "application/json"})
    assert await _problem(answer) == (413, "body_too_large")


async def test_each_wrong_field_is_named(client: Client) -> None:
    answer = await client.post("/api/v1/things/3", json={"count": 12}, headers=BEARER)
    assert [fault["field"] for fault in (await answer.json(content_type=None))["errors"]] == ["count"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("input", (400, "input_invalid")), ("storage", (503, "storage_failed")), ("bug", (500, "internal"))],
)
@pytest.mark.law(10)
async def test_a_fault_becomes_a_problem_without_its_insides(client: Client, fault: str, expected: tuple[int, str]) -> None:
    answer = await client.get("/api/v1/open", headers={"X-Fault": fault})
    assert "secret" not in await answer.text()
    assert await _problem(answer) == expected


@pytest.mark.parametrize(("language", "title"), [("zh-CN,zh;q=0.9", "未找到"), ("en", "Not found"), ("", "Not found")])
async def test_titles_are_said_in_the_readers_language(client: Client, language: str, title: str) -> None:
    answer = await client.get("/nowhere", headers={"Accept-Language": language})
    assert (await answer.json(content_type=None))["title"] == title


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({"Accept-Language": "zh-CN"}, "参数 nonsense 出现了两次"),
        ({"Accept-Language": "en"}, "the parameter nonsense stands twice"),
        ({}, "the parameter nonsense stands twice"),
    ],
)
async def test_a_refusal_is_said_in_the_readers_language_by_a_code(client: Client, headers: dict[str, str], detail: str) -> None:
    path = "/api/v1/things/3?nonsense=1&nonsense=2"
    said = await (await client.post(path, json={"count": 1}, headers={**BEARER, **headers})).json(content_type=None)
    assert (said["detail"], said["detail_code"], said["parameters"]) == (detail, "parameter_twice", {"name": "nonsense"})
    assert said["errors"][0]["code"] == "must_stand_once"


@pytest.mark.parametrize(
    ("key", "status"),
    [("12345678", 200), ('"12345678"', 200), ("1234567", 400), ("x" * 65, 400), ("a b c d e", 400), (None, 400)],
)
async def test_an_idempotency_key_is_required_and_plain(client: Client, key: str | None, status: int) -> None:
    headers = BEARER if key is None else {**BEARER, "Idempotency-Key": key}
    answer = await client.post("/api/v1/once", json={"count": 4}, headers=headers)
    assert answer.status == status
    if status == 200:
        assert (await answer.json())["said"] == "once/7 12345678"


async def test_a_raw_operation_passes_bytes(client: Client) -> None:
    answer = await client.post("/agent/v1/raw", data=b"\xa0")
    assert (answer.status, await answer.read()) == (200, b"\xa0")


def test_the_document_says_what_the_declarations_say() -> None:
    document: Any = openapi.document(OPERATIONS, "Paifang", "1")
    assert document["openapi"] == "3.1.0"
    operation = document["paths"]["/api/v1/things/{number}"]["post"]
    assert (operation["operationId"], operation["x-permission"]) == ("echo", "things.edit")
    assert [(one["name"], one["in"], one["required"]) for one in operation["parameters"]] == [
        ("number", "path", True),
        ("verbose", "query", False),
    ]
    assert set(operation["responses"]) == {"200", "400", "401", "403", "413", "415", "500", "503"}
    assert document["paths"]["/api/v1/open"]["get"]["security"] == []
    assert "Idempotency-Key" in [one["name"] for one in document["paths"]["/api/v1/once"]["post"]["parameters"]]
    references = set(re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(document)))
    assert references <= set(document["components"]["schemas"])


@pytest.mark.parametrize("access", [Access.PUBLIC, Access.AGENT])
def test_a_route_without_a_person_cannot_ask_for_the_password(access: Access) -> None:
    async def prove(call: Call[None, None]) -> None:
        """Prove."""

    with pytest.raises(AssertionError, match="only a person"):
        Route("POST", "/api/v1/prove", access, proved=True)(prove)


def test_problem_codes_are_stable_words() -> None:
    codes = [code.value.code for code in ProblemCode]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)
    assert all(code.value.title_zh and code.value.title_en for code in ProblemCode)
