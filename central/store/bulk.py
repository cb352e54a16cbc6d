"""Many rows at once on hot paths, by one statement.

SQLAlchemy's own insert handles each value of each row by itself, and its IN makes a new statement for each count of values.

Laws: callers give `insert_rows` the values as the database keeps them (a u64 by `columns.to_signed`); no part of a statement's
text comes from data.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain
from typing import Any, TypeVar

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, Dialect, any_, func, literal, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped

from central.store.columns import Table

# SQLite binds 32,766 values in a statement.
MOST_VALUES = 32_000
STATEMENTS_KEPT = 256

Row = tuple[object, ...]
Values = Mapping[str, object]
Keep = Callable[[Any], Any]
_Shape = tuple[type[Table], tuple[str, ...], bool]  # whether it is one row
_Whole = TypeVar("_Whole", bound=int | None)


@dataclass(frozen=True, slots=True)
class _Batch:
    table: type[Table]
    names: tuple[str, ...]
    rows: Sequence[Values]

    def kept(self, dialect: Dialect) -> list[Row]:
        """Return the rows as the database keeps them."""
        ways = _ways_to_keep(self.table, self.names, dialect)
        return [tuple([way(row[name]) if way else row[name] for name, way in ways]) for row in self.rows]

    def parameters(self, dialect: Dialect) -> Iterable[object]:
        """Return what a part of `_tables_statement` takes: the values of one row, or each column of several rows."""
        rows = self.kept(dialect)
        return rows[0] if len(rows) == 1 else map(list, zip(*rows, strict=True))


async def insert_rows(connection: AsyncConnection, table: type[Table], names: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Insert rows that hold the values of these columns, in their order; none of the rows exists yet."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        statement = _unnest_statement(table, names, connection.dialect)
        await connection.exec_driver_sql(statement, tuple(list(column) for column in zip(*rows, strict=True)))
        return
    await connection.run_sync(_insert_values, table, names, rows)


async def insert_all(connection: AsyncConnection, rows: Mapping[type[Table], Sequence[Values]]) -> None:
    """Insert rows of several tables, parents before children: on PostgreSQL by one statement.

    Callers give the values as the program has them; all rows of a table name the same columns.
    """
    batches = [_Batch(table, tuple(of_table[0]), of_table) for table, of_table in rows.items() if of_table]
    if connection.dialect.name != "postgresql":
        await connection.run_sync(_insert_batches, batches)
        return
    values = chain.from_iterable(batch.parameters(connection.dialect) for batch in batches)
    shapes = tuple((batch.table, batch.names, len(batch.rows) == 1) for batch in batches)
    await connection.exec_driver_sql(_tables_statement(shapes, connection.dialect), tuple(values))


def among(connection: AsyncConnection, column: Mapped[_Whole], numbers: Collection[int]) -> ColumnElement[bool]:
    """Return whether a column is one of these numbers. One parameter holds all numbers, so that the statement stays the same."""
    kept = type_coerce(column, BigInteger)
    if connection.dialect.name == "postgresql":
        return kept == any_(literal(list(numbers), ARRAY(BigInteger)))
    each = func.json_each(json.dumps(list(numbers))).table_valued("value")
    return kept.in_(select(each.c.value))


def _insert_batches(connection: Connection, batches: Sequence[_Batch]) -> None:
    for batch in batches:
        _insert_values(connection, batch.table, batch.names, batch.kept(connection.dialect))


def _insert_values(connection: Connection, table: type[Table], names: tuple[str, ...], rows: Sequence[Row]) -> None:
    most = MOST_VALUES // len(names)
    for start in range(0, len(rows), most):
        part = rows[start : start + most]
        connection.exec_driver_sql(_values_statement(table, names, len(part)), tuple(chain.from_iterable(part)))


@lru_cache(STATEMENTS_KEPT)
def _values_statement(table: type[Table], names: tuple[str, ...], rows: int) -> str:
    row = f"({', '.join('?' * len(names))})"
    return f"{_into(table, names)} VALUES {', '.join([row] * rows)}"


@lru_cache(STATEMENTS_KEPT)
def _unnest_statement(table: type[Table], names: tuple[str, ...], dialect: Dialect, first: int = 1) -> str:
    types = [table.metadata.tables[_name(table)].c[name].type.compile(dialect) for name in names]
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(types, first))
    return f"{_into(table, names)} SELECT * FROM unnest({arrays})"  # noqa: S608 - names and types of our own tables


@lru_cache(STATEMENTS_KEPT)
def _tables_statement(shapes: tuple[_Shape, ...], dialect: Dialect) -> str:
    places = accumulate((len(names) for _, names, _ in shapes), initial=1)
    inserts = [_part(*shape, dialect, first) for shape, first in zip(shapes, places, strict=False)]
    others = ", ".join(f"t{number} AS ({insert})" for number, insert in enumerate(inserts[:-1]))
    return f"WITH {others} {inserts[-1]}" if others else inserts[-1]


def _part(table: type[Table], names: tuple[str, ...], is_one: bool, dialect: Dialect, first: int) -> str:  # noqa: FBT001 - of a shape
    if not is_one:
        return _unnest_statement(table, names, dialect, first)
    return f"{_into(table, names)} VALUES ({', '.join(f'${place}' for place in range(first, first + len(names)))})"


@lru_cache(STATEMENTS_KEPT)
def _ways_to_keep(table: type[Table], names: tuple[str, ...], dialect: Dialect) -> list[tuple[str, Keep | None]]:
    columns = table.metadata.tables[_name(table)].c
    return [(name, columns[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names]


def _into(table: type[Table], names: tuple[str, ...]) -> str:
    return f"INSERT INTO {_name(table)} ({', '.join(names)})"


def _name(table: type[Table]) -> str:
    return str(table.__tablename__)
