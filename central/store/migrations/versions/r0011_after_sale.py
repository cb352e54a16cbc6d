"""What happens to a sale afterwards: the rules that a ticket was sold by, and refunds of some persons, with a fee."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("sale_order_line", sa.Column("after_sale", sa.String(), nullable=True))
    _refunds_of_persons()


def _refunds_of_persons() -> None:
    """A refund was of a whole ticket, and kept no fee."""
    op.add_column("refund", sa.Column("kind", sa.String(length=12), nullable=False, server_default="by-rule"))
    op.add_column("refund", sa.Column("persons", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("refund", sa.Column("is_whole", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("refund", sa.Column("taken_off", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("refund", sa.Column("fee_fen", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE refund SET persons = (SELECT persons FROM ticket WHERE ticket.id = refund.ticket_id)")
