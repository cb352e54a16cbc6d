"""Long values of a change, cut to the part that differs.

Laws: two values that differ still differ when they are cut; what is left out is counted: what is the same at the beginning of
both, and what follows the part that is shown.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

MOST_CHARACTERS = 400
MOST_ITEMS = 40


@dataclass(frozen=True, slots=True)
class Cut:
    """Two values, and how much is left out of them: items of lists, characters of texts."""

    before: object
    after: object
    same: int = 0
    more_before: int = 0
    more_after: int = 0


def cut(before: object, after: object) -> Cut:
    """Return two values that differ, cut where one of them is long."""
    if _fits(before) and _fits(after):
        return Cut(before, after)
    if isinstance(before, list) and isinstance(after, list):
        same = _same(before, after)
        old, new = _items(before[same:]), _items(after[same:])
        # An item may itself be too long to be shown.
        if (old or same == len(before)) and (new or same == len(after)):
            return Cut(old, new, same, len(before) - same - len(old), len(after) - same - len(new))
    return _cut_texts(before, after)


def _cut_texts(before: object, after: object) -> Cut:
    are_texts = isinstance(before, str | None) and isinstance(after, str | None)
    old, new = _text(before, as_it_is=are_texts), _text(after, as_it_is=are_texts)
    same = _same(old or "", new or "")
    end = same + MOST_CHARACTERS
    more_before, more_after = max(0, len(old or "") - end), max(0, len(new or "") - end)
    return Cut(None if old is None else old[same:end], None if new is None else new[same:end], same, more_before, more_after)


def _text(value: object, *, as_it_is: bool) -> str | None:
    if value is None:
        return None
    return str(value) if as_it_is else _json(value)


def _same(before: Sequence[object], after: Sequence[object]) -> int:
    """Return how many items are the same at the beginning of both."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((place for place, (old, new) in pairs if old != new), min(len(before), len(after)))


def _items(items: list[object]) -> list[object]:
    """Return as many of the first items as are shown."""
    shown = items[:MOST_ITEMS]
    while shown and not _fits(shown):
        shown = shown[: len(shown) // 2]
    return shown


def _fits(value: object) -> bool:
    return len(_json(value)) <= MOST_CHARACTERS


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
