"""Of several faults, the answer names the first in the order of reasons: all pairs, and random sets."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.admission.decide import decide
from protocol.admission.facts import Candidate, Facts, Forged, HolderShown, Presented, Unreadable
from protocol.admission.policy import (
    Check,
    CheckPointState,
    DailyUses,
    DaysExcluded,
    MinimumInterval,
    Period,
    PeriodUses,
    PersonsPerScan,
    ReEntry,
    TimeOfDay,
    TotalUses,
    UnknownCheck,
)
from protocol.admission.verdict import ORDER, Admit, CallStaff, LetOut, Reason, Refuse
from protocol.identifiers import SiteId
from protocol.instants import local_day
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketRecord, TicketState
from tests.builders import admission as world
from tests.builders.outcomes import outcome

DESIGN_ORDER = [
    "malformed",
    "forged",
    "wrong_site",
    "unknown",
    "void",
    "superseded",
    "blocked",
    "unpaid",
    "inactive",
    "device_disabled",
    "clock_untrusted",
    "cache_stale",
    "cache_locked",
    "not_yet_valid",
    "expired",
    "wrong_gate",
    "wrong_slot",
    "wrong_day",
    "holder_required",
    "holder_mismatch",
    "too_soon",
    "already_inside",
    "daily_limit",
    "period_limit",
    "used_up",
    "site_full",
    "ambiguous",
]
HOUR_MS = 3_600_000


@dataclass(slots=True)
class Situation:
    """A default case that takes faults one by one."""

    row: TicketRecord = field(default_factory=lambda: world.record(valid_until=world.minute("2026-12-31 23:59")))
    presented: Presented | None = None
    in_cache: bool = True
    older_print: bool = False
    used: bool = False
    checks: list[Check] = field(default_factory=lambda: [TotalUses(5)])
    changes: dict[str, object] = field(default_factory=dict)

    def facts(self) -> Facts:
        cached = replace(self.row, generation=2) if self.older_print else self.row
        passages = (world.passage("09:00"),) if self.used else ()
        candidates = (Candidate(cached, passages),) if self.in_cache else ()
        everything: dict[str, object] = {"ticket_types": world.only(*self.checks)} | self.changes
        return world.facts(self.presented or world.code(self.row), candidates, **everything)


Fault = Callable[[Situation], None]


def row(**changes: object) -> Fault:
    def put(situation: Situation) -> None:
        situation.row = replace(situation.row, **changes)  # type: ignore[arg-type]  # the names are the record's own

    return put


def also(**changes: object) -> Fault:
    return lambda situation: situation.changes.update(changes)


def rule(*checks: Check) -> Fault:
    def put(situation: Situation) -> None:
        situation.used = True
        situation.checks.extend(checks)

    return put


def show(presented: Presented) -> Fault:
    def put(situation: Situation) -> None:
        situation.presented, situation.in_cache = presented, False

    return put


def ground(**changes: object) -> Fault:
    def put(situation: Situation) -> None:
        situation.changes["ground"] = replace(situation.changes.get("ground", world.LIVE), **changes)  # type: ignore[type-var]  # it is a Ground

    return put


def lane(**changes: object) -> Fault:
    def put(situation: Situation) -> None:
        situation.changes["check_point"] = replace(situation.changes.get("check_point", world.check_point()), **changes)  # type: ignore[type-var]  # it is a CheckPoint

    return put


def holder(shown_so_far: HolderShown) -> Fault:
    def put(situation: Situation) -> None:
        situation.row = replace(situation.row, flags=TicketFlags.REAL_NAME)
        situation.changes["holder"] = shown_so_far

    return put


def older(situation: Situation) -> None:
    situation.older_print = True


def missing(situation: Situation) -> None:
    situation.in_cache = False


# The part of the situation that a fault changes: two faults of the same part cannot occur together.
FAULTS: list[tuple[Reason, str, Fault]] = [
    (Reason.MALFORMED, "presented", show(Unreadable())),
    (Reason.FORGED, "presented", show(Forged())),
    (Reason.WRONG_SITE, "site", row(issuing_site=SiteId(2))),
    (Reason.UNKNOWN, "cache", missing),
    (Reason.VOID, "state", row(state=TicketState.VOID)),
    (Reason.SUPERSEDED, "generation", older),
    (Reason.BLOCKED, "state", row(state=TicketState.BLOCKED)),
    (Reason.UNPAID, "state", row(state=TicketState.UNPAID)),
    (Reason.INACTIVE, "state", row(state=TicketState.INACTIVE)),
    (Reason.DEVICE_DISABLED, "lane state", lane(state=CheckPointState.RETIRED)),
    (Reason.CLOCK_UNTRUSTED, "clock", ground(clock_trusted=False)),
    (Reason.CACHE_STALE, "age", ground(age_ms=100 * HOUR_MS)),
    (Reason.CACHE_LOCKED, "age", ground(age_ms=1_000 * HOUR_MS)),
    (Reason.NOT_YET_VALID, "validity", row(valid_from=world.minute("2026-06-01 00:00"))),
    (Reason.EXPIRED, "validity", row(valid_until=world.minute("2026-05-09 23:59"))),
    (Reason.WRONG_GATE, "ticked", lane(ticked=frozenset())),
    (Reason.WRONG_SLOT, "slot", rule(TimeOfDay(0, 60))),
    (Reason.WRONG_DAY, "day", rule(DaysExcluded(frozenset({local_day(world.NOW, world.ZONE)})))),
    (Reason.POLICY_UNKNOWN, "unknown check", rule(UnknownCheck("tide"))),
    (Reason.HOLDER_REQUIRED, "holder", holder(HolderShown.TIMED_OUT)),
    (Reason.HOLDER_MISMATCH, "holder", holder(HolderShown.DIFFERS)),
    (Reason.TOO_MANY_PERSONS, "persons", rule(PersonsPerScan(0))),
    (Reason.TOO_SOON, "interval", rule(MinimumInterval(180))),
    (Reason.ALREADY_INSIDE, "inside", rule(ReEntry())),
    (Reason.DAILY_LIMIT, "daily", rule(DailyUses(1))),
    (Reason.PERIOD_LIMIT, "period", rule(PeriodUses(1, Period.YEAR))),
    (Reason.USED_UP, "total", rule(TotalUses(1))),
    (Reason.SITE_FULL, "capacity", also(site=replace(world.SITE_RULES, capacity=3), inside=3)),
]
STAFF = {Reason.CLOCK_UNTRUSTED, Reason.CACHE_STALE, Reason.CACHE_LOCKED, Reason.POLICY_UNKNOWN}
PAIRS = [(one, other) for one, other in combinations(FAULTS, 2) if one[1] != other[1]]


def situation_of(faults: Iterable[tuple[Reason, str, Fault]]) -> Situation:
    situation = Situation()
    for _, _, put in faults:
        put(situation)
    return situation


def told(case: Facts) -> Reason | str:
    """Return the reason of a refusal or of a call for staff; return a text about any other answer."""
    verdict = decide(case)
    if not isinstance(verdict, Refuse | CallStaff) or isinstance(verdict, CallStaff) is not (verdict.reason in STAFF):
        return outcome(verdict)
    return verdict.reason


def test_the_order_is_the_designs() -> None:
    assert [reason.value for reason in Reason if reason.value in DESIGN_ORDER] == DESIGN_ORDER
    assert [ORDER[reason] for reason in Reason] == sorted(ORDER.values())


def test_nothing_wrong_admits() -> None:
    assert isinstance(decide(Situation().facts()), Admit)
    assert isinstance(decide(Situation(used=True).facts()), Admit)


def test_each_fault_alone_is_told() -> None:
    answers = {fault[0]: told(situation_of([fault]).facts()) for fault in FAULTS}
    assert {reason: said for reason, said in answers.items() if said is not reason} == {}


def test_of_two_faults_the_earlier_is_told() -> None:
    answers = {(first[0], later[0]): told(situation_of([later, first]).facts()) for first, later in PAIRS}
    assert {pair: said for pair, said in answers.items() if said is not pair[0]} == {}
    assert len(answers) == len(PAIRS)


@given(st.lists(st.sampled_from(FAULTS), min_size=1, max_size=10, unique_by=lambda fault: fault[1]))
def test_of_many_faults_the_earliest_is_told(faults: list[tuple[Reason, str, Fault]]) -> None:
    assert told(situation_of(faults).facts()) is min((reason for reason, _, _ in faults), key=ORDER.__getitem__)


@pytest.mark.law(8)
@given(st.lists(st.sampled_from(FAULTS), max_size=10, unique_by=lambda fault: fault[1]))
def test_an_exit_opens_with_any_faults(faults: list[tuple[Reason, str, Fault]]) -> None:
    situation = situation_of(faults)
    lane_of_case = situation.changes.get("check_point", world.check_point())
    situation.changes["check_point"] = replace(lane_of_case, direction=world.EXIT.direction)  # type: ignore[type-var]  # it is a CheckPoint
    assert isinstance(decide(situation.facts()), LetOut)
