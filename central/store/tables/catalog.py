"""Sites and what they sell."""

from datetime import date

from sqlalchemy import BigInteger, Date, Index, Integer
from sqlmodel import Field

from central.store.columns import RowNumber, Table
from protocol.identifiers import SiteId, TicketTypeId
from protocol.instants import Instant


class SiteRow(Table, table=True):
    """A site. `rules` is the JSON of `catalog.parameters.SiteParameters`; the holder key is sealed."""

    __tablename__ = "site"

    id: SiteId = Field(sa_type=Integer, primary_key=True, sa_column_kwargs={"autoincrement": False})
    rules: str
    holder_key_sealed: bytes
    created_at: Instant = Field(sa_type=BigInteger)


class SiteLoadRow(Table, table=True):
    """How full a site is on a local day (`catalog.rules.capacity.LoadLevel`), since when; written when it changes."""

    __tablename__ = "site_load"

    site_id: SiteId = Field(sa_type=Integer, primary_key=True, foreign_key="site.id", sa_column_kwargs={"autoincrement": False})
    day: date = Field(sa_type=Date)
    level: str = Field(max_length=8)
    since: Instant = Field(sa_type=BigInteger)


class CategoryRow(Table, table=True):
    """A category of ticket types (票据分类), in a tree; siblings stand by `position`."""

    __tablename__ = "ticket_category"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    parent_id: int | None = Field(default=None, foreign_key="ticket_category.id", sa_type=BigInteger, index=True)
    name_zh: str = Field(max_length=64)
    name_en: str = Field(max_length=64)
    position: int


class TicketTypeRow(Table, table=True):
    """A ticket type. `parameters` is the JSON of `catalog.parameters.TicketTypeParameters`. An archived one is not on sale."""

    __tablename__ = "ticket_type"

    id: TicketTypeId = Field(sa_type=Integer, primary_key=True, sa_column_kwargs={"autoincrement": False})
    parameters: str
    price_fen: int = Field(sa_type=BigInteger)
    is_on_sale: bool
    created_at: Instant = Field(sa_type=BigInteger)
    category_id: int | None = Field(default=None, foreign_key="ticket_category.id", sa_type=BigInteger, index=True)
    archived_at: Instant | None = Field(default=None, sa_type=BigInteger)


class SaleChangeRow(Table, table=True):
    """How a type is to be sold from a time on. `rules` and `after_sale` are JSON as in its parameters; empty: unchanged.

    Where `amendment` is set (JSON of `catalog.amendments.TypeAmendment`), it alone says what changes.

    `done_at`: when it took effect; `dropped_at`: when a user cancelled it before that.
    """

    __tablename__ = "sale_change"
    __table_args__ = (Index("ix_sale_change_type", "ticket_type_id", "effective_at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    ticket_type_id: TicketTypeId = Field(sa_type=Integer, foreign_key="ticket_type.id")
    effective_at: Instant = Field(sa_type=BigInteger)
    price_fen: int = Field(sa_type=BigInteger)
    is_on_sale: bool
    rules: str | None = None
    after_sale: str | None = None
    planned_at: Instant = Field(sa_type=BigInteger)
    planned_by: int = Field(foreign_key="user_account.id", sa_type=BigInteger)
    done_at: Instant | None = Field(default=None, sa_type=BigInteger)
    dropped_at: Instant | None = Field(default=None, sa_type=BigInteger)
    dropped_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger)
    amendment: str | None = None


class SaleSettingRow(Table, table=True):
    """What a seller or a channel may sell: all types, or those of `sale_setting_type`; without a row see `catalog`."""

    __tablename__ = "sale_setting"

    kind: str = Field(primary_key=True, max_length=8)
    name: str = Field(primary_key=True, max_length=40)
    all_types: bool


class SaleSettingTypeRow(Table, table=True):
    """A type that a seller or a channel may sell."""

    __tablename__ = "sale_setting_type"

    kind: str = Field(primary_key=True, max_length=8)
    name: str = Field(primary_key=True, max_length=40)
    ticket_type_id: TicketTypeId = Field(
        sa_type=Integer, primary_key=True, foreign_key="ticket_type.id", sa_column_kwargs={"autoincrement": False}
    )
