"""Hypothesis strategies over facts: cases that no table lists, more of them around the edges where rules change.

A world is read from one string of bytes, some bytes to a choice. Hypothesis draws a string in the time of a single number; drawn
choice by choice, a world takes thirty times as long. The first of all choices is the usual one, for zero bytes, so that
Hypothesis, which shrinks bytes to zero, still finds the simplest world that breaks a law.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from protocol.admission import facts, policy
from protocol.admission.passages import PassageKind, PassageState, PastPassage, PastWalkIn
from protocol.directions import Direction
from protocol.identifiers import U32_MAX, AgentId, AttemptId, CheckPointId, EntitlementId, KeyId, SiteId, TicketId, TicketTypeId
from protocol.instants import Instant, Minute, to_minute
from protocol.keyring import KeyState
from protocol.tickets.claims import KNOWN_FLAGS, Claims, TicketFlags
from protocol.tickets.record import TicketRecord, TicketState
from tests.builders.admission import NOW

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "UTC")
DAY_MINUTES, DAY_S = 24 * 60, 24 * 3600
HOUR_MS = 3_600_000
# A world takes 50 to 350 bytes, a part of it at most 60; choices beyond the last byte are the usual ones.
WORLD_BYTES, PART_BYTES = 400, 80
ITS_CODE, LOOK_UP, UNKNOWN_CODE, NOT_OURS = "its code", "a look-up", "an unknown code", "nothing of ours"
TODAY = date(2026, 5, 10)
_NO_TICKETS: tuple[facts.Presented, ...] = (facts.Unreadable(), facts.Forged())
_LOOKED_UP: tuple[facts.Presented, ...] = (facts.LookUpCode(), facts.TypedNumber())

Value = TypeVar("Value")


@dataclass(slots=True)
class Choices:
    """Reads choices from bytes."""

    raw: bytes
    attempts: int = 0
    _at: int = field(default=0)

    def below(self, count: int) -> int:
        """Return a number from 0 to count - 1."""
        size = 1 if count <= 16 else 2 if count <= 4_096 else 4
        read = self.raw[self._at : self._at + size]
        self._at += size
        return int.from_bytes(read, "big") % count

    def between(self, first: int, last: int) -> int:
        """Return a number of a range with its ends, mostly the first."""
        return first + self.below(last - first + 1)

    def around(self, most: int) -> int:
        """Return a number not further than `most` from zero."""
        number = self.below(2 * most + 1)
        return (number + 1) // 2 * (1 if number % 2 else -1)

    def one_of(self, values: Sequence[Value]) -> Value:
        return values[self.below(len(values))]

    def yes(self) -> bool:
        return bool(self.below(2))

    def rarely(self) -> bool:
        """Return yes once in seven: a case with one thing wrong tests more than a case with everything wrong."""
        return self.below(7) == 3

    def mostly(self, usual: Value, *otherwise: Value) -> Value:
        """Return the choice that usually lets a visitor in, most of the time."""
        return self.one_of(otherwise) if self.rarely() else usual

    def some(self, most: int, one: Callable[[], Value], least: int = 0) -> list[Value]:
        """Return a list of at most so many."""
        return [one() for _ in range(self.between(least, most))]

    def attempt(self) -> AttemptId:
        """Return an attempt that no other choice here returns; their order means nothing."""
        self.attempts += 1
        return AttemptId(self.below(1 << 16).to_bytes(4, "big") + self.attempts.to_bytes(12, "big"))

    def hash(self) -> bytes:
        return self.below(1 << 32).to_bytes(16, "big")


def site_of(choices: Choices) -> SiteId:
    return choices.mostly(SiteId(1), SiteId(2))


def type_of(choices: Choices) -> TicketTypeId:
    return choices.mostly(TicketTypeId(1), TicketTypeId(2))


def point_of(choices: Choices) -> CheckPointId:
    return choices.one_of((CheckPointId(11), CheckPointId(12)))


def right_of(choices: Choices) -> EntitlementId:
    return choices.mostly(EntitlementId(1), EntitlementId(2))


def day_of(choices: Choices) -> date:
    return date.fromordinal(TODAY.toordinal() + choices.around(3))


def minute_of(choices: Choices) -> Minute:
    if choices.below(4) == 3:
        return choices.one_of((Minute(0), Minute(U32_MAX - 1)))
    return Minute(to_minute(NOW) + choices.around(3 * DAY_MINUTES))


def moment_of(choices: Choices) -> Instant:
    """Return a time of the last three days; sometimes a time at which a rule changes."""
    edges = (0, 1, 60, 61, 3600, 10 * 3600, 10 * 3600 + 1, DAY_S, DAY_S + 1)
    back_s = choices.one_of(edges) if choices.below(4) == 3 else choices.below(3 * DAY_S + 1)
    return Instant(NOW - back_s * 1000)


def flags_of(choices: Choices) -> TicketFlags:
    return TicketFlags(choices.between(0, KNOWN_FLAGS)) if choices.rarely() else TicketFlags.NONE


CHECKS: tuple[Callable[[Choices], policy.Check], ...] = (
    lambda of: policy.TotalUses(of.below(4)),
    lambda of: policy.DateRange(day_of(of), day_of(of)),
    lambda of: policy.Weekdays(frozenset({of.between(1, 7), *of.some(3, lambda: of.between(1, 7))})),
    lambda of: policy.DaysExcluded(frozenset(of.some(3, lambda: day_of(of)))),
    lambda of: policy.TimeOfDay(of.below(40_001), of.between(30_000, 86_400)),
    lambda of: policy.TimeSlot(of.below(121), of.below(121)),
    lambda of: policy.DailyUses(of.below(4)),
    lambda of: policy.PeriodUses(of.below(4), of.one_of(tuple(policy.Period))),
    lambda of: policy.MinimumInterval(of.below(601)),
    lambda _of: policy.ReEntry(),
    lambda of: policy.Gates(frozenset(of.some(2, lambda: point_of(of))), frozenset(of.some(3, lambda: of.below(4)))),
    lambda of: policy.PersonsPerScan(of.between(1, 3)),
    lambda _of: policy.UnknownCheck("tide"),
)


def check_of(choices: Choices) -> policy.Check:
    return choices.one_of(CHECKS)(choices)


def policy_of(choices: Choices) -> policy.Policy:
    def checks() -> tuple[policy.Check, ...]:
        return tuple(choices.some(2, lambda: check_of(choices)))

    return policy.Policy(checks(), tuple(choices.some(3, checks)) if choices.rarely() else ())


def entitlement_of(choices: Choices, number: EntitlementId) -> policy.Entitlement:
    sites = frozenset({site_of(choices), site_of(choices)}) if choices.rarely() else frozenset({SiteId(1)})
    return policy.Entitlement(number, type_of(choices), sites, policy_of(choices))


def ticket_type_of(choices: Choices, number: TicketTypeId) -> policy.TicketTypeRules:
    first = right_of(choices)
    numbers = (first, EntitlementId(3 - first)) if choices.below(3) == 2 else (first,)
    rights = tuple(entitlement_of(choices, one) for one in numbers)
    autonomy_s = choices.mostly(72 * 3600, 0, 3600)
    return policy.TicketTypeRules(number, "票", "Ticket", rights, choices.one_of(tuple(policy.Claim)), choices.yes(), autonomy_s)


def ticket_types_known(choices: Choices) -> dict[TicketTypeId, policy.TicketTypeRules]:
    numbers = choices.some(1, lambda: type_of(choices)) if choices.rarely() else [TicketTypeId(1), TicketTypeId(2)]
    return {number: ticket_type_of(choices, number) for number in numbers}


def check_point_of(choices: Choices) -> policy.CheckPoint:
    everything = frozenset({TicketTypeId(1), TicketTypeId(2)})
    return policy.CheckPoint(
        check_point_id=point_of(choices),
        site=site_of(choices),
        zone=choices.below(4),
        name_zh="闸机",
        name_en="Gate",
        direction=choices.mostly(Direction.ENTRY, Direction.EXIT),
        state=choices.mostly(policy.CheckPointState.ENABLED, *policy.CheckPointState),
        ticked=frozenset(choices.some(2, lambda: type_of(choices))) if choices.rarely() else everything,
        attended=choices.yes(),
        reads_documents=choices.yes(),
    )


def record_of(choices: Choices, ticket_id: TicketId) -> TicketRecord:
    return TicketRecord(
        ticket_id=ticket_id,
        issuing_site=site_of(choices),
        ticket_type=type_of(choices),
        issued_at=minute_of(choices),
        valid_from=minute_of(choices) if choices.rarely() else Minute(0),
        valid_until=minute_of(choices) if choices.rarely() else Minute(U32_MAX),
        flags=flags_of(choices),
        generation=choices.mostly(2, 1, 2, 3),
        state=choices.mostly(TicketState.ACTIVE, *TicketState),
        state_since=minute_of(choices),
        persons=choices.mostly(1, 1, 2, 3, 4),
        slot_start=minute_of(choices),
        slot_minutes=choices.one_of((0, 60)),
    )


_KINDS = {
    Direction.ENTRY: (PassageKind.ENTRY, PassageKind.OVERRIDE, PassageKind.FIRE),
    Direction.EXIT: (PassageKind.EXIT, PassageKind.FREE),
}


def passage_of(choices: Choices, ticket_id: TicketId) -> PastPassage:
    direction = choices.one_of(tuple(Direction))
    return PastPassage(
        ticket_id=ticket_id,
        entitlement_id=right_of(choices),
        site=site_of(choices),
        check_point=point_of(choices),
        agent=AgentId(choices.between(1, 2)),
        direction=direction,
        kind=choices.one_of(_KINDS[direction]),
        scanned_at=moment_of(choices),
        persons=choices.between(1, 3),
        state=choices.mostly(PassageState.PASSED, *PassageState),
        attempt_id=choices.attempt(),
        resumed=choices.yes(),
    )


def candidate_of(choices: Choices, ticket_id: TicketId) -> facts.Candidate:
    row = record_of(choices, ticket_id)
    return facts.Candidate(row, tuple(choices.some(4, lambda: passage_of(choices, ticket_id))))


def candidates_of(choices: Choices) -> list[facts.Candidate]:
    first = choices.between(1, 4)
    numbers = (first, first % 4 + 1) if choices.yes() else (first,)
    return [candidate_of(choices, TicketId(number)) for number in numbers]


def code_of(choices: Choices, row: TicketRecord) -> facts.TicketCode:
    """Return the code of a record, sometimes of an older print, a newer one, or one that says something else."""
    claims = Claims(
        key_id=KeyId(1),
        ticket_id=row.ticket_id,
        issuing_site=row.issuing_site,
        ticket_type=choices.mostly(row.ticket_type, TicketTypeId(1), TicketTypeId(2)),
        issued_at=row.issued_at,
        not_before=row.valid_from,
        not_after=row.valid_until,
        flags=choices.mostly(row.flags, TicketFlags.NONE),
        generation=choices.mostly(row.generation, 1, 2, 3),
    )
    return facts.TicketCode(claims, choices.mostly(KeyState.ACTIVE, KeyState.CACHE_ONLY))


def card_of(choices: Choices) -> facts.DocumentCard:
    first, last = date(1930, 1, 1).toordinal(), date(2026, 5, 1).toordinal()
    born = date.fromordinal(choices.between(first, last)) if choices.yes() else None
    return facts.DocumentCard(choices.hash(), born, choices.one_of(("110101", "310101", "")))


def walk_in_rule_of(choices: Choices) -> policy.WalkInRule:
    return policy.WalkInRule(
        choices.between(1, 3),
        "免票",
        "Free",
        choices.below(91) if choices.yes() else None,
        choices.below(91) if choices.yes() else None,
        tuple(choices.some(2, lambda: choices.one_of(("11", "310101")))),
        day_of(choices) if choices.yes() else None,
        day_of(choices) if choices.yes() else None,
        frozenset(choices.some(2, lambda: point_of(choices))),
    )


def site_rules_of(choices: Choices) -> policy.SiteRules:
    rules = tuple(choices.some(2, lambda: walk_in_rule_of(choices))) if choices.rarely() else ()
    return policy.SiteRules(SiteId(1), choices.one_of(ZONES), choices.mostly(None, *range(6)), choices.below(4), rules)


def ground_of(choices: Choices) -> facts.Ground:
    age_ms = choices.mostly(0, 90_000, 90_001, HOUR_MS, 73 * HOUR_MS, 1_000 * HOUR_MS)
    return facts.Ground(moment_of(choices), age_ms, not choices.rarely(), choices.yes())


def past_walk_in_of(choices: Choices) -> PastWalkIn:
    person, rule, point = choices.hash(), choices.between(1, 3), point_of(choices)
    return PastWalkIn(person, rule, SiteId(1), point, moment_of(choices), choices.yes())


def facts_of(choices: Choices, shown: str | None) -> facts.Facts:
    found = candidates_of(choices)
    how = shown or choices.mostly(ITS_CODE, LOOK_UP, UNKNOWN_CODE, NOT_OURS)
    unrecorded: list[PastPassage] = []
    presented = choices.one_of(_NO_TICKETS)
    if how == ITS_CODE:
        presented, found = code_of(choices, found[0].record), found[:1]
    elif how == LOOK_UP:
        presented = choices.one_of((*_LOOKED_UP, card_of(choices)))
    elif how == UNKNOWN_CODE:
        code = code_of(choices, record_of(choices, TicketId(choices.between(1, 4))))
        unrecorded = choices.some(2, lambda: passage_of(choices, code.claims.ticket_id))
        presented, found = code, []
    else:
        found = []
    site, known = site_rules_of(choices), choices.some(2, lambda: check_point_of(choices))
    return facts.Facts(
        scan=scan_of(choices, presented),
        candidates=tuple(found),
        check_point=check_point_of(choices),
        check_points={point.check_point_id: point for point in known},
        ticket_types=ticket_types_known(choices),
        site=site,
        zone=ZoneInfo(site.zone_name),
        ground=ground_of(choices),
        walk_ins=tuple(choices.some(2, lambda: past_walk_in_of(choices))) if choices.rarely() else (),
        inside=choices.below(7) if choices.yes() else None,
        unseen_this_hour=choices.below(4),
        unrecorded=tuple(unrecorded),
        fire=choices.rarely(),
        earlier_answer=None,
    )


def scan_of(choices: Choices, presented: facts.Presented) -> facts.Scan:
    return facts.Scan(
        attempt_id=choices.attempt(),
        at=moment_of(choices) if choices.rarely() else NOW,
        uncertainty_ms=choices.mostly(0, 60_000, 300_000),
        persons=choices.mostly(1, 1, 2, 3),
        presented=presented,
        holder=choices.one_of(tuple(facts.HolderShown)),
        supervisor=choices.mostly(None, 9),
    )


def read_from(size: int, build: Callable[[Choices], Value], attempts: int = 0) -> st.SearchStrategy[Value]:
    """Return the strategy of what is built from so many bytes."""
    return st.binary(min_size=size, max_size=size).map(lambda raw: build(Choices(raw, attempts)))


def any_facts(shown: str | None = None) -> st.SearchStrategy[facts.Facts]:
    """Return cases: mostly a ticket's code with its record, sometimes any other; or the kind that is asked for."""
    return read_from(WORLD_BYTES, lambda choices: facts_of(choices, shown))


def passages_of(ticket_id: TicketId) -> st.SearchStrategy[PastPassage]:
    """Return passages of that ticket, of attempts that are in no world of `any_facts`."""
    return read_from(PART_BYTES, lambda choices: passage_of(choices, ticket_id), attempts=1_000)


def ticket_types_of(number: TicketTypeId) -> st.SearchStrategy[policy.TicketTypeRules]:
    """Return ticket types with that number."""
    return read_from(PART_BYTES, lambda choices: ticket_type_of(choices, number))


check_points = read_from(PART_BYTES, check_point_of)
site_rules = read_from(PART_BYTES, site_rules_of)
cards = read_from(PART_BYTES, card_of)
