"""Route x role x scope: every route of the office is declared, denied by default, and a refusal is a problem document.

The matrix is made from the router, so that it also has routes that are added later.
"""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from central.assembly import Built
from central.console.routes import OPERATIONS as CONSOLE
from central.domain.principal import DataScope
from central.domain.problems import ProblemCode
from central.examples import examples
from central.identity.permissions import ALL
from central.metrics.routes import PROBES
from central.operations import OPERATIONS
from central.web.access import PROVED_FOR_MS, Access
from central.web.openapi import possible_problems
from central.web.operations import AUTHENTICATOR, Operation
from central.web.reader import OPERATIONS as READER
from protocol.instants import Instant
from tests.builders.api_document import api_document
from tests.builders.asking import Asking, somebody
from tests.builders.central import HandClock
from tests.examples.site import build, prepare

of_the_house = pytest.mark.asyncio(loop_scope="module")
GUARDED = [operation for operation in OPERATIONS if isinstance(operation.access, str)]
SEPARATE_SIGNATURES = ["signIn", "notifyPayment", "enrolAgent"]
# What does not exist: numbers of other sites and of other installations get the same answer.
NOWHERE = {"ticket_id": "f" * 16, "short_number": "999999999910", "name": "no-such-user"}
NUMBER_NOWHERE = 60_001
# An institution's name in a path is not looked up, and setting a channel's setting makes it.
NAMES_OF_NOTHING = {"method", "kind", "name", "group"}


@dataclass(slots=True)
class House:
    """A real central over the small site of tests/examples, and the person who calls."""

    client: TestClient[web.Request, web.Application]
    asking: Asking
    clock: HandClock
    built: Built

    async def ask(self, operation: Operation, parameters: dict[str, Any], body: Any = None) -> tuple[int, Any]:  # noqa: ANN401 - JSON
        """Call with an idempotency key of its own; return the status and the answer."""
        path, query = operation.path.format(**parameters), {k: v for k, v in parameters.items() if k not in operation.path_names}
        headers = {"Authorization": "Bearer x", "Idempotency-Key": f"ask-{self.clock.advance(milliseconds=1)}"}
        answer = await self.client.request(operation.method, path, params=query, json=body, headers=headers)
        raw = await answer.read()
        return answer.status, json.loads(raw) if "json" in answer.content_type else raw


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    asyncio.run(prepare(folder))
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Permissions do not depend on the database."""
    folder, clock = tmp_path_factory.mktemp("access") / "house", HandClock()
    shutil.copytree(prepared, folder)
    built, _ = await build(folder, "access", clock)
    asking = Asking(somebody())
    built.app[AUTHENTICATOR] = asking
    async with TestClient[web.Request, web.Application](TestServer(built.app)) as client:
        yield House(client, asking, clock, built)
    await built.store.close()


def nowhere(operation: Operation) -> dict[str, Any]:
    """What stands for nothing in a path."""
    shown = examples()[operation.operation_id].parameters
    return {name: shown[name] if name in NAMES_OF_NOTHING else NOWHERE.get(name, NUMBER_NOWHERE) for name in operation.path_names}


@of_the_house
async def test_the_router_serves_declared_operations_and_nothing_else(house: House) -> None:
    served = {(route.method, route.resource.canonical) for route in house.built.app.router.routes() if route.resource}
    operations = (*OPERATIONS, *READER, *CONSOLE, *PROBES)
    declared = {(operation.method, operation.path.replace(":.*}", "}")) for operation in operations}
    assert served == declared | {("HEAD", path) for method, path in declared if method == "GET" and ("HEAD", path) in served}


def test_each_operation_names_a_known_permission_or_says_why_it_needs_none() -> None:
    unknown = {one.operation_id: one.access for one in OPERATIONS if not isinstance(one.access, Access) and one.access not in ALL}
    assert unknown == {}
    assert [one.operation_id for one in OPERATIONS if one.access is Access.PUBLIC] == SEPARATE_SIGNATURES


@of_the_house
async def test_without_a_session_each_is_refused(house: House) -> None:
    answers = {}
    for operation in (one for one in OPERATIONS if one.access is not Access.PUBLIC):
        path = operation.path.format(**examples()[operation.operation_id].parameters)
        answer = await house.client.request(operation.method, path)
        said, unsigned = await answer.json(content_type=None), operation.access is Access.AGENT
        refusal = (400, "input_invalid") if unsigned else (401, "sign_in_required")
        answers[operation.operation_id] = (answer.status, said["code"]), refusal
    assert {name: one for name, one in answers.items() if one[0] != one[1]} == {}


@of_the_house
async def test_in_every_scope_the_one_permission_opens_it_and_all_others_do_not(house: House) -> None:
    offenders = {}
    for operation, scope in product(GUARDED, DataScope):
        others = [permission for permission in ALL if permission != operation.access]
        for held, is_open in ((others, False), ([str(operation.access)], True), (ALL, True)):
            house.asking.who = somebody(*held, scope=scope, now=house.clock())
            status, said = await house.ask(operation, nowhere(operation))
            refused = status == 403 and "needs the permission" in said["detail"]
            if refused is is_open:
                which = f"{operation.operation_id} in scope {scope} for {len(held)} permissions"
                offenders[which] = f"{status} {str(said)[:80]}, must be {'open' if is_open else 'refused'}"
    assert offenders == {}


@of_the_house
async def test_a_password_that_must_be_changed_is_changed_before_all_else(house: House) -> None:
    house.asking.who = replace(somebody(*ALL, scope=DataScope.ALL, now=house.clock()), must_change_password=True)
    behind = [one for one in OPERATIONS if isinstance(one.access, str) or one.access in (Access.SIGNED_IN, Access.SESSION)]
    codes = {one.operation_id: (await house.ask(one, nowhere(one)))[1]["code"] for one in behind}
    assert {name: code for name, code in codes.items() if code != "password_change_required"} == {}
    before = [one.operation_id for one in OPERATIONS if one.access is Access.ENTERED]
    assert before == ["readSession", "signOut", "changePassword"]


# A live stream does not end by itself.
OF_PEOPLE = [one for one in OPERATIONS if one.access not in (Access.PUBLIC, Access.AGENT) and not one.stream_event]
PROVED = [one for one in OPERATIONS if one.proved]


def asks_for_proof(answer: tuple[int, Any]) -> bool:
    status, said = answer
    return status == 403 and said["code"] == "proof_required"


@of_the_house
async def test_the_password_is_asked_for_again_where_it_is_declared_and_nowhere_else(house: House) -> None:
    """Each operation by its example, so that an undeclared one gets as far as it can; the call comes a millisecond later."""
    wrong = {}
    for operation in OF_PEOPLE:
        shown = examples()[operation.operation_id]
        house.asking.who = somebody(now=Instant(house.clock() - PROVED_FOR_MS))
        answer = await house.ask(operation, dict(shown.parameters), None if operation.is_raw or operation.uploads else shown.body)
        if asks_for_proof(answer) is not operation.proved:
            wrong[operation.operation_id] = answer
    assert wrong == {}


@of_the_house
async def test_a_program_cannot_prove_and_a_person_has_five_minutes(house: House) -> None:
    for operation in PROVED:
        house.asking.who = somebody(now=None)
        assert asks_for_proof(await house.ask(operation, nowhere(operation))), operation.operation_id
        house.asking.who = somebody(now=Instant(house.clock() + 1 - PROVED_FOR_MS))
        assert not asks_for_proof(await house.ask(operation, nowhere(operation))), operation.operation_id


def test_the_document_says_who_needs_proof_and_which_permission() -> None:
    described = {one["operationId"]: one for methods in api_document()["paths"].values() for one in methods.values()}
    proved = {one.operation_id for one in PROVED}
    assert {"setSupervisorPin", "setSupervisorCard", "deleteSupervisorCard", "addUser", "forceRefund"} <= proved
    assert {name for name, one in described.items() if one.get("x-needs-proof") is True} == proved
    assert {name for name, one in described.items() if "POST /api/v1/session/prove" in one["description"]} == proved
    assert {name for name, one in described.items() if "proof_required" in str(one["responses"])} == proved
    permissions = {one.operation_id: str(one.access) for one in GUARDED}
    assert {name: one["x-permission"] for name, one in described.items() if "x-permission" in one} == permissions


# An institution that is not configured is reported before anything is looked up; naming a group makes it.
NOT_LOOKED_FOR = {"startPayment", "setSettingGroup"}
NAMING = [
    one
    for one in OPERATIONS
    if set(one.path_names) - NAMES_OF_NOTHING and one.access is not Access.AGENT and one.operation_id not in NOT_LOOKED_FOR
]


@of_the_house
async def test_a_number_of_nothing_is_not_found(house: House) -> None:
    """A call that is correct by its example, about what does not exist: another site's, another installation's, or deleted."""
    answers = {}
    for operation in NAMING:
        shown = examples()[operation.operation_id]
        for name in set(operation.path_names) - NAMES_OF_NOTHING:
            house.asking.who = somebody(now=house.clock())
            parameters = {**shown.parameters, name: nowhere(operation)[name]}
            status, said = await house.ask(operation, parameters, shown.body)
            answers[operation.operation_id, name] = status, said["code"]
    assert {asked: said for asked, said in answers.items() if said != (404, "not_found")} == {}
    assert [one.operation_id for one in NAMING if ProblemCode.NOT_FOUND not in possible_problems(one)] == []


def test_the_document_describes_every_operation_once() -> None:
    paths = api_document()["paths"]
    described = [one["operationId"] for methods in paths.values() for one in methods.values()]
    assert sorted(described) == sorted(operation.operation_id for operation in OPERATIONS)
    assert [one.operation_id for one in OPERATIONS if not possible_problems(one)] == []
