"""The times of retries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.sync.schedule import FIRST_WAIT_MS, LONGEST_WAIT_MS, wait_ms


@pytest.mark.parametrize(
    ("failures", "wait"), [(1, 500), (2, 1_000), (3, 2_000), (6, 16_000), (7, 30_000), (8, 30_000), (10_000, 30_000)]
)
def test_each_failure_doubles_the_wait_up_to_a_limit(failures: int, wait: int) -> None:
    assert wait_ms(failures, 0) == wait
    assert wait_ms(failures, 1) == wait // 2


@given(st.integers(1, 100), st.floats(0, 1))
def test_a_wait_is_never_nothing_and_never_endless(failures: int, chance: float) -> None:
    assert FIRST_WAIT_MS // 2 <= wait_ms(failures, chance) <= LONGEST_WAIT_MS
