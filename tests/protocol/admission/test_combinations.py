"""Combinations of rules: windows over midnight, an old cache, unseen tickets, withdrawn keys, types not in the feed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from protocol.admission.decide import decide
from protocol.admission.facts import Candidate, Facts, HolderShown, TypedNumber
from protocol.admission.policy import (
    CheckPointState,
    DailyUses,
    DateRange,
    DaysExcluded,
    Gates,
    Period,
    PeriodUses,
    TimeOfDay,
    TimeSlot,
    TotalUses,
)
from protocol.admission.verdict import CallStaff, Language, Refuse, visitor_text
from protocol.directions import Direction
from protocol.identifiers import CheckPointId, SiteId, TicketId
from protocol.keyring import KeyState
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketState
from tests.builders import admission as world
from tests.builders.outcomes import in_full

Case = tuple[str, Facts, str]
ROW = world.record(ticket_id=TicketId(1))
HOUR_MS = 3_600_000
GOOD = "entry on 1/1, 1 in, 0 left"
UNCOUNTED = "entry on 1/1, 1 in"
NIGHT = TimeOfDay(18 * 3600, 2 * 3600 - 1)
TODAY = replace(ROW, valid_from=world.minute("00:00"), valid_until=world.minute("23:59"))
STALE = replace(world.LIVE, age_ms=73 * HOUR_MS, unlocked=True)


def over_midnight() -> Iterator[Case]:
    slot = replace(ROW, slot_start=world.minute("23:00"), slot_minutes=120)
    for text, expected in (
        ("22:44:59", "refuse wrong_slot"),
        ("22:45:00", UNCOUNTED),
        ("23:59:59", UNCOUNTED),
        ("2026-05-11 00:00:00", UNCOUNTED),
        ("2026-05-11 01:30:00", UNCOUNTED),
        ("2026-05-11 01:30:01", "refuse wrong_slot"),
    ):
        yield (
            f"a slot from 23:00 to 01:00, at {text}",
            world.shown(slot, ticket_types=world.only(TimeSlot(15, 30)), at=world.at(text)),
            expected,
        )
    ends = replace(slot, valid_until=world.minute("23:59"))
    yield (
        "a slot into a day too late",
        world.shown(ends, ticket_types=world.only(TimeSlot(0, 0)), at=world.at("2026-05-11 00:00")),
        ("refuse expired"),
    )
    for text, expected in (
        ("17:59:59", "refuse wrong_slot"),
        ("18:00:00", UNCOUNTED),
        ("00:00:00", UNCOUNTED),
        ("01:59:59.999", UNCOUNTED),
        ("02:00:00", "refuse wrong_slot"),
    ):
        yield f"from 18:00 to 02:00, at {text}", world.shown(ROW, ticket_types=world.only(NIGHT), at=world.at(text)), expected


def old_cache() -> Iterator[Case]:
    """A stale and unlocked lane admits tickets for one use today, in every form of such a type."""
    real = replace(TODAY, flags=TicketFlags.REAL_NAME)
    stale = f"{GOOD}, stale"
    for name, case, expected in (
        ("once in all", world.shown(TODAY, ground=STALE), stale),
        ("once a day", world.shown(TODAY, ground=STALE, ticket_types=world.only(DailyUses(1))), f"{UNCOUNTED}, stale"),
        ("once a week", world.shown(TODAY, ground=STALE, ticket_types=world.only(PeriodUses(1, Period.WEEK))), stale),
        ("twice a day", world.shown(TODAY, ground=STALE, ticket_types=world.only(DailyUses(2))), "staff cache_stale"),
        ("used", world.shown(TODAY, world.passage("09:00"), ground=STALE), "refuse used_up"),
        ("void", world.shown(replace(TODAY, state=TicketState.VOID), ground=STALE), "refuse void"),
        ("real-name, bare lane", world.shown(real, ground=STALE), "refuse holder_required"),
        ("real-name, confirmed", world.shown(real, ground=STALE, holder=HolderShown.CONFIRMED_BY_STAFF), stale),
        ("of a type that is not in the feed", world.shown(TODAY, ground=STALE, ticket_types={}), "staff cache_stale"),
        (
            "tomorrow too",
            world.shown(replace(TODAY, valid_until=world.minute("2026-05-11 00:00")), ground=STALE),
            "staff cache_stale",
        ),
        (
            "of tomorrow",
            world.shown(
                replace(TODAY, valid_from=world.minute("2026-05-11 00:00"), valid_until=world.minute("2026-05-11 23:59"))
            ),
            ("refuse not_yet_valid"),
        ),
        ("no autonomy", world.shown(TODAY, ticket_types={world.T1: world.ticket_type(autonomy_s=0)}), "staff cache_locked"),
        (
            "old but for the clock",
            world.shown(ROW, ground=replace(world.LIVE, age_ms=72 * HOUR_MS), uncertainty_ms=1),
            "staff cache_stale",
        ),
        ("offline", world.shown(ROW, ground=replace(world.LIVE, age_ms=72 * HOUR_MS)), f"{GOOD}, offline"),
        ("a supervisor unlocked a fresh one", world.shown(ROW, ground=replace(world.LIVE, unlocked=True)), GOOD),
    ):
        yield f"cache: {name}", case, expected
    by_alternatives = {world.T1: world.ticket_type(world.entitlement(alternatives=((TotalUses(1),), (TotalUses(2),))))}
    yield "cache: twice by one alternative", world.shown(TODAY, ground=STALE, ticket_types=by_alternatives), "staff cache_stale"
    both = {world.T1: world.ticket_type(world.entitlement(alternatives=((TotalUses(1), NIGHT), (TotalUses(1),))))}
    yield "cache: once by every alternative", world.shown(TODAY, ground=STALE, ticket_types=both), stale


UNSEEN_ALLOWED = {world.T1: world.ticket_type(unseen=True)}
NEW = replace(TODAY, issued_at=world.minute("09:59"))


def unseen_on_each_ground() -> Iterator[Case]:
    for name, ground, expected in (
        ("live", world.LIVE, f"{GOOD}, unseen"),
        ("offline", replace(world.LIVE, age_ms=HOUR_MS), f"{GOOD}, offline, unseen"),
        ("stale", replace(STALE, unlocked=False), "staff cache_stale"),
        ("stale, unlocked", STALE, f"{GOOD}, stale, unseen"),
        ("locked", replace(world.LIVE, age_ms=999 * HOUR_MS), "staff cache_locked"),
        ("clock", replace(world.LIVE, clock_trusted=False), "staff clock_untrusted"),
    ):
        yield f"unseen: {name}", world.facts(world.code(NEW), (), ticket_types=UNSEEN_ALLOWED, ground=ground), expected


def unseen() -> Iterator[Case]:
    allowed, new = UNSEEN_ALLOWED, NEW
    closed = world.check_point(state=CheckPointState.DISABLED)
    slotted = {world.T1: world.ticket_type(world.entitlement(TimeSlot(0, 0)), unseen=True)}
    elsewhere = {world.T1: world.ticket_type(world.entitlement(sites=(2,)), unseen=True)}
    ended = replace(new, valid_from=world.minute("2026-05-01 00:00"), valid_until=world.minute("09:00"))
    real = replace(new, flags=TicketFlags.REAL_NAME)
    for name, case, expected in (
        ("disabled", world.facts(world.code(new), (), ticket_types=allowed, check_point=closed), "refuse device_disabled"),
        ("expired", world.facts(world.code(ended), (), ticket_types=allowed), "refuse expired"),
        ("of a slot that is not known here", world.facts(world.code(new), (), ticket_types=slotted), "staff policy_unknown"),
        ("whose rights are elsewhere", world.facts(world.code(new), (), ticket_types=elsewhere), "refuse wrong_site"),
        (
            "real-name",
            world.facts(world.code(real), (), ticket_types=allowed, check_point=world.check_point(reads_documents=True)),
            "card",
        ),
        (
            "entered before",
            world.facts(world.code(new), (), ticket_types=allowed, unrecorded=(world.passage("09:59:30"),)),
            "refuse used_up",
        ),
        (
            "only left",
            world.facts(world.code(new), (), ticket_types=allowed, unrecorded=(world.passage("09:30", Direction.EXIT),)),
            f"{GOOD}, unseen",
        ),
        (
            "a newer print, used by the old one",
            world.facts(world.code(ROW, generation=2), (Candidate(ROW, (world.passage("09:00"),)),), ticket_types=allowed),
            "refuse used_up",
        ),
        (
            "a newer print than the cache knows, extended there",
            world.facts(
                world.code(ROW, generation=2, not_after=world.minute("2026-05-09 23:59")),
                (Candidate(ROW, ()),),
                ticket_types=allowed,
            ),
            f"{GOOD}, unseen",
        ),
        ("a newer print, not allowed", world.facts(world.code(ROW, generation=2), (Candidate(ROW, ()),)), "refuse unknown"),
    ):
        yield f"unseen: {name}", case, expected


def keys_and_types() -> Iterator[Case]:
    foreign = replace(ROW, issuing_site=SiteId(2))
    withdrawn = KeyState.CACHE_ONLY
    for name, case, expected in (
        ("of another site, not in the cache", world.facts(world.code(foreign, withdrawn), ()), "refuse forged"),
        (
            "of another site, in the cache",
            world.facts(world.code(foreign, withdrawn), (Candidate(foreign, ()),)),
            "refuse wrong_site",
        ),
        (
            "an older print",
            world.facts(world.code(ROW, withdrawn), (Candidate(replace(ROW, generation=2), ()),)),
            "refuse superseded",
        ),
        (
            "void",
            world.facts(world.code(ROW, withdrawn), (Candidate(replace(ROW, state=TicketState.VOID), ()),)),
            "refuse void",
        ),
        (
            "another minute",
            world.facts(world.code(ROW, issued_at=world.minute("2026-04-20 12:01")), (Candidate(ROW, ()),)),
            "refuse forged",
        ),
        ("issued by another site", world.facts(world.code(ROW, issuing_site=SiteId(2)), (Candidate(ROW, ()),)), "refuse forged"),
    ):
        yield f"key: {name}", case, expected
    closed = world.check_point(state=CheckPointState.DISABLED)
    for name, row, changes, expected in (
        ("disabled", ROW, {"check_point": closed}, "refuse device_disabled"),
        ("void", replace(ROW, state=TicketState.VOID), {}, "refuse void"),
        ("expired", replace(ROW, valid_until=world.minute("09:00")), {}, "refuse expired"),
        ("good", ROW, {}, "staff policy_unknown"),
    ):
        yield f"a type that is not in the feed: {name}", world.shown(row, ticket_types={}, **changes), expected
    handheld = world.check_point(attended=True)
    typed = world.facts(TypedNumber(), (Candidate(replace(ROW, flags=TicketFlags.REAL_NAME), ()),), check_point=handheld)
    yield "a number typed at a handheld: whose is it", typed, "staff holder_required"
    yield (
        "a number typed at a handheld: theirs",
        replace(typed, scan=replace(typed.scan, holder=HolderShown.CONFIRMED_BY_STAFF)),
        GOOD,
    )


CASES = [case for cases in (over_midnight, old_cache, unseen_on_each_ground, unseen, keys_and_types) for case in cases()]


@pytest.mark.parametrize(("case", "expected"), [pytest.param(case, expected, id=name) for name, case, expected in CASES])
def test_rules_meet(case: Facts, expected: str) -> None:
    assert in_full(decide(case)) == expected


NORTH = world.check_point(world.OTHER_GATE, zone=2, name_zh="北门", name_en="North gate")
SHUT = world.check_point(CheckPointId(14), zone=2, name_zh="南门", name_en="South gate", state=CheckPointState.DISABLED)
POINTS = {
    world.GATE: world.check_point(),
    world.OTHER_GATE: NORTH,
    SHUT.check_point_id: SHUT,
    world.EXIT.check_point_id: replace(world.EXIT, zone=2),
}
IN_ZONE_2 = world.only(Gates(frozenset(), frozenset({2})))


@pytest.mark.parametrize(
    ("case", "english", "chinese"),
    [
        pytest.param(
            world.shown(ROW, ticket_types=IN_ZONE_2, check_points=POINTS), "North gate.", "北门", id="gates of a zone that serve"
        ),
        pytest.param(world.shown(ROW, world.passage("09:00")), "2026-05-10 09:00", "12号闸机", id="when and where it was used"),
        pytest.param(
            world.shown(ROW, world.passage("09:00"), ticket_types=world.only(DailyUses(1))),
            "from 2026-05-11 00:00",
            "2026-05-11 00:00",
            id="tomorrow",
        ),
        pytest.param(
            world.shown(replace(ROW, valid_until=world.minute("2026-05-09 23:59"))),
            "2026-05-09 23:59",
            "2026-05-09 23:59",
            id="its end",
        ),
        pytest.param(
            world.shown(
                replace(ROW, persons=9, flags=TicketFlags.GROUP), persons=3, site=replace(world.SITE_RULES, capacity=9), inside=7
            ),
            "2 left",
            "2 人次",
            id="how many places",
        ),
    ],
)
def test_a_text_says_what_helps(case: Facts, english: str, chinese: str) -> None:
    verdict = decide(case)
    assert isinstance(verdict, Refuse | CallStaff)
    assert english in visitor_text(verdict, Language.EN, world.ZONE)
    assert chinese in visitor_text(verdict, Language.ZH_CN, world.ZONE)


def test_a_long_list_of_days_excluded_is_searched_to_its_end() -> None:
    first = date(2026, 5, 10)
    excluded = DaysExcluded(frozenset(first + timedelta(days=count) for count in range(15)))
    verdict = decide(world.shown(ROW, ticket_types=world.only(excluded, DateRange(first, date(2026, 5, 31)))))
    assert isinstance(verdict, Refuse)
    assert verdict.details.passes_at == world.at("2026-05-25 00:00")
