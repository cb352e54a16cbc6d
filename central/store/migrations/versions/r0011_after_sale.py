"""What happens to a sale afterwards: the rules that a ticket was sold by, and refunds of some persons, with a fee."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("sale_order_line", sa.Column("after_sale", sa.String(), nullable=True))
    _refunds_of_persons()
    _refund_batches()
    _rescheduled_tickets()
    _suspended_carts()
    _reprints()
    _add_reference("payment", "from_order_id", "sale_order")
    _add_reference("refund", "new_order_id", "sale_order")
    op.create_index(op.f("ix_refund_new_order_id"), "refund", ["new_order_id"])


def _refunds_of_persons() -> None:
    """A refund was of a whole ticket, and kept no fee."""
    op.add_column("refund", sa.Column("kind", sa.String(length=12), nullable=False, server_default="by-rule"))
    op.add_column("refund", sa.Column("persons", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("refund", sa.Column("is_whole", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("refund", sa.Column("taken_off", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("refund", sa.Column("fee_fen", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE refund SET persons = (SELECT persons FROM ticket WHERE ticket.id = refund.ticket_id)")


def _refund_batches() -> None:
    op.create_table(
        "refund_batch",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ticket_type_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("last_order_id", sa.BigInteger(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_refund_batch_site_id")),
        sa.ForeignKeyConstraint(["ticket_type_id"], ["ticket_type.id"], name=op.f("fk_refund_batch_ticket_type_id")),
        sa.ForeignKeyConstraint(["requested_by"], ["user_account.id"], name=op.f("fk_refund_batch_requested_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_batch")),
    )
    op.create_index(op.f("ix_refund_batch_state"), "refund_batch", ["state"])
    _add_reference("refund", "batch_id", "refund_batch")
    op.create_index(op.f("ix_refund_batch_id"), "refund", ["batch_id"])


def _add_reference(table: str, column: str, to: str) -> None:
    """Add a column that names a row of another table. SQLite would make the table again, which its own children forbid."""
    name = f"fk_{table}_{column}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} BIGINT CONSTRAINT {name} REFERENCES {to} (id)")
        return
    op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f(name), table, to, [column], ["id"])


def _rescheduled_tickets() -> None:
    op.create_table(
        "rescheduled_ticket",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("visit_day", sa.Date(), nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.Column("moved_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_rescheduled_ticket_ticket_id")),
        sa.ForeignKeyConstraint(["moved_by"], ["user_account.id"], name=op.f("fk_rescheduled_ticket_moved_by")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_rescheduled_ticket")),
    )
    op.create_index(op.f("ix_rescheduled_ticket_visit_day"), "rescheduled_ticket", ["visit_day"])


def _suspended_carts() -> None:
    op.create_table(
        "suspended_cart",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("cart_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("recalled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["seller_id"], ["user_account.id"], name=op.f("fk_suspended_cart_seller_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_suspended_cart_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspended_cart")),
    )
    op.create_index("ix_suspended_cart_seller", "suspended_cart", ["seller_id", "id"])
    op.create_index(op.f("ix_suspended_cart_expires_at"), "suspended_cart", ["expires_at"])


def _reprints() -> None:
    op.create_table(
        "ticket_reprint",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_user_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_reprint_ticket_id")),
        sa.ForeignKeyConstraint(["by_user_id"], ["user_account.id"], name=op.f("fk_ticket_reprint_by_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_reprint")),
        sa.UniqueConstraint("ticket_id", "number", name=op.f("uq_ticket_reprint_ticket_id_number")),
    )
    op.create_index("ix_ticket_reprint_time", "ticket_reprint", ["at", "id"])
