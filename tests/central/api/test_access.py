"""Every route of the office: declared, denied by default, and answered by a problem where it is refused."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.identity.permissions import ALL
from central.web.access import Access
from central.web.openapi import document, possible_problems
from central.web.operations import Operation
from tests.builders.central import DATABASE_FILE, sqlite_url
from tests.builders.office import OPERATIONS, Office, sign_in

Client = TestClient[web.Request, web.Application]
GUARDED = [operation for operation in OPERATIONS if isinstance(operation.access, str)]
_EXAMPLES = {"name": "anna", "ticket_id": "0" * 15 + "1", "short_number": "000000000098", "cursor": "x", "group": "kiosk"}


@pytest.fixture(params=["sqlite"])
def store_url(tmp_path: Path, migrated_file: Path) -> str:
    """Who may what does not depend on the database."""
    shutil.copy(migrated_file, tmp_path / DATABASE_FILE)
    return sqlite_url(tmp_path)


@pytest.fixture
async def client(office: Office) -> AsyncIterator[Client]:
    async with office.client() as one:
        yield one


def _path(operation: Operation) -> str:
    return operation.path.format(**{name: _EXAMPLES.get(name, "1") for name in operation.path_names})


def _ids(operation: Operation) -> str:
    return operation.operation_id


async def test_the_router_serves_declared_operations_and_nothing_else(office: Office) -> None:
    served = {(route.method, route.resource.canonical) for route in office.application().router.routes() if route.resource}
    declared = {(operation.method, operation.path) for operation in OPERATIONS}
    assert served == declared | {("HEAD", path) for method, path in declared if method == "GET" and ("HEAD", path) in served}


def test_each_operation_names_a_known_permission_or_says_why_it_needs_none() -> None:
    for operation in OPERATIONS:
        assert isinstance(operation.access, Access) or operation.access in ALL
    assert [one.operation_id for one in OPERATIONS if one.access is Access.PUBLIC] == ["signIn", "notifyPayment"]


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.access is not Access.PUBLIC], ids=_ids)
async def test_without_a_session_each_is_refused(client: Client, operation: Operation) -> None:
    answer = await client.request(operation.method, _path(operation))
    assert answer.status == 401


@pytest.mark.parametrize("operation", GUARDED, ids=_ids)
async def test_with_every_other_permission_each_is_refused(client: Client, office: Office, operation: Operation) -> None:
    others = [permission for permission in ALL if permission != operation.access]
    headers = await sign_in(client, office, *others)
    answer = await client.request(operation.method, _path(operation), headers=headers)
    assert answer.status == 403
    assert (await answer.json(content_type=None))["code"] == "forbidden"


def test_the_document_describes_every_operation_once() -> None:
    paths = document(OPERATIONS, "Paifang", "1")["paths"]
    assert isinstance(paths, dict)
    described = [one["operationId"] for methods in paths.values() for one in methods.values()]
    assert sorted(described) == sorted(operation.operation_id for operation in OPERATIONS)
    assert all(possible_problems(operation) for operation in OPERATIONS)
