"""Activation codes (密码激活): the state of a code, and whether it may be used now: pure.

Laws: a code has 80 random bits and 20 check bits that follow from them, so that a typing error differs from an invented code.
"""

import base64
import hashlib
from datetime import date
from enum import StrEnum

from central.catalog.rules.validity import day_is_sold
from central.catalog.ticket_type import TicketType
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.domain.saying import Said
from central.sales.messages import CODE_OVER, HOLDER_NEEDED, HOLDER_NOT_NEEDED, TYPE_NOT_FOR_DAY
from central.sales.rules.pricing import Holder, require_document

CODE_BYTES = 10
CODE_CHARACTERS = 20
MAX_TYPED_CHARACTERS = 40
_CHECK_CHARACTERS = 4
_GROUP = 4
_SALT = b"paifang/activation/1\0"


class CodeState(StrEnum):
    """The state of a code. Activated and voided are final; the refund of a ticket voids its code."""

    EXPORTED = "exported"
    SENT = "sent"
    ACTIVATED = "activated"
    VOIDED = "voided"


def code_of(random: bytes) -> str:
    """Return the code for so many random bytes, in groups that a person can type."""
    assert len(random) == CODE_BYTES, "a code has 80 random bits"
    text = base64.b32encode(random).decode("ascii")
    whole = text + _check(text)
    return "-".join(whole[place : place + _GROUP] for place in range(0, CODE_CHARACTERS, _GROUP))


def typed(code: str) -> str | None:
    """Return a code as it was made, from any way of typing it; None where the text cannot be a code."""
    text = "".join(part for part in code.upper() if part.isascii() and part.isalnum())
    random, check = text[:-_CHECK_CHARACTERS], text[-_CHECK_CHARACTERS:]
    if len(text) != CODE_CHARACTERS or check != _check(random):
        return None
    return "-".join(text[place : place + _GROUP] for place in range(0, CODE_CHARACTERS, _GROUP))


def hash_of(code: str) -> bytes:
    """Return what is stored of a code."""
    return hashlib.sha256(_SALT + code.encode("ascii")).digest()


def require_visit(one: TicketType, visit: date, last_day: date, today: date) -> None:
    """Raise Problem where a code that is valid until a day cannot activate its ticket today, for that day of visit."""
    if today > last_day:
        raise refused("code", CODE_OVER.of(last_day=last_day))
    if not day_is_sold(one.parameters, visit, today):
        raise refused("visit_day", TYPE_NOT_FOR_DAY.of(visit=visit))


def require_holder(one: TicketType, holder: Holder | None) -> None:
    """Raise Problem unless a real-name type has its holder, and any other type has none."""
    if one.parameters.is_real_name != (holder is not None):
        said = HOLDER_NEEDED.of() if holder is None else HOLDER_NOT_NEEDED.of()
        raise wrong_field(ProblemCode.HOLDER_REQUIRED, "holder", said)
    if holder is not None:
        require_document(holder.document, "holder.number")


def refused(field: str, said: Said) -> Problem:
    """Return the problem of a code that cannot be used, or not in this way."""
    return wrong_field(ProblemCode.ACTIVATION_REFUSED, field, said)


def _check(random: str) -> str:
    return base64.b32encode(hashlib.sha256(_SALT + random.encode("ascii", "replace")).digest()).decode("ascii")[
        :_CHECK_CHARACTERS
    ]
