"""Schemathesis over the whole OpenAPI document: each answer to a call is documented, and none is a fault of ours.

`make test` calls a fixed share of the operations, a sweep all of them; `--api-examples` calls of each kind are made to each, the
same in every run. `make fuzz` makes many.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from central.operations import OPERATIONS
from central.web.access import Access
from central.web.operations import Operation
from tests.builders.api_document import api_document
from tests.builders.sampling import EVERYTHING, every
from tests.builders.served import PASSWORD
from tests.examples.site import prepare, served_story

ADMINISTRATOR, SOMEBODY = 1, 2
# These end the session that calls.
ENDS = frozenset({"signOut", "changePassword"})
READY_S = 60
# One of so many operations is called, except in a sweep, which calls all of them and more often.
SHARE, EXAMPLES_OF_A_SWEEP = 5, 20
AnyCase = Any  # a call of Schemathesis
# A live stream does not end by itself.
PEOPLE = [one for one in OPERATIONS if not (one.access is Access.AGENT or one.raw_media_type or one.stream_event)]


class Calls:
    """What Schemathesis makes of the document: calls of each kind, and checks of their answers."""

    def __init__(self) -> None:
        # It takes seconds to import, which no other test needs.
        import schemathesis  # noqa: PLC0415 - see above
        from schemathesis import checks  # noqa: PLC0415 - see above
        from schemathesis.specs.openapi import checks as documented  # noqa: PLC0415 - see above

        self._schema: Any = schemathesis.openapi.from_dict(api_document())
        self.modes: list[Any] = list(schemathesis.GenerationMode)
        self.checks: list[Any] = [
            checks.not_a_server_error,
            documented.status_code_conformance,
            documented.content_type_conformance,
            documented.response_schema_conformance,
        ]

    def of(self, operation: Operation, mode: object) -> Any:  # noqa: ANN401 - a strategy of calls
        return self._schema[operation.path][operation.method].as_strategy(generation_mode=mode)


@dataclass(slots=True)
class Caller:
    """Calls a central as its administrator, who signs in again when the session has ended."""

    url: str
    checks: list[Any]
    session: requests.Session = field(default_factory=requests.Session)
    token: str = ""

    def sign_in(self) -> None:
        body: Any = {"name": "admin", "password": PASSWORD, "bearer": True}
        answer = self.session.post(f"{self.url}/api/v1/session", json=body)
        assert answer.status_code == 201, answer.text
        self.token = answer.json()["token"]

    def call(self, case: AnyCase, operation: Operation) -> str:
        """Make a call; return what of its answer the document does not name.

        No call takes the administrator's own rights away.
        """
        if str(case.path_parameters.get("user_id")) == str(ADMINISTRATOR):
            case.path_parameters["user_id"] = SOMEBODY
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = case.call(base_url=self.url, session=self.session, headers=headers)
        said = self._wrong_about(case, answer)
        if operation.operation_id in ENDS or (answer.status_code == 401 and operation.access is not Access.PUBLIC):
            self.sign_in()
        return said

    def _wrong_about(self, case: AnyCase, answer: requests.Response) -> str:
        try:
            case.validate_response(answer, checks=self.checks)
        except BaseExceptionGroup as failures:  # of Schemathesis: how to call again is in it
            return str(failures)
        return ""


@pytest.fixture(scope="module")
def calls() -> Calls:
    return Calls()


@pytest.fixture(scope="module")
def caller(calls: Calls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A central in its own thread, because Schemathesis waits for each answer."""
    place, ready, served = tmp_path_factory.mktemp("any-call"), threading.Event(), Served()
    thread = threading.Thread(target=lambda: asyncio.run(served.run(place, ready)))
    thread.start()
    assert ready.wait(READY_S)
    try:
        one = Caller(served.url, calls.checks)
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


@pytest.fixture
def examples(pytestconfig: pytest.Config, is_sweep: bool) -> int:  # noqa: FBT001 - a fixture
    """Return how many calls of each kind are made to an operation."""
    wanted = int(pytestconfig.getoption("--api-examples"))
    return EXAMPLES_OF_A_SWEEP if is_sweep and wanted == 1 else wanted


@pytest.mark.law(10)
def test_no_call_brings_an_operation_down_or_is_answered_otherwise_than_documented(
    calls: Calls, caller: Caller, examples: int, *, is_sweep: bool
) -> None:
    offenders = defaultdict[str, list[str]](list)
    for operation in every(EVERYTHING if is_sweep else SHARE, PEOPLE):
        for mode in calls.modes:
            wrong = wrong_about(calls.of(operation, mode), caller, operation, examples)
            offenders[operation.operation_id] += wrong
    assert {name: wrong for name, wrong in offenders.items() if wrong} == {}


def wrong_about(some: Any, caller: Caller, operation: Operation, examples: int) -> list[str]:  # noqa: ANN401 - a strategy
    """Make that many calls; return what is wrong about their answers."""
    found = []

    @seed(14)
    @settings(
        max_examples=examples,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(some)
    def call(case: AnyCase) -> None:
        if said := caller.call(case, operation):
            found.append(said)

    call()
    return found
