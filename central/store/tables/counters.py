"""Numbers that only rise, one row a name."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from central.store.columns import Table


class CounterRow(Table, table=True):
    """A number by its name (`store.counters`); one that never rose has no row."""

    __tablename__ = "counter"

    name: str = Field(primary_key=True, max_length=32)
    value: int = Field(sa_type=BigInteger)
