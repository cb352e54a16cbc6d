"""The sums of lists over HTTP: of what a filter selects within some days, as far as the caller sees it."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, Field

from central.identity.permissions import Permission
from central.reports.activation_codes import CODES
from central.reports.admission_refusals import REFUSALS as REFUSALS_AT_GATES
from central.reports.admissions import ADMISSIONS
from central.reports.listing import ItemT, Listing
from central.reports.orders import ORDERS
from central.reports.payments import PAYMENTS, RETURNS
from central.reports.refunds import REFUNDS
from central.reports.reprints import REPRINTS
from central.reports.routes.pages import REPORTS
from central.reports.routes.queries import (
    AdmissionFilter,
    AdmissionRefusalFilter,
    CodeFilter,
    OrderFilter,
    PaymentFilter,
    PaymentRefundFilter,
    RefundFilter,
    ReprintFilter,
    Summed,
)
from central.web.operation_words import written
from central.web.operations import Call, Operation, Route

SummedT = TypeVar("SummedT", bound=Summed)
_Count = Annotated[int, Field(ge=0, description="How many, within the filter.")]


class OrderSums(OrderFilter, Summed):
    """Which orders to sum."""


class PaymentSums(PaymentFilter, Summed):
    """Which payments to sum."""


class PaymentRefundSums(PaymentRefundFilter, Summed):
    """Which refund documents to sum."""


class RefundSums(RefundFilter, Summed):
    """Which refunds to sum."""


class ReprintSums(ReprintFilter, Summed):
    """Which reprints to count."""


class CodeSums(CodeFilter, Summed):
    """Which activation codes to count."""


class AdmissionSums(AdmissionFilter, Summed):
    """Which admission records to sum."""


class AdmissionRefusalSums(AdmissionRefusalFilter, Summed):
    """Which refusals to count."""


class OrderTotals(BaseModel):
    """Orders summed; `refunded_fen` is what refunds have given back of them."""

    orders: _Count
    tickets: _Count
    persons: _Count
    total_fen: int
    refunded_fen: int


class PaymentTotals(BaseModel):
    """Payments summed; `received_fen` is what came in."""

    payments: _Count
    amount_fen: int
    received_fen: int


class PaymentRefundTotals(BaseModel):
    """Refund documents summed."""

    payment_refunds: _Count
    amount_fen: int


class RefundTotals(BaseModel):
    """Refunds summed; `fee_fen` was kept."""

    refunds: _Count
    persons: _Count
    amount_fen: int
    fee_fen: int


class ReprintTotals(BaseModel):
    """Reprints counted."""

    reprints: _Count


class CodeTotals(BaseModel):
    """Activation codes counted."""

    codes: _Count


class AdmissionTotals(BaseModel):
    """Admission records summed: `persons` were let in by the gate, `counted` really passed."""

    releases: _Count
    persons: _Count
    counted: _Count


class AdmissionRefusalTotals(BaseModel):
    """Refusals counted."""

    refusals: _Count


def _of(listing: Listing[ItemT], query: type[SummedT], answer: type[BaseModel], permission: Permission) -> Operation:
    """Return the operation that sums a list; who may read a list may read its sums."""

    async def totals(call: Call[None, SummedT]) -> BaseModel:
        found = await call.request.app[REPORTS].totals(listing, call.parameters.wanted(), call.principal)
        return answer.model_validate(found)

    totals.__annotations__.update({"call": Call[None, query], "return": answer})  # type: ignore[valid-type]  # only known here
    words = written(f"read{answer.__name__}", f"Read the sums of the list of {listing.name} within some days.")
    return Route("GET", f"/api/v1/totals/{listing.name}", permission).of(words, totals)


OPERATIONS = (
    _of(ORDERS, OrderSums, OrderTotals, Permission.SALES_READ),
    _of(PAYMENTS, PaymentSums, PaymentTotals, Permission.PAYMENTS_READ),
    _of(RETURNS, PaymentRefundSums, PaymentRefundTotals, Permission.PAYMENTS_READ),
    _of(REFUNDS, RefundSums, RefundTotals, Permission.REFUNDS_READ),
    _of(REPRINTS, ReprintSums, ReprintTotals, Permission.REPORTS_READ),
    _of(CODES, CodeSums, CodeTotals, Permission.SALES_READ),
    _of(ADMISSIONS, AdmissionSums, AdmissionTotals, Permission.ADMISSIONS_READ),
    _of(REFUSALS_AT_GATES, AdmissionRefusalSums, AdmissionRefusalTotals, Permission.ADMISSIONS_READ),
)
