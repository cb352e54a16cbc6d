"""Who asked a second person to override a refund's fence."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Bring the tables to this revision."""
    _add_reference("refund", "override_asked_by", "user_account")


def _add_reference(table: str, column: str, to: str) -> None:
    """Add a column that names a row of another table. SQLite would make the table again, which its own children forbid."""
    name = f"fk_{table}_{column}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} BIGINT CONSTRAINT {name} REFERENCES {to} (id)")
        return
    op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f(name), table, to, [column], ["id"])
