"""The person who calls, what the person may do, and whose records the person sees."""

from dataclasses import dataclass
from enum import StrEnum

from protocol.instants import Instant


class DataScope(StrEnum):
    """Whose records a person sees: the own, those of the own sales channel, or all. The default is the narrowest."""

    OWN = "own"
    CHANNEL = "channel"
    ALL = "all"

    def is_within(self, other: "DataScope") -> bool:
        """Return whether the other scope shows all that this one shows."""
        narrowest_first = tuple(DataScope)
        return narrowest_first.index(self) <= narrowest_first.index(other)


def wider(one: DataScope, other: DataScope) -> DataScope:
    """Return the scope that shows more."""
    return other if one.is_within(other) else one


@dataclass(frozen=True, slots=True)
class Principal:
    """The person who asks. `scope` and `channel` bound what they see of sales in lists and reports.

    `counter_scope` bounds what they see and change with a visitor in front of them, one number at a time; it is never narrower
    than `scope`. `proved_at` is when they last gave the password; it is empty for a program that acts for a person. `ends_at` is
    when the session or the program's token ends at the latest; empty where nothing bounds it.
    """

    user_id: int
    name: str
    permissions: frozenset[str]
    must_change_password: bool
    scope: DataScope = DataScope.OWN
    channel: str = ""
    proved_at: Instant | None = None
    counter_scope: DataScope = DataScope.OWN
    full_name: str = ""
    ends_at: Instant | None = None

    @property
    def sees_at_counter(self) -> DataScope:
        """Return whose sales the person sees and serves one by one."""
        return wider(self.scope, self.counter_scope)


class ScopedNumber(StrEnum):
    """What belongs to an order, by the name that its number has in paths and bodies."""

    ORDER = "order_id"
    PAYMENT = "payment_id"
    REFUND = "refund_id"
    TICKET = "ticket_id"
    SHORT_NUMBER = "short_number"
