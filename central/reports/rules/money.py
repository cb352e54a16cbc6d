"""By which method money moved: read from the two accounts of a movement. Pure.

Laws: money is all that comes into or goes out of an account that holds money of ours; a movement between two such accounts is
neither taken nor returned.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from central.payments.methods import Method

# Accounts that hold no money of ours (`payments.ledger`): what was sold, fees, what was handed in, what we owe to payers, and the
# funds of agencies.
NOT_MONEY = ("sales/", "fees/", "exchange/", "owed/", "agency-")
_THROUGH_INSTITUTIONS = "clearing"
_IN_CASH = frozenset({"cash", "safe", "handed", "over-short"})


@dataclass(frozen=True, slots=True)
class MovedFen:
    """So many fen went out of `credit` and into `debit`."""

    debit: str
    credit: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class OfMethod:
    """What came in and what went back by a method."""

    method: Method
    taken_fen: int
    returned_fen: int


def by_method(moved: Iterable[MovedFen]) -> tuple[OfMethod, ...]:
    """Return what came in and went back by each method that moved money, by the method's word."""
    taken: dict[Method, int] = {}
    returned: dict[Method, int] = {}
    for one in moved:
        if _is_money(one.debit) and not _is_money(one.credit):
            method = method_of(one.debit)
            taken[method] = taken.get(method, 0) + one.amount_fen
        if _is_money(one.credit) and not _is_money(one.debit):
            method = method_of(one.credit)
            returned[method] = returned.get(method, 0) + one.amount_fen
    return tuple(OfMethod(one, taken.get(one, 0), returned.get(one, 0)) for one in sorted({*taken, *returned}))


def method_of(account: str) -> Method:
    """Return the method of an account that holds money: `clearing/wechat` is WeChat's, `cash/7` is cash."""
    kind, _, rest = account.partition("/")
    if kind in _IN_CASH:
        return Method.CASH
    return Method(rest if kind == _THROUGH_INSTITUTIONS else kind)


def _is_money(account: str) -> bool:
    return not account.startswith(NOT_MONEY)
