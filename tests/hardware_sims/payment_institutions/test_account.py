"""The bank: each rule refuses the wrong calls, and in any order of events the bills add up to the money that moved."""

import csv
import io
import zipfile
from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from hardware_sims.payment_institutions import alipay_bill, trades, wechat_bill
from hardware_sims.payment_institutions.account import Bank
from hardware_sims.payment_institutions.china_time import DAY_MS, MINUTE_MS, beijing_day
from hardware_sims.payment_institutions.rules import (
    ALIPAY_RULES,
    WECHAT_RULES,
    wechat_refund_number,
    wechat_trade_number,
)
from tests.builders.institutions import NOON_MS

ORDER = trades.Order("order_0001", 8000, "门票", trades.OrderKind.SCAN, "wx1")
BY_CODE = replace(ORDER, kind=trades.OrderKind.PAY_CODE)


def bank_of(rules: trades.Rules = WECHAT_RULES) -> Bank:
    return Bank(rules, Random(1), wechat_trade_number, wechat_refund_number)  # noqa: S311 - seeded on purpose


def paid_bank(fen: int = 8000, rules: trades.Rules = WECHAT_RULES) -> Bank:
    bank = bank_of(rules)
    bank.open(replace(ORDER, amount_fen=fen), NOON_MS)
    bank.confirm("order_0001", "zhang", NOON_MS)
    return bank


@pytest.mark.parametrize("number", ["short", "a" * 33, "with space", "中文号码六位", ""])
def test_a_bad_order_number_is_refused(number: str) -> None:
    assert bank_of().open(replace(ORDER, out_trade_no=number), NOON_MS) is trades.Refusal.BAD_NUMBER


def test_an_order_is_open_for_two_hours() -> None:
    bank = bank_of()
    bank.open(ORDER, NOON_MS)
    last = bank.trade("order_0001", NOON_MS + 120 * MINUTE_MS - 1)
    assert last is not None
    assert last.state is trades.TradeState.OPEN
    assert bank.confirm("order_0001", "zhang", NOON_MS + 120 * MINUTE_MS) is trades.Refusal.CLOSED_ALREADY


@pytest.mark.parametrize("prefixes", [WECHAT_RULES, ALIPAY_RULES])
def test_a_payers_code_has_18_digits_that_the_institution_knows(prefixes: trades.Rules) -> None:
    bank = bank_of(prefixes)
    for _ in range(50):
        code = bank.make_auth_code("zhang", trades.Manner.PAYS, NOON_MS)
        assert len(code) == 18
        assert prefixes.auth_code.fullmatch(code)


def test_fifty_parts_and_no_more() -> None:
    bank = paid_bank()
    for part in range(50):
        assert not isinstance(
            bank.refund(trades.RefundRequest("order_0001", f"r{part}", 1), NOON_MS + part * MINUTE_MS), trades.Refusal
        )
    assert bank.refund(trades.RefundRequest("order_0001", "r50", 1), NOON_MS + 50 * MINUTE_MS) is trades.Refusal.TOO_MANY_REFUNDS


@pytest.mark.parametrize(
    ("after_ms", "fen", "refusal"),
    [
        (MINUTE_MS, 4000, None),
        (MINUTE_MS - 1, 4000, trades.Refusal.TOO_OFTEN),
        (MINUTE_MS, 4001, trades.Refusal.OVER_REFUND),
        (MINUTE_MS, 0, trades.Refusal.BAD_AMOUNT),
        (365 * DAY_MS, 4000, None),
        (365 * DAY_MS + 1, 4000, trades.Refusal.TOO_LATE),
    ],
)
def test_a_second_refund(after_ms: int, fen: int, refusal: trades.Refusal | None) -> None:
    bank = paid_bank()
    bank.refund(trades.RefundRequest("order_0001", "r1", 4000), NOON_MS)
    refund = bank.refund(trades.RefundRequest("order_0001", "r2", fen), NOON_MS + after_ms)
    assert (refund if isinstance(refund, trades.Refusal) else None) is refusal


def test_a_closed_refund_can_be_asked_for_again_under_another_number_only() -> None:
    bank = paid_bank()
    bank.refund(trades.RefundRequest("order_0001", "r1", 8000), NOON_MS)
    bank.end_refund("order_0001", "r1", trades.RefundState.CLOSED, NOON_MS)
    later = NOON_MS + MINUTE_MS
    again = bank.refund(trades.RefundRequest("order_0001", "r1", 8000), later)
    assert not isinstance(again, trades.Refusal)
    assert again.state is trades.RefundState.CLOSED
    assert not isinstance(bank.refund(trades.RefundRequest("order_0001", "r2", 8000), later), trades.Refusal)


@pytest.mark.parametrize(
    ("after_ms", "refusal"),
    [(14_999, trades.Refusal.TOO_SOON), (15_000, None), (7 * DAY_MS, None), (7 * DAY_MS + 1, trades.Refusal.TOO_LATE)],
)
def test_reversing_has_its_time(after_ms: int, refusal: trades.Refusal | None) -> None:
    bank = bank_of()
    bank.pay_by_code(BY_CODE, bank.make_auth_code("zhang", trades.Manner.PAYS, NOON_MS), NOON_MS)
    undone = bank.reverse("order_0001", NOON_MS + after_ms)
    assert (undone if isinstance(undone, trades.Refusal) else None) is refusal


def test_what_was_refunded_is_not_reversed_and_the_other_way_round() -> None:
    bank = paid_bank()
    bank.refund(trades.RefundRequest("order_0001", "r1", 1), NOON_MS)
    assert bank.reverse("order_0001", NOON_MS + MINUTE_MS) is trades.Refusal.REFUNDED_ALREADY
    other = paid_bank()
    other.reverse("order_0001", NOON_MS + MINUTE_MS)
    assert other.refund(trades.RefundRequest("order_0001", "r1", 1), NOON_MS + MINUTE_MS) is trades.Refusal.NOT_PAID


def test_the_fee_goes_back_with_the_money_to_the_last_fen() -> None:
    bank = paid_bank(fen=999, rules=replace(WECHAT_RULES, refund_gap_ms=0, max_refunds=999))
    for part in range(999):
        bank.refund(trades.RefundRequest("order_0001", f"r{part}", 1), NOON_MS)
    paid, *refunds = bank.book
    assert paid.fee_fen == 6
    assert sum(booking.fee_fen for booking in refunds) == 6


STEPS = 3_000
FEN = (1, 100, 199, 200)  # few amounts, so that parts often equal wholes
WAITS_S = (1, 20, 60, 3600, 86_400)


class Days:
    """Merchants and payers act in a random order from a seed, for some days; the test counts their spending separately."""

    def __init__(self, rules: trades.Rules, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - seeded on purpose
        self.bank = bank_of(rules)
        self.now_ms = NOON_MS
        self.spent_fen = 0
        self.accepted_fen = 0
        self.seen: Counter[str] = Counter()
        self.orders: list[str] = []
        self.refunds: list[tuple[str, str]] = []

    def step(self) -> None:
        deeds = (self.order, self.pay_by_code, self.confirm, self.confirm, self.give_up, self.reverse, self.wait)
        self.random.choice((*deeds, *[self.refund] * 4, *[self.end_refund] * 3))()

    def order(self) -> None:
        self.orders.append(f"order_{len(self.orders):04d}")
        self.bank.open(replace(ORDER, out_trade_no=self.orders[-1], amount_fen=self.random.choice(FEN)), self.now_ms)

    def pay_by_code(self) -> None:
        code = self.bank.make_auth_code("zhang", self.random.choice(list(trades.Manner)), self.now_ms)
        self.orders += [] if self.orders and self.random.random() < 0.2 else [f"order_{len(self.orders):04d}"]
        order = replace(BY_CODE, out_trade_no=self.orders[-1], amount_fen=self.random.choice(FEN))
        self._count_paid(self.bank.pay_by_code(order, code, self.now_ms))

    def confirm(self) -> None:
        self._count_paid(self.bank.confirm(self._some_order(), self.random.choice(["zhang", "li"]), self.now_ms))

    def give_up(self) -> None:
        self.random.choice([self.bank.decline, self.bank.close])(self._some_order(), self.now_ms)

    def reverse(self) -> None:
        number = self._some_order()
        before, undone = self.bank.trade(number, self.now_ms), self.bank.reverse(number, self.now_ms)
        if isinstance(undone, trades.Trade) and before is not None and before.state is trades.TradeState.PAID:
            self.seen["reversed"] += 1
            self.spent_fen -= undone.order.amount_fen

    def refund(self) -> None:
        number, refund_number = self._some_order(), f"r{self.random.randrange(3 * len(self.orders) + 1)}"
        known = self.bank.refund_of(number, refund_number)
        refund = self.bank.refund(trades.RefundRequest(number, refund_number, self.random.choice(FEN)), self.now_ms)
        if known is None and not isinstance(refund, trades.Refusal):
            self.refunds.append((number, refund_number))
            self.accepted_fen += refund.request.amount_fen

    def end_refund(self) -> None:
        if not self.refunds:
            return
        named, state = self.random.choice(self.refunds[-5:]), self.random.choice(list(trades.RefundState))
        before = self.bank.refund_of(*named)
        self.bank.end_refund(*named, state, self.now_ms)
        if before is not None and before.state is trades.RefundState.PROCESSING:
            self.seen[state] += 1
            self.spent_fen -= before.request.amount_fen if state is trades.RefundState.SUCCESS else 0

    def wait(self) -> None:
        self.now_ms += 1000 * self.random.choice(WAITS_S)

    def check(self) -> None:
        assert -sum(self.bank.purses.values()) == self.spent_fen
        assert all(purse <= 0 for purse in self.bank.purses.values())
        kept: Counter[str] = Counter()
        for refund in self.bank.refunds():
            kept[refund.request.out_trade_no] += refund.request.amount_fen * (refund.state is not trades.RefundState.CLOSED)
        for trade in self.bank.trades(self.now_ms):
            assert trade.refunded_fen == kept[trade.order.out_trade_no] <= trade.order.amount_fen
        for kind in (trades.BookingKind.PAYMENT, trades.BookingKind.REVERSAL):
            numbers = [booking.trade.order.out_trade_no for booking in self.bank.book if booking.kind is kind]
            assert len(numbers) == len(set(numbers))

    def _count_paid(self, trade: trades.Trade | trades.Refusal) -> None:
        if isinstance(trade, trades.Trade) and trade.state is trades.TradeState.PAID:
            self.seen["paid"] += 1
            self.spent_fen += trade.order.amount_fen

    def _some_order(self) -> str:
        return self.random.choice(self.orders[-4:] or ["order_none"])


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("rules", [WECHAT_RULES, ALIPAY_RULES], ids=["wechat", "alipay"])
def test_in_any_order_of_events_the_bills_add_up_to_the_money_that_moved(rules: trades.Rules, seed: int) -> None:
    days = Days(rules, seed)
    for step in range(STEPS):
        days.step()
        if step % 50 == 0:
            days.check()
    days.check()
    periods = [beijing_day(at_ms).isoformat() for at_ms in range(NOON_MS, days.now_ms + DAY_MS, DAY_MS)]
    assert alipay_net_fen(days.bank, periods) == days.spent_fen
    done = sum(booking.amount_fen for booking in days.bank.book if booking.kind is trades.BookingKind.REFUND_DONE)
    assert wechat_net_fen(days.bank, periods) == days.spent_fen + done - days.accepted_fen
    assert min(days.seen[each] for each in ("paid", "reversed", *trades.RefundState)) > 0, days.seen


def fen(yuan: str) -> int:
    return round(float(yuan) * 100)


def wechat_net_fen(bank: Bank, days: list[str]) -> int:
    """Money in less money out, by the rows of all days; each day's summary must be the sum of its rows."""
    net = 0
    for day in days:
        text = wechat_bill.bill_text(bank.book, day, "1900000109", 60)
        if text is None:
            continue
        _, *rows, _, summary = [line[1:].split(",`") for line in text.splitlines()]
        taken, returned = sum(fen(row[12]) for row in rows), sum(fen(row[16]) for row in rows)
        assert (len(rows), taken, returned) == (int(summary[0]), fen(summary[1]), fen(summary[2]))
        net += taken - returned
    return net


def alipay_net_fen(bank: Bank, days: list[str]) -> int:
    """Money in less money out, by the rows of all days; each day's summary must be the sum of its rows."""
    net = 0
    for day in days:
        packed = alipay_bill.bill_zip(bank.book, day, "2088")
        if packed is None:
            continue
        details, summary = (list(csv.reader(io.StringIO(text))) for text in alipay_texts(packed))
        rows = [row for row in details if not row[0].startswith("#")][1:]
        day_net = sum(fen(row[11]) for row in rows)
        assert fen(next(row for row in summary if row[0].startswith("合计"))[4]) == day_net
        net += day_net
    return net


def alipay_texts(packed: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        return [files.read(name).decode("gbk") for name in files.namelist()]
