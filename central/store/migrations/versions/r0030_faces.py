"""Faces of tickets, the pictures on them, their assignment, and the offsets of printers."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def _row_number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "face",
        _row_number(),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face")),
        sa.UniqueConstraint("name", name=op.f("uq_face_name")),
    )
    op.create_table(
        "face_version",
        sa.Column("face_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["face_id"], ["face.id"], name=op.f("fk_face_version_face_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["user_account.id"], name=op.f("fk_face_version_changed_by")),
        sa.PrimaryKeyConstraint("face_id", "version", name=op.f("pk_face_version")),
    )
    op.create_table(
        "face_picture",
        _row_number(),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["user_account.id"], name=op.f("fk_face_picture_added_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face_picture")),
        sa.UniqueConstraint("name", name=op.f("uq_face_picture_name")),
    )
    _assignments()
    op.create_table(
        "printer_offset",
        _row_number(),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("x_um", sa.Integer(), nullable=False),
        sa.Column("y_um", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_printer_offset_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printer_offset")),
        sa.UniqueConstraint("agent_id", "name", name=op.f("uq_printer_offset_agent_id_name")),
    )


def _assignments() -> None:
    for table, column, of in (("face_of_type", "ticket_type_id", "ticket_type.id"), ("face_of_site", "site_id", "site.id")):
        op.create_table(
            table,
            sa.Column(column, sa.Integer(), nullable=False, autoincrement=False),
            sa.Column("face_id", sa.BigInteger(), nullable=False),
            sa.ForeignKeyConstraint([column], [of], name=op.f(f"fk_{table}_{column}")),
            sa.ForeignKeyConstraint(["face_id"], ["face.id"], name=op.f(f"fk_{table}_face_id")),
            sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_face_id"), table, ["face_id"])
