"""Hypothesis strategies over facts: cases that no table lists, dense around the edges where rules change their minds."""

from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from protocol.admission.facts import (
    Candidate,
    DocumentCard,
    Facts,
    Forged,
    Ground,
    HolderShown,
    LookUpCode,
    Presented,
    Scan,
    TicketCode,
    TypedNumber,
    Unreadable,
)
from protocol.admission.passages import PassageKind, PassageState, PastPassage, PastWalkIn
from protocol.admission.policy import (
    Check,
    CheckPoint,
    CheckPointState,
    Claim,
    DailyUses,
    DateRange,
    DaysExcluded,
    Entitlement,
    Gates,
    MinimumInterval,
    Period,
    PeriodUses,
    PersonsPerScan,
    Policy,
    ReEntry,
    SiteRules,
    TicketTypeRules,
    TimeOfDay,
    TimeSlot,
    TotalUses,
    UnknownCheck,
    WalkInRule,
    Weekdays,
)
from protocol.directions import Direction
from protocol.identifiers import U32_MAX, AgentId, AttemptId, CheckPointId, EntitlementId, KeyId, SiteId, TicketId, TicketTypeId
from protocol.instants import Instant, Minute, to_minute
from protocol.keyring import KeyState
from protocol.tickets.claims import KNOWN_FLAGS, Claims, TicketFlags
from protocol.tickets.record import TicketRecord, TicketState
from tests.builders.admission import NOW

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "UTC")
DAY_MINUTES = 24 * 60
HOUR_MS = 3_600_000
ITS_CODE, LOOK_UP = "its code", "a look-up"

Value = TypeVar("Value")


def mostly(usual: Value, otherwise: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    """Return what lets a visitor in most of the time: a case with one thing wrong says more than one where all is."""
    return st.sampled_from(range(7)).flatmap(lambda roll: otherwise if roll == 3 else st.just(usual))


small = st.integers(0, 3)
sites = mostly(SiteId(1), st.just(SiteId(2)))
types = mostly(TicketTypeId(1), st.just(TicketTypeId(2)))
points = st.sampled_from([CheckPointId(11), CheckPointId(12)])
rights = mostly(EntitlementId(1), st.just(EntitlementId(2)))
near_days = st.integers(-3, 3).map(lambda days: date.fromordinal(date(2026, 5, 10).toordinal() + days))
near_minutes = st.one_of(
    st.integers(-3 * DAY_MINUTES, 3 * DAY_MINUTES).map(lambda offset: Minute(to_minute(NOW) + offset)),
    st.sampled_from([Minute(0), Minute(U32_MAX - 1)]),
)
moments = st.integers(-3 * 24 * 3600, 0).map(lambda seconds: Instant(NOW + seconds * 1000))
flags = mostly(TicketFlags.NONE, st.integers(0, KNOWN_FLAGS).map(TicketFlags))

checks: st.SearchStrategy[Check] = st.one_of(
    st.builds(DateRange, near_days, near_days),
    st.builds(Weekdays, st.frozensets(st.integers(1, 7), min_size=1)),
    st.builds(DaysExcluded, st.frozensets(near_days, max_size=3)),
    st.builds(TimeOfDay, st.integers(0, 40_000), st.integers(30_000, 86_400)),
    st.builds(TimeSlot, st.integers(0, 120), st.integers(0, 120)),
    st.builds(TotalUses, small),
    st.builds(DailyUses, small),
    st.builds(PeriodUses, small, st.sampled_from(Period)),
    st.builds(MinimumInterval, st.integers(0, 600)),
    st.just(ReEntry()),
    st.builds(Gates, st.frozensets(points), st.frozensets(small)),
    st.builds(PersonsPerScan, st.integers(1, 3)),
    st.builds(UnknownCheck, st.just("tide")),
)
policies = st.builds(
    Policy,
    st.lists(checks, max_size=2).map(tuple),
    mostly((), st.lists(st.lists(checks, max_size=2).map(tuple), max_size=3).map(tuple)),
)
entitlements = st.builds(Entitlement, rights, types, mostly(frozenset({SiteId(1)}), st.frozensets(sites, min_size=1)), policies)
rights_of_a_ticket_type = st.lists(entitlements, min_size=1, max_size=2, unique_by=lambda right: right.entitlement_id).map(tuple)


def ticket_types_of(number: TicketTypeId) -> st.SearchStrategy[TicketTypeRules]:
    """Return ticket types with that number."""
    autonomy = mostly(72 * 3600, st.sampled_from([0, 3600]))
    return st.builds(
        TicketTypeRules,
        st.just(number),
        st.just("票"),
        st.just("Ticket"),
        rights_of_a_ticket_type,
        st.sampled_from(Claim),
        st.booleans(),
        autonomy,
    )


@st.composite
def ticket_types(draw: st.DrawFn) -> dict[TicketTypeId, TicketTypeRules]:
    numbers = draw(mostly([TicketTypeId(1), TicketTypeId(2)], st.lists(types, max_size=1)))
    return {number: draw(ticket_types_of(number)) for number in numbers}


check_points = st.builds(
    CheckPoint,
    points,
    sites,
    small,
    st.just("闸机"),
    st.just("Gate"),
    mostly(Direction.ENTRY, st.just(Direction.EXIT)),
    mostly(CheckPointState.ENABLED, st.sampled_from(CheckPointState)),
    mostly(frozenset({TicketTypeId(1), TicketTypeId(2)}), st.frozensets(types)),
    st.booleans(),
    st.booleans(),
)
records = st.builds(
    TicketRecord,
    st.integers(1, 4).map(TicketId),
    sites,
    types,
    near_minutes,
    mostly(Minute(0), near_minutes),
    mostly(Minute(U32_MAX), near_minutes),
    flags,
    mostly(2, st.integers(1, 3)),
    mostly(TicketState.ACTIVE, st.sampled_from(TicketState)),
    near_minutes,
    mostly(1, st.integers(1, 4)),
    near_minutes,
    st.sampled_from([0, 60]),
)
_attempts = st.binary(min_size=16, max_size=16).map(AttemptId)
_kinds = {
    Direction.ENTRY: [PassageKind.ENTRY, PassageKind.OVERRIDE, PassageKind.FIRE],
    Direction.EXIT: [PassageKind.EXIT, PassageKind.FREE],
}


@st.composite
def passages_of(draw: st.DrawFn, ticket_id: TicketId) -> PastPassage:
    direction = draw(st.sampled_from(Direction))
    return PastPassage(
        ticket_id=ticket_id,
        entitlement_id=draw(rights),
        site=draw(sites),
        check_point=draw(points),
        agent=AgentId(draw(st.integers(1, 2))),
        direction=direction,
        kind=draw(st.sampled_from(_kinds[direction])),
        scanned_at=draw(moments),
        persons=draw(st.integers(1, 3)),
        state=draw(mostly(PassageState.PASSED, st.sampled_from(PassageState))),
        attempt_id=draw(_attempts),
        resumed=draw(st.booleans()),
    )


def _attempt_of(passage: PastPassage) -> AttemptId:
    return passage.attempt_id


@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    row = draw(records)
    history = draw(st.lists(passages_of(row.ticket_id), max_size=4, unique_by=_attempt_of))
    return Candidate(row, tuple(history))


@st.composite
def codes(draw: st.DrawFn, row: TicketRecord) -> TicketCode:
    """Return the code of a record, now and then of an older print, a newer one, or one that says something else."""
    claims = Claims(
        key_id=KeyId(1),
        ticket_id=row.ticket_id,
        issuing_site=row.issuing_site,
        ticket_type=draw(mostly(row.ticket_type, types)),
        issued_at=row.issued_at,
        not_before=row.valid_from,
        not_after=row.valid_until,
        flags=draw(mostly(row.flags, st.just(TicketFlags.NONE))),
        generation=draw(mostly(row.generation, st.integers(1, 3))),
    )
    return TicketCode(claims, draw(mostly(KeyState.ACTIVE, st.just(KeyState.CACHE_ONLY))))


cards = st.builds(
    DocumentCard,
    st.binary(min_size=16, max_size=16),
    st.none() | st.dates(date(1930, 1, 1), date(2026, 5, 1)),
    st.sampled_from(["110101", "310101", ""]),
)
looked_up: st.SearchStrategy[Presented] = st.one_of(cards, st.just(LookUpCode()), st.just(TypedNumber()))
not_ours: st.SearchStrategy[Presented] = st.sampled_from([Unreadable(), Forged()])
walk_in_rules = st.builds(
    WalkInRule,
    st.integers(1, 3),
    st.just("免票"),
    st.just("Free"),
    st.none() | st.integers(0, 90),
    st.none() | st.integers(0, 90),
    st.lists(st.sampled_from(["11", "310101"]), max_size=2).map(tuple),
    st.none() | near_days,
    st.none() | near_days,
    st.frozensets(points),
)
no_rules: tuple[WalkInRule, ...] = ()
site_rules = st.builds(
    SiteRules,
    st.just(SiteId(1)),
    st.sampled_from(ZONES),
    mostly(None, st.integers(0, 5)),
    small,
    mostly(no_rules, st.lists(walk_in_rules, max_size=2).map(tuple)),
)
grounds = st.builds(
    Ground,
    moments,
    mostly(0, st.sampled_from([90_000, 90_001, HOUR_MS, 73 * HOUR_MS, 1_000 * HOUR_MS])),
    mostly(usual=True, otherwise=st.just(value=False)),
    st.booleans(),
)
past_walk_ins = st.builds(
    PastWalkIn, st.binary(min_size=16, max_size=16), st.integers(1, 3), st.just(SiteId(1)), points, moments, st.booleans()
)
no_walk_ins: tuple[PastWalkIn, ...] = ()


@st.composite
def any_facts(draw: st.DrawFn, shown: str | None = None) -> Facts:
    """Return a case: mostly a ticket's code with its record, sometimes anything else; or what is asked for."""
    found = draw(st.lists(candidates(), min_size=1, max_size=2, unique_by=lambda candidate: candidate.record.ticket_id))
    how = shown or draw(mostly(ITS_CODE, st.sampled_from([LOOK_UP, "an unknown code", "nothing of ours"])))
    unrecorded: list[PastPassage] = []
    presented: Presented
    if how == ITS_CODE:
        presented, found = draw(codes(found[0].record)), found[:1]
    elif how == LOOK_UP:
        presented = draw(looked_up)
    elif how == "an unknown code":
        code = draw(codes(draw(records)))
        presented, found = code, []
        unrecorded = draw(st.lists(passages_of(code.claims.ticket_id), max_size=2, unique_by=_attempt_of))
    else:
        presented, found = draw(not_ours), []
    site = draw(site_rules)
    scan = Scan(
        attempt_id=draw(_attempts),
        at=draw(mostly(NOW, moments)),
        uncertainty_ms=draw(mostly(0, st.sampled_from([60_000, 300_000]))),
        persons=draw(mostly(1, st.integers(1, 3))),
        presented=presented,
        holder=draw(st.sampled_from(HolderShown)),
        supervisor=draw(mostly(None, st.just(9))),
    )
    points_known = draw(st.lists(check_points, max_size=2))
    return Facts(
        scan=scan,
        candidates=tuple(found),
        check_point=draw(check_points),
        check_points={point.check_point_id: point for point in points_known},
        ticket_types=draw(ticket_types()),
        site=site,
        zone=ZoneInfo(site.zone_name),
        ground=draw(grounds),
        walk_ins=draw(mostly(no_walk_ins, st.lists(past_walk_ins, max_size=2).map(tuple))),
        inside=draw(st.none() | st.integers(0, 6)),
        unseen_this_hour=draw(small),
        unrecorded=tuple(unrecorded),
        fire=draw(mostly(usual=False, otherwise=st.just(value=True))),
        earlier_answer=None,
    )
