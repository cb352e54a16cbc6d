"""Sellers' shifts; money that moves for no order; promoters; travel agencies.

SQLite changes no column: the ledger is copied into a table without that demand, which it may be, because no table refers to it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this revision."""
    _shift()
    _promoters()
    _agencies()
    _group_order()
    _ledger()


def _shift() -> None:
    op.create_table(
        "shift",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("open_of", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("float_fen", sa.BigInteger(), nullable=False),
        sa.Column("from_shift_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("counted", sa.JSON(), nullable=True),
        sa.Column("counted_fen", sa.BigInteger(), nullable=True),
        sa.Column("sold_fen", sa.BigInteger(), nullable=True),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=True),
        sa.Column("other_fen", sa.BigInteger(), nullable=True),
        sa.Column("handed_in_fen", sa.BigInteger(), nullable=True),
        sa.Column("left_fen", sa.BigInteger(), nullable=True),
        sa.Column("left_to", sa.BigInteger(), nullable=True),
        sa.Column("left_until", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_shift_site_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["user_account.id"], name=op.f("fk_shift_seller_id")),
        sa.ForeignKeyConstraint(["from_shift_id"], ["shift.id"], name=op.f("fk_shift_from_shift_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["user_account.id"], name=op.f("fk_shift_closed_by")),
        sa.ForeignKeyConstraint(["left_to"], ["user_account.id"], name=op.f("fk_shift_left_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint("open_of", name=op.f("uq_shift_open_of")),
    )
    op.create_index("ix_shift_time", "shift", ["opened_at", "id"])
    op.create_index("ix_shift_seller", "shift", ["seller_id", "opened_at", "id"])


def _ledger() -> None:
    # A copied table keeps only the checks that are named here.
    checks = (
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_ledger_entry_amount_positive")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_ledger_entry_two_accounts")),
    )
    with op.batch_alter_table("ledger_entry", table_args=checks) as table:
        table.alter_column("order_id", existing_type=sa.BigInteger(), nullable=True)
        for column, other in (("shift_id", "shift"), ("agency_id", "agency"), ("receipt_id", "agency_receipt")):
            table.add_column(sa.Column(column, sa.BigInteger(), nullable=True))
            table.create_foreign_key(op.f(f"fk_ledger_entry_{column}"), other, [column], ["id"])
    op.create_index(op.f("ix_ledger_entry_shift_id"), "ledger_entry", ["shift_id"])
    op.create_index("ix_ledger_entry_agency", "ledger_entry", ["agency_id", "id"])


def _promoters() -> None:
    op.create_table(
        "promoter_group",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promoter_group")),
        sa.UniqueConstraint("name", name=op.f("uq_promoter_group_name")),
    )
    op.create_table(
        "promoter",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("commission_permille", sa.Integer(), nullable=True),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["promoter_group.id"], name=op.f("fk_promoter_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promoter")),
        sa.UniqueConstraint("code", name=op.f("uq_promoter_code")),
    )
    op.create_index(op.f("ix_promoter_group_id"), "promoter", ["group_id"])
    op.execute(
        "ALTER TABLE sale_order ADD COLUMN promoter_id BIGINT CONSTRAINT fk_sale_order_promoter_id REFERENCES promoter (id)"
    )
    op.execute("ALTER TABLE sale_order ADD COLUMN promotion VARCHAR(12)")
    op.create_index("ix_sale_order_promoter", "sale_order", ["promoter_id", "paid_at"])


def _agencies() -> None:
    op.create_table(
        "agency",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("contacts_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("charges", sa.String(length=8), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("credit_limit_fen", sa.BigInteger(), nullable=False),
        sa.Column("prepaid_fen", sa.BigInteger(), nullable=False),
        sa.Column("owed_fen", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("prepaid_fen >= 0", name=op.f("ck_agency_prepaid_not_negative")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_agency_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("name", name=op.f("uq_agency_name")),
    )
    op.create_table(
        "agency_price",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_type_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_price_agency_id")),
        sa.ForeignKeyConstraint(["ticket_type_id"], ["ticket_type.id"], name=op.f("fk_agency_price_ticket_type_id")),
        sa.PrimaryKeyConstraint("agency_id", "ticket_type_id", "first_day", name=op.f("pk_agency_price")),
    )
    op.create_table(
        "agency_receipt",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_receipt_agency_id")),
        sa.ForeignKeyConstraint(["by_user_id"], ["user_account.id"], name=op.f("fk_agency_receipt_by_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_receipt")),
    )
    op.create_index(op.f("ix_agency_receipt_agency_id"), "agency_receipt", ["agency_id"])
    for table in ("sale_order", "payment"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN agency_id BIGINT CONSTRAINT fk_{table}_agency_id REFERENCES agency (id)")


def _group_order() -> None:
    op.create_table(
        "group_order",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("guide_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("charges", sa.String(length=8), nullable=False),
        sa.Column("planned_heads", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tickets", sa.JSON(), nullable=True),
        sa.Column("fence_change_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("actual_heads", sa.Integer(), nullable=True),
        sa.Column("deducted_fen", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.id"], name=op.f("fk_group_order_order_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_group_order_agency_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["user_account.id"], name=op.f("fk_group_order_ended_by")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_group_order")),
    )
    op.create_index(op.f("ix_group_order_agency_id"), "group_order", ["agency_id"])
    op.create_index(op.f("ix_group_order_state"), "group_order", ["state"])
