"""A site's keys for holders: which are in force, which is handed out, and what is stored of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.catalog.holder_keys import (
    FIRST_GENERATION,
    HolderKeys,
    Telling,
    Walk,
    begun,
    from_text,
    settled,
    to_text,
    with_new,
    without_unused,
)
from protocol.identifiers import TicketId
from protocol.instants import Instant

NOW = Instant(1_778_378_400_000)
FIRST, SECOND, THIRD = (bytes([number]) * 32 for number in (1, 2, 3))
MOVES = st.lists(st.tuples(st.sampled_from(["renew", "settle", "drop"]), st.sets(st.integers(0, 5))), max_size=30)


def generations(held: HolderKeys) -> list[int]:
    return [one.generation for one in held.keys]


@pytest.mark.law(9)
def test_a_new_key_is_handed_out_at_the_end_of_its_round_and_not_before() -> None:
    held = with_new(begun(FIRST, NOW), SECOND, NOW)
    assert (held.secrets, held.handed_out.key, held.round) == ((SECOND, FIRST), FIRST, Walk(None))
    assert (settled(held).handed_out.key, settled(held).round) == (SECOND, None)


def test_a_generation_is_the_time_of_its_key_and_rises_though_the_clock_does_not() -> None:
    held = with_new(with_new(begun(FIRST, NOW), SECOND, Instant(NOW - 5)), THIRD, Instant(NOW + 100))
    assert generations(held) == [NOW + 100, NOW + 1, NOW]


@pytest.mark.law(9)
def test_an_old_key_goes_when_no_agent_goes_by_it_and_a_round_takes_its_credentials_away() -> None:
    held = settled(with_new(begun(FIRST, NOW), SECOND, Instant(NOW + 1)))
    assert without_unused(held, {NOW, NOW + 1}) == held
    dropped = without_unused(held, {NOW + 1})
    assert (dropped.secrets, dropped.round) == ((SECOND,), Walk(None))


def test_a_key_that_is_not_ready_drops_no_other() -> None:
    held = with_new(begun(FIRST, NOW), SECOND, Instant(NOW + 1))
    assert without_unused(held, ()) == held


@pytest.mark.law(9)
@given(MOVES)
def test_in_any_history_the_key_handed_out_and_those_in_use_are_in_force(moves: list[tuple[str, set[int]]]) -> None:
    held, number = begun(FIRST, NOW), 1
    for move, in_use in moves:
        before = held
        using = {NOW + one for one in in_use}
        if move == "renew":
            number += 1
            held = with_new(held, number.to_bytes(32, "big"), Instant(NOW + number))
        elif move == "settle":
            held = settled(held)
        else:
            held = without_unused(held, using)
            assert set(generations(before)) & using <= set(generations(held))
        assert held.handed_out in held.keys
        assert generations(held) == sorted(set(generations(held)), reverse=True)
        assert (held.keys == before.keys) or held.round == Walk(None)
        assert from_text(to_text(held)) == held


@pytest.mark.parametrize("doing", [None, Walk(None), Walk(TicketId(2**64 - 1)), Telling(7)])
def test_keys_are_read_back_equal(doing: Walk | Telling | None) -> None:
    first = begun(FIRST, NOW)
    held = HolderKeys(first.keys, first.ready, doing)
    assert from_text(to_text(held)) == held


def test_the_one_key_of_an_earlier_version_is_the_first() -> None:
    held = from_text(FIRST.hex())
    assert (held.secrets, held.handed_out.generation, held.round) == ((FIRST,), FIRST_GENERATION, None)
