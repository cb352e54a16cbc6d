"""The trade bill of Alipay: a zip of two GBK csv files, details of 25 columns and a summary; yuan, framed by # lines.

Laws: a payment is listed on the day it was paid, a refund on the day it was done; values are padded with tabs, amounts of refunds
are negative. Source: the published API; the summary's columns and the frame are best knowledge.
"""

import io
import zipfile

from hardware_sims.payment_institutions.bill_shelf import within
from hardware_sims.payment_institutions.china_time import stamp, yuan
from hardware_sims.payment_institutions.trades import Booking, BookingKind

COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额,商家实收,"
    "支付宝红包,集分宝,支付宝优惠,商家优惠,券核销金额,券名称,商家红包消费金额,卡消费金额,退款批次号/请求号,服务费,分润,备注"
)
SUMMARY_COLUMNS = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额,商家实收,支付宝优惠,商家优惠,卡消费金额,服务费,分润,实收净额"
)
ENCODING = "gbk"
LINE_END = "\r\n"
NOTHING = "0.00"
RULE = "-" * 40
_BOOKED = (BookingKind.PAYMENT, BookingKind.REFUND_DONE, BookingKind.REVERSAL)


def bill_zip(book: list[Booking], period: str, seller_id: str) -> bytes | None:
    """The bill of a Beijing day (2026-11-23) or month (2026-11), or None where it has no bookings."""
    lines = [booking for booking in book if booking.kind in _BOOKED and within(booking.at_ms, period)]
    if not lines:
        return None
    packed, prefix = io.BytesIO(), f"{seller_id}_{period.replace('-', '')}"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr(f"{prefix}_业务明细.csv", _encoded(_details(lines, period, seller_id)))
        files.writestr(f"{prefix}_业务明细(汇总).csv", _encoded(_summary(lines, period, seller_id)))
    return packed.getvalue()


def _details(lines: list[Booking], period: str, seller_id: str) -> list[str]:
    payments = [booking for booking in lines if booking.kind is BookingKind.PAYMENT]
    refunds = [booking for booking in lines if booking.kind is not BookingKind.PAYMENT]
    paid, returned = (sum(booking.amount_fen for booking in each) for each in (payments, refunds))
    return [
        "#支付宝业务明细查询",
        f"#账号：[{seller_id}]",
        f"#账期：[{period}]",
        f"#{RULE}业务明细列表{RULE}",
        COLUMNS,
        *(",".join(_row(booking)) for booking in lines),
        f"#{RULE}业务明细列表结束{RULE}",
        f"#交易合计：{len(payments)}笔，商家实收共{yuan(paid)}元，商家优惠共0.00元",
        f"#退款合计：{len(refunds)}笔，商家实收退款共{yuan(-returned)}元，商家优惠退款共0.00元",
    ]


def _row(booking: Booking) -> list[str]:
    trade, order, refund = booking.trade, booking.trade.order, booking.refund
    comes_in = booking.kind is BookingKind.PAYMENT
    sign = 1 if comes_in else -1
    amount, number = yuan(sign * booking.amount_fen), ""
    if not comes_in:
        number = order.out_trade_no if refund is None else refund.request.out_refund_no
    values = [
        trade.trade_no,
        order.out_trade_no,
        "交易" if comes_in else "退款",
        order.subject.replace(",", " ").replace("\n", " "),
        stamp(trade.created_at_ms),
        stamp(booking.at_ms),
        *[""] * 4,
        f"{(trade.payer or '')[:1]}***",
        amount,
        amount,
        *[NOTHING] * 5,
        "",
        *[NOTHING] * 2,
        number,
        yuan(-sign * booking.fee_fen),
        NOTHING,
        "",
    ]
    return [value + "\t" for value in values]


def _summary(lines: list[Booking], period: str, seller_id: str) -> list[str]:
    refund_count = sum(booking.kind is not BookingKind.PAYMENT for booking in lines)
    taken = sum(booking.amount_fen if booking.kind is BookingKind.PAYMENT else -booking.amount_fen for booking in lines)
    fees = sum(-booking.fee_fen if booking.kind is BookingKind.PAYMENT else booking.fee_fen for booking in lines)
    values = ["合计", "", str(len(lines) - refund_count), str(refund_count), yuan(taken), yuan(taken)]
    values += [NOTHING] * 3 + [yuan(fees), NOTHING, yuan(taken + fees)]
    return [
        "#支付宝业务汇总查询",
        f"#账号：[{seller_id}]",
        f"#账期：[{period}]",
        f"#{RULE}业务汇总列表{RULE}",
        SUMMARY_COLUMNS,
        ",".join(value + "\t" for value in values),
        f"#{RULE}业务汇总列表结束{RULE}",
    ]


def _encoded(lines: list[str]) -> bytes:
    return "".join(line + LINE_END for line in lines).encode(ENCODING, errors="replace")
