"""What the names of fields and parameters mean in the API's document.

One word stands for one thing (docs/glossary.md), so that its meaning is written once: for every model and operation that has it.
A name whose meaning depends on its model stands in `apart`, or is described by the model's own `Field(description=...)`, which
takes precedence.
Laws: a text says the unit, the meaning, and what null means where null is not plainly "not given"; it never repeats the name.
"""

import re
from collections.abc import Mapping

from central.web.vocabulary.apart import APART
from central.web.vocabulary.gates import GATES
from central.web.vocabulary.office import OFFICE
from central.web.vocabulary.trade import TRADE

WORDS: Mapping[str, str] = {**OFFICE, **TRADE, **GATES}
assert len(WORDS) == len(OFFICE) + len(TRADE) + len(GATES), "a word stands in one module"


_OF_NULL = re.compile(r"; null[^.]*(?=\.)| Null: [^.]*\.")


def without_null(said: str) -> str:
    """Return a text for a field that is never null."""
    return _OF_NULL.sub("", said)


def meaning(where: str, name: str) -> str | None:
    """Return what a name means in a model or for an operation; None where nothing is written."""
    return APART.get(where, {}).get(name) or WORDS.get(name)
