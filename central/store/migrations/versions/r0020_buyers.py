"""An order keeps who bought it, sealed, and is found by the buyer's phone number."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "order_buyer",
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_digest", sa.LargeBinary(), nullable=True),
        sa.Column("name_masked", sa.String(length=100), nullable=True),
        sa.Column("phone_masked", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.id"]),
        sa.PrimaryKeyConstraint("order_id"),
    )
    op.create_index(op.f("ix_order_buyer_phone_digest"), "order_buyer", ["phone_digest"])
