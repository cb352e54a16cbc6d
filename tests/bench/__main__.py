"""`python -m tests.bench [NAME...]`: measure, print a table, write var/bench.json.

Laws: load stays on the loopback interface, is bounded, and ends by itself; each group runs in a separate process, and this
program ends only these processes.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.figures import Figure, Group, chosen
from tests.bench.measuring import Values

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "var" / "bench"
RESULTS = ROOT / "var" / "bench.json"
GROUP_LIMIT_S = 900
ENDING_LIMIT_S = 20
_DIGITS = 4


def main(names: list[str]) -> int:
    """Measure the figures of these names; return 0 where all were measured, even if some miss their targets."""
    console = Console()
    try:
        figures = chosen(names)
    except ValueError as error:
        console.print(f"bench: {error}")
        return 2
    PLACE.mkdir(parents=True, exist_ok=True)
    values: Values = {}
    for group in dict.fromkeys(figure.group for figure in figures):
        console.print(f"measuring {group.value} ...", style="dim")
        values |= _measured(group)
    console.print(_table(figures, values))
    found = [{"name": f.name, "value": values[f.name], "unit": f.unit} for f in figures if f.name in values]
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0 if len(found) == len(figures) else 1


def _measured(group: Group) -> Values:
    """Run a group to its end; return no values where it fails: its errors are on stderr."""
    answer = PLACE / f"{group.value}.json"
    answer.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.bench.worker", group.value, str(PLACE), str(answer)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        process.wait(GROUP_LIMIT_S)
    except (subprocess.TimeoutExpired, KeyboardInterrupt) as error:
        _end(process)
        if isinstance(error, KeyboardInterrupt):
            raise
    if process.returncode != 0 or not answer.exists():
        return {}
    measured: Values = json.loads(answer.read_text(encoding="utf-8"))
    return measured


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the group's process, first by a request; its session holds only processes that it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDING_LIMIT_S)
            return


def _table(figures: tuple[Figure, ...], values: Values) -> Table:
    table = Table("figure", "value", "unit", "target", "ok")
    for figure in figures:
        value = values.get(figure.name)
        limit = "" if figure.target is None else f"{'>=' if figure.more_is_better else '<='} {figure.target:g}"
        if value is None:
            table.add_row(figure.name, "-", figure.unit, limit, "[red]not measured")
            continue
        met = {True: "[green]yes", False: "[red]no", None: ""}[figure.is_met(value)]
        table.add_row(figure.name, f"{value:.{_DIGITS}g}" if value < 10**_DIGITS else f"{value:.0f}", figure.unit, limit, met)
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
