"""The conformance table as data: number, name, facts, expected outcome. The gate and central run the same rows."""

from dataclasses import replace
from datetime import date

from protocol.admission import policy
from protocol.admission.decide import decide
from protocol.admission.facts import (
    Candidate,
    DocumentCard,
    Facts,
    Forged,
    HolderShown,
    TypedNumber,
    Unreadable,
)
from protocol.admission.passages import PassageState, PastPassage, PastWalkIn
from protocol.directions import Direction
from protocol.identifiers import AgentId, EntitlementId, SiteId, TicketId
from protocol.keyring import KeyState
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketState
from tests.builders.admission import (
    EXIT,
    GATE,
    LIVE,
    OTHER_GATE,
    SITE,
    SITE_RULES,
    T1,
    T2,
    at,
    check_point,
    code,
    entitlement,
    facts,
    minute,
    passage,
    record,
    shown,
    ticket_type,
)
from tests.builders.outcomes import ADMIT

READER = check_point(reads_documents=True)
REAL_NAME = record(flags=TicketFlags.REAL_NAME)
CARD = DocumentCard(holder=bytes(16), born=date(1990, 1, 1), region="110101")
SECOND = TicketId(2)
RE_ENTRY = {T1: ticket_type(entitlement(policy.TotalUses(1), policy.ReEntry()))}
ONCE_A_DAY_RE_ENTRY = {T1: ticket_type(entitlement(policy.TotalUses(1), policy.DailyUses(1), policy.ReEntry()))}
TEN_A_YEAR = {T1: ticket_type(entitlement(policy.PeriodUses(10, policy.Period.YEAR), policy.DailyUses(1)))}
INTERVAL = {T1: ticket_type(entitlement(policy.MinimumInterval(180)))}
WEEKDAYS = policy.Weekdays(frozenset({1, 2, 3, 4, 5}))
WEEKEND = policy.Weekdays(frozenset({6, 7}))
BEFORE_NOON = policy.TimeOfDay(0, 12 * 3600)
SLOT = {T1: ticket_type(entitlement(policy.TotalUses(1), policy.TimeSlot(15, 30)))}
SLOT_RECORD = record(slot_start=minute("10:00"), slot_minutes=60)
ALTERNATIVES = {T1: ticket_type(entitlement(policy.TotalUses(1), alternatives=((WEEKDAYS,), (WEEKEND, BEFORE_NOON))))}
UNSEEN = {T1: ticket_type(unseen=True)}
NEW = record(issued_at=minute("09:59"))
ANNUAL = record(flags=TicketFlags.MULTI_USE, valid_until=minute("2027-12-31 23:59"))
TODAY = record(valid_from=minute("00:00"), valid_until=minute("23:59"))
STALE = replace(LIVE, age_ms=80 * 3600 * 1000)
UNLOCKED = replace(STALE, unlocked=True)
OLD_ENOUGH = policy.WalkInRule(7, "六十五岁以上免票", "65 and over", 65, None, (), None, None, frozenset())
SENIORS = replace(SITE_RULES, walk_in_rules=(OLD_ENOUGH,))
PENDING = passage("09:59:50", state=PassageState.PENDING, check_point=GATE, agent=AgentId(1))
PACKAGE = {T1: ticket_type(entitlement(policy.TotalUses(1), number=1), entitlement(policy.TotalUses(1), ticket_type=2, number=2))}
TWO_SITES = {T1: ticket_type(entitlement(policy.TotalUses(1), number=1), entitlement(policy.TotalUses(1), number=2, sites=(2,)))}
GROUP = {T1: ticket_type(entitlement(policy.TotalUses(1), policy.PersonsPerScan(10)))}
GROUP_RECORD = record(flags=TicketFlags.GROUP, persons=30)
DISK_ERROR = "disk error"  # the step where the gate's journal is closed
DISABLED = check_point(state=policy.CheckPointState.DISABLED)
EXIT_READER = replace(EXIT, reads_documents=True)
INSIDE = Candidate(record(ticket_id=SECOND), (passage("09:00", ticket_id=SECOND),))
THERE = passage("09:00", site=SiteId(2), entitlement_id=EntitlementId(2))
CLAIMED = {T1: replace(ticket_type(), claim=policy.Claim.WHEN_ONLINE)}


def card(*candidates: Candidate, **changes: object) -> Facts:
    return facts(CARD, candidates, check_point=READER, **changes)


def multi_site(*passages: PastPassage) -> Facts:
    return shown(record(flags=TicketFlags.MULTI_SITE), *passages, ticket_types=TWO_SITES)


CASES: list[tuple[int, str, Facts, str]] = [
    (1, "default", facts(), ADMIT),
    (2, "refunded", shown(record(state=TicketState.VOID, state_since=minute("2026-05-09 16:20"))), "refuse void"),
    (3, "older generation", facts(code(record()), (Candidate(record(generation=2), ()),)), "refuse superseded"),
    (4, "blocked, exit", shown(record(state=TicketState.BLOCKED), passage("09:00"), check_point=EXIT), "out blocked"),
    (5, "blocked, override", shown(record(state=TicketState.BLOCKED), supervisor=9), ADMIT),
    (6, "on account", shown(record(state=TicketState.UNPAID)), "refuse unpaid"),
    (7, "activation code", shown(record(state=TicketState.INACTIVE)), "refuse inactive"),
    (8, "early", shown(record(valid_from=minute("12:00")), at=at("11:45")), "refuse not_yet_valid"),
    (9, "early exit", shown(record(valid_from=minute("12:00")), at=at("11:45"), check_point=EXIT), "out None"),
    *(
        (10, text, shown(record(valid_from=minute("10:00"), valid_until=minute("12:00")), at=at(text)), expected)
        for text, expected in (("10:00:00", ADMIT), ("12:00:00", ADMIT), ("12:00:01", "refuse expired"))
    ),
    (11, "day end", shown(record(valid_until=minute("23:59")), at=at("23:59:30")), ADMIT),
    (11, "next day", shown(record(valid_until=minute("23:59")), at=at("2026-05-11 00:00:00")), "refuse expired"),
    *((12, name, facts(Unreadable()), "refuse malformed") for name in ("not ours", "empty", "4 KB", "binary")),
    (13, "signature", facts(Forged()), "refuse forged"),
    *(
        (14, name, facts(Unreadable()), "refuse malformed")
        for name in ("lower case", "padded", "trailing byte", "other alphabet")
    ),
    (15, "unseen", facts(code(NEW), (), ticket_types=UNSEEN), ADMIT),
    (15, "unseen, not allowed", facts(code(NEW), ()), "refuse unknown"),
    (16, "unknown", facts(code(record()), (), ticket_types=UNSEEN), "refuse unknown"),
    (17, "cache-only, cached", facts(code(record(), KeyState.CACHE_ONLY)), ADMIT),
    (17, "cache-only, not cached", facts(code(NEW, KeyState.CACHE_ONLY), (), ticket_types=UNSEEN), "refuse forged"),
    (18, "other site", facts(code(record(issuing_site=SiteId(2))), ()), "refuse wrong_site"),
    (18, "other site, cached", shown(record(issuing_site=SiteId(2))), "refuse wrong_site"),
    (19, "other type", shown(record(ticket_type=T2), ticket_types={T2: ticket_type(number=2)}), "refuse wrong_gate"),
    (
        20,
        "package",
        shown(record(), passage("09:00"), ticket_types=PACKAGE, check_point=check_point(ticked=frozenset({T2}))),
        ADMIT,
    ),
    (21, "used", shown(record(), passage("09:00")), "refuse used_up"),
    (22, "annulled", shown(record(), passage("09:59:50", state=PassageState.NOT_PASSED)), ADMIT),
    (23, "power cut", shown(record(), PENDING), ADMIT),
    (23, "resumed already", shown(record(), replace(PENDING, resumed=True)), "refuse used_up"),
    (23, "too late", shown(record(), PENDING, at=at("10:01:00")), "staff passage_unresolved"),
    (23, "elsewhere", shown(record(), PENDING, check_point=check_point(OTHER_GATE)), "refuse used_up"),
    (
        24,
        "re-entry",
        shown(record(), passage("09:00"), passage("09:30", Direction.EXIT), ticket_types=ONCE_A_DAY_RE_ENTRY),
        ADMIT,
    ),
    (
        24,
        "again",
        shown(record(), passage("09:00"), passage("09:30", Direction.EXIT), passage("09:40"), ticket_types=ONCE_A_DAY_RE_ENTRY),
        "refuse already_inside",
    ),
    (
        24,
        "next day",
        shown(
            record(),
            passage("09:00"),
            passage("09:30", Direction.EXIT),
            passage("09:40"),
            ticket_types=ONCE_A_DAY_RE_ENTRY,
            at=at("2026-05-11 10:00"),
        ),
        "refuse used_up",
    ),
    (25, "exit only", shown(record(), passage("09:30", Direction.EXIT), ticket_types=RE_ENTRY), ADMIT),
    (26, "no re-entry", shown(record(), passage("09:00"), passage("09:30", Direction.EXIT)), "refuse used_up"),
    (27, "late arrival", shown(record(), passage("09:40", Direction.EXIT), passage("09:20"), ticket_types=RE_ENTRY), ADMIT),
    (28, "twice a day", shown(ANNUAL, passage("09:00"), ticket_types=TEN_A_YEAR), "refuse daily_limit"),
    (28, "next day", shown(ANNUAL, passage("09:00"), ticket_types=TEN_A_YEAR, at=at("2026-05-11 00:05")), ADMIT),
    *(
        (
            29,
            text,
            shown(ANNUAL, *(passage(f"2026-03-{day:02} 09:00") for day in range(1, 11)), ticket_types=TEN_A_YEAR, at=at(text)),
            end,
        )
        for text, end in (("2026-12-31 10:00", "refuse period_limit"), ("2027-01-01 10:00", ADMIT))
    ),
    (30, "too soon", shown(ANNUAL, passage("10:00"), ticket_types=INTERVAL, at=at("12:55")), "refuse too_soon"),
    (30, "after 180 minutes", shown(ANNUAL, passage("10:00"), ticket_types=INTERVAL, at=at("13:00")), ADMIT),
    (
        31,
        "Saturday",
        shown(record(), ticket_types={T1: ticket_type(entitlement(WEEKDAYS))}, at=at("2026-05-09 10:00")),
        "refuse wrong_day",
    ),
    (
        32,
        "excluded",
        shown(record(), ticket_types={T1: ticket_type(entitlement(policy.DaysExcluded(frozenset({date(2026, 5, 10)}))))}),
        "refuse wrong_day",
    ),
    *(
        (33, text, shown(SLOT_RECORD, ticket_types=SLOT, at=at(text)), expected)
        for text, expected in (
            ("09:44:59", "refuse wrong_slot"),
            ("09:45:00", ADMIT),
            ("11:30:00", ADMIT),
            ("11:30:01", "refuse wrong_slot"),
        )
    ),
    (34, "nearer alternative", shown(record(), ticket_types=ALTERNATIVES, at=at("2026-05-09 12:30")), "refuse wrong_slot"),
    (35, "real-name code", shown(REAL_NAME, check_point=READER), "card"),
    (35, "no card in time", shown(REAL_NAME, check_point=READER, holder=HolderShown.TIMED_OUT), "refuse holder_required"),
    (36, "another card", shown(REAL_NAME, check_point=READER, holder=HolderShown.DIFFERS), "refuse holder_mismatch"),
    (37, "card alone", card(Candidate(REAL_NAME, ())), ADMIT),
    (
        38,
        "card with an expired and a valid ticket",
        card(Candidate(record(valid_until=minute("2026-05-09 23:59")), ()), Candidate(record(ticket_id=SECOND), ())),
        ADMIT,
    ),
    (
        39,
        "card with two valid tickets",
        card(Candidate(record(), ()), Candidate(record(ticket_id=SECOND, valid_until=minute("2026-05-20 23:59")), ())),
        ADMIT,
    ),
    (40, "ten of five left", shown(GROUP_RECORD, passage("09:00", persons=25), ticket_types=GROUP, persons=10), "refuse used_up"),
    (40, "five of five left", shown(GROUP_RECORD, passage("09:00", persons=25), ticket_types=GROUP, persons=5), ADMIT),
    (41, "same attempt", facts(earlier_answer=decide(facts())), ADMIT),
    (42, "annual pass, stale", shown(ANNUAL, ticket_types=TEN_A_YEAR, ground=STALE), "staff cache_stale"),
    (42, "annual pass, unlocked", shown(ANNUAL, ticket_types=TEN_A_YEAR, ground=UNLOCKED), "staff cache_stale"),
    (43, "today's ticket, stale", shown(TODAY, ground=STALE), "staff cache_stale"),
    (43, "today's ticket, unlocked", shown(TODAY, ground=UNLOCKED), ADMIT),
    (44, "clock", facts(ground=replace(LIVE, clock_trusted=False)), "staff clock_untrusted"),
    (45, "disabled", facts(check_point=DISABLED), "refuse device_disabled"),
    (46, "full", facts(site=replace(SITE_RULES, capacity=1000), inside=1000), "refuse site_full"),
    (46, "one place left", facts(site=replace(SITE_RULES, capacity=1000), inside=999), ADMIT),
    (47, "fire", facts(Unreadable(), fire=True), "free"),
    (47, "fire, valid ticket", facts(fire=True), "free"),
    (48, "65 today", facts(replace(CARD, born=date(1961, 5, 10)), (), check_point=READER, site=SENIORS), ADMIT),
    (48, "65 tomorrow", facts(replace(CARD, born=date(1961, 5, 11)), (), check_point=READER, site=SENIORS), "refuse unknown"),
    (
        49,
        "second walk-in",
        facts(
            replace(CARD, born=date(1961, 5, 10)),
            (),
            check_point=READER,
            site=SENIORS,
            walk_ins=(PastWalkIn(CARD.holder, 7, SITE, OTHER_GATE, at("09:00")),),
        ),
        "refuse daily_limit",
    ),
    (50, "typed, unattended", facts(TypedNumber()), "refuse malformed"),
    (50, "typed, handheld", facts(TypedNumber(), check_point=check_point(attended=True)), ADMIT),
    (51, "product differs", facts(code(record(), ticket_type=T2)), "refuse forged"),
    (51, "flags differ", facts(code(record(), flags=TicketFlags.GROUP)), "refuse forged"),
    (52, "newer generation", facts(code(record(), generation=2), ticket_types=UNSEEN), ADMIT),
    (
        52,
        "newer generation, cache-only",
        facts(code(record(), KeyState.CACHE_ONLY, generation=2), ticket_types=UNSEEN),
        "refuse forged",
    ),
    *(
        (53, name, shown(record(), passage("09:00"), check_point=point, ground=ground), alarm)
        for name, point, ground, alarm in (
            ("disabled", replace(EXIT, state=policy.CheckPointState.DISABLED), LIVE, "out device_disabled"),
            ("clock", EXIT, replace(LIVE, clock_trusted=False), "out clock_untrusted"),
            ("stale", EXIT, STALE, "out cache_stale"),
            (DISK_ERROR, EXIT, LIVE, "out None"),
        )
    ),
    (54, "card, one of two inside", facts(CARD, (Candidate(record(), ()), INSIDE), check_point=EXIT_READER), "out None"),
    (55, "late pass", shown(record(), passage("10:00"), at=at("10:05")), "refuse used_up"),
    (
        56,
        "unknown check",
        shown(record(), ticket_types={T1: ticket_type(entitlement(policy.UnknownCheck("tide")))}),
        "staff policy_unknown",
    ),
    (57, "used at the other site", multi_site(THERE), ADMIT),
    (57, "used at this site", multi_site(passage("09:00")), "refuse used_up"),
    (58, "first of two gates", shown(record(), ticket_types=CLAIMED), ADMIT),
    (58, "second of two gates", shown(record(), passage("10:00"), ticket_types=CLAIMED), "refuse used_up"),
    (59, "row extended", facts(code(record(), not_after=minute("2026-05-09 23:59"))), ADMIT),
    (60, "row ended", facts(code(record()), (Candidate(record(valid_until=minute("2026-05-09 23:59")), ()),)), "refuse expired"),
]
