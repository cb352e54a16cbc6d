"""Parameters by group."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from central.store.columns import Table
from protocol.instants import Instant


class ParameterGroupRow(Table, table=True):
    """A group's current values as JSON, its secrets as one sealed JSON; `version` rises with every change."""

    __tablename__ = "parameter_group"

    name: str = Field(primary_key=True, max_length=32)
    version: int
    stated: str
    secrets_sealed: bytes
    changed_at: Instant = Field(sa_type=BigInteger)
    changed_by: int = Field(sa_type=BigInteger, foreign_key="user_account.id")
