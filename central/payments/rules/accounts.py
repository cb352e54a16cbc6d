"""What an account of the ledger is, by its name (`payments.ledger`): pure."""

from dataclasses import dataclass
from enum import StrEnum

from central.payments.methods import Method


class AccountKind(StrEnum):
    """The kinds of accounts; each is the first part of the account's name."""

    CASH = "cash"
    CARD_TERMINAL = "card_terminal"
    BANK_TRANSFER = "bank_transfer"
    EXCHANGE = "exchange"
    CLEARING = "clearing"
    OWED = "owed"
    SALES = "sales"
    FEES = "fees"
    SAFE = "safe"
    HANDED = "handed"
    OVER_SHORT = "over-short"
    AGENCY_PREPAID = "agency-prepaid"
    AGENCY_OWED = "agency-owed"
    INSTITUTION_FEES = "institution-fees"
    WRITTEN_OFF = "written-off"


# What the second part of the name is.
_BY_METHOD = frozenset({AccountKind.CLEARING, AccountKind.OWED, AccountKind.INSTITUTION_FEES, AccountKind.WRITTEN_OFF})
_BY_AGENCY = {AccountKind.AGENCY_PREPAID: Method.PREPAID, AccountKind.AGENCY_OWED: Method.ON_ACCOUNT}
_OF_METHOD = {kind: Method(kind.value) for kind in AccountKind if kind.value in set(Method)}
OF_SITES = (
    AccountKind.SALES,
    AccountKind.FEES,
    AccountKind.SAFE,
    AccountKind.OVER_SHORT,
    AccountKind.CARD_TERMINAL,
    AccountKind.BANK_TRANSFER,
    AccountKind.EXCHANGE,
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account: its name, and what the name says. `method` is the way of paying that the account belongs to."""

    account: str
    kind: AccountKind
    method: Method | None = None
    site_id: int | None = None
    seller_id: int | None = None
    shift_id: int | None = None
    agency_id: int | None = None


def account_of(name: str) -> Account:
    """Return the account of a name that the ledger holds."""
    first, _, second = name.partition("/")
    kind = AccountKind(first)
    if kind in _BY_METHOD:
        return Account(name, kind, Method(second))
    number, method = int(second), _OF_METHOD.get(kind)
    if kind is AccountKind.CASH:
        return Account(name, kind, method, seller_id=number)
    if kind is AccountKind.HANDED:
        return Account(name, kind, shift_id=number)
    if kind in _BY_AGENCY:
        return Account(name, kind, _BY_AGENCY[kind], agency_id=number)
    return Account(name, kind, method, site_id=number)


def of_site(site_id: int) -> list[str]:
    """Return the names of all accounts that a site has."""
    return [f"{kind}/{site_id}" for kind in OF_SITES]
