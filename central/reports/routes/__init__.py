"""The operations of lists, statistics and exports: each file declares its own, and they are joined here."""

from central.reports.routes import (
    activation_codes,
    bills,
    exports,
    finance,
    kept_exports,
    ledger,
    lists,
    look_ups,
    orders,
    reprints,
)
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *lists.OPERATIONS,
    *orders.OPERATIONS,
    *look_ups.OPERATIONS,
    *reprints.OPERATIONS,
    *activation_codes.OPERATIONS,
    *finance.OPERATIONS,
    *ledger.OPERATIONS,
    *bills.OPERATIONS,
    *exports.OPERATIONS,
    *kept_exports.OPERATIONS,
)
