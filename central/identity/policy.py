"""The rules of signing in, as pure functions.

Laws: failures slow down the account and source that fail, never another source of the same account: so nobody can lock a
person out by failing in that person's name.
"""

from protocol.instants import MS_PER_MINUTE, MS_PER_SECOND, Instant

MINIMUM_CHARACTERS = 10
MAXIMUM_CHARACTERS = 128
FREE_FAILURES = 5
LONGEST_DELAY_S = 300
FORGOTTEN_AFTER_MS = 24 * 60 * MS_PER_MINUTE
IDLE_MS = 60 * MS_PER_MINUTE
ABSOLUTE_MS = 12 * 60 * MS_PER_MINUTE
SEEN_EVERY_MS = MS_PER_MINUTE


def delay_left_s(failures: int, last_at: Instant, now: Instant) -> int:
    """Return the whole seconds until the next try is looked at: none for five failures, then 1, 2, 4 ... 300 s."""
    if failures < FREE_FAILURES or now - last_at >= FORGOTTEN_AFTER_MS:
        return 0
    delay_s = min(LONGEST_DELAY_S, 1 << min(failures - FREE_FAILURES, LONGEST_DELAY_S.bit_length()))
    return max(0, -((now - last_at - delay_s * MS_PER_SECOND) // MS_PER_SECOND))


def session_is_over(created_at: Instant, last_seen_at: Instant, now: Instant) -> bool:
    """Whether a session has been idle for an hour or open for a shift of twelve."""
    return now - last_seen_at >= IDLE_MS or now - created_at >= ABSOLUTE_MS


def password_weakness(password: str, name: str) -> str | None:
    """Return what is wrong with a new password, or None."""
    if not MINIMUM_CHARACTERS <= len(password) <= MAXIMUM_CHARACTERS:
        return f"a password has {MINIMUM_CHARACTERS} to {MAXIMUM_CHARACTERS} characters"
    if name.lower() in password.lower():
        return "a password does not contain the name"
    if len(set(password)) < MINIMUM_CHARACTERS // 2:
        return "a password has at least 5 different characters"
    return None
