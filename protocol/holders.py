"""The holder of a real-name ticket: the check digit of an ID number, and the keyed hash that a gate may keep.

Laws (law 9): a gate keeps the hash and nothing else; the hash is a salted scrypt, because a thief of the key searches a plain
HMAC of all possible ID numbers in seconds. The limit that remains: a thief of the site key spends about 2 ms of a core per guess
and finds the numbers of a given region and birth year in hours; central therefore rotates the key when an agent is lost.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from protocol.errors import InputError

HOLDER_BYTES = 16
SITE_KEY_BYTES = 32
MAX_NUMBER_CHARACTERS = 40
_RESIDENT_ID_CHARACTERS = 18
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
# N=1024, r=8, p=1 takes about 2 ms on a gate's processor and 1 MiB.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 1024, 8, 1


class DocumentType(StrEnum):
    """The documents that visitors carry."""

    RESIDENT_ID = "resident-id"
    FOREIGN_RESIDENT = "foreign-resident"
    HK_MACAU_TAIWAN_RESIDENT = "hk-macau-taiwan-resident"
    HOME_RETURN_PERMIT = "home-return-permit"
    TAIWAN_PERMIT = "taiwan-permit"
    PASSPORT = "passport"


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read or typed: country is ISO 3166 alpha-2."""

    kind: DocumentType
    country: str
    number: str


def normalised(number: str) -> str:
    """Return the number in capitals without blanks and hyphens; raise InputError where the rest is no possible number."""
    text = "".join(number.split()).replace("-", "").upper()
    if not text or len(text) > MAX_NUMBER_CHARACTERS or not text.isascii() or not text.isalnum():
        raise InputError("a document number has 1 to 40 letters and digits; type it again")
    return text


def has_valid_check_digit(number: str) -> bool:
    """Whether an 18-character ID number ends with its check character (GB 11643, ISO 7064 MOD 11-2)."""
    text = normalised(number)
    if len(text) != _RESIDENT_ID_CHARACTERS or not text[:-1].isdigit():
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False))
    return text[-1] == _CHECK_CHARACTERS[total % 11]


def holder_hash(document: Document, site_key: bytes) -> bytes:
    """Return the 16-byte hash by which a gate knows the holder."""
    assert len(site_key) == SITE_KEY_BYTES, "a site key has 32 bytes"
    said = f"{document.kind.value}|{document.country.upper()}|{normalised(document.number)}"
    return hashlib.scrypt(
        said.encode("ascii"), salt=b"paifang/holder/1\0" + site_key, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P, dklen=HOLDER_BYTES
    )
