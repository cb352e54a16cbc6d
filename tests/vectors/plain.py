"""Values of the protocol as readable JSON: bytes in hexadecimal, dates in ISO 8601, classes by their name."""

import dataclasses
from collections.abc import Mapping
from datetime import date
from enum import Enum
from zoneinfo import ZoneInfo

# The vectors use the names of the wire: they were published before the code got better names.
_PUBLISHED_CLASSES = {"TicketTypeRules": "Product", "JournalHead": "Head"}
_PUBLISHED_FIELDS = {
    ("TicketTypeRules", "ticket_type_id"): "product_id",
    ("TicketRecord", "ticket_type"): "product",
    ("TicketRecord", "state"): "status",
    ("TicketRecord", "state_since"): "status_since",
    ("Claims", "ticket_type"): "product",
    ("Facts", "ticket_types"): "products",
    ("Key", "state"): "status",
    ("TicketCode", "key_state"): "key_status",
}


def plain(value: object) -> object:
    """Return the value for JSON. Integers stay integers: a reader must keep all 64 bits of them."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case bytes():
            return value.hex()
        case date():
            return value.isoformat()
        case ZoneInfo():
            return value.key
        case Mapping():
            return {str(plain(key)): plain(item) for key, item in value.items()}
        case frozenset() | set():
            return sorted((plain(item) for item in value), key=str)
        case list() | tuple():
            return [plain(item) for item in value]
    assert dataclasses.is_dataclass(value), f"{type(value).__name__} has no plain form"
    kind = type(value).__name__
    names = [field.name for field in dataclasses.fields(value)]
    fields = {_PUBLISHED_FIELDS.get((kind, name), name): plain(getattr(value, name)) for name in names}
    return {"is": _PUBLISHED_CLASSES.get(kind, kind), **fields}
