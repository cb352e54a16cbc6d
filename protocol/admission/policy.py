"""The rules of ticket types, check points and sites: the small tables of the feed, as values.

Laws: a policy is data. All checks of `always` must hold, and, where there are alternatives, all checks of at least one. A check
that this version does not know is kept as `UnknownCheck`: it calls staff, it never passes, and it is never dropped.
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
    """ISO weekdays (1 Monday to 7 Sunday) on which the ticket may be used."""

    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class DaysExcluded:
    """Local days on which the ticket may not be used."""

    days: frozenset[date]


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """Local seconds since midnight, both inclusive; where the first is after the last, the window spans midnight."""

    first_s: int
    last_s: int


@dataclass(frozen=True, slots=True)
class TimeSlot:
    """The slot in the ticket's record, with tolerance before and after."""

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
    """二次入园: after an exit the holder may enter again on the same local day without consuming a use."""


@dataclass(frozen=True, slots=True)
class Gates:
    """The check points or zones where the ticket may be used; one match is enough."""

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
    """`always` must hold, and one of `alternatives` where the policy has any."""

    always: tuple[Check, ...] = ()
    alternatives: tuple[tuple[Check, ...], ...] = ()


def options(policy: Policy) -> tuple[tuple[Check, ...], ...]:
    """Return the options: each alternative together with `always`. At least one option must hold."""
    if not policy.alternatives:
        return (policy.always,)
    return tuple((*policy.always, *alternative) for alternative in policy.alternatives)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One right of a ticket type: the type that check points are ticked for, the sites where it counts, its policy."""

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
    """A ticket type for gates: a single has one entitlement, a package (套票) several."""

    ticket_type_id: TicketTypeId
    name_zh: str
    name_en: str
    entitlements: tuple[Entitlement, ...]
    claim: Claim
    unseen_allowed: bool
    autonomy_s: int


class CheckPointState(IntEnum):
    """The state of a check point; the numbers are those of the wire."""

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
    """刷证免票: a rule for passage on a document alone. Empty `regions` or `check_points`, or a bound of None, do not restrict.

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
    """The rules of the whole site. `capacity` of None does not restrict; `unseen_per_hour` caps each gate."""

    site: SiteId
    zone_name: str
    capacity: int | None
    unseen_per_hour: int
    walk_in_rules: tuple[WalkInRule, ...]
