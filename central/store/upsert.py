"""Inserts that meet a row which is there already, alike on both databases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped

from central.store.columns import Table

Rows = Sequence[Mapping[str, object]]


async def insert_missing(connection: AsyncConnection, table: type[Table], rows: Rows) -> None:
    """Insert the rows whose unique keys are not there; the others stay as they are."""
    if rows:
        insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
        await connection.execute(insert(table).on_conflict_do_nothing(), list(rows))


async def inserted(
    connection: AsyncConnection, table: type[Table], rows: Rows, *returned: Mapped[Any]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Insert the rows whose unique keys are not there; return these columns of the rows that are new."""
    if not rows:
        return ()
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
    return (await connection.execute(insert(table).on_conflict_do_nothing().returning(*returned), list(rows))).all()


async def insert_or_replace(connection: AsyncConnection, table: type[Table], keys: Sequence[str], rows: Rows) -> None:
    """Insert the rows; where the keys are there already, replace all other columns."""
    if not rows:
        return
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
    replaced = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    await connection.execute(insert.on_conflict_do_update(index_elements=list(keys), set_=replaced), list(rows))
