"""The words of exported tables for what the program calls by codes: states, methods, kinds, flags.

Laws: each code has its words in both languages; a code that this version does not know is shown as it is; words that a sentence
uses too stand once, in the messages of their slice.
"""

from collections.abc import Mapping
from typing import TypeVar

from central.agencies.rules.contracts import EntryKind
from central.domain.saying import Message
from central.payments import messages as messages_of_payments
from central.payments.differences import DifferenceState
from central.payments.rules.difference_causes import Cause
from central.payments.rules.payment_states import PaymentState
from central.payments.rules.refund_states import RefundDocumentState
from central.payments.rules.settlements import SettlementCause
from central.refunds import messages as messages_of_refunds
from central.refunds.rules.amounts import RefundKind
from central.sales.rules.activation import CodeState
from central.sales.rules.pricing import OrderState
from protocol.admission.passages import PassageKind, PassageState
from protocol.admission.verdict import AdmitFlag
from protocol.directions import Direction

# The words for a code: Chinese, English.
Vocabulary = Mapping[str, tuple[str, str]]
CodeT = TypeVar("CodeT", bound=str)


def _as_cells(said: Mapping[CodeT, Message]) -> Vocabulary:
    """Return the words that sentences use for these codes as a cell shows them: the English begins with a capital."""
    return {code: (one.zh, one.en[:1].upper() + one.en[1:]) for code, one in said.items()}


METHODS = _as_cells(messages_of_payments.METHODS)
REFUND_STATES = _as_cells(messages_of_refunds.REFUND_STATES)
ORDER_STATES: Vocabulary = {
    OrderState.OPEN: ("待付款", "Waits for payment"),
    OrderState.PAID: ("已付款", "Paid"),
    OrderState.CANCELLED: ("已取消", "Cancelled"),
}
PAYMENT_STATES: Vocabulary = {
    PaymentState.CREATED: ("待发送", "Not sent yet"),
    PaymentState.SENT: ("待支付", "Waits for the payer"),
    PaymentState.UNKNOWN: ("结果未知", "Result unknown"),
    PaymentState.REVERSING: ("撤销中", "Being reversed"),
    PaymentState.PAID: ("已支付", "Paid"),
    PaymentState.FAILED: ("支付失败", "Failed"),
    PaymentState.REVERSED: ("已撤销", "Reversed"),
    PaymentState.RETURNED: ("已退回", "Returned"),
}
REFUND_DOCUMENT_STATES: Vocabulary = {
    RefundDocumentState.CREATED: ("待发送", "Not sent yet"),
    RefundDocumentState.SENT: ("已发送", "Sent"),
    RefundDocumentState.PROCESSING: ("处理中", "In work"),
    RefundDocumentState.SUCCEEDED: ("成功", "Succeeded"),
    RefundDocumentState.CLOSED: ("已关闭", "Closed"),
    RefundDocumentState.ABNORMAL: ("异常", "Abnormal"),
}
CAUSES: Vocabulary = {
    Cause.MONEY_RETURNED: ("款项已自动退回", "Money returned by itself"),
    Cause.REFUND_CLOSED: ("退款已关闭", "Refund closed"),
    Cause.REFUND_ABNORMAL: ("退款异常", "Refund abnormal"),
    Cause.UNKNOWN_NUMBER: ("通知中的单号不属于本系统", "Notified number is not ours"),
    Cause.MISSING_IN_BILL: ("对账单无此付款", "Payment missing in the bill"),
    Cause.MISSING_HERE: ("账面无此付款", "Payment missing in the books"),
    Cause.AMOUNT_DIFFERS: ("付款金额不符", "Amount of the payment differs"),
    Cause.STATE_DIFFERS: ("付款状态不符", "State of the payment differs"),
    Cause.NOT_FINAL: ("付款尚未完结", "Payment has no end yet"),
    Cause.REFUND_MISSING_IN_BILL: ("对账单无此退款", "Refund missing in the bill"),
    Cause.REFUND_MISSING_HERE: ("账面无此退款", "Refund missing in the books"),
    Cause.REFUND_AMOUNT_DIFFERS: ("退款金额不符", "Amount of the refund differs"),
}
DIFFERENCE_STATES: Vocabulary = {
    DifferenceState.OPEN: ("待处理", "Open"),
    DifferenceState.SETTLED: ("已处理", "Settled"),
}
SETTLEMENT_CAUSES: Vocabulary = {
    SettlementCause.LOOKED_AT: ("已核实", "Looked at"),
    SettlementCause.FOUND_LATER: ("见于另一日对账单", "Found in another day's bill"),
    SettlementCause.FEE_OF_INSTITUTION: ("支付机构手续费", "Fee of the institution"),
    SettlementCause.PAID_TWICE_RETURNED: ("重复付款，已退回", "Paid twice, returned"),
    SettlementCause.WRITTEN_OFF: ("计入损益", "Written off"),
}
REFUND_KINDS: Vocabulary = {
    RefundKind.BY_RULE: ("按规则", "By rule"),
    RefundKind.BY_HAND: ("手工", "By hand"),
    RefundKind.FORCED: ("强制退票", "Forced"),
    RefundKind.CLOSED_DAY: ("闭园", "Closed day"),
    RefundKind.EXCHANGE: ("换票", "Exchange"),
}
PASSAGE_STATES: Vocabulary = {
    PassageState.PENDING: ("未知", "Unknown"),
    PassageState.PASSED: ("已通过", "Passed"),
    PassageState.NOT_PASSED: ("未通过", "Not passed"),
}
PASSAGE_KINDS: Vocabulary = {
    PassageKind.ENTRY: ("入园", "Entry"),
    PassageKind.RESUME: ("续行", "Resumed"),
    PassageKind.OVERRIDE: ("主管放行", "Override"),
    PassageKind.WALK_IN: ("刷证入园", "Walk-in"),
    PassageKind.EXIT: ("出园", "Exit"),
    PassageKind.FIRE: ("消防", "Fire"),
    PassageKind.FREE: ("自由通行", "Free passage"),
}
DIRECTIONS: Vocabulary = {Direction.ENTRY: ("入", "Entry"), Direction.EXIT: ("出", "Exit")}
FLAGS: Vocabulary = {
    AdmitFlag.UNSEEN: ("票库未见", "Unseen"),
    AdmitFlag.OFFLINE: ("离线", "Offline"),
    AdmitFlag.STALE: ("票库过期", "Stale cache"),
    AdmitFlag.CLAIMED: ("已在线占用", "Claimed online"),
}
CODE_STATES: Vocabulary = {
    CodeState.EXPORTED: ("已导出", "Exported"),
    CodeState.SENT: ("已发送", "Sent"),
    CodeState.ACTIVATED: ("已激活", "Activated"),
    CodeState.VOIDED: ("已作废", "Voided"),
}
# A channel may have any name; these are the names that the program itself gives.
CHANNELS: Vocabulary = {"window": ("窗口", "Window"), "kiosk": ("自助机", "Kiosk"), "agency": ("旅行社", "Agency")}
ENTRY_KINDS: Vocabulary = {
    EntryKind.ORDER: ("订单", "Order"),
    EntryKind.REFUND: ("退票", "Refund"),
    EntryKind.DEDUCTION: ("扣款", "Deduction"),
    EntryKind.TOP_UP: ("预存", "Top-up"),
    EntryKind.SETTLEMENT: ("结账", "Settlement"),
    EntryKind.PAYOUT: ("退还余额", "Payout"),
    "opening": ("期初", "Opening"),
}


# Tables by the names of their lists.
LISTS: Vocabulary = {
    "orders": ("票据订单", "Orders"),
    "payments": ("支付", "Payments"),
    "payment-refunds": ("支付退款", "Payment refunds"),
    "reconciliation-differences": ("对账差异", "Reconciliation differences"),
    "refunds": ("退票", "Refunds"),
    "reprints": ("补打", "Reprints"),
    "admissions": ("检票记录", "Admissions"),
    "admission-refusals": ("拒绝记录", "Refusals"),
    "shifts": ("交班记录", "Shifts"),
    "activation-codes": ("激活码", "Activation codes"),
    "ticket-statistics": ("票种统计", "Ticket statistics"),
    "seller-statistics": ("售票员统计", "Seller statistics"),
    "promoter-statistics": ("分销统计", "Promoter statistics"),
    "agency-statement": ("旅行社对账单", "Agency statement"),
    "audit-records": ("操作日志", "Audit records"),
}


def word(vocabulary: Vocabulary, code: str | None, *, chinese: bool) -> str | None:
    """Return what people call a code."""
    if code is None:
        return None
    zh, en = vocabulary.get(code, (code, code))
    return zh if chinese else en
