"""Tickets as gates know them, their credentials and holders, and the outbox of their changes."""

from datetime import date

from sqlalchemy import BigInteger, Date, Index, Integer, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlmodel import Field

from central.store.columns import U64, RowNumber, Table
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from protocol.instants import Instant, Minute


class TicketRow(Table, table=True):
    """One ticket: the fields of `protocol.tickets.record.TicketRecord`, and what only central knows.

    `token` is the latest code's body and signature (93 bytes), kept because an old key may be gone when it is printed again.
    """

    __tablename__ = "ticket"

    id: TicketId = Field(primary_key=True, sa_type=U64, sa_column_kwargs={"autoincrement": False})
    order_id: int = Field(foreign_key="sale_order.id", sa_type=BigInteger, index=True)
    line: int
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id")
    ticket_type_id: TicketTypeId = Field(sa_type=Integer, foreign_key="ticket_type.id")
    issued_at: Minute = Field(sa_type=BigInteger)
    valid_from: Minute = Field(sa_type=BigInteger)
    valid_until: Minute = Field(sa_type=BigInteger)
    flags: int = Field(sa_type=SmallInteger)
    generation: int = Field(sa_type=SmallInteger)
    state: int = Field(sa_type=SmallInteger)
    state_since: Minute = Field(sa_type=BigInteger)
    persons: int
    slot_start: Minute = Field(sa_type=BigInteger)
    slot_minutes: int
    token: bytes = Field(sa_type=LargeBinary)
    short_number: int = Field(sa_type=BigInteger, unique=True)


class TicketCredentialRow(Table, table=True):
    """Another way to find a ticket at one site. `kind` and `key` are those of `protocol.feed.records.CredentialEntry`.

    A kind below zero: taken away; the row stays until every gate has been told of it.
    """

    __tablename__ = "ticket_credential"

    site_id: SiteId = Field(sa_type=Integer, primary_key=True, foreign_key="site.id")
    kind: int = Field(primary_key=True, sa_type=SmallInteger)
    key: bytes = Field(primary_key=True, sa_type=LargeBinary)
    ticket_id: TicketId = Field(primary_key=True, sa_type=U64, foreign_key="ticket.id", index=True)


class RescheduledTicketRow(Table, table=True):
    """A ticket that was moved to another day or slot (改签): how often, and its day of use now."""

    __tablename__ = "rescheduled_ticket"

    ticket_id: TicketId = Field(primary_key=True, sa_type=U64, foreign_key="ticket.id", sa_column_kwargs={"autoincrement": False})
    times: int
    visit_day: date = Field(sa_type=Date, index=True)
    moved_at: Instant = Field(sa_type=BigInteger)
    moved_by: int = Field(foreign_key="user_account.id", sa_type=BigInteger)


class ReprintRow(Table, table=True):
    """A ticket was printed once more (补打); `number` counts from 1."""

    __tablename__ = "ticket_reprint"
    __table_args__ = (UniqueConstraint("ticket_id", "number"), Index("ix_ticket_reprint_time", "printed_at", "id"))

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    ticket_id: TicketId = Field(sa_type=U64, foreign_key="ticket.id")
    number: int
    printed_at: Instant = Field(sa_type=BigInteger)
    printed_by: int = Field(foreign_key="user_account.id", sa_type=BigInteger)
    reason: str = Field(max_length=200)


class TicketHolderRow(Table, table=True):
    """The person of a real-name ticket; name and number are sealed (`store.sealed`)."""

    __tablename__ = "ticket_holder"

    ticket_id: TicketId = Field(primary_key=True, sa_type=U64, foreign_key="ticket.id")
    position: int = Field(primary_key=True)
    document_type: str = Field(max_length=32)
    country: str = Field(max_length=2)
    number_sealed: bytes
    name_sealed: bytes


class TicketChangeRow(Table, table=True):
    """The outbox: this ticket has changed for this site. The publisher sets (epoch, version) when a feed version holds it."""

    __tablename__ = "ticket_change"
    __table_args__ = (
        Index(
            "ix_ticket_change_unpublished",
            "site_id",
            "id",
            sqlite_where=text("version IS NULL"),
            postgresql_where=text("version IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id")
    ticket_id: TicketId = Field(sa_type=U64, index=True)
    changed_at: Instant = Field(sa_type=BigInteger)
    epoch: int | None = Field(default=None, sa_type=BigInteger)
    version: int | None = Field(default=None, sa_type=BigInteger)
