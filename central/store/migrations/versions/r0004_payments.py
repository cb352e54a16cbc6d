"""Orders that wait for their money, payment and refund documents, and what the daily match finds.

SQLite changes no column: a nullable `paid_at` is a new one that takes the old one's values and its name. The old one goes rather
than the table, because a table that others refer to cannot be rebuilt within a transaction.
"""

import sqlalchemy as sa
from alembic import op

from central.store.columns import RowNumber

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring the tables to this revision."""
    _orders_wait()
    _lines_promise()
    _order_holder()
    _payment()
    _orders_were_paid_in_cash()
    _payment_refund()
    _bill_match()
    _difference()
    op.execute(
        "ALTER TABLE ledger_entry ADD COLUMN payment_id BIGINT CONSTRAINT fk_ledger_entry_payment_id REFERENCES payment (id)"
    )


def _orders_wait() -> None:
    op.drop_index(op.f("ix_sale_order_paid_at"), table_name="sale_order")
    op.execute("ALTER TABLE sale_order ADD COLUMN channel VARCHAR(40) DEFAULT 'window' NOT NULL")
    op.execute("ALTER TABLE sale_order ADD COLUMN state VARCHAR(12) DEFAULT 'paid' NOT NULL")
    op.execute("ALTER TABLE sale_order ADD COLUMN created_at BIGINT DEFAULT 0 NOT NULL")
    op.execute("ALTER TABLE sale_order ADD COLUMN expires_at BIGINT")
    op.execute("UPDATE sale_order SET created_at = paid_at")
    op.execute("ALTER TABLE sale_order RENAME COLUMN paid_at TO paid_at_before")
    op.execute("ALTER TABLE sale_order ADD COLUMN paid_at BIGINT")
    op.execute("UPDATE sale_order SET paid_at = paid_at_before")
    op.execute("ALTER TABLE sale_order DROP COLUMN paid_at_before")
    op.create_index(op.f("ix_sale_order_paid_at"), "sale_order", ["paid_at"])
    op.create_index(op.f("ix_sale_order_expires_at"), "sale_order", ["expires_at"])


def _lines_promise() -> None:
    op.execute("ALTER TABLE sale_order_line ADD COLUMN visit_day DATE")
    for name, kind in (
        ("valid_from", "BIGINT"),
        ("valid_until", "BIGINT"),
        ("slot_start", "BIGINT"),
        ("slot_minutes", "INTEGER"),
    ):
        op.execute(f"ALTER TABLE sale_order_line ADD COLUMN {name} {kind} DEFAULT 0 NOT NULL")


def _order_holder() -> None:
    op.create_table(
        "sale_order_holder",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("document_type", sa.String(length=32), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.id"], name=op.f("fk_sale_order_holder_order_id")),
        sa.PrimaryKeyConstraint("order_id", "line", "place", name=op.f("pk_sale_order_holder")),
    )


def _payment() -> None:
    op.create_table(
        "payment",
        sa.Column("id", RowNumber, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("presentation", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=True),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("qr", sa.String(length=512), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("deadline_at", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("institution_number", sa.String(length=64), nullable=True),
        sa.Column("received_fen", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("by_user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by_user_id"], ["user_account.id"], name=op.f("fk_payment_by_user_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.id"], name=op.f("fk_payment_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_number")),
    )
    for column in ("finished_at", "next_at", "order_id"):
        op.create_index(op.f(f"ix_payment_{column}"), "payment", [column])


def _orders_were_paid_in_cash() -> None:
    """Until now an order was sold for cash by its seller, or for nothing."""
    op.execute(
        "INSERT INTO payment (order_id, method, presentation, state, amount_fen, created_at, attempts, received_fen,"
        " finished_at, by_user_id) SELECT id, 'cash', 'none', 'paid', total_fen, paid_at, 0, total_fen, paid_at, seller_id"
        " FROM sale_order WHERE total_fen > 0"
    )


def _payment_refund() -> None:
    op.create_table(
        "payment_refund",
        sa.Column("id", RowNumber, nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("institution_number", sa.String(length=64), nullable=True),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_refund_payment_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_payment_refund_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_refund")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_refund_number")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_payment_refund_refund_id")),
    )
    for column in ("accepted_at", "next_at", "payment_id"):
        op.create_index(op.f(f"ix_payment_refund_{column}"), "payment_refund", [column])


def _bill_match() -> None:
    op.create_table(
        "bill_match",
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("matched_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("method", "day", name=op.f("pk_bill_match")),
    )


def _difference() -> None:
    op.create_table(
        "reconciliation_difference",
        sa.Column("id", RowNumber, nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("ours_fen", sa.BigInteger(), nullable=True),
        sa.Column("theirs_fen", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_note", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_reconciliation_difference_payment_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["user_account.id"], name=op.f("fk_reconciliation_difference_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_difference")),
        sa.UniqueConstraint(
            "method", "day", "cause", "subject", name=op.f("uq_reconciliation_difference_method_day_cause_subject")
        ),
    )
    op.create_index(op.f("ix_reconciliation_difference_state"), "reconciliation_difference", ["state"])
