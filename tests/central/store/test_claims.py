"""A call's key is stored by the first of its transactions that writes anything, with what it writes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlmodel import select

from central.domain.idempotency import KeyClaimed
from central.store.claims import Claim, aside, claiming, writes
from central.store.tables.people import SignInFailureRow
from central.store.tables.requests import IdempotentRequestRow
from central.store.unit_of_work import Store, Work
from tests.builders.central import NOON


def claim(key: str = "key-0001") -> Claim:
    return Claim("act/1", key, b"same", NOON)


def row(name: str) -> SignInFailureRow:
    return SignInFailureRow(account=name, source="here", failures=1, last_at=NOON)


async def stored(store: Store) -> tuple[list[str], list[str]]:
    """Return the names of rows, and the keys."""
    async with store.reading() as work:
        names = (await work.session.exec(select(SignInFailureRow.account))).all()
        return sorted(names), sorted((await work.session.exec(select(IdempotentRequestRow.key))).all())


@asynccontextmanager
async def looking(store: Store) -> AsyncIterator[Work]:
    """Yield a transaction that has locked rows, and writes none."""
    async with store.transaction() as work:
        await work.session.exec(select(SignInFailureRow).with_for_update())
        yield work


async def test_the_first_transaction_that_writes_stores_the_key_and_the_next_ones_are_free(store: Store) -> None:
    with claiming(claim()) as one:
        async with looking(store):
            pass
        assert (one.is_held, await stored(store)) == (False, ([], []))
        async with store.transaction() as work:
            work.session.add(row("first"))
        assert (one.is_held, await stored(store)) == (True, (["first"], ["key-0001"]))
        async with store.transaction() as work:
            work.session.add(row("second"))
    assert await stored(store) == (["first", "second"], ["key-0001"])


async def test_rows_that_wait_for_the_end_of_the_transaction_count_as_written(store: Store) -> None:
    with claiming(claim()) as one:
        async with store.transaction() as work:
            work.insert(SignInFailureRow, [{"account": "kept", "source": "here", "failures": 1, "last_at": NOON}])
    assert (one.is_held, await stored(store)) == (True, (["kept"], ["key-0001"]))


async def test_what_is_undone_leaves_the_key_to_the_next_transaction(store: Store) -> None:
    async def fail() -> None:
        async with store.transaction() as work:
            work.session.add(row("lost"))
            await work.session.flush()
            raise RuntimeError

    with claiming(claim()) as one:
        with pytest.raises(RuntimeError):
            await fail()
        assert (one.is_held, await stored(store)) == (False, ([], []))
        async with store.transaction() as work:
            work.session.add(row("kept"))
    assert await stored(store) == (["kept"], ["key-0001"])


async def test_what_is_only_counted_leaves_the_key_free(store: Store) -> None:
    with claiming(claim()) as one, aside():
        async with store.transaction() as work:
            work.session.add(row("counted"))
    assert (one.is_held, await stored(store)) == (False, (["counted"], []))


async def test_of_two_calls_at_once_one_has_an_effect(store: Store) -> None:
    async def act(name: str) -> str:
        try:
            with claiming(claim()):
                async with store.transaction() as work:
                    work.session.add(row(name))
        except KeyClaimed:
            return "claimed"
        return name

    said = await asyncio.gather(*(act(f"call-{number}") for number in range(8)))
    (done,) = set(said) - {"claimed"}
    assert await stored(store) == ([done], ["key-0001"])


async def test_a_task_that_outlives_the_call_stores_no_key(store: Store) -> None:
    async def later(may_begin: asyncio.Event) -> None:
        await may_begin.wait()
        async with store.transaction() as work:
            work.session.add(row("later"))

    may_begin = asyncio.Event()
    with claiming(claim()):
        task = asyncio.create_task(later(may_begin))
    may_begin.set()
    await task
    assert await stored(store) == (["later"], [])


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ('INSERT INTO "site" (id) VALUES (1)', True),
        ("update site SET id = 1", True),
        ("DELETE FROM site", True),
        ("WITH t0 AS (INSERT INTO a VALUES ($1)) SELECT 1", True),
        ("WITH old AS (SELECT 1) DELETE FROM site", True),
        ("SELECT id FROM site FOR UPDATE", False),
        ("SELECT id FROM site FOR NO KEY UPDATE OF site SKIP LOCKED", False),
        ("SELECT id FROM site FOR UPDATE SKIP LOCKED", False),
        ("SELECT updated_at, deleted FROM site", False),
    ],
)
def test_a_statement_that_only_locks_does_not_write(statement: str, *, expected: bool) -> None:
    assert writes(statement) is expected
