"""What an operation is called, taken from its handler, so that its name and its meaning are written once.

`read_agency` is the operation `readAgency`. The docstring is its description, and the docstring's first clause its summary.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass

_FIRST_CLAUSE = re.compile(r"(.+?)(?:[:;.]\s|\.?$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Words:
    """The id of an operation, a summary without a full stop, and a description in sentences."""

    operation_id: str
    summary: str
    description: str


def words_of(handler: Callable[..., object]) -> Words:
    """Return the words of a handler that is named in the imperative and has a docstring."""
    doc = inspect.getdoc(handler)
    assert doc, f"{handler.__name__} has a docstring: the API's document shows it"
    first, *rest = handler.__name__.split("_")
    return written(first + "".join(part.capitalize() for part in rest), doc)


def written(operation_id: str, description: str) -> Words:
    """Return the words of an operation whose handler is made from a table."""
    clause = _FIRST_CLAUSE.match(description)
    assert clause, "a description is not empty"
    return Words(operation_id, clause[1], " ".join(description.split()))
