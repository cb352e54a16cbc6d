"""Numbers that only rise: the version of the small tables, the leadership, and reports' own writing.

Laws: a number rises in the transaction whose change it counts, and its row stays locked until that transaction ends; of two
transactions that raise it, one waits and both are counted; a number never goes back.
"""

from sqlalchemy import Connection, ScalarSelect, func, select, text

from central.store.tables.metadata import METADATA

SMALL_TABLES = "small-tables"
LEADERSHIP = "leadership"
REPORTS = "reports"

_COUNTER = METADATA.tables["counter"]
_RAISE = text(
    "INSERT INTO counter (name, value) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"
)


def value_of(name: str) -> ScalarSelect[int]:
    """Return a number as part of a statement (0: it has never risen)."""
    return select(func.coalesce(func.max(_COUNTER.c.value), 0)).where(_COUNTER.c.name == name).scalar_subquery()


def raised(connection: Connection, name: str) -> int:
    """Raise a number by one, and return it."""
    value: int = connection.execute(_RAISE, {"name": name}).scalar_one()
    return value
