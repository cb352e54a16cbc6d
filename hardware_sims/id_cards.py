"""Chips of ID cards of persons who do not exist: the 256 bytes of text, in the layouts of four kinds of card.

Facts, as published: Numbers are of region 990101, which no place has; a wrong check digit is made only on purpose.
"""

from dataclasses import dataclass
from enum import StrEnum

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
PHOTO_BYTES = 1024
TEXT_BYTES = 256
REGION = "990101"


class CardKind(StrEnum):
    """The letter that distinguishes kinds."""

    RESIDENT = " "
    FOREIGN_OLD = "I"
    HK_MACAU_TAIWAN = "J"
    FOREIGN_2023 = "Y"


@dataclass(frozen=True, slots=True)
class IdCard:
    """One card. `number` is of 18 characters, of 15 for a foreign one of the first kind."""

    number: str
    kind: CardKind = CardKind.RESIDENT
    name: str = "测试一号"
    born: str = "19500101"
    until: str = "长期"
    foreign_name: str = ""  # of a foreign card of 2023
    raw_name: bytes = b""  # instead of `name`: bytes that are no text

    def text(self) -> bytes:
        """The chip's text, UTF-16 little-endian, padded with blanks."""
        text = bytearray(" ".encode("utf-16-le") * (TEXT_BYTES // 2))
        old = self.kind is CardKind.FOREIGN_OLD
        fields = (
            (0, 120, "TEST PERSON ONE") if old else (0, 30, self.name),
            (120, 2, "1") if old else (30, 2, "1"),
            (122, 30 if old else 36, self.number),
            (188, 16, "20200101"),
            (204, 16, self.until),
            (220, 16, self.born) if old else (36, 16, self.born),
            (52, 70, self.foreign_name),
            (248, 2, self.kind.value),
        )
        for offset, size, value in fields:
            encoded = value.encode("utf-16-le")
            assert len(encoded) <= size, f"{value} does not fit"
            text[offset : offset + len(encoded)] = encoded
        if self.raw_name:
            text[: len(self.raw_name)] = self.raw_name
        return bytes(text)


def invented_number(serial: int, born: str = "19500101", region: str = REGION) -> str:
    """A number that no person has, with its check digit."""
    digits = f"{region}{born}{serial:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True))
    return digits + CHECK_CHARACTERS[total % 11]
