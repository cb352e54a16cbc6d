"""Coming back: re-entry, groups in parts, intervals, power cuts, and the past passages that count as a use."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from protocol.admission.decide import decide
from protocol.admission.facts import Facts, HolderShown
from protocol.admission.passages import PassageKind, PassageState, PastPassage
from protocol.admission.policy import Check, DailyUses, MinimumInterval, Period, PeriodUses, PersonsPerScan, ReEntry, TotalUses
from protocol.admission.verdict import Refuse
from protocol.directions import Direction
from protocol.identifiers import AgentId, TicketId
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketRecord
from tests.builders.admission import GATE, SITE_RULES, T1, at, check_point, entitlement, passage, record, shown, ticket_type
from tests.builders.outcomes import in_full, outcome

Case = tuple[str, Facts, str]
ROW = record(ticket_id=TicketId(1))
GROUP = replace(ROW, flags=TicketFlags.GROUP, persons=10)
IN, OUT = passage("09:00"), passage("09:30", Direction.EXIT)
LAST_NIGHT = "2026-05-09 23:00"


def of(*checks: Check, row: TicketRecord = ROW, past: tuple[PastPassage, ...] = (), **changes: object) -> Facts:
    return shown(row, *past, ticket_types={T1: ticket_type(entitlement(*checks))}, **changes)


def out(when: str, persons: int = 1) -> PastPassage:
    return passage(when, Direction.EXIT, persons=persons)


def re_entry() -> Iterator[Case]:
    once = (TotalUses(1), ReEntry())
    night_in = passage(LAST_NIGHT)
    early = at("00:40")
    for name, case, expected in (
        ("left before midnight", of(*once, past=(night_in, out("2026-05-09 23:59:59")), at=early), "refuse used_up"),
        ("left after midnight", of(*once, past=(night_in, out("00:00")), at=early), "entry on 1/1, 1 in, 0 left"),
        ("no exit seen", of(*once, past=(IN,)), "refuse already_inside"),
        ("no exit seen since yesterday", of(TotalUses(2), ReEntry(), past=(night_in,)), "entry on 1/1, 1 in, 0 left"),
        ("twice", of(*once, past=(IN, OUT, passage("09:35"), out("09:40"))), "entry on 1/1, 1 in, 0 left"),
        (
            "admitted twice by gates out of reach, left once",
            of(*once, past=(IN, passage("09:01"), OUT)),
            ("entry on 1/1, 1 in, 0 left"),
        ),
        ("two exits seen for one entry", of(*once, past=(IN, OUT, out("09:31"), passage("09:40"))), "refuse already_inside"),
        ("to a full site", of(*once, past=(IN, OUT), site=replace(SITE_RULES, capacity=5), inside=5), "refuse site_full"),
        (
            "to a site with one place",
            of(*once, past=(IN, OUT), site=replace(SITE_RULES, capacity=5), inside=4),
            ("entry on 1/1, 1 in, 0 left"),
        ),
        (
            "a day's limit and a week's",
            of(DailyUses(1), PeriodUses(1, Period.WEEK), ReEntry(), past=(IN, OUT)),
            ("entry on 1/1, 1 in, 0 left"),
        ),
    ):
        yield f"re-entry: {name}", case, expected


def groups() -> Iterator[Case]:
    once = (TotalUses(1), ReEntry())
    eight = passage("09:00", persons=8)
    three_out, three_back, four_back = out("09:30", 3), passage("09:40", persons=3), passage("09:40", persons=4)
    yesterday, two, five_out = passage(LAST_NIGHT, persons=8), passage("09:00", persons=2), out("09:30", 5)
    twice = of(TotalUses(2), ReEntry(), row=GROUP, past=(yesterday, two, five_out), persons=5)
    yield "group: who was not seen to leave yesterday did not leave today", twice, "entry on 1/1, 5 in, 7 left"
    for name, past, persons, expected in (
        ("three back", (eight, three_out), 3, "entry on 1/1, 3 in, 2 left"),
        ("three back and two for the first time", (eight, three_out), 5, "entry on 1/1, 5 in, 0 left"),
        ("more than may", (eight, three_out), 6, "refuse used_up"),
        ("three back already, two new", (eight, three_out, three_back), 2, "entry on 1/1, 2 in, 0 left"),
        (
            "three back with one, then one new",
            (eight, three_out, four_back),
            1,
            "entry on 1/1, 1 in, 0 left",
        ),
        ("three back with one, then two new", (eight, three_out, four_back), 2, "refuse used_up"),
        ("out in two parts, back at once", (eight, three_out, out("09:35", 2)), 5, "entry on 1/1, 5 in, 2 left"),
    ):
        yield f"group: {name}", of(*once, row=GROUP, past=past, persons=persons), expected


def group_limits() -> Iterator[Case]:
    four = passage("09:00", persons=4)
    for name, case, expected in (
        (
            "the rest soon after",
            of(TotalUses(1), MinimumInterval(180), row=GROUP, past=(four,), persons=6),
            ("entry on 1/1, 6 in, 0 left"),
        ),
        ("more than the rest too soon", of(MinimumInterval(180), row=GROUP, past=(four,), persons=7), "refuse too_soon"),
        ("the rest of today", of(DailyUses(1), row=GROUP, past=(four,), persons=6), "entry on 1/1, 6 in"),
        ("more than today's rest", of(DailyUses(1), row=GROUP, past=(four,), persons=7), "refuse daily_limit"),
        ("few at a time", of(TotalUses(1), PersonsPerScan(3), row=GROUP, past=(four,), persons=4), "refuse too_many_persons"),
        (
            "few places",
            of(row=GROUP, persons=3, site=replace(SITE_RULES, capacity=10), inside=8),
            "refuse site_full",
        ),
        ("all but one person of another ticket", of(TotalUses(5), persons=2), "refuse too_many_persons"),
        ("two persons on a pass without a count", of(persons=2), "refuse too_many_persons"),
        ("two persons on a single ticket", of(TotalUses(1), persons=2), "refuse used_up"),
        (
            "real-name, its leader's card",
            of(
                TotalUses(1), row=replace(GROUP, flags=GROUP.flags | TicketFlags.REAL_NAME), persons=5, holder=HolderShown.MATCHES
            ),
            "entry on 1/1, 5 in, 5 left",
        ),
    ):
        yield f"group limits: {name}", case, expected


@pytest.mark.parametrize(
    ("case", "left"),
    [
        pytest.param(of(TotalUses(1), ReEntry(), row=GROUP, past=(passage("09:00", persons=8), out("09:30", 3)), persons=9), 5),
        pytest.param(of(MinimumInterval(180), row=GROUP, past=(passage("09:00", persons=4),), persons=9), 6),
        pytest.param(of(row=GROUP, persons=9, site=replace(SITE_RULES, capacity=10), inside=8), 2),
        pytest.param(of(PersonsPerScan(3), row=GROUP, persons=9), 3),
    ],
    ids=["uses and those who left", "interval", "places", "at a time"],
)
def test_a_group_is_told_how_many_may_enter_and_so_many_may(case: Facts, left: int) -> None:
    verdict = decide(case)
    assert isinstance(verdict, Refuse)
    assert verdict.details.left == left
    assert outcome(decide(replace(case, scan=replace(case.scan, persons=left)))) == "admit"
    assert outcome(decide(replace(case, scan=replace(case.scan, persons=left + 1)))) != "admit"


CUT = passage("09:59:30", state=PassageState.PENDING, check_point=GATE, agent=AgentId(1))


def power_cuts() -> Iterator[Case]:
    real = replace(ROW, flags=TicketFlags.REAL_NAME)
    reader = check_point(reads_documents=True)
    once, late = (TotalUses(1),), at("10:01")
    for name, case, expected in (
        ("real-name: the card again", of(*once, row=real, past=(CUT,), check_point=reader), "card"),
        (
            "real-name: the card is theirs",
            of(*once, row=real, past=(CUT,), check_point=reader, holder=HolderShown.MATCHES),
            ("resume on 1/1, 1 in, 0 left"),
        ),
        (
            "real-name: another card",
            of(*once, row=real, past=(CUT,), check_point=reader, holder=HolderShown.DIFFERS),
            ("refuse holder_mismatch"),
        ),
        (
            "a full site: they were counted",
            of(*once, past=(CUT,), site=replace(SITE_RULES, capacity=5), inside=5),
            ("resume on 1/1, 1 in, 0 left"),
        ),
        ("one of ten", of(TotalUses(10), past=(CUT,)), "resume on 1/1, 1 in, 9 left"),
        ("one of ten, a minute later", of(TotalUses(10), past=(CUT,), at=late), "entry on 1/1, 1 in, 8 left"),
        ("once a day, a minute later", of(DailyUses(1), past=(CUT,), at=late), "staff passage_unresolved"),
        ("paced, a minute later", of(MinimumInterval(180), past=(CUT,), at=late), "staff passage_unresolved"),
        ("used before too: no doubt", of(*once, past=(IN, CUT), at=late), "refuse used_up"),
        (
            "an override",
            of(*once, past=(replace(CUT, kind=PassageKind.OVERRIDE),)),
            "resume on 1/1, 1 in, 0 left",
        ),
        ("passed after all", of(*once, past=(replace(CUT, state=PassageState.PASSED),)), "refuse used_up"),
        (
            "not passed after all",
            of(*once, past=(replace(CUT, state=PassageState.NOT_PASSED),)),
            "entry on 1/1, 1 in, 0 left",
        ),
    ):
        yield f"power cut: {name}", case, expected


def what_counts() -> Iterator[Case]:
    """Each limit, used once by each kind of past passage."""
    limits: tuple[tuple[Check, str], ...] = (
        (TotalUses(1), "used_up"),
        (DailyUses(1), "daily_limit"),
        (PeriodUses(1, Period.WEEK), "period_limit"),
        (MinimumInterval(180), "too_soon"),
    )
    for check, reason in limits:
        for name, past, counts in (
            ("passed", IN, True),
            ("without outcome, at another gate", replace(IN, state=PassageState.PENDING), True),
            ("resumed", replace(IN, resumed=True), True),
            ("overridden", replace(IN, kind=PassageKind.OVERRIDE), True),
            ("annulled", replace(IN, state=PassageState.NOT_PASSED), False),
            ("an exit", OUT, False),
            ("through fire", replace(IN, kind=PassageKind.FIRE), False),
            ("through free flow", replace(IN, kind=PassageKind.FREE), False),
        ):
            unused = "entry on 1/1, 1 in, 0 left" if isinstance(check, TotalUses | PeriodUses) else "entry on 1/1, 1 in"
            yield f"{reason}: {name}", of(check, past=(past,)), f"refuse {reason}" if counts else unused


CASES = [case for cases in (re_entry, groups, group_limits, power_cuts, what_counts) for case in cases()]


@pytest.mark.parametrize(("case", "expected"), [pytest.param(case, expected, id=name) for name, case, expected in CASES])
def test_who_comes_back(case: Facts, expected: str) -> None:
    assert in_full(decide(case)) == expected


@pytest.mark.parametrize("past", [pytest.param((IN, OUT), id="in order"), pytest.param((OUT, IN), id="the exit told first")])
def test_only_the_time_of_the_scan_says_which_came_first(past: tuple[PastPassage, ...]) -> None:
    assert in_full(decide(of(TotalUses(1), ReEntry(), past=past))) == "entry on 1/1, 1 in, 0 left"
