"""The operations of lists, statistics and exports: each file declares its own, and they are joined here."""

from central.reports.routes import activation_codes, exports, home, kept_exports, lists, look_ups, orders, reprints
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *lists.OPERATIONS,
    *home.OPERATIONS,
    *orders.OPERATIONS,
    *look_ups.OPERATIONS,
    *reprints.OPERATIONS,
    *activation_codes.OPERATIONS,
    *exports.OPERATIONS,
    *kept_exports.OPERATIONS,
)
