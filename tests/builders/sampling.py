"""What `make test` samples and `make sweep` does as a whole.

A sweep asks the same of very many things: each value in each field of each operation. `make test` asks a fixed share of it, the
same in every run, spread so that each thing is asked something and each question is asked of something.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

ThingT = TypeVar("ThingT")
EVERYTHING = 1


def every(share: int, things: Iterable[ThingT], offset: int = 0) -> Iterator[ThingT]:
    """Yield one of `share` things, beginning at an offset; a share of 1 is all of them.

    Rows of a table pass their own number as the offset, so that the next row is asked the next thing.
    """
    return (thing for number, thing in enumerate(things) if (number + offset) % share == 0)
