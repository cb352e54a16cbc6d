"""Orders, the ledger and refunds: whole fen, prices as paid."""

from datetime import date

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, Index, Integer, SmallInteger
from sqlmodel import Field

from central.store.columns import U64, RowNumber, Table
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from protocol.instants import Instant, Minute


class OrderRow(Table, table=True):
    """An order. Open until `expires_at`; once it is paid, its tickets exist (law 7).

    `promotion` says what the office made of the promoter's code on the order.
    """

    __tablename__ = "sale_order"
    __table_args__ = (
        Index("ix_sale_order_time", "created_at", "id"),
        Index("ix_sale_order_site", "site_id", "created_at", "id"),
        Index("ix_sale_order_seller", "seller_id", "created_at", "id"),
        Index("ix_sale_order_channel", "channel", "created_at", "id"),
        Index("ix_sale_order_state", "state", "created_at", "id"),
        Index("ix_sale_order_promoter", "promoter_id", "paid_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id")
    seller_id: int = Field(foreign_key="user_account.id", sa_type=BigInteger)
    channel: str = Field(max_length=40)
    state: str = Field(max_length=12)
    total_fen: int = Field(sa_type=BigInteger)
    created_at: Instant = Field(sa_type=BigInteger)
    expires_at: Instant | None = Field(default=None, sa_type=BigInteger, index=True)
    paid_at: Instant | None = Field(default=None, sa_type=BigInteger, index=True)
    agency_id: int | None = Field(default=None, foreign_key="agency.id", sa_type=BigInteger)
    promoter_id: int | None = Field(default=None, foreign_key="promoter.id", sa_type=BigInteger)
    promotion: str | None = Field(default=None, max_length=12)


class OrderLineRow(Table, table=True):
    """So many tickets of one type at one price, and what was promised with them.

    `after_sale` is the JSON of `catalog.after_sale.AfterSaleRules`; empty: the plain rules.
    """

    __tablename__ = "sale_order_line"
    __table_args__ = (Index("ix_sale_order_line_type", "ticket_type_id", "order_id"),)

    order_id: int = Field(primary_key=True, foreign_key="sale_order.id", sa_type=BigInteger)
    line: int = Field(primary_key=True)
    ticket_type_id: TicketTypeId = Field(sa_type=Integer, foreign_key="ticket_type.id")
    quantity: int
    persons: int
    price_fen: int = Field(sa_type=BigInteger)
    visit_day: date | None = Field(default=None, sa_type=Date, index=True)
    valid_from: Minute = Field(sa_type=BigInteger)
    valid_until: Minute = Field(sa_type=BigInteger)
    slot_start: Minute = Field(sa_type=BigInteger)
    slot_minutes: int
    after_sale: str | None = None


class SeenEvidenceRow(Table, table=True):
    """What a seller saw of one person who bought a concession: the kind, and four characters of the number at most (law 9)."""

    __tablename__ = "seen_evidence"

    order_id: int = Field(primary_key=True, foreign_key="sale_order.id", sa_type=BigInteger)
    line: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    kind: str = Field(max_length=24)
    last_characters: str | None = Field(default=None, max_length=4)


class OrderHolderRow(Table, table=True):
    """The person of a real-name ticket that is not issued yet; deleted at issue. Name and number are sealed (`store.sealed`)."""

    __tablename__ = "sale_order_holder"

    order_id: int = Field(primary_key=True, foreign_key="sale_order.id", sa_type=BigInteger)
    line: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    document_type: str = Field(max_length=32)
    country: str = Field(max_length=2)
    number_sealed: bytes
    name_sealed: bytes


class OrderBuyerRow(Table, table=True):
    """Who bought, as far as the buyer said so; sealed (`store.sealed`). `phone_digest` finds the orders of a phone number."""

    __tablename__ = "order_buyer"

    order_id: int = Field(
        primary_key=True, foreign_key="sale_order.id", sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    name_sealed: bytes | None = None
    phone_sealed: bytes | None = None
    phone_digest: bytes | None = Field(default=None, index=True)
    name_masked: str | None = Field(default=None, max_length=100)
    phone_masked: str | None = Field(default=None, max_length=24)


class LedgerRow(Table, table=True):
    """One movement of money, out of `credit` and into `debit`: both legs in one row, so the ledger always sums to zero.

    `shift_id` is the shift whose drawer it went into or came out of; `agency_id` the agency whose account it moved, and
    `receipt_id` what that agency paid. `difference_id` is the difference with an institution's bill that it ends.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("debit <> credit", name="two_accounts"),
        Index("ix_ledger_entry_agency", "agency_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    posted_at: Instant = Field(sa_type=BigInteger, index=True)
    debit: str = Field(max_length=40)
    credit: str = Field(max_length=40)
    amount_fen: int = Field(sa_type=BigInteger)
    order_id: int | None = Field(default=None, foreign_key="sale_order.id", sa_type=BigInteger, index=True)
    refund_id: int | None = Field(default=None, foreign_key="refund.id", sa_type=BigInteger)
    payment_id: int | None = Field(default=None, foreign_key="payment.id", sa_type=BigInteger)
    shift_id: int | None = Field(default=None, foreign_key="shift.id", sa_type=BigInteger, index=True)
    agency_id: int | None = Field(default=None, foreign_key="agency.id", sa_type=BigInteger)
    receipt_id: int | None = Field(default=None, foreign_key="agency_receipt.id", sa_type=BigInteger)
    difference_id: int | None = Field(default=None, foreign_key="reconciliation_difference.id", sa_type=BigInteger)
    posted_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger)


class RefundRow(Table, table=True):
    """A refund of a ticket, or of some persons of a group's. `amount_fen` goes back, `fee_fen` is kept.

    `is_whole`: the refund voids the ticket; else it takes `taken_off` persons off the ticket. `fence_change_id` is the first
    change that tells gates; `state_before` is the state of a ticket that was not active. `new_order_id`: the order that it was
    handed in for.
    """

    __tablename__ = "refund"
    __table_args__ = (Index("ix_refund_time", "requested_at", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    ticket_id: TicketId = Field(sa_type=U64, foreign_key="ticket.id", index=True)
    order_id: int = Field(foreign_key="sale_order.id", sa_type=BigInteger)
    kind: str = Field(max_length=12)
    persons: int
    is_whole: bool
    taken_off: int
    batch_id: int | None = Field(default=None, foreign_key="refund_batch.id", sa_type=BigInteger, index=True)
    amount_fen: int = Field(sa_type=BigInteger)
    fee_fen: int = Field(sa_type=BigInteger)
    state: str = Field(max_length=16, index=True)
    reason: str = Field(max_length=200)
    fence_change_id: int = Field(sa_type=BigInteger)
    requested_by: int = Field(foreign_key="user_account.id", sa_type=BigInteger)
    requested_at: Instant = Field(sa_type=BigInteger)
    decided_at: Instant | None = Field(default=None, sa_type=BigInteger, index=True)
    override_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger)
    override_reason: str | None = Field(default=None, max_length=200)
    override_asked_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger)
    override_waited_for: list[int] | None = Field(default=None, sa_type=JSON)
    state_before: int | None = Field(default=None, sa_type=SmallInteger)
    new_order_id: int | None = Field(default=None, foreign_key="sale_order.id", sa_type=BigInteger, index=True)


class RefundBatchRow(Table, table=True):
    """A job refunds all tickets of a site for a closed day, order by order; `last_order_id` is how far it has come."""

    __tablename__ = "refund_batch"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id")
    day: date = Field(sa_type=Date)
    ticket_type_id: TicketTypeId | None = Field(default=None, sa_type=Integer, foreign_key="ticket_type.id")
    reason: str = Field(max_length=200)
    state: str = Field(max_length=8, index=True)
    last_order_id: int = Field(sa_type=BigInteger)
    left_out: int
    requested_by: int = Field(foreign_key="user_account.id", sa_type=BigInteger)
    requested_at: Instant = Field(sa_type=BigInteger)
    finished_at: Instant | None = Field(default=None, sa_type=BigInteger)
