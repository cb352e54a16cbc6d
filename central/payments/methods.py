"""How people pay: in cash, by a record of a person, by a ticket that is handed in, or through an institution."""

from enum import StrEnum


class Method(StrEnum):
    """The words are stored and never change their meaning."""

    CASH = "cash"
    CARD_TERMINAL = "card_terminal"
    BANK_TRANSFER = "bank_transfer"
    PREPAID = "prepaid"
    ON_ACCOUNT = "on_account"
    EXCHANGE = "exchange"
    WECHAT = "wechat"
    ALIPAY = "alipay"


# Through a port, and not final until the institution has answered; every other method is final at once.
INSTITUTIONS = frozenset({Method.WECHAT, Method.ALIPAY})
# By an account that a travel agency has with us.
BY_AGENCY = frozenset({Method.PREPAID, Method.ON_ACCOUNT})
