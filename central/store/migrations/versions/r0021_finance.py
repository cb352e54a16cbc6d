"""What finance reads: lines and sums of bills, the movement that ends a difference, balances of accounts day by day."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("bill_match", sa.Column("is_over", sa.Boolean(), nullable=False, server_default=sa.true()))
    for column in ("in_fen", "out_fen"):
        op.add_column("bill_match", sa.Column(column, sa.BigInteger(), nullable=True))
    op.add_column("reconciliation_difference", sa.Column("settled_cause", sa.String(length=24), nullable=True))
    op.add_column("reconciliation_difference", sa.Column("settled_fen", sa.BigInteger(), nullable=True))
    _refer_to_differences()
    _bill_lines()
    op.create_table(
        "account_balance",
        sa.Column("until", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("balance_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("until", "account", name=op.f("pk_account_balance")),
    )


def _refer_to_differences() -> None:
    """Add the column. SQLite would make the whole ledger again for it."""
    name = "fk_ledger_entry_difference_id"
    if op.get_bind().dialect.name == "sqlite":
        other = "reconciliation_difference (id)"
        op.execute(f"ALTER TABLE ledger_entry ADD COLUMN difference_id BIGINT CONSTRAINT {name} REFERENCES {other}")
        return
    op.add_column("ledger_entry", sa.Column("difference_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f(name), "ledger_entry", "reconciliation_difference", ["difference_id"], ["id"])


def _bill_lines() -> None:
    op.create_table(
        "bill_line",
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("refund_number", sa.String(length=64), nullable=True),
        sa.Column("institution_number", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_bill_line_payment_id")),
        sa.PrimaryKeyConstraint("method", "day", "line", name=op.f("pk_bill_line")),
    )
    op.create_index("ix_bill_line_payment", "bill_line", ["payment_id"])
