"""What live streams tell: changes, kept for a while in the order of their commits."""

from sqlalchemy import BigInteger, Index, Integer
from sqlmodel import Field

from central.store.columns import U64, RowNumber, Table
from protocol.identifiers import SiteId, TicketId
from protocol.instants import Instant


class LiveEventRow(Table, table=True):
    """One change. (`xid`, `id`) is its position; `xid` is PostgreSQL's number of the transaction, which the database sets.

    `order_id` or `ticket_id` leads to the order that bounds who hears it; `user_id` is the one person who hears it.
    `data` is JSON with numbers only. A row of the kind "purged" marks up to where rows were deleted.
    """

    __tablename__ = "live_event"
    __table_args__ = (Index("ix_live_event_position", "xid", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    xid: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    kind: str = Field(max_length=12)
    told_at: Instant = Field(sa_type=BigInteger)
    site_id: SiteId | None = Field(default=None, sa_type=Integer)
    order_id: int | None = Field(default=None, sa_type=BigInteger)
    ticket_id: TicketId | None = Field(default=None, sa_type=U64)
    user_id: int | None = Field(default=None, sa_type=BigInteger)
    data: str
