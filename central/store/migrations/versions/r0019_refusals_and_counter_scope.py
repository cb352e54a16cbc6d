"""Refusals can be found by ticket, by check point and by time; a role says apart what its holders see at a counter."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "admission_refusal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt_id", sa.LargeBinary(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("check_point_id", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("scanned_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("by_central", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("agent_id", "attempt_id"),
    )
    for name, columns in (
        ("ticket", ["ticket_id", "scanned_at"]),
        ("check_point", ["check_point_id", "scanned_at"]),
        ("site", ["site_id", "scanned_at", "id"]),
        ("time", ["scanned_at", "id"]),
    ):
        op.create_index(f"ix_admission_refusal_{name}", "admission_refusal", columns)
    op.add_column("role", sa.Column("counter_scope", sa.String(length=16), nullable=False, server_default="own"))
    op.execute("UPDATE role SET counter_scope = scope")
