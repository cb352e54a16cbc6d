"""Which of its site's keys for holders each agent goes by."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Bring the tables to this revision."""
    # An agent that enrolled before has the one key that its site had (`catalog.holder_keys.FIRST_GENERATION`).
    op.add_column("agent", sa.Column("holder_generation", sa.BigInteger(), nullable=False, server_default="1"))
