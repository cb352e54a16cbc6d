"""Carts that a seller has set aside before the sale."""

from sqlalchemy import BigInteger, Index, Integer
from sqlmodel import Field

from central.store.columns import RowNumber, Table
from protocol.identifiers import SiteId
from protocol.instants import Instant


class SuspendedCartRow(Table, table=True):
    """A draft of an order under a name (挂单); it holds no places. The cart is sealed, because it may name visitors."""

    __tablename__ = "suspended_cart"
    __table_args__ = (Index("ix_suspended_cart_seller", "seller_id", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    seller_id: int = Field(foreign_key="user_account.id", sa_type=BigInteger)
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id")
    name: str = Field(max_length=64)
    tickets: int
    cart_sealed: bytes
    created_at: Instant = Field(sa_type=BigInteger)
    expires_at: Instant = Field(sa_type=BigInteger, index=True)
    recalled_at: Instant | None = Field(default=None, sa_type=BigInteger)
