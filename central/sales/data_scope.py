"""Whose sales a person sees: the data scope, as conditions of queries.

Laws: the data scope is a condition of every query, never a filter of its answer; an order outside it, and what belongs to that
order, does not exist for the caller: every answer is the same as for a number that no order has.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from central.domain.principal import DataScope, Principal, ScopedNumber
from central.issuing.tickets import id_from_text
from central.store.tables.money import OrderRow, RefundRow
from central.store.tables.payments import PaymentRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Store

Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Sight:
    """The person's data scope, as a value."""

    scope: DataScope
    user_id: int = 0
    channel: str = ""

    def of(self, seller: Mapped[Any], channel: Mapped[Any]) -> Conditions:
        """Return the conditions on the seller and the channel of an order."""
        if self.scope is DataScope.ALL:
            return []
        if self.scope is DataScope.CHANNEL:
            return [channel == self.channel, seller > 0]
        return [seller == self.user_id]


EVERYTHING = Sight(DataScope.ALL)


def sight_of(who: Principal) -> Sight:
    """Return what a person sees in lists and reports."""
    return Sight(who.scope, who.user_id, who.channel)


def counter_sight_of(who: Principal) -> Sight:
    """Return what a person sees at a counter, where a visitor names one order, ticket or payment."""
    return Sight(who.sees_at_counter, who.user_id, who.channel)


class OrderScopeGuard:
    """Implements `web.access.ScopeGuard`."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def sees(self, who: Principal, subject: ScopedNumber, value: int | str) -> bool:
        """Return whether the order that this number belongs to exists, and is within the person's scope at a counter."""
        own = counter_sight_of(who).of(col(OrderRow.seller_id), col(OrderRow.channel))
        async with self._store.reading() as work:
            found = await (await work.connection()).execute(_order_of(subject, value).where(*own))
            return found.first() is not None


def _order_of(subject: ScopedNumber, value: int | str) -> Select[Any]:
    order = col(OrderRow.id)
    query = select(order)
    match subject:
        case ScopedNumber.ORDER:
            return query.where(order == value)
        case ScopedNumber.PAYMENT:
            return query.join(PaymentRow, col(PaymentRow.order_id) == order).where(col(PaymentRow.id) == value)
        case ScopedNumber.REFUND:
            return query.join(RefundRow, col(RefundRow.order_id) == order).where(col(RefundRow.id) == value)
        case ScopedNumber.TICKET:
            return query.join(TicketRow, col(TicketRow.order_id) == order).where(col(TicketRow.id) == id_from_text(str(value)))
        case ScopedNumber.SHORT_NUMBER:
            return query.join(TicketRow, col(TicketRow.order_id) == order).where(col(TicketRow.short_number) == int(value))
