"""The operations of lists, statistics and exports: each file declares its own, and they are joined here."""

from central.reports.routes import (
    activation_codes,
    explanations,
    exports,
    kept_exports,
    lists,
    look_ups,
    orders,
    refusals,
    reprints,
)
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *lists.OPERATIONS,
    *orders.OPERATIONS,
    *look_ups.OPERATIONS,
    *explanations.OPERATIONS,
    *refusals.OPERATIONS,
    *reprints.OPERATIONS,
    *activation_codes.OPERATIONS,
    *exports.OPERATIONS,
    *kept_exports.OPERATIONS,
)
