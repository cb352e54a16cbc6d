"""Supervisors' cards, as keyed hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "supervisor_card",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_supervisor_card_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_supervisor_card")),
        sa.UniqueConstraint("digest", name=op.f("uq_supervisor_card_digest")),
    )
