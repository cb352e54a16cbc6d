"""Journals as agents sent them: facts, stored once and never changed."""

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from central.store.columns import RowNumber, Table
from protocol.identifiers import SiteId
from protocol.instants import Instant


class JournalRow(Table, table=True):
    """How far a journal is ingested without a gap; its `number` stands for (agent, journal id) in other tables.

    `kind` is "gate", or "online" for the admissions that central itself decided for an agent.
    """

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("agent_id", "journal_id"),)

    number: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    agent_id: int = Field(foreign_key="agent.id", sa_type=BigInteger)
    journal_id: bytes = Field(sa_type=LargeBinary)
    kind: str = Field(max_length=8)
    sequence: int = Field(sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)
    received_at: Instant = Field(sa_type=BigInteger)


class JournalEntryRow(Table, table=True):
    """One entry, as its bytes."""

    __tablename__ = "journal_entry"
    __table_args__ = ({"sqlite_with_rowid": False},)

    journal_number: int = Field(primary_key=True, foreign_key="journal.number", sa_type=BigInteger)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    received_at: Instant = Field(sa_type=BigInteger)
    data: bytes = Field(sa_type=LargeBinary)


class QuarantinedRow(Table, table=True):
    """An item that could not join its journal's chain, or came from a revoked agent; kept for staff to judge."""

    __tablename__ = "journal_quarantine"
    __table_args__ = (UniqueConstraint("agent_id", "journal_id", "digest"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    agent_id: int = Field(foreign_key="agent.id", sa_type=BigInteger)
    journal_id: bytes = Field(sa_type=LargeBinary)
    digest: bytes = Field(sa_type=LargeBinary)
    reason: str = Field(max_length=16)
    received_at: Instant = Field(sa_type=BigInteger)
    data: bytes = Field(sa_type=LargeBinary)


class AlarmRow(Table, table=True):
    """Something that staff must look at: of a gate's own journal, or about one. `acknowledged_*`: who has, and the result."""

    __tablename__ = "alarm"
    __table_args__ = (
        UniqueConstraint("agent_id", "journal_id", "sequence", "name"),
        Index(
            "ix_alarm_open",
            "site_id",
            "raised_at",
            sqlite_where=text("acknowledged_at IS NULL"),
            postgresql_where=text("acknowledged_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id", index=True)
    agent_id: int = Field(foreign_key="agent.id", sa_type=BigInteger)
    journal_id: bytes = Field(sa_type=LargeBinary)
    sequence: int = Field(sa_type=BigInteger)
    name: str = Field(max_length=60)
    detail: str = Field(max_length=400)
    raised_at: Instant = Field(sa_type=BigInteger)
    acknowledged_at: Instant | None = Field(default=None, sa_type=BigInteger)
    acknowledged_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger)
    acknowledged_note: str | None = Field(default=None, max_length=200)
