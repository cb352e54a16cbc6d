"""Which movements of an order are takings, and by which method: pure.

Laws: money came in when it left `sales` or `owed` for an account that holds money, and went out the other way round, as
`reports.figures` counts it; an agency's account is a method of its own; a ticket that is handed in is no money.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from central.payments.methods import Method
from central.payments.rules.accounts import Account, AccountKind, account_of

_HOLDS = frozenset({AccountKind.CASH, AccountKind.CARD_TERMINAL, AccountKind.BANK_TRANSFER, AccountKind.CLEARING})
_AGENCY = frozenset({AccountKind.AGENCY_PREPAID, AccountKind.AGENCY_OWED})
_PROMISED = frozenset({AccountKind.SALES, AccountKind.OWED})


@dataclass(frozen=True, slots=True)
class Takings:
    """What came in by so many movements (`payments`), and what went back by so many (`returns`)."""

    taken_fen: int = 0
    returned_fen: int = 0
    payments: int = 0
    returns: int = 0

    @property
    def net_fen(self) -> int:
        """Return what is left."""
        return self.taken_fen - self.returned_fen

    def __add__(self, other: "Takings") -> "Takings":
        return Takings(
            self.taken_fen + other.taken_fen,
            self.returned_fen + other.returned_fen,
            self.payments + other.payments,
            self.returns + other.returns,
        )


def method_of(debit: str, credit: str) -> tuple[Method, bool] | None:
    """Return the method of a movement between two accounts, and whether money came in; None where it is no taking."""
    into, out_of = account_of(debit), account_of(credit)
    for money, other, is_in in ((into, out_of, True), (out_of, into, False)):
        if money.method is not None and _is_taking(money, other):
            return money.method, is_in
    return None


def _is_taking(money: Account, other: Account) -> bool:
    if money.kind in _AGENCY:
        return other.kind is AccountKind.SALES
    return money.kind in _HOLDS and other.kind in _PROMISED


def takings_of(debit: str, credit: str, amount_fen: int, movements: int) -> tuple[Method, Takings] | None:
    """Return the takings of so many movements between two accounts, with their method; None where they are none."""
    found = method_of(debit, credit)
    if found is None:
        return None
    method, is_in = found
    return method, Takings(amount_fen, 0, movements, 0) if is_in else Takings(0, amount_fen, 0, movements)


def total(some: Iterable[Takings]) -> Takings:
    """Return the sum."""
    return sum(some, Takings())
