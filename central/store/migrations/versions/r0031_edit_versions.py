"""Versions of what people edit; ticket types that are archived; planned changes of any parameter."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "edit_version",
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["user_account.id"], name=op.f("fk_edit_version_changed_by")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_edit_version")),
    )
    op.add_column("ticket_type", sa.Column("archived_at", sa.BigInteger(), nullable=True))
    op.add_column("sale_change", sa.Column("amendment", sa.String(), nullable=True))
