"""The operations of agents that sell: each file declares its own, and they are joined here."""

from central.shop.routes import catalogue, orders, papers, payments, returns, unprinted
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *catalogue.OPERATIONS,
    *orders.OPERATIONS,
    *payments.OPERATIONS,
    *papers.OPERATIONS,
    *returns.OPERATIONS,
    *unprinted.OPERATIONS,
)
