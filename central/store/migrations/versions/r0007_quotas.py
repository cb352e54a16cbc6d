"""How much of a type is taken, and by which order."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "sale_quota",
        sa.Column("ticket_type_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot_start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_type_id"], ["ticket_type.id"], name=op.f("fk_sale_quota_ticket_type_id")),
        sa.PrimaryKeyConstraint("ticket_type_id", "day", "slot_start", "person", name=op.f("pk_sale_quota")),
    )
    op.create_table(
        "sale_quota_taken",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot_start", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("ticket_type_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.id"], name=op.f("fk_sale_quota_taken_order_id")),
        sa.PrimaryKeyConstraint("order_id", "line", "number", "day", "slot_start", "person", name=op.f("pk_sale_quota_taken")),
    )
