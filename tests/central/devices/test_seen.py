"""The steps of an agent's last report, and the same steps as bounds of a query."""

from hypothesis import given
from hypothesis import strategies as st

from central.devices.rules.seen import LATE_AFTER_MS, SILENT_AFTER_MS, Seen, seen, seen_between
from protocol.instants import Instant

NOW = Instant(1_778_378_400_000)


@given(st.one_of(st.integers(-1000, 2 * SILENT_AFTER_MS), st.sampled_from([LATE_AFTER_MS, SILENT_AFTER_MS])), st.integers(-1, 1))
def test_a_query_finds_what_the_rule_says(age_ms: int, more_ms: int) -> None:
    at = Instant(NOW - age_ms - more_ms)
    found = [
        step
        for step in Seen
        for since, until in [seen_between(step, NOW)]
        if (since is None or at >= since) and (until is None or at < until)
    ]
    assert found == [seen(at, NOW)]
