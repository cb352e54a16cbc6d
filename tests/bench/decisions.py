"""The time of the pure decision: a ticket with a policy of several checks and an earlier entry and exit, shown at a gate."""

from datetime import date
from pathlib import Path

from protocol.admission.decide import decide
from protocol.admission.facts import Candidate, Facts
from protocol.admission.policy import DailyUses, DateRange, Gates, MinimumInterval, ReEntry, TimeOfDay, TotalUses, Weekdays
from protocol.admission.verdict import Admit
from protocol.directions import Direction
from tests.bench.measuring import US_PER_S, Values, median_s
from tests.builders.admission import GATE, T1, code, entitlement, facts, passage, record, ticket_type

CALLS = 200
RUNS = 50


def measure(place: Path) -> Values:
    """Measure in memory; `place` is not used."""
    assert place.is_dir(), "the bench has made its place"
    case = _case()
    assert isinstance(decide(case), Admit), "the case that is measured admits"

    def decide_often() -> None:
        for _ in range(CALLS):
            decide(case)

    return {"decide_us": median_s(decide_often, RUNS) / CALLS * US_PER_S}


def _case() -> Facts:
    """Return a multi-entry ticket on a weekend; its workday alternative fails first."""
    row = record()
    right = entitlement(
        DateRange(date(2026, 5, 1), date(2026, 5, 31)),
        TotalUses(10),
        MinimumInterval(30),
        ReEntry(),
        Gates(frozenset({GATE}), frozenset()),
        alternatives=((Weekdays(frozenset(range(1, 6))), DailyUses(2)), (TimeOfDay(8 * 3600, 17 * 3600), DailyUses(1))),
    )
    past = (passage("2026-05-08 10:00:00"), passage("2026-05-08 12:00:00", Direction.EXIT))
    return facts(code(row), (Candidate(row, past),), ticket_types={T1: ticket_type(right)})
