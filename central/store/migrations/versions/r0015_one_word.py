"""One word for one thing: `state`, what happened `..._at`, and who did it as `..._by` (docs/glossary.md)."""

from alembic import op

revision = "0015"
down_revision = "0014"

# Table, column before, column after, and whether the column has an index that bears its name.
_RENAMED = (
    ("ticket", "status", "state", False),
    ("ticket", "status_since", "state_since", False),
    ("refund", "status_before", "state_before", False),
    ("on_site_correction", "at", "corrected_at", False),
    ("on_site_correction", "by_user_id", "corrected_by", False),
    ("online_answer", "at", "answered_at", True),
    ("agency_receipt", "at", "received_at", False),
    ("agency_receipt", "by_user_id", "received_by", False),
    ("audit_record", "at", "recorded_at", True),
    ("api_call", "at", "called_at", True),
    ("fault", "at", "failed_at", True),
    ("ledger_entry", "at", "posted_at", True),
    ("ledger_entry", "by_user_id", "posted_by", False),
    ("ticket_reprint", "at", "printed_at", False),
    ("ticket_reprint", "by_user_id", "printed_by", False),
    ("ticket_change", "at", "changed_at", False),
    ("alarm", "at", "raised_at", False),
    ("payment", "by_user_id", "taken_by", False),
    ("reconciliation_difference", "found_at", "detected_at", False),
    ("idempotent_request", "at", "asked_at", True),
    ("idempotent_request", "reference", "outcome", False),
    ("sale_change", "made_at", "planned_at", False),
    ("sale_change", "made_by", "planned_by", False),
    ("enrolment_code", "made_by", "created_by", False),
)


def upgrade() -> None:
    """Bring the tables to this revision."""
    for table, before, after, is_indexed in _RENAMED:
        if is_indexed:
            op.drop_index(op.f(f"ix_{table}_{before}"), table)
        op.alter_column(table, before, new_column_name=after)
        if is_indexed:
            op.create_index(op.f(f"ix_{table}_{after}"), table, [after])
