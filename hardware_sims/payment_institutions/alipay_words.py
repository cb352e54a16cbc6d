"""Alipay's wording: trade_status, answers, and failures as code and sub_code.

Laws: only this module translates the bank's words. Unchecked: 20000, SYSTEM_ERROR, TRADE_HAS_*, _NOT_EXIST, SELLER_*.
"""

from hardware_sims.payment_institutions.china_time import stamp, yuan
from hardware_sims.payment_institutions.faults import Operation
from hardware_sims.payment_institutions.trades import Refund, RefundState, Refusal, Rules, Trade, TradeState

Said = dict[str, object]
Failure = tuple[str, str, str, str]  # code, msg, sub_code, sub_msg

_REFUSALS: dict[Refusal, tuple[str, str]] = {
    Refusal.BAD_NUMBER: ("ACQ.INVALID_PARAMETER", "商户订单号格式错误"),
    Refusal.OTHER_ORDER: ("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改"),
    Refusal.PAID_ALREADY: ("ACQ.TRADE_HAS_SUCCESS", "交易已被支付"),
    Refusal.CLOSED_ALREADY: ("ACQ.TRADE_HAS_CLOSE", "交易已经关闭"),
    Refusal.UNKNOWN_TRADE: ("ACQ.TRADE_NOT_EXIST", "交易不存在"),
    Refusal.CODE_INVALID: ("ACQ.PAYMENT_AUTH_CODE_INVALID", "支付失败,获取顾客账户信息失败"),
    Refusal.CODE_USED: ("ACQ.PAYMENT_AUTH_CODE_INVALID", "付款码已使用"),
    Refusal.CODE_EXPIRED: ("ACQ.PAYMENT_AUTH_CODE_INVALID", "付款码已过期"),
    Refusal.NO_MONEY: ("ACQ.BUYER_BALANCE_NOT_ENOUGH", "买家余额不足"),
    Refusal.NOT_PAID: ("ACQ.TRADE_STATUS_ERROR", "交易状态不合法"),
    Refusal.WRONG_KIND: ("ACQ.TRADE_STATUS_ERROR", "交易状态不合法"),
    Refusal.TOO_SOON: ("ACQ.TRADE_STATUS_ERROR", "交易状态不合法"),
    Refusal.TOO_LATE: ("ACQ.TRADE_HAS_FINISHED", "交易已完结"),
    Refusal.REFUNDED_ALREADY: ("ACQ.REASON_TRADE_STATUS_INVALID", "交易状态异常"),
    Refusal.BAD_AMOUNT: ("ACQ.INVALID_PARAMETER", "金额错误"),
    Refusal.OVER_REFUND: ("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额无效"),
    Refusal.TOO_MANY_REFUNDS: ("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款次数过多"),
    Refusal.TOO_OFTEN: ("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款过于频繁"),
    Refusal.OTHER_REFUND: ("ACQ.DISCORDANT_REPEAT_REQUEST", "请求信息不一致"),
    Refusal.UNKNOWN_REFUND: ("ACQ.TRADE_NOT_EXIST", "交易不存在"),
    Refusal.NOT_ENOUGH: ("ACQ.SELLER_BALANCE_NOT_ENOUGH", "商户的可用余额不足"),
}
_REFUSALS_OF_OPERATION: dict[tuple[Operation, Refusal], tuple[str, str]] = {
    (Operation.CLOSE, Refusal.PAID_ALREADY): ("ACQ.TRADE_STATUS_ERROR", "交易状态不合法"),
    (Operation.CLOSE, Refusal.CLOSED_ALREADY): ("ACQ.TRADE_STATUS_ERROR", "交易状态不合法"),
    (Operation.REVERSE, Refusal.TOO_LATE): ("ACQ.TRADE_CANCEL_TIME_OUT", "超过撤销时间范围"),
}
_BAD = ("40002", "Invalid Arguments")
_BUSINESS = ("40004", "Business Failed")
BAD_SIGNATURE: Failure = (*_BAD, "isv.invalid-signature", "无效签名")
BAD_APP: Failure = (*_BAD, "isv.invalid-app-id", "无效的AppID参数")
BAD_METHOD: Failure = (*_BAD, "isv.invalid-method", "不存在的方法名")
BAD_SIGN_TYPE: Failure = (*_BAD, "isv.invalid-signature-type", "无效的签名类型")
BAD_CHARSET: Failure = (*_BAD, "isv.invalid-charset", "字符集错误")
BAD_TIMESTAMP: Failure = (*_BAD, "isv.invalid-timestamp", "非法的时间戳参数")
BAD_PARAMETER: Failure = (*_BAD, "isv.invalid-parameter", "参数无效")
NOT_THE_WHOLE: Failure = (*_BUSINESS, "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额与订单金额不一致,部分退款须传out_request_no")
NO_BILL: Failure = (*_BUSINESS, "isp.bill_not_exist", "账单不存在")
SYSTEM_ERROR: Failure = ("20000", "Service Currently Unavailable", "aop.ACQ.SYSTEM_ERROR", "系统错误")


def failure_of(refusal: Refusal, operation: Operation) -> Failure:
    """The codes for a refusal."""
    return (*_BUSINESS, *_REFUSALS_OF_OPERATION.get((operation, refusal), _REFUSALS[refusal]))


def failed(failure: Failure) -> Said:
    """A failure as an answer."""
    code, msg, sub_code, sub_msg = failure
    return {"code": code, "msg": msg, "sub_code": sub_code, "sub_msg": sub_msg}


def done(said: Said) -> Said:
    """A success as an answer."""
    return {"code": "10000", "msg": "Success"} | said


def trade_status(trade: Trade, rules: Rules, now_ms: int) -> str:
    """One of WAIT_BUYER_PAY, TRADE_SUCCESS, TRADE_FINISHED, TRADE_CLOSED; a fully refunded trade is closed."""
    if trade.waits:
        return "WAIT_BUYER_PAY"
    if trade.state is not TradeState.PAID or trade.paid_at_ms is None or trade.refunded_fen == trade.order.amount_fen:
        return "TRADE_CLOSED"
    return "TRADE_FINISHED" if now_ms - trade.paid_at_ms > rules.refund_not_after_ms else "TRADE_SUCCESS"


def numbers(trade: Trade) -> Said:
    """Both sides' numbers of a trade."""
    return {"trade_no": trade.trade_no, "out_trade_no": trade.order.out_trade_no}


def buyer(trade: Trade) -> dict[str, str]:
    """The payer, as a merchant sees them."""
    payer = trade.payer or ""
    return {"buyer_user_id": f"2088{payer}", "buyer_logon_id": f"{payer[:3]}***@example.com"}


def payment(trade: Trade) -> Said:
    """A payment in trade.pay's answer; amounts in yuan."""
    amount = yuan(trade.order.amount_fen)
    assert trade.paid_at_ms is not None, "what is paid has a time of payment"
    return {
        **numbers(trade),
        **buyer(trade),
        "total_amount": amount,
        "receipt_amount": amount,
        "buyer_pay_amount": amount,
        "invoice_amount": amount,
        "point_amount": "0.00",
        "gmt_payment": stamp(trade.paid_at_ms),
        "fund_bill_list": [{"amount": amount, "fund_channel": "ALIPAYACCOUNT"}],
    }


def found(trade: Trade, rules: Rules, now_ms: int) -> Said:
    """A trade in the query's answer."""
    said: Said = {**numbers(trade), "trade_status": trade_status(trade, rules, now_ms)}
    said["total_amount"] = yuan(trade.order.amount_fen)
    if trade.payer is not None:
        said |= buyer(trade)
    if trade.paid_at_ms is not None:
        said |= {"send_pay_date": stamp(trade.paid_at_ms), "receipt_amount": yuan(trade.order.amount_fen)}
        said |= {"buyer_pay_amount": yuan(trade.order.amount_fen), "point_amount": "0.00"}
    return said


def refunded(trade: Trade, refund: Refund, *, changed: bool) -> Said:
    """A refund in its application's answer; refund_fee is the sum of the trade's refunds so far."""
    said: Said = {**numbers(trade), **buyer(trade)}
    said |= {"fund_change": "Y" if changed else "N", "refund_fee": yuan(trade.refunded_fen), "send_back_fee": "0.00"}
    if refund.state is RefundState.SUCCESS and refund.ended_at_ms is not None:
        said |= {"gmt_refund_pay": stamp(refund.ended_at_ms), "send_back_fee": yuan(refund.request.amount_fen)}
    return said


def refund_found(trade: Trade, refund: Refund) -> Said:
    """A refund in its query's answer: without refund_status unless it succeeded."""
    said: Said = {**numbers(trade), "out_request_no": refund.request.out_refund_no}
    if refund.state is RefundState.SUCCESS and refund.ended_at_ms is not None:
        said |= {
            "refund_status": "REFUND_SUCCESS",
            "refund_amount": yuan(refund.request.amount_fen),
            "total_amount": yuan(trade.order.amount_fen),
            "gmt_refund_pay": stamp(refund.ended_at_ms),
        }
    return said
