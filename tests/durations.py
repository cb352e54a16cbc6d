"""How long tests take: a pytest plugin that sums their seconds, and holds them to the budget of tests/durations.toml.

A test may take `BUDGET_S`. One that takes longer stands in durations.toml with its reason. The file lists the thirty slowest.
A busy machine makes every test slow, and so a test without a reason is named from the budget on, and fails the run only from
`LIMIT_S` on. A sweep does as a whole what is sampled otherwise, and is bound by no budget.
"""

import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

BUDGET_S = 3.0
LIMIT_S = 15.0
FILE = Path(__file__).with_name("durations.toml")
MOST_NAMED = 30
_FOLDER_NAMES = 2


def name_of(node_id: str) -> str:
    """Return a test's name without its parameters and its group of workers."""
    return node_id.partition("[")[0].partition("@")[0]


def reasons(text: str) -> dict[str, str]:
    """Return the reasons of durations.toml, by the names of tests, or of folders, which end with a slash."""
    return {str(one["test"]): str(one["reason"]) for one in tomllib.loads(text).get("slow", ())}


def over(seconds: dict[str, float], limit_s: float, known: dict[str, str]) -> dict[str, float]:
    """Return the tests that took longer than a limit and have no reason, the slowest first."""
    folders = tuple(name for name in known if name.endswith("/"))
    slow = ((node_id, taken) for node_id, taken in seconds.items() if taken > limit_s)
    found = {node_id: taken for node_id, taken in slow if name_of(node_id) not in known and not node_id.startswith(folders)}
    return dict(sorted(found.items(), key=lambda item: -item[1])[:MOST_NAMED])


class Durations:
    """Sums what the workers report."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add one phase of a test."""
        self.seconds[report.nodeid] += report.duration

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run in which a test without a reason took far too long."""
        if over(self.seconds, LIMIT_S, reasons(FILE.read_text(encoding="utf-8"))) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the seconds by folder, and which tests have no reason for theirs."""
        folders: dict[str, float] = defaultdict(float)
        for node_id, taken in self.seconds.items():
            folders["/".join(node_id.split("::", maxsplit=1)[0].split("/")[:_FOLDER_NAMES])] += taken
        terminalreporter.section("seconds by folder, all workers together")
        for folder, taken in sorted(folders.items(), key=lambda item: -item[1]):
            terminalreporter.write_line(f"{taken:7.1f} s  {folder}")
        for node_id, taken in over(self.seconds, BUDGET_S, reasons(FILE.read_text(encoding="utf-8"))).items():
            terminalreporter.write_line(f"{taken:7.1f} s  {node_id}: over {BUDGET_S:g} s, without a reason in {FILE.name}")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Watch the run from the process that prints, never from a worker."""
    if not hasattr(config, "workerinput") and config.get_verbosity() <= 0 and not config.getoption("--sweep"):
        config.pluginmanager.register(Durations(), "durations")
