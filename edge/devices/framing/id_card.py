"""The content of an ID card's chip; a gate needs four parts of it: kind, number, birth and region. A counter needs the name too.

Sources: published layouts of the 256-byte text (resident card; `I` foreign permanent residence, first kind; `J` residence
permit of Hong Kong, Macau and Taiwan; `Y` foreign permanent residence of 2023). To be checked on real cards: the letters of the
three permits. Laws: address and photo are not even decoded, and the name is decoded by `name_on` alone, which no reader of a gate
calls (law 9); a number whose check digit is wrong is no number.
"""

from dataclasses import dataclass, field
from datetime import date

from protocol.holders import Document, DocumentType, has_valid_check_digit

TEXT_BYTES = 256
_COUNTRY = "CN"  # all four kinds are issued there
_REGION_CHARACTERS = 6
_FLAG = slice(248, 250)
_BIRTH, _BIRTH_I = slice(36, 52), slice(220, 236)
_NUMBER, _NUMBER_I = slice(122, 158), slice(122, 152)
_KINDS = {
    "": DocumentType.RESIDENT_ID,
    "0": DocumentType.RESIDENT_ID,
    "I": DocumentType.FOREIGN_RESIDENT,
    "J": DocumentType.HK_MACAU_TAIWAN_RESIDENT,
    "Y": DocumentType.FOREIGN_RESIDENT,
}
_NAME, _FOREIGN_NAME, _FOREIGN_NAME_I, _NAME_I = slice(0, 30), slice(52, 122), slice(0, 120), slice(158, 188)
# Where a name may stand: the first that is not blank counts.
_NAMES = {"I": (_NAME_I, _FOREIGN_NAME_I), "Y": (_NAME, _FOREIGN_NAME)}
_NO_TEXT = "\ufffd"
_LENGTH_HEAD_BYTES = 4
_OLD_NUMBER_CHARACTERS = 15


@dataclass(frozen=True, slots=True)
class Card:
    """One card. It holds a number, so no code logs or keeps it: see `DocumentRead` for what remains."""

    document: Document = field(repr=False)
    born: date | None = field(repr=False)
    region: str = field(repr=False)


def read_card(data: bytes) -> Card | None:
    """Return the card in the data of a read reply; None where a gate cannot know a person by it."""
    text = data[_LENGTH_HEAD_BYTES : _LENGTH_HEAD_BYTES + TEXT_BYTES]
    if int.from_bytes(data[:2], "big") != TEXT_BYTES or len(text) != TEXT_BYTES:
        return None
    flag = _text(text[_FLAG])
    kind = _KINDS.get(flag)
    if kind is None:
        return None
    number = _text(text[_NUMBER_I if flag == "I" else _NUMBER])
    if not _is_number(number, old=flag == "I"):
        return None
    born = _date(_text(text[_BIRTH_I if flag == "I" else _BIRTH]))
    region = "" if kind is DocumentType.FOREIGN_RESIDENT else number[:_REGION_CHARACTERS]
    return Card(Document(kind, _COUNTRY, number), born, region)


def name_on(data: bytes) -> str:
    """Return the name on a card that `read_card` has read; empty where its bytes are no text."""
    text = data[_LENGTH_HEAD_BYTES : _LENGTH_HEAD_BYTES + TEXT_BYTES]
    for part in _NAMES.get(_text(text[_FLAG]), (_NAME,)):
        name = _text(text[part])
        if name:
            return name if name.isprintable() and _NO_TEXT not in name else ""
    return ""


def _is_number(number: str, *, old: bool) -> bool:
    if not (number.isascii() and number.isalnum()):
        return False
    return len(number) == _OLD_NUMBER_CHARACTERS if old else has_valid_check_digit(number)


def _text(data: bytes) -> str:
    return data.decode("utf-16-le", errors="replace").strip(" \0")


def _date(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
