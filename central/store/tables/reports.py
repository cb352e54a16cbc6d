"""What reports read: admissions with the facts of their order, and the figures of days that are over.

All of it follows from other tables and can be made again from them.
"""

from datetime import date

from sqlalchemy import BigInteger, Date, Index, Integer, text
from sqlmodel import Field

from central.store.columns import U64, Table
from protocol.identifiers import EntitlementId, SiteId, TicketId, TicketTypeId
from protocol.instants import Instant


def _rare(name: str, which: str) -> tuple[Index]:
    """Return an index of the few records that people look for."""
    condition = text(which)
    columns = ("scanned_at", "journal_number", "sequence")
    return (Index(f"ix_admission_record_{name}", *columns, sqlite_where=condition, postgresql_where=condition),)


class AdmissionRecordRow(Table, table=True):
    """One release of an arm and what became of it. `seller_id` and `channel` are those of the ticket's order; `counted` persons.

    `flags` is a list in JSON, because a journal may hold any text. `resumes` is the sequence of the release that this one
    continues: this one then counts in its place.
    """

    __tablename__ = "admission_record"
    __table_args__ = (
        # The last two columns are for sums, which then read the index alone.
        Index("ix_admission_record_time", "scanned_at", "journal_number", "sequence", "persons", "counted"),
        Index("ix_admission_record_site", "site_id", "scanned_at", "journal_number", "sequence", "persons", "counted"),
        Index("ix_admission_record_seller", "seller_id", "scanned_at", "journal_number", "sequence"),
        Index("ix_admission_record_channel", "channel", "scanned_at", "journal_number", "sequence"),
        Index("ix_admission_record_check_point", "check_point_id", "scanned_at", "journal_number", "sequence"),
        Index("ix_admission_record_type", "ticket_type_id", "scanned_at", "journal_number", "sequence"),
        Index("ix_admission_record_ticket", "ticket_id"),
        Index("ix_admission_record_order", "order_id"),
        *_rare("state", "state <> 'passed'"),
        *_rare("flagged", "flags <> '[]'"),
        *_rare("supervisor", "supervisor_id IS NOT NULL"),
        {"sqlite_with_rowid": False},
    )

    journal_number: int = Field(primary_key=True, foreign_key="journal.number", sa_type=BigInteger)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    scanned_at: Instant = Field(sa_type=BigInteger)
    site_id: SiteId = Field(sa_type=Integer)
    agent_id: int = Field(sa_type=BigInteger)
    check_point_id: int = Field(sa_type=BigInteger)
    direction: str = Field(max_length=8)
    kind: str = Field(max_length=12)
    state: str = Field(max_length=12)
    ticket_id: TicketId = Field(sa_type=U64)
    entitlement_id: EntitlementId = Field(sa_type=Integer)
    ticket_type_id: TicketTypeId | None = Field(default=None, sa_type=Integer)
    order_id: int | None = Field(default=None, sa_type=BigInteger)
    seller_id: int | None = Field(default=None, sa_type=BigInteger)
    channel: str | None = Field(default=None, max_length=40)
    persons: int
    counted: int
    flags: str
    supervisor_id: int | None = Field(default=None, sa_type=BigInteger)
    resumes: int | None = Field(default=None, sa_type=BigInteger)


class RecordedJournalRow(Table, table=True):
    """Up to where a journal's events stand in `admission_record`."""

    __tablename__ = "recorded_journal"

    journal_number: int = Field(
        primary_key=True, foreign_key="journal.number", sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    sequence: int = Field(sa_type=BigInteger)


class CountedDayRow(Table, table=True):
    """A site's business day whose figures stand in `day_figure`, for exactly this time.

    Without a row the day is counted again.
    """

    __tablename__ = "counted_day"

    site_id: SiteId = Field(sa_type=Integer, primary_key=True, foreign_key="site.id")
    day: date = Field(primary_key=True, sa_type=Date)
    since: Instant = Field(sa_type=BigInteger)
    until: Instant = Field(sa_type=BigInteger)


class DayFigureRow(Table, table=True):
    """The fields of `reports.rules.counting.Figures`. Type 0: of no ticket type (money, walk-ins); seller 0: of no order."""

    __tablename__ = "day_figure"

    site_id: SiteId = Field(sa_type=Integer, primary_key=True, foreign_key="site.id")
    day: date = Field(primary_key=True, sa_type=Date)
    ticket_type_id: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    seller_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    channel: str = Field(primary_key=True, max_length=40)
    orders: int = Field(sa_type=BigInteger)
    tickets: int = Field(sa_type=BigInteger)
    persons: int = Field(sa_type=BigInteger)
    sold_fen: int = Field(sa_type=BigInteger)
    refunded_tickets: int = Field(sa_type=BigInteger)
    refunded_fen: int = Field(sa_type=BigInteger)
    taken_fen: int = Field(sa_type=BigInteger)
    returned_fen: int = Field(sa_type=BigInteger)
    entries: int = Field(sa_type=BigInteger)


class AccountBalanceRow(Table, table=True):
    """What an account of the ledger held just before an instant; an account that held nothing then has no row."""

    __tablename__ = "account_balance"

    until: Instant = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    account: str = Field(primary_key=True, max_length=40)
    balance_fen: int = Field(sa_type=BigInteger)


class KeptExportRow(Table, table=True):
    """A table that is made beside requests, or was made within the last day. `told_at`: when its maker last said how far it is.

    `permission` is what it takes to read the list. The bytes are a file of the export's number.
    """

    __tablename__ = "kept_export"
    __table_args__ = (Index("ix_kept_export_user", "user_id", "requested_at"),)

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    user_id: int = Field(sa_type=BigInteger)
    permission: str = Field(max_length=64)
    list_name: str = Field(max_length=32)
    format: str = Field(max_length=8)
    state: str = Field(max_length=12)
    rows_wanted: int = Field(sa_type=BigInteger)
    rows_done: int = Field(default=0, sa_type=BigInteger)
    size_bytes: int = Field(default=0, sa_type=BigInteger)
    fault: str | None = Field(default=None, max_length=200)
    requested_at: Instant = Field(sa_type=BigInteger)
    told_at: Instant = Field(sa_type=BigInteger)
