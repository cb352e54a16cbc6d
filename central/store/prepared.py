"""A statement that is made once for each database and then only given its values: for queries that run very often.

SQLAlchemy's cache, its context and its handling of each value cost more than the database needs to answer.
Laws: values are bound and rows are read by the types of the statement itself, as SQLAlchemy would do it.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    SelectBase,
    UpdateBase,
    any_,
    bindparam,
    func,
    select,
    type_coerce,
)

# SQLite and PostgreSQL; each test opens a new database, and with it a new dialect.
DIALECTS_KEPT = 8
_Convert = Callable[[Any], Any] | None
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """The text as it is sent; for each parameter its name, value and conversion; for each column its conversion back."""

    text: str
    places: tuple[tuple[str, object, _Convert], ...]
    reads: tuple[_Convert, ...]


class Prepared:
    """A statement of the database; `make` builds it."""

    def __init__(self, make: Callable[[str], SelectBase | UpdateBase]) -> None:
        """Take what makes it."""
        self._make = make
        self._made = lru_cache(DIALECTS_KEPT)(self._compiled)

    def run(self, connection: Connection, said: Mapping[str, object]) -> None:
        """Execute it with these values by name."""
        made = self._made(connection.dialect)
        connection.exec_driver_sql(made.text, _bound(made, said))

    def rows(self, connection: Connection, said: Mapping[str, object]) -> list[Row]:
        """Execute it with these values by name, and return what it finds."""
        made = self._made(connection.dialect)
        found = connection.exec_driver_sql(made.text, _bound(made, said)).all()
        return [tuple(one if read is None else read(one) for read, one in zip(made.reads, row, strict=True)) for row in found]

    def _compiled(self, dialect: Dialect) -> _Made:
        statement = self._make(dialect.name)
        compiled = statement.compile(dialect=dialect)
        names: list[str] = list(compiled.positiontup or ())
        binds: Mapping[str, BindParameter[Any]] = compiled.binds
        return _Made(
            str(compiled),
            tuple((name, binds[name].value, _impl(binds[name], dialect).bind_processor(dialect)) for name in names),
            tuple(_impl(column, dialect).result_processor(dialect, None) for column in statement.exported_columns),
        )


def among_numbers(dialect: str, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a column is one of the whole numbers of a parameter, given as `the_numbers` gives them: one text for any count."""
    kept = type_coerce(column, BigInteger)
    if dialect == "postgresql":
        return kept == any_(bindparam(name, type_=ARRAY(BigInteger)))
    return kept.in_(select(func.json_each(bindparam(name)).table_valued("value").c.value))


def the_numbers(connection: Connection, numbers: Collection[int]) -> object:
    """Return whole numbers, as the database keeps them, for `among_numbers`."""
    return list(numbers) if connection.dialect.name == "postgresql" else json.dumps(list(numbers))


def _impl(typed: Any, dialect: Dialect) -> Any:  # noqa: ANN401 - a column or a value: anything that has a type
    return typed.type.dialect_impl(dialect)


def _bound(made: _Made, said: Mapping[str, object]) -> tuple[object, ...]:
    found = ((said.get(name, own), convert) for name, own, convert in made.places)
    return tuple(value if convert is None else convert(value) for value, convert in found)
