"""The command `make laws`: runs the tests that carry a law's number and prints law, tests, result."""

import sys

import pytest

from tests.laws.report import LawReport


def main() -> int:
    """Return 0 where every law has tests and all of them passed."""
    report = LawReport()
    pytest.main(["-m", "law", "-n", "2", "--tb=short", *sys.argv[1:]], plugins=[report])
    sys.stdout.write("\n== The laws of docs/laws.md, their tests, the result\n\n")
    sys.stdout.writelines(f"{line}\n" for line in report.lines())
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
