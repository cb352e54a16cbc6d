"""Reading institutions' daily bills: pure.

Laws: a bill that is not as its institution describes it is refused as a whole (PeerError), never read in part; amounts are yuan
in the bill and whole fen here. Formats: as published.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from central.payments.institution import BillLine, LineKind
from protocol.errors import PeerError

FEN_PER_YUAN = 100
_TICK = "`"
_WECHAT_SUMMARY = "总交易单数"
_WECHAT_KINDS = {"SUCCESS": LineKind.PAYMENT, "REFUND": LineKind.REFUND, "REVOKED": LineKind.REVERSAL}
_ALIPAY_HEADER = "支付宝交易号"
_ALIPAY_KINDS = {"交易": LineKind.PAYMENT, "退款": LineKind.REFUND}


def fen(yuan: str) -> int:
    """Return whole fen of an amount in yuan; PeerError where the text is no amount."""
    try:
        amount = Decimal(yuan) * FEN_PER_YUAN
    except InvalidOperation as error:
        raise PeerError(f"{yuan[:20]!r} is no amount in yuan") from error
    if amount != amount.to_integral_value():
        raise PeerError(f"{yuan[:20]!r} has parts of a fen")
    return int(amount)


def read_wechat_bill(text: str) -> tuple[BillLine, ...]:
    """Return the lines of a WeChat Pay trade bill of type ALL: values after backticks, then a summary whose count must agree."""
    rows = text.removeprefix("\ufeff").splitlines()
    ends = next((place for place, row in enumerate(rows) if row.startswith(_WECHAT_SUMMARY)), None)
    if ends is None or ends + 1 >= len(rows):
        raise PeerError("the bill has no summary; download it again")
    names = rows[0].split(",")
    lines = tuple(_wechat_line(_named(names, _ticked(row))) for row in rows[1:ends])
    if _ticked(rows[ends + 1])[0] != str(len(lines)):
        raise PeerError(f"the bill has {len(lines)} lines, and its summary says another count; download it again")
    return lines


def read_alipay_bill(text: str) -> tuple[BillLine, ...]:
    """Return the lines of the details file of an Alipay trade bill: framed by # lines, padded with blanks and tabs."""
    rows = [row for row in text.splitlines() if row.strip() and not row.startswith("#")]
    if not rows or not rows[0].startswith(_ALIPAY_HEADER):
        raise PeerError("the bill does not begin with its columns; download it again")
    names = [name.strip() for name in rows[0].split(",")]
    return tuple(_alipay_line(_named(names, [value.strip() for value in row.split(",")])) for row in rows[1:])


def is_alipay_details(text: str) -> bool:
    """Return whether a file of the zip holds the details, and not their summary."""
    return any(row.startswith(_ALIPAY_HEADER) for row in text.splitlines())


def _ticked(row: str) -> list[str]:
    return row.removeprefix(_TICK).split(f",{_TICK}")


def _named(names: Iterable[str], values: Iterable[str]) -> Mapping[str, str]:
    try:
        return dict(zip(names, values, strict=True))
    except ValueError as error:
        raise PeerError("a line of the bill has more or fewer values than columns; download it again") from error


def _wechat_line(row: Mapping[str, str]) -> BillLine:
    try:
        kind = _WECHAT_KINDS[row["交易状态"]]
        amount = row["订单金额"] if kind is LineKind.PAYMENT else row["申请退款金额"]
        refund_number = row["商户退款单号"] if kind is LineKind.REFUND else ""
        return BillLine(kind, row["商户订单号"], refund_number, row["微信订单号"], fen(amount))
    except KeyError as error:
        raise PeerError(f"the bill has no column or state {error}") from error


def _alipay_line(row: Mapping[str, str]) -> BillLine:
    try:
        kind, number, request = _ALIPAY_KINDS[row["业务类型"]], row["商户订单号"], row["退款批次号/请求号"]
        if kind is LineKind.REFUND and request in ("", number):
            kind, request = LineKind.REVERSAL, ""
        return BillLine(kind, number, request, row["支付宝交易号"], abs(fen(row["订单金额"])))
    except KeyError as error:
        raise PeerError(f"the bill has no column or kind {error}") from error
