"""The operations of orders and what happens to them: each file declares its own, and they are joined here."""

from central.sales.routes import (
    activation,
    after_sale,
    availability,
    buyers,
    carts,
    evidence,
    orders,
    type_changes,
    type_editing,
    type_plans,
)
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *availability.OPERATIONS,
    *orders.OPERATIONS,
    *evidence.OPERATIONS,
    *after_sale.OPERATIONS,
    *buyers.OPERATIONS,
    *carts.OPERATIONS,
    *activation.OPERATIONS,
    *type_changes.OPERATIONS,
    *type_editing.OPERATIONS,
    *type_plans.OPERATIONS,
)
