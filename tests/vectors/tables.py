"""Vectors of the feed's small tables, and of the decision: facts and the verdict that every implementation must give."""

from datetime import date

from argon2 import PasswordHasher

from protocol.admission import policy
from protocol.admission.decide import decide
from protocol.admission.supervisors import SUPERVISORS, Supervisor, encode_supervisors
from protocol.admission.tables import encode_check_points, encode_site_rules, encode_ticket_types
from protocol.admission.verdict import CallStaff, Language, Refuse, staff_text, visitor_text
from protocol.identifiers import CheckPointId, SiteId
from tests.builders.admission import ZONE, check_point, entitlement, ticket_type
from tests.builders.conformance_cases import CASES
from tests.builders.outcomes import outcome
from tests.vectors.plain import plain

EVERY_CHECK: tuple[policy.Check, ...] = (
    policy.DateRange(date(2026, 5, 1), date(2026, 5, 31)),
    policy.Weekdays(frozenset({6, 7})),
    policy.DaysExcluded(frozenset({date(2026, 5, 10)})),
    policy.TimeOfDay(0, 43_200),
    policy.TimeSlot(15, 30),
    policy.TotalUses(1),
    policy.DailyUses(1),
    policy.PeriodUses(10, policy.Period.YEAR),
    policy.MinimumInterval(180),
    policy.ReEntry(),
    policy.Gates(frozenset({CheckPointId(11), CheckPointId(300)}), frozenset({1})),
    policy.PersonsPerScan(10),
)
RULES = policy.SiteRules(
    SiteId(1),
    "Asia/Shanghai",
    1_000,
    20,
    (
        policy.WalkInRule(
            7, "六十五岁以上", "65 and over", 65, None, ("1101",), date(2026, 1, 1), None, frozenset({CheckPointId(11)})
        ),
    ),
)

PINS = {7: "482915", 300: "730591826447"}


def _supervisors() -> tuple[Supervisor, ...]:
    """Return the supervisors of `PINS`, each with a salt of their own number."""
    hasher = PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1)
    return tuple(Supervisor(person, hasher.hash(pin, salt=person.to_bytes(16, "big"))) for person, pin in PINS.items())


def table_vectors() -> dict[str, object]:
    """Return each small table as value and as bytes."""
    ticket_types = (
        ticket_type(entitlement(*EVERY_CHECK, alternatives=((policy.TotalUses(2),), (policy.ReEntry(), policy.DailyUses(3))))),
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
