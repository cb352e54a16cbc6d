"""The buyer of an order at rest: a name and a phone number, sealed; the number's keyed hash, by which a counter finds the order.

Laws (law 9): lists and answers show both masked; each reading in full is audited.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import col, select

from central.audit import service as audit
from central.domain.messages import NO_ORDER
from central.domain.problems import Problem, ProblemCode
from central.sales.holders import MASK, SHOWN_DIGITS
from central.sales.rules.quotas import plain_phone
from central.store.sealed import FieldSeal, SealedField
from central.store.tables.money import OrderBuyerRow, OrderRow
from central.store.unit_of_work import Store, Work
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who bought, as far as the buyer said so."""

    name: str | None = None
    phone: str | None = None

    def masked(self) -> "Buyer | None":
        """Return the buyer with all but the name's first and the number's last four characters hidden; None for nothing said."""
        if self.name is None and self.phone is None:
            return None
        name = None if self.name is None else self.name[:1] + MASK * (len(self.name) - 1)
        phone = None if self.phone is None else MASK * (len(self.phone) - SHOWN_DIGITS) + self.phone[-SHOWN_DIGITS:]
        return Buyer(name, phone)


SAID_NOTHING = Buyer()


async def keep(work: Work, seal: FieldSeal, order_id: int, buyer: Buyer, instead_of: int | None) -> None:
    """Store an order's buyer, if the buyer said anything; who hands in a ticket of an order, is the buyer of that order."""
    if instead_of is not None and buyer == SAID_NOTHING:
        buyer = _opened(seal, await work.session.get(OrderBuyerRow, instead_of))
    masked = buyer.masked()
    if masked is None:
        return
    row = {
        "order_id": order_id,
        "name_sealed": None if buyer.name is None else seal.seal(buyer.name, _at("name", order_id)),
        "phone_sealed": None if buyer.phone is None else seal.seal(buyer.phone, _at("phone", order_id)),
        "phone_digest": None if buyer.phone is None else phone_digest(seal, buyer.phone),
        "name_masked": masked.name,
        "phone_masked": masked.phone,
    }
    work.insert(OrderBuyerRow, [row])


def phone_digest(seal: FieldSeal, phone: str) -> bytes:
    """Return the keyed hash by which orders of a phone number are found, however China's prefix was written."""
    return seal.digest(f"buyer-phone|{plain_phone(phone)}")


async def masked_of(work: Work, order_ids: Collection[int]) -> Mapping[int, Buyer]:
    """Return the buyers of these orders, masked; an order whose buyer said nothing is left out."""
    row = OrderBuyerRow
    query = select(row.order_id, row.name_masked, row.phone_masked).where(col(row.order_id).in_(order_ids))
    return {order_id: Buyer(name, phone) for order_id, name, phone in (await work.session.exec(query)).all()}


class Buyers:
    """Knows buyers in full."""

    def __init__(self, store: Store, seal: FieldSeal) -> None:
        """Take the store, and the seal of names and numbers."""
        self._store = store
        self._seal = seal

    async def in_full(self, order_id: int, by: int, now: Instant) -> Buyer:
        """Return an order's buyer in full, which is audited; Problem where there is no such order."""
        async with self._store.transaction() as work:
            if await work.session.get(OrderRow, order_id) is None:
                raise Problem(ProblemCode.NOT_FOUND, NO_ORDER.of(order_id=order_id))
            audit.record(work, now, by, "buyer.read", f"order:{order_id}")
            return _opened(self._seal, await work.session.get(OrderBuyerRow, order_id))


def _opened(seal: FieldSeal, row: OrderBuyerRow | None) -> Buyer:
    if row is None:
        return SAID_NOTHING
    return Buyer(
        name=None if row.name_sealed is None else seal.open(row.name_sealed, _at("name", row.order_id)),
        phone=None if row.phone_sealed is None else seal.open(row.phone_sealed, _at("phone", row.order_id)),
    )


def _at(column: str, order_id: int) -> SealedField:
    return SealedField("order_buyer", column, str(order_id))
