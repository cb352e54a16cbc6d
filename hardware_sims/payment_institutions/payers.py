"""The payers: they scan codes, show codes, type passwords, refuse, or wait.

Laws: a payer knows only what they can see or scan; the result is one word, "paid" or the reason why not.
"""

from collections.abc import Callable

from hardware_sims.payment_institutions.alipay import Alipay
from hardware_sims.payment_institutions.desk import SOME_PAYER
from hardware_sims.payment_institutions.institutions import Institutions
from hardware_sims.payment_institutions.trades import Manner, Refusal, Trade
from hardware_sims.payment_institutions.wechat import WeChat
from hardware_sims.timers import Timers

LATER = "later"
UNKNOWN_CODE = "unknown_code"


class Payers:
    """All payers of these institutions."""

    def __init__(self, institutions: Institutions, timers: Timers) -> None:
        self._institutions = institutions
        self._timers = timers

    def scan(self, code: str) -> str:
        """Scan a merchant's code and look at the order; return the trade's state."""
        found = self._found(code)
        if found is None:
            return UNKNOWN_CODE
        institution, out_trade_no = found
        return _word(institution.desk.scan(out_trade_no))

    def scan_and_pay(self, code: str, by: str = SOME_PAYER, after_s: float = 0.0) -> str:
        """Scan a merchant's code of either institution, and pay it, at once or later."""
        found = self._found(code)
        if found is None:
            return UNKNOWN_CODE
        institution, out_trade_no = found
        institution.desk.scan(out_trade_no)
        return self._now_or_later(after_s, lambda: institution.desk.confirm(out_trade_no, by))

    def confirm_in_app(self, parameters: dict[str, str], by: str = SOME_PAYER) -> str:
        """Confirm the order within the merchant's mini-program."""
        return _word(self._institutions.wechat.confirm_in_app(parameters, by))

    def pay_code(self, institution: str, by: str = SOME_PAYER, manner: Manner = Manner.PAYS) -> str:
        """Show the payer's own code at `wechat` or `alipay`: 18 digits for the merchant to scan."""
        return self._named(institution).desk.make_auth_code(by, manner)

    def approve(self, institution: str, out_trade_no: str, after_s: float = 0.0) -> str:
        """Type the password that the phone asks for, at once or later."""
        desk = self._named(institution).desk
        return self._now_or_later(after_s, lambda: desk.confirm(out_trade_no))

    def decline(self, institution: str, out_trade_no: str, after_s: float = 0.0) -> str:
        """Refuse to pay, at once or later."""
        desk = self._named(institution).desk
        return self._now_or_later(after_s, lambda: desk.decline(out_trade_no))

    def _now_or_later(self, after_s: float, act: Callable[[], Trade | Refusal]) -> str:
        if not after_s:
            return _word(act())

        def act_alone() -> None:
            act()  # no caller waits for the result

        self._timers.call_after(after_s, act_alone)
        return LATER

    def _named(self, institution: str) -> WeChat | Alipay:
        return self._institutions.wechat if institution == "wechat" else self._institutions.alipay

    def _found(self, code: str) -> tuple[WeChat | Alipay, str] | None:
        for institution in (self._institutions.wechat, self._institutions.alipay):
            out_trade_no = institution.trade_named(code)
            if out_trade_no is not None:
                return institution, out_trade_no
        return None


def _word(outcome: Trade | Refusal) -> str:
    return outcome.value if isinstance(outcome, Refusal) else outcome.state.value
