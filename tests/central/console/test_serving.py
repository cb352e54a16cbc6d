"""The console over HTTP: one page for each address, the files of two builds, and nothing else of the disk."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from central.console.builds import Builds
from central.console.routes import BUILDS, OPERATIONS
from central.web.application import make_application
from tests.builders.central import HandClock, SeededBytes

Client = TestClient[web.Request, web.Application]


class Nobody:
    """Knows no session."""

    async def principal(self, _token: str, _now: object) -> None:
        """Return no person."""


def build(directory: Path, name: str, **assets: str) -> None:
    """Write a build as `scripts/console.sh` leaves it."""
    folder = directory / name
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(f"<!doctype html><title>{name}</title>")
    for asset, text in assets.items():
        (folder / "assets" / asset.replace("_", ".")).write_text(text)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    build(tmp_path, "current", new_js="new", both_js="of the present build")
    build(tmp_path, "previous", old_js="old", both_js="of the build before")
    (tmp_path / "secret.js").write_text("no page's business")
    return tmp_path


@pytest.fixture
async def client(directory: Path) -> AsyncIterator[Client]:
    app = make_application(OPERATIONS, clock=HandClock(), authenticator=Nobody(), random_bytes=SeededBytes())
    app[BUILDS] = Builds(directory)
    async with TestClient(TestServer(app)) as one:
        yield one


@pytest.mark.parametrize("address", ["/console/", "/console/orders", "/console/orders/17?day=2026-05-10", "/console/a/b/c"])
async def test_each_address_of_the_console_is_the_one_page(client: Client, address: str) -> None:
    answer = await client.get(address)
    assert (answer.status, answer.content_type) == (200, "text/html")
    assert "<title>current</title>" in await answer.text()
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("address", ["/", "/console"])
async def test_the_bare_address_leads_to_it(client: Client, address: str) -> None:
    answer = await client.get(address, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (302, "/console/")


async def test_the_page_may_run_our_own_scripts_alone(client: Client) -> None:
    headers = (await client.get("/console/")).headers
    policy = dict(each.split(" ", 1) for each in headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("name", "text"), [("new.js", "new"), ("old.js", "old"), ("both.js", "of the present build")])
async def test_files_of_both_builds_are_served_and_kept_for_good(client: Client, name: str, text: str) -> None:
    answer = await client.get(f"/console/assets/{name}")
    assert (answer.status, await answer.text()) == (200, text)
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["gone.js", "..%2Findex.html", "..%2F..%2Fsecret.js", "%2Fetc%2Fpasswd", ".hidden", "new.js.gz", "a" * 300]
)
async def test_no_other_file_is(client: Client, directory: Path, name: str) -> None:
    (directory / "current" / "assets" / "new.js.gz").write_bytes(b"packed")
    (directory / "current" / "assets" / ".hidden").write_text("hidden")
    answer = await client.get(f"/console/assets/{name}")
    assert (answer.status, (await answer.json())["code"]) == (404, "not_found")


async def test_a_packed_copy_goes_to_who_takes_it(client: Client, directory: Path) -> None:
    (directory / "current" / "assets" / "new.js.gz").write_bytes(b"packed")
    packed = await client.get("/console/assets/new.js", headers={"Accept-Encoding": "gzip"}, auto_decompress=False)
    plain = await client.get("/console/assets/new.js", headers={"Accept-Encoding": "identity"})
    assert (packed.headers["Content-Encoding"], await packed.read()) == ("gzip", b"packed")
    assert await plain.text() == "new"


async def test_a_central_without_a_build_says_how_to_make_one(client: Client, directory: Path) -> None:
    (directory / "current" / "index.html").unlink()
    answer = await client.get("/console/")
    assert answer.status == 404
    assert "make setup" in (await answer.json())["detail"]
