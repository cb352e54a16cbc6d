"""Pages of lists, and their cursors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.pagination import PageQuery, from_cursor, page_from, to_cursor
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


@given(st.integers(0, 12), st.integers(1, 5))
def test_pages_hold_every_row_once_and_the_last_page_says_that_it_is_the_last(rows: int, limit: int) -> None:
    seen: list[int] = []
    query, is_last = PageQuery(limit=limit), False
    while not is_last:
        begins = from_cursor(query.after) or 0
        read = list(range(begins + 1, rows + 1))[: query.one_more]
        page = page_from(read, query, lambda row: (row,), str)
        assert len(page.items) == min(limit, rows - begins)
        seen += [int(item) for item in page.items]
        query, is_last = PageQuery(limit=limit, after=page.next), page.next is None
        assert is_last is (len(seen) == rows)
    assert seen == list(range(1, rows + 1))
