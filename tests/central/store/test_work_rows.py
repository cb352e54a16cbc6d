"""Rows of several tables that a unit of work writes together: in one statement on PostgreSQL, with every kind of value."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from central.store.columns import Table
from central.store.row_numbers import drawn
from central.store.tables.audit import AuditRow, CallRow
from central.store.tables.catalog import SiteRow
from central.store.tables.money import OrderRow
from central.store.tables.people import RoleRow, SignInFailureRow, UserRow
from central.store.tables.quotas import QuotaTakenRow
from central.store.unit_of_work import Store, Work
from protocol.errors import StorageError
from protocol.identifiers import U64_MAX
from tests.builders.central import NOON

FAILURE = {"account": "anna", "source": "here", "failures": 1, "last_at": NOON}
CALL = {
    "called_at": NOON,
    "request_id": "a",
    "operation_id": "sell",
    "user_id": None,
    "status": 201,
    "duration_ms": 4,
    "source": "::1",
}


SITE = {"id": 1, "rules": "{}", "holder_key_sealed": b"key", "created_at": NOON}
USER = {
    "id": 1,
    "name": "anna",
    "full_name": "",
    "channel": "",
    "password_hash": "",
    "must_change_password": False,
    "is_disabled": True,
    "totp_confirmed": False,
    "totp_step": 0,
    "created_at": NOON,
}
ORDER = {"id": 1, "site_id": 1, "seller_id": 1, "channel": "window", "state": "paid", "total_fen": 0, "created_at": NOON}


async def _stored(store: Store, table: type[Table], *names: str) -> list[tuple[Any, ...]]:
    async with store.reading() as work:
        columns = [table.metadata.tables[str(table.__tablename__)].c[name] for name in names]
        return [tuple(row) for row in (await (await work.connection()).execute(select(*columns).order_by(columns[0]))).all()]


def _taken(number: int, ticket_id: int | None) -> dict[str, object]:
    return {
        "order_id": 1,
        "line": 0,
        "number": number,
        "day": date(2026, 5, 10),
        "slot_start": 0,
        "person": b"\0\xff",
        "ticket_type_id": 1,
        "ticket_id": ticket_id,
        "taken": 1,
    }


@pytest.mark.parametrize("tickets", [(U64_MAX,), (None, 1, U64_MAX)])
async def test_values_are_kept_as_the_program_has_them(store: Store, tickets: tuple[int | None, ...]) -> None:
    detail = {"说明": "'; DROP TABLE x", "n": 7, "none": None}
    async with store.transaction() as work:
        for parent, row in ((SiteRow, SITE), (UserRow, USER), (OrderRow, ORDER)):
            work.insert(parent, [row])
        work.insert(QuotaTakenRow, [_taken(number, ticket) for number, ticket in enumerate(tickets)])
        work.insert(AuditRow, [{"recorded_at": NOON, "user_id": None, "action": "x.y", "subject": "z", "detail": detail}])
        work.insert(CallRow, [CALL, CALL | {"request_id": "b", "user_id": 1 << 62}])
    names = ("number", "day", "person", "ticket_id")
    rows = [(number, date(2026, 5, 10), b"\0\xff", ticket) for number, ticket in enumerate(tickets)]
    assert await _stored(store, QuotaTakenRow, *names) == rows
    assert await _stored(store, AuditRow, "action", "detail") == [("x.y", detail)]
    assert await _stored(store, CallRow, "request_id", "user_id") == [("a", None), ("b", 1 << 62)]


async def test_rows_are_written_after_the_objects_that_they_name(store: Store) -> None:
    async with store.transaction() as work:
        work.insert(SignInFailureRow, [FAILURE])
        work.session.add(RoleRow(name="till", permissions=[], holds_all=False, scope="own", counter_scope="own", created_at=NOON))
    assert await _stored(store, RoleRow, "name") == [("till",)]
    assert await _stored(store, SignInFailureRow, "account") == [("anna",)]


@pytest.mark.parametrize("session_first", [True, False])
async def test_a_session_and_a_connection_are_one_transaction(store: Store, session_first: bool) -> None:  # noqa: FBT001 - a parameter
    async def by_session(work: Work) -> None:
        work.session.add(SignInFailureRow(account="anna", source="here", failures=1, last_at=NOON))
        await work.session.flush()

    async def by_connection(work: Work) -> None:
        await work.connection()
        work.insert(SignInFailureRow, [FAILURE | {"account": "bert"}])
        await work.write()

    steps = (by_session, by_connection) if session_first else (by_connection, by_session)

    async def both(last: Callable[[Work], None]) -> None:
        async with store.transaction() as work:
            for step in steps:
                await step(work)
            assert await work.session.get(SignInFailureRow, ("bert", "here")) is not None
            last(work)

    def fail(_work: Work) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        await both(fail)
    assert await _stored(store, SignInFailureRow, "account") == []
    await both(lambda _work: None)
    assert await _stored(store, SignInFailureRow, "account") == [("anna",), ("bert",)]


async def test_one_row_that_is_there_already_undoes_all(store: Store) -> None:
    async def insert() -> None:
        async with store.transaction() as work:
            work.insert(CallRow, [CALL])
            work.insert(SignInFailureRow, [FAILURE])

    async with store.transaction() as work:
        work.insert(SignInFailureRow, [FAILURE])
    with pytest.raises(StorageError):
        await insert()
    assert await _stored(store, CallRow, "request_id") == []


async def test_numbers_are_drawn_above_those_that_are_there(store: Store) -> None:
    async with store.transaction() as work:
        first = await drawn(work, CallRow)
        work.insert(CallRow, [CALL | {"id": first}])
    async with store.transaction() as work:
        assert await drawn(work, CallRow) == first + 1
    assert await _stored(store, CallRow, "id") == [(first,)]
    async with store.reading() as work:
        assert (await work.session.get(CallRow, first)) is not None
