"""The answers of requests with an Idempotency-Key, kept for their repetitions."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("idempotent_request", sa.Column("answer_sealed", sa.LargeBinary(), nullable=True))
