"""Checks of tickets by people with a phone."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "person_check",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt_id", sa.LargeBinary(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("check_point_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.Column("journal_number", sa.BigInteger(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_person_check_agent_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_person_check_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_person_check_user_id")),
        sa.ForeignKeyConstraint(["journal_number"], ["journal.number"], name=op.f("fk_person_check_journal_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_check")),
        sa.UniqueConstraint("agent_id", "attempt_id", name=op.f("uq_person_check_agent_id_attempt_id")),
    )
    op.create_index("ix_person_check_check_point", "person_check", ["check_point_id", "checked_at"])
    is_open = sa.text("outcome IS NULL AND journal_number IS NOT NULL")
    op.create_index("ix_person_check_open", "person_check", ["checked_at"], sqlite_where=is_open, postgresql_where=is_open)
