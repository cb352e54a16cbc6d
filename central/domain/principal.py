"""The person who calls, what the person may do, and whose records the person sees."""

from dataclasses import dataclass
from enum import StrEnum

from protocol.instants import Instant


class DataScope(StrEnum):
    """Whose records a person sees: the own, those of the own sales channel, or all. The default is the narrowest."""

    OWN = "own"
    CHANNEL = "channel"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Principal:
    """The person who asks. `scope` and `channel` bound what they see of sales; `proved_at` is when they last gave the password.

    For a program that acts for a person, `proved_at` is empty.
    """

    user_id: int
    name: str
    permissions: frozenset[str]
    must_change_password: bool
    scope: DataScope = DataScope.OWN
    channel: str = ""
    proved_at: Instant | None = None


class ScopedNumber(StrEnum):
    """What belongs to an order, by the name that its number has in paths and bodies."""

    ORDER = "order_id"
    PAYMENT = "payment_id"
    REFUND = "refund_id"
    TICKET = "ticket_id"
