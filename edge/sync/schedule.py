"""Computes when to retry. Pure: failures and chance are arguments.

Laws: each failure doubles the wait up to a limit; chance spreads the agents of a site, so that they do not all call a returning
server at once.
"""

FIRST_WAIT_MS = 500
LONGEST_WAIT_MS = 30_000
IDLE_WAIT_MS = 1_000
_MOST_DOUBLINGS = 16


def wait_ms(failures: int, chance: float) -> int:
    """Return how long to wait after so many failures in a row; `chance` is from 0 to 1 and takes away up to half."""
    assert failures >= 1, "without a failure there is nothing to wait for"
    assert 0 <= chance <= 1, "a chance is from 0 to 1"
    longest = min(LONGEST_WAIT_MS, FIRST_WAIT_MS << min(failures - 1, _MOST_DOUBLINGS))
    return longest - int(longest / 2 * chance)
