"""Alembic's environment; run by `central.store.migrate`, never by a command line of its own."""
