"""Schemathesis over the whole OpenAPI document: whatever a call says, its answer is documented, and no fault of ours.

`--api-examples` calls of each kind are made to each operation, the same in every run; `make fuzz` makes many.
"""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from central.operations import OPERATIONS
from central.web.access import Access
from central.web.openapi import document
from central.web.operations import Operation
from tests.builders.served import PASSWORD
from tests.examples.site import prepare, served_story

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ADMINISTRATOR, SOMEBODY = 1, 2
# These end the session that asks.
ENDS = frozenset({"signOut", "changePassword"})
READY_S = 60
SCHEMA: Any = schemathesis.openapi.from_dict(document(OPERATIONS, "Paifang", "1"))
AnyCase = Case[Any]
PEOPLE = [one for one in OPERATIONS if one.access is not Access.AGENT and one.raw_media_type is None]


@dataclass(slots=True)
class Caller:
    """Calls a central as its administrator, who signs in again whenever the session has ended."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)
    token: str = ""

    def sign_in(self) -> None:
        body: Any = {"name": "admin", "password": PASSWORD, "bearer": True}
        answer = self.session.post(f"{self.url}/api/v1/session", json=body)
        assert answer.status_code == 201, answer.text
        self.token = answer.json()["token"]

    def call(self, case: AnyCase, operation: Operation) -> None:
        """Make a call and hold its answer to the document; nothing takes the administrator's own rights away."""
        if str(case.path_parameters.get("user_id")) == str(ADMINISTRATOR):
            case.path_parameters["user_id"] = SOMEBODY
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = case.call(base_url=self.url, session=self.session, headers=headers)
        case.validate_response(answer, checks=CHECKS)
        if operation.operation_id in ENDS or (answer.status_code == 401 and operation.access is not Access.PUBLIC):
            self.sign_in()


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A central in a thread of its own, because what Schemathesis drives waits for each answer."""
    place, ready, served = tmp_path_factory.mktemp("any-call"), threading.Event(), Served()
    thread = threading.Thread(target=lambda: asyncio.run(served.run(place, ready)))
    thread.start()
    assert ready.wait(READY_S)
    try:
        one = Caller(served.url)
        one.sign_in()
        yield one
    finally:
        served.end()
        thread.join()


class Served:
    """The small site of tests/examples, served until it is ended."""

    def __init__(self) -> None:
        self.url = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over = asyncio.Event()

    async def run(self, place: Path, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        await prepare(place / "prepared")
        async with served_story(place / "prepared", place / "served", "any call") as tell:
            self.url = tell.url
            ready.set()
            await self._over.wait()

    def end(self) -> None:
        assert self._loop is not None, "it was served"
        self._loop.call_soon_threadsafe(self._over.set)


@pytest.mark.law(10)
@pytest.mark.parametrize("operation", PEOPLE, ids=lambda one: one.operation_id)
def test_no_call_brings_an_operation_down_or_is_answered_otherwise_than_documented(
    caller: Caller, operation: Operation, pytestconfig: pytest.Config
) -> None:
    for mode in GenerationMode:
        calls = SCHEMA[operation.path][operation.method].as_strategy(generation_mode=mode)

        @seed(14)
        @settings(
            max_examples=pytestconfig.getoption("--api-examples"),
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )
        @given(calls)
        def call(case: AnyCase) -> None:
            caller.call(case, operation)

        call()
