"""The operations of what agencies and their orders are asked: each file declares its own, here they are joined."""

from central.agencies.routes import agencies, orders
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *agencies.OPERATIONS,
    *orders.OPERATIONS,
)
