"""One word for one thing (docs/glossary.md): persons, not heads; a position, not a place; a selling party by its name."""

from alembic import op

revision = "0017"
down_revision = "0016"

# Table, column before, column after.
_RENAMED = (
    ("group_order", "planned_heads", "planned_persons"),
    ("group_order", "actual_heads", "actual_persons"),
    ("ticket_category", "place", "position"),
    ("ticket_holder", "place", "position"),
    ("sale_order_holder", "place", "position"),
    ("seen_evidence", "place", "position"),
    ("sale_setting", "subject", "name"),
    ("sale_setting_type", "subject", "name"),
)


def upgrade() -> None:
    """Bring the tables to this revision."""
    for table, before, after in _RENAMED:
        op.alter_column(table, before, new_column_name=after)
