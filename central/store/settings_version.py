"""The version of the small tables: a number that rises with every transaction that writes to one of them.

Code that decides by copies of these tables in memory reads this number in its own transaction, and reads the tables again where
the number has changed: so no process decides by values that another process has changed (laws 3 and 4).
Laws: no writer has to remember it: the engine sees every statement, and raises the number before the commit; it raises it last,
so that two transactions that change settings wait for each other only while they commit.
"""

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.store import counters

TABLES = frozenset(
    {
        "site",
        "ticket_type",
        "sale_setting",
        "sale_setting_type",
        "check_point",
        "ticked_type",
        "supervised_site",
        "supervisor_pin",
        "user_account",
        "site_load",
        "on_site_correction",
    }
)
_WRITES = re.compile(
    r'\b(?:INTO|UPDATE|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?(?:"?\w+"?\.)?"?(\w+)"?', re.IGNORECASE
)
_WRITTEN = "paifang_small_tables_written"
STATEMENTS_KEPT = 1_024


def count_writes(engine: Engine) -> None:
    """Raise the version in every transaction of this engine that writes to a small table."""
    event.listen(engine, "begin", _begin)
    event.listen(engine, "before_cursor_execute", _note)
    event.listen(engine, "commit", _raise)


@lru_cache(STATEMENTS_KEPT)
def writes_small_table(statement: str) -> bool:
    """Return whether a statement, as it is sent, writes to one of the tables."""
    return not TABLES.isdisjoint(name.lower() for name in _WRITES.findall(statement))


async def version(connection: AsyncConnection) -> int:
    """Return the version that this transaction sees now."""
    found: int = (await connection.execute(select(counters.value_of(counters.SMALL_TABLES)))).scalar_one()
    return found


def _begin(connection: Connection) -> None:
    connection.info.pop(_WRITTEN, None)


def _note(connection: Connection, _cursor: Any, statement: str, *_how: Any) -> None:  # noqa: ANN401 - any arguments of the driver
    if writes_small_table(statement):
        connection.info[_WRITTEN] = True


def _raise(connection: Connection) -> None:
    if connection.info.pop(_WRITTEN, False):
        counters.raised(connection, counters.SMALL_TABLES)
