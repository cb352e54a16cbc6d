"""What a ticket type demands, what a check point is, and what a site allows: the small tables of the feed, as values.

Laws: a policy is data: what must hold always, and alternatives of which one must hold, each a conjunction of small named
checks; a check that this version does not know is kept as `UnknownCheck` and calls staff, never passes, never is dropped.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from protocol.directions import Direction
from protocol.identifiers import CheckPointId, EntitlementId, SiteId, TicketTypeId


class Period(StrEnum):
    """The calendar periods in which uses are counted, in the site's time."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class DateRange:
    """Local days from first to last, both inclusive."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Weekdays:
    """ISO weekdays (1 Monday to 7 Sunday) on which it may be used."""

    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class DaysExcluded:
    """Local days on which it may not be used."""

    days: frozenset[date]


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """Local seconds since midnight, both inclusive; a first after the last spans midnight."""

    first_s: int
    last_s: int


@dataclass(frozen=True, slots=True)
class TimeSlot:
    """The slot that stands in the ticket's record, with tolerance before and after."""

    before_minutes: int
    after_minutes: int


@dataclass(frozen=True, slots=True)
class TotalUses:
    """Entries in all (per person of a group)."""

    most: int


@dataclass(frozen=True, slots=True)
class DailyUses:
    """Entries in one local day (per person of a group)."""

    most: int


@dataclass(frozen=True, slots=True)
class PeriodUses:
    """Entries in one calendar period (per person of a group)."""

    most: int
    period: Period


@dataclass(frozen=True, slots=True)
class MinimumInterval:
    """Minutes between two entries."""

    minutes: int


@dataclass(frozen=True, slots=True)
class ReEntry:
    """二次入园: after an exit the holder may enter again on the same local day, and that consumes nothing."""


@dataclass(frozen=True, slots=True)
class Gates:
    """The check points or zones where it may be used; matching either is enough."""

    check_points: frozenset[CheckPointId]
    zones: frozenset[int]


@dataclass(frozen=True, slots=True)
class PersonsPerScan:
    """The most persons that one showing of a group code lets through."""

    most: int


@dataclass(frozen=True, slots=True)
class UnknownCheck:
    """A check of a later version."""

    name: str


Check = (
    DateRange
    | Weekdays
    | DaysExcluded
    | TimeOfDay
    | TimeSlot
    | TotalUses
    | DailyUses
    | PeriodUses
    | MinimumInterval
    | ReEntry
    | Gates
    | PersonsPerScan
    | UnknownCheck
)


@dataclass(frozen=True, slots=True)
class Policy:
    """`always` must hold, and one of `alternatives` where there are any."""

    always: tuple[Check, ...] = ()
    alternatives: tuple[tuple[Check, ...], ...] = ()


def options(policy: Policy) -> tuple[tuple[Check, ...], ...]:
    """Return the conjunctions of which one must hold: each alternative together with what must always hold."""
    if not policy.alternatives:
        return (policy.always,)
    return tuple((*policy.always, *alternative) for alternative in policy.alternatives)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One right of a ticket type: the type by which check points are ticked for it, the sites where it counts, its policy."""

    entitlement_id: EntitlementId
    ticket_type: TicketTypeId
    sites: frozenset[SiteId]
    policy: Policy


class Claim(StrEnum):
    """Whether a gate asks central before it admits."""

    NEVER = "never"
    WHEN_ONLINE = "when-online"


@dataclass(frozen=True, slots=True)
class TicketTypeRules:
    """A ticket type as gates know it: a single has one entitlement, a package (套票) several."""

    ticket_type_id: TicketTypeId
    name_zh: str
    name_en: str
    entitlements: tuple[Entitlement, ...]
    claim: Claim
    unseen_allowed: bool
    autonomy_s: int


class CheckPointState(IntEnum):
    """The numbers are those of the wire."""

    ENABLED = 0
    DISABLED = 1
    RETIRED = 2


@dataclass(frozen=True, slots=True)
class CheckPoint:
    """检票设备: one direction of one lane, or a handheld. `attended` means that staff hold or watch it."""

    check_point_id: CheckPointId
    site: SiteId
    zone: int
    name_zh: str
    name_en: str
    direction: Direction
    state: CheckPointState
    ticked: frozenset[TicketTypeId]
    attended: bool
    reads_documents: bool


@dataclass(frozen=True, slots=True)
class WalkInRule:
    """刷证免票: who passes on the document alone. An empty `regions` or `check_points`, or a bound of None, does not restrict.

    Ages are whole years on the day of the scan, both bounds inclusive; `regions` are prefixes of the ID number.
    """

    rule_id: int
    name_zh: str
    name_en: str
    minimum_age: int | None
    maximum_age: int | None
    regions: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    check_points: frozenset[CheckPointId]


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What holds for the whole site. `capacity` of None does not restrict; `unseen_per_hour` caps each gate."""

    site: SiteId
    zone_name: str
    capacity: int | None
    unseen_per_hour: int
    walk_in_rules: tuple[WalkInRule, ...]
