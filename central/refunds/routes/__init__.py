"""The operations of refunds: each file declares its own, and they are joined here."""

from central.refunds.routes import batches, refunds, upgrades
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *refunds.OPERATIONS,
    *batches.OPERATIONS,
    *upgrades.OPERATIONS,
)
