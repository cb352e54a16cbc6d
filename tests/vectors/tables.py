"""Vectors of the feed's small tables, and of the decision: facts and the verdict that every implementation must give."""

from datetime import date

from argon2 import PasswordHasher

from protocol.admission.decide import decide
from protocol.admission.policy import (
    Check,
    DailyUses,
    DateRange,
    DaysExcluded,
    Gates,
    MinimumInterval,
    Period,
    PeriodUses,
    PersonsPerScan,
    ReEntry,
    SiteRules,
    TimeOfDay,
    TimeSlot,
    TotalUses,
    WalkInRule,
    Weekdays,
)
from protocol.admission.supervisors import SUPERVISORS, Supervisor, encode_supervisors
from protocol.admission.tables import encode_check_points, encode_site_rules, encode_ticket_types
from protocol.admission.verdict import CallStaff, Language, Refuse, staff_text, visitor_text
from protocol.identifiers import CheckPointId, SiteId
from tests.builders.admission import ZONE, check_point, entitlement, ticket_type
from tests.builders.conformance_cases import CASES
from tests.builders.outcomes import outcome
from tests.vectors.plain import plain

EVERY_CHECK: tuple[Check, ...] = (
    DateRange(date(2026, 5, 1), date(2026, 5, 31)),
    Weekdays(frozenset({6, 7})),
    DaysExcluded(frozenset({date(2026, 5, 10)})),
    TimeOfDay(0, 43_200),
    TimeSlot(15, 30),
    TotalUses(1),
    DailyUses(1),
    PeriodUses(10, Period.YEAR),
    MinimumInterval(180),
    ReEntry(),
    Gates(frozenset({CheckPointId(11), CheckPointId(300)}), frozenset({1})),
    PersonsPerScan(10),
)
RULES = SiteRules(
    SiteId(1),
    "Asia/Shanghai",
    1_000,
    20,
    (WalkInRule(7, "六十五岁以上", "65 and over", 65, None, ("1101",), date(2026, 1, 1), None, frozenset({CheckPointId(11)})),),
)

PINS = {7: "482915", 300: "730591826447"}


def _supervisors() -> tuple[Supervisor, ...]:
    """Return the supervisors of `PINS`, each with a salt of their own number."""
    hasher = PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1)
    return tuple(Supervisor(person, hasher.hash(pin, salt=person.to_bytes(16, "big"))) for person, pin in PINS.items())


def table_vectors() -> dict[str, object]:
    """Return each small table as value and as bytes."""
    ticket_types = (
        ticket_type(entitlement(*EVERY_CHECK, alternatives=((TotalUses(2),), (ReEntry(), DailyUses(3))))),
        ticket_type(number=2),
    )
    points = (check_point(), check_point(CheckPointId(12), attended=True, zone=3))
    supervisors = _supervisors()
    return {
        "products": {"value": plain(ticket_types), "bytes": encode_ticket_types(ticket_types).hex()},
        "check-points": {"value": plain(points), "bytes": encode_check_points(points).hex()},
        "site-rules": {"value": plain(RULES), "bytes": encode_site_rules(RULES).hex()},
        SUPERVISORS: {"value": plain(supervisors), "pins": plain(PINS), "bytes": encode_supervisors(supervisors).hex()},
    }


def admission_vectors() -> dict[str, object]:
    """Return the conformance table: facts, verdict, and for a refusal the four texts."""
    cases = []
    for number, name, facts, _ in CASES:
        verdict = decide(facts)
        texts: dict[str, str] = {}
        if isinstance(verdict, Refuse | CallStaff):
            texts = {
                f"{reader} {language}": text(verdict, language, ZONE)
                for reader, text in (("visitor", visitor_text), ("staff", staff_text))
                for language in Language
            }
        case = {"row": number, "name": name, "outcome": outcome(verdict), "facts": plain(facts), "verdict": plain(verdict)}
        cases.append(case | ({"texts": texts} if texts else {}))
    return {"cases": cases}
