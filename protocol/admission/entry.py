"""One ticket before one check point: whether its holder may enter now.

Laws: the first failure in the order of `Reason` wins; what a check does not know calls staff; the clock's uncertainty is in
favour of the visitor at the ticket's own window and against him at the cache's age.
"""

from protocol.admission.checks import Case, Failure, failures_of, uses_left
from protocol.admission.credential import Found
from protocol.admission.facts import DocumentCard, Facts, HolderShown
from protocol.admission.freshness import Freshness, freshness
from protocol.admission.passages import PassageKind, PassageState, PastPassage
from protocol.admission.policy import CheckPointState, Entitlement, Product, ReEntry, TotalUses
from protocol.admission.usage import usage_of
from protocol.admission.verdict import ORDER, Admit, AdmitFlag, AskForCard, CallStaff, Details, Reason, Refuse, Verdict
from protocol.directions import Direction
from protocol.identifiers import CheckPointId
from protocol.instants import MS_PER_SECOND, from_minute, inclusive_end, local_day
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketRecord, TicketStatus

RESUME_WITHIN_MS = 60 * MS_PER_SECOND

_STATUS_REASONS = {
    TicketStatus.VOID: Reason.VOID,
    TicketStatus.BLOCKED: Reason.BLOCKED,
    TicketStatus.UNPAID: Reason.UNPAID,
    TicketStatus.INACTIVE: Reason.INACTIVE,
}
_STAFF_REASONS = frozenset({Reason.POLICY_UNKNOWN})


def judge(facts: Facts, found: Found) -> Verdict:
    """Return the verdict for one ticket at an entry."""
    record = found.candidate.record
    product = facts.products.get(record.product)
    if product is None:
        return _status_refusal(facts, found, ()) or CallStaff(Reason.POLICY_UNKNOWN, record.ticket_id)
    rights = tuple(right for right in product.entitlements if facts.site.site in right.sites)
    return (
        _status_refusal(facts, found, rights)
        or check_point_refusal(facts, product.autonomy_s, record)
        or _validity_refusal(facts, record)
        or _by_right(facts, found, rights)
    )


def ticket_status_reason(found: Found) -> Reason | None:
    """Return what is wrong with the ticket itself, wherever it is shown."""
    record = found.candidate.record
    if record.status is TicketStatus.VOID:
        return Reason.VOID
    if found.superseded:
        return Reason.SUPERSEDED
    return _STATUS_REASONS.get(record.status)


def _status_refusal(facts: Facts, found: Found, rights: tuple[Entitlement, ...]) -> Refuse | None:
    record = found.candidate.record
    foreign = record.issuing_site != facts.site.site and TicketFlags.MULTI_SITE not in record.flags
    if foreign or (record.product in facts.products and not rights):
        return Refuse(Reason.WRONG_SITE, record.ticket_id)
    reason = ticket_status_reason(found)
    if reason is None:
        return None
    since = from_minute(record.status_since) if record.status_since else None
    return Refuse(reason, record.ticket_id, Details(since=since))


def check_point_refusal(facts: Facts, autonomy_s: int, record: TicketRecord | None) -> Refuse | CallStaff | None:
    """Return why this check point must not admit now, whatever the ticket allows. A document without ticket has no record."""
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
    today = local_day(facts.scan.at, facts.zone)
    days = {
        local_day(from_minute(record.valid_from), facts.zone),
        local_day(inclusive_end(record.valid_until, facts.zone), facts.zone),
    }
    rights = facts.products[record.product].entitlements
    single = TicketFlags.MULTI_USE not in record.flags and all(TotalUses(1) in right.policy.always for right in rights)
    return single and days == {today}


def _validity_refusal(facts: Facts, record: TicketRecord) -> Refuse | None:
    begins, ends = from_minute(record.valid_from), inclusive_end(record.valid_until, facts.zone)
    if facts.scan.at + facts.scan.uncertainty_ms < begins:
        return Refuse(Reason.NOT_YET_VALID, record.ticket_id, Details(passes_at=begins))
    if facts.scan.at - facts.scan.uncertainty_ms > ends:
        return Refuse(Reason.EXPIRED, record.ticket_id, Details(since=ends))
    return None


def _by_right(facts: Facts, found: Found, rights: tuple[Entitlement, ...]) -> Verdict:
    ticked = [right for right in rights if right.ticket_type in facts.check_point.ticked]
    if not ticked:
        return Refuse(Reason.WRONG_GATE, found.candidate.record.ticket_id, _where_valid(facts, rights))
    verdicts = [_judge_right(facts, found, right) for right in ticked]
    return next((verdict for verdict in verdicts if isinstance(verdict, Admit)), None) or nearest(verdicts)


def _where_valid(facts: Facts, rights: tuple[Entitlement, ...]) -> Details:
    types = {right.ticket_type for right in rights}
    places = [
        point
        for _, point in sorted(facts.check_points.items())
        if point.direction is Direction.ENTRY and point.state is CheckPointState.ENABLED and types & point.ticked
    ]
    return Details(place_zh="、".join(p.name_zh for p in places), place_en=", ".join(p.name_en for p in places))


def nearest(verdicts: list[Verdict]) -> Verdict:
    """Return the answer nearest to an admission: the one that came furthest in the order of reasons."""
    return max(verdicts, key=lambda v: ORDER[v.reason] if isinstance(v, Refuse | CallStaff) else len(ORDER))


def _judge_right(facts: Facts, found: Found, right: Entitlement) -> Verdict:
    case = case_of(facts, found, right)
    interrupted = _interrupted_here(facts, found, right)
    if interrupted is not None and _may_resume(facts, interrupted):
        return _admit(facts, found, right, PassageKind.RESUME, uses_left(right.policy, case, consumed=0))
    failures = failures_of(right.policy, case)
    early = [failure for failure in failures if ORDER[failure.reason] < ORDER[Reason.HOLDER_REQUIRED]]
    if early:
        return _refusal(found, early[0])
    refused_holder = _holder_refusal(facts, found)
    if isinstance(refused_holder, Refuse | CallStaff):
        return refused_holder
    if failures and interrupted is not None:
        return CallStaff(Reason.PASSAGE_UNRESOLVED, found.candidate.record.ticket_id, Details(since=interrupted.scanned_at))
    if failures:
        return _refusal(found, failures[0])
    if is_full(facts):
        return Refuse(Reason.SITE_FULL, found.candidate.record.ticket_id)
    consumed = 0 if case.re_enters else facts.scan.persons
    return refused_holder or _admit(facts, found, right, PassageKind.ENTRY, uses_left(right.policy, case, consumed=consumed))


def case_of(facts: Facts, found: Found, right: Entitlement) -> Case:
    """Return what the checks of one right look at."""
    earlier = [p for p in found.candidate.passages if p.entitlement_id == right.entitlement_id]
    re_entry = ReEntry() in right.policy.always or any(ReEntry() in checks for checks in right.policy.alternatives)
    return Case(
        at=facts.scan.at,
        zone=facts.zone,
        persons=facts.scan.persons,
        record=found.candidate.record,
        check_point=facts.check_point,
        usage=usage_of(earlier, facts.zone, re_entry=re_entry),
        place=lambda check_point: place_name(facts, check_point),
    )


def place_name(facts: Facts, check_point: CheckPointId) -> tuple[str, str]:
    """Return what people call a check point, in Chinese and English."""
    point = facts.check_points.get(check_point)
    return (f"#{check_point}", f"#{check_point}") if point is None else (point.name_zh, point.name_en)


def _interrupted_here(facts: Facts, found: Found, right: Entitlement) -> PastPassage | None:
    """Return the newest release at this very check point whose outcome a power cut swallowed, not yet resumed."""
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


def _may_resume(facts: Facts, interrupted: PastPassage) -> bool:
    """Whether this is the same release taken up again: within its time, and for no more persons than it was granted for."""
    return facts.scan.at - interrupted.scanned_at <= RESUME_WITHIN_MS and facts.scan.persons <= interrupted.persons


def _holder_refusal(facts: Facts, found: Found) -> Refuse | CallStaff | AskForCard | None:
    record = found.candidate.record
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


def is_full(facts: Facts) -> bool:
    """Whether the site holds as many persons as it may."""
    capacity = facts.site.capacity
    return capacity is not None and facts.inside is not None and facts.inside + facts.scan.persons > capacity


def _refusal(found: Found, failure: Failure) -> Refuse | CallStaff:
    ticket_id = found.candidate.record.ticket_id
    if failure.reason in _STAFF_REASONS:
        return CallStaff(failure.reason, ticket_id, failure.details)
    return Refuse(failure.reason, ticket_id, failure.details)


def _admit(facts: Facts, found: Found, right: Entitlement, kind: PassageKind, left: int | None) -> Admit:
    record = found.candidate.record
    step = freshness(facts.ground.age_ms, facts.scan.uncertainty_ms, facts.products[record.product].autonomy_s)
    flags = {AdmitFlag.UNSEEN} if found.unseen else set()
    if step is Freshness.OFFLINE:
        flags.add(AdmitFlag.OFFLINE)
    if step is Freshness.STALE:
        flags.add(AdmitFlag.STALE)
    return Admit(kind, record.ticket_id, right.entitlement_id, facts.scan.persons, left, frozenset(flags))


def right_for_override(facts: Facts, product: Product | None) -> Entitlement | None:
    """Return the right that an override is recorded against: one ticked here, else one of this site, else the first."""
    if product is None:
        return None
    here = [right for right in product.entitlements if facts.site.site in right.sites]
    ticked = [right for right in here if right.ticket_type in facts.check_point.ticked]
    return next(iter((*ticked, *here, *product.entitlements)), None)
