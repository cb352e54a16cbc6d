"""Texts that people type, as models check them."""

from typing import Annotated

from pydantic import StringConstraints

# No control characters: PostgreSQL stores no NUL, and a screen shows none of them.
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
MAX_REASON_CHARACTERS = 200

Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_REASON_CHARACTERS, pattern=PRINTABLE, strip_whitespace=True)
]
