"""Sequences in place of clocks, and versions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import InputError
from protocol.identifiers import U64_MAX
from protocol.sync.replay import BLOCK, WINDOW, ReplayWindow, admit, block_from
from protocol.sync.versions import UnsupportedVersion, Versions, agreed


@given(st.lists(st.integers(1, 200), max_size=120))
def test_a_sequence_is_accepted_once_while_it_is_less_than_64_behind(sequences: list[int]) -> None:
    window, accepted = ReplayWindow(), set[int]()
    for sequence in sequences:
        highest = max(accepted, default=0)
        expected = sequence not in accepted and highest - sequence < WINDOW
        following = admit(window, sequence)
        assert (following is not None) == expected
        if following is not None:
            window = following
            accepted.add(sequence)


@pytest.mark.parametrize("sequence", [0, -1, 2**64])
def test_what_is_no_sequence_is_refused(sequence: int) -> None:
    assert admit(ReplayWindow(), sequence) is None


def test_parallel_requests_may_overtake_one_another() -> None:
    window: ReplayWindow | None = ReplayWindow()
    for sequence in (64, *range(1, 64)):
        assert window is not None
        window = admit(window, sequence)
    assert window == ReplayWindow(64, 2**64 - 1)
    assert admit(ReplayWindow(65, 1), 1) is None


def test_a_block_is_used_up_and_no_further() -> None:
    block, taken = block_from(11), []
    while (step := block.take()) is not None:
        sequence, block = step
        taken.append(sequence)
    assert taken == list(range(11, 11 + BLOCK))


@pytest.mark.parametrize(
    ("ours", "theirs", "spoken"), [((1, 1), (1, 1), 1), ((1, 3), (2, 5), 3), ((2, 5), (1, 3), 3), ((1, 9), (4, 4), 4)]
)
def test_the_highest_common_version_is_spoken(ours: tuple[int, int], theirs: tuple[int, int], spoken: int) -> None:
    assert agreed(Versions(*ours), Versions(*theirs)) == spoken


@pytest.mark.parametrize(("ours", "theirs", "who"), [((1, 1), (2, 3), "this side"), ((4, 5), (2, 3), "the other side")])
def test_without_one_in_common_the_message_says_who_is_behind(ours: tuple[int, int], theirs: tuple[int, int], who: str) -> None:
    with pytest.raises(UnsupportedVersion, match=f"update {who}"):
        agreed(Versions(*ours), Versions(*theirs))


@pytest.mark.parametrize("value", ["", "1", "0-1", "2-1", "1-1 ", "1-10000", "a-b", "-1-1"])
def test_what_is_no_window_is_refused(value: str) -> None:
    with pytest.raises(InputError):
        Versions.from_header(value)


def test_a_window_is_read_back() -> None:
    assert Versions.from_header(Versions(2, 11).to_header()) == Versions(2, 11)


def test_a_sequence_far_behind_is_refused_without_effort() -> None:
    assert admit(ReplayWindow(U64_MAX, 1), 1) is None
