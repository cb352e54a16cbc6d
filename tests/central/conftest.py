"""Central's tests run on both databases: SQLite always, PostgreSQL (marked so) on a server that the tests start."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.store.engine import open_database
from central.store.migrate import migrate
from central.store.unit_of_work import Store
from tests.builders.central import DATABASE_FILE, HandClock, SeededBytes, sqlite_url
from tests.builders.compiled_statements import share_compiled_statements
from tests.builders.office import Office
from tests.builders.postgresql import Server, running_server

share_compiled_statements()

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    server: Server = request.getfixturevalue("postgresql_server")
    return server.empty_url()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    asyncio.run(_migrate(sqlite_url(folder)))
    return folder / DATABASE_FILE


async def _migrate(url: str) -> None:
    database = open_database(url)
    await migrate(database)
    await database.close()


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with all tables, empty."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / DATABASE_FILE)
        return sqlite_url(tmp_path)
    server: Server = request.getfixturevalue("postgresql_server")
    return server.migrated_url()


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """A store with all tables, empty."""
    opened = Store(open_database(store_url))
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def random_bytes() -> SeededBytes:
    return SeededBytes()


@pytest.fixture
async def office(store: Store, clock: HandClock) -> Office:
    """An office with a seller and a site."""
    return await Office(store, clock).open()


@pytest.fixture
async def client(office: Office) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """A client of the office over HTTP."""
    async with office.client() as one:
        yield one
