"""Calls and faults in the log, found by the id that the caller saw."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from central.audit.calls import CallLog, LogLevel, is_kept
from central.audit.search import AuditSearch, Between, WantedCalls, WantedFaults, WantedRecords
from central.audit.service import record
from central.store.tables.audit import CallRow, FaultRow
from central.store.unit_of_work import Store
from central.web import calls
from central.web.middleware import REQUEST_ID_HEADER, problems, request_ids
from protocol.errors import StorageError
from protocol.instants import Instant
from tests.builders.central import HandClock, SeededBytes

Client = TestClient[web.Request, web.Application]


@pytest.mark.parametrize(
    ("level", "kept"),
    [
        (LogLevel.NOTHING, [False, False, False, False]),
        (LogLevel.FAILURES, [False, False, True, True]),
        (LogLevel.CHANGES, [False, True, True, True]),
        (LogLevel.EVERYTHING, [True, True, True, True]),
    ],
)
def test_what_each_level_keeps(level: LogLevel, kept: list[bool]) -> None:
    asked = [("GET", 200), ("POST", 201), ("GET", 404), ("POST", 500)]
    assert [is_kept(level, method, status) for method, status in asked] == kept


@pytest.fixture
def log(store: Store, clock: HandClock) -> CallLog:
    return CallLog(store, LogLevel.EVERYTHING, clock)


@pytest.fixture
async def client(store: Store, log: CallLog, clock: HandClock) -> AsyncIterator[Client]:
    async def sell(request: web.Request) -> web.Response:
        request[calls.OPERATION_ID], request[calls.CALLER] = "sell", 7
        async with store.transaction() as work:
            record(work, clock(), None, "order.sell", "order:1")
        return web.Response()

    async def break_down(_request: web.Request) -> web.Response:
        raise ZeroDivisionError

    async def lose(_request: web.Request) -> web.Response:
        raise StorageError("the disk is gone")

    app = web.Application(middlewares=[request_ids(SeededBytes("requests")), problems])
    app[calls.CALL_LISTENER] = log
    app.router.add_get("/sell", sell)
    app.router.add_get("/break", break_down)
    app.router.add_get("/lose", lose)
    async with TestClient(TestServer(app)) as one:
        yield one


async def test_a_call_its_operation_and_its_record_bear_one_id(client: Client, log: CallLog, store: Store) -> None:
    answer = await client.get("/sell")
    shown = answer.headers[REQUEST_ID_HEADER]
    await log.write_down()
    search = AuditSearch(store)
    (call,) = await search.calls(WantedCalls(shown), None, 10)
    assert (call.operation_id, call.user_id, call.status, call.source) == ("sell", 7, 200, "127.0.0.1")
    (done,) = await search.records(WantedRecords(request_id=shown), None, 10)
    assert done.action == "order.sell"


@pytest.mark.parametrize(("path", "status", "kind"), [("/break", 500, "ZeroDivisionError"), ("/lose", 503, "StorageError")])
async def test_a_fault_is_kept_in_full_and_answered_without_it(
    client: Client, log: CallLog, store: Store, path: str, status: int, kind: str
) -> None:
    answer = await client.get(path)
    told: Any = await answer.json(content_type=None)
    await log.write_down()
    (fault,) = await AuditSearch(store).faults(WantedFaults(told["instance"].rpartition(":")[2]), None, 10)
    assert (answer.status, fault.kind, "Traceback" in fault.detail) == (status, kind, True)
    assert "Traceback" not in str(told)


async def test_lines_wait_where_the_database_fails(
    client: Client, log: CallLog, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.get("/sell")
    with monkeypatch.context() as broken:
        broken.setattr(Store, "transaction", _fails)
        with pytest.raises(StorageError):
            await log.write_down()
    await log.write_down()
    await log.write_down()
    assert len(await AuditSearch(store).calls(WantedCalls(), None, 10)) == 1


def _fails(_store: Store) -> None:
    raise StorageError("the disk is gone")


async def test_records_are_searched(store: Store, clock: HandClock) -> None:
    async with store.transaction() as work:
        for action, subject in (("order.sell", "order:1"), ("order.cancel", "order:1"), ("role.add", "role:2")):
            record(work, clock(), None, action, subject)
            clock.advance(seconds=1)
    search = AuditSearch(store)

    async def found(wanted: WantedRecords) -> list[str]:
        return [row.action for row in await search.records(wanted, None, 10)]

    assert await found(WantedRecords()) == ["role.add", "order.cancel", "order.sell"]
    assert await found(WantedRecords(action="order")) == ["order.cancel", "order.sell"]
    assert await found(WantedRecords(action="order.sell", subject="order:1")) == ["order.sell"]
    assert await found(WantedRecords(user_id=1)) == []
    middle = HandClock().advance(seconds=1)
    assert await found(WantedRecords(between=Between(middle, middle))) == ["order.cancel"]
    first = await search.records(WantedRecords(), None, 2)
    assert [row.action for row in await search.records(WantedRecords(), first[-1].id, 2)] == ["order.sell"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (WantedCalls(), ["c", "b", "a"]),
        (WantedCalls(user_id=7), ["b", "a"]),
        (WantedCalls(operation_id="sellOrder"), ["c", "a"]),
        (WantedCalls(status=409), ["c"]),
        (WantedCalls(user_id=7, operation_id="sellOrder"), ["a"]),
        (WantedCalls(between=Between(Instant(2), Instant(2))), ["b"]),
        (WantedCalls(between=Between(until=Instant(1))), ["a"]),
        (WantedCalls("b", user_id=8), []),
    ],
)
async def test_calls_are_found_by_person_operation_status_and_time(store: Store, wanted: WantedCalls, found: list[str]) -> None:
    made = (("a", 1, "sellOrder", 7, 201), ("b", 2, "readOrder", 7, 200), ("c", 3, "sellOrder", 8, 409))
    async with store.transaction() as work:
        for request_id, at, operation_id, user_id, status in made:
            row = {"request_id": request_id, "called_at": Instant(at), "operation_id": operation_id, "user_id": user_id}
            work.insert(CallRow, [{**row, "status": status, "duration_ms": 1, "source": "127.0.0.1"}])
    assert [row.request_id for row in await AuditSearch(store).calls(wanted, None, 10)] == found


async def test_faults_are_found_by_kind_and_time(store: Store) -> None:
    async with store.transaction() as work:
        rows = [{"request_id": kind, "failed_at": Instant(at), "kind": kind, "detail": "x"} for at, kind in enumerate(("A", "B"))]
        work.insert(FaultRow, rows)
    search = AuditSearch(store)
    for wanted, found in (
        (WantedFaults(), ["B", "A"]),
        (WantedFaults(kind="A"), ["A"]),
        (WantedFaults(between=Between(Instant(1))), ["B"]),
    ):
        assert [row.kind for row in await search.faults(wanted, None, 10)] == found
