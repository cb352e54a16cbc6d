"""What live streams tell; and whether an agent's silence was told."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Bring the tables to this revision."""
    is_embedded = op.get_bind().dialect.name == "sqlite"
    # Numbers of rows are given before the commit; the transaction's number tells readers which rows may still come.
    number_of_transaction = sa.text("0" if is_embedded else "(pg_current_xact_id()::text::bigint)")
    op.create_table(
        "live_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False, server_default=number_of_transaction),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("data", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_event")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_live_event_position", "live_event", ["xid", "id"])
    op.add_column("agent", sa.Column("is_told_silent", sa.Boolean(), nullable=False, server_default=sa.false()))
