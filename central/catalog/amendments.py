"""A ticket type as people replace or amend it: the fields of `catalog.parameters`, all demanded, or none."""

from typing import Annotated

from pydantic import Field

from central.catalog.after_sale import MOST_REPRINTS, AfterSaleRules, RefundRules, RescheduleRules
from central.catalog.concessions import Grounds
from central.catalog.parameters import (
    MOST_SLOTS,
    Activation,
    DaysFromVisit,
    EnglishName,
    EntitlementParameters,
    FixedDays,
    Group,
    Name,
    Slot,
    TicketTypeParameters,
)
from central.catalog.sale import (
    MOST_A_PERSON,
    MOST_PRICE_RULES,
    DaysAhead,
    Fen,
    PersonLimit,
    PriceRule,
    SaleRules,
    Stock,
)
from central.domain.local_times import LocalMoment, LocalTime
from central.domain.models import Amendment, InFull
from protocol.admission import policy
from protocol.admission.tables import MAX_AUTONOMY_S, MAX_ENTITLEMENTS


class SaleRulesInFull(InFull, SaleRules):
    """When, at what price and how many are sold: every rule."""


class AfterSaleRulesInFull(InFull, AfterSaleRules):
    """What may be done with a sold ticket: every rule."""


class TicketTypeInFull(InFull, TicketTypeParameters):
    """A ticket type: every parameter."""

    sale: SaleRulesInFull
    after_sale: AfterSaleRulesInFull

    def kept(self) -> TicketTypeParameters:
        """Return the parameters as they are stored."""
        return TicketTypeParameters.model_validate_json(self.model_dump_json())


class SaleRulesAmendment(Amendment):
    """The rules of the sale that change; a rule that is left out stays as it is."""

    opens_at: LocalMoment | None
    closes_at: LocalMoment | None
    days_ahead_least: DaysAhead
    days_ahead_most: DaysAhead
    today_until: LocalTime | None
    prices: Annotated[list[PriceRule], Field(max_length=MOST_PRICE_RULES)]
    per_order: Annotated[int | None, Field(ge=1, le=MOST_A_PERSON, description="persons in one order")]
    person_limit: PersonLimit | None
    stock: Stock | None


class AfterSaleRulesAmendment(Amendment):
    """The rules after the sale that change; a rule that is left out stays as it is."""

    refund: RefundRules
    reschedule: RescheduleRules | None
    reprints: Annotated[int, Field(ge=0, le=MOST_REPRINTS)]


class TicketTypeAmendment(Amendment):
    """The parameters that change; a parameter that is left out stays as it is."""

    name_zh: Name
    name_en: EnglishName
    entitlements: Annotated[list[EntitlementParameters], Field(min_length=1, max_length=MAX_ENTITLEMENTS)]
    validity: Annotated[FixedDays | DaysFromVisit, Field(discriminator="kind")]
    slots: Annotated[list[Slot], Field(max_length=MOST_SLOTS)]
    group: Group | None
    is_real_name: bool
    activation: Activation | None
    concession: Grounds
    counts_visitors: bool
    claim: policy.Claim
    unseen_allowed: bool
    autonomy_s: Annotated[int, Field(ge=3600, le=MAX_AUTONOMY_S)]
    sale: SaleRulesAmendment
    after_sale: AfterSaleRulesAmendment


class TypeAmendment(Amendment):
    """What changes of a ticket type; a field that is left out stays as it is."""

    parameters: TicketTypeAmendment
    price_fen: Fen
    is_on_sale: bool
