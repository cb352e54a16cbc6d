"""The parameters of lists and statistics: the same words everywhere."""

from dataclasses import fields, replace
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from central.agencies.routes.agencies import PeriodQuery
from central.catalog.parameters import SiteNumber, TypeNumber
from central.devices.routes import CheckPointNumber
from central.domain.field_messages import unfit
from central.domain.messages import DAYS_REVERSED
from central.domain.pagination import PageQuery
from central.domain.saying import Said
from central.domain.texts import PRINTABLE
from central.issuing.tickets import id_from_text
from central.issuing.views import TicketIdText
from central.payments.differences import DifferenceState
from central.payments.methods import Method
from central.payments.rules.difference_causes import Cause
from central.payments.rules.payment_states import PaymentState
from central.payments.rules.refund_states import RefundDocumentState
from central.refunds.rules.amounts import RefundKind
from central.refunds.service import RefundState
from central.reports.exports import TableFormat
from central.reports.filters import EARLIEST_DAY, LATEST_DAY, Wanted
from central.reports.listing import Sort
from central.reports.messages import A_SUM, LIST_AT_MOST, LIST_NEEDS_DAYS, ORDERS_BY_METHOD, SORTED_BY_MONEY, STATISTICS_AT_MOST
from central.reports.shifts import ShiftState
from central.sales.rules.activation import CodeState
from central.sales.rules.pricing import OrderState
from protocol.admission.passages import PassageState
from protocol.admission.verdict import AdmitFlag, Reason

MOST_DAYS = 366
# What is summed or sorted by money is read whole first.
SUMMED_DAYS = 31
_WANTED = {one.name for one in fields(Wanted)}
Day = Annotated[date, Field(ge=EARLIEST_DAY, le=LATEST_DAY)]
Number = Annotated[int, Field(ge=1, lt=2**63)]


class Narrowing(BaseModel):
    """Site, days, seller and channel; a field that is left out does not restrict. Days are business days, both included."""

    model_config = ConfigDict(extra="forbid")

    site_id: SiteNumber | None = None
    first_day: Day | None = None
    last_day: Day | None = None
    seller_id: Number | None = None
    channel: Annotated[str | None, Field(min_length=1, max_length=40, pattern=PRINTABLE)] = None

    @model_validator(mode="after")
    def _days_in_order(self) -> "Narrowing":
        _require_order(self.first_day, self.last_day)
        return self

    def wanted(self) -> Wanted:
        """Return the filter as the service takes it."""
        return Wanted(**self.model_dump(include=_WANTED - {"ticket_id"}))


class BillDays(BaseModel):
    """Days of institutions' bills, by Beijing's time, both included; a day that is left out does not restrict."""

    model_config = ConfigDict(extra="forbid")

    first_day: Day | None = None
    last_day: Day | None = None

    @model_validator(mode="after")
    def _days_in_order(self) -> "BillDays":
        _require_order(self.first_day, self.last_day)
        return self


class DifferenceFilter(BillDays):
    """Which differences; days by Beijing's time, both included. A field that is left out does not restrict."""

    method: Method | None = None
    cause: Cause | None = None
    state: DifferenceState | None = None

    def wanted(self) -> Wanted:
        """Return the filter as the service takes it."""
        return Wanted(**self.model_dump(include=_WANTED))


class DifferenceQuery(DifferenceFilter, PageQuery):
    """A page of differences."""


class ListQuery(Narrowing, PageQuery):
    """A page of a list."""

    sort: Sort = Sort.NEWEST


class TimeQuery(ListQuery):
    """A page of a list that is sorted by time."""

    sort: Annotated[Literal[Sort.NEWEST, Sort.OLDEST], Field(description="by the time of the items")] = Sort.NEWEST


class MoneyQuery(ListQuery):
    """A page of a list that is sorted by time or by money."""

    sort: Annotated[Sort, Field(description=f"`largest` needs first_day and last_day, {SUMMED_DAYS} days at most")] = Sort.NEWEST

    @model_validator(mode="after")
    def _largest_of_days(self) -> "MoneyQuery":
        if self.sort is Sort.LARGEST:
            _require_days(self, SORTED_BY_MONEY.of())
        return self


class Summed(Narrowing):
    """A filter of what is summed; its days are required."""

    @model_validator(mode="after")
    def _of_days(self) -> "Summed":
        _require_days(self, A_SUM.of())
        return self


class Filter(Narrowing):
    """A filter that also has a ticket type."""

    ticket_type_id: TypeNumber | None = None


class OrderFilter(Filter):
    """Which orders, by the time that they were made."""

    state: OrderState | None = None
    method: Annotated[Method | None, Field(description="orders that were paid by it, whole or in part")] = None
    promoter_id: Number | None = None
    agency_id: Number | None = None


class PaymentFilter(Filter):
    """Which payments, by the time that they began."""

    state: PaymentState | None = None
    method: Method | None = None
    order_id: Number | None = None


class PaymentRefundFilter(Filter):
    """Which refund documents of institutions, by the time that they were made."""

    state: RefundDocumentState | None = None
    method: Method | None = None
    order_id: Number | None = None


class RefundFilter(Filter):
    """Which refunds, by the time that they were asked for."""

    state: RefundState | None = None
    kind: Annotated[RefundKind | None, Field(description="of this kind only")] = None
    method: Annotated[Method | None, Field(description="of orders that were paid by it, whole or in part")] = None
    order_id: Number | None = None


class AdmissionFilter(Filter):
    """Which admission records, by the time of the scan; seller, channel and order are those of the ticket."""

    state: PassageState | None = None
    order_id: Number | None = None
    check_point_id: CheckPointNumber | None = None
    ticket_id: TicketIdText | None = None
    supervisor_id: Annotated[Number | None, Field(description="who overrode the gate")] = None
    flag: Annotated[AdmitFlag | None, Field(description="what the office should look at later")] = None

    def wanted(self) -> Wanted:
        """Return the filter as the service takes it."""
        ticket = None if self.ticket_id is None else id_from_text(self.ticket_id)
        return replace(super().wanted(), ticket_id=ticket)


class AdmissionRefusalFilter(Filter):
    """Which refusals, by the time of the scan; seller, channel, order and type are those of the ticket."""

    reason: Reason | None = None
    order_id: Number | None = None
    check_point_id: CheckPointNumber | None = None

    def wanted(self) -> Wanted:
        """Return the filter as the service takes it: the reason is the state of a refusal."""
        return replace(super().wanted(), state=None if self.reason is None else self.reason.value)


class StatisticsQuery(Filter):
    """Which figures; the days are required."""

    first_day: Day
    last_day: Day

    @model_validator(mode="after")
    def _not_too_many_days(self) -> "StatisticsQuery":
        if (self.last_day - self.first_day).days >= MOST_DAYS:
            raise unfit(STATISTICS_AT_MOST.of(most_days=MOST_DAYS))
        return self


class OrderQuery(OrderFilter, MoneyQuery):
    """A page of orders."""

    @model_validator(mode="after")
    def _method_of_days(self) -> "OrderQuery":
        if self.method is not None:
            _require_days(self, ORDERS_BY_METHOD.of())
        return self


class PaymentQuery(PaymentFilter, MoneyQuery):
    """A page of payments."""


class PaymentRefundQuery(PaymentRefundFilter, MoneyQuery):
    """A page of refund documents."""


class RefundQuery(RefundFilter, MoneyQuery):
    """A page of refunds."""


class ReprintFilter(Filter):
    """Which reprints, by their time; the seller is the one who made them, the channel that of the order."""

    order_id: Number | None = None


class ReprintQuery(ReprintFilter, TimeQuery):
    """A page of reprints."""


class CodeFilter(Filter):
    """Which activation codes, by the time that they were exported; seller and channel are those of the order."""

    state: CodeState | None = None
    order_id: Number | None = None


class CodeQuery(CodeFilter, TimeQuery):
    """A page of activation codes."""


class AdmissionQuery(AdmissionFilter, TimeQuery):
    """A page of admission records."""


class AdmissionRefusalQuery(AdmissionRefusalFilter, TimeQuery):
    """A page of refusals."""


class ShiftFilter(Narrowing):
    """Which shifts, by the time that they were opened."""

    state: ShiftState | None = None


class ShiftQuery(ShiftFilter, TimeQuery):
    """A page of shifts."""


class HomeQuery(BaseModel):
    """Which site; all where none is given."""

    model_config = ConfigDict(extra="forbid")

    site_id: SiteNumber | None = None


class Export(Narrowing):
    """The format of a downloaded table."""

    format: TableFormat


class OrderExport(OrderFilter, Export):
    """Orders to download."""


class PaymentExport(PaymentFilter, Export):
    """Payments to download."""


class PaymentRefundExport(PaymentRefundFilter, Export):
    """Refund documents to download."""


class RefundExport(RefundFilter, Export):
    """Refunds to download."""


class ReprintExport(ReprintFilter, Export):
    """Reprints to download."""


class CodeExport(CodeFilter, Export):
    """Activation codes' states to download."""


class AdmissionExport(AdmissionFilter, Export):
    """Admission records to download."""


class AdmissionRefusalExport(AdmissionRefusalFilter, Export):
    """Refusals to download."""


class ShiftExport(ShiftFilter, Export):
    """Shifts to download."""


class DifferenceExport(DifferenceFilter):
    """Differences to download."""

    format: TableFormat


class StatisticsExport(StatisticsQuery, Export):
    """Statistics to download."""


class StatementExport(PeriodQuery):
    """An agency's statement to download."""

    format: TableFormat


def _require_order(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and first > last:
        raise unfit(DAYS_REVERSED.of())


def _require_days(asked: Narrowing, what: Said) -> None:
    """Raise an error of the model unless the filter names its days, and they are few enough to be read whole."""
    if asked.first_day is None or asked.last_day is None:
        raise unfit(LIST_NEEDS_DAYS.of(what=what))
    if (asked.last_day - asked.first_day).days >= SUMMED_DAYS:
        raise unfit(LIST_AT_MOST.of(what=what, most_days=SUMMED_DAYS))
