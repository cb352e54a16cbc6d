"""Agents that sell, and which sold tickets are on paper."""

import sqlalchemy as sa
from alembic import op

from central.store.columns import U64

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "selling_agent",
        sa.Column("agent_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_selling_agent_agent_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_selling_agent_user_id")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_selling_agent")),
        sa.UniqueConstraint("user_id", name=op.f("uq_selling_agent_user_id")),
    )
    op.create_table(
        "first_print",
        sa.Column("ticket_id", U64(), autoincrement=False, nullable=False),
        sa.Column("handed_at", sa.BigInteger(), nullable=False),
        sa.Column("handed_by", sa.BigInteger(), nullable=False),
        sa.Column("printed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_first_print_ticket_id")),
        sa.ForeignKeyConstraint(["handed_by"], ["user_account.id"], name=op.f("fk_first_print_handed_by")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_first_print")),
    )
    unprinted = sa.text("printed_at IS NULL")
    op.create_index("ix_first_print_unprinted", "first_print", ["handed_at"], sqlite_where=unprinted, postgresql_where=unprinted)
