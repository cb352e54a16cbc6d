"""Properties of every decision on any facts."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.admission.decide import decide
from protocol.admission.facts import DocumentCard, Facts, Forged, TicketCode, Unreadable
from protocol.admission.passages import PassageKind, PassageState, PastPassage
from protocol.admission.policy import CheckPointState, Policy, ReEntry, TotalUses
from protocol.admission.verdict import (
    Admit,
    AdmitFlag,
    AskForCard,
    CallStaff,
    FreePassage,
    Language,
    LetOut,
    Reason,
    Refuse,
    Verdict,
    staff_text,
    visitor_text,
)
from protocol.directions import Direction
from protocol.identifiers import EntitlementId
from protocol.journal.events import NO_RULE
from protocol.tickets.claims import TicketFlags
from tests.builders.admission import T1, entitlement, passage, record, shown, ticket_type
from tests.builders.outcomes import outcome
from tests.builders.random_facts import ITS_CODE, LOOK_UP, any_facts, cards, passages_of


@given(any_facts())
def test_every_case_has_one_answer_and_its_texts(case: Facts) -> None:
    verdict = decide(case)
    assert decide(case) == verdict
    if isinstance(verdict, Refuse | CallStaff):
        for language in Language:
            assert visitor_text(verdict, language, case.zone)
            assert staff_text(verdict, language, case.zone)


@pytest.mark.law(8)
@given(any_facts())
def test_an_exit_always_opens(case: Facts) -> None:
    leaving = replace(case, fire=False, check_point=replace(case.check_point, direction=Direction.EXIT))
    assert isinstance(decide(leaving), LetOut)


@pytest.mark.law(8)
@given(any_facts())
def test_fire_frees_the_way_and_consumes_nothing(case: Facts) -> None:
    assert decide(replace(case, fire=True)) == FreePassage()
    assert decide(replace(case, fire=True, earlier_answer=Refuse(Reason.USED_UP))) == FreePassage()


@given(any_facts(), any_facts())
def test_the_same_attempt_gets_the_same_answer(first: Facts, later: Facts) -> None:
    answer = decide(first)
    assert decide(replace(later, fire=False, earlier_answer=answer)) == answer


@pytest.mark.law(2)
@given(any_facts(), st.sampled_from([Unreadable(), Forged()]), st.booleans())
def test_what_is_not_proved_is_never_admitted(case: Facts, presented: Unreadable | Forged, overridden: bool) -> None:  # noqa: FBT001 drawn
    scan = replace(case.scan, presented=presented, supervisor=9 if overridden else None)
    point = replace(case.check_point, direction=Direction.ENTRY)
    verdict = decide(replace(case, fire=False, scan=scan, check_point=point))
    assert verdict == Refuse(Reason.MALFORMED if isinstance(presented, Unreadable) else Reason.FORGED)


def names_a_real_ticket(case: Facts) -> bool:
    """Whether the credential names a ticket beyond doubt: proved, not contradicted by its record, or found by a look-up."""
    presented = case.scan.presented
    plain = replace(case, fire=False, scan=replace(case.scan, supervisor=None))
    verdict = decide(replace(plain, check_point=replace(case.check_point, direction=Direction.ENTRY)))
    unproved = isinstance(verdict, Refuse) and verdict.reason in {Reason.MALFORMED, Reason.FORGED}
    return not unproved and (bool(case.candidates) or isinstance(presented, TicketCode))


@given(any_facts())
def test_an_override_admits_all_that_names_a_real_ticket(case: Facts) -> None:
    if not names_a_real_ticket(case):
        return
    point = replace(case.check_point, direction=Direction.ENTRY)
    verdict = decide(replace(case, fire=False, check_point=point, scan=replace(case.scan, supervisor=9)))
    assert isinstance(verdict, Admit)
    assert verdict.kind in {PassageKind.OVERRIDE, PassageKind.RESUME}
    assert verdict.ticket_id is not None


@pytest.mark.law(2)
@given(any_facts())
def test_an_override_does_not_admit_what_is_forged(case: Facts) -> None:
    if names_a_real_ticket(case) or isinstance(case.scan.presented, DocumentCard):
        return
    point = replace(case.check_point, direction=Direction.ENTRY)
    verdict = decide(replace(case, fire=False, check_point=point, scan=replace(case.scan, supervisor=9)))
    assert not isinstance(verdict, Admit)


@given(any_facts(), st.randoms(use_true_random=False))
def test_the_order_in_which_passages_arrived_says_nothing(case: Facts, chance: Random) -> None:
    shuffled = tuple(replace(c, passages=tuple(sorted(c.passages, key=lambda _: chance.random()))) for c in case.candidates)
    assert decide(replace(case, candidates=shuffled)) == decide(case)


@given(any_facts(LOOK_UP))
def test_the_order_of_candidates_does_not_change_who_enters(case: Facts) -> None:
    entering = replace(case, fire=False, check_point=replace(case.check_point, direction=Direction.ENTRY))
    entering = replace(entering, scan=replace(case.scan, supervisor=None))
    there, back = decide(entering), decide(replace(entering, candidates=entering.candidates[::-1]))
    assert outcome(there) == outcome(back)
    if isinstance(there, Admit):
        assert there == back


def re_entry_allowed(case: Facts) -> bool:
    policies = [right.policy for ticket_type in case.ticket_types.values() for right in ticket_type.entitlements]
    return any(ReEntry() in checks for policy in policies for checks in all_checks(policy))


def all_checks(policy: Policy) -> tuple[tuple[object, ...], ...]:
    return (policy.always, *policy.alternatives)


def admits(verdict: Verdict) -> bool:
    return isinstance(verdict, Admit | AskForCard)


@given(any_facts(ITS_CODE), st.data())
def test_one_more_use_never_turns_a_refusal_into_an_admission(case: Facts, data: st.DataObject) -> None:
    if re_entry_allowed(case):
        return
    candidate = case.candidates[0]
    drawn = data.draw(passages_of(candidate.record.ticket_id))
    more = replace(drawn, direction=Direction.ENTRY, kind=PassageKind.ENTRY, state=PassageState.PASSED)
    used_more = replace(case, candidates=(replace(candidate, passages=(*candidate.passages, more)),))
    if admits(decide(used_more)):
        assert admits(decide(case)) or isinstance(decide(case), LetOut | FreePassage)


@given(any_facts())
def test_what_did_not_happen_is_as_if_it_were_not_there(case: Facts) -> None:
    annulled = tuple(
        replace(c, passages=tuple(replace(p, state=PassageState.NOT_PASSED) for p in c.passages)) for c in case.candidates
    )
    never = tuple(replace(c, passages=()) for c in case.candidates)
    assert decide(replace(case, candidates=annulled)) == decide(replace(case, candidates=never))


@given(any_facts(ITS_CODE), st.data())
def test_a_use_of_another_right_changes_nothing(case: Facts, data: st.DataObject) -> None:
    candidate = case.candidates[0]
    drawn = data.draw(passages_of(candidate.record.ticket_id))
    other = replace(drawn, entitlement_id=EntitlementId(3))
    more = replace(candidate, passages=(*candidate.passages, other))
    assert decide(replace(case, candidates=(more,))) == decide(case)


@given(st.integers(1, 4), st.integers(1, 4), st.lists(st.integers(1, 4), min_size=1, max_size=8))
def test_uses_left_fall_by_the_persons_admitted_until_none_is_left(most: int, persons: int, scans: list[int]) -> None:
    ticket_types = {T1: ticket_type(entitlement(TotalUses(most)))}
    row, passages, left = record(persons=persons, flags=TicketFlags.GROUP), list[PastPassage](), most * persons
    for hour, coming in enumerate(scans):
        verdict = decide(shown(row, *passages, ticket_types=ticket_types, persons=coming))
        if coming > left:
            assert outcome(verdict) == "refuse used_up"
            continue
        left -= coming
        assert isinstance(verdict, Admit)
        assert (verdict.persons, verdict.uses_left) == (coming, left)
        passages.append(passage(f"0{hour}:00", persons=coming))


@given(any_facts())
def test_no_admission_leaves_less_than_nothing(case: Facts) -> None:
    verdict = decide(case)
    if isinstance(verdict, Admit) and verdict.kind is PassageKind.ENTRY and verdict.uses_left is not None:
        assert verdict.uses_left >= 0
        assert verdict.persons == case.scan.persons


@pytest.mark.law(4)
@given(any_facts())
def test_what_the_cache_does_not_hold_is_admitted_only_as_unseen_walk_in_or_override(case: Facts) -> None:
    verdict = decide(replace(case, candidates=()))
    if isinstance(verdict, Admit):
        walked_in = verdict.rule_id != NO_RULE
        assert walked_in or verdict.kind is PassageKind.OVERRIDE or AdmitFlag.UNSEEN in verdict.flags


@pytest.mark.law(11)
@given(any_facts())
def test_an_untrusted_clock_admits_no_visitor_without_a_supervisor(case: Facts) -> None:
    untrusted = replace(case, ground=replace(case.ground, clock_trusted=False), scan=replace(case.scan, supervisor=None))
    assert not isinstance(decide(untrusted), Admit | AskForCard)


@given(any_facts())
def test_a_disabled_check_point_admits_no_visitor_without_a_supervisor(case: Facts) -> None:
    disabled = replace(case.check_point, state=CheckPointState.DISABLED)
    closed = replace(case, check_point=disabled, scan=replace(case.scan, supervisor=None))
    assert not isinstance(decide(closed), Admit | AskForCard)


@pytest.mark.law(9)
@given(any_facts(), cards)
def test_no_answer_holds_a_birth_date_or_the_holders_hash(case: Facts, card: DocumentCard) -> None:
    said = repr(decide(replace(case, scan=replace(case.scan, presented=card))))
    assert repr(card.holder) not in said
    assert card.born is None or repr(card.born) not in said
