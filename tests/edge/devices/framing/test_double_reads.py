"""One showing of a code is one read."""

import pytest

from edge.devices.framing.double_reads import MAX_REMEMBERED, DoubleReads


@pytest.mark.parametrize(
    ("sightings", "new"),
    [
        ([(b"A", 0.0), (b"A", 0.1)], [True, False]),
        ([(b"A", 0.0), (b"A", 1.9), (b"A", 3.8), (b"A", 5.7)], [True, False, False, False]),
        ([(b"A", 0.0), (b"A", 2.0)], [True, True]),
        ([(b"A", 0.0), (b"B", 0.1), (b"A", 0.2), (b"B", 0.3)], [True, True, False, False]),
    ],
    ids=["repeated", "held before the scanner", "shown again later", "two codes in one view"],
)
def test_a_repetition_is_suppressed_since_its_last_sighting(sightings: list[tuple[bytes, float]], new: list[bool]) -> None:
    reads = DoubleReads(2.0)
    assert [reads.is_new(payload, at_s) for payload, at_s in sightings] == new
    assert reads.suppressed == new.count(False)


def test_a_completed_passage_lets_the_same_code_count_again() -> None:
    reads = DoubleReads(2.0)
    reads.is_new(b"A", 0.0)
    reads.forget()
    assert reads.is_new(b"A", 0.1)


def test_what_is_remembered_is_bounded_and_the_longest_unseen_goes_first() -> None:
    reads = DoubleReads(2.0)
    for number in range(MAX_REMEMBERED):
        reads.is_new(b"%d" % number, 0.0)
    assert not reads.is_new(b"0", 0.1)
    assert reads.is_new(b"new", 0.2)
    assert not reads.is_new(b"0", 0.3)
    assert reads.is_new(b"1", 0.4)
