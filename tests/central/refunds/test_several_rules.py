"""The rules of refunding several tickets at once: all or none, and the sum that was quoted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.problems import Problem, ProblemCode
from central.refunds.messages import NOT_ENTERED, USED_NOT_REFUNDED
from central.refunds.rules.amounts import Reckoned
from central.refunds.rules.several import Quoted, require_as_quoted, sums_of

pytestmark = pytest.mark.law(12)
_USED = Problem(ProblemCode.TICKET_STATE, USED_NOT_REFUNDED.of())
_SOME_USED = Problem(ProblemCode.TICKET_STATE, NOT_ENTERED.of(left=1, persons=3))
_RECKONED = st.builds(
    Reckoned,
    persons=st.integers(1, 50),
    is_whole=st.booleans(),
    taken_off=st.just(0),
    amount_fen=st.integers(0, 10**9),
    fee_fen=st.integers(0, 10**9),
    terms=st.none(),
)
_QUOTED = st.lists(_RECKONED | st.sampled_from([_USED, _SOME_USED]), min_size=1, max_size=20).map(
    lambda found: [Quoted(f"{place + 1:016x}", one) for place, one in enumerate(found)]
)


@given(_QUOTED)
def test_what_goes_back_and_what_is_kept_are_what_was_paid_and_the_refused_count_nothing(quoted: list[Quoted]) -> None:
    sums = sums_of(quoted)
    assert sums.amount_fen + sums.fee_fen == sums.paid_fen
    assert sums == sums_of([one for one in quoted if isinstance(one.found, Reckoned)])
    assert (sums.persons == 0) is all(isinstance(one.found, Problem) for one in quoted)


@given(_QUOTED, st.integers(-2, 2))
def test_one_refused_ticket_or_another_sum_refuses_all(quoted: list[Quoted], off_fen: int) -> None:
    refused = [place for place, one in enumerate(quoted) if isinstance(one.found, Problem)]
    expected_fen = sums_of(quoted).amount_fen + off_fen
    if not refused and off_fen == 0:
        assert require_as_quoted(quoted, expected_fen) == [one.found for one in quoted]
        return
    with pytest.raises(Problem) as problem:
        require_as_quoted(quoted, expected_fen)
    assert [one.field for one in problem.value.fields] == [f"tickets.{place}" for place in refused]
    if refused:
        first = quoted[refused[0]]
        assert isinstance(first.found, Problem)
        assert problem.value.code is first.found.code
        for chinese in (True, False):
            said = problem.value.said.text(chinese=chinese)
            assert first.ticket in said
            assert first.found.said.text(chinese=chinese) in said
    else:
        assert problem.value.code is ProblemCode.TOTAL_CHANGED
