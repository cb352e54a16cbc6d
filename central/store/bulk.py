"""Many rows at once on hot paths, by one statement.

SQLAlchemy's own insert handles each value of each row by itself, and its IN makes a new statement for each count of values.

Laws: values are given as the database keeps them (a u64 by `columns.to_signed`); nothing of a statement is made of data.
"""

import json
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import chain
from typing import TypeVar

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Dialect, any_, func, literal, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped

from central.store.columns import Table

# SQLite binds 32,766 values in a statement.
MOST_VALUES = 32_000
STATEMENTS_KEPT = 256

Row = tuple[object, ...]
_Whole = TypeVar("_Whole", bound=int | None)


async def insert_rows(connection: AsyncConnection, table: type[Table], names: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Insert rows that hold the values of these columns, in their order; none is there yet."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        statement = _unnest_statement(table, names, connection.dialect)
        await connection.exec_driver_sql(statement, tuple(list(column) for column in zip(*rows, strict=True)))
        return
    most = MOST_VALUES // len(names)
    for start in range(0, len(rows), most):
        part = rows[start : start + most]
        await connection.exec_driver_sql(_values_statement(table, names, len(part)), tuple(chain.from_iterable(part)))


def among(connection: AsyncConnection, column: Mapped[_Whole], numbers: Collection[int]) -> ColumnElement[bool]:
    """Whether a column is one of these numbers: one parameter however many they are, so that the statement stays the same."""
    kept = type_coerce(column, BigInteger)
    if connection.dialect.name == "postgresql":
        return kept == any_(literal(list(numbers), ARRAY(BigInteger)))
    each = func.json_each(json.dumps(list(numbers))).table_valued("value")
    return kept.in_(select(each.c.value))


@lru_cache(STATEMENTS_KEPT)
def _values_statement(table: type[Table], names: tuple[str, ...], rows: int) -> str:
    row = f"({', '.join('?' * len(names))})"
    return f"{_into(table, names)} VALUES {', '.join([row] * rows)}"


@lru_cache(STATEMENTS_KEPT)
def _unnest_statement(table: type[Table], names: tuple[str, ...], dialect: Dialect) -> str:
    types = [table.metadata.tables[_name(table)].c[name].type.compile(dialect) for name in names]
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(types, 1))
    return f"{_into(table, names)} SELECT * FROM unnest({arrays})"  # noqa: S608 - names and types of our own tables


def _into(table: type[Table], names: tuple[str, ...]) -> str:
    return f"INSERT INTO {_name(table)} ({', '.join(names)})"


def _name(table: type[Table]) -> str:
    return str(table.__tablename__)
