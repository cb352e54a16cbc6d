"""Who has looked at an alarm or a conflict, and the result; what is sold for a day is found by it; the last sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Bring the tables to this revision."""
    with op.batch_alter_table("alarm") as table:
        table.add_column(sa.Column("acknowledged_at", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("acknowledged_by", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("acknowledged_note", sa.String(length=200), nullable=True))
        table.create_foreign_key(op.f("fk_alarm_acknowledged_by"), "user_account", ["acknowledged_by"], ["id"])
    is_open = sa.text("acknowledged_at IS NULL")
    op.create_index("ix_alarm_open", "alarm", ["site_id", "raised_at"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_table(
        "conflict_settlement",
        sa.Column("journal_number", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["journal_number"], ["journal.number"], name=op.f("fk_conflict_settlement_journal_number")),
        sa.ForeignKeyConstraint(["settled_by"], ["user_account.id"], name=op.f("fk_conflict_settlement_settled_by")),
        sa.PrimaryKeyConstraint("journal_number", "sequence", name=op.f("pk_conflict_settlement")),
    )
    op.create_index(op.f("ix_sale_order_line_visit_day"), "sale_order_line", ["visit_day"])
    op.add_column("user_account", sa.Column("signed_in_at", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE user_account SET signed_in_at = "
        "(SELECT MAX(user_session.created_at) FROM user_session WHERE user_session.user_id = user_account.id)"
    )
