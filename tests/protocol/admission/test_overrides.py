"""A supervisor's override admits only a credential of a real ticket, at any check point; it is recorded against that ticket."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from protocol.admission.decide import decide
from protocol.admission.facts import Candidate, DocumentCard, Facts, Forged, HolderShown, LookUpCode, Unreadable
from protocol.admission.passages import PassageKind, PassageState, PastPassage
from protocol.admission.policy import CheckPointState, MinimumInterval, ReEntry, TimeOfDay, TotalUses, UnknownCheck
from protocol.identifiers import AgentId, CheckPointId, EntitlementId, SiteId, TicketId
from protocol.keyring import KeyState
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketState
from tests.builders import admission as world
from tests.builders.outcomes import in_full

Case = tuple[str, Facts, str]
ROW = world.record(ticket_id=TicketId(1))
OTHER = world.record(ticket_id=TicketId(2))
NEW = replace(ROW, issued_at=world.minute("09:59"))
HOUR_MS = 3_600_000
DONE = "override on 1/1, 1 in"
CARD = DocumentCard(bytes(16), date(1990, 1, 1), "110101")
USED = world.passage("09:00")
CUT = world.passage("09:59:30", state=PassageState.PENDING, check_point=world.GATE, agent=AgentId(1))


def tickets() -> Iterator[Case]:
    for name, case in (
        ("good", world.shown(ROW)),
        ("void", world.shown(replace(ROW, state=TicketState.VOID))),
        ("blocked", world.shown(replace(ROW, state=TicketState.BLOCKED))),
        ("unpaid", world.shown(replace(ROW, state=TicketState.UNPAID))),
        ("inactive", world.shown(replace(ROW, state=TicketState.INACTIVE))),
        ("superseded", world.facts(world.code(ROW), (Candidate(replace(ROW, generation=2), ()),))),
        ("not yet valid", world.shown(replace(ROW, valid_from=world.minute("12:00")))),
        ("expired", world.shown(replace(ROW, valid_until=world.minute("09:00")))),
        ("used", world.shown(ROW, USED)),
        ("of another site", world.shown(replace(ROW, issuing_site=SiteId(2)))),
        ("real-name, another card", world.shown(replace(ROW, flags=TicketFlags.REAL_NAME), holder=HolderShown.DIFFERS)),
        ("of rules not known", world.shown(ROW, ticket_types=world.only(UnknownCheck("tide")))),
        ("out of its time", world.shown(ROW, ticket_types=world.only(TimeOfDay(0, 60)))),
        ("too soon", world.shown(ROW, USED, ticket_types=world.only(MinimumInterval(180)))),
        ("already inside", world.shown(ROW, USED, ticket_types=world.only(ReEntry()))),
        ("on a full site", world.shown(ROW, site=replace(world.SITE_RULES, capacity=1), inside=1)),
    ):
        yield name, case, DONE
    untyped = world.shown(ROW, ticket_types={})
    yield "of a type that is not in the feed", untyped, "override on 1/None, 1 in"


def unknown_tickets() -> Iterator[Case]:
    old, seen = world.facts(world.code(ROW), ()), {world.T1: world.ticket_type(unseen=True)}
    yield "not in the cache, and old", old, "override on 1/1, 1 in, unseen"
    yield "unseen", world.facts(world.code(NEW), (), ticket_types=seen), "override on 1/1, 1 in, unseen"
    many = world.facts(world.code(NEW), (), ticket_types=seen, unseen_this_hour=world.SITE_RULES.unseen_per_hour)
    yield "unseen, after many others", many, "override on 1/1, 1 in, unseen"
    yield (
        "unseen, of a type that is not in the feed",
        world.facts(world.code(NEW), (), ticket_types={}),
        "override on 1/None, 1 in, unseen",
    )
    foreign = world.facts(world.code(replace(ROW, issuing_site=SiteId(2))), ())
    yield "of another site, not in the cache", foreign, "override on 1/1, 1 in, unseen"


def check_points() -> Iterator[Case]:
    for name, changes, flagged in (
        ("disabled", {"check_point": world.check_point(state=CheckPointState.DISABLED)}, ""),
        ("retired", {"check_point": world.check_point(state=CheckPointState.RETIRED)}, ""),
        ("ticked for another type", {"check_point": world.check_point(ticked=frozenset({world.T2}))}, ""),
        ("clock not trusted", {"ground": replace(world.LIVE, clock_trusted=False)}, ""),
        ("offline", {"ground": replace(world.LIVE, age_ms=HOUR_MS)}, ", offline"),
        ("stale", {"ground": replace(world.LIVE, age_ms=73 * HOUR_MS)}, ", stale"),
        ("locked", {"ground": replace(world.LIVE, age_ms=999 * HOUR_MS)}, ", stale"),
    ):
        yield name, world.shown(ROW, **changes), DONE + flagged


def no_ticket() -> Iterator[Case]:
    yield from (
        ("unreadable", world.facts(Unreadable(), ()), "refuse malformed"),
        ("forged", world.facts(Forged(), ()), "refuse forged"),
        ("contradicted by its row", world.facts(world.code(ROW, ticket_type=world.T2), (Candidate(ROW, ()),)), "refuse forged"),
        ("of a withdrawn key, not in the cache", world.facts(world.code(NEW, KeyState.CACHE_ONLY), ()), "refuse forged"),
        (
            "a newer print, of a withdrawn key",
            world.facts(world.code(ROW, KeyState.CACHE_ONLY, generation=2), (Candidate(ROW, ()),)),
            ("refuse forged"),
        ),
        ("a card that leads nowhere", world.facts(CARD, ()), "refuse unknown"),
        ("a code that leads nowhere", world.facts(LookUpCode(), ()), "refuse unknown"),
    )


def which_ticket() -> Iterator[Case]:
    void, used = Candidate(replace(OTHER, state=TicketState.VOID), ()), Candidate(ROW, (USED,))
    yield "of a void and a used one, the used one", world.facts(CARD, (void, used)), DONE
    yield "of a used and a void one, the used one", world.facts(CARD, (used, void)), DONE
    first_void, other_used = Candidate(replace(ROW, state=TicketState.VOID), ()), Candidate(OTHER, (USED,))
    yield "whichever was found first", world.facts(CARD, (first_void, other_used)), "override on 2/1, 1 in"
    equal = (Candidate(OTHER, ()), Candidate(ROW, ()))
    yield "of two equal ones, the lower number", world.facts(CARD, equal), DONE
    two = {
        world.T1: world.ticket_type(
            world.entitlement(TotalUses(1), number=1), world.entitlement(TotalUses(1), TimeOfDay(0, 60), number=2)
        )
    }
    yield "of two rights, the one nearest to passing", world.shown(ROW, ticket_types=two), DONE
    elsewhere = {world.T1: world.ticket_type(world.entitlement(ticket_type=2, number=1), world.entitlement(number=2))}
    yield "of two rights, the one that this gate is ticked for", world.shown(ROW, ticket_types=elsewhere), "override on 1/2, 1 in"


def interrupted() -> Iterator[Case]:
    """A supervisor resumes a passage that a power cut interrupted, and it counts once."""
    ten = world.only(TotalUses(10))
    late = world.at("10:05")
    for name, case, expected in (
        ("a minute has passed", world.shown(ROW, CUT, at=late), "resume on 1/1, 1 in, 0 left"),
        ("within the minute", world.shown(ROW, CUT), "resume on 1/1, 1 in, 0 left"),
        ("at another check point", world.shown(ROW, CUT, check_point=world.check_point(CheckPointId(12)), at=late), DONE),
        ("taken up before", world.shown(ROW, replace(CUT, resumed=True), at=late), DONE),
        ("uses enough for another entry", world.shown(ROW, CUT, ticket_types=ten, at=late), DONE),
        ("used elsewhere too", world.shown(ROW, USED, CUT, at=late), DONE),
        ("blocked meanwhile", world.shown(replace(ROW, state=TicketState.BLOCKED), CUT, at=late), "resume on 1/1, 1 in, 0 left"),
    ):
        yield f"interrupted: {name}", case, expected


CASES = [case for cases in (tickets, unknown_tickets, check_points, no_ticket, which_ticket, interrupted) for case in cases()]


@pytest.mark.parametrize(("case", "expected"), [pytest.param(case, expected, id=name) for name, case, expected in CASES])
def test_a_supervisor_overrides(case: Facts, expected: str) -> None:
    overridden = replace(case, scan=replace(case.scan, supervisor=9))
    assert in_full(decide(overridden)) == expected


def overridden_at(when: str, entitlement_id: int) -> PastPassage:
    return world.passage(when, kind=PassageKind.OVERRIDE, entitlement_id=EntitlementId(entitlement_id))


@pytest.mark.parametrize(
    "entitlement_id", [pytest.param(1, id="against its right"), pytest.param(0, id="against the ticket alone")]
)
def test_an_override_is_a_use(entitlement_id: int) -> None:
    assert in_full(decide(world.shown(ROW, overridden_at("09:00", entitlement_id)))) == "refuse used_up"
