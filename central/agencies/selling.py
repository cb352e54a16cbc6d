"""Sales to agencies: at their contract prices, paid by their balance, on account, or like any other order.

Laws: a contract price takes precedence over the catalogue's; a disabled agency cannot buy.
"""

from dataclasses import dataclass, replace

from central.agencies import rows
from central.agencies.groups import GroupOrders, Planned
from central.agencies.messages import AGENCY_DISABLED
from central.agencies.rows import Contact
from central.agencies.rules.contracts import Charges
from central.audit import service as audit
from central.domain.idempotency import IdempotencyKey
from central.domain.messages import MUST_BE_IN_FUTURE
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.payments.documents import AtOnce, record_at_once
from central.payments.ports import PayableOrder
from central.sales.orders import Order
from central.sales.service import Quote, Sales, Taking, Wanted
from central.store.unit_of_work import Store, Work
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class Deal:
    """What an agency buys, what it expects to pay, and who guides the group, where it is one."""

    agency_id: int
    wanted: Wanted
    expected_fen: int
    guide: Contact | None


class AgencySales:
    """Sells to agencies."""

    def __init__(self, store: Store, sales: Sales, groups: GroupOrders) -> None:
        """Take the store, the service that sells, and the service that keeps group orders."""
        self._store = store
        self._sales = sales
        self._groups = groups

    async def quote(self, agency_id: int, wanted: Wanted, now: Instant) -> Quote:
        """Return what it costs the agency now; Problem where it may not be sold."""
        return await self._sales.quote((await self._by_contract(agency_id, wanted))[0], now)

    async def sell(self, deal: Deal, paid: AtOnce, once: IdempotencyKey, now: Instant) -> Order:
        """Sell to an agency; Problem as for any sale, and where its balance or credit does not suffice."""
        wanted, charges = await self._by_contract(deal.agency_id, deal.wanted)
        persons = sum(line.quantity * line.persons for line in wanted.lines)

        async def take(work: Work, order: PayableOrder, payment_id: int) -> None:
            await record_at_once(work, paid, order, payment_id, now)
            if deal.guide is not None:
                self._groups.add(work, Planned(order.order_id, deal.agency_id, persons, charges, deal.guide))
            subject, total_fen = f"order:{order.order_id}", order.total_fen
            audit.record(
                work, now, paid.by, "order.sell", subject, total_fen=total_fen, method=paid.method, agency=deal.agency_id
            )

        return await self._sales.sell_by(wanted, deal.expected_fen, Taking(paid.by, take), once, now)

    async def hold(self, deal: Deal, once: IdempotencyKey, by: int, now: Instant) -> Order:
        """Make an agency's order that waits for its money until `expires_at`; Problem as for any order, or where that is past."""
        if deal.wanted.expires_at is not None and deal.wanted.expires_at <= now:
            raise wrong_field(ProblemCode.INPUT_INVALID, "expires_at", MUST_BE_IN_FUTURE.of())
        wanted, charges = await self._by_contract(deal.agency_id, deal.wanted)
        persons = sum(line.quantity * line.persons for line in wanted.lines)

        def note(work: Work, order_id: int) -> None:
            if deal.guide is not None:
                self._groups.add(work, Planned(order_id, deal.agency_id, persons, charges, deal.guide))

        return await self._sales.hold(wanted, deal.expected_fen, once, by, now, note)

    async def _by_contract(self, agency_id: int, wanted: Wanted) -> tuple[Wanted, Charges]:
        async with self._store.reading() as work:
            row = await rows.existing(work, agency_id)
            if row.is_disabled:
                raise Problem(ProblemCode.SALE_NOT_ALLOWED, AGENCY_DISABLED.of(name=row.name))
            agreed = rows.agreed(await rows.prices_of(work, agency_id))
        return replace(wanted, agency_id=agency_id, agreed=agreed), Charges(row.charges)
