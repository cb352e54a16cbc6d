"""An institution's desk: the bank driven by payers, merchants and time, with the faults of money.

Laws: the desk tells its listener every change once, after it happened; later changes come by the injected timers.
"""

from collections.abc import Callable
from random import Random

from hardware_sims.payment_institutions.account import Bank
from hardware_sims.payment_institutions.china_time import WallClock
from hardware_sims.payment_institutions.faults import PAYER_TAKES_S, SLOW_REFUND_S, Fault, Faults
from hardware_sims.payment_institutions.trades import (
    Manner,
    Order,
    Refund,
    RefundRequest,
    RefundState,
    Refusal,
    Trade,
    TradeState,
)
from hardware_sims.timers import Timers

SOME_PAYER = "payer"
LETTERS_AND_DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
TOKEN_LENGTH = 16
_REFUND_ENDS = {
    Fault.REFUND_PROCESSING_THEN_SUCCESS: RefundState.SUCCESS,
    Fault.REFUND_PROCESSING_THEN_CLOSED: RefundState.CLOSED,
    Fault.REFUND_PROCESSING_THEN_ABNORMAL: RefundState.ABNORMAL,
}


class Desk:
    """One merchant's business with one institution; `refund_takes_s` is the duration of an ordinary refund."""

    def __init__(self, bank: Bank, timers: Timers, clock: WallClock, random: Random, *, refund_takes_s: float) -> None:
        self.bank = bank
        self.clock = clock
        self.faults = Faults()
        self.when_paid: Callable[[Trade], None] = lambda _trade: None
        self.when_refund_ended: Callable[[Refund], None] = lambda _refund: None
        self._timers = timers
        self._random = random
        self._refund_takes_s = refund_takes_s
        self._tokens: dict[str, str] = {}
        self._named_by: dict[str, str] = {}

    def trade(self, out_trade_no: str) -> Trade | None:
        """Look up the present state of a trade."""
        return self.bank.trade(out_trade_no, self.clock.now_ms())

    def trade_by_either(self, own_number: str | None, out_trade_no: str | None) -> Trade | None:
        """Look up a trade by the institution's number where that is given, else by the merchant's."""
        if own_number:
            return self.bank.trade_by_own_number(own_number, self.clock.now_ms())
        return None if out_trade_no is None else self.trade(out_trade_no)

    def token_of(self, trade: Trade) -> str:
        """The token by which a payer's phone names the trade; always the same one."""
        out_trade_no = trade.order.out_trade_no
        known = self._tokens.get(out_trade_no)
        if known is not None:
            return known
        token = "".join(self._random.choices(LETTERS_AND_DIGITS, k=TOKEN_LENGTH))
        self._tokens[out_trade_no] = token
        self._named_by[token] = out_trade_no
        return token

    def named_by(self, token: str) -> str | None:
        """The merchant's number of the trade that a token names."""
        return self._named_by.get(token)

    def open(self, order: Order) -> Trade | Refusal:
        """Take an order that a payer will scan or confirm."""
        return self.bank.open(order, self.clock.now_ms())

    def make_auth_code(self, payer: str, manner: Manner = Manner.PAYS) -> str:
        """Let a payer show their code."""
        return self.bank.make_auth_code(payer, manner, self.clock.now_ms())

    def pay_by_code(self, order: Order, code: str) -> Trade | Refusal:
        """Take a payment by the payer's code."""
        before = self.trade(order.out_trade_no)
        fault = self.faults.takes_one_of(Fault.USERPAYING_THEN_SUCCESS, Fault.USERPAYING_THEN_ERROR)
        manner = None if fault is None else Manner.ASKS_PASSWORD
        trade = self.bank.pay_by_code(order, code, self.clock.now_ms(), manner=manner)
        if isinstance(trade, Refusal) or before is not None:
            return trade
        if trade.state is TradeState.PAID:
            self.when_paid(trade)
        if fault is Fault.USERPAYING_THEN_SUCCESS:
            self._timers.call_after(PAYER_TAKES_S, lambda: self._confirm_if_asked(order.out_trade_no))
        if fault is Fault.USERPAYING_THEN_ERROR:
            self._timers.call_after(PAYER_TAKES_S, lambda: self._decline_silently(order.out_trade_no))
        return trade

    def scan(self, out_trade_no: str) -> Trade | Refusal:
        """Let a payer look at an order."""
        return self.bank.scan(out_trade_no, self.clock.now_ms())

    def confirm(self, out_trade_no: str, payer: str = SOME_PAYER) -> Trade | Refusal:
        """Let a payer pay a scanned order, or type the password."""
        trade = self.bank.confirm(out_trade_no, payer, self.clock.now_ms())
        if isinstance(trade, Trade):
            self.when_paid(trade)
        return trade

    def decline(self, out_trade_no: str) -> Trade | Refusal:
        """Let a payer refuse."""
        return self.bank.decline(out_trade_no, self.clock.now_ms())

    def close(self, out_trade_no: str) -> Trade | Refusal:
        """Close an unpaid trade."""
        self._race(out_trade_no)
        return self.bank.close(out_trade_no, self.clock.now_ms())

    def reverse(self, out_trade_no: str) -> Trade | Refusal:
        """Undo a trade, paid or not."""
        self._race(out_trade_no)
        return self.bank.reverse(out_trade_no, self.clock.now_ms())

    def refund(self, request: RefundRequest) -> Refund | Refusal:
        """Accept a refund; it ends later, or at once where the institution does so."""
        if self.bank.refund_of(request.out_trade_no, request.out_refund_no) is None and self.faults.takes(Fault.NOT_ENOUGH):
            return Refusal.NOT_ENOUGH
        now_ms = self.clock.now_ms()
        known = self.bank.refund_of(request.out_trade_no, request.out_refund_no)
        refund = self.bank.refund(request, now_ms)
        if isinstance(refund, Refusal) or known is not None:
            return refund
        fault = self.faults.takes_one_of(*_REFUND_ENDS)
        if fault is not None:
            self._end_refund_after(SLOW_REFUND_S, request, _REFUND_ENDS[fault])
            return refund
        if self._refund_takes_s:
            self._end_refund_after(self._refund_takes_s, request, RefundState.SUCCESS)
            return refund
        self._end_refund(request, RefundState.SUCCESS)
        return self.bank.refund_of(request.out_trade_no, request.out_refund_no) or refund

    def try_abnormal_again(self, request: RefundRequest) -> Refund | Refusal:
        """Send an abnormal refund another way, which works."""
        refund = self.bank.try_abnormal_again(request.out_trade_no, request.out_refund_no)
        if isinstance(refund, Refund):
            self._end_refund_after(self._refund_takes_s, request, RefundState.SUCCESS)
        return refund

    def _end_refund_after(self, delay_s: float, request: RefundRequest, state: RefundState) -> None:
        self._timers.call_after(delay_s, lambda: self._end_refund(request, state))

    def _end_refund(self, request: RefundRequest, state: RefundState) -> None:
        ended = self.bank.end_refund(request.out_trade_no, request.out_refund_no, state, self.clock.now_ms())
        if isinstance(ended, Refund):
            self.when_refund_ended(ended)

    def _confirm_if_asked(self, out_trade_no: str) -> None:
        trade = self.trade(out_trade_no)
        if trade is not None and trade.state is TradeState.PAYING:
            self.confirm(out_trade_no)

    def _decline_silently(self, out_trade_no: str) -> None:
        self.decline(out_trade_no)

    def _race(self, out_trade_no: str) -> None:
        trade = self.trade(out_trade_no)
        waits = trade is not None and trade.waits
        if waits and self.faults.takes(Fault.REVERSE_RACES_SUCCESS):
            self.confirm(out_trade_no)
