"""What payments say to people: about methods, payments, the funds of agencies, bills and their differences."""

from collections.abc import Mapping

from central.domain.saying import Message
from central.payments.methods import Method

METHOD_CASH = Message("method_cash", "现金", "cash")
METHOD_CARD_TERMINAL = Message("method_card_terminal", "刷卡", "card terminal")
METHOD_BANK_TRANSFER = Message("method_bank_transfer", "银行转账", "bank transfer")
METHOD_PREPAID = Message("method_prepaid", "预存款", "prepaid")
METHOD_ON_ACCOUNT = Message("method_on_account", "挂账", "on account")
METHOD_EXCHANGE = Message("method_exchange", "换票", "exchange")
METHOD_WECHAT = Message("method_wechat", "微信支付", "WeChat Pay")
METHOD_ALIPAY = Message("method_alipay", "支付宝", "Alipay")
# What people call the methods: a part of a sentence.
METHODS: Mapping[Method, Message] = {
    Method.CASH: METHOD_CASH,
    Method.CARD_TERMINAL: METHOD_CARD_TERMINAL,
    Method.BANK_TRANSFER: METHOD_BANK_TRANSFER,
    Method.PREPAID: METHOD_PREPAID,
    Method.ON_ACCOUNT: METHOD_ON_ACCOUNT,
    Method.EXCHANGE: METHOD_EXCHANGE,
    Method.WECHAT: METHOD_WECHAT,
    Method.ALIPAY: METHOD_ALIPAY,
}
NOT_CONFIGURED = Message("not_configured", "{method}尚未配置，请先填写参数设置", "{method} is not configured; set its parameters")
NO_INSTITUTION = Message("no_institution", "{name:.20} 不是支付机构", "{name:.20} is no institution")
NOTICE_TOO_LARGE = Message("notice_too_large", "通知内容最多 {most} 字节", "a notification has at most {most} bytes")
ORDER_WAITS_NO_MORE = Message(
    "order_waits_no_more",
    "该订单不再等待付款，请重新下单",
    "the order does not wait for money any more; make a new one",
)
SHIFT_FIRST = Message(
    "shift_first",
    "景区 {site_id} 须开班后才能收取现金，请先开班",
    "site {site_id} sells for cash in shifts only; open one first",
)
AGENCY_ORDERS_ONLY = Message(
    "agency_orders_only",
    "只有旅行社的订单才能用旅行社账户付款",
    "only what a travel agency buys is paid by its account",
)
BALANCE_TOO_SMALL = Message(
    "balance_too_small",
    "旅行社预存款余额不足 {amount_fen} 元",
    "the agency's balance does not suffice for {amount_fen} yuan",
)
CREDIT_TOO_SMALL = Message(
    "credit_too_small",
    "旅行社授信额度不足，无法挂账 {amount_fen} 元",
    "the agency's credit does not suffice for {amount_fen} yuan",
)
NOT_PAID_OUT = Message(
    "not_paid_out",
    "旅行社预存款余额不足 {amount_fen} 元，或仍有欠款，不能退还",
    "the agency has less than {amount_fen} yuan in its balance, or owes something",
)
OWES_LESS = Message(
    "owes_less",
    "旅行社欠款不足 {amount_fen} 元，请将余款存入预存款",
    "the agency owes less than {amount_fen} yuan; put the rest into its balance",
)
MERCHANT_BUSY = Message(
    "merchant_busy",
    "该商户仍有未完结的{method}付款或退款，请等待其完结",
    "payments of this merchant by {method} have no end yet; wait for them",
)
NO_BILL = Message("no_bill", "没有该日的对账单", "there is no bill of that day")
BILL_DAY_BOUNDS = Message("bill_day_bounds", "不能晚于今天，最早为 {most} 天前", "not after today, and at most {most} days ago")
BILL_NOT_READ = Message("bill_not_read", "未能取得对账单（{reason}）", "the bill was not read: {reason}")
BILL_NOT_FINAL = Message(
    "bill_not_final",
    "对账单仍为空，或当日有付款尚未完结，请稍后重试",
    "the bill is empty still, or a payment of the day has no end; try again later",
)
NO_DIFFERENCE = Message("no_difference", "没有编号为 {difference_id} 的对账差异", "there is no difference {difference_id}")
DIFFERENCE_SETTLED = Message(
    "difference_settled",
    "该对账差异已处理，请重新读取以查看处理人",
    "it is settled already; read it to see who settled it",
)
DIFFERENCE_OPEN = Message(
    "difference_open",
    "该付款或退款尚未完结，请等待其完结，或以不记账的原因处理",
    "the payment or refund has no end yet; wait for it, or settle without a movement",
)
AMOUNTS_AGREE = Message(
    "amounts_agree",
    "账面与对账单的金额没有差异，请以 looked-at 或 found-later 处理",
    "books and bill do not differ by an amount here; settle it as looked-at or found-later",
)
NOT_A_FEE = Message(
    "not_a_fee",
    "支付机构的金额多于账面，这不是手续费",
    "the institution holds more than the books say: that is no fee",
)
