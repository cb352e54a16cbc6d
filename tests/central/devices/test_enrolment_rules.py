"""Replay windows merge, tries are bounded, and whether an agent may still admit follows from what its journal knows."""

from hypothesis import given
from hypothesis import strategies as st

from central.devices.rules.enrolment import (
    MOST_SOURCES,
    Edition,
    HostedPoint,
    Tries,
    code_text,
    may_admit,
    merged,
    normalised_code,
)
from protocol.instants import Instant
from protocol.sync.replay import ReplayWindow, admit

SEQUENCES = st.lists(st.integers(1, 300), max_size=80)


def seen(sequences: list[int]) -> ReplayWindow:
    window = ReplayWindow()
    for sequence in sequences:
        window = admit(window, sequence) or window
    return window


@given(SEQUENCES, SEQUENCES)
def test_a_merged_window_refuses_all_that_either_has_seen(one: list[int], other: list[int]) -> None:
    window = merged(seen(one), seen(other))
    assert merged(seen(other), seen(one)) == window
    assert all(admit(window, sequence) is None for sequence in {*one, *other})
    assert all(admit(window, window.highest + ahead) is not None for ahead in range(1, 5))


@given(SEQUENCES)
def test_merging_with_itself_or_nothing_changes_nothing(sequences: list[int]) -> None:
    window = seen(sequences)
    assert merged(window, window) == window == merged(window, ReplayWindow())


def test_a_code_is_read_as_people_type_it() -> None:
    code = code_text(bytes(range(10)))
    assert normalised_code(f" {code.lower().replace('-', ' ')} ") == code.replace("-", "")


def test_one_source_tries_ten_times_a_minute_and_all_together_a_hundred() -> None:
    tries, now = Tries(), Instant(60_000)
    assert [tries.may_try("one", now) for _ in range(11)].count(True) == 10
    assert sum(tries.may_try(f"source {number}", now) for number in range(200)) == 89
    assert tries.may_try("one", Instant(120_000))


def test_many_sources_do_not_fill_the_memory() -> None:
    tries = Tries()
    for number in range(MOST_SOURCES * 2):
        tries.may_try(str(number), Instant(0))
    assert len(tries._by_source) <= MOST_SOURCES  # noqa: SLF001 - the bound is the point


def test_a_closed_check_point_counts_until_the_agents_journal_knows() -> None:
    closed = HostedPoint(admits=False, told=Edition(1, 7))
    assert may_admit(Edition(1, 6), (closed,))
    assert not may_admit(Edition(1, 7), (closed,))
    assert not may_admit(Edition(2, 1), (closed,))
    assert may_admit(Edition(9, 9), (HostedPoint(admits=False, told=None),))
    assert may_admit(Edition(9, 9), (closed, HostedPoint(admits=True, told=Edition(1, 1))))
    assert not may_admit(Edition(0, 0), ())
