"""Activation codes (密码激活), and the callers who tried wrong codes."""

from datetime import date

from sqlalchemy import BigInteger, Date, Index
from sqlmodel import Field

from central.store.columns import U64, RowNumber, Table
from protocol.identifiers import TicketId
from protocol.instants import Instant


class ActivationCodeRow(Table, table=True):
    """A code that activates a ticket until that day, as its SHA-256. Of a ticket's codes only the last is not voided."""

    __tablename__ = "activation_code"
    __table_args__ = (Index("ix_activation_code_time", "exported_at", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    ticket_id: TicketId = Field(sa_type=U64, foreign_key="ticket.id", index=True)
    code_hash: bytes = Field(unique=True)
    last_day: date = Field(sa_type=Date)
    exported_at: Instant = Field(sa_type=BigInteger)
    exported_by: int = Field(foreign_key="user_account.id", sa_type=BigInteger)
    sent_at: Instant | None = Field(default=None, sa_type=BigInteger)
    sent_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger)
    activated_at: Instant | None = Field(default=None, sa_type=BigInteger)
    activated_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger)
    voided_at: Instant | None = Field(default=None, sa_type=BigInteger)
    voided_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger)
    void_reason: str | None = Field(default=None, max_length=200)


class ActivationFailureRow(Table, table=True):
    """How often a caller has tried wrong codes; `source` is the person that the caller asks for."""

    __tablename__ = "activation_failure"

    user_id: int = Field(
        primary_key=True, foreign_key="user_account.id", sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    source: str = Field(primary_key=True, max_length=64)
    failures: int
    last_at: Instant = Field(sa_type=BigInteger)
