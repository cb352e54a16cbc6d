"""What payments must know of orders; the assembly gives the service that answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from central.store.unit_of_work import Work
from protocol.identifiers import SiteId
from protocol.instants import Instant

# Marks an order paid and makes its tickets, within the transaction that it is given (law 7).
Fulfilment = Callable[[Work, Instant], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class PayableOrder:
    """An order, locked. `is_open`: it still waits for its money; `expires_at`: until when a payment of it may begin.

    `agency_id` is the travel agency that bought it.
    """

    order_id: int
    site_id: SiteId
    total_fen: int
    is_open: bool
    expires_at: Instant | None
    agency_id: int | None = None


class Orders(Protocol):
    """Answered by `central.sales`."""

    async def locked(self, work: Work, order_id: int) -> PayableOrder:
        """Lock an order and return it; Problem where there is none."""
        ...

    async def fulfilment(self, order_id: int) -> Fulfilment:
        """Return the function that makes the order paid; its slow work is done now, outside of any transaction."""
        ...
