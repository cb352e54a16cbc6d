"""Migrations make exactly the tables that the program knows, on both databases."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    column,
    func,
    insert,
    select,
    text,
)
from sqlalchemy import table as sa_table

from central.domain.principal import DataScope
from central.identity.accounts import WINDOW, Accounts
from central.identity.effective_permissions import Granted, granted, roles_of
from central.identity.passwords import Passwords
from central.identity.permissions import ALL
from central.payments import ledger
from central.payments.ledger import Movement
from central.store.engine import Database, open_database
from central.store.migrate import differences, migrate
from central.store.unit_of_work import Store
from protocol.errors import StorageError
from tests.builders import revisions
from tests.builders.central import NOON, SeededBytes, cheap_hasher


async def test_migrations_make_the_tables_that_the_program_knows(database_url: str) -> None:
    database = open_database(database_url)
    assert await differences(database) != []
    await migrate(database)
    assert await differences(database) == []
    await database.close()


async def test_a_second_run_changes_nothing(store_url: str) -> None:
    database = open_database(store_url)
    assert await migrate(database) == await migrate(database)
    await database.close()


async def test_a_newer_database_is_refused(store_url: str) -> None:
    database = open_database(store_url)
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="newer"):
        await migrate(database)
    await database.close()


async def at_revision(url: str, revision: str) -> Database:
    """Return a database as an earlier version of the program left it."""
    await revisions.at_revision(url, revision)
    return open_database(url)


def value_of(column: Column[Any]) -> object:
    """Return what the one row of a table holds in a column; a foreign key names the one row of the other table."""
    match column.type:
        case Boolean():
            return False
        case Integer() | Numeric():
            return 1
        case LargeBinary():
            return b"a"
        case Date():
            return date(2026, 5, 10)
    return {"permissions": "[]", "parameters": "{}", "credit": "b"}.get(column.name, "a")


def fill(connection: Connection) -> dict[str, int]:
    """Put a row into every table that has none, and return how many rows each has."""
    known = MetaData()
    known.reflect(connection)
    counts: dict[str, int] = {}
    for table in known.sorted_tables:
        is_empty = connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
        if is_empty and table.name != "alembic_version":
            to_itself = {one.parent.name for one in table.foreign_keys if one.column.table is table}
            connection.execute(table.insert().values({c.name: value_of(c) for c in table.c if c.name not in to_itself}))
        counts[table.name] = connection.execute(select(func.count()).select_from(table)).scalar_one()
    return counts


@pytest.mark.sampled(2)
@pytest.mark.parametrize("revision", ["0002", "0005", "0007", "0008", "0010"])
async def test_a_database_that_holds_something_everywhere_loses_none_of_it(database_url: str, revision: str) -> None:
    database = await at_revision(database_url, revision)
    async with database.engine.begin() as connection:
        before = await connection.run_sync(fill)
    await migrate(database)
    assert await differences(database) == []
    async with database.engine.connect() as connection:
        after = {name: (await connection.execute(text(f"SELECT COUNT(*) FROM {name}"))).scalar_one() for name in before}  # noqa: S608 - a table's name
    assert {name: count for name, count in after.items() if count < before[name]} == {}
    await database.close()


async def test_people_from_before_there_were_roles_keep_what_they_may(database_url: str) -> None:
    database = await at_revision(database_url, "0002")
    people = [("admin", '["users.edit"]'), ("wang", '["sales.sell", "sales.read"]')]
    async with database.engine.begin() as connection:
        for name, permissions in people:
            values = f"'{name}', 'hash', FALSE, FALSE, '{permissions}', 1"
            columns = "name, password_hash, must_change_password, is_disabled, permissions, created_at"
            await connection.execute(text(f"INSERT INTO user_account ({columns}) VALUES ({values})"))  # noqa: S608 - a constant
    await migrate(database)
    store = Store(database)
    async with store.reading() as work:
        given = {name: granted(await roles_of(work, number)) for number, name in enumerate(("admin", "wang"), 1)}
    assert given["admin"] == Granted(frozenset(ALL), DataScope.ALL, DataScope.ALL)
    assert given["wang"] == Granted(frozenset({"sales.sell", "sales.read"}), DataScope.ALL, DataScope.ALL)
    assert (await Accounts(store, Passwords(cheap_hasher()), SeededBytes()).person(2)).profile.channel == WINDOW
    await store.close()


_WANG = {"id": 1, "name": "wang", "full_name": "", "channel": "window", "password_hash": "hash", "must_change_password": False}
LEDGER_BEFORE: dict[str, dict[str, object]] = {
    "site": {"id": 1, "rules": "{}", "holder_key_sealed": b"", "created_at": 1},
    "user_account": {**_WANG, "is_disabled": False, "totp_confirmed": False, "created_at": 1},
    "sale_order": {"site_id": 1, "seller_id": 1, "channel": "window", "state": "paid", "total_fen": 8000, "created_at": 1},
    "ledger_entry": {"at": 1, "debit": "cash/1", "credit": "sales/1", "amount_fen": 8000, "order_id": 1},
}


async def test_the_ledger_from_before_there_were_shifts_is_kept_with_its_checks(database_url: str) -> None:
    database = await at_revision(database_url, "0011")
    async with database.engine.begin() as connection:
        for table, row in LEDGER_BEFORE.items():
            columns = sa_table(table, *(column(name) for name in row))
            await connection.execute(insert(columns).values(**row))
    await migrate(database)
    store = Store(database)
    async with store.reading() as work:
        assert await ledger.balances(work) == {"cash/1": 8000, "sales/1": -8000}
    for wrong in (Movement("cash/1", "cash/1", 1), Movement("cash/1", "sales/1", 1, order_id=9)):
        with pytest.raises(StorageError):
            async with store.transaction() as work:
                ledger.post(work, wrong, None, NOON)
    async with store.transaction() as work:
        ledger.post(work, Movement("safe/1", "cash/1", 8000), None, NOON)
    await store.close()
