"""Agents that sell, and which sold tickets are on paper."""

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from central.store.columns import U64, Table
from protocol.identifiers import TicketId
from protocol.instants import Instant


class SellingAgentRow(Table, table=True):
    """The user in whose name an agent sells. No person signs in as that user, or changes it."""

    __tablename__ = "selling_agent"

    agent_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="agent.id", sa_column_kwargs={"autoincrement": False})
    user_id: int = Field(sa_type=BigInteger, foreign_key="user_account.id", unique=True)


class FirstPrintRow(Table, table=True):
    """A ticket was handed to a printer for the first time; `printed_at` is empty until it is known to be on paper."""

    __tablename__ = "first_print"
    __table_args__ = (
        Index(
            "ix_first_print_unprinted",
            "handed_at",
            sqlite_where=text("printed_at IS NULL"),
            postgresql_where=text("printed_at IS NULL"),
        ),
    )

    ticket_id: TicketId = Field(primary_key=True, sa_type=U64, foreign_key="ticket.id", sa_column_kwargs={"autoincrement": False})
    handed_at: Instant = Field(sa_type=BigInteger)
    handed_by: int = Field(sa_type=BigInteger, foreign_key="user_account.id")
    printed_at: Instant | None = Field(default=None, sa_type=BigInteger)
