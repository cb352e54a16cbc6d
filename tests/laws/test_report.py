"""The report of `make laws` fails for a law that no test proves."""

import pytest

from tests.laws.names import LAWS
from tests.laws.report import LawReport

SUITE = """
import pytest

{tests}
"""
PROOF = """
@pytest.mark.law({law})
@pytest.mark.parametrize("case", [1, 2])
def test_{law}(case):
    assert {holds}
"""
CONFTEST = """
def pytest_configure(config):
    config.addinivalue_line("markers", "law(number): proves a law")

def pytest_runtest_setup(item):
    for mark in item.iter_markers("law"):
        item.user_properties.append(("law", mark.args[0]))
"""


def run(pytester: pytest.Pytester, holding: dict[int, bool]) -> tuple[LawReport, str]:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(SUITE.format(tests="".join(PROOF.format(law=law, holds=holds) for law, holds in holding.items())))
    report = LawReport()
    pytester.inline_run("-p", "no:cacheprovider", "-p", "no:asyncio", plugins=[report])
    return report, "\n".join(report.lines())


@pytest.mark.parametrize(
    ("missing", "broken", "holds", "said"),
    [
        (None, None, True, "3. No version goes back: 2 passed"),
        (3, None, False, "3. No version goes back: NO TEST"),
        (None, 3, False, "3. No version goes back: 2 of 2 FAILED"),
    ],
)
def test_every_law_needs_tests_that_pass(
    pytester: pytest.Pytester,
    missing: int | None,
    broken: int | None,
    holds: bool,  # noqa: FBT001 a column of the table
    said: str,
) -> None:
    report, text = run(pytester, {law: law != broken for law in LAWS if law != missing})
    assert report.holds is holds
    assert said in text
