"""All tables in one place, for migrations and tests: every module of this folder is imported here."""

import pkgutil
from importlib import import_module

from central.store import tables
from central.store.columns import Table

_NAMES = [one.name for one in pkgutil.iter_modules(tables.__path__) if one.name != "metadata"]
MODULES = tuple(import_module(f"{tables.__name__}.{name}") for name in _NAMES)
METADATA = Table.metadata
