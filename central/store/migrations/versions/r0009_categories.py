"""Categories of ticket types, and who may sell which; a seller who sold before may sell all types, as before."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CHANNELS = "SELECT 'window' AS channel UNION SELECT channel FROM user_account UNION SELECT channel FROM sale_order"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "ticket_category",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("name_zh", sa.String(length=64), nullable=False),
        sa.Column("name_en", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["ticket_category.id"], name=op.f("fk_ticket_category_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_category")),
    )
    op.create_index(op.f("ix_ticket_category_parent_id"), "ticket_category", ["parent_id"])
    _refer_to_categories()
    op.create_index(op.f("ix_ticket_type_category_id"), "ticket_type", ["category_id"])
    op.create_table(
        "sale_setting",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("all_types", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_sale_setting")),
    )
    op.create_table(
        "sale_setting_type",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("ticket_type_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["ticket_type_id"], ["ticket_type.id"], name=op.f("fk_sale_setting_type_ticket_type_id")),
        sa.PrimaryKeyConstraint("kind", "subject", "ticket_type_id", name=op.f("pk_sale_setting_type")),
    )
    op.execute(f"INSERT INTO sale_setting (kind, subject, all_types) SELECT 'channel', channel, TRUE FROM ({_CHANNELS}) AS c")  # noqa: S608 - a constant


def _refer_to_categories() -> None:
    """Add the column. SQLite would make the table again for it, which the tickets that name its rows forbid."""
    name = "fk_ticket_type_category_id"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE ticket_type ADD COLUMN category_id BIGINT CONSTRAINT {name} REFERENCES ticket_category (id)")
        return
    op.add_column("ticket_type", sa.Column("category_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f(name), "ticket_type", "ticket_category", ["category_id"], ["id"])
