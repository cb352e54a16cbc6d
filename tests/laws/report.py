"""Which tests prove which law, and whether they passed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.laws.names import LAWS

PASSED, FAILED = "passed", "failed"


@dataclass(slots=True)
class LawReport:
    """A pytest plugin: it collects reports, and prints nothing before the end."""

    outcomes: dict[int, dict[str, str]] = field(default_factory=lambda: {number: {} for number in LAWS})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the worst of a test's phases under each of its laws."""
        for name, number in report.user_properties:
            if name == "law" and (report.when == "call" or report.failed):
                assert isinstance(number, int), "the mark law takes a number"
                noted = self.outcomes[number]
                noted[report.nodeid] = FAILED if report.failed or noted.get(report.nodeid) == FAILED else report.outcome

    @property
    def holds(self) -> bool:
        """Return whether every law has a test and none failed."""
        return all(noted and FAILED not in noted.values() for noted in self.outcomes.values())

    def lines(self) -> Iterator[str]:
        """Yield law, result, and the tests that gave it."""
        for number, noted in self.outcomes.items():
            yield f"{number}. {LAWS[number]}: {_result(noted)}"
            counts = Counter(_test_of(node) for node in noted)
            yield from (f"     {name} ({count})" if count > 1 else f"     {name}" for name, count in sorted(counts.items()))


def _test_of(node: str) -> str:
    return node.partition("[")[0].partition("@")[0].removeprefix("tests/")


def _result(noted: dict[str, str]) -> str:
    if not noted:
        return "NO TEST"
    failed = sum(outcome == FAILED for outcome in noted.values())
    return f"{failed} of {len(noted)} FAILED" if failed else f"{len(noted)} passed"
