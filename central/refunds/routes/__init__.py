"""The operations of refunds: each file declares its own, and they are joined here."""

from central.refunds.routes import batches, refunds, several, upgrades
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *refunds.OPERATIONS,
    *several.OPERATIONS,
    *batches.OPERATIONS,
    *upgrades.OPERATIONS,
)
