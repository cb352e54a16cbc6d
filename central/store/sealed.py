"""Fields encrypted at rest: names and document numbers.

AES-256-GCM, a fresh 96-bit nonce a field, key id in front (u8 key id | nonce 12 | ciphertext and tag).
Laws (law 9): the associated data is `table|column|row`, so that a value that was moved to another row does not open; no plaintext
of such a field is stored or logged.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from central.domain.ports import RandomBytes
from protocol.errors import StorageError

KEY_BYTES = 32
NONCE_BYTES = 12
_KEY_ID_BYTES = 1


@dataclass(frozen=True, slots=True)
class SealedField:
    """Where a sealed value belongs."""

    table: str
    column: str
    row: str

    def to_bytes(self) -> bytes:
        """Return the associated data."""
        return f"{self.table}|{self.column}|{self.row}".encode()


class FieldSeal:
    """Seals with the current key; opens with any key that it was given."""

    def __init__(self, keys: Mapping[int, bytes], current: int, random_bytes: RandomBytes) -> None:
        """Take the field keys by id (1 to 255), the id of the key to seal with, and the source of nonces."""
        assert all(len(key) == KEY_BYTES for key in keys.values()), "a field key has 32 bytes"
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = current
        self._random_bytes = random_bytes
        self._digest_key = hmac.digest(keys[min(keys)], b"paifang/digest/1", "sha256")

    def digest(self, text: str) -> bytes:
        """Return 32 bytes that stand for a text, by the first of the field keys: the same as long as anything is kept."""
        return hmac.digest(self._digest_key, text.encode(), hashlib.sha256)

    def seal(self, text: str, place: SealedField) -> bytes:
        """Return the sealed bytes of a text."""
        nonce = self._random_bytes(NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, text.encode(), place.to_bytes())
        return bytes([self._current]) + nonce + sealed

    def open(self, sealed: bytes, place: SealedField) -> str:
        """Return the text; StorageError where the bytes were changed, moved, or sealed by a key that is not here."""
        cipher = self._ciphers.get(sealed[0]) if sealed else None
        if cipher is None:
            raise StorageError(f"{place.table}.{place.column}: sealed with a key that is not configured; restore the field keys")
        nonce, ciphertext = sealed[_KEY_ID_BYTES : _KEY_ID_BYTES + NONCE_BYTES], sealed[_KEY_ID_BYTES + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, ciphertext, place.to_bytes()).decode()
        except (InvalidTag, ValueError) as error:
            raise StorageError(f"{place.table}.{place.column}: row {place.row} was changed outside of Paifang") from error
