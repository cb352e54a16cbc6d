"""An example of every operation, as the OpenAPI document shows it: a request to a real central, and its answer.

Law: nothing here is written by hand. `make examples` records the files beside this one from tests/examples, and the tests fail
where a central answers otherwise.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from central.web.openapi import Example

DIRECTORY = Path(__file__).parent


@cache
def examples() -> Mapping[str, Example]:
    """Return the example of each operation by its id."""
    files = sorted(DIRECTORY.glob("*.json"))
    recorded = {name: one for file in files for name, one in json.loads(file.read_text(encoding="utf-8")).items()}
    return {name: _example(one) for name, one in recorded.items()}


def _example(recorded: Mapping[str, Any]) -> Example:
    return Example(recorded["parameters"], recorded.get("body"), recorded.get("answer"))
