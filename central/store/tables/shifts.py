"""Sellers' shifts (交班): what was in the drawer, what the seller counted, and what became of it."""

from sqlalchemy import JSON, BigInteger, Index, Integer
from sqlmodel import Field

from central.store.columns import RowNumber, Table
from protocol.identifiers import SiteId
from protocol.instants import Instant


class ShiftRow(Table, table=True):
    """A seller's shift. `open_of` is the seller while it is open, so that each has one; `from_shift_id` left the float.

    What the shift moved stands here once it is closed, because nothing can be added then. `left_fen` is what the seller left for
    the next one, and `left_until` is when another seller took it over or put it into the safe.
    """

    __tablename__ = "shift"
    __table_args__ = (
        Index("ix_shift_time", "opened_at", "id"),
        Index("ix_shift_seller", "seller_id", "opened_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id")
    seller_id: int = Field(foreign_key="user_account.id", sa_type=BigInteger)
    channel: str = Field(max_length=40)
    open_of: int | None = Field(default=None, sa_type=BigInteger, unique=True)
    opened_at: Instant = Field(sa_type=BigInteger)
    float_fen: int = Field(sa_type=BigInteger)
    from_shift_id: int | None = Field(default=None, foreign_key="shift.id", sa_type=BigInteger)
    closed_at: Instant | None = Field(default=None, sa_type=BigInteger)
    closed_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger)
    counted: dict[str, int] | None = Field(default=None, sa_type=JSON)
    counted_fen: int | None = Field(default=None, sa_type=BigInteger)
    sold_fen: int | None = Field(default=None, sa_type=BigInteger)
    refunded_fen: int | None = Field(default=None, sa_type=BigInteger)
    other_fen: int | None = Field(default=None, sa_type=BigInteger)
    handed_in_fen: int | None = Field(default=None, sa_type=BigInteger)
    left_fen: int | None = Field(default=None, sa_type=BigInteger)
    left_to: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger)
    left_until: Instant | None = Field(default=None, sa_type=BigInteger)
    note: str | None = Field(default=None, max_length=200)
