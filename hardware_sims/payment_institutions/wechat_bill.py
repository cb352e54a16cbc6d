"""The trade bill of WeChat Pay, ALL: 27 columns, each value behind a backtick, a summary of 7, UTF-8, yuan.

Laws: a payment is listed on the day it was paid, a refund on the day it was accepted, in its state of that day, for ever; an
unpaid order is absent. Source: the published API; the line end is best knowledge.
"""

from hardware_sims.payment_institutions.bill_shelf import within
from hardware_sims.payment_institutions.china_time import stamp, yuan
from hardware_sims.payment_institutions.trades import Booking, BookingKind
from hardware_sims.payment_institutions.wechat_words import TRADE_TYPES, openid_of

COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,"
    "订单金额,申请退款金额,费率备注"
)
SUMMARY_COLUMNS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
LINE_END = "\r\n"
NOTHING = "0.00"
_STATES = {
    BookingKind.PAYMENT: "SUCCESS",
    BookingKind.REVERSAL: "REVOKED",
    BookingKind.REFUND_ACCEPTED: "REFUND",
}


def bill_text(book: list[Booking], day: str, mchid: str, fee_bp: int) -> str | None:
    """The bill of a Beijing day (2026-11-23), or None where it has no bookings."""
    lines = [booking for booking in book if booking.kind in _STATES and within(booking.at_ms, day)]
    if not lines:
        return None
    rows = [_joined(_row(booking, mchid, fee_bp)) for booking in lines]
    return "".join(line + LINE_END for line in (COLUMNS, *rows, SUMMARY_COLUMNS, _joined(_summary(lines))))


def _row(booking: Booking, mchid: str, fee_bp: int) -> tuple[str, ...]:
    trade, order, refund = booking.trade, booking.trade.order, booking.refund
    comes_in = booking.kind is BookingKind.PAYMENT
    amount = yuan(booking.amount_fen)
    taken, returned = (amount, NOTHING) if comes_in else (NOTHING, amount)
    refund_status = "" if comes_in else "SUCCESS" if refund is None else "PROCESSING"
    return (
        stamp(booking.at_ms),
        order.app_id,
        mchid,
        "0",
        "",
        trade.trade_no,
        order.out_trade_no,
        openid_of(trade),
        TRADE_TYPES[order.kind],
        _STATES[booking.kind],
        "OTHERS",
        "CNY",
        taken,
        NOTHING,
        "0" if refund is None else refund.refund_no,
        "0" if refund is None else refund.request.out_refund_no,
        returned,
        NOTHING,
        "" if comes_in else "ORIGINAL",
        refund_status,
        order.subject,
        order.attach or "",
        _fee(booking.fee_fen if comes_in else -booking.fee_fen),
        f"{fee_bp / 100:.2f}%",
        taken,
        returned,
        "",
    )


def _summary(lines: list[Booking]) -> tuple[str, ...]:
    taken = sum(booking.amount_fen for booking in lines if booking.kind is BookingKind.PAYMENT)
    returned = sum(booking.amount_fen for booking in lines if booking.kind is not BookingKind.PAYMENT)
    fees = sum(booking.fee_fen if booking.kind is BookingKind.PAYMENT else -booking.fee_fen for booking in lines)
    return (str(len(lines)), yuan(taken), yuan(returned), NOTHING, _fee(fees), yuan(taken), yuan(returned))


def _fee(fen: int) -> str:
    return f"{yuan(fen)}000"  # fees have five decimals


def _joined(values: tuple[str, ...]) -> str:
    return ",".join("`" + value.replace("\r", " ").replace("\n", " ") for value in values)
