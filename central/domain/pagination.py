"""Pages by keyset: a cursor says after which row the next page begins, so that new rows never shift a list."""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from central.domain.messages import CURSOR_UNKNOWN, MUST_BE_NEXT
from central.domain.problems import FieldFault, Problem, ProblemCode

MAX_PAGE = 200
DEFAULT_PAGE = 50
MAX_CURSOR_CHARACTERS = 120
_KEY_LIMIT = 1 << 63
_BETWEEN = "."

ItemT = TypeVar("ItemT")
FoundT = TypeVar("FoundT")


class PageQuery(BaseModel):
    """The parameters of every list."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[str | None, Field(max_length=MAX_CURSOR_CHARACTERS, description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE

    @property
    def one_more(self) -> int:
        """Return how many rows to read for a page: the one row too many says that another page follows."""
        return self.limit + 1


class Page(BaseModel, Generic[ItemT]):
    """One page; `next` is empty on the last."""

    model_config = ConfigDict(json_schema_extra={"description": "One page of a list."})

    items: list[ItemT]
    next: str | None = None


def page_from(
    found: Sequence[FoundT], query: PageQuery, key: Callable[[FoundT], tuple[int, ...]], view: Callable[[FoundT], ItemT]
) -> Page[ItemT]:
    """Return the page of rows that were read with `query.one_more` as their limit; `key` is what the next page begins after."""
    shown, following = shown_and_next(found, query, key)
    return Page(items=[view(one) for one in shown], next=following)


def shown_and_next(
    found: Sequence[FoundT], query: PageQuery, key: Callable[[FoundT], tuple[int, ...]]
) -> tuple[Sequence[FoundT], str | None]:
    """Return the rows of a page that was read with `query.one_more` as its limit, and the cursor of the next one."""
    shown = found[: query.limit]
    return shown, to_cursor(*key(shown[-1])) if len(found) > len(shown) else None


def page_of(items: Iterable[ItemT], number: Callable[[ItemT], int], query: PageQuery) -> Page[ItemT]:
    """Return a page, by number, of a set that is small enough to be read as a whole."""
    after = from_cursor(query.after)
    rest = sorted((one for one in items if after is None or number(one) > after), key=number)
    shown = rest[: query.limit]
    return Page(items=shown, next=to_cursor(number(shown[-1])) if len(rest) > len(shown) else None)


def to_cursor(*last_key: int) -> str:
    """Return the cursor after a row by its key: signed 64-bit numbers."""
    return base64.urlsafe_b64encode(_BETWEEN.join(str(part) for part in last_key).encode()).decode().rstrip("=")


def from_cursor(cursor: str | None) -> int | None:
    """Return the key of one number that a cursor names; Problem where it is not one of ours."""
    key = key_of(cursor, 1)
    return None if key is None else key[0]


def key_of(cursor: str | None, parts: int) -> tuple[int, ...] | None:
    """Return the key of so many numbers that a cursor names; Problem where it is not one of ours."""
    if cursor is None:
        return None
    key = _read(cursor)
    if key is None or len(key) != parts:
        fault = FieldFault("after", MUST_BE_NEXT.of())
        raise Problem(ProblemCode.INPUT_INVALID, CURSOR_UNKNOWN.of(), fields=(fault,))
    return key


def _read(cursor: str) -> tuple[int, ...] | None:
    try:
        said = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        key = tuple(int(part) for part in said.split(_BETWEEN))
    except (binascii.Error, ValueError):
        return None
    return key if all(-_KEY_LIMIT <= part < _KEY_LIMIT for part in key) else None
