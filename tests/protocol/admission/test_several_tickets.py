"""Which ticket or right is used: for one card with several tickets, and for one ticket with several rights at one gate."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from protocol.admission.decide import decide
from protocol.admission.facts import Candidate, DocumentCard, Facts, LookUpCode
from protocol.admission.passages import PassageState, PastPassage
from protocol.admission.policy import DailyUses, ReEntry, TotalUses, UnknownCheck, Weekdays
from protocol.admission.verdict import Refuse
from protocol.directions import Direction
from protocol.identifiers import AgentId, CheckPointId, EntitlementId, SiteId, TicketId
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketState
from tests.builders import admission as world
from tests.builders.outcomes import in_full, outcome

Case = tuple[str, Facts, str]
CARD = DocumentCard(holder=bytes(16), born=date(1990, 1, 1), region="110101")
READER = world.check_point(reads_documents=True)
HOUR_MS = 3_600_000
FIRST, SECOND = TicketId(1), TicketId(2)


def ticket(number: int, *passages: PastPassage, **changes: object) -> Candidate:
    ticket_id = TicketId(number)
    return Candidate(world.record(ticket_id=ticket_id, **changes), tuple(replace(one, ticket_id=ticket_id) for one in passages))


def by_card(*candidates: Candidate, **changes: object) -> Facts:
    return world.facts(CARD, candidates, check_point=READER, **changes)


GOOD = ticket(2)
USED, INSIDE, LEFT = world.passage("09:00"), world.passage("09:00"), world.passage("09:30", Direction.EXIT)
RE_ENTRY = world.only(TotalUses(1), ReEntry())
T2_HERE = {world.T1: world.ticket_type(), world.T2: world.ticket_type(number=2)}


def one_of_two_is_good() -> Iterator[Case]:
    """With any fault of one ticket, the other one admits, and nothing is recorded against the wrong one."""
    for name, wrong in (
        ("void", ticket(1, state=TicketState.VOID)),
        ("blocked", ticket(1, state=TicketState.BLOCKED)),
        ("unpaid", ticket(1, state=TicketState.UNPAID)),
        ("inactive", ticket(1, state=TicketState.INACTIVE)),
        ("of another site", ticket(1, issuing_site=SiteId(2))),
        ("not yet valid", ticket(1, valid_from=world.minute("2026-05-11 00:00"), valid_until=world.minute("2026-05-12 23:59"))),
        ("expired", ticket(1, valid_until=world.minute("2026-05-09 23:59"))),
        ("used", ticket(1, USED)),
        ("of a type that is not in the feed", ticket(1, ticket_type=9)),
    ):
        yield f"{name}, and a good one", by_card(wrong, GOOD), "entry on 2/1, 1 in, 0 left"
    yield (
        "at other gates, and a good one",
        by_card(ticket(1, ticket_type=world.T2), GOOD, ticket_types=T2_HERE),
        "entry on 2/1, 1 in, 0 left",
    )
    yield "inside, and a good one", by_card(ticket(1, INSIDE), GOOD, ticket_types=RE_ENTRY), "entry on 2/1, 1 in, 0 left"


def none_is_good() -> Iterator[Case]:
    """The reason is that of the ticket that came furthest; where staff may still let the visitor in, they are called."""
    used, void = ticket(1, USED), ticket(2, state=TicketState.VOID)
    expired = ticket(3, valid_until=world.minute("2026-05-09 23:59"))
    for name, held, expected in (
        ("used and void", (used, void), "refuse used_up"),
        ("void and expired", (void, expired), "refuse expired"),
        ("all three", (used, void, expired), "refuse used_up"),
    ):
        for order in permutations(held):
            yield name, by_card(*order), expected
    unknown = {
        world.T1: world.ticket_type(),
        world.T2: world.ticket_type(world.entitlement(UnknownCheck("tide"), ticket_type=1), number=2),
    }
    yield (
        "used, and one whose rules are not known here",
        by_card(used, ticket(4, ticket_type=world.T2), ticket_types=unknown),
        ("staff policy_unknown"),
    )
    short = {
        world.T1: world.ticket_type(),
        world.T2: world.ticket_type(world.entitlement(TotalUses(1)), number=2, autonomy_s=3600),
    }
    old = replace(world.LIVE, age_ms=2 * HOUR_MS)
    yield (
        "used, and one for which the cache is too old",
        by_card(used, ticket(4, ticket_type=world.T2), ticket_types=short, ground=old),
        ("staff cache_stale"),
    )


def several_are_good() -> Iterator[Case]:
    soon, later = ticket(1, valid_until=world.minute("2026-05-20 23:59")), ticket(2)
    yield "the one that ends first", by_card(later, soon), "entry on 1/1, 1 in, 0 left"
    younger, older = ticket(1), ticket(2, issued_at=world.minute("2026-04-19 12:00"))
    yield "of two that end together, the one sold first", by_card(younger, older), "entry on 2/1, 1 in, 0 left"
    late = ticket(1, slot_start=world.minute("11:00"), slot_minutes=60)
    early = ticket(2, slot_start=world.minute("10:00"), slot_minutes=60)
    yield "the one whose slot begins first", by_card(late, early), "entry on 2/1, 1 in, 0 left"
    yield (
        "left on one, never used the other",
        by_card(GOOD, ticket(1, USED, LEFT), ticket_types=RE_ENTRY),
        ("entry on 1/1, 1 in, 0 left"),
    )
    sooner = ticket(2, valid_until=world.minute("23:59"))
    yield (
        "left on one, the other ends today",
        by_card(ticket(1, USED, LEFT), sooner, ticket_types=RE_ENTRY),
        ("entry on 2/1, 1 in, 0 left"),
    )
    cut = ticket(1, world.passage("09:59:30", state=PassageState.PENDING, check_point=world.GATE, agent=AgentId(1)))
    yield "a power cut while entering on one", by_card(sooner, cut), "resume on 1/1, 1 in, 0 left"
    ten = world.only(TotalUses(10))
    yield "nine uses left or ten", by_card(ticket(1), ticket(2, USED), ticket_types=ten), "entry on 2/1, 1 in, 8 left"
    yield "truly equal", by_card(ticket(1), ticket(2)), "refuse ambiguous"
    yield (
        "truly equal, a third one ends first",
        by_card(ticket(1), ticket(2), ticket(3, valid_until=world.minute("23:59"))),
        ("entry on 3/1, 1 in, 0 left"),
    )
    yield "truly equal, and one that ended", by_card(ticket(1), ticket(2), ticket(3, USED)), "refuse ambiguous"
    yield "truly equal by another code", world.facts(LookUpCode(), (ticket(1), ticket(2))), "refuse ambiguous"
    real = ticket(1, flags=TicketFlags.REAL_NAME)
    yield (
        "one real-name, by its card",
        by_card(real, ticket(2, valid_until=world.minute("2026-06-30 23:59"))),
        ("entry on 1/1, 1 in, 0 left"),
    )


ONCE = (TotalUses(1),)


def rights() -> Iterator[Case]:
    """A package with two rights that this gate is ticked for."""
    two = {world.T1: world.ticket_type(world.entitlement(*ONCE, number=1), world.entitlement(*ONCE, number=2))}
    re_entry = {world.T1: world.ticket_type(world.entitlement(*ONCE, number=1), world.entitlement(*ONCE, ReEntry(), number=2))}
    second_used = world.passage("09:00", entitlement_id=EntitlementId(2))
    second_left = replace(LEFT, entitlement_id=EntitlementId(2))
    cut = replace(
        second_used,
        state=PassageState.PENDING,
        check_point=world.GATE,
        agent=AgentId(1),
        scanned_at=world.passage("09:59:30").scanned_at,
    )
    for name, ticket_types, passages, expected in (
        ("unused: the first", two, (), "entry on {}/1, 1 in, 0 left"),
        ("first used: the second", two, (USED,), "entry on {}/2, 1 in, 0 left"),
        ("second used: the first", two, (second_used,), "entry on {}/1, 1 in, 0 left"),
        ("both used", two, (USED, second_used), "refuse used_up"),
        ("left on the second: re-entry before another use", re_entry, (second_used, second_left), "entry on {}/2, 1 in, 0 left"),
        ("inside on the second: the first", re_entry, (second_used,), "entry on {}/1, 1 in, 0 left"),
        ("power cut on the second: resumed before another use", two, (cut,), "resume on {}/2, 1 in, 0 left"),
    ):
        yield (
            f"package: {name}",
            world.shown(world.record(ticket_id=FIRST), *passages, ticket_types=ticket_types),
            expected.format(1),
        )
    unknown = {world.T1: world.ticket_type(world.entitlement(*ONCE, number=1), world.entitlement(UnknownCheck("tide"), number=2))}
    row = world.record(ticket_id=FIRST)
    yield "package: first used, second not understood", world.shown(row, USED, ticket_types=unknown), "staff policy_unknown"
    yield "package: second not understood, not needed", world.shown(row, ticket_types=unknown), "entry on 1/1, 1 in, 0 left"
    sunday_and_workday = {
        world.T1: world.ticket_type(
            world.entitlement(Weekdays(frozenset({1})), number=1), world.entitlement(DailyUses(1), number=2)
        )
    }
    yield "package: first not today, second today", world.shown(row, ticket_types=sunday_and_workday), "entry on 1/2, 1 in"
    other = {world.T1: world.ticket_type(world.entitlement(*ONCE, number=1), world.entitlement(*ONCE, ticket_type=2, number=2))}
    both = world.check_point(ticked=frozenset({world.T1, world.T2}))
    yield (
        "package: a gate of both, first used",
        world.shown(row, USED, ticket_types=other, check_point=both),
        "entry on 1/2, 1 in, 0 left",
    )
    yield "package: a gate of the first, first used", world.shown(row, USED, ticket_types=other), "refuse used_up"


CASES = [case for cases in (one_of_two_is_good, none_is_good, several_are_good, rights) for case in cases()]


@pytest.mark.parametrize(("case", "expected"), [pytest.param(case, expected, id=name) for name, case, expected in CASES])
def test_the_right_one_is_taken(case: Facts, expected: str) -> None:
    assert in_full(decide(case)) == expected


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case, _ in CASES])
def test_the_order_in_which_tickets_are_found_says_nothing(case: Facts) -> None:
    assert in_full(decide(replace(case, candidates=case.candidates[::-1]))) == in_full(decide(case))


def test_a_refusal_for_another_gate_names_where_the_ticket_is_valid() -> None:
    elsewhere = world.check_point(CheckPointId(12), ticked=frozenset({world.T2}))
    case = by_card(
        ticket(1, ticket_type=world.T2),
        ticket_types=T2_HERE,
        check_points={world.GATE: READER, elsewhere.check_point_id: elsewhere},
    )
    verdict = decide(case)
    assert outcome(verdict) == "refuse wrong_gate"
    assert isinstance(verdict, Refuse)
    assert (verdict.ticket_id, verdict.details.place_en) == (FIRST, "Gate 12")
