"""The facts of a case as they are at a central that all cases share: only numbers differ.

Laws: only numbers, names that mean nothing, and what central knows better (its own time, without doubt) differ from the case; so
the verdict on these facts is the whole verdict that central must give.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count

from protocol.admission.facts import Candidate, DocumentCard, Facts, Ground, Presented, TicketCode
from protocol.admission.passages import PastPassage
from protocol.admission.policy import CheckPoint, Entitlement, TicketTypeRules
from protocol.holders import HOLDER_BYTES
from protocol.identifiers import CheckPointId, KeyId, SiteId, TicketId, TicketTypeId
from protocol.keyring import KeyState
from protocol.tickets.record import TicketRecord
from tests.builders.admission import SITE, T2, ticket_type
from tests.builders.conformance_ways import Case

OTHER_SITE = SiteId(2)
PLAIN_T2 = ticket_type(number=T2)
_PREFIX = 32  # bits of a ticket id below its short number


@dataclass(slots=True)
class Numbers:
    """The numbers that central gives the sites, types, check points, keys and tickets. Sites of `full` cases are their own."""

    full_sites: dict[str, SiteId] = field(default_factory=dict)
    ticket_types: dict[tuple[SiteId, TicketTypeRules], TicketTypeId] = field(default_factory=dict)
    points: dict[tuple[SiteId, CheckPoint], CheckPointId] = field(default_factory=dict)
    keys: dict[KeyState, KeyId] = field(default_factory=dict)
    tickets: dict[tuple[str, TicketId], TicketId] = field(default_factory=dict)
    next_ticket: Iterator[int] = field(default_factory=lambda: count(1))

    def site(self, case: Case, site: SiteId = SITE) -> SiteId:
        """Return the number of a site of a case."""
        return self.full_sites.get(case.id, SITE) if site == SITE else OTHER_SITE

    def points_at(self, site: SiteId) -> tuple[CheckPointId, ...]:
        """Return all check points of a site."""
        return tuple(number for (at, _), number in self.points.items() if at == site)

    def sites(self) -> tuple[SiteId, ...]:
        """Return the sites where something is shown."""
        return (SITE, *self.full_sites.values())

    def ticket_type(self, case: Case, number: TicketTypeId) -> TicketTypeId:
        """Return the number of a type of a case; a second type is the plain one."""
        return self.ticket_types[self.site(case), case.facts.ticket_types.get(number, PLAIN_T2)]

    def ticked(self, site: SiteId, types: Iterable[TicketTypeId]) -> frozenset[TicketTypeId]:
        """Return all types at a site that stand for these of the table."""
        wanted = frozenset(types)
        return frozenset(number for (at, one), number in self.ticket_types.items() if at == site and one.ticket_type_id in wanted)

    def point(self, case: Case, number: CheckPointId) -> CheckPointId:
        """Return the number of the check point of an earlier event of a case."""
        return self.points[self.site(case), case.facts.check_points[number]]

    def ticket(self, case: Case, number: TicketId) -> TicketId:
        """Return the id of a ticket of a case, the same one each time; each has a short number of its own."""
        if (case.id, number) not in self.tickets:
            drawn = next(self.next_ticket)
            self.tickets[case.id, number] = TicketId(drawn << _PREFIX | drawn)
        return self.tickets[case.id, number]


def points_of(case: Case) -> Iterable[CheckPoint]:
    """Return every check point that a case names."""
    return {case.facts.check_point, *case.facts.check_points.values()}


def holder_of(case: Case) -> bytes:
    """Return the keyed hash of the document of a case."""
    return sha256(case.id.encode()).digest()[:HOLDER_BYTES]


def moved_right(numbers: Numbers, case: Case, right: Entitlement) -> Entitlement:
    """Return a right as central has it."""
    sites = frozenset(numbers.site(case, site) for site in right.sites)
    return replace(right, ticket_type=numbers.ticket_type(case, right.ticket_type), sites=sites)


def moved_record(numbers: Numbers, case: Case, row: TicketRecord) -> TicketRecord:
    """Return a ticket as central has it."""
    return replace(
        row,
        ticket_id=numbers.ticket(case, row.ticket_id),
        issuing_site=numbers.site(case, row.issuing_site),
        ticket_type=numbers.ticket_type(case, row.ticket_type),
    )


def moved_passage(numbers: Numbers, case: Case, one: PastPassage) -> PastPassage:
    """Return an earlier passage as central has it."""
    return replace(
        one,
        ticket_id=numbers.ticket(case, one.ticket_id),
        site=numbers.site(case, one.site),
        check_point=numbers.point(case, one.check_point),
    )


def moved(numbers: Numbers, case: Case) -> Facts:
    """Return the facts that central gathers in this case."""
    facts, site = case.facts, numbers.site(case)
    points = {number: _moved_point(numbers, number, key) for key, number in numbers.points.items() if key[0] == site}
    candidates = tuple(
        Candidate(moved_record(numbers, case, one.record), tuple(moved_passage(numbers, case, past) for past in one.passages))
        for one in facts.candidates
    )
    return replace(
        facts,
        scan=replace(facts.scan, presented=_moved_presented(numbers, case)),
        candidates=candidates,
        check_point=points[numbers.points[site, facts.check_point]],
        check_points=points,
        ticket_types=dict(_moved_ticket_type(numbers, case, one) for one in facts.ticket_types.values()),
        site=replace(facts.site, site=site),
        ground=Ground(facts.scan.at, age_ms=0, clock_trusted=True, unlocked=False),
        earlier_answer=None,
    )


def _moved_presented(numbers: Numbers, case: Case) -> Presented:
    presented = case.facts.scan.presented
    if isinstance(presented, DocumentCard):
        return DocumentCard(holder_of(case), None, "")
    if not isinstance(presented, TicketCode):
        return presented
    claims = presented.claims
    shown = replace(
        claims,
        key_id=numbers.keys[presented.key_state],
        ticket_id=numbers.ticket(case, claims.ticket_id),
        issuing_site=numbers.site(case, claims.issuing_site),
        ticket_type=numbers.ticket_type(case, claims.ticket_type),
    )
    return TicketCode(shown, presented.key_state)


def _moved_point(numbers: Numbers, number: CheckPointId, key: tuple[SiteId, CheckPoint]) -> CheckPoint:
    site, point = key
    return replace(point, check_point_id=number, site=site, ticked=numbers.ticked(site, point.ticked))


def _moved_ticket_type(numbers: Numbers, case: Case, one: TicketTypeRules) -> tuple[TicketTypeId, TicketTypeRules]:
    number = numbers.ticket_type(case, one.ticket_type_id)
    rights = tuple(moved_right(numbers, case, right) for right in one.entitlements)
    return number, replace(one, ticket_type_id=number, entitlements=rights)
