"""What may be done with a sold ticket of a type (退票、改签), as people state it in JSON: refunds by cut-offs, other days.

Laws: a rule that is left out does not restrict, so that a type stored before the rule existed is refunded as before; fees are
whole fen; times are the site's local ones, without a zone. A ticket keeps the rules of its sale (`sales.sold_terms`).
"""

from datetime import time
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from central.catalog.messages import ONE_KIND_OF_FEE, TERMS_OUT_OF_ORDER, TERMS_WITHOUT_REFUND
from central.catalog.sale import MOST_DAYS_AHEAD, Fen
from central.domain.field_messages import unfit
from central.domain.local_times import LocalTime

MOST_TERMS = 20
MOST_TIMES = 20
MOST_REPRINTS = 100
WHOLE_PER_MILLE = 1_000
_LAST_MINUTE = time(23, 59)


class _Stated(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RefundTerm(_Stated):
    """The fee per person of a refund until a local time (that minute included), so many days before the day of use.

    Below 0: after the day of use. The fee is fixed or a share of what was paid; without either a refund is free until then.
    """

    days_before: Annotated[int, Field(ge=-MOST_DAYS_AHEAD, le=MOST_DAYS_AHEAD)]
    until: LocalTime = _LAST_MINUTE
    fee_fen: Fen | None = None
    fee_per_mille: Annotated[int | None, Field(ge=1, le=WHOLE_PER_MILLE)] = None

    @model_validator(mode="after")
    def _consistent(self) -> "RefundTerm":
        if self.fee_fen is not None and self.fee_per_mille is not None:
            raise unfit(ONE_KIND_OF_FEE.of())
        return self


class RefundRules(_Stated):
    """Whether and until when a ticket is refunded.

    The first of `terms` that is not over applies; without terms, refunds are free.
    """

    is_refundable: bool = True
    terms: Annotated[list[RefundTerm], Field(max_length=MOST_TERMS)] = []

    @model_validator(mode="after")
    def _ordered(self) -> "RefundRules":
        ends = [(-term.days_before, term.until) for term in self.terms]
        if any(later <= earlier for earlier, later in pairwise(ends)):
            raise unfit(TERMS_OUT_OF_ORDER.of())
        if self.terms and not self.is_refundable:
            raise unfit(TERMS_WITHOUT_REFUND.of())
        return self


class RescheduleRules(_Stated):
    """How often a ticket may be moved to another day or slot, and until when: a local time, some days before its day of use."""

    times: Annotated[int, Field(ge=1, le=MOST_TIMES)] = 1
    days_before: Annotated[int, Field(ge=-MOST_DAYS_AHEAD, le=MOST_DAYS_AHEAD)] = 0
    until: LocalTime = _LAST_MINUTE


class AfterSaleRules(_Stated):
    """What may be done with a sold ticket.

    Without `reschedule` it cannot be moved to another day; `reprints` limits its prints.
    """

    refund: RefundRules = RefundRules()
    reschedule: RescheduleRules | None = None
    reprints: Annotated[int, Field(ge=0, le=MOST_REPRINTS)] = 3


PLAIN = AfterSaleRules()
