"""Texts that people type, as models check them."""

from typing import Annotated

from pydantic import Field, StringConstraints

# No control characters: PostgreSQL stores no NUL, and a screen shows none of them.
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
MAX_REASON_CHARACTERS = 200
MAX_SEARCHED_CHARACTERS = 80

# What is looked for.
SearchText = Annotated[str, Field(min_length=1, max_length=MAX_SEARCHED_CHARACTERS, pattern=PRINTABLE)]
Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_REASON_CHARACTERS, pattern=PRINTABLE, strip_whitespace=True)
]


def in_english(name_zh: str, name_en: str) -> str:
    """Return the name that readers of English see: the Chinese one, where people gave no other."""
    return name_en or name_zh
