"""The command `make laws`: runs the tests that carry a law's number and prints law, tests, result."""

import sys

import pytest
from rich.console import Console

from tests.laws.report import LawReport

REPORT_WIDTH = 130


def main() -> int:
    """Return 0 where every law has tests and all of them passed."""
    report = LawReport()
    pytest.main(["-m", "law", "-n", "2", "--tb=short", *sys.argv[1:]], plugins=[report])
    console = Console(width=None if sys.stdout.isatty() else REPORT_WIDTH)
    report.print_to(console)
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
