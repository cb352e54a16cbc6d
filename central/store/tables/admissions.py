"""Admissions: the events of journals, refusals, conflicts, and what central granted online."""

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from central.store.columns import U64, RowNumber, Table
from protocol.identifiers import EntitlementId, SiteId, TicketId
from protocol.instants import Instant


class AdmissionEventRow(Table, table=True):
    """An intent or an outcome. `ticket_id` (0: none), `holder` and `scanned_at` of an outcome are those of its intent.

    `data` is the CBOR of `protocol.journal.history.AdmissionEvent`.
    """

    __tablename__ = "admission_event"
    __table_args__ = (
        Index(
            "ix_admission_event_holder",
            "holder",
            sqlite_where=text("holder IS NOT NULL"),
            postgresql_where=text("holder IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )

    journal_number: int = Field(primary_key=True, foreign_key="journal.number", sa_type=BigInteger)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    ticket_id: TicketId = Field(sa_type=U64, index=True)
    holder: bytes | None = Field(default=None, sa_type=LargeBinary)
    site_id: SiteId = Field(sa_type=Integer)
    scanned_at: Instant = Field(sa_type=BigInteger, index=True)
    is_intent: bool
    data: bytes = Field(sa_type=LargeBinary)


class AdmissionOutboxRow(Table, table=True):
    """The outbox: this event is for the admissions role of this site. The publisher deletes the row once it is published."""

    __tablename__ = "admission_outbox"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id", index=True)
    journal_number: int = Field(sa_type=BigInteger)
    sequence: int = Field(sa_type=BigInteger)


class AdmissionRefusalRow(Table, table=True):
    """A showing at which the arm stayed shut. `ticket_id` 0: no ticket was recognised. `by_central`: central decided it.

    `received_at` is when central learned of it. `reason` is a word of the gate's version, which may be newer than ours.
    """

    __tablename__ = "admission_refusal"
    __table_args__ = (
        UniqueConstraint("agent_id", "attempt_id"),
        Index("ix_admission_refusal_ticket", "ticket_id", "scanned_at"),
        Index("ix_admission_refusal_check_point", "check_point_id", "scanned_at"),
        Index("ix_admission_refusal_site", "site_id", "scanned_at", "id"),
        Index("ix_admission_refusal_time", "scanned_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    agent_id: int = Field(foreign_key="agent.id", sa_type=BigInteger)
    attempt_id: bytes = Field(sa_type=LargeBinary)
    site_id: SiteId = Field(sa_type=Integer)
    check_point_id: int = Field(sa_type=BigInteger)
    direction: str = Field(max_length=8)
    reason: str = Field(max_length=60)
    ticket_id: TicketId = Field(sa_type=U64)
    scanned_at: Instant = Field(sa_type=BigInteger)
    received_at: Instant = Field(sa_type=BigInteger)
    by_central: bool


class OnSiteCorrectionRow(Table, table=True):
    """By how many persons a user corrected the count on site, and why."""

    __tablename__ = "on_site_correction"
    __table_args__ = (Index("ix_on_site_correction_site", "site_id", "corrected_at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id")
    corrected_at: Instant = Field(sa_type=BigInteger)
    corrected_by: int = Field(foreign_key="user_account.id", sa_type=BigInteger)
    persons: int
    reason: str = Field(max_length=200)


class ConflictRow(Table, table=True):
    """A passage that the ticket did not allow, by the time of the scan; `first_*` names the admission that used it up.

    It follows from the events; the office computes it again with each event that arrives.
    """

    __tablename__ = "admission_conflict"

    journal_number: int = Field(primary_key=True, foreign_key="journal.number", sa_type=BigInteger)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id")
    ticket_id: TicketId = Field(sa_type=U64, index=True)
    entitlement_id: EntitlementId = Field(sa_type=Integer)
    reason: str = Field(max_length=24)
    scanned_at: Instant = Field(sa_type=BigInteger, index=True)
    first_journal_number: int = Field(foreign_key="journal.number", sa_type=BigInteger)
    first_sequence: int = Field(sa_type=BigInteger)
    detected_at: Instant = Field(sa_type=BigInteger)


class ConflictSettlementRow(Table, table=True):
    """What a person found about the conflict of this passage. It stands by itself, because conflicts are computed again."""

    __tablename__ = "conflict_settlement"

    journal_number: int = Field(primary_key=True, foreign_key="journal.number", sa_type=BigInteger)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    outcome: str = Field(max_length=32)
    note: str = Field(max_length=200)
    settled_at: Instant = Field(sa_type=BigInteger)
    settled_by: int = Field(foreign_key="user_account.id", sa_type=BigInteger)


class CheckRow(Table, table=True):
    """A check by a person with a phone. `ticket_id` 0: no ticket was recognised; `result` is the kind of the verdict.

    `journal_number` and `sequence` name the release in central's journal (empty: nobody was let through, or nothing to record);
    `outcome` is empty as long as the passage can be taken back.
    """

    __tablename__ = "person_check"
    __table_args__ = (
        UniqueConstraint("agent_id", "attempt_id"),
        Index("ix_person_check_check_point", "check_point_id", "checked_at"),
        Index(
            "ix_person_check_open",
            "checked_at",
            sqlite_where=text("outcome IS NULL AND journal_number IS NOT NULL"),
            postgresql_where=text("outcome IS NULL AND journal_number IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    agent_id: int = Field(foreign_key="agent.id", sa_type=BigInteger)
    attempt_id: bytes = Field(sa_type=LargeBinary)
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id")
    check_point_id: int = Field(sa_type=BigInteger)
    user_id: int = Field(foreign_key="user_account.id", sa_type=BigInteger)
    ticket_id: TicketId = Field(sa_type=U64)
    result: str = Field(max_length=16)
    persons: int
    checked_at: Instant = Field(sa_type=BigInteger)
    journal_number: int | None = Field(default=None, foreign_key="journal.number", sa_type=BigInteger)
    sequence: int | None = Field(default=None, sa_type=BigInteger)
    outcome: str | None = Field(default=None, max_length=16)


class OnlineAnswerRow(Table, table=True):
    """What central answered an agent about one attempt (claim or online admission); the same attempt gets the same answer.

    For a granted claim, `ticket_id`, `entitlement_id`, `check_point_id`, `persons` and `scanned_at` hold the ticket until the
    agent's journal says what became of it.
    """

    __tablename__ = "online_answer"

    agent_id: int = Field(primary_key=True, foreign_key="agent.id", sa_type=BigInteger)
    attempt_id: bytes = Field(primary_key=True, sa_type=LargeBinary)
    is_claim: bool
    granted: bool
    ticket_id: TicketId = Field(sa_type=U64, index=True)
    entitlement_id: EntitlementId = Field(sa_type=Integer)
    check_point_id: int = Field(sa_type=BigInteger)
    persons: int = Field(sa_type=Integer)
    scanned_at: Instant = Field(sa_type=BigInteger)
    verdict: bytes = Field(sa_type=LargeBinary)
    answered_at: Instant = Field(sa_type=BigInteger, index=True)
