"""Conflicts follow only from the scans, in every order of arrival, and the earliest use is never a conflict."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.admissions.rules.conflicts import OfficeReason, TicketCase, conflicts_of
from protocol.admission.passages import PassageKind
from protocol.admission.policy import Check, DailyUses, MinimumInterval, ReEntry, TotalUses
from protocol.admission.verdict import Reason
from protocol.directions import Direction
from protocol.identifiers import AgentId, CheckPointId, JournalId, Sequence, SiteId
from protocol.instants import MS_PER_MINUTE, Instant, to_minute
from protocol.journal.events import Outcome, OutcomeResult
from protocol.journal.history import AdmissionEvent
from protocol.tickets.record import TicketState
from tests.builders.admission import EXIT, GATE, NOW, TICKET, ZONE, check_point, entitlement, record, ticket_type
from tests.builders.intents import entry_intent

pytestmark = pytest.mark.law(5)


def case(*checks: Check) -> TicketCase:
    points = {point.check_point_id: point for point in (check_point(), EXIT)}
    return TicketCase(record(), ticket_type(entitlement(*(checks or (TotalUses(1),)))), points, ZONE)


def entry(minute: int, agent: int, *, kind: PassageKind = PassageKind.ENTRY, persons: int = 1) -> AdmissionEvent:
    """An admission by an agent's own gate, so many minutes after ten o'clock; its sequence is the minute's, doubled."""
    direction = Direction.EXIT if kind is PassageKind.EXIT else Direction.ENTRY
    at = Instant(NOW + minute * MS_PER_MINUTE)
    attempt = bytes([agent]) + minute.to_bytes(15, "big")
    intent = entry_intent(TICKET, attempt, at, direction=direction, kind=kind, persons=persons, uses_left=None)
    place = EXIT.check_point_id if kind is PassageKind.EXIT else GATE
    sequence = Sequence(2 * minute + 1)
    return AdmissionEvent(AgentId(agent), JournalId(bytes([agent]) * 16), sequence, SiteId(1), CheckPointId(place), intent)


def outcome(of: AdmissionEvent, result: OutcomeResult) -> AdmissionEvent:
    return replace(of, sequence=Sequence(of.sequence + 1), event=Outcome(of.sequence, result, 0))


def found(ticket: TicketCase, *events: AdmissionEvent) -> list[tuple[int, Reason | OfficeReason, int]]:
    """Return (agent of the conflict, reason, agent of the first use) for each."""
    return [(one.key[0], one.reason, one.first[0]) for one in conflicts_of(ticket, events)]


def test_one_admission_is_no_conflict() -> None:
    assert found(case(), entry(0, 1)) == []


def test_of_two_admissions_the_later_scan_is_the_conflict() -> None:
    assert found(case(), entry(5, 1), entry(0, 2)) == [(1, Reason.USED_UP, 2)]


def test_of_three_both_later_ones_are() -> None:
    assert found(case(), entry(0, 1), entry(1, 2), entry(2, 3)) == [(2, Reason.USED_UP, 1), (3, Reason.USED_UP, 1)]


def test_what_did_not_pass_uses_nothing_and_conflicts_with_nothing() -> None:
    first, second = entry(0, 1), entry(1, 2)
    assert found(case(), first, second, outcome(first, OutcomeResult.NOT_PASSED)) == []
    assert found(case(), first, second, outcome(second, OutcomeResult.NOT_PASSED)) == []
    assert found(case(), first, second, outcome(second, OutcomeResult.PASSED)) == [(2, Reason.USED_UP, 1)]


def test_a_supervisors_override_is_a_decision_and_counts_as_a_use() -> None:
    assert found(case(), entry(0, 1), entry(1, 2, kind=PassageKind.OVERRIDE)) == []
    assert found(case(), entry(0, 1, kind=PassageKind.OVERRIDE), entry(1, 2)) == [(2, Reason.USED_UP, 1)]


@pytest.mark.parametrize(
    ("checks", "minutes", "reasons"),
    [
        ((DailyUses(1),), (0, 1), [Reason.DAILY_LIMIT]),
        ((DailyUses(1),), (0, 24 * 60), []),
        ((MinimumInterval(10),), (0, 9), [Reason.TOO_SOON]),
        ((MinimumInterval(10),), (0, 10), []),
        ((TotalUses(2),), (0, 1, 2), [Reason.USED_UP]),
        ((ReEntry(), TotalUses(3)), (0, 1), [Reason.ALREADY_INSIDE]),
    ],
)
def test_the_reason_is_that_of_the_tickets_own_policy(
    checks: tuple[Check, ...], minutes: tuple[int, ...], reasons: list[Reason]
) -> None:
    events = [entry(minute, number) for number, minute in enumerate(minutes, start=1)]
    assert [one.reason for one in conflicts_of(case(*checks), events)] == reasons


def test_a_re_entry_after_an_exit_is_no_conflict() -> None:
    ticket = case(ReEntry(), TotalUses(1))
    assert found(ticket, entry(0, 1), entry(5, 9, kind=PassageKind.EXIT), entry(10, 2)) == []


def voided(minute: int) -> TicketCase:
    """A ticket that became void so many minutes after ten o'clock."""
    since = to_minute(Instant(NOW + minute * MS_PER_MINUTE))
    return replace(case(), record=record(state=TicketState.VOID, state_since=since))


@pytest.mark.parametrize(("minute", "reasons"), [(4, []), (5, [Reason.VOID]), (6, [Reason.VOID])])
def test_an_admission_of_a_ticket_that_was_void_by_then_is_a_conflict(minute: int, reasons: list[Reason]) -> None:
    (event,) = (entry(minute, 1),)
    conflicts = conflicts_of(voided(5), [event])
    assert [one.reason for one in conflicts] == reasons
    assert all(one.first == one.key == event.key for one in conflicts)


def test_void_is_said_before_any_limit_of_uses() -> None:
    assert found(voided(5), entry(0, 1), entry(1, 2), entry(6, 3)) == [(2, Reason.USED_UP, 1), (3, Reason.VOID, 3)]


def test_only_a_passage_without_an_override_is_in_conflict_with_a_refund() -> None:
    event = entry(6, 1)
    assert found(voided(5), event, outcome(event, OutcomeResult.NOT_PASSED)) == []
    assert found(voided(5), entry(6, 1, kind=PassageKind.OVERRIDE)) == []
    assert found(voided(5), entry(6, 1, kind=PassageKind.EXIT)) == []


def paid_back(minute: int) -> TicketCase:
    """A ticket that became void so many minutes after ten o'clock, and whose money has gone back."""
    return replace(voided(minute), is_paid_back=True)


@pytest.mark.law(6)
def test_an_admission_before_a_refund_is_a_conflict_once_the_money_is_gone() -> None:
    assert found(voided(5), entry(4, 1)) == []
    assert found(paid_back(5), entry(4, 1)) == [(1, OfficeReason.REFUNDED, 1)]
    assert found(paid_back(5), entry(5, 1)) == [(1, Reason.VOID, 1)]


@pytest.mark.law(6)
def test_an_admission_that_was_too_many_anyway_keeps_its_reason() -> None:
    assert found(paid_back(5), entry(0, 1), entry(1, 2)) == [(1, OfficeReason.REFUNDED, 1), (2, Reason.USED_UP, 1)]


@pytest.mark.law(6)
def test_of_overrides_only_one_from_before_the_refund_is_in_conflict_with_it() -> None:
    assert found(paid_back(5), entry(4, 1, kind=PassageKind.OVERRIDE)) == [(1, OfficeReason.REFUNDED, 1)]
    assert found(paid_back(5), entry(6, 1, kind=PassageKind.OVERRIDE)) == []


@pytest.mark.law(6)
def test_no_money_is_missing_for_a_visitor_who_did_not_pass_or_left_or_passed_by_fire_release() -> None:
    event = entry(4, 1)
    assert found(paid_back(5), event, outcome(event, OutcomeResult.NOT_PASSED)) == []
    assert found(paid_back(5), entry(4, 1, kind=PassageKind.EXIT)) == []
    assert found(paid_back(5), entry(4, 1, kind=PassageKind.FIRE)) == []


@pytest.mark.law(6)
def test_an_admission_in_a_place_that_central_does_not_know_still_is_evidence() -> None:
    assert found(paid_back(5), replace(entry(4, 2), check_point=CheckPointId(999))) == [(2, OfficeReason.REFUNDED, 2)]


def test_a_right_or_place_that_central_does_not_know_is_left_to_people() -> None:
    stray = replace(entry(1, 2), check_point=CheckPointId(999))
    assert found(case(), entry(0, 1), stray) == []


EVENTS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), unique_by=lambda one: one, max_size=8)


@given(EVENTS, st.randoms(use_true_random=False))
def test_order_of_arrival_changes_nothing_and_the_first_use_is_never_a_conflict(
    scans: list[tuple[int, int]], shuffler: Random
) -> None:
    events = [entry(minute, agent) for minute, agent in scans]
    shuffled = [*events, *events[:2]]
    shuffler.shuffle(shuffled)
    conflicts = conflicts_of(case(), events)
    assert conflicts_of(case(), shuffled) == conflicts
    assert len(conflicts) == max(0, len(events) - 1)
    assert all(one.first not in {other.key for other in conflicts} for one in conflicts)


def test_a_ticket_that_has_moved_to_another_day_was_not_to_be_used_before_it_or_on_the_old_one() -> None:
    often = case(DailyUses(9))
    moved_at = Instant(NOW + 2 * MS_PER_MINUTE)
    moved = replace(often, moved_at=moved_at)
    assert found(moved, entry(0, 1), entry(3, 2)) == [(1, OfficeReason.RESCHEDULED, 1)]
    until = to_minute(Instant(NOW + 5 * MS_PER_MINUTE))
    other_day = replace(moved, record=replace(moved.record, valid_until=until))
    assert found(other_day, entry(5, 1), entry(6, 2)) == [(2, OfficeReason.RESCHEDULED, 2)]
    assert found(replace(other_day, moved_at=None), entry(0, 1), entry(6, 2)) == []
    assert found(moved, entry(0, 1, kind=PassageKind.OVERRIDE)) == []


@pytest.mark.law(6)
def test_a_group_that_enters_with_persons_who_were_paid_back_is_a_conflict() -> None:
    group = replace(case(), record=replace(record(), persons=7))
    partly = replace(group, is_partly_paid_back=True)
    assert found(partly, entry(0, 1, persons=10)) == [(1, OfficeReason.REFUNDED, 1)]
    assert found(partly, entry(0, 1, persons=7)) == []
    assert found(group, entry(0, 1, persons=10)) == []
