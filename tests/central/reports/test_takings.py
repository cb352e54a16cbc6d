"""Which movements are takings, by which method; and what an account's name says."""

import pytest

from central.payments import ledger
from central.payments.methods import Method
from central.payments.rules.accounts import Account, AccountKind, account_of, of_site
from central.reports.rules.takings import Takings, method_of, takings_of, total
from protocol.identifiers import SiteId

SITE = SiteId(2)
SALES, FEES = ledger.sales(SITE), ledger.fees(SITE)


@pytest.mark.parametrize(
    ("debit", "credit", "expected"),
    [
        ("cash/7", SALES, (Method.CASH, True)),
        (SALES, "cash/7", (Method.CASH, False)),
        ("card_terminal/2", SALES, (Method.CARD_TERMINAL, True)),
        ("clearing/wechat", SALES, (Method.WECHAT, True)),
        ("clearing/alipay", "owed/alipay", (Method.ALIPAY, True)),
        ("owed/wechat", "clearing/wechat", (Method.WECHAT, False)),
        ("owed/cash", "cash/7", (Method.CASH, False)),
        ("agency-prepaid/3", SALES, (Method.PREPAID, True)),
        (SALES, "agency-owed/3", (Method.ON_ACCOUNT, False)),
        (SALES, "owed/wechat", None),
        (SALES, FEES, None),
        (SALES, "exchange/2", None),
        ("cash/7", "agency-prepaid/3", None),
        ("safe/2", "cash/7", None),
        ("cash/7", "over-short/2", None),
        ("written-off/wechat", "clearing/wechat", None),
    ],
)
def test_money_comes_in_from_what_was_promised_and_goes_back_to_it(
    debit: str, credit: str, expected: tuple[Method, bool] | None
) -> None:
    assert method_of(debit, credit) == expected


def test_takings_keep_in_and_out_apart() -> None:
    taken = takings_of("cash/7", SALES, 8000, 2)
    returned = takings_of(SALES, "cash/7", 3000, 1)
    assert taken == (Method.CASH, Takings(8000, 0, 2, 0))
    assert returned == (Method.CASH, Takings(0, 3000, 0, 1))
    assert total([taken[1], returned[1]]).net_fen == 5000


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (ledger.cash(7), Account("cash/7", AccountKind.CASH, Method.CASH, seller_id=7)),
        (ledger.clearing(Method.WECHAT), Account("clearing/wechat", AccountKind.CLEARING, Method.WECHAT)),
        (ledger.owed(Method.CASH), Account("owed/cash", AccountKind.OWED, Method.CASH)),
        (ledger.over_short(SITE), Account("over-short/2", AccountKind.OVER_SHORT, site_id=2)),
        (ledger.handed(9), Account("handed/9", AccountKind.HANDED, shift_id=9)),
        (ledger.agency_owed(3), Account("agency-owed/3", AccountKind.AGENCY_OWED, Method.ON_ACCOUNT, agency_id=3)),
        (
            ledger.received(Method.BANK_TRANSFER, SITE, 7),
            Account("bank_transfer/2", AccountKind.BANK_TRANSFER, Method.BANK_TRANSFER, site_id=2),
        ),
    ],
)
def test_an_account_says_what_it_belongs_to(name: str, expected: Account) -> None:
    assert account_of(name) == expected


def test_the_accounts_of_a_site_are_all_that_name_it() -> None:
    assert {account_of(name).site_id for name in of_site(2)} == {2}
    assert {SALES, FEES, ledger.safe(SITE), ledger.over_short(SITE)} <= set(of_site(2))
