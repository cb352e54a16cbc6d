"""Promoters (分销渠道): who brought an order, and the groups that they belong to."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from central.store.columns import RowNumber, Table
from protocol.instants import Instant


class PromoterGroupRow(Table, table=True):
    """A group of promoters."""

    __tablename__ = "promoter_group"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    name: str = Field(max_length=64, unique=True)
    is_disabled: bool


class PromoterRow(Table, table=True):
    """A person or a firm with a code of their own. `commission_permille` is kept for later: the office pays nothing by it."""

    __tablename__ = "promoter"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    group_id: int | None = Field(default=None, foreign_key="promoter_group.id", sa_type=BigInteger, index=True)
    kind: str = Field(max_length=8)
    name: str = Field(max_length=64)
    code: str = Field(max_length=16, unique=True)
    commission_permille: int | None = None
    is_disabled: bool
    created_at: Instant = Field(sa_type=BigInteger)
