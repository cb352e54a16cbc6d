"""One group of figures, in a separate process: `python -m tests.bench.worker GROUP PLACE ANSWER`."""

import importlib
import json
import sys
from pathlib import Path

from tests.bench.figures import FIGURES, Group
from tests.bench.measuring import Values


def main(group: Group, place: Path, answer: Path) -> None:
    """Measure, and write the values to `answer`; `place` keeps files that are slow to make."""
    module = importlib.import_module(f"tests.bench.{group.value}")
    values: Values = module.measure(place)
    known = {figure.name for figure in FIGURES if figure.group is group}
    assert values.keys() <= known, f"{group} measured what is not its own: {values.keys() - known}"
    answer.write_text(json.dumps(values), encoding="utf-8")


if __name__ == "__main__":
    main(Group(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
