"""The freshness ladder and the clock's uncertainty."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.admission.freshness import DEFAULT_AUTONOMY_S, Freshness, freshness, uncertainty_ms

LADDER = list(Freshness)
HOUR_MS = 3_600_000
ages = st.integers(0, 30 * 24 * HOUR_MS)
autonomies = st.integers(0, 10 * 24 * 3600)


@pytest.mark.parametrize(
    ("age_ms", "step"),
    [
        (0, Freshness.LIVE),
        (90_000, Freshness.LIVE),
        (90_001, Freshness.OK),
        (900_000, Freshness.OK),
        (900_001, Freshness.OFFLINE),
        (72 * HOUR_MS, Freshness.OFFLINE),
        (72 * HOUR_MS + 1, Freshness.STALE),
        (216 * HOUR_MS, Freshness.STALE),
        (216 * HOUR_MS + 1, Freshness.LOCKED),
    ],
)
def test_the_steps(age_ms: int, step: Freshness) -> None:
    assert freshness(age_ms, 0, DEFAULT_AUTONOMY_S) is step
    assert freshness(0, age_ms, DEFAULT_AUTONOMY_S) is step


@pytest.mark.law(11)
@given(ages, ages, ages, autonomies)
def test_age_and_uncertainty_never_make_a_cache_younger(age: int, older_by: int, uncertainty: int, autonomy_s: int) -> None:
    younger = freshness(age, 0, autonomy_s)
    assert LADDER.index(freshness(age + older_by, uncertainty, autonomy_s)) >= LADDER.index(younger)


@given(ages)
def test_without_autonomy_nothing_but_now_is_fresh(age: int) -> None:
    assert freshness(age, 0, 0) is (Freshness.LIVE if age == 0 else Freshness.LOCKED)


@pytest.mark.law(11)
@pytest.mark.parametrize(("known", "elapsed", "expected"), [(0, 0, 0), (100, 86_400_000, 17_380), (0, 1_500_000_000, 300_000)])
def test_a_clock_drifts_two_hundred_in_a_million(known: int, elapsed: int, expected: int) -> None:
    assert uncertainty_ms(known, elapsed) == expected
