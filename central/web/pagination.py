"""Pages by keyset: a cursor says after which row the next page begins, so that a list never shifts under its reader."""

import base64
import binascii
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from central.web.problems import FieldFault, Problem, ProblemCode

MAX_PAGE = 200
DEFAULT_PAGE = 50
MAX_CURSOR_CHARACTERS = 120
_KEY_LIMIT = 1 << 63

ItemT = TypeVar("ItemT")


class PageQuery(BaseModel):
    """The parameters of every list."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[str | None, Field(max_length=MAX_CURSOR_CHARACTERS, description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE


class Page(BaseModel, Generic[ItemT]):
    """One page; `next` is empty on the last."""

    items: list[ItemT]
    next: str | None = None


def to_cursor(last_key: int) -> str:
    """Return the cursor after a row by its (signed 64-bit) key."""
    return base64.urlsafe_b64encode(str(last_key).encode()).decode().rstrip("=")


def from_cursor(cursor: str | None) -> int | None:
    """Return the key that a cursor names; Problem where it is not one of ours."""
    if cursor is None:
        return None
    key = _read(cursor)
    if key is None:
        fault = FieldFault("after", "must be the `next` of an earlier page")
        raise Problem(ProblemCode.INPUT_INVALID, "the cursor is not one of ours", fields=(fault,))
    return key


def _read(cursor: str) -> int | None:
    try:
        key = int(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return None
    return key if -_KEY_LIMIT <= key < _KEY_LIMIT else None
