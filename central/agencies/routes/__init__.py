"""The operations of agencies and their orders: each file declares its own, and they are joined here."""

from central.agencies.routes import agencies, orders
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *agencies.OPERATIONS,
    *orders.OPERATIONS,
)
