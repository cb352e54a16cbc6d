"""The operations of lists, statistics and exports: each file declares its own, and they are joined here."""

from central.reports.routes import (
    activation_codes,
    bills,
    explanations,
    exports,
    finance,
    home,
    kept_exports,
    ledger,
    lists,
    look_ups,
    orders,
    refusals,
    reprints,
)
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *lists.OPERATIONS,
    *home.OPERATIONS,
    *orders.OPERATIONS,
    *look_ups.OPERATIONS,
    *explanations.OPERATIONS,
    *refusals.OPERATIONS,
    *reprints.OPERATIONS,
    *activation_codes.OPERATIONS,
    *finance.OPERATIONS,
    *ledger.OPERATIONS,
    *bills.OPERATIONS,
    *exports.OPERATIONS,
    *kept_exports.OPERATIONS,
)
