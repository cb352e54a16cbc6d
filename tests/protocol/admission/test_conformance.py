"""The conformance table by `decide` alone, and the texts of its verdicts.

The same cases run at a desk (tests/edge/gate/test_conformance.py) and at central (tests/central/sync/test_conformance.py).
"""

from datetime import date

import pytest

from protocol.admission.decide import decide
from protocol.admission.facts import (
    Candidate,
    Ground,
    LookUpCode,
)
from protocol.admission.passages import PassageKind
from protocol.admission.policy import (
    DateRange,
)
from protocol.admission.verdict import (
    Admit,
    AdmitFlag,
    Language,
    LetOut,
    Reason,
    Refuse,
    Verdict,
    visitor_text,
)
from protocol.identifiers import EntitlementId, SiteId
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketState
from tests.builders import admission as world
from tests.builders.conformance_cases import CARD, CASES, NEW, SECOND, TODAY, TWO_SITES, UNSEEN
from tests.builders.conformance_ways import LAST_ROW, NOT_RUN, Case, Way, all_cases, cases_of
from tests.builders.outcomes import ADMIT, outcome


@pytest.mark.parametrize("case", cases_of(Way.DECIDE), ids=lambda case: case.id)
def test_the_table_is_answered(case: Case) -> None:
    assert outcome(decide(case.facts)) == case.expected


def test_every_row_has_a_case_and_each_case_a_name_of_its_own() -> None:
    assert {case.number for case in all_cases()} == set(range(1, LAST_ROW + 1))
    assert len({case.id for case in all_cases()}) == len(all_cases())


@pytest.mark.parametrize("way", Way)
def test_a_case_is_run_in_each_way_or_the_table_of_exceptions_says_why_not(way: Way) -> None:
    run = {case.id for case in cases_of(way)}
    assert {case.id for case in all_cases()} - run == set(NOT_RUN[way])
    assert all(NOT_RUN[way].values())


def test_at_least_two_ways_run_each_case() -> None:
    for case in all_cases():
        assert sum(case.id not in NOT_RUN[way] for way in Way) >= 2, case.id


def verdict_of(number: int, name: str) -> Verdict:
    return next(decide(f) for n, text, f, _ in CASES if (n, text) == (number, name))


def test_1_no_use_is_left_after_a_single_ticket() -> None:
    verdict = verdict_of(1, "default")
    assert isinstance(verdict, Admit)
    assert verdict.uses_left == 0


def test_2_the_refund_time_is_named() -> None:
    verdict = verdict_of(2, "refunded")
    assert isinstance(verdict, Refuse)
    assert "2026-05-09 16:20" in visitor_text(verdict, Language.EN, world.ZONE)
    assert "2026-05-09 16:20" in visitor_text(verdict, Language.ZH_CN, world.ZONE)


def test_5_the_override_is_recorded_as_one() -> None:
    verdict = verdict_of(5, "blocked, override")
    assert isinstance(verdict, Admit)
    assert verdict.kind is PassageKind.OVERRIDE


@pytest.mark.parametrize(
    ("number", "name", "said"),
    [
        (8, "early", "12:00"),
        (30, "too soon", "13:00"),
        (21, "used", "09:00"),
        (21, "used", "Gate 12"),
        (40, "ten of five left", "5 left"),
    ],
)
def test_a_refusal_says_when_where_or_how_many(number: int, name: str, said: str) -> None:
    verdict = verdict_of(number, name)
    assert isinstance(verdict, Refuse)
    assert said in visitor_text(verdict, Language.EN, world.ZONE)


def test_15_and_52_unseen_tickets_are_flagged() -> None:
    for number, name in ((15, "unseen"), (52, "newer generation")):
        verdict = verdict_of(number, name)
        assert isinstance(verdict, Admit)
        assert verdict.flags == {AdmitFlag.UNSEEN}


def test_15_an_unseen_ticket_is_not_let_in_twice() -> None:
    verdict = decide(world.facts(world.code(NEW), (), ticket_types=UNSEEN, unrecorded=(world.passage("09:59:30"),)))
    assert outcome(verdict) == "refuse used_up"


def test_15_unseen_admissions_are_capped_per_hour() -> None:
    verdict = decide(world.facts(world.code(NEW), (), ticket_types=UNSEEN, unseen_this_hour=world.SITE_RULES.unseen_per_hour))
    assert outcome(verdict) == "staff unknown"


def test_19_the_refusal_names_where_it_is_valid() -> None:
    elsewhere = world.check_point(world.OTHER_GATE, ticked=frozenset({world.T2}))
    row = world.record(ticket_type=world.T2)
    verdict = decide(
        world.shown(
            row,
            ticket_types={world.T2: world.ticket_type(number=2)},
            check_points={world.OTHER_GATE: elsewhere, world.GATE: world.check_point()},
        )
    )
    assert isinstance(verdict, Refuse)
    assert verdict.details.place_zh == "12号闸机"


def test_20_the_package_is_used_on_the_other_entitlement() -> None:
    verdict = verdict_of(20, "package")
    assert isinstance(verdict, Admit)
    assert verdict.entitlement_id == EntitlementId(2)


def test_23_a_resumed_passage_is_not_counted_twice() -> None:
    verdict = verdict_of(23, "power cut")
    assert isinstance(verdict, Admit)
    assert (verdict.kind, verdict.uses_left) == (PassageKind.RESUME, 0)


def test_24_a_re_entry_leaves_the_uses_unchanged() -> None:
    verdict = verdict_of(24, "re-entry")
    assert isinstance(verdict, Admit)
    assert verdict.uses_left == 0


def test_34_the_text_says_the_time_and_not_the_day() -> None:
    verdict = verdict_of(34, "nearer alternative")
    assert isinstance(verdict, Refuse)
    assert "时段" in visitor_text(verdict, Language.ZH_CN, world.ZONE)


def test_39_the_ticket_that_ends_first_is_taken() -> None:
    verdict = verdict_of(39, "card with two valid tickets")
    assert isinstance(verdict, Admit)
    assert verdict.ticket_id == SECOND


def test_40_part_of_a_group_passes() -> None:
    verdict = verdict_of(40, "five of five left")
    assert isinstance(verdict, Admit)
    assert (verdict.persons, verdict.uses_left) == (5, 0)


def test_41_the_same_attempt_gets_the_same_answer() -> None:
    answer = decide(world.facts())
    again = decide(world.shown(world.record(state=TicketState.VOID), world.passage("10:00"), earlier_answer=answer))
    assert again == answer


def test_43_a_stale_admission_is_flagged() -> None:
    verdict = verdict_of(43, "today's ticket, unlocked")
    assert isinstance(verdict, Admit)
    assert AdmitFlag.STALE in verdict.flags


def test_48_the_walk_in_rule_is_named() -> None:
    verdict = verdict_of(48, "65 today")
    assert isinstance(verdict, Admit)
    assert (verdict.kind, verdict.rule_id, verdict.ticket_id) == (PassageKind.WALK_IN, 7, None)


def test_54_the_ticket_that_is_inside_leaves() -> None:
    outside, inside = (
        Candidate(world.record(), ()),
        Candidate(world.record(ticket_id=SECOND), (world.passage("09:00", ticket_id=SECOND),)),
    )
    verdict = decide(world.facts(CARD, (outside, inside), check_point=world.EXIT))
    assert isinstance(verdict, LetOut)
    assert verdict.ticket_id == SECOND


def test_57_a_use_at_another_site_consumes_that_sites_entitlement() -> None:
    row = world.record(flags=TicketFlags.MULTI_SITE)
    elsewhere = world.passage("09:00", site=SiteId(2), entitlement_id=EntitlementId(2))
    assert outcome(decide(world.shown(row, elsewhere, ticket_types=TWO_SITES))) == ADMIT
    here = world.passage("09:00")
    assert outcome(decide(world.shown(row, here, ticket_types=TWO_SITES))) == "refuse used_up"


def test_equal_tickets_are_ambiguous() -> None:
    twin = Candidate(world.record(ticket_id=SECOND), ())
    assert outcome(decide(world.facts(LookUpCode(), (Candidate(world.record(), ()), twin)))) == "refuse ambiguous"


def test_a_date_range_is_inclusive_at_both_ends() -> None:
    ticket_types = world.only(DateRange(date(2026, 5, 9), date(2026, 5, 11)))
    expected = {"2026-05-08 23:59:59": "refuse wrong_day", "2026-05-09 00:00": ADMIT, "2026-05-11 23:59:59": ADMIT}
    for text, end in expected.items():
        assert outcome(decide(world.shown(world.record(), ticket_types=ticket_types, at=world.at(text)))) == end


def test_a_locked_cache_calls_staff() -> None:
    locked = Ground(world.LIVE.as_of, age_ms=4 * 72 * 3600 * 1000, clock_trusted=True, unlocked=True)
    assert outcome(decide(world.shown(TODAY, ground=locked))) == "staff cache_locked"


def test_every_reason_has_its_texts_in_both_languages() -> None:
    for reason in Reason:
        for language in Language:
            assert visitor_text(Refuse(reason), language, world.ZONE)
