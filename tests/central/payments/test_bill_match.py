"""The match of a bill with our documents: each cause by itself, and that every line is accounted for."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.payments.institution import BillLine, LineKind
from central.payments.rules.bill_match import OurPayment, OurRefund, match
from central.payments.rules.bills import read_alipay_bill, read_wechat_bill
from central.payments.rules.difference_causes import Cause
from central.payments.rules.payment_states import PaymentState
from central.payments.rules.refund_states import RefundDocumentState
from protocol.errors import PeerError

PAID = OurPayment(1, "P1", PaymentState.PAID, 8000, is_of_day=True)
REVERSED = OurPayment(1, "P1", PaymentState.REVERSED, None, is_of_day=True)
SENT = OurPayment(1, "P1", PaymentState.SENT, None, is_of_day=True)
RETURNED = OurPayment(1, "P1", PaymentState.RETURNED, 8000, is_of_day=True)
YESTERDAYS = OurPayment(1, "P1", PaymentState.PAID, 8000, is_of_day=False)
BACK = OurRefund(1, "R1", RefundDocumentState.PROCESSING, 3000, is_of_day=True)
OLD_BACK = OurRefund(1, "R1", RefundDocumentState.SUCCEEDED, 3000, is_of_day=False)


def _line(kind: LineKind = LineKind.PAYMENT, amount_fen: int = 8000, refund_number: str = "") -> BillLine:
    return BillLine(kind, "P1", refund_number, "4200", amount_fen)


REFUND = _line(LineKind.REFUND, 3000, "R1")


@pytest.mark.parametrize(
    ("lines", "payments", "refunds", "causes", "matched"),
    [
        ([_line()], [PAID], [], [], 1),
        ([_line(), REFUND], [PAID], [BACK], [], 2),
        ([REFUND], [YESTERDAYS], [BACK], [], 1),
        ([], [REVERSED], [], [], 0),
        ([_line(), _line(LineKind.REVERSAL)], [REVERSED], [], [], 2),
        ([_line(), _line(LineKind.REFUND, 8000, "R1")], [RETURNED], [BACK], [Cause.REFUND_AMOUNT_DIFFERS], 1),
        ([], [YESTERDAYS], [OLD_BACK], [], 0),
        ([], [PAID], [], [Cause.MISSING_IN_BILL], 0),
        ([_line()], [], [], [Cause.MISSING_HERE], 0),
        ([_line(amount_fen=7999)], [PAID], [], [Cause.AMOUNT_DIFFERS], 0),
        ([_line(), _line()], [PAID], [], [Cause.AMOUNT_DIFFERS], 0),
        ([_line()], [REVERSED], [], [Cause.STATE_DIFFERS], 0),
        ([_line(), _line(LineKind.REVERSAL)], [PAID], [], [Cause.STATE_DIFFERS], 0),
        ([_line()], [SENT], [], [Cause.NOT_FINAL], 0),
        ([_line()], [replace(SENT, is_of_day=False)], [], [Cause.NOT_FINAL], 0),
        ([], [replace(SENT, is_of_day=False)], [], [], 0),
        ([], [], [BACK], [Cause.REFUND_MISSING_IN_BILL], 0),
        ([REFUND], [PAID], [], [Cause.REFUND_MISSING_HERE, Cause.MISSING_IN_BILL], 0),
        ([_line(LineKind.REFUND, 2999, "R1")], [], [BACK], [Cause.REFUND_AMOUNT_DIFFERS], 0),
    ],
)
def test_each_cause(
    lines: list[BillLine], payments: list[OurPayment], refunds: list[OurRefund], causes: list[Cause], matched: int
) -> None:
    found = match(lines, payments, refunds)
    assert ([one.cause for one in found.differences], found.matched, found.lines) == (causes, matched, len(lines))


@given(
    ours=st.dictionaries(st.integers(0, 9), st.integers(1, 5)),
    theirs=st.dictionaries(st.integers(0, 9), st.integers(1, 5)),
)
def test_the_sums_agree_but_for_the_differences(ours: dict[int, int], theirs: dict[int, int]) -> None:
    lines = [BillLine(LineKind.PAYMENT, f"P{number}", "", "4200", fen) for number, fen in theirs.items()]
    payments = [OurPayment(number, f"P{number}", PaymentState.PAID, fen, is_of_day=True) for number, fen in ours.items()]
    found = match(lines, payments, [])
    gap = sum((one.ours_fen or 0) - (one.theirs_fen or 0) for one in found.differences)
    assert sum(ours.values()) - sum(theirs.values()) == gap
    assert found.matched == sum(theirs.get(number) == fen for number, fen in ours.items())


WECHAT = (
    "交易时间,商户订单号,微信订单号,交易状态,商户退款单号,订单金额,申请退款金额\n"
    "`2026-11-23 12:00:00,`P1,`4200,`SUCCESS,`0,`80.00,`0.00\n"
)
ALIPAY = (
    "#支付宝业务明细查询\n支付宝交易号,商户订单号,业务类型,订单金额,退款批次号/请求号\n2026\t,P1\t,退款\t,-30.00\t,R1\t\n#结束\n"
)


def test_a_bill_is_read_in_whole_fen() -> None:
    assert read_wechat_bill(WECHAT + "总交易单数,应结订单总金额\n`1,`80.00\n") == (_line(),)
    assert read_alipay_bill(ALIPAY) == (BillLine(LineKind.REFUND, "P1", "R1", "2026", 3000),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        WECHAT,
        WECHAT + "总交易单数,应结订单总金额\n`2,`80.00\n",
        WECHAT.replace("80.00", "80.001") + "总交易单数\n`1\n",
        WECHAT.replace("80.00", "many") + "总交易单数\n`1\n",
        WECHAT.replace("SUCCESS", "PERHAPS") + "总交易单数\n`1\n",
        WECHAT.replace(",`4200", "") + "总交易单数\n`1\n",
    ],
)
def test_a_bill_that_is_not_as_described_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(PeerError):
        read_wechat_bill(text)


@pytest.mark.parametrize("text", ["", "#nothing\n", ALIPAY.replace("退款\t", "赠送\t"), ALIPAY.replace(",R1\t", "")])
def test_so_is_alipays(text: str) -> None:
    with pytest.raises(PeerError):
        read_alipay_bill(text)
