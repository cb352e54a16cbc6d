"""${message}."""

import sqlalchemy as sa
from alembic import op

from central.store.columns import U64

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Bring the tables to this revision."""
    ${upgrades if upgrades else "pass"}
