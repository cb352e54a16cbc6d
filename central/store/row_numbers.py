"""Numbers of rows, drawn before the rows are made, so that many rows that name one another are written at once."""

from sqlalchemy import ColumnElement, func, select

from central.store.columns import Table
from central.store.unit_of_work import Work


def next_of(table: type[Table], dialect: str) -> ColumnElement[int]:
    """Return the next number of a table, as a part of a statement.

    On SQLite no other process can write until the transaction ends.
    """
    known = table.metadata.tables[str(table.__tablename__)]
    if dialect == "sqlite":
        return select(func.coalesce(func.max(known.c.id), 0) + 1).scalar_subquery()
    return func.nextval(func.pg_get_serial_sequence(known.name, known.c.id.name))


async def drawn(work: Work, table: type[Table]) -> int:
    """Return the next number of a table, for a row that this transaction makes."""
    connection = await work.connection()
    number: int = (await connection.execute(select(next_of(table, connection.dialect.name)))).scalar_one()
    return number
