"""Named faults between a merchant and an institution, switched on by tests.

Laws: every fault is off until switched on; with a count it ends by itself after so many times; with operations, it affects only
these.
"""

from dataclasses import dataclass
from enum import StrEnum

PAYER_TAKES_S = 8.0  # from the question for the password to its end, when a fault decides the end
SLOW_REFUND_S = 60.0  # how long a refund stays processing when a fault decides its end
NOTIFY_DELAY_S = 60.0
REORDER_AT_MOST_S = 60.0  # how long a notify waits for another one to overtake it


class Operation(StrEnum):
    """The operations that a merchant requests."""

    ORDER = "order"
    PAY_CODE = "pay_code"
    QUERY = "query"
    CLOSE = "close"
    REVERSE = "reverse"
    REFUND = "refund"
    REFUND_QUERY = "refund_query"
    BILL = "bill"
    BILL_FILE = "bill_file"


CHANGING = frozenset(
    {Operation.ORDER, Operation.PAY_CODE, Operation.CLOSE, Operation.REVERSE, Operation.REFUND},
)


class Fault(StrEnum):
    """The faults."""

    LOST_REPLY = "lost_reply"  # done, and the connection closes without an answer
    SILENT = "silent"  # not done, and no answer while the merchant waits
    SYSTEM_ERROR = "system_error"  # not done, and the answer says that the result is unknown
    SYSTEM_ERROR_AFTER = "system_error_after"  # done, and the answer says that the result is unknown
    KEY_ROTATION = "key_rotation"  # signs with the next key, under the next key's name
    PROBE_SIGNATURE = "probe_signature"  # WeChat Pay: a signature that must fail, to see whether it is checked
    DELAYED_NOTIFY = "delayed_notify"
    DUPLICATE_NOTIFY = "duplicate_notify"
    REORDERED_NOTIFY = "reordered_notify"
    MISSING_NOTIFY = "missing_notify"
    USERPAYING_THEN_SUCCESS = "userpaying_then_success"
    USERPAYING_THEN_ERROR = "userpaying_then_error"
    REVERSE_RACES_SUCCESS = "reverse_races_success"  # the payer confirms just before a close, reverse or cancel
    REFUND_PROCESSING_THEN_SUCCESS = "refund_processing_then_success"
    REFUND_PROCESSING_THEN_CLOSED = "refund_processing_then_closed"
    REFUND_PROCESSING_THEN_ABNORMAL = "refund_processing_then_abnormal"
    NOT_ENOUGH = "not_enough"  # the merchant lacks the money for a refund


ONLY_CHANGING = frozenset({Fault.LOST_REPLY, Fault.SYSTEM_ERROR_AFTER})


@dataclass(slots=True)
class _Switched:
    left: int | None
    operations: frozenset[Operation] | None


class Faults:
    """The switches of one institution."""

    def __init__(self) -> None:
        self._on: dict[Fault, _Switched] = {}

    def switch(
        self,
        fault: Fault,
        *,
        on: bool = True,
        count: int | None = None,
        operations: frozenset[Operation] | None = None,
    ) -> None:
        """Turn a fault on or off; it can be limited to `count` times and to `operations`.

        Faults after the action concern by default only operations that change something.
        """
        if not on:
            self._on.pop(fault, None)
            return
        if operations is None and fault in ONLY_CHANGING:
            operations = CHANGING
        self._on[fault] = _Switched(count, operations)

    def takes(self, fault: Fault, operation: Operation | None = None) -> bool:
        """Whether the fault happens now; if so, count it."""
        switched = self._on.get(fault)
        if switched is None or (switched.operations is not None and operation not in switched.operations):
            return False
        if switched.left is not None:
            switched.left -= 1
            if switched.left <= 0:
                del self._on[fault]
        return True

    def takes_one_of(self, *faults: Fault) -> Fault | None:
        """The first of these faults that happens now, if any; count only that one."""
        return next((fault for fault in faults if self.takes(fault)), None)

    def switched_on(self) -> dict[str, int | None]:
        """The switched-on faults, and how many times each has left; null means for ever."""
        return {fault: switched.left for fault, switched in self._on.items()}
