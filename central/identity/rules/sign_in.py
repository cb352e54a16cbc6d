"""The rules of signing in and of PINs, as pure functions.

Laws: failures slow down the account and source that fail, never another source of the same account: so an attacker cannot lock a
person out by failing in that person's name.
"""

from itertools import pairwise

from central.domain.saying import Said
from central.identity.messages import (
    PASSWORD_HAS_NAME,
    PASSWORD_LENGTH,
    PASSWORD_MONOTONOUS,
    PIN_LENGTH,
    PIN_MONOTONOUS,
    PIN_REPEATS,
    PIN_STEPS,
)
from protocol.instants import MS_PER_MINUTE, MS_PER_SECOND, Instant

MINIMUM_CHARACTERS = 10
MAXIMUM_CHARACTERS = 128
FEWEST_DIFFERENT_CHARACTERS = 5
FREE_FAILURES = 5
LONGEST_DELAY_S = 300
FORGOTTEN_AFTER_MS = 24 * 60 * MS_PER_MINUTE
IDLE_MS = 60 * MS_PER_MINUTE
ABSOLUTE_MS = 12 * 60 * MS_PER_MINUTE
SEEN_EVERY_MS = MS_PER_MINUTE
FEWEST_PIN_DIGITS = 6
MOST_PIN_DIGITS = 12
FEWEST_DIFFERENT_DIGITS = 4


def delay_left_s(failures: int, last_at: Instant, now: Instant) -> int:
    """Return the whole seconds until the next try is accepted: none for five failures, then 1, 2, 4 ... 300 s."""
    if failures < FREE_FAILURES or now - last_at >= FORGOTTEN_AFTER_MS:
        return 0
    delay_s = min(LONGEST_DELAY_S, 1 << min(failures - FREE_FAILURES, LONGEST_DELAY_S.bit_length()))
    return max(0, -((now - last_at - delay_s * MS_PER_SECOND) // MS_PER_SECOND))


def session_is_over(created_at: Instant, last_seen_at: Instant, now: Instant) -> bool:
    """Return whether a session has been idle for an hour or open for twelve hours."""
    return now - last_seen_at >= IDLE_MS or now - created_at >= ABSOLUTE_MS


def password_weakness(password: str, name: str) -> Said | None:
    """Return what is wrong with a new password, or None."""
    if not MINIMUM_CHARACTERS <= len(password) <= MAXIMUM_CHARACTERS:
        return PASSWORD_LENGTH.of(fewest=MINIMUM_CHARACTERS, most=MAXIMUM_CHARACTERS)
    if name.lower() in password.lower():
        return PASSWORD_HAS_NAME.of()
    if len(set(password)) < FEWEST_DIFFERENT_CHARACTERS:
        return PASSWORD_MONOTONOUS.of(fewest=FEWEST_DIFFERENT_CHARACTERS)
    return None


def pin_weakness(pin: str) -> Said | None:
    """Return what is wrong with a new PIN, or None. It is typed at a gate, so that it has digits only."""
    if not (pin.isascii() and pin.isdigit() and FEWEST_PIN_DIGITS <= len(pin) <= MOST_PIN_DIGITS):
        return PIN_LENGTH.of(fewest=FEWEST_PIN_DIGITS, most=MOST_PIN_DIGITS)
    if len(set(pin)) < FEWEST_DIFFERENT_DIGITS:
        return PIN_MONOTONOUS.of(fewest=FEWEST_DIFFERENT_DIGITS)
    if len({(int(after) - int(before)) % 10 for before, after in pairwise(pin)}) == 1:
        return PIN_STEPS.of()
    if any(pin == (pin[:length] * len(pin))[: len(pin)] for length in range(1, len(pin) // 2 + 1)):
        return PIN_REPEATS.of()
    return None
