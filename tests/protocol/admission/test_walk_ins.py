"""刷证免票: passage on the document alone, and its relation to tickets on the same document."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from protocol.admission.decide import decide
from protocol.admission.facts import Candidate, DocumentCard, Facts, LookUpCode
from protocol.admission.passages import PastPassage, PastWalkIn
from protocol.admission.policy import CheckPointState, WalkInRule
from protocol.admission.verdict import Language, Refuse, staff_text, visitor_text
from protocol.identifiers import TicketId
from protocol.instants import Instant
from protocol.tickets.record import TicketState
from tests.builders.admission import (
    GATE,
    LIVE,
    OTHER_GATE,
    SITE,
    SITE_RULES,
    ZONE,
    at,
    check_point,
    facts,
    minute,
    passage,
    record,
)
from tests.builders.outcomes import in_full

Case = tuple[str, Facts, str]
READER = check_point(reads_documents=True)
HOUR_MS = 3_600_000
BORN_1950 = DocumentCard(bytes(16), date(1950, 1, 1), "110101")
BORN_1990 = DocumentCard(bytes(16), date(1990, 1, 1), "310101")
SENIORS = WalkInRule(7, "六十五岁以上", "65 and over", 65, None, (), None, None, frozenset())
CHILDREN = WalkInRule(8, "六岁以下", "Under 6", None, 5, (), None, None, frozenset())
LOCALS = WalkInRule(9, "本市老人", "Local seniors", 60, None, ("1101", "1102"), None, None, frozenset())
MAY_DAYS = WalkInRule(10, "五一", "May days", None, None, (), date(2026, 5, 1), date(2026, 5, 10), frozenset())
SIDE_GATE = replace(SENIORS, rule_id=11, check_points=frozenset({OTHER_GATE}))
IN_BY_7, IN_BY_9 = "walk-in on rule 7, 1 in", "walk-in on rule 9, 1 in"
RESUMED = "resume on rule 7, 1 in"


def walking(card: DocumentCard, *rules: WalkInRule, candidates: tuple[Candidate, ...] = (), **changes: object) -> Facts:
    everything: dict[str, object] = {"check_point": READER, "site": replace(SITE_RULES, walk_in_rules=rules)} | changes
    return facts(card, candidates, **everything)


def ages() -> Iterator[Case]:
    for rule, born, day, expected in (
        (SENIORS, date(1961, 5, 10), "2026-05-10", IN_BY_7),
        (SENIORS, date(1961, 5, 11), "2026-05-10", "refuse unknown"),
        (SENIORS, date(1960, 2, 29), "2025-02-28", "refuse unknown"),
        (SENIORS, date(1960, 2, 29), "2025-03-01", IN_BY_7),
        (SENIORS, date(1959, 2, 28), "2024-02-28", IN_BY_7),
        (SENIORS, date(1959, 3, 1), "2024-02-29", "refuse unknown"),
        (SENIORS, date(1960, 12, 31), "2025-12-30", "refuse unknown"),
        (SENIORS, date(1960, 12, 31), "2025-12-31", IN_BY_7),
        (SENIORS, date(2027, 1, 1), "2026-05-10", "refuse unknown"),
        (CHILDREN, date(2020, 5, 11), "2026-05-10", "walk-in on rule 8, 1 in"),
        (CHILDREN, date(2020, 5, 10), "2026-05-10", "refuse unknown"),
        (CHILDREN, date(2020, 2, 29), "2026-02-28", "walk-in on rule 8, 1 in"),
        (CHILDREN, date(2026, 5, 10), "2026-05-10", "walk-in on rule 8, 1 in"),
        (CHILDREN, date(2026, 5, 11), "2026-05-10", "refuse unknown"),
    ):
        case = walking(DocumentCard(bytes(16), born, ""), rule, at=at(f"{day} 10:00"))
        yield f"born {born}, on {day}, rule {rule.rule_id}", case, expected


def rules() -> Iterator[Case]:
    local = replace(BORN_1950, region="110226")
    yield from (
        ("local and old enough", walking(local, LOCALS), IN_BY_9),
        ("old enough, not local", walking(replace(local, region="1201"), LOCALS), "refuse unknown"),
        ("local, not old enough", walking(replace(local, born=date(1990, 1, 1)), LOCALS), "refuse unknown"),
        ("local, of no known age", walking(replace(local, born=None), LOCALS), "refuse unknown"),
        ("a document without a region", walking(replace(local, region=""), LOCALS), "refuse unknown"),
        ("a shorter region than the prefix", walking(replace(local, region="11"), LOCALS), "refuse unknown"),
        ("the first rule that speaks is named", walking(local, CHILDREN, LOCALS, SENIORS), IN_BY_9),
        ("on the last day", walking(BORN_1990, MAY_DAYS, at=at("23:59:59")), "walk-in on rule 10, 1 in"),
        ("after the last day", walking(BORN_1990, MAY_DAYS, at=at("2026-05-11 00:00")), "refuse unknown"),
        ("on the first day", walking(BORN_1990, MAY_DAYS, at=at("2026-05-01 00:00")), "walk-in on rule 10, 1 in"),
        ("before the first day", walking(BORN_1990, MAY_DAYS, at=at("2026-04-30 23:59:59")), "refuse unknown"),
        ("at another gate", walking(BORN_1950, SIDE_GATE), "refuse unknown"),
        ("at its gate", walking(BORN_1950, SIDE_GATE, check_point=check_point(OTHER_GATE)), "walk-in on rule 11, 1 in"),
        ("no rule at all", walking(BORN_1950), "refuse unknown"),
        ("not by a card", replace(facts(LookUpCode(), ()), site=replace(SITE_RULES, walk_in_rules=(SENIORS,))), "refuse unknown"),
    )


def earlier(when: str, holder: bytes = bytes(16), rule: int = 7) -> PastWalkIn:
    return PastWalkIn(holder, rule, SITE, OTHER_GATE, at(when))


def once_a_day() -> Iterator[Case]:
    for name, history, expected in (
        ("yesterday at 23:59:59", (earlier("2026-05-09 23:59:59"),), IN_BY_7),
        ("today at 00:00", (earlier("00:00"),), "refuse daily_limit"),
        ("today by another rule", (earlier("09:00", rule=9),), "refuse daily_limit"),
        ("today, told before yesterday", (earlier("09:00"), earlier("2026-05-09 09:00")), "refuse daily_limit"),
        ("another document today", (earlier("09:00", holder=bytes([1] * 16)),), IN_BY_7),
    ):
        yield f"walked in {name}", walking(BORN_1950, SENIORS, walk_ins=history), expected


def interrupted() -> Iterator[Case]:
    """At 10:00, after a release whose outcome is unknown."""
    cut = PastWalkIn(bytes(16), 7, SITE, GATE, at("09:59:00"), interrupted=True)
    for name, history, expected in (
        ("a minute ago", (cut,), RESUMED),
        ("longer ago", (replace(cut, scanned_at=Instant(cut.scanned_at - 1)),), "refuse daily_limit"),
        ("at another gate", (replace(cut, check_point=OTHER_GATE),), "refuse daily_limit"),
        ("of another document", (replace(cut, holder=bytes([1] * 16)),), IN_BY_7),
        ("by another rule", (replace(cut, rule_id=9),), RESUMED),
        ("and taken up since", (replace(cut, interrupted=False),), "refuse daily_limit"),
        ("after one that was not", (earlier("09:00"), cut), "refuse daily_limit"),
        ("twice", (cut, replace(cut, scanned_at=at("09:59:30"))), "refuse daily_limit"),
    ):
        yield f"interrupted {name}", walking(BORN_1950, SENIORS, walk_ins=history), expected
    full = replace(SITE_RULES, walk_in_rules=(SENIORS,), capacity=5)
    yield "interrupted, and full by it", walking(BORN_1950, SENIORS, walk_ins=(cut,), site=full, inside=5), RESUMED
    late = walking(BORN_1950, SENIORS, walk_ins=(cut,), ground=replace(LIVE, age_ms=73 * HOUR_MS))
    yield "interrupted, and the cache is stale now", late, "staff cache_stale"


def with_tickets() -> Iterator[Case]:
    row = record(ticket_id=TicketId(1))
    used: tuple[PastPassage, ...] = (passage("09:00"),)
    for name, held, expected in (
        ("a good ticket is used first", Candidate(row, ()), "entry on 1/1, 1 in, 0 left"),
        ("a used ticket", Candidate(row, used), IN_BY_7),
        ("a ticket for tomorrow", Candidate(replace(row, valid_from=minute("2026-05-11 00:00")), ()), IN_BY_7),
        ("an expired ticket", Candidate(replace(row, valid_until=minute("2026-05-09 23:59")), ()), IN_BY_7),
        ("a refunded ticket", Candidate(replace(row, state=TicketState.VOID), ()), IN_BY_7),
    ):
        yield name, walking(BORN_1950, SENIORS, candidates=(held,)), expected
        without_rule = (
            expected
            if expected.startswith("entry")
            else {
                "a used ticket": "refuse used_up",
                "a ticket for tomorrow": "refuse not_yet_valid",
                "an expired ticket": "refuse expired",
                "a refunded ticket": "refuse void",
            }[name]
        )
        yield f"{name}, no rule for him", walking(BORN_1990, SENIORS, candidates=(held,)), without_rule
    for name, passages, expected in (("used", used, "refuse used_up"), ("good", (), "entry on 1/1, 1 in, 0 left")):
        case = walking(BORN_1950, SENIORS, candidates=(Candidate(row, passages),), walk_ins=(earlier("09:00"),))
        yield f"walked in today, and a {name} ticket", case, expected


def check_points() -> Iterator[Case]:
    stale = replace(LIVE, age_ms=73 * HOUR_MS)
    for name, changes, expected in (
        ("disabled", {"check_point": replace(READER, state=CheckPointState.DISABLED)}, "refuse device_disabled"),
        ("clock", {"ground": replace(LIVE, clock_trusted=False)}, "staff clock_untrusted"),
        ("stale", {"ground": stale}, "staff cache_stale"),
        ("stale, unlocked", {"ground": replace(stale, unlocked=True)}, "staff cache_stale"),
        ("locked", {"ground": replace(LIVE, age_ms=999 * HOUR_MS)}, "staff cache_locked"),
        ("offline", {"ground": replace(LIVE, age_ms=HOUR_MS)}, "walk-in on rule 7, 1 in, offline"),
        ("full", {"site": replace(SITE_RULES, walk_in_rules=(SENIORS,), capacity=5), "inside": 5}, "refuse site_full"),
        ("one place", {"site": replace(SITE_RULES, walk_in_rules=(SENIORS,), capacity=5), "inside": 4}, IN_BY_7),
        ("a supervisor", {"supervisor": 9}, IN_BY_7),
        ("ticked for nothing", {"check_point": replace(READER, ticked=frozenset())}, IN_BY_7),
    ):
        yield name, walking(BORN_1950, SENIORS, **changes), expected


CASES = [case for cases in (ages, rules, once_a_day, interrupted, with_tickets, check_points) for case in cases()]


@pytest.mark.parametrize(("case", "expected"), [pytest.param(case, expected, id=name) for name, case, expected in CASES])
def test_who_walks_in(case: Facts, expected: str) -> None:
    assert in_full(decide(case)) == expected


def test_the_second_time_names_the_first_and_tomorrow() -> None:
    refused = decide(walking(BORN_1950, SENIORS, walk_ins=(earlier("09:00"), earlier("08:00")), check_point=READER))
    assert isinstance(refused, Refuse)
    assert "2026-05-11 00:00" in visitor_text(refused, Language.ZH_CN, ZONE)
    staff = staff_text(refused, Language.EN, ZONE)
    assert "2026-05-10 09:00" in staff
    assert "Gate 12" in staff
