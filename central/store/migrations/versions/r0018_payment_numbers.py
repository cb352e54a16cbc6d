"""A payment is found by every number that a visitor can show: the institution's, and the one on a slip."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_index(op.f("ix_payment_reference"), "payment", ["reference"])
    op.create_index(op.f("ix_payment_institution_number"), "payment", ["institution_number"])
