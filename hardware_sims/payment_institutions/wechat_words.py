"""WeChat Pay's wording: states, transactions, refunds, and errors as {"code", "message"}.

Laws: only this module translates the bank's words. Best knowledge only: AUTH_CODE_EXPIRED and _INVALID.
"""

from hardware_sims.payment_institutions.china_time import rfc3339
from hardware_sims.payment_institutions.faults import Operation
from hardware_sims.payment_institutions.trades import OrderKind, Refund, RefundState, Refusal, Trade, TradeState

Json = dict[str, object]
Error = tuple[int, str, str]

TRADE_TYPES = {OrderKind.SCAN: "NATIVE", OrderKind.IN_APP: "JSAPI", OrderKind.PAY_CODE: "MICROPAY"}
_STATES = {
    TradeState.OPEN: ("NOTPAY", "订单未支付"),
    TradeState.PAYING: ("USERPAYING", "用户支付中"),
    TradeState.PAID: ("SUCCESS", "支付成功"),
    TradeState.FAILED: ("PAYERROR", "支付失败"),
    TradeState.CLOSED: ("CLOSED", "订单已关闭"),
    TradeState.REVERSED: ("REVOKED", "订单已撤销"),
}
_REFUND_STATES = {
    RefundState.PROCESSING: "PROCESSING",
    RefundState.SUCCESS: "SUCCESS",
    RefundState.CLOSED: "CLOSED",
    RefundState.ABNORMAL: "ABNORMAL",
}
_ERRORS: dict[Refusal, Error] = {
    Refusal.BAD_NUMBER: (400, "PARAM_ERROR", "商户订单号格式错误"),
    Refusal.OTHER_ORDER: (403, "OUT_TRADE_NO_USED", "商户订单号重复"),
    Refusal.PAID_ALREADY: (403, "OUT_TRADE_NO_USED", "该订单已支付"),
    Refusal.CLOSED_ALREADY: (400, "ORDER_CLOSED", "订单已关闭"),
    Refusal.UNKNOWN_TRADE: (404, "ORDER_NOT_EXIST", "订单不存在"),
    Refusal.CODE_INVALID: (403, "AUTH_CODE_INVALID", "付款码无效"),
    Refusal.CODE_USED: (403, "AUTH_CODE_INVALID", "付款码已使用"),
    Refusal.CODE_EXPIRED: (403, "AUTH_CODE_EXPIRED", "付款码已过期,请用户刷新"),
    Refusal.NO_MONEY: (403, "NOT_ENOUGH", "用户余额不足"),
    Refusal.NOT_PAID: (403, "TRADE_ERROR", "订单未支付,不能退款"),
    Refusal.WRONG_KIND: (400, "INVALID_REQUEST", "该订单类型不支持此操作"),
    Refusal.TOO_SOON: (403, "RULE_LIMIT", "支付后15秒内不能撤销"),
    Refusal.TOO_LATE: (403, "RULE_LIMIT", "订单已超过可操作的期限"),
    Refusal.REFUNDED_ALREADY: (403, "TRADE_ERROR", "订单已退款,不能撤销"),
    Refusal.BAD_AMOUNT: (400, "PARAM_ERROR", "金额错误"),
    Refusal.OVER_REFUND: (400, "INVALID_REQUEST", "退款金额大于订单可退金额"),
    Refusal.TOO_MANY_REFUNDS: (403, "RULE_LIMIT", "单个订单最多退款50次"),
    Refusal.TOO_OFTEN: (429, "FREQUENCY_LIMITED", "同一订单的多次退款请间隔1分钟"),
    Refusal.OTHER_REFUND: (400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致,请核实后再试"),
    Refusal.UNKNOWN_REFUND: (404, "RESOURCE_NOT_EXISTS", "退款单不存在"),
    Refusal.NOT_ENOUGH: (403, "NOT_ENOUGH", "基本账户余额不足"),
}
_ERRORS_OF_OPERATION: dict[tuple[Operation, Refusal], Error] = {
    (Operation.CLOSE, Refusal.PAID_ALREADY): (403, "TRADE_ERROR", "订单已支付,不能关闭"),
    (Operation.REFUND, Refusal.UNKNOWN_TRADE): (404, "RESOURCE_NOT_EXISTS", "订单不存在"),
    (Operation.REFUND, Refusal.BAD_NUMBER): (400, "PARAM_ERROR", "商户退款单号格式错误"),
}
SIGN_ERROR: Error = (401, "SIGN_ERROR", "签名错误")
PARAM_ERROR: Error = (400, "PARAM_ERROR", "参数错误")
SYSTEM_ERROR: Error = (500, "SYSTEM_ERROR", "系统错误")
USER_PAYING: Error = (202, "USER_PAYING", "需要用户输入支付密码")
NOT_MATCH: Error = (400, "APPID_MCHID_NOT_MATCH", "appid和mchid不匹配")
NO_MERCHANT: Error = (400, "MCH_NOT_EXISTS", "商户号不存在")
NO_BILL: Error = (400, "NO_STATEMENT_EXIST", "No Bill Exist")
BILL_IN_THE_MAKING: Error = (400, "STATEMENT_CREATING", "账单生成中")
NO_SUCH_CALL: Error = (404, "RESOURCE_NOT_EXISTS", "请求的资源不存在")
LINK_RAN_OUT: Error = (404, "RESOURCE_NOT_EXISTS", "账单下载链接无效或已过期")


def error_of(refusal: Refusal, operation: Operation) -> Error:
    """The status, code and message for a refusal."""
    return _ERRORS_OF_OPERATION.get((operation, refusal), _ERRORS[refusal])


def trade_state(trade: Trade) -> tuple[str, str]:
    """The state and its description; REFUND after any part was refunded."""
    if trade.state is TradeState.PAID and trade.refunded_fen:
        return "REFUND", "订单发生过退款,退款详情请查询退款单"
    return _STATES[trade.state]


def transaction(trade: Trade, mchid: str) -> Json:
    """A trade in the query's answer and the callback; amounts in fen."""
    order = trade.order
    state, description = trade_state(trade)
    said: Json = {
        "appid": order.app_id,
        "mchid": mchid,
        "out_trade_no": order.out_trade_no,
        "trade_state": state,
        "trade_state_desc": description,
        "attach": order.attach or "",
        "amount": {"total": order.amount_fen, "currency": "CNY"},
    }
    if trade.paid_at_ms is None:
        return said
    return said | {
        "transaction_id": trade.trade_no,
        "trade_type": TRADE_TYPES[order.kind],
        "bank_type": "OTHERS",
        "success_time": rfc3339(trade.paid_at_ms),
        "payer": {"openid": openid_of(trade)},
        "amount": {"total": order.amount_fen, "payer_total": order.amount_fen, "currency": "CNY", "payer_currency": "CNY"},
    }


def refund_amounts(trade: Trade, refund: Refund) -> Json:
    """The amounts of a refund, in fen."""
    amount_fen, total_fen = refund.request.amount_fen, trade.order.amount_fen
    return {"total": total_fen, "refund": amount_fen, "payer_total": total_fen, "payer_refund": amount_fen}


def refund_answer(trade: Trade, refund: Refund) -> Json:
    """A refund in the answers of its application and its query."""
    amounts = refund_amounts(trade, refund)
    said: Json = {
        "refund_id": refund.refund_no,
        "out_refund_no": refund.request.out_refund_no,
        "transaction_id": trade.trade_no,
        "out_trade_no": trade.order.out_trade_no,
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": rfc3339(refund.accepted_at_ms),
        "status": _REFUND_STATES[refund.state],
        "funds_account": "AVAILABLE",
        "amount": amounts | {"settlement_refund": amounts["refund"], "settlement_total": amounts["total"], "currency": "CNY"},
    }
    return said | _success_time(refund)


def refund_told(trade: Trade, refund: Refund, mchid: str) -> Json:
    """A refund in its callback."""
    said: Json = {
        "mchid": mchid,
        "transaction_id": trade.trade_no,
        "out_trade_no": trade.order.out_trade_no,
        "refund_id": refund.refund_no,
        "out_refund_no": refund.request.out_refund_no,
        "refund_status": _REFUND_STATES[refund.state],
        "user_received_account": "支付用户零钱",
        "amount": refund_amounts(trade, refund),
    }
    return said | _success_time(refund)


def _success_time(refund: Refund) -> Json:
    if refund.state is not RefundState.SUCCESS or refund.ended_at_ms is None:
        return {}
    return {"success_time": rfc3339(refund.ended_at_ms)}


def openid_of(trade: Trade) -> str:
    """The payer as the merchant's app knows them."""
    return trade.order.openid or f"o{trade.payer or ''}"
