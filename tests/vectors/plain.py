"""Values of the protocol as JSON that a stranger can read: bytes in hexadecimal, dates in ISO 8601, classes by their name."""

import dataclasses
from collections.abc import Mapping
from datetime import date
from enum import Enum
from zoneinfo import ZoneInfo


def plain(value: object) -> object:
    """Return the value as JSON holds it. Integers stay integers: a reader must keep all 64 bits of them."""
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
    fields = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return {"is": type(value).__name__, **fields}
