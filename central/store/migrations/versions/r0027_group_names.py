"""The names of a group's visitors, and which group order an imported file is about."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("group_order", sa.Column("names_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("import_report", sa.Column("order_id", sa.BigInteger(), nullable=True))
