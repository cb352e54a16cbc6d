"""Ticket types and sites as people state them in JSON; stored so, and turned into what gates decide by.

Laws: every gate of its sites can decide a stored type; prices are whole fen.
"""

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from central.catalog.after_sale import PLAIN, AfterSaleRules
from central.catalog.checks import MINUTES_A_DAY, MOST_PERSONS, Check, TimeSlot, TotalUses
from central.catalog.concessions import Grounds
from central.catalog.messages import (
    ACTIVATED_TYPE_NO_CONCESSION,
    ACTIVATED_TYPE_NO_QUOTA,
    ACTIVATED_TYPE_RESTRICTED,
    FIXED_DAYS_WRONG,
    GROUP_REVERSED,
    LIMIT_NEEDS_REAL_NAME,
    RULE_ID_TWICE,
    SLOTS_AND_CHECK,
    STOCK_NEEDS_SLOTS,
    UNKNOWN_ZONE,
)
from central.catalog.sale import MOST_PLACES, KnownBy, SaleRules, StockPer
from central.domain.field_messages import unfit
from central.domain.local_times import LocalTime
from central.domain.saying import Said
from central.domain.texts import PRINTABLE, in_english
from protocol.admission import policy
from protocol.admission.tables import (
    MAX_AGE,
    MAX_AUTONOMY_S,
    MAX_ENTITLEMENTS,
    MAX_NAME_CHARACTERS,
    MAX_REGIONS,
    MAX_WALK_IN_RULES,
)
from protocol.identifiers import U16_MAX, U32_MAX, CheckPointId, EntitlementId, SiteId, TicketTypeId

MOST_CHECKS = 64
MOST_SITES = 64
MOST_SLOTS = 96
MOST_VALID_DAYS = 3_660
LAST_DAY = date(2199, 12, 31)
DEFAULT_AUTONOMY_S = 72 * 3600
DEFAULT_UNSEEN_PER_HOUR = 60
DEFAULT_ACTIVATION_DAYS = 365
LATEST_DAY_END_HOUR = 11


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise unfit(UNKNOWN_ZONE.of()) from error
    return name


Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARACTERS, pattern=PRINTABLE)]
EnglishName = Annotated[str, Field(max_length=MAX_NAME_CHARACTERS, pattern=PRINTABLE)]  # empty: the Chinese name is read
SiteNumber = Annotated[int, Field(ge=1, le=U16_MAX)]
TypeNumber = Annotated[int, Field(ge=1, le=U16_MAX)]
Zone = Annotated[str, Field(max_length=64), AfterValidator(_known_zone)]
Checks = Annotated[list[Check], Field(max_length=MOST_CHECKS)]


class _Stated(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WalkInRuleParameters(_Stated):
    """刷证免票: the visitors who pass by their document alone. A rule that is left out does not restrict."""

    rule_id: Annotated[int, Field(ge=1, le=U32_MAX)]
    name_zh: Name
    name_en: EnglishName = ""
    minimum_age: Annotated[int | None, Field(ge=0, le=MAX_AGE)] = None
    maximum_age: Annotated[int | None, Field(ge=0, le=MAX_AGE)] = None
    regions: Annotated[list[Annotated[str, Field(pattern=r"^[0-9]{1,6}$")]], Field(max_length=MAX_REGIONS)] = []
    first_day: date | None = None
    last_day: date | None = None
    check_points: Annotated[list[Annotated[int, Field(ge=1, le=U32_MAX)]], Field(max_length=MAX_REGIONS)] = []

    def stated(self) -> policy.WalkInRule:
        """Return the protocol's rule."""
        return policy.WalkInRule(
            rule_id=self.rule_id,
            name_zh=self.name_zh,
            name_en=in_english(self.name_zh, self.name_en),
            minimum_age=self.minimum_age,
            maximum_age=self.maximum_age,
            regions=tuple(self.regions),
            first_day=self.first_day,
            last_day=self.last_day,
            check_points=frozenset(CheckPointId(number) for number in self.check_points),
        )


class SiteParameters(_Stated):
    """A site. A capacity that is left out does not restrict. A business day ends at that hour of the next day (0: at midnight).

    `capacity` is how many persons may be on site at once (瞬时承载量), `daily_capacity` how many may come on a day (最大承载量).
    At either maximum, sales for the day stop; for a day, no more persons are sold than may come on it.

    `cash_needs_shift`: a seller without an open shift cannot sell for cash.
    """

    name_zh: Name
    name_en: EnglishName = ""
    zone: Zone = "Asia/Shanghai"
    capacity: Annotated[int | None, Field(ge=0, le=U32_MAX)] = None
    daily_capacity: Annotated[int | None, Field(ge=0, le=MOST_PLACES)] = None
    unseen_per_hour: Annotated[int, Field(ge=0, le=U16_MAX)] = DEFAULT_UNSEEN_PER_HOUR
    day_ends_at_hour: Annotated[int, Field(ge=0, le=LATEST_DAY_END_HOUR)] = 0
    cash_needs_shift: bool = False
    walk_in_rules: Annotated[list[WalkInRuleParameters], Field(max_length=MAX_WALK_IN_RULES)] = []

    @model_validator(mode="after")
    def _rules_differ(self) -> "SiteParameters":
        if len({rule.rule_id for rule in self.walk_in_rules}) != len(self.walk_in_rules):
            raise unfit(RULE_ID_TWICE.of())
        return self

    def stated(self, site: SiteId) -> policy.SiteRules:
        """Return the protocol's rules."""
        rules = tuple(rule.stated() for rule in self.walk_in_rules)
        return policy.SiteRules(site, self.zone, self.capacity, self.unseen_per_hour, rules)


class EntitlementParameters(_Stated):
    """One right. `ticket_type` is the type that check points are ticked for; left out, it is the type itself."""

    ticket_type: TypeNumber | None = None
    sites: Annotated[list[SiteNumber], Field(min_length=1, max_length=MOST_SITES)]
    always: Checks = []
    alternatives: Annotated[list[Checks], Field(max_length=MOST_CHECKS)] = []

    def checks(self) -> tuple[Check, ...]:
        """Return all checks of the right, at any place in it."""
        return (*self.always, *(check for alternative in self.alternatives for check in alternative))

    def stated(self, own_type: TicketTypeId, number: EntitlementId) -> policy.Entitlement:
        """Return the protocol's entitlement."""
        always = tuple(check.stated() for check in self.always)
        alternatives = tuple(tuple(check.stated() for check in one) for one in self.alternatives)
        return policy.Entitlement(
            entitlement_id=number,
            ticket_type=TicketTypeId(self.ticket_type or own_type),
            sites=frozenset(SiteId(site) for site in self.sites),
            policy=policy.Policy(always, alternatives),
        )


class FixedDays(_Stated):
    """Valid from the first day to the last, whenever it is sold."""

    kind: Literal["fixed"]
    first: date
    last: date

    @model_validator(mode="after")
    def _ordered(self) -> "FixedDays":
        if self.first > self.last or self.last > LAST_DAY:
            raise unfit(FIXED_DAYS_WRONG.of(latest=LAST_DAY))
        return self


class DaysFromVisit(_Stated):
    """Valid for so many days; the day of the visit is the first."""

    kind: Literal["days-from-visit"]
    days: Annotated[int, Field(ge=1, le=MOST_VALID_DAYS)] = 1


class Slot(_Stated):
    """A time slot of each day, by its local start."""

    start: LocalTime
    minutes: Annotated[int, Field(ge=1, le=MINUTES_A_DAY)]


class Group(_Stated):
    """How many persons one code may admit."""

    minimum: Annotated[int, Field(ge=1, le=MOST_PERSONS)]
    maximum: Annotated[int, Field(ge=2, le=MOST_PERSONS)]


class Activation(_Stated):
    """密码激活: tickets are sold inactive, and a visitor activates each by a code, within so many days of the sale.

    The visitor states the day of the visit and the holder at the activation.
    """

    within_days: Annotated[int, Field(ge=0, le=MOST_VALID_DAYS)] = DEFAULT_ACTIVATION_DAYS


class TicketTypeParameters(_Stated):
    """A ticket type: its names, its rights, when its tickets are valid, and what the seller must ask.

    Without `counts_visitors` (staff, vendor and works cards), persons who enter by it are not counted as visitors.
    """

    name_zh: Name
    name_en: EnglishName = ""
    entitlements: Annotated[list[EntitlementParameters], Field(min_length=1, max_length=MAX_ENTITLEMENTS)]
    validity: Annotated[FixedDays | DaysFromVisit, Field(discriminator="kind")] = DaysFromVisit(kind="days-from-visit")
    slots: Annotated[list[Slot], Field(max_length=MOST_SLOTS)] = []
    group: Group | None = None
    is_real_name: bool = False
    activation: Activation | None = None
    concession: Grounds = []
    counts_visitors: bool = True
    claim: policy.Claim = policy.Claim.WHEN_ONLINE
    unseen_allowed: bool = True
    autonomy_s: Annotated[int, Field(ge=3600, le=MAX_AUTONOMY_S)] = DEFAULT_AUTONOMY_S
    sale: SaleRules = SaleRules()
    after_sale: AfterSaleRules = PLAIN

    @model_validator(mode="after")
    def _consistent(self) -> "TicketTypeParameters":
        asks_slot = any(isinstance(check, TimeSlot) for right in self.entitlements for check in right.checks())
        if asks_slot != bool(self.slots):
            raise unfit(SLOTS_AND_CHECK.of())
        if self.group and self.group.minimum > self.group.maximum:
            raise unfit(GROUP_REVERSED.of())
        if self.activation and (self.slots or self.group or self.unseen_allowed):
            raise unfit(ACTIVATED_TYPE_RESTRICTED.of())
        if self.activation and self.concession:
            raise unfit(ACTIVATED_TYPE_NO_CONCESSION.of())
        if misfit := self.misfit(self.sale):
            raise unfit(misfit)
        return self

    def misfit(self, sale: SaleRules) -> Said | None:
        """Return why this type cannot be sold by these rules; None where it can."""
        if self.activation and (sale.stock or sale.person_limit):
            return ACTIVATED_TYPE_NO_QUOTA.of()
        if sale.stock and sale.stock.per is StockPer.SLOT and not self.slots:
            return STOCK_NEEDS_SLOTS.of()
        if sale.person_limit and sale.person_limit.known_by is KnownBy.DOCUMENT and not self.is_real_name:
            return LIMIT_NEEDS_REAL_NAME.of()
        return None

    @property
    def sites(self) -> frozenset[SiteId]:
        """Return all sites where a ticket of this type may be used."""
        return frozenset(SiteId(site) for right in self.entitlements for site in right.sites)

    @property
    def is_multi_use(self) -> bool:
        """Return whether any right of it allows more than one entry."""
        return any(not _is_single_entry(right) for right in self.entitlements)

    def stated(self, type_id: TicketTypeId) -> policy.TicketTypeRules:
        """Return the protocol's ticket type; entitlements are numbered from 1 in their order."""
        rights = tuple(right.stated(type_id, EntitlementId(place)) for place, right in enumerate(self.entitlements, 1))
        english = in_english(self.name_zh, self.name_en)
        return policy.TicketTypeRules(type_id, self.name_zh, english, rights, self.claim, self.unseen_allowed, self.autonomy_s)


def _is_single_entry(right: EntitlementParameters) -> bool:
    return any(isinstance(check, TotalUses) and check.most == 1 for check in right.always)
