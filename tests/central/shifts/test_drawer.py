"""What a drawer should hold, as a table, and as a law."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.problems import Problem, ProblemCode
from central.shifts.rules.drawer import NOTES_FEN, Count, Drawer, drawer_of, require_left

FLOWS = st.tuples(
    st.sampled_from(("safe/1", "handed/7", "sales/1", "sales/2", "prepaid/3", "on_account/3")),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
)


@pytest.mark.parametrize(
    ("flows", "drawer", "expected_fen"),
    [
        ((), Drawer(0, 0, 0, 0, 0), 0),
        ((("safe/1", 20_000, 0),), Drawer(20_000, 0, 0, 0, 0), 20_000),
        ((("handed/4", 20_000, 0), ("safe/1", 0, 5_000)), Drawer(20_000, 0, 0, 0, 5_000), 15_000),
        ((("sales/1", 16_000, 8_000), ("sales/2", 4_000, 0)), Drawer(0, 20_000, 8_000, 0, 0), 12_000),
        ((("prepaid/3", 50_000, 0), ("on_account/3", 700, 0)), Drawer(0, 0, 0, 50_700, 0), 50_700),
        ((("sales/1", 0, 8_000),), Drawer(0, 0, 8_000, 0, 0), -8_000),
    ],
    ids=["nothing", "float", "taken over", "sales", "agencies", "a refund before any sale"],
)
def test_movements_are_told_apart_by_the_other_account(
    flows: tuple[tuple[str, int, int], ...], drawer: Drawer, expected_fen: int
) -> None:
    assert (drawer_of(flows), drawer.expected_fen) == (drawer, expected_fen)


@pytest.mark.law(12)
@given(st.lists(FLOWS))
def test_a_drawer_holds_what_came_in_less_what_went_out(flows: list[tuple[str, int, int]]) -> None:
    assert drawer_of(flows).expected_fen == sum(in_fen - out_fen for _, in_fen, out_fen in flows)


@given(st.dictionaries(st.sampled_from(NOTES_FEN), st.integers(1, 1_000), min_size=1), st.integers(0, 10**6))
def test_notes_are_counted_by_their_value(pieces: dict[int, int], sum_fen: int) -> None:
    assert Count(pieces, sum_fen).fen == sum(value * number for value, number in pieces.items())
    assert Count({}, sum_fen).fen == sum_fen


@pytest.mark.parametrize(
    ("counted_fen", "left_fen", "left_to", "field"),
    [(100, 101, 2, "left_fen"), (100, 50, None, "left_to"), (100, 0, 2, "left_to")],
)
def test_what_cannot_be_left_is_named(counted_fen: int, left_fen: int, left_to: int | None, field: str) -> None:
    with pytest.raises(Problem) as problem:
        require_left(counted_fen, left_fen, left_to)
    assert (problem.value.code, problem.value.fields[0].field) == (ProblemCode.INPUT_INVALID, field)


@pytest.mark.parametrize(("left_fen", "left_to"), [(0, None), (100, 2), (1, 2)])
def test_up_to_all_that_was_counted_is_left(left_fen: int, left_to: int | None) -> None:
    require_left(100, left_fen, left_to)
