"""What Alembic runs: the connection that `central.store.migrate` hands over, in its transaction."""

from alembic import context

from central.store.migrate import CONNECTION
from central.store.tables.metadata import METADATA

context.configure(
    connection=context.config.attributes[CONNECTION],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=False,
)
context.run_migrations()
