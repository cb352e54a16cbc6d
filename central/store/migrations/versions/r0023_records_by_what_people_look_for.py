"""Admission records are found by check point, type, ticket and order; the few that people look for have indexes of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

_TIME = ["scanned_at", "journal_number", "sequence"]
_RARE = (("state", "state <> 'passed'"), ("flagged", "flags <> '[]'"), ("supervisor", "supervisor_id IS NOT NULL"))


def upgrade() -> None:
    """Bring the tables to this revision."""
    for name, first in (("time", []), ("site", ["site_id"])):
        op.drop_index(f"ix_admission_record_{name}", "admission_record")
        op.create_index(f"ix_admission_record_{name}", "admission_record", [*first, *_TIME, "persons", "counted"])
    op.create_index("ix_admission_record_check_point", "admission_record", ["check_point_id", *_TIME])
    op.create_index("ix_admission_record_type", "admission_record", ["ticket_type_id", *_TIME])
    op.create_index("ix_admission_record_ticket", "admission_record", ["ticket_id"])
    op.create_index("ix_admission_record_order", "admission_record", ["order_id"])
    for name, which in _RARE:
        condition = sa.text(which)
        op.create_index(
            f"ix_admission_record_{name}", "admission_record", _TIME, sqlite_where=condition, postgresql_where=condition
        )
    op.create_index("ix_sale_order_state", "sale_order", ["state", "created_at", "id"])
    op.create_index("ix_sale_order_line_type", "sale_order_line", ["ticket_type_id", "order_id"])
    not_paid = sa.text("state <> 'paid'")
    op.create_index("ix_payment_not_paid", "payment", ["order_id"], sqlite_where=not_paid, postgresql_where=not_paid)
