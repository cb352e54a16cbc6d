"""Facts with the conformance table's defaults: each test states only what differs."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from protocol.admission.facts import (
    Candidate,
    Facts,
    Ground,
    HolderShown,
    Presented,
    Scan,
    TicketCode,
)
from protocol.admission.freshness import DEFAULT_AUTONOMY_S
from protocol.admission.passages import PassageKind, PassageState, PastPassage
from protocol.admission.policy import (
    Check,
    CheckPoint,
    CheckPointState,
    Claim,
    Entitlement,
    Policy,
    SiteRules,
    TicketTypeRules,
    TotalUses,
)
from protocol.directions import Direction
from protocol.identifiers import AgentId, AttemptId, CheckPointId, EntitlementId, KeyId, SiteId, TicketId, TicketTypeId
from protocol.instants import Instant, Minute, from_datetime, to_minute
from protocol.keyring import KeyState
from protocol.tickets.claims import Claims, TicketFlags
from protocol.tickets.record import TicketRecord, TicketState

ZONE = ZoneInfo("Asia/Shanghai")
SITE = SiteId(1)
T1, T2 = TicketTypeId(1), TicketTypeId(2)
GATE, OTHER_GATE, EXIT_GATE = CheckPointId(11), CheckPointId(12), CheckPointId(13)
TICKET = TicketId(0x1234_5678_9ABC_DEF0)


def at(text: str) -> Instant:
    """Return the instant of a site-local time: "2026-05-10 10:00:00", "10:00" for the default day."""
    whole = text if "-" in text else f"2026-05-10 {text}"
    return from_datetime(datetime.fromisoformat(whole).replace(tzinfo=ZONE))


def minute(text: str) -> Minute:
    return to_minute(at(text))


NOW = at("10:00")


def record(**changes: object) -> TicketRecord:
    default = TicketRecord(
        ticket_id=TICKET,
        issuing_site=SITE,
        ticket_type=T1,
        issued_at=minute("2026-04-20 12:00"),
        valid_from=minute("2026-05-01 00:00"),
        valid_until=minute("2026-05-31 23:59"),
        flags=TicketFlags.NONE,
        generation=1,
        state=TicketState.ACTIVE,
        state_since=Minute(0),
        persons=1,
        slot_start=Minute(0),
        slot_minutes=0,
    )
    return replace(default, **changes)  # type: ignore[arg-type]  # the names are the record's own


def claims_of(row: TicketRecord, **changes: object) -> Claims:
    default = Claims(
        key_id=KeyId(1),
        ticket_id=row.ticket_id,
        issuing_site=row.issuing_site,
        ticket_type=row.ticket_type,
        issued_at=row.issued_at,
        not_before=row.valid_from,
        not_after=row.valid_until,
        flags=row.flags,
        generation=row.generation,
    )
    return replace(default, **changes)  # type: ignore[arg-type]  # the names are the claims' own


def code(row: TicketRecord, key: KeyState = KeyState.ACTIVE, **changes: object) -> TicketCode:
    return TicketCode(claims_of(row, **changes), key)


def entitlement(
    *always: Check,
    alternatives: Iterable[tuple[Check, ...]] = (),
    ticket_type: int = 1,
    number: int = 1,
    sites: Iterable[int] = (1,),
) -> Entitlement:
    return Entitlement(
        EntitlementId(number),
        TicketTypeId(ticket_type),
        frozenset(SiteId(site) for site in sites),
        Policy(tuple(always), tuple(alternatives)),
    )


def ticket_type(
    *entitlements: Entitlement, number: int = 1, unseen: bool = False, autonomy_s: int = DEFAULT_AUTONOMY_S
) -> TicketTypeRules:
    rights = entitlements or (entitlement(TotalUses(1), ticket_type=number),)
    return TicketTypeRules(TicketTypeId(number), f"票{number}", f"Ticket {number}", rights, Claim.NEVER, unseen, autonomy_s)


def only(*checks: Check) -> dict[TicketTypeId, TicketTypeRules]:
    """Return the ticket types of a site that has one, whose one entitlement has these checks."""
    return {T1: ticket_type(entitlement(*checks))}


def check_point(number: CheckPointId = GATE, **changes: object) -> CheckPoint:
    default = CheckPoint(
        check_point_id=number,
        site=SITE,
        zone=1,
        name_zh=f"{number}号闸机",
        name_en=f"Gate {number}",
        direction=Direction.ENTRY,
        state=CheckPointState.ENABLED,
        ticked=frozenset({T1}),
        attended=False,
        reads_documents=False,
    )
    return replace(default, **changes)  # type: ignore[arg-type]  # the names are the check point's own


EXIT = check_point(EXIT_GATE, direction=Direction.EXIT)


def passage(when: str, direction: Direction = Direction.ENTRY, **changes: object) -> PastPassage:
    moment = at(when)
    default = PastPassage(
        ticket_id=TICKET,
        entitlement_id=EntitlementId(1),
        site=SITE,
        check_point=OTHER_GATE,
        agent=AgentId(2),
        direction=direction,
        kind=PassageKind.ENTRY if direction is Direction.ENTRY else PassageKind.EXIT,
        scanned_at=moment,
        persons=1,
        state=PassageState.PASSED,
        attempt_id=AttemptId(moment.to_bytes(16, "big")),
        resumed=False,
    )
    return replace(default, **changes)  # type: ignore[arg-type]  # the names are the passage's own


def scan(presented: Presented, **changes: object) -> Scan:
    default = Scan(
        attempt_id=AttemptId(bytes(16)),
        at=NOW,
        uncertainty_ms=0,
        persons=1,
        presented=presented,
        holder=HolderShown.NOT_YET,
        supervisor=None,
    )
    return replace(default, **changes)  # type: ignore[arg-type]  # the names are the scan's own


SITE_RULES = SiteRules(SITE, "Asia/Shanghai", None, 20, ())
LIVE = Ground(as_of=at("09:59"), age_ms=1_000, clock_trusted=True, unlocked=False)


def facts(presented: Presented | None = None, candidates: tuple[Candidate, ...] | None = None, **changes: object) -> Facts:
    """Return the default case. Changes name fields of Facts, or of Scan (`at`, `persons`, `holder`, `supervisor`)."""
    row = record()
    of_scan = {name: changes.pop(name) for name in tuple(changes) if name in Scan.__dataclass_fields__}
    default = Facts(
        scan=scan(presented or code(row), **of_scan),
        candidates=(Candidate(row, ()),) if candidates is None else candidates,
        unrecorded=(),
        check_point=check_point(),
        check_points={point.check_point_id: point for point in (check_point(), check_point(OTHER_GATE), EXIT)},
        ticket_types={T1: ticket_type()},
        site=SITE_RULES,
        zone=ZONE,
        ground=LIVE,
        walk_ins=(),
        inside=None,
        unseen_this_hour=0,
        fire=False,
        earlier_answer=None,
    )
    return replace(default, **changes)  # type: ignore[arg-type]  # the names are the facts' own


def shown(row: TicketRecord, *passages: PastPassage, **changes: object) -> Facts:
    """Return the case of one ticket shown by its code."""
    return facts(code(row), (Candidate(row, passages),), **changes)
