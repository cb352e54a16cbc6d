"""The API's document and its reader over HTTP: without a sign-in, kept in memory, and nothing from elsewhere."""

import gzip
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from central.assembly import api_document
from central.operations import OPERATIONS
from central.web.application import make_application
from central.web.reader import DOCUMENT, Document
from central.web.reader import OPERATIONS as READER
from tests.builders.central import HandClock, SeededBytes

Client = TestClient[web.Request, web.Application]
ADDRESS = "/api/v1/openapi.json"


@pytest.fixture
def made() -> list[int]:
    """One entry each time the document is made."""
    return []


@pytest.fixture
async def client(made: list[int]) -> AsyncIterator[Client]:
    def make() -> object:
        made.append(1)
        return {"openapi": "3.1.0", "info": {"title": "牌坊"}}

    app = make_application(READER, clock=HandClock(), authenticator=Nobody(), random_bytes=SeededBytes())
    app[DOCUMENT] = Document(make)
    async with TestClient(TestServer(app), auto_decompress=False) as one:
        yield one


class Nobody:
    """Knows no session."""

    async def principal(self, _token: str, _now: object) -> None:
        """Return no person."""


async def test_the_document_is_made_once_and_served_in_both_forms(client: Client, made: list[int]) -> None:
    plain = await client.get(ADDRESS, headers={"Accept-Encoding": "identity"})
    packed = await client.get(ADDRESS, headers={"Accept-Encoding": "gzip"})
    assert plain.headers["Content-Type"].startswith("application/json")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(await packed.read()) == await plain.read()
    assert json.loads(await plain.read())["info"]["title"] == "牌坊"
    assert made == [1]


async def test_a_reader_who_has_it_is_told_so(client: Client) -> None:
    first = await client.get(ADDRESS)
    again = await client.get(ADDRESS, headers={"If-None-Match": first.headers["ETag"]})
    other = await client.get(ADDRESS, headers={"If-None-Match": '"another"'})
    assert (again.status, await again.read(), other.status) == (304, b"", 200)
    assert again.headers["ETag"] == first.headers["ETag"]


async def test_the_page_loads_only_files_that_central_serves_and_runs_no_script_of_its_own(client: Client) -> None:
    page = await client.get("/docs")
    said = await page.text()
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert re.findall(r"<script(?! src=)|<style|style=|\son\w+=|https?:", said) == []
    named = re.findall(r'(?:src|href)="([^"]+)"', said)
    files = {name: await client.get(f"/{name}") for name in named}
    assert {name for name, one in files.items() if one.status != 200} == set()
    kinds = {one.content_type.replace("text/javascript", "application/javascript") for one in files.values()}
    assert kinds == {"image/png", "text/css", "application/javascript"}


@pytest.mark.parametrize("name", ["docs.html", "swagger-ui.js", "..%2Freader.py", "LICENSE"])
async def test_no_other_file_is_served(client: Client, name: str) -> None:
    answer = await client.get(f"/docs/{name}")
    assert answer.status == 404


def test_each_operation_stands_in_the_part_of_its_slice() -> None:
    document: Any = api_document()
    known = [tag["name"] for tag in document["tags"]]
    assert all(tag["description"] for tag in document["tags"])
    tags = {one.operation_id: document["paths"][one.path][one.method.lower()]["tags"] for one in OPERATIONS}
    assert {name: said for name, said in tags.items() if len(said) != 1 or said[0] not in known} == {}
    modules = {one.operation_id: (one.handle.__module__, one.tag) for one in OPERATIONS}
    assert len(known) == len(set(known)) == len({tag for _, tag in modules.values()})


def test_the_document_explains_what_clients_share() -> None:
    document: Any = api_document()
    guide = document["info"]["description"]
    named = ("X-CSRF-Token", "Bearer", "proof_required", "Idempotency-Key", "`next`", "Accept-Language", "_fen", "counter_scope")
    assert [word for word in named if word not in guide] == []
    headings = re.findall(r"^## (.+)$", guide, re.MULTILINE)
    assert headings == [
        *("Sign-in", "Data scopes", "Idempotency keys", "Pages", "Problems", "Languages", "Times", "Money"),
        "Names beside numbers",
    ]
