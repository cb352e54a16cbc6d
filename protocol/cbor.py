"""Deterministic CBOR (RFC 8949, section 4.2.1), and readers for the fields that a peer sent.

Laws: one value has one encoding; bytes in another encoding are refused, so that a reader reads exactly the signed bytes; a reader
names the wrong field, trusts no type, and refuses unknown fields.
"""

from collections.abc import Collection

import cbor2

from protocol.errors import InputError
from protocol.identifiers import U64_MAX

MAX_TEXT_CHARACTERS = 1_000
MAX_BYTES = 16 * 1024 * 1024
MAX_ITEMS = 1_000_000
_MISSING = object()


def encode(value: object) -> bytes:
    """Return the one deterministic encoding of a value made of maps, lists, integers, byte and text strings, booleans, null."""
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes) -> object:
    """Return the value of `data`; raise InputError where it is not exactly one deterministic encoding."""
    try:
        value: object = cbor2.loads(data)
        again = encode(value)
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise InputError(f"not CBOR: {error}") from error
    if again != data:
        raise InputError("CBOR is not exactly one value in its deterministic encoding (RFC 8949, section 4.2.1)")
    return value


class Fields:
    """The named fields of a map that a peer sent; each reader raises InputError naming the field."""

    def __init__(self, value: object, where: str, names: Collection[str]) -> None:
        """Take a decoded map whose keys must all be among `names`; every error text names `where`."""
        if not isinstance(value, dict):
            raise InputError(f"{where}: must be a map, not {type(value).__name__}")
        for name in value:
            if name not in names:
                raise InputError(f"{where}: field {name!r:.40} is not known; known are {', '.join(sorted(names))}")
        self._values = value
        self._where = where

    # A journal's entries have many fields: the error text is built only where a field is wrong.
    def _get(self, name: str) -> object:
        value: object = self._values.get(name, _MISSING)
        return value

    def _wrong(self, name: str, wanted: str) -> InputError:
        if name not in self._values:
            return InputError(f"{self._where}: field {name!r} is missing; it must be {wanted}")
        return InputError(f"{self._where}: field {name!r} must be {wanted}")

    def has(self, name: str) -> bool:
        """Whether an optional field is present."""
        return name in self._values

    def integer(self, name: str, low: int = 0, high: int = U64_MAX) -> int:
        """Return a whole number from low to high, both inclusive."""
        value = self._get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self._wrong(name, f"a whole number from {low} to {high}")
        return value

    def boolean(self, name: str) -> bool:
        """Return true or false."""
        value = self._get(name)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def binary(self, name: str, length: int | None = None, most: int = MAX_BYTES) -> bytes:
        """Return a byte string, of exactly `length` bytes where given, never over `most`."""
        value = self._get(name)
        if not isinstance(value, bytes) or len(value) > most or (length is not None and len(value) != length):
            raise self._wrong(name, f"{length} bytes" if length is not None else f"at most {most} bytes")
        return value

    def text(self, name: str, most: int = MAX_TEXT_CHARACTERS) -> str:
        """Return a text of at most `most` characters."""
        value = self._get(name)
        if not isinstance(value, str) or len(value) > most:
            raise self._wrong(name, f"a text of at most {most} characters")
        return value

    def items(self, name: str, most: int = MAX_ITEMS) -> list[object]:
        """Return a list of at most `most` items."""
        value = self._get(name)
        if not isinstance(value, list) or len(value) > most:
            raise self._wrong(name, f"a list of at most {most} items")
        return value

    def integers(self, name: str, low: int = 0, high: int = U64_MAX, most: int = MAX_ITEMS) -> tuple[int, ...]:
        """Return a list of whole numbers from low to high."""
        values = self.items(name, most)
        checked = tuple(v for v in values if isinstance(v, int) and not isinstance(v, bool) and low <= v <= high)
        if len(checked) != len(values):
            raise self._wrong(name, f"a list of whole numbers from {low} to {high}")
        return checked

    def nested(self, name: str) -> object:
        """Return a value for another reader."""
        value = self._get(name)
        if value is _MISSING:
            raise self._wrong(name, "there")
        return value
