"""What reports read, and the indexes by which lists go through time."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_FIGURES = (
    "orders",
    "tickets",
    "persons",
    "sold_fen",
    "refunded_tickets",
    "refunded_fen",
    "taken_fen",
    "returned_fen",
    "entries",
)


def upgrade() -> None:
    """Bring the tables to this revision."""
    _index_lists()
    _add_admission_records()
    op.create_table(
        "counted_day",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_counted_day_site_id")),
        sa.PrimaryKeyConstraint("site_id", "day", name=op.f("pk_counted_day")),
    )
    op.create_table(
        "day_figure",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ticket_type_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seller_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _FIGURES),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_day_figure_site_id")),
        sa.PrimaryKeyConstraint("site_id", "day", "ticket_type_id", "seller_id", "channel", name=op.f("pk_day_figure")),
    )


def _index_lists() -> None:
    for column in ("seller_id", "site_id"):
        op.drop_index(op.f(f"ix_sale_order_{column}"), "sale_order")
    op.create_index("ix_sale_order_time", "sale_order", ["created_at", "id"])
    for name in ("site", "seller", "channel"):
        op.create_index(f"ix_sale_order_{name}", "sale_order", [name if name == "channel" else f"{name}_id", "created_at", "id"])
    op.create_index("ix_refund_time", "refund", ["requested_at", "id"])
    op.create_index(op.f("ix_refund_decided_at"), "refund", ["decided_at"])
    op.create_index("ix_payment_refund_time", "payment_refund", ["created_at", "id"])


def _add_admission_records() -> None:
    op.create_table(
        "admission_record",
        sa.Column("journal_number", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("scanned_at", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("check_point_id", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("entitlement_id", sa.Integer(), nullable=False),
        sa.Column("ticket_type_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("seller_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.String(length=40), nullable=True),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("flags", sa.String(), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger(), nullable=True),
        sa.Column("resumes", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["journal_number"], ["journal.number"], name=op.f("fk_admission_record_journal_number")),
        sa.PrimaryKeyConstraint("journal_number", "sequence", name=op.f("pk_admission_record")),
        sqlite_with_rowid=False,
    )
    in_time = ["scanned_at", "journal_number", "sequence"]
    op.create_index("ix_admission_record_time", "admission_record", in_time)
    for name in ("site", "seller", "channel"):
        column = name if name == "channel" else f"{name}_id"
        op.create_index(f"ix_admission_record_{name}", "admission_record", [column, *in_time])
    op.create_table(
        "recorded_journal",
        sa.Column("journal_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["journal_number"], ["journal.number"], name=op.f("fk_recorded_journal_journal_number")),
        sa.PrimaryKeyConstraint("journal_number", name=op.f("pk_recorded_journal")),
    )
