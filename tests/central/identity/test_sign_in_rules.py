"""The rules of signing in and of PINs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.identity.rules.sign_in import (
    ABSOLUTE_MS,
    IDLE_MS,
    LONGEST_DELAY_S,
    delay_left_s,
    password_weakness,
    pin_weakness,
    session_is_over,
)
from protocol.instants import Instant
from tests.builders.central import NOON


@pytest.mark.parametrize(
    ("failures", "after_ms", "left_s"),
    [
        (0, 0, 0),
        (4, 0, 0),
        (5, 0, 1),
        (5, 1, 1),
        (5, 1000, 0),
        (6, 0, 2),
        (7, 3000, 1),
        (13, 0, 256),
        (14, 0, 300),
        (10_000, 0, 300),
        (10_000, 299_999, 1),
        (10_000, 300_000, 0),
        (10_000, 24 * 3600 * 1000, 0),
    ],
)
def test_failures_slow_down_by_powers_of_two(failures: int, after_ms: int, left_s: int) -> None:
    assert delay_left_s(failures, NOON, Instant(NOON + after_ms)) == left_s


@given(st.integers(0, 10**6), st.integers(0, 10**9))
def test_a_delay_is_never_longer_than_five_minutes(failures: int, after_ms: int) -> None:
    assert 0 <= delay_left_s(failures, NOON, Instant(NOON + after_ms)) <= LONGEST_DELAY_S


@pytest.mark.parametrize(
    ("opened_ago_ms", "seen_ago_ms", "is_over"),
    [(0, 0, False), (IDLE_MS, IDLE_MS - 1, False), (IDLE_MS, IDLE_MS, True), (ABSOLUTE_MS - 1, 0, False), (ABSOLUTE_MS, 0, True)],
)
def test_a_session_ends_when_idle_and_at_the_end_of_the_shift(opened_ago_ms: int, seen_ago_ms: int, *, is_over: bool) -> None:
    assert session_is_over(Instant(NOON - opened_ago_ms), Instant(NOON - seen_ago_ms), NOON) is is_over


@pytest.mark.parametrize(
    ("password", "is_weak"),
    [("a long passphrase", False), ("short", True), ("x" * 129, True), ("aaaaaaaaaaaa", True), ("my-Seller-password", True)],
)
def test_a_password_is_long_varied_and_not_the_name(password: str, *, is_weak: bool) -> None:
    assert (password_weakness(password, "seller") is not None) is is_weak


@pytest.mark.parametrize("pin", ["482915", "190573", "0815471", "730591826447"])
def test_a_pin_that_is_hard_to_guess_is_taken(pin: str) -> None:
    assert pin_weakness(pin) is None


@pytest.mark.parametrize(
    ("pin", "said"),
    [
        ("", "6 to 12"),
        ("48291", "6 to 12"),
        ("4829151234567", "6 to 12"),
        ("48291a", "6 to 12"),
        ("48 915", "6 to 12"),
        ("482915\n", "6 to 12"),
        ("٤٨٢٩١٥", "6 to 12"),
        ("４８２９１５", "6 to 12"),
        ("000000", "different"),
        ("112233", "different"),
        ("520520", "different"),
        ("123456", "equal steps"),
        ("987654", "equal steps"),
        ("890123", "equal steps"),
        ("135791", "equal steps"),
        ("12341234", "repetition"),
        ("48294829482", "repetition"),
    ],
)
def test_a_pin_that_is_guessed_first_is_refused(pin: str, said: str) -> None:
    assert said in str(pin_weakness(pin))


@given(st.text(max_size=20))
def test_what_a_keypad_cannot_type_is_no_pin(pin: str) -> None:
    assert pin_weakness(pin) is not None or (set(pin) <= set("0123456789") and 6 <= len(pin) <= 12)
