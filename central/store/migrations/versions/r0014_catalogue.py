"""Activation codes; the evidence that sellers saw; how full sites are; changes to come; groups."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this revision."""
    _activation()
    _evidence()
    _capacity()
    _changes()
    _groups()


def _activation() -> None:
    table = "activation_code"
    people = ("exported_by", "sent_by", "activated_by", "voided_by")
    op.create_table(
        table,
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("exported_at", sa.BigInteger(), nullable=False),
        sa.Column("exported_by", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_by", sa.BigInteger(), nullable=True),
        sa.Column("activated_at", sa.BigInteger(), nullable=True),
        sa.Column("activated_by", sa.BigInteger(), nullable=True),
        sa.Column("voided_at", sa.BigInteger(), nullable=True),
        sa.Column("voided_by", sa.BigInteger(), nullable=True),
        sa.Column("void_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f(f"fk_{table}_ticket_id")),
        *(sa.ForeignKeyConstraint([one], ["user_account.id"], name=op.f(f"fk_{table}_{one}")) for one in people),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("code_hash", name=op.f(f"uq_{table}_code_hash")),
    )
    op.create_index(op.f(f"ix_{table}_ticket_id"), table, ["ticket_id"])
    op.create_index(f"ix_{table}_time", table, ["exported_at", "id"])
    op.create_table(
        "activation_failure",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_activation_failure_user_id")),
        sa.PrimaryKeyConstraint("user_id", "source", name=op.f("pk_activation_failure")),
    )
    op.add_column("refund", sa.Column("status_before", sa.SmallInteger(), nullable=True))


def _evidence() -> None:
    op.create_table(
        "seen_evidence",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("last_characters", sa.String(length=4), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.id"], name=op.f("fk_seen_evidence_order_id")),
        sa.PrimaryKeyConstraint("order_id", "line", "place", name=op.f("pk_seen_evidence")),
    )


def _capacity() -> None:
    with op.batch_alter_table("sale_quota") as quotas:
        quotas.drop_constraint("fk_sale_quota_ticket_type_id", type_="foreignkey")
    op.create_table(
        "site_load",
        sa.Column("site_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_load_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site_load")),
    )
    table = "on_site_correction"
    op.create_table(
        table,
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_user_id", sa.BigInteger(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f(f"fk_{table}_site_id")),
        sa.ForeignKeyConstraint(["by_user_id"], ["user_account.id"], name=op.f(f"fk_{table}_by_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_site", table, ["site_id", "at"])


def _changes() -> None:
    table = "sale_change"
    op.create_table(
        table,
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("ticket_type_id", sa.Integer(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("is_on_sale", sa.Boolean(), nullable=False),
        sa.Column("rules", sa.String(), nullable=True),
        sa.Column("after_sale", sa.String(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("dropped_at", sa.BigInteger(), nullable=True),
        sa.Column("dropped_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_type_id"], ["ticket_type.id"], name=op.f(f"fk_{table}_ticket_type_id")),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f(f"fk_{table}_made_by")),
        sa.ForeignKeyConstraint(["dropped_by"], ["user_account.id"], name=op.f(f"fk_{table}_dropped_by")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_type", table, ["ticket_type_id", "effective_at"])


def _groups() -> None:
    op.create_table(
        "setting_group",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_setting_group")),
    )
    op.create_table(
        "setting_group_member",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("member", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", "member", name=op.f("pk_setting_group_member")),
    )
