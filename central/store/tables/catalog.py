"""Sites and what they sell."""

from sqlalchemy import BigInteger, Integer
from sqlmodel import Field

from central.store.columns import Table
from protocol.identifiers import ProductId, SiteId
from protocol.instants import Instant


class SiteRow(Table, table=True):
    """A site. `rules` is the JSON of `catalog.parameters.SiteParameters`; the holder key is sealed."""

    __tablename__ = "site"

    id: SiteId = Field(sa_type=Integer, primary_key=True, sa_column_kwargs={"autoincrement": False})
    rules: str
    holder_key_sealed: bytes
    created_at: Instant = Field(sa_type=BigInteger)


class TicketTypeRow(Table, table=True):
    """A ticket type. `parameters` is the JSON of `catalog.parameters.TicketTypeParameters`."""

    __tablename__ = "ticket_type"

    id: ProductId = Field(sa_type=Integer, primary_key=True, sa_column_kwargs={"autoincrement": False})
    parameters: str
    price_fen: int = Field(sa_type=BigInteger)
    is_on_sale: bool
    created_at: Instant = Field(sa_type=BigInteger)
