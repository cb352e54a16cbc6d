"""One ticket before one check point: whether its holder may enter now.

Laws: the first failure in the order of `Reason` wins; an unknown check calls staff; the clock's uncertainty favours the visitor
at the ticket's own window and counts against the visitor at the cache's age; of several rights, the entry takes the one that
consumes least.
"""

from dataclasses import dataclass

from protocol.admission.checks import Case, Failure, appraise, consuming_persons, named, uses_left_now
from protocol.admission.credential import Found
from protocol.admission.facts import DocumentCard, Facts, HolderShown
from protocol.admission.freshness import DEFAULT_AUTONOMY_S, Freshness, freshness
from protocol.admission.passages import PassageKind, PassageState, PastPassage
from protocol.admission.policy import CheckPointState, DailyUses, Entitlement, PeriodUses, TicketTypeRules, TotalUses, options
from protocol.admission.usage import usage_of
from protocol.admission.verdict import ORDER, Admit, AdmitFlag, AskForCard, CallStaff, Details, Reason, Refuse, Verdict
from protocol.directions import Direction
from protocol.identifiers import TicketId
from protocol.instants import MS_PER_SECOND, from_minute, inclusive_end, local_day, to_datetime
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketRecord, TicketState

RESUME_WITHIN_MS = 60 * MS_PER_SECOND

_STATUS_REASONS = {
    TicketState.BLOCKED: Reason.BLOCKED,
    TicketState.UNPAID: Reason.UNPAID,
    TicketState.INACTIVE: Reason.INACTIVE,
}


@dataclass(frozen=True, slots=True)
class Chance:
    """One right of a ticket at this check point. `interrupted` is a release here whose outcome was lost in a power cut."""

    found: Found
    right: Entitlement
    case: Case
    interrupted: PastPassage | None

    @property
    def takes_up(self) -> bool:
        """Whether the interrupted release could be resumed: for no more persons than it was granted for."""
        return self.interrupted is not None and self.case.persons <= self.interrupted.persons

    @property
    def in_time(self) -> bool:
        """Whether the interrupted release may be resumed without a supervisor."""
        return self.interrupted is not None and self.case.at - self.interrupted.scanned_at <= RESUME_WITHIN_MS

    @property
    def consumes(self) -> int:
        """Return how many uses an entry would consume at least."""
        if self.takes_up and self.in_time:
            return -1
        return min(consuming_persons(option, self.case) for option in options(self.right.policy))


def judge(facts: Facts, found: Found) -> Verdict:
    """Return the verdict for one ticket at an entry."""
    record = found.candidate.record
    ticket_type = facts.ticket_types.get(record.ticket_type)
    return (
        ticket_refusal(facts, found)
        or check_point_refusal(facts, DEFAULT_AUTONOMY_S if ticket_type is None else ticket_type.autonomy_s, record)
        or _validity_refusal(facts, record)
        or _by_right(facts, found, ticket_type)
    )


def nearness(verdict: Verdict) -> tuple[int, int]:
    """Return how near a verdict is to an admission: a prompt first, then a call for staff, then the later reason."""
    if isinstance(verdict, Refuse):
        return 0, ORDER[verdict.reason]
    if isinstance(verdict, CallStaff):
        return 1, ORDER[verdict.reason]
    return (2, 0) if isinstance(verdict, AskForCard) else (3, 0)


def ticket_refusal(facts: Facts, found: Found) -> Refuse | None:
    """Return the fault of the ticket itself, which is the same at every check point of the site."""
    record = found.candidate.record
    ticket_type = facts.ticket_types.get(record.ticket_type)
    foreign = record.issuing_site != facts.site.site and TicketFlags.MULTI_SITE not in record.flags
    if foreign or (ticket_type is not None and not rights_here(facts, ticket_type)):
        return Refuse(Reason.WRONG_SITE, record.ticket_id)
    reason = _status_reason(found)
    if reason is None:
        return None
    since = from_minute(record.state_since) if record.state_since and reason is not Reason.SUPERSEDED else None
    return Refuse(reason, record.ticket_id, Details(since=since))


def _status_reason(found: Found) -> Reason | None:
    status = found.candidate.record.state
    if status is TicketState.VOID:
        return Reason.VOID
    if found.superseded:
        return Reason.SUPERSEDED
    return _STATUS_REASONS.get(status)


def rights_here(facts: Facts, ticket_type: TicketTypeRules | None) -> list[Entitlement]:
    """Return the rights that count at this site."""
    return [] if ticket_type is None else [right for right in ticket_type.entitlements if facts.site.site in right.sites]


def check_point_refusal(facts: Facts, autonomy_s: int, record: TicketRecord | None) -> Refuse | CallStaff | None:
    """Return why this check point must not admit now, even with a good ticket. A document without ticket has no record."""
    ticket_id = None if record is None else record.ticket_id
    if facts.check_point.state is not CheckPointState.ENABLED:
        return Refuse(Reason.DEVICE_DISABLED, ticket_id)
    if not facts.ground.clock_trusted:
        return CallStaff(Reason.CLOCK_UNTRUSTED, ticket_id)
    step = freshness(facts.ground.age_ms, facts.scan.uncertainty_ms, autonomy_s)
    if step is Freshness.LOCKED:
        return CallStaff(Reason.CACHE_LOCKED, ticket_id)
    if step is not Freshness.STALE:
        return None
    if facts.ground.unlocked and record is not None and _is_single_entry_today(facts, record):
        return None
    return CallStaff(Reason.CACHE_STALE, ticket_id)


def _is_single_entry_today(facts: Facts, record: TicketRecord) -> bool:
    """Whether the ticket is for today only, and every option of its policy counts one entry."""
    ticket_type = facts.ticket_types.get(record.ticket_type)
    if ticket_type is None or TicketFlags.MULTI_USE in record.flags:
        return False
    today = local_day(facts.scan.at, facts.zone)
    first = local_day(from_minute(record.valid_from), facts.zone)
    last = local_day(inclusive_end(record.valid_until, facts.zone), facts.zone)
    ways = [option for right in ticket_type.entitlements for option in options(right.policy)]
    counted = (TotalUses, DailyUses, PeriodUses)
    single = all(any(isinstance(check, counted) and check.most == 1 for check in way) for way in ways)
    return single and first == last == today


def _validity_refusal(facts: Facts, record: TicketRecord) -> Refuse | None:
    begins, ends = from_minute(record.valid_from), inclusive_end(record.valid_until, facts.zone)
    if facts.scan.at + facts.scan.uncertainty_ms < begins:
        return Refuse(Reason.NOT_YET_VALID, record.ticket_id, Details(passes_at=begins))
    if facts.scan.at - facts.scan.uncertainty_ms > ends:
        return Refuse(Reason.EXPIRED, record.ticket_id, Details(since=ends))
    return None


def _by_right(facts: Facts, found: Found, ticket_type: TicketTypeRules | None) -> Verdict:
    if ticket_type is None:
        return CallStaff(Reason.POLICY_UNKNOWN, found.candidate.record.ticket_id)
    rights = rights_here(facts, ticket_type)
    ticked = [right for right in rights if right.ticket_type in facts.check_point.ticked]
    if not ticked:
        return Refuse(Reason.WRONG_GATE, found.candidate.record.ticket_id, _where_valid(facts, rights))
    if len(ticked) == 1:
        return judge_chance(facts, chance_of(facts, found, ticked[0]))
    chances = sorted((chance_of(facts, found, right) for right in ticked), key=lambda chance: chance.consumes)
    return max((judge_chance(facts, chance) for chance in chances), key=nearness)


def least_consumed(facts: Facts, found: Found) -> int:
    """Return the fewest uses that an entry on this ticket would consume: none, where its holder re-enters."""
    rights = rights_here(facts, facts.ticket_types.get(found.candidate.record.ticket_type))
    ticked = [right for right in rights if right.ticket_type in facts.check_point.ticked]
    return min((chance_of(facts, found, right).consumes for right in ticked), default=facts.scan.persons)


def _where_valid(facts: Facts, rights: list[Entitlement]) -> Details:
    types = {right.ticket_type for right in rights}
    return named([p for p in facts.check_points.values() if p.direction is Direction.ENTRY and types & p.ticked])


def chance_of(facts: Facts, found: Found, right: Entitlement) -> Chance:
    """Return one right of a ticket, with the input of its checks."""
    return Chance(found, right, _case(facts, found, right, found.candidate.passages), _interrupted_here(facts, found, right))


def _case(facts: Facts, found: Found, right: Entitlement, passages: tuple[PastPassage, ...]) -> Case:
    record = found.candidate.record
    return Case(
        at=facts.scan.at,
        local=to_datetime(facts.scan.at, facts.zone),
        zone=facts.zone,
        persons=facts.scan.persons,
        record=record,
        check_point=facts.check_point,
        check_points=facts.check_points,
        usage=usage_of(passages, right, record.persons, facts.zone),
    )


def _interrupted_here(facts: Facts, found: Found, right: Entitlement) -> PastPassage | None:
    """Return the newest release at this same check point whose outcome was lost in a power cut, and that was not resumed."""
    here = [
        passage
        for passage in found.candidate.passages
        if passage.state is PassageState.PENDING
        and not passage.resumed
        and passage.direction is Direction.ENTRY
        and passage.check_point == facts.check_point.check_point_id
        and passage.entitlement_id == right.entitlement_id
    ]
    return max(here, key=lambda passage: passage.scanned_at, default=None)


def judge_chance(facts: Facts, chance: Chance) -> Verdict:
    """Return the verdict for one right of a ticket that has no other fault."""
    refused_holder = _holder_refusal(facts, chance.found.candidate.record)
    if chance.takes_up and chance.in_time:
        return refused_holder or resumed(facts, chance)
    appraisal = appraise(chance.right.policy, chance.case)
    failures = appraisal.failures
    if failures and ORDER[failures[0].reason] < ORDER[Reason.HOLDER_REQUIRED]:
        return _refusal(chance, failures[0])
    if isinstance(refused_holder, Refuse | CallStaff):
        return refused_holder
    refused = _refused_by_use(facts, chance, failures)
    return refused or refused_holder or _admit(facts, chance, PassageKind.ENTRY, appraisal.uses_left)


def _refused_by_use(facts: Facts, chance: Chance, failures: tuple[Failure, ...]) -> Refuse | CallStaff | None:
    record, interrupted = chance.found.candidate.record, chance.interrupted
    if failures and interrupted is not None and _would_enter_without(facts, chance, interrupted):
        return CallStaff(Reason.PASSAGE_UNRESOLVED, record.ticket_id, Details(since=interrupted.scanned_at))
    if failures:
        return _refusal(chance, failures[0])
    if facts.scan.persons > record.persons and TicketFlags.GROUP not in record.flags:
        return Refuse(Reason.TOO_MANY_PERSONS, record.ticket_id, Details(left=record.persons))
    return full_refusal(facts, facts.scan.persons, record.ticket_id)


def _would_enter_without(facts: Facts, chance: Chance, interrupted: PastPassage) -> bool:
    """Whether the entry would be admitted without the interrupted passage."""
    others = tuple(passage for passage in chance.found.candidate.passages if passage is not interrupted)
    return not appraise(chance.right.policy, _case(facts, chance.found, chance.right, others)).failures


def _holder_refusal(facts: Facts, record: TicketRecord) -> Refuse | CallStaff | AskForCard | None:
    if TicketFlags.REAL_NAME not in record.flags or isinstance(facts.scan.presented, DocumentCard):
        return None
    match facts.scan.holder:
        case HolderShown.MATCHES | HolderShown.CONFIRMED_BY_STAFF:
            return None
        case HolderShown.DIFFERS:
            return Refuse(Reason.HOLDER_MISMATCH, record.ticket_id)
        case HolderShown.NOT_YET if facts.check_point.reads_documents:
            return AskForCard(record.ticket_id)
        case HolderShown.NOT_YET if facts.check_point.attended:
            return CallStaff(Reason.HOLDER_REQUIRED, record.ticket_id)
        case _:
            return Refuse(Reason.HOLDER_REQUIRED, record.ticket_id)


def full_refusal(facts: Facts, persons: int, ticket_id: TicketId | None) -> Refuse | None:
    """Return the refusal where the site has no room for so many more persons."""
    if facts.site.capacity is None or facts.inside is None or facts.inside + persons <= facts.site.capacity:
        return None
    room = max(0, facts.site.capacity - facts.inside)
    return Refuse(Reason.SITE_FULL, ticket_id, Details(left=room or None))


def _refusal(chance: Chance, failure: Failure) -> Refuse | CallStaff:
    answer = CallStaff if failure.reason is Reason.POLICY_UNKNOWN else Refuse
    return answer(failure.reason, chance.found.candidate.record.ticket_id, failure.details)


def resumed(facts: Facts, chance: Chance) -> Admit:
    """Resume the interrupted release; its use was counted when it began."""
    return _admit(facts, chance, PassageKind.RESUME, uses_left_now(chance.right.policy, chance.case))


def _admit(facts: Facts, chance: Chance, kind: PassageKind, left: int | None) -> Admit:
    record = chance.found.candidate.record
    return Admit(kind, record.ticket_id, chance.right.entitlement_id, facts.scan.persons, left, flags_of(facts, chance.found))


def flags_of(facts: Facts, found: Found | None) -> frozenset[AdmitFlag]:
    """Return the flags that the office should check later; `found` is None for a document without ticket."""
    ticket_type = None if found is None else facts.ticket_types.get(found.candidate.record.ticket_type)
    step = freshness(
        facts.ground.age_ms, facts.scan.uncertainty_ms, DEFAULT_AUTONOMY_S if ticket_type is None else ticket_type.autonomy_s
    )
    flags = {AdmitFlag.UNSEEN} if found is not None and found.unseen else set()
    if step is Freshness.OFFLINE:
        flags.add(AdmitFlag.OFFLINE)
    if step in {Freshness.STALE, Freshness.LOCKED}:
        flags.add(AdmitFlag.STALE)
    return frozenset(flags)
