"""Roles take the place of a person's own permissions; sessions know when the password was given; tokens and the menu."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this revision."""
    _roles()
    _people()
    _tokens()
    op.create_table(
        "menu",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("arrangement", sa.String(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu")),
    )


def _roles() -> None:
    op.create_table(
        "role",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("holds_all", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "user_role",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_role_user_id")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_user_role_role_id")),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_user_role")),
    )
    op.create_index(op.f("ix_user_role_role_id"), "user_role", ["role_id"])


def _people() -> None:
    """Keep what people may do: each one's permissions become a role of their own; who was `admin` administers."""
    op.execute(
        "INSERT INTO role (name, permissions, holds_all, scope, created_at) "
        "SELECT '管理员 Administrators', permissions, TRUE, 'all', created_at FROM user_account WHERE name = 'admin'"
    )
    op.execute(
        "INSERT INTO role (name, permissions, holds_all, scope, created_at) "
        "SELECT name, permissions, FALSE, 'all', created_at FROM user_account WHERE name <> 'admin'"
    )
    op.execute(
        "INSERT INTO user_role (user_id, role_id) SELECT user_account.id, role.id FROM user_account JOIN role "
        "ON role.name = user_account.name OR (user_account.name = 'admin' AND role.holds_all)"
    )
    op.drop_column("user_account", "permissions")
    for column in (
        sa.Column("full_name", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("channel", sa.String(length=32), nullable=False, server_default="window"),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_confirmed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("totp_step", sa.BigInteger(), nullable=False, server_default="0"),
    ):
        op.add_column("user_account", column)
    op.add_column("user_session", sa.Column("proved_at", sa.BigInteger(), nullable=False, server_default="0"))


def _tokens() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_api_token_user_id")),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_api_token_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"])
