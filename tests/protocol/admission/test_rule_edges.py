"""Each rule that is not about time, at its edges: uses, groups, re-entry, gates, holders, freshness, capacity, walk-ins."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest

from protocol.admission.decide import decide
from protocol.admission.facts import Candidate, DocumentCard, Facts, Forged, HolderShown, LookUpCode, TypedNumber, Unreadable
from protocol.admission.passages import PassageKind, PassageState, PastWalkIn
from protocol.admission.policy import (
    CheckPointState,
    DailyUses,
    Gates,
    MinimumInterval,
    PersonsPerScan,
    ReEntry,
    TotalUses,
    UnknownCheck,
    WalkInRule,
)
from protocol.admission.verdict import Admit
from protocol.directions import Direction
from protocol.identifiers import AgentId, CheckPointId, SiteId, TicketTypeId
from protocol.keyring import KeyState
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketState
from tests.builders import admission as world
from tests.builders.outcomes import ADMIT, outcome

Case = tuple[str, Facts, str]
HOUR_MS = 3_600_000
CARD = DocumentCard(holder=bytes(16), born=date(1990, 1, 1), region="110101")
READER = world.check_point(reads_documents=True)
TODAY = world.record(valid_from=world.minute("00:00"), valid_until=world.minute("23:59"))


def total_uses() -> Iterator[Case]:
    for most in range(1, 5):
        ticket_types = world.only(TotalUses(most))
        for used in range(most + 2):
            passages = [world.passage(f"0{hour}:00") for hour in range(1, used + 1)]
            expected = ADMIT if used < most else "refuse used_up"
            yield f"{used} of {most} used", world.shown(world.record(), *passages, ticket_types=ticket_types), expected


def groups() -> Iterator[Case]:
    ticket_types = world.only(TotalUses(1), PersonsPerScan(6))
    row = world.record(flags=TicketFlags.GROUP, persons=10)
    for used in (0, 3, 4, 5, 9, 10):
        for persons in (1, 4, 5, 6, 7):
            passages = [world.passage("09:00", persons=used)] if used else []
            expected = ADMIT if persons <= 6 and used + persons <= 10 else "refuse used_up"
            expected = "refuse too_many_persons" if persons > 6 else expected
            yield (
                f"{used} of 10 in, {persons} more",
                world.shown(row, *passages, ticket_types=ticket_types, persons=persons),
                expected,
            )


def group_re_entry() -> Iterator[Case]:
    """As many persons as left may come back without consuming; the others of the group consume."""
    ticket_types = world.only(TotalUses(1), ReEntry())
    row = world.record(flags=TicketFlags.GROUP, persons=10)
    entered, left = world.passage("09:00", persons=8), world.passage("09:30", Direction.EXIT, persons=3)
    for persons, expected in ((2, ADMIT), (3, ADMIT), (5, ADMIT), (6, "refuse used_up"), (10, "refuse used_up")):
        yield (
            f"8 in, 3 out, {persons} back",
            world.shown(row, entered, left, ticket_types=ticket_types, persons=persons),
            expected,
        )
    back = world.passage("09:40", persons=3)
    yield (
        "8 in, 3 out, 3 back, 3 more",
        world.shown(row, entered, left, back, ticket_types=ticket_types, persons=3),
        "refuse used_up",
    )
    yield "8 in, 3 out, 3 back, 2 more", world.shown(row, entered, left, back, ticket_types=ticket_types, persons=2), ADMIT
    all_left = world.passage("09:30", Direction.EXIT, persons=12)
    yield "more out than in", world.shown(row, entered, all_left, ticket_types=ticket_types, persons=8), ADMIT
    yield "all back, and one for the first time", world.shown(row, entered, all_left, ticket_types=ticket_types, persons=9), ADMIT
    yield "more than the group", world.shown(row, entered, all_left, ticket_types=ticket_types, persons=11), "refuse used_up"


def re_entry() -> Iterator[Case]:
    ticket_types = world.only(TotalUses(1), ReEntry())
    came, left, back = world.passage("09:00"), world.passage("09:30", Direction.EXIT), world.passage("09:40")
    left_again = world.passage("09:50", Direction.EXIT)
    annulled = replace(left, state=PassageState.NOT_PASSED)
    elsewhere = replace(left, entitlement_id=2)  # type: ignore[arg-type]  # a plain number names another right
    for name, passages, expected in (
        ("came", (came,), "refuse already_inside"),
        ("came, left", (came, left), ADMIT),
        ("came, left, back", (came, left, back), "refuse already_inside"),
        ("came, left, back, left", (came, left, back, left_again), ADMIT),
        ("came, exit not passed", (came, annulled), "refuse already_inside"),
        ("left on another right", (came, elsewhere), "refuse already_inside"),
        ("left only", (left,), ADMIT),
        ("left before it came", (replace(left, scanned_at=world.at("08:00")), came), "refuse already_inside"),
    ):
        yield f"re-entry: {name}", world.shown(world.record(), *passages, ticket_types=ticket_types), expected
    twice = world.only(TotalUses(2), ReEntry())
    yesterday = (world.passage("2026-05-09 09:00"), world.passage("2026-05-09 09:30", Direction.EXIT))
    yield (
        "an exit of yesterday is no re-entry",
        world.shown(world.record(), *yesterday, ticket_types=ticket_types),
        "refuse used_up",
    )
    yield "but another use", world.shown(world.record(), *yesterday, ticket_types=twice), ADMIT
    yield (
        "an exit never seen ends with the day",
        world.shown(world.record(), world.passage("2026-05-09 09:00"), ticket_types=twice),
        ADMIT,
    )
    paced = world.only(TotalUses(1), ReEntry(), MinimumInterval(180), DailyUses(1))
    yield "a re-entry is not too soon", world.shown(world.record(), came, left, ticket_types=paced), ADMIT


def gates() -> Iterator[Case]:
    for name, points, zones, expected in (
        ("this one", {11}, (), ADMIT),
        ("another", {12}, (), "refuse wrong_gate"),
        ("its zone", (), {1}, ADMIT),
        ("another zone", (), {2}, "refuse wrong_gate"),
        ("another, but its zone", {12}, {1}, ADMIT),
        ("nowhere", (), (), "refuse wrong_gate"),
    ):
        check = Gates(frozenset(CheckPointId(point) for point in points), frozenset(zones))
        yield f"gates: {name}", world.shown(world.record(), ticket_types=world.only(check)), expected
    for ticked in (frozenset[TicketTypeId](), frozenset({TicketTypeId(9)})):
        yield f"ticked for {set(ticked)}", world.facts(check_point=world.check_point(ticked=ticked)), "refuse wrong_gate"


def holders() -> Iterator[Case]:
    row = world.record(flags=TicketFlags.REAL_NAME)
    lanes = {"bare": world.check_point(), "reader": READER, "attended": world.check_point(attended=True)}
    answers = {
        HolderShown.NOT_YET: {"bare": "refuse holder_required", "reader": "card", "attended": "staff holder_required"},
        HolderShown.TIMED_OUT: dict.fromkeys(lanes, "refuse holder_required"),
        HolderShown.MATCHES: dict.fromkeys(lanes, ADMIT),
        HolderShown.CONFIRMED_BY_STAFF: dict.fromkeys(lanes, ADMIT),
        HolderShown.DIFFERS: dict.fromkeys(lanes, "refuse holder_mismatch"),
    }
    for holder, by_lane in answers.items():
        for lane, expected in by_lane.items():
            yield f"real-name, {holder}, {lane}", world.shown(row, check_point=lanes[lane], holder=holder), expected
            yield f"not real-name, {holder}, {lane}", world.shown(world.record(), check_point=lanes[lane], holder=holder), ADMIT
    yield "real-name, by its card", world.facts(CARD, (Candidate(row, ()),), check_point=READER), ADMIT
    yield "real-name, by NFC", world.facts(LookUpCode(), (Candidate(row, ()),), check_point=READER), "card"


def statuses() -> Iterator[Case]:
    for status in TicketState:
        for here, generation in (("own", 1), ("older print", 2)):
            row = world.record(state=status, generation=generation)
            expected = {
                TicketState.ACTIVE: ADMIT if generation == 1 else "refuse superseded",
                TicketState.VOID: "refuse void",
            }.get(status, f"refuse {status.name.lower()}" if generation == 1 else "refuse superseded")
            yield f"{status.name}, {here}", world.facts(world.code(world.record()), (Candidate(row, ()),)), expected
            alarm = expected.removeprefix("refuse ") if expected != ADMIT else "None"
            yield (
                f"{status.name}, {here}, exit",
                world.facts(world.code(world.record()), (Candidate(row, ()),), check_point=world.EXIT),
                f"out {alarm}",
            )


def freshness() -> Iterator[Case]:
    for autonomy_h in (1, 72):
        ticket_types = {world.T1: world.ticket_type(autonomy_s=autonomy_h * 3600)}
        whole = autonomy_h * HOUR_MS
        for name, age_ms, uncertainty_ms, closed, unlocked in (
            ("within", whole, 0, ADMIT, ADMIT),
            ("just beyond", whole + 1, 0, "staff cache_stale", ADMIT),
            ("beyond by uncertainty", whole, 1, "staff cache_stale", ADMIT),
            ("at three times", 3 * whole, 0, "staff cache_stale", ADMIT),
            ("beyond three times", 3 * whole + 1, 0, "staff cache_locked", "staff cache_locked"),
        ):
            for is_open, expected in ((False, closed), (True, unlocked)):
                ground = replace(world.LIVE, age_ms=age_ms, unlocked=is_open)
                case = world.shown(TODAY, ground=ground, ticket_types=ticket_types, uncertainty_ms=uncertainty_ms)
                yield f"autonomy {autonomy_h} h, {name}, unlocked={is_open}", case, expected
    stale = replace(world.LIVE, age_ms=73 * HOUR_MS, unlocked=True)
    for name, row, ticket_types in (
        (
            "of two days",
            world.record(valid_from=world.minute("2026-05-09 00:00"), valid_until=world.minute("23:59")),
            {world.T1: world.ticket_type()},
        ),
        ("flagged multi-use", replace(TODAY, flags=TicketFlags.MULTI_USE), {world.T1: world.ticket_type()}),
        ("of two uses", TODAY, world.only(TotalUses(2))),
        ("of uncounted uses", TODAY, world.only()),
    ):
        yield (
            f"stale and unlocked: a ticket {name}",
            world.shown(row, ground=stale, ticket_types=ticket_types),
            "staff cache_stale",
        )


def capacity() -> Iterator[Case]:
    ticket_types = world.only(TotalUses(1), PersonsPerScan(9))
    row = world.record(persons=9, flags=TicketFlags.GROUP)
    for inside, persons, limit, expected in (
        (9, 1, 10, ADMIT),
        (10, 1, 10, "refuse site_full"),
        (8, 2, 10, ADMIT),
        (8, 3, 10, "refuse site_full"),
        (0, 1, 0, "refuse site_full"),
        (None, 1, 10, ADMIT),
        (10**6, 9, None, ADMIT),
    ):
        site = replace(world.SITE_RULES, capacity=limit)
        case = world.shown(row, ticket_types=ticket_types, site=site, inside=inside, persons=persons)
        yield f"{inside} inside of {limit}, {persons} more", case, expected


def unseen() -> Iterator[Case]:
    allowed, forbidden = {world.T1: world.ticket_type(unseen=True)}, {world.T1: world.ticket_type()}
    for text, expected in (
        ("09:55", "refuse unknown"),
        ("09:56", "refuse unknown"),
        ("09:57", ADMIT),
        ("09:58", ADMIT),
        ("10:00", ADMIT),
    ):
        shown_code = world.code(world.record(issued_at=world.minute(text)))
        yield f"unseen, issued {text}, cache of 09:59", world.facts(shown_code, (), ticket_types=allowed), expected
        yield f"unseen not allowed, issued {text}", world.facts(shown_code, (), ticket_types=forbidden), "refuse unknown"
    new = world.code(world.record(issued_at=world.minute("10:00")))
    for count, expected in ((19, ADMIT), (20, "staff unknown"), (21, "staff unknown")):
        yield f"unseen, {count} this hour", world.facts(new, (), ticket_types=allowed, unseen_this_hour=count), expected
    yield "unseen of an unknown type", world.facts(new, (), ticket_types={}), "refuse unknown"
    yield (
        "unseen of another site",
        world.facts(world.code(world.record(issuing_site=SiteId(2))), (), ticket_types=allowed),
        "refuse wrong_site",
    )
    both = world.code(world.record(issuing_site=SiteId(2), flags=TicketFlags.MULTI_SITE, issued_at=world.minute("10:00")))
    yield "unseen of another site, for several", world.facts(both, (), ticket_types=allowed), ADMIT
    for status in (KeyState.CACHE_ONLY, KeyState.ACTIVE):
        expected = "refuse forged" if status is KeyState.CACHE_ONLY else ADMIT
        yield (
            f"newer generation, key {status}",
            world.facts(world.code(world.record(), status, generation=2), ticket_types=allowed),
            expected,
        )
    later = world.facts(
        world.code(world.record(), generation=2), (Candidate(world.record(state=TicketState.VOID), ()),), ticket_types=allowed
    )
    yield "newer generation of a void ticket", later, "refuse void"


def interrupted() -> Iterator[Case]:
    begun = world.passage("09:59:00", state=PassageState.PENDING, check_point=world.GATE, agent=AgentId(1), persons=2)
    row = world.record(flags=TicketFlags.GROUP, persons=4)
    for text, persons, expected in (
        ("10:00:00", 2, ADMIT),
        ("10:00:00", 1, ADMIT),
        ("10:00:00.001", 1, ADMIT),
        ("10:00:00", 3, "staff passage_unresolved"),
        ("10:00:01", 3, "staff passage_unresolved"),
    ):
        yield f"power cut at 09:59:00, {persons} at {text}", world.shown(row, begun, at=world.at(text), persons=persons), expected
    single = replace(begun, persons=1)
    for text, expected in (("10:00:00", ADMIT), ("10:00:00.001", "staff passage_unresolved")):
        yield f"power cut at 09:59:00, single at {text}", world.shown(world.record(), single, at=world.at(text)), expected


SENIORS = WalkInRule(7, "六十五岁以上", "65 and over", 65, None, (), None, None, frozenset())
CHILDREN = WalkInRule(8, "六岁及以下", "Up to 6", None, 6, (), None, None, frozenset())
RESIDENTS = WalkInRule(
    9, "本市居民", "Residents", None, None, ("1101", "1102"), date(2026, 5, 10), date(2026, 5, 11), frozenset()
)
AT_GATE = replace(SENIORS, check_points=frozenset({world.OTHER_GATE}))


def walk_ins() -> Iterator[Case]:
    for name, rule, born, region, when, expected in (
        ("65 today", SENIORS, date(1961, 5, 10), "", "10:00", ADMIT),
        ("65 tomorrow", SENIORS, date(1961, 5, 11), "", "10:00", "refuse unknown"),
        ("65 at midnight", SENIORS, date(1961, 5, 11), "", "2026-05-11 00:00", ADMIT),
        ("born on 29 February", SENIORS, date(1960, 2, 29), "", "2026-02-28 10:00", ADMIT),
        ("no birth date", SENIORS, None, "", "10:00", "refuse unknown"),
        ("6 still", CHILDREN, date(2019, 5, 11), "", "10:00", ADMIT),
        ("7 today", CHILDREN, date(2019, 5, 10), "", "10:00", "refuse unknown"),
        ("resident", RESIDENTS, None, "110101", "10:00", ADMIT),
        ("resident of another place", RESIDENTS, None, "310101", "10:00", "refuse unknown"),
        ("resident the day before", RESIDENTS, None, "110101", "2026-05-09 23:59:59", "refuse unknown"),
        ("resident on the last day", RESIDENTS, None, "110201", "2026-05-11 23:59:59", ADMIT),
        ("resident the day after", RESIDENTS, None, "110101", "2026-05-12 00:00", "refuse unknown"),
        ("at another gate", AT_GATE, date(1950, 1, 1), "", "10:00", "refuse unknown"),
    ):
        site = replace(world.SITE_RULES, walk_in_rules=(rule,))
        card = DocumentCard(bytes(16), born, region)
        yield f"walk-in: {name}", world.facts(card, (), check_point=READER, site=site, at=world.at(when)), expected
    site = replace(world.SITE_RULES, walk_in_rules=(SENIORS,))
    card = replace(CARD, born=date(1950, 1, 1))
    for name, earlier, expected in (
        ("yesterday", PastWalkIn(card.holder, 7, world.SITE, world.GATE, world.at("2026-05-09 23:59:59")), ADMIT),
        ("today", PastWalkIn(card.holder, 7, world.SITE, world.GATE, world.at("00:00")), "refuse daily_limit"),
        ("another person today", PastWalkIn(bytes([1] * 16), 7, world.SITE, world.GATE, world.at("09:00")), ADMIT),
    ):
        yield f"walk-in {name}", world.facts(card, (), check_point=READER, site=site, walk_ins=(earlier,)), expected
    full = replace(site, capacity=5)
    yield "walk-in to a full site", world.facts(card, (), check_point=READER, site=full, inside=5), "refuse site_full"
    closed = replace(READER, state=CheckPointState.DISABLED)
    yield "walk-in at a closed lane", world.facts(card, (), check_point=closed, site=site), "refuse device_disabled"
    used = (Candidate(world.record(), (world.passage("09:00"),)),)
    yield "a used ticket, but a walk-in", world.facts(card, used, check_point=READER, site=site), ADMIT


def credentials() -> Iterator[Case]:
    staffed = world.check_point(attended=True)
    for name, presented, entry, exit_alarm in (
        ("unreadable", Unreadable(), "refuse malformed", "malformed"),
        ("forged", Forged(), "refuse forged", "forged"),
        ("a card without tickets", CARD, "refuse unknown", "unknown"),
        ("an unknown look-up code", LookUpCode(), "refuse unknown", "unknown"),
        ("a typed number at a lane", TypedNumber(), "refuse malformed", "malformed"),
    ):
        yield f"{name}: entry", world.facts(presented, ()), entry
        yield f"{name}: override", world.facts(presented, (), supervisor=9), entry
        yield f"{name}: exit", world.facts(presented, (), check_point=world.EXIT), f"out {exit_alarm}"
        yield f"{name}: fire", world.facts(presented, (), fire=True), "free"
    contradicted = world.code(world.record(), ticket_type=TicketTypeId(2))
    yield "a code that its record contradicts: override", world.facts(contradicted, supervisor=9), "refuse forged"
    withdrawn = world.code(world.record(), KeyState.CACHE_ONLY)
    yield "a code of a withdrawn key, not in the cache: override", world.facts(withdrawn, (), supervisor=9), "refuse forged"
    yield "an unknown number typed by staff", world.facts(TypedNumber(), (), check_point=staffed), "refuse unknown"
    yield "a type that is not in the feed", world.facts(ticket_types={}), "staff policy_unknown"
    yield (
        "a rule of a later version",
        world.shown(world.record(), ticket_types=world.only(UnknownCheck("tide"))),
        ("staff policy_unknown"),
    )


Table = Callable[[], Iterator[Case]]
TABLES: list[Table] = [
    total_uses,
    groups,
    group_re_entry,
    re_entry,
    gates,
    holders,
    statuses,
    freshness,
    capacity,
    unseen,
    interrupted,
    walk_ins,
    credentials,
]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_the_rule_holds_at_its_edges(table: Table) -> None:
    told = {name: (outcome(decide(case)), expected) for name, case, expected in table()}
    assert {name: one for name, one in told.items() if one[0] != one[1]} == {}


def test_a_resumed_passage_consumes_nothing_more() -> None:
    begun = world.passage("09:59:30", state=PassageState.PENDING, check_point=world.GATE, agent=AgentId(1))
    verdict = decide(world.shown(world.record(), begun))
    assert isinstance(verdict, Admit)
    assert (verdict.kind, verdict.uses_left) == (PassageKind.RESUME, 0)
