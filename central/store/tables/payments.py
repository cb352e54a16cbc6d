"""Payment documents, refund documents, and what the daily match with institutions' bills has found."""

from datetime import date

from sqlalchemy import BigInteger, Date, Index, UniqueConstraint, text
from sqlmodel import Field

from central.store.columns import RowNumber, Table
from protocol.instants import Instant


class PaymentRow(Table, table=True):
    """A payment of an order: the fields of `payments.rules.payment_states.Document`. The institution knows it by `number`.

    `from_order_id`: the order whose money it is, where a ticket of it was handed in.
    """

    __tablename__ = "payment"
    __table_args__ = (
        Index("ix_payment_not_paid", "order_id", sqlite_where=text("state <> 'paid'"), postgresql_where=text("state <> 'paid'")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    order_id: int = Field(foreign_key="sale_order.id", sa_type=BigInteger, index=True)
    method: str = Field(max_length=16)
    presentation: str = Field(max_length=8)
    state: str = Field(max_length=12)
    amount_fen: int = Field(sa_type=BigInteger)
    number: str | None = Field(default=None, max_length=32, unique=True)
    reference: str | None = Field(default=None, max_length=64, index=True)
    qr: str | None = Field(default=None, max_length=512)
    created_at: Instant = Field(sa_type=BigInteger)
    sent_at: Instant | None = Field(default=None, sa_type=BigInteger)
    deadline_at: Instant | None = Field(default=None, sa_type=BigInteger)
    next_at: Instant | None = Field(default=None, sa_type=BigInteger, index=True)
    attempts: int
    institution_number: str | None = Field(default=None, max_length=64, index=True)
    received_fen: int | None = Field(default=None, sa_type=BigInteger)
    finished_at: Instant | None = Field(default=None, sa_type=BigInteger, index=True)
    reason: str | None = Field(default=None, max_length=200)
    taken_by: int = Field(foreign_key="user_account.id", sa_type=BigInteger)
    from_order_id: int | None = Field(default=None, foreign_key="sale_order.id", sa_type=BigInteger)
    agency_id: int | None = Field(default=None, foreign_key="agency.id", sa_type=BigInteger)


class PaymentRefundRow(Table, table=True):
    """Money on its way back through an institution: the fields of `payments.rules.refund_states.RefundDocument`.

    `refund_id` is the ticket's refund that it pays; empty where money that came too late is returned by itself.
    """

    __tablename__ = "payment_refund"
    __table_args__ = (Index("ix_payment_refund_time", "created_at", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    payment_id: int = Field(foreign_key="payment.id", sa_type=BigInteger, index=True)
    refund_id: int | None = Field(default=None, foreign_key="refund.id", sa_type=BigInteger, unique=True)
    number: str = Field(max_length=32, unique=True)
    state: str = Field(max_length=12)
    amount_fen: int = Field(sa_type=BigInteger)
    created_at: Instant = Field(sa_type=BigInteger)
    next_at: Instant | None = Field(default=None, sa_type=BigInteger, index=True)
    attempts: int
    institution_number: str | None = Field(default=None, max_length=64)
    accepted_at: Instant | None = Field(default=None, sa_type=BigInteger, index=True)
    finished_at: Instant | None = Field(default=None, sa_type=BigInteger)
    reason: str | None = Field(default=None, max_length=200)


class BillMatchRow(Table, table=True):
    """An institution's day that was matched with its bill. `in_fen` and `out_fen` are the bill's payments, and what went back.

    `is_over` of false: the day was not over then, and the job matches it again.
    """

    __tablename__ = "bill_match"

    method: str = Field(primary_key=True, max_length=16)
    day: date = Field(primary_key=True, sa_type=Date)
    lines: int
    matched: int
    matched_at: Instant = Field(sa_type=BigInteger)
    is_over: bool
    in_fen: int | None = Field(default=None, sa_type=BigInteger)
    out_fen: int | None = Field(default=None, sa_type=BigInteger)


class BillLineRow(Table, table=True):
    """A line of a matched day's bill, as the institution numbers it; `payment_id` is the payment of ours that it names.

    `cause` is why it does not agree with our document; empty: it agrees. A day that is matched again has its lines anew.
    """

    __tablename__ = "bill_line"
    __table_args__ = (Index("ix_bill_line_payment", "payment_id"),)

    method: str = Field(primary_key=True, max_length=16)
    day: date = Field(primary_key=True, sa_type=Date)
    line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(max_length=12)
    number: str = Field(max_length=64)
    refund_number: str | None = Field(default=None, max_length=64)
    institution_number: str = Field(max_length=64)
    amount_fen: int = Field(sa_type=BigInteger)
    payment_id: int | None = Field(default=None, foreign_key="payment.id", sa_type=BigInteger)
    cause: str | None = Field(default=None, max_length=40)


class DifferenceRow(Table, table=True):
    """Something about money that a person must look at; `subject` is the number that it is about.

    `settled_fen` is how much the settlement moved: above zero, the institution holds so much more than the books said.
    """

    __tablename__ = "reconciliation_difference"
    __table_args__ = (UniqueConstraint("method", "day", "cause", "subject"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    method: str = Field(max_length=16)
    day: date = Field(sa_type=Date)
    cause: str = Field(max_length=40)
    subject: str = Field(max_length=64)
    payment_id: int | None = Field(default=None, foreign_key="payment.id", sa_type=BigInteger)
    ours_fen: int | None = Field(default=None, sa_type=BigInteger)
    theirs_fen: int | None = Field(default=None, sa_type=BigInteger)
    detail: str = Field(max_length=200)
    state: str = Field(max_length=8, index=True)
    detected_at: Instant = Field(sa_type=BigInteger)
    settled_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger)
    settled_at: Instant | None = Field(default=None, sa_type=BigInteger)
    settled_note: str | None = Field(default=None, max_length=200)
    settled_cause: str | None = Field(default=None, max_length=24)
    settled_fen: int | None = Field(default=None, sa_type=BigInteger)
