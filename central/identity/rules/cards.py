"""The text of a person's card, as a reader of identity cards, IC cards or printed codes types it. Pure.

Law: one card is one text, however its reader ends the line, spaces the characters, or writes letters and full-width digits.
"""

import unicodedata

from central.domain.saying import Said
from central.identity.messages import CARD_LENGTH

FEWEST_CARD_CHARACTERS = 8
MOST_CARD_CHARACTERS = 128
# What a reader may send for a card, with blanks and line ends.
MOST_READ_CHARACTERS = 200
_NOTHING_SHOWN = ("C", "Z")  # controls and separators, by Unicode


def card_text(read: str) -> str:
    """Return the text of a card: full-width forms made plain, no white space or control characters, capitals."""
    plain = unicodedata.normalize("NFKC", read).upper()
    return "".join(one for one in plain if not unicodedata.category(one).startswith(_NOTHING_SHOWN))


def card_weakness(text: str) -> Said | None:
    """Return what is wrong with a card by its text, or None."""
    if text.isascii() and FEWEST_CARD_CHARACTERS <= len(text) <= MOST_CARD_CHARACTERS:
        return None
    return CARD_LENGTH.of(fewest=FEWEST_CARD_CHARACTERS, most=MOST_CARD_CHARACTERS)
