"""What `make test` samples and `make sweep` does completely.

A sweep tests the same of very many things: each value in each field of each operation. `make test` tests a fixed share of it, the
same in every run, spread so that each thing gets some question and each question goes to something.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

ThingT = TypeVar("ThingT")
EVERYTHING = 1


def every(share: int, things: Iterable[ThingT], offset: int = 0) -> Iterator[ThingT]:
    """Yield one of `share` things, beginning at an offset; a share of 1 is all of them.

    Rows of a table give their own number as the offset, so that the next row gets the next thing.
    """
    return (thing for number, thing in enumerate(things) if (number + offset) % share == 0)
