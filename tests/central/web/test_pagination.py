"""Cursors of lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.pagination import from_cursor, to_cursor
from central.domain.problems import Problem, ProblemCode


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_cursor_reads_back(key: int) -> None:
    assert from_cursor(to_cursor(key)) == key


@given(st.text(max_size=120))
def test_any_other_text_is_refused_or_a_number(text: str) -> None:
    try:
        assert from_cursor(text) is not None
    except Problem as problem:
        assert problem.code is ProblemCode.INPUT_INVALID  # noqa: PT017 - both outcomes are allowed


@pytest.mark.parametrize("text", ["!", "YWJj", "eA", "é", "=" * 40, "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_a_cursor_that_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(Problem):
        from_cursor(text)
