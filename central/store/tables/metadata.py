"""All tables in one place, for migrations and tests: each module of tables is imported here."""

from central.store.columns import Table
from central.store.tables import (
    activation,
    admissions,
    agencies,
    audit,
    carts,
    catalog,
    counters,
    devices,
    feed,
    journals,
    money,
    parameters,
    payments,
    people,
    promoters,
    quotas,
    reports,
    requests,
    shifts,
    tickets,
)

MODULES = (
    activation,
    admissions,
    agencies,
    audit,
    carts,
    catalog,
    counters,
    devices,
    feed,
    journals,
    money,
    parameters,
    payments,
    people,
    promoters,
    quotas,
    reports,
    requests,
    shifts,
    tickets,
)
METADATA = Table.metadata
