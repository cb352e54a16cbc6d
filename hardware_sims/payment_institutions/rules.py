"""The limits of WeChat Pay and Alipay in figures, and the forms of their numbers.

Source: both published APIs; the life of a payer's code, the fee and the form of own numbers are best knowledge.
"""

import re

from hardware_sims.payment_institutions.china_time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, beijing_time
from hardware_sims.payment_institutions.trades import Rules

WECHAT_RULES = Rules(
    order_number=re.compile(r"[0-9A-Za-z_\-|*]{6,32}"),
    auth_code=re.compile(r"1[0-5]\d{16}"),
    auth_code_prefixes=("10", "11", "12", "13", "14", "15"),
    auth_code_lives_ms=MINUTE_MS,
    scan_code_lives_ms=2 * HOUR_MS,
    paying_lives_ms=None,
    reverse_not_before_ms=15 * SECOND_MS,
    reverse_not_after_ms=7 * DAY_MS,
    refund_not_after_ms=365 * DAY_MS,
    max_refunds=50,
    refund_gap_ms=MINUTE_MS,
    refund_numbers_are_global=True,
    fee_bp=60,
)
ALIPAY_RULES = Rules(
    order_number=re.compile(r"[0-9A-Za-z_]{1,64}"),
    auth_code=re.compile(r"(2[5-9]|30)\d{14,22}"),
    auth_code_prefixes=("25", "26", "27", "28", "29", "30"),
    auth_code_lives_ms=MINUTE_MS,
    scan_code_lives_ms=2 * HOUR_MS,
    paying_lives_ms=3 * MINUTE_MS,
    reverse_not_before_ms=0,
    reverse_not_after_ms=DAY_MS,
    refund_not_after_ms=365 * DAY_MS,
    max_refunds=10_000,
    refund_gap_ms=0,
    refund_numbers_are_global=False,
    fee_bp=60,
)


def wechat_trade_number(at_ms: int, count: int) -> str:
    """28 digits."""
    return f"420000{_day(at_ms)}{count:014d}"


def wechat_refund_number(at_ms: int, count: int) -> str:
    """29 digits."""
    return f"503000{_day(at_ms)}{count:015d}"


def alipay_trade_number(at_ms: int, count: int) -> str:
    """28 digits."""
    return f"{_day(at_ms)}22001{count:015d}"


def alipay_refund_number(at_ms: int, count: int) -> str:
    """28 digits; Alipay never shows it."""
    return f"{_day(at_ms)}33001{count:015d}"


def _day(at_ms: int) -> str:
    return beijing_time(at_ms).strftime("%Y%m%d")
