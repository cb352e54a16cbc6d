"""What a text of a face may name, and the text that is printed for it: pure.

Laws: every name is known, so that no face prints braces; what no printer can show is left out, and never moves what stands
beside it (controls, marks of direction).
"""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from central.domain.saying import Said
from central.faces.messages import BRACE_ALONE, CHARACTER_UNPRINTABLE, VALUE_UNKNOWN

# A value of a record has no bound of its own on a paper.
MOST_FILLED_CHARACTERS = 400
_NAMED = re.compile(r"{([^{}]*)}")
_BRACES = re.compile(r"[{}]")
_NAME_SHOWN = 40
_UNPRINTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Placeholder(StrEnum):
    """The names of values. The words are stored and never change their meaning."""

    TYPE_NAME = "type_name"
    TYPE_NAME_EN = "type_name_en"
    PRICE_YUAN = "price_yuan"
    VISIT_DAY = "visit_day"
    VALID_FROM = "valid_from"
    VALID_UNTIL = "valid_until"
    SLOT = "slot"
    PERSONS = "persons"
    SHORT_NUMBER = "short_number"
    ORDER_ID = "order_id"
    SELLER = "seller"
    SITE = "site"
    HOLDER_NAME_MASKED = "holder_name_masked"
    PRINTED_AT = "printed_at"
    REPRINT = "reprint"


Values = Mapping[Placeholder, str]
_KNOWN: frozenset[str] = frozenset(Placeholder)


def fault_of_text(text: str) -> Said | None:
    """Return what is wrong with a text of a face; None where nothing is."""
    unknown = [name for name in _NAMED.findall(text) if name not in _KNOWN]
    if unknown:
        return VALUE_UNKNOWN.of(name=unknown[0][:_NAME_SHOWN], known=", ".join(Placeholder))
    if _BRACES.search(_NAMED.sub("", text)):
        return BRACE_ALONE.of()
    return None if printed(text) == text else CHARACTER_UNPRINTABLE.of()


def filled(text: str, values: Values) -> str:
    """Return a text with its values, as it can be printed."""
    whole = _NAMED.sub(lambda found: values.get(Placeholder(found[1]), ""), text)
    return printed(whole)[:MOST_FILLED_CHARACTERS]


def printed(text: str) -> str:
    """Return the text without what no printer shows."""
    return "".join(one for one in text if unicodedata.category(one) not in _UNPRINTED)


def reprint_mark(times: int) -> str:
    """Return what says that a ticket was printed so often again; nothing on its first print."""
    return f"补 REPRINT {times}" if times else ""


def yuan(fen: int) -> str:
    """Return money as it is printed: fen with two digits behind the point."""
    return f"{fen // 100}.{fen % 100:02}"
