"""The first tables."""

import sqlalchemy as sa
from alembic import op

from central.store.columns import U64

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    _idempotent_request()
    _sign_in_failure()
    _site()
    _ticket_type()
    _user_account()
    _admission_outbox()
    _agent()
    _audit_record()
    _feed_bucket()
    _feed_content()
    _feed_delta()
    _sale_order()
    _signed_metadata()
    _supervised_site()
    _supervisor_pin()
    _ticket_change()
    _user_session()
    _alarm()
    _check_point()
    _enrolment_code()
    _journal()
    _journal_quarantine()
    _online_answer()
    _sale_order_line()
    _ticket()
    _admission_conflict()
    _admission_event()
    _journal_entry()
    _refund()
    _ticked_type()
    _ticket_credential()
    _ticket_holder()
    _ledger_entry()


def _idempotent_request() -> None:
    op.create_table(
        "idempotent_request",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotent_request")),
    )
    op.create_index(op.f("ix_idempotent_request_at"), "idempotent_request", ["at"], unique=False)


def _sign_in_failure() -> None:
    op.create_table(
        "sign_in_failure",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "source", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(op.f("ix_sign_in_failure_last_at"), "sign_in_failure", ["last_at"], unique=False)


def _site() -> None:
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("holder_key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )


def _ticket_type() -> None:
    op.create_table(
        "ticket_type",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parameters", sa.String(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("is_on_sale", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_type")),
    )


def _user_account() -> None:
    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("name", name=op.f("uq_user_account_name")),
    )


def _admission_outbox() -> None:
    op.create_table(
        "admission_outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("journal_number", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_admission_outbox_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_outbox")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_admission_outbox_site_id"), "admission_outbox", ["site_id"], unique=False)


def _agent() -> None:
    op.create_table(
        "agent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("wipe", sa.Boolean(), nullable=False),
        sa.Column("lost_at", sa.BigInteger(), nullable=True),
        sa.Column("duty", sa.String(length=8), nullable=False),
        sa.Column("duty_since", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_head_at", sa.BigInteger(), nullable=False),
        sa.Column("journalled_at", sa.BigInteger(), nullable=False),
        sa.Column("replay_highest", U64(), nullable=False),
        sa.Column("replay_seen", U64(), nullable=False),
        sa.Column("feed_epoch", sa.BigInteger(), nullable=False),
        sa.Column("feed_version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_agent_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("public_key", name=op.f("uq_agent_public_key")),
    )
    op.create_index(op.f("ix_agent_site_id"), "agent", ["site_id"], unique=False)


def _audit_record() -> None:
    op.create_table(
        "audit_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_audit_record_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_record")),
    )
    op.create_index(op.f("ix_audit_record_at"), "audit_record", ["at"], unique=False)
    op.create_index(op.f("ix_audit_record_subject"), "audit_record", ["subject"], unique=False)


def _feed_bucket() -> None:
    op.create_table(
        "feed_bucket",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_feed_bucket_site_id")),
        sa.PrimaryKeyConstraint("site_id", "kind", "number", name=op.f("pk_feed_bucket")),
    )


def _feed_content() -> None:
    op.create_table(
        "feed_content",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_feed_content_site_id")),
        sa.PrimaryKeyConstraint("site_id", "sha256", name=op.f("pk_feed_content")),
    )
    op.create_index(op.f("ix_feed_content_used_at"), "feed_content", ["used_at"], unique=False)


def _feed_delta() -> None:
    op.create_table(
        "feed_delta",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("to_version", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_feed_delta_site_id")),
        sa.PrimaryKeyConstraint("site_id", "epoch", "to_version", name=op.f("pk_feed_delta")),
    )


def _sale_order() -> None:
    op.create_table(
        "sale_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["seller_id"], ["user_account.id"], name=op.f("fk_sale_order_seller_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_sale_order_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_order")),
    )
    op.create_index(op.f("ix_sale_order_paid_at"), "sale_order", ["paid_at"], unique=False)
    op.create_index(op.f("ix_sale_order_seller_id"), "sale_order", ["seller_id"], unique=False)
    op.create_index(op.f("ix_sale_order_site_id"), "sale_order", ["site_id"], unique=False)


def _signed_metadata() -> None:
    op.create_table(
        "signed_metadata",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_signed_metadata_site_id")),
        sa.PrimaryKeyConstraint("site_id", "role", "epoch", "version", name=op.f("pk_signed_metadata")),
    )


def _supervised_site() -> None:
    op.create_table(
        "supervised_site",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_supervised_site_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_supervised_site_user_id")),
        sa.PrimaryKeyConstraint("site_id", "user_id", name=op.f("pk_supervised_site")),
    )
    op.create_index(op.f("ix_supervised_site_user_id"), "supervised_site", ["user_id"], unique=False)


def _supervisor_pin() -> None:
    op.create_table(
        "supervisor_pin",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("verifier", sa.String(length=200), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_supervisor_pin_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_supervisor_pin")),
    )


def _ticket_change() -> None:
    op.create_table(
        "ticket_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", U64(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_ticket_change_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_ticket_change_ticket_id"), "ticket_change", ["ticket_id"], unique=False)
    op.create_index(
        "ix_ticket_change_unpublished",
        "ticket_change",
        ["site_id", "id"],
        unique=False,
        sqlite_where=sa.text("version IS NULL"),
        postgresql_where=sa.text("version IS NULL"),
    )


def _user_session() -> None:
    op.create_table(
        "user_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_user_session")),
    )
    op.create_index(op.f("ix_user_session_created_at"), "user_session", ["created_at"], unique=False)
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)


def _alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.String(length=400), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_alarm_agent_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_alarm_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        sa.UniqueConstraint(
            "agent_id", "journal_id", "sequence", "name", name=op.f("uq_alarm_agent_id_journal_id_sequence_name")
        ),
    )
    op.create_index(op.f("ix_alarm_site_id"), "alarm", ["site_id"], unique=False)


def _check_point() -> None:
    op.create_table(
        "check_point",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("reads_documents", sa.Boolean(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("has_recorded", sa.Boolean(), nullable=False),
        sa.Column("told_epoch", sa.BigInteger(), nullable=True),
        sa.Column("told_version", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_check_point_agent_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_check_point_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_point")),
    )
    op.create_index(op.f("ix_check_point_agent_id"), "check_point", ["agent_id"], unique=False)
    op.create_index(op.f("ix_check_point_site_id"), "check_point", ["site_id"], unique=False)


def _enrolment_code() -> None:
    op.create_table(
        "enrolment_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("check_point_ids", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_enrolment_code_agent_id")),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f("fk_enrolment_code_made_by")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_enrolment_code_site_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrolment_code")),
    )
    op.create_index(op.f("ix_enrolment_code_expires_at"), "enrolment_code", ["expires_at"], unique=False)


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_journal_agent_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_journal")),
        sa.UniqueConstraint("agent_id", "journal_id", name=op.f("uq_journal_agent_id_journal_id")),
    )


def _journal_quarantine() -> None:
    op.create_table(
        "journal_quarantine",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_journal_quarantine_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_quarantine")),
        sa.UniqueConstraint("agent_id", "journal_id", "digest", name=op.f("uq_journal_quarantine_agent_id_journal_id_digest")),
    )


def _online_answer() -> None:
    op.create_table(
        "online_answer",
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt_id", sa.LargeBinary(), nullable=False),
        sa.Column("is_claim", sa.Boolean(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("ticket_id", U64(), nullable=False),
        sa.Column("entitlement_id", sa.Integer(), nullable=False),
        sa.Column("check_point_id", sa.BigInteger(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("scanned_at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_online_answer_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", "attempt_id", name=op.f("pk_online_answer")),
    )
    op.create_index(op.f("ix_online_answer_at"), "online_answer", ["at"], unique=False)
    op.create_index(op.f("ix_online_answer_ticket_id"), "online_answer", ["ticket_id"], unique=False)


def _sale_order_line() -> None:
    op.create_table(
        "sale_order_line",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("ticket_type_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.id"], name=op.f("fk_sale_order_line_order_id")),
        sa.ForeignKeyConstraint(["ticket_type_id"], ["ticket_type.id"], name=op.f("fk_sale_order_line_ticket_type_id")),
        sa.PrimaryKeyConstraint("order_id", "line", name=op.f("pk_sale_order_line")),
    )


def _ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", U64(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("ticket_type_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("flags", sa.SmallInteger(), nullable=False),
        sa.Column("generation", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("status_since", sa.BigInteger(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("slot_start", sa.BigInteger(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("short_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.id"], name=op.f("fk_ticket_order_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_ticket_site_id")),
        sa.ForeignKeyConstraint(["ticket_type_id"], ["ticket_type.id"], name=op.f("fk_ticket_ticket_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("short_number", name=op.f("uq_ticket_short_number")),
    )
    op.create_index(op.f("ix_ticket_order_id"), "ticket", ["order_id"], unique=False)


def _admission_conflict() -> None:
    op.create_table(
        "admission_conflict",
        sa.Column("journal_number", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", U64(), nullable=False),
        sa.Column("entitlement_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("scanned_at", sa.BigInteger(), nullable=False),
        sa.Column("first_journal_number", sa.BigInteger(), nullable=False),
        sa.Column("first_sequence", sa.BigInteger(), nullable=False),
        sa.Column("detected_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["first_journal_number"], ["journal.number"], name=op.f("fk_admission_conflict_first_journal_number")
        ),
        sa.ForeignKeyConstraint(["journal_number"], ["journal.number"], name=op.f("fk_admission_conflict_journal_number")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_admission_conflict_site_id")),
        sa.PrimaryKeyConstraint("journal_number", "sequence", name=op.f("pk_admission_conflict")),
    )
    op.create_index(op.f("ix_admission_conflict_scanned_at"), "admission_conflict", ["scanned_at"], unique=False)
    op.create_index(op.f("ix_admission_conflict_ticket_id"), "admission_conflict", ["ticket_id"], unique=False)


def _admission_event() -> None:
    op.create_table(
        "admission_event",
        sa.Column("journal_number", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", U64(), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("scanned_at", sa.BigInteger(), nullable=False),
        sa.Column("is_intent", sa.Boolean(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["journal_number"], ["journal.number"], name=op.f("fk_admission_event_journal_number")),
        sa.PrimaryKeyConstraint("journal_number", "sequence", name=op.f("pk_admission_event")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_admission_event_holder",
        "admission_event",
        ["holder"],
        unique=False,
        sqlite_where=sa.text("holder IS NOT NULL"),
        postgresql_where=sa.text("holder IS NOT NULL"),
    )
    op.create_index(op.f("ix_admission_event_scanned_at"), "admission_event", ["scanned_at"], unique=False)
    op.create_index(op.f("ix_admission_event_ticket_id"), "admission_event", ["ticket_id"], unique=False)


def _journal_entry() -> None:
    op.create_table(
        "journal_entry",
        sa.Column("journal_number", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["journal_number"], ["journal.number"], name=op.f("fk_journal_entry_journal_number")),
        sa.PrimaryKeyConstraint("journal_number", "sequence", name=op.f("pk_journal_entry")),
        sqlite_with_rowid=False,
    )


def _refund() -> None:
    op.create_table(
        "refund",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", U64(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("fence_change_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("override_by", sa.BigInteger(), nullable=True),
        sa.Column("override_reason", sa.String(length=200), nullable=True),
        sa.Column("override_waited_for", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.id"], name=op.f("fk_refund_order_id")),
        sa.ForeignKeyConstraint(["override_by"], ["user_account.id"], name=op.f("fk_refund_override_by")),
        sa.ForeignKeyConstraint(["requested_by"], ["user_account.id"], name=op.f("fk_refund_requested_by")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_refund_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
    )
    op.create_index(op.f("ix_refund_state"), "refund", ["state"], unique=False)
    op.create_index(op.f("ix_refund_ticket_id"), "refund", ["ticket_id"], unique=False)


def _ticked_type() -> None:
    op.create_table(
        "ticked_type",
        sa.Column("check_point_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_type_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["check_point_id"], ["check_point.id"], name=op.f("fk_ticked_type_check_point_id")),
        sa.ForeignKeyConstraint(["ticket_type_id"], ["ticket_type.id"], name=op.f("fk_ticked_type_ticket_type_id")),
        sa.PrimaryKeyConstraint("check_point_id", "ticket_type_id", name=op.f("pk_ticked_type")),
    )


def _ticket_credential() -> None:
    op.create_table(
        "ticket_credential",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("ticket_id", U64(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_ticket_credential_site_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_credential_ticket_id")),
        sa.PrimaryKeyConstraint("site_id", "kind", "key", "ticket_id", name=op.f("pk_ticket_credential")),
    )
    op.create_index(op.f("ix_ticket_credential_ticket_id"), "ticket_credential", ["ticket_id"], unique=False)


def _ticket_holder() -> None:
    op.create_table(
        "ticket_holder",
        sa.Column("ticket_id", U64(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("document_type", sa.String(length=32), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_holder_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "place", name=op.f("pk_ticket_holder")),
    )


def _ledger_entry() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("debit", sa.String(length=40), nullable=False),
        sa.Column("credit", sa.String(length=40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=True),
        sa.Column("by_user_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_ledger_entry_amount_positive")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_ledger_entry_two_accounts")),
        sa.ForeignKeyConstraint(["by_user_id"], ["user_account.id"], name=op.f("fk_ledger_entry_by_user_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.id"], name=op.f("fk_ledger_entry_order_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_ledger_entry_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_index(op.f("ix_ledger_entry_at"), "ledger_entry", ["at"], unique=False)
    op.create_index(op.f("ix_ledger_entry_order_id"), "ledger_entry", ["order_id"], unique=False)
