"""Travel agencies (旅行社): their contracts, their accounts with us, and their group orders."""

from datetime import date

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, Integer
from sqlmodel import Field

from central.store.columns import RowNumber, Table
from protocol.identifiers import SiteId, TicketTypeId
from protocol.instants import Instant


class AgencyRow(Table, table=True):
    """A travel agency. Its statement goes by the days of its site; contacts are sealed (`store.sealed`).

    `prepaid_fen` and `owed_fen` are its two accounts of the ledger. They stand here so that one conditional statement can bound
    them.
    """

    __tablename__ = "agency"
    __table_args__ = (CheckConstraint("prepaid_fen >= 0", name="prepaid_not_negative"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id")
    name: str = Field(max_length=64, unique=True)
    contacts_sealed: bytes
    charges: str = Field(max_length=8)
    is_disabled: bool
    credit_limit_fen: int = Field(sa_type=BigInteger)
    prepaid_fen: int = Field(sa_type=BigInteger)
    owed_fen: int = Field(sa_type=BigInteger)
    created_at: Instant = Field(sa_type=BigInteger)


class AgencyPriceRow(Table, table=True):
    """What a ticket type costs an agency per person, for visits from the first day to the last."""

    __tablename__ = "agency_price"

    agency_id: int = Field(primary_key=True, foreign_key="agency.id", sa_type=BigInteger)
    ticket_type_id: TicketTypeId = Field(
        sa_type=Integer, primary_key=True, foreign_key="ticket_type.id", sa_column_kwargs={"autoincrement": False}
    )
    first_day: date = Field(primary_key=True, sa_type=Date)
    last_day: date = Field(sa_type=Date)
    price_fen: int = Field(sa_type=BigInteger)


class AgencyReceiptRow(Table, table=True):
    """Money that an agency paid into its balance (`top-up`), paid for what it owes (`settlement`), or got back (`payout`)."""

    __tablename__ = "agency_receipt"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    agency_id: int = Field(foreign_key="agency.id", sa_type=BigInteger, index=True)
    kind: str = Field(max_length=12)
    method: str = Field(max_length=16)
    reference: str | None = Field(default=None, max_length=64)
    amount_fen: int = Field(sa_type=BigInteger)
    received_at: Instant = Field(sa_type=BigInteger)
    received_by: int = Field(foreign_key="user_account.id", sa_type=BigInteger)


class GroupOrderRow(Table, table=True):
    """An agency's order for a group. The guide is sealed; `fence_change_id` is the first change that tells gates of the end."""

    __tablename__ = "group_order"

    order_id: int = Field(primary_key=True, foreign_key="sale_order.id", sa_type=BigInteger)
    agency_id: int = Field(foreign_key="agency.id", sa_type=BigInteger, index=True)
    guide_sealed: bytes
    names_sealed: bytes | None = None
    charges: str = Field(max_length=8)
    planned_persons: int
    state: str = Field(max_length=8, index=True)
    tickets: list[str] | None = Field(default=None, sa_type=JSON)
    fence_change_id: int | None = Field(default=None, sa_type=BigInteger)
    ended_at: Instant | None = Field(default=None, sa_type=BigInteger)
    ended_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger)
    actual_persons: int | None = None
    deducted_fen: int | None = Field(default=None, sa_type=BigInteger)
    settled_at: Instant | None = Field(default=None, sa_type=BigInteger)
