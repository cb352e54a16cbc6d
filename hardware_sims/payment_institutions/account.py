"""The bank behind both institutions: trades, refunds and its book, as a state machine with time as an argument.

Laws: a refusal changes nothing; a number pays once and refunds once; money moves only together with a line in the book; a final
state never changes. Chance comes only from the given `Random`.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

from hardware_sims.payment_institutions.trades import (
    AuthCode,
    Booking,
    BookingKind,
    Manner,
    Order,
    OrderKind,
    Refund,
    RefundRequest,
    RefundState,
    Refusal,
    Rules,
    Trade,
    TradeState,
)

BP = 10_000
AUTH_CODE_DIGITS = 18
Numbering = Callable[[int, int], str]  # epoch ms, count -> the institution's own number


class Bank:
    """One merchant's account with one institution."""

    def __init__(self, rules: Rules, random: Random, number_trade: Numbering, number_refund: Numbering) -> None:
        self.rules = rules
        self.book: list[Booking] = []
        self.purses: Counter[str] = Counter()  # each payer's spending less refunds, in fen
        self._random = random
        self._number_trade = number_trade
        self._number_refund = number_refund
        self._trades: dict[str, Trade] = {}
        self._out_trade_no_of: dict[str, str] = {}
        self._refunds: dict[tuple[str, str], Refund] = {}
        self._codes: dict[str, AuthCode] = {}

    def trade(self, out_trade_no: str, now_ms: int) -> Trade | None:
        """Look up a trade by the merchant's number; close it where its time has run out."""
        known = self._trades.get(out_trade_no)
        return None if known is None else self._aged(known, now_ms)

    def trade_by_own_number(self, trade_no: str, now_ms: int) -> Trade | None:
        """Look up a trade by the institution's number."""
        out_trade_no = self._out_trade_no_of.get(trade_no)
        return None if out_trade_no is None else self.trade(out_trade_no, now_ms)

    def trades(self, now_ms: int) -> list[Trade]:
        """Every trade, in order of its opening."""
        return [self._aged(trade, now_ms) for trade in list(self._trades.values())]

    def refund_of(self, out_trade_no: str, out_refund_no: str) -> Refund | None:
        """Look up a refund; where refund numbers are global, the trade's number does not matter."""
        return self._refunds.get(self._refund_key(out_trade_no, out_refund_no))

    def refunds(self) -> list[Refund]:
        """Every refund, in order of its acceptance."""
        return list(self._refunds.values())

    def open(self, order: Order, now_ms: int) -> Trade | Refusal:
        """Open a trade to be scanned or confirmed; a repeated order returns the same trade."""
        if not self.rules.order_number.fullmatch(order.out_trade_no):
            return Refusal.BAD_NUMBER
        if order.amount_fen < 1:
            return Refusal.BAD_AMOUNT
        known = self.trade(order.out_trade_no, now_ms)
        if known is not None:
            return self._once_more(known, order)
        trade_no = self._number_trade(now_ms, len(self._trades) + 1)
        self._out_trade_no_of[trade_no] = order.out_trade_no
        return self._kept(Trade(order, trade_no, now_ms, self._expires_at_ms(order, now_ms)))

    def make_auth_code(self, payer: str, manner: Manner, now_ms: int) -> str:
        """Show a payer's code: 18 digits, for one trade, for a short time."""
        prefix = self._random.choice(self.rules.auth_code_prefixes)
        digits = AUTH_CODE_DIGITS - len(prefix)
        code = f"{prefix}{self._random.randrange(10**digits):0{digits}d}"
        self._codes[code] = AuthCode(payer, manner, now_ms)
        return code

    def pay_by_code(self, order: Order, code: str, now_ms: int, *, manner: Manner | None = None) -> Trade | Refusal:
        """Open a trade and pay it by the payer's code, in the code's manner or in the given one."""
        refusal = self._code_refusal(order, code, now_ms)
        if refusal is not None:
            return refusal
        opened = self.open(order, now_ms)
        if isinstance(opened, Refusal) or opened.state is not TradeState.OPEN:
            return opened
        auth = self._codes[code]
        auth.used_by = order.out_trade_no
        paying = self._kept(replace(opened, state=TradeState.PAYING, payer=auth.payer, auth_code=code, scanned=True))
        match manner or auth.manner:
            case Manner.PAYS:
                return self._paid(paying, auth.payer, now_ms)
            case Manner.NO_MONEY:
                self._kept(replace(paying, state=TradeState.FAILED, ended_at_ms=now_ms))
                return Refusal.NO_MONEY
            case Manner.ASKS_PASSWORD:
                return paying

    def scan(self, out_trade_no: str, now_ms: int) -> Trade | Refusal:
        """Let a payer look at the order without paying."""
        trade = self.trade(out_trade_no, now_ms)
        if trade is None:
            return Refusal.UNKNOWN_TRADE
        return self._kept(replace(trade, scanned=True)) if trade.state is TradeState.OPEN else trade

    def confirm(self, out_trade_no: str, payer: str, now_ms: int) -> Trade | Refusal:
        """Let the payer pay: by scanning a code, or by typing the password."""
        trade = self._unpaid(out_trade_no, now_ms)
        return trade if isinstance(trade, Refusal) else self._paid(trade, trade.payer or payer, now_ms)

    def decline(self, out_trade_no: str, now_ms: int) -> Trade | Refusal:
        """Let the payer refuse: a payment by code fails, a scanned one stays open for others."""
        trade = self.trade(out_trade_no, now_ms)
        if trade is None:
            return Refusal.UNKNOWN_TRADE
        if trade.state is not TradeState.PAYING:
            return trade
        return self._kept(replace(trade, state=TradeState.FAILED, ended_at_ms=now_ms))

    def close(self, out_trade_no: str, now_ms: int) -> Trade | Refusal:
        """Close an unpaid trade; it can never be paid again."""
        trade = self._unpaid(out_trade_no, now_ms)
        return trade if isinstance(trade, Refusal) else self._kept(replace(trade, state=TradeState.CLOSED, ended_at_ms=now_ms))

    def reverse(self, out_trade_no: str, now_ms: int) -> Trade | Refusal:
        """Undo a trade: return paid money, or close an unpaid trade for ever; a repeated call gets the same answer."""
        trade = self.trade(out_trade_no, now_ms)
        if trade is None:
            return Refusal.UNKNOWN_TRADE
        if trade.state is TradeState.REVERSED:
            return trade
        if now_ms - trade.created_at_ms < self.rules.reverse_not_before_ms:
            return Refusal.TOO_SOON
        if trade.state is not TradeState.PAID:
            return self._kept(replace(trade, state=TradeState.REVERSED, ended_at_ms=now_ms))
        assert trade.paid_at_ms is not None, "what is paid has a time of payment"
        if trade.refund_count:
            return Refusal.REFUNDED_ALREADY
        if now_ms - trade.paid_at_ms > self.rules.reverse_not_after_ms:
            return Refusal.TOO_LATE
        reversed_ = self._kept(replace(trade, state=TradeState.REVERSED, ended_at_ms=now_ms))
        self._move(reversed_, trade.order.amount_fen)
        self.book.append(Booking(BookingKind.REVERSAL, now_ms, reversed_, trade.order.amount_fen, trade.fee_fen))
        return reversed_

    def refund(self, request: RefundRequest, now_ms: int) -> Refund | Refusal:
        """Accept a refund, still processing; a repeated number returns the same refund."""
        known = self.refund_of(request.out_trade_no, request.out_refund_no)
        if known is not None:
            same = (known.request.out_trade_no, known.request.amount_fen) == (request.out_trade_no, request.amount_fen)
            return known if same else Refusal.OTHER_REFUND
        trade = self.trade(request.out_trade_no, now_ms)
        if trade is None:
            return Refusal.UNKNOWN_TRADE
        refusal = self._refund_refusal(trade, request, now_ms)
        if refusal is not None:
            return refusal
        refunded = trade.refunded_fen + request.amount_fen
        fee_back = self._fee_share(trade, refunded) - self._fee_share(trade, trade.refunded_fen)
        refund = Refund(request, self._number_refund(now_ms, len(self._refunds) + 1), now_ms, fee_back)
        self._refunds[self._refund_key(request.out_trade_no, request.out_refund_no)] = refund
        kept = self._kept(replace(trade, refunded_fen=refunded, last_refund_at_ms=now_ms, refund_count=trade.refund_count + 1))
        self.book.append(Booking(BookingKind.REFUND_ACCEPTED, now_ms, kept, request.amount_fen, fee_back, refund))
        return refund

    def end_refund(self, out_trade_no: str, out_refund_no: str, state: RefundState, now_ms: int) -> Refund | Refusal:
        """End a processing refund; CLOSED makes the amount refundable again, under another number."""
        refund = self.refund_of(out_trade_no, out_refund_no)
        if refund is None:
            return Refusal.UNKNOWN_REFUND
        if refund.state is not RefundState.PROCESSING or state is RefundState.PROCESSING:
            return refund
        ended = self._kept_refund(replace(refund, state=state, ended_at_ms=now_ms))
        trade = self._trades[refund.request.out_trade_no]
        amount_fen = refund.request.amount_fen
        if state is RefundState.CLOSED:
            self._kept(replace(trade, refunded_fen=trade.refunded_fen - amount_fen))
        if state is RefundState.SUCCESS:
            self._move(trade, amount_fen)
            self.book.append(Booking(BookingKind.REFUND_DONE, now_ms, trade, amount_fen, refund.fee_back_fen, ended))
        return ended

    def try_abnormal_again(self, out_trade_no: str, out_refund_no: str) -> Refund | Refusal:
        """Send an abnormal refund another way: it is processing again."""
        refund = self.refund_of(out_trade_no, out_refund_no)
        if refund is None:
            return Refusal.UNKNOWN_REFUND
        if refund.state is not RefundState.ABNORMAL:
            return Refusal.OTHER_REFUND
        return self._kept_refund(replace(refund, state=RefundState.PROCESSING, ended_at_ms=None))

    def _expires_at_ms(self, order: Order, now_ms: int) -> int | None:
        if order.expires_at_ms is not None:
            return order.expires_at_ms
        by_rule = self.rules.paying_lives_ms if order.kind is OrderKind.PAY_CODE else self.rules.scan_code_lives_ms
        lives_ms = by_rule if order.lives_ms is None else order.lives_ms
        return None if lives_ms is None else now_ms + lives_ms

    def _unpaid(self, out_trade_no: str, now_ms: int) -> Trade | Refusal:
        trade = self.trade(out_trade_no, now_ms)
        return Refusal.UNKNOWN_TRADE if trade is None else _if_unpaid(trade)

    def _once_more(self, known: Trade, order: Order) -> Trade | Refusal:
        return _if_unpaid(known) if known.order == order else Refusal.OTHER_ORDER

    def _code_refusal(self, order: Order, code: str, now_ms: int) -> Refusal | None:
        auth = self._codes.get(code)
        if auth is None or not self.rules.auth_code.fullmatch(code):
            return Refusal.CODE_INVALID
        if auth.used_by == order.out_trade_no:
            return None
        known = self.trade(order.out_trade_no, now_ms)
        if known is not None and known.auth_code is not None:
            refused = self._once_more(known, order)
            return refused if isinstance(refused, Refusal) else Refusal.OTHER_ORDER
        if auth.used_by is not None:
            return Refusal.CODE_USED
        return Refusal.CODE_EXPIRED if now_ms - auth.made_at_ms > self.rules.auth_code_lives_ms else None

    def _refund_refusal(self, trade: Trade, request: RefundRequest, now_ms: int) -> Refusal | None:
        if trade.state is not TradeState.PAID or trade.paid_at_ms is None:
            return Refusal.NOT_PAID
        if not request.out_refund_no:
            return Refusal.BAD_NUMBER
        if request.amount_fen < 1:
            return Refusal.BAD_AMOUNT
        if now_ms - trade.paid_at_ms > self.rules.refund_not_after_ms:
            return Refusal.TOO_LATE
        if trade.refunded_fen + request.amount_fen > trade.order.amount_fen:
            return Refusal.OVER_REFUND
        if trade.refund_count >= self.rules.max_refunds:
            return Refusal.TOO_MANY_REFUNDS
        if trade.last_refund_at_ms is not None and now_ms - trade.last_refund_at_ms < self.rules.refund_gap_ms:
            return Refusal.TOO_OFTEN
        return None

    def _paid(self, trade: Trade, payer: str, now_ms: int) -> Trade:
        fee_fen = (trade.order.amount_fen * self.rules.fee_bp + BP // 2) // BP
        paid = self._kept(replace(trade, state=TradeState.PAID, payer=payer, paid_at_ms=now_ms, scanned=True, fee_fen=fee_fen))
        self._move(paid, -trade.order.amount_fen)
        self.book.append(Booking(BookingKind.PAYMENT, now_ms, paid, trade.order.amount_fen, fee_fen))
        return paid

    def _move(self, trade: Trade, to_payer_fen: int) -> None:
        assert trade.payer is not None, "money moves only for a trade that a payer paid"
        self.purses[trade.payer] += to_payer_fen

    def _fee_share(self, trade: Trade, part_fen: int) -> int:
        return trade.fee_fen * part_fen // trade.order.amount_fen

    def _aged(self, trade: Trade, now_ms: int) -> Trade:
        if not trade.waits or trade.expires_at_ms is None or now_ms < trade.expires_at_ms:
            return trade
        return self._kept(replace(trade, state=TradeState.CLOSED, ended_at_ms=trade.expires_at_ms))

    def _kept(self, trade: Trade) -> Trade:
        self._trades[trade.order.out_trade_no] = trade
        return trade

    def _kept_refund(self, refund: Refund) -> Refund:
        self._refunds[self._refund_key(refund.request.out_trade_no, refund.request.out_refund_no)] = refund
        return refund

    def _refund_key(self, out_trade_no: str, out_refund_no: str) -> tuple[str, str]:
        return ("" if self.rules.refund_numbers_are_global else out_trade_no, out_refund_no)


def _if_unpaid(trade: Trade) -> Trade | Refusal:
    if trade.state is TradeState.PAID:
        return Refusal.PAID_ALREADY
    return trade if trade.waits else Refusal.CLOSED_ALREADY
