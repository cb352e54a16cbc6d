"""tests/durations.toml lists tests that exist, each with a reason; and a slow test without one is found."""

import re
import tomllib

import pytest

from tests.architecture.tree import ROOT
from tests.durations import BUDGET_S, FILE, over, reasons

SLOW = tomllib.loads(FILE.read_text(encoding="utf-8"))["slow"]
LISTED = 30


@pytest.mark.parametrize("test", [str(one["test"]) for one in SLOW])
def test_each_listed_test_exists(test: str) -> None:
    path, _, function = test.partition("::")
    if test.endswith("/"):
        assert (ROOT / path).is_dir()
        return
    assert re.search(rf"def {function}\(", (ROOT / path).read_text(encoding="utf-8"))


def test_the_thirty_slowest_are_listed_once_each_with_a_reason() -> None:
    assert len({one["test"] for one in SLOW}) == len(SLOW) >= LISTED
    assert [one for one in SLOW if not str(one["reason"]).strip() or one["seconds"] < BUDGET_S] == []


def test_a_slow_test_without_a_reason_is_found() -> None:
    known = reasons('[[slow]]\ntest = "a.py::test_known"\nreason = "it kills processes"')
    seconds = {"a.py::test_known[1]": 20.0, "a.py::test_planted[2]": 4.0, "a.py::test_quick": 0.1}
    assert over(seconds, BUDGET_S, known) == {"a.py::test_planted[2]": 4.0}
    assert over(seconds | {"b/a.py::test_slow": 9.0}, BUDGET_S, {"b/": "browsers", **known}) == {"a.py::test_planted[2]": 4.0}
    assert reasons("") == {}
