"""All tables in one place, for migrations and tests: each module of tables is imported here."""

from central.store.columns import Table
from central.store.tables import catalog, money, people, requests, tickets

MODULES = (catalog, money, people, requests, tickets)
METADATA = Table.metadata
