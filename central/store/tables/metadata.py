"""All tables in one place, for migrations and tests: each module of tables is imported here."""

from central.store.columns import Table
from central.store.tables import (
    admissions,
    audit,
    catalog,
    counters,
    devices,
    feed,
    journals,
    money,
    payments,
    people,
    requests,
    tickets,
)

MODULES = (admissions, audit, catalog, counters, devices, feed, journals, money, payments, people, requests, tickets)
METADATA = Table.metadata
