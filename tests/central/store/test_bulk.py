"""Many rows by one statement, or by several where a statement would bind too many values; a failure is the store's own."""

from collections.abc import Collection

import pytest
from sqlmodel import col, select

from central.store import bulk
from central.store.bulk import among, insert_rows
from central.store.tables.people import SignInFailureRow
from central.store.unit_of_work import Store
from protocol.errors import StorageError
from tests.builders.central import NOON

COLUMNS = ("account", "source", "failures", "last_at")


async def _insert(store: Store, names: list[str]) -> None:
    async with store.transaction() as work:
        connection = await work.session.connection()
        await insert_rows(
            connection, SignInFailureRow, COLUMNS, [(name, "这里", place, NOON) for place, name in enumerate(names)]
        )


async def _stored(store: Store) -> list[tuple[str, str, int, int]]:
    async with store.reading() as work:
        rows = (await work.session.exec(select(SignInFailureRow).order_by(col(SignInFailureRow.failures)))).all()
        return [(row.account, row.source, row.failures, row.last_at) for row in rows]


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 9, 25])
async def test_all_rows_are_there_with_all_their_values(store: Store, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(bulk, "MOST_VALUES", 8 * len(COLUMNS))
    names = [f"'; DROP TABLE journal; {number}" for number in range(rows)]
    await _insert(store, names)
    assert await _stored(store) == [(name, "这里", place, NOON) for place, name in enumerate(names)]


async def test_a_row_that_is_there_already_undoes_the_transaction(store: Store) -> None:
    await _insert(store, ["once"])
    with pytest.raises(StorageError):
        await _insert(store, ["again", "once"])
    assert [account for account, *_ in await _stored(store)] == ["once"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [((), []), ((0,), [0]), ((2, 1, 1, 9), [1, 2]), ((-1, -(1 << 63), (1 << 63) - 1), []), (range(1, 40_000), [1, 2])],
)
async def test_rows_are_found_by_any_count_of_numbers(store: Store, wanted: Collection[int], found: list[int]) -> None:
    await _insert(store, ["a", "b", "c"])
    async with store.reading() as work:
        connection = await work.session.connection()
        query = select(SignInFailureRow.failures).where(among(connection, col(SignInFailureRow.failures), wanted))
        assert sorted((await work.session.exec(query)).all()) == found
