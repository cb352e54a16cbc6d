"""Exits: always open; the ticket that they are recorded against, and their alarm."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from protocol.admission.decide import decide
from protocol.admission.facts import Candidate, DocumentCard, Facts, Forged, LookUpCode, TypedNumber, Unreadable
from protocol.admission.passages import PassageState, PastPassage
from protocol.admission.policy import CheckPointState, ReEntry, TotalUses
from protocol.directions import Direction
from protocol.identifiers import EntitlementId, SiteId, TicketId
from protocol.keyring import KeyState
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketState
from tests.builders import admission as world
from tests.builders.outcomes import in_full

Case = tuple[str, Facts, str]
ROW = world.record(ticket_id=TicketId(1))
IN, OUT = world.passage("09:00"), world.passage("09:30", Direction.EXIT)
UNSEEN = {world.T1: world.ticket_type(unseen=True)}
NEW = replace(ROW, issued_at=world.minute("09:59"))
ELSEWHERE = replace(ROW, issuing_site=SiteId(2))
HOUR_MS = 3_600_000
CARD = DocumentCard(holder=bytes(16), born=date(1950, 1, 1), region="110101")


def ticket(number: int, *passages: PastPassage, **changes: object) -> Candidate:
    return Candidate(world.record(ticket_id=TicketId(number), **changes), passages)


def by_code(*passages: PastPassage, **changes: object) -> Facts:
    return world.facts(world.code(ROW), (ticket(1, *passages, **changes),), check_point=world.EXIT)


def whatever_the_ticket_says() -> Iterator[Case]:
    for name, case, expected in (
        ("inside", by_code(IN), "None"),
        ("never entered", by_code(), "None"),
        ("left already", by_code(IN, OUT), "None"),
        ("not yet valid", by_code(IN, valid_from=world.minute("12:00")), "None"),
        ("expired", by_code(IN, valid_until=world.minute("09:59")), "None"),
        ("void", by_code(IN, state=TicketState.VOID), "void"),
        ("blocked", by_code(IN, state=TicketState.BLOCKED), "blocked"),
        ("unpaid", by_code(IN, state=TicketState.UNPAID), "unpaid"),
        ("inactive", by_code(IN, state=TicketState.INACTIVE), "inactive"),
        ("superseded", by_code(IN, generation=2), "superseded"),
    ):
        yield name, case, f"out on 1/1: {expected}"
    other_site = world.facts(world.code(ELSEWHERE), (Candidate(ELSEWHERE, (IN,)),), check_point=world.EXIT)
    yield "of another site, in the cache", other_site, "out on 1/1: wrong_site"
    yield "of another site", world.facts(world.code(ELSEWHERE), (), check_point=world.EXIT), "out on 1/None: wrong_site"
    yield (
        "of a type that is not in the feed",
        world.facts(world.code(ROW), (ticket(1, IN),), check_point=world.EXIT, ticket_types={}),
        "out on 1/None: None",
    )
    unticked = replace(world.EXIT, ticked=frozenset())
    yield (
        "at an exit that is ticked for nothing",
        world.facts(world.code(ROW), (ticket(1, IN),), check_point=unticked),
        "out on 1/1: None",
    )


def whatever_was_shown() -> Iterator[Case]:
    for name, presented, expected in (
        ("unreadable", Unreadable(), "malformed"),
        ("forged", Forged(), "forged"),
        ("a card that leads nowhere", CARD, "unknown"),
        ("a code that leads nowhere", LookUpCode(), "unknown"),
        ("a typed number at a lane", TypedNumber(), "malformed"),
        ("not in the cache, and old", world.code(ROW), "unknown"),
        ("not in the cache, of a withdrawn key", world.code(NEW, KeyState.CACHE_ONLY), "forged"),
        ("of another site, of a withdrawn key", world.code(ELSEWHERE, KeyState.CACHE_ONLY), "forged"),
    ):
        yield name, world.facts(presented, (), check_point=world.EXIT, ticket_types=UNSEEN), f"out on nothing: {expected}"
    contradicted = world.facts(world.code(ROW, ticket_type=world.T2), (ticket(1),), check_point=world.EXIT)
    yield "contradicted by its row", contradicted, "out on nothing: forged"
    yield "unseen", world.facts(world.code(NEW), (), check_point=world.EXIT, ticket_types=UNSEEN), "out on 1/1: None"
    over = world.SITE_RULES.unseen_per_hour
    yield (
        "unseen, after many others",
        world.facts(world.code(NEW), (), check_point=world.EXIT, ticket_types=UNSEEN, unseen_this_hour=over),
        "out on 1/1: None",
    )
    newer = world.facts(world.code(ROW, generation=2), (ticket(1, IN),), check_point=world.EXIT, ticket_types=UNSEEN)
    yield "a newer print than the cache knows", newer, "out on 1/1: None"


def whatever_the_check_point_is() -> Iterator[Case]:
    for name, point, ground, expected in (
        ("disabled", replace(world.EXIT, state=CheckPointState.DISABLED), world.LIVE, "device_disabled"),
        ("retired", replace(world.EXIT, state=CheckPointState.RETIRED), world.LIVE, "device_disabled"),
        ("clock not trusted", world.EXIT, replace(world.LIVE, clock_trusted=False), "clock_untrusted"),
        ("stale", world.EXIT, replace(world.LIVE, age_ms=73 * HOUR_MS), "cache_stale"),
        ("locked", world.EXIT, replace(world.LIVE, age_ms=999 * HOUR_MS), "cache_locked"),
    ):
        yield name, world.facts(world.code(ROW), (ticket(1, IN),), check_point=point, ground=ground), f"out on 1/1: {expected}"
    yield (
        "a full site",
        world.facts(
            world.code(ROW), (ticket(1, IN),), check_point=world.EXIT, site=replace(world.SITE_RULES, capacity=1), inside=9
        ),
        ("out on 1/1: None"),
    )
    yield "a supervisor", world.facts(world.code(ROW), (ticket(1, IN),), check_point=world.EXIT, supervisor=9), "out on 1/1: None"


def of_several() -> Iterator[Case]:
    yesterday = world.passage("2026-05-09 22:00")
    part = world.passage("09:30", Direction.EXIT, persons=3)
    group = ticket(1, world.passage("09:00", persons=10), part, persons=10, flags=TicketFlags.GROUP)
    for name, held, expected in (
        ("one inside", (ticket(1), ticket(2, IN)), "out on 2/1: None"),
        ("one left, one inside", (ticket(1, IN, OUT), ticket(2, IN)), "out on 2/1: None"),
        ("one inside is blocked", (ticket(1), ticket(2, IN, state=TicketState.BLOCKED)), "out on 2/1: blocked"),
        ("one annulled, one inside", (ticket(1, replace(IN, state=PassageState.NOT_PASSED)), ticket(2, IN)), "out on 2/1: None"),
        ("one whose outcome is not known", (ticket(1), ticket(2, replace(IN, state=PassageState.PENDING))), "out on 2/1: None"),
        ("one never seen to leave yesterday, one inside", (ticket(1, yesterday), ticket(2, IN)), "out on 2/1: None"),
        ("one inside since yesterday", (ticket(1), ticket(2, yesterday)), "out on 2/1: None"),
        ("a group of which seven are inside, and one outside", (ticket(2), group), "out on 1/1: None"),
        ("none inside, one void", (ticket(1, state=TicketState.VOID), ticket(2)), "out on 2/1: None"),
        ("none inside", (ticket(1), ticket(2)), "out on 1/1: None"),
    ):
        yield f"by card: {name}", world.facts(CARD, held, check_point=world.EXIT), expected
    two = {
        world.T1: world.ticket_type(
            world.entitlement(TotalUses(1), number=1), world.entitlement(TotalUses(1), ticket_type=2, number=2)
        )
    }
    on_second = replace(IN, entitlement_id=EntitlementId(2))
    package = world.facts(world.code(ROW), (ticket(1, on_second),), check_point=world.EXIT, ticket_types=two)
    yield "a package, inside on its second right", package, "out on 1/2: None"


CASES = [
    case for cases in (whatever_the_ticket_says, whatever_was_shown, whatever_the_check_point_is, of_several) for case in cases()
]


@pytest.mark.law(8)
@pytest.mark.parametrize(("case", "expected"), [pytest.param(case, expected, id=name) for name, case, expected in CASES])
def test_an_exit_opens(case: Facts, expected: str) -> None:
    assert in_full(decide(case)) == expected


def left_by(recorded_as: int) -> PastPassage:
    return replace(OUT, entitlement_id=EntitlementId(recorded_as))


@pytest.mark.parametrize(
    ("recorded_as", "expected"),
    [
        pytest.param(1, "entry on 1/1, 1 in, 0 left", id="against the right"),
        pytest.param(0, "entry on 1/1, 1 in, 0 left", id="against the ticket alone, because there was no feed"),
        pytest.param(2, "refuse already_inside", id="against another right"),
    ],
)
def test_who_was_seen_to_leave_may_come_back(recorded_as: int, expected: str) -> None:
    ticket_types = world.only(TotalUses(1), ReEntry())
    assert (
        in_full(decide(world.facts(world.code(ROW), (ticket(1, IN, left_by(recorded_as)),), ticket_types=ticket_types)))
        == expected
    )
