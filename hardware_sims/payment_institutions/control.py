"""The control channel of the institutions: a unix socket, one JSON command a line, one JSON answer a line.

Laws: each line gets exactly one answer, {"ok": true, ...} or {"ok": false, "error": ...}; a bad command changes nothing.
"""

import asyncio
from pathlib import Path

from pydantic import ValidationError

from hardware_sims.command_socket import serve_commands
from hardware_sims.payment_institutions import commands
from hardware_sims.payment_institutions.alipay import Alipay
from hardware_sims.payment_institutions.institutions import Institutions
from hardware_sims.payment_institutions.payers import Payers
from hardware_sims.payment_institutions.wechat import WeChat

MAX_LINE_BYTES = 65_536
ENTRIES_PER_ANSWER = 100  # keeps an answer below the line limit of common readers

Answer = dict[str, object]


class InstitutionsControl:
    """Carries out commands on both institutions and the payers."""

    def __init__(self, institutions: Institutions, payers: Payers) -> None:
        self._institutions = institutions
        self._payers = payers

    def answer(self, line: bytes) -> Answer:
        """Carry out one command and return its result."""
        try:
            command = commands.COMMANDS.validate_json(line)
        except ValidationError as error:
            return {"ok": False, "error": "; ".join(f"{detail['loc']}: {detail['msg']}" for detail in error.errors())}
        return {"ok": True, **self._carry_out(command)}

    def _carry_out(self, command: commands.Command) -> Answer:
        payers = self._payers
        match command:
            case commands.Scan():
                return {"outcome": payers.scan(command.code)}
            case commands.Pay():
                return {"outcome": payers.scan_and_pay(command.code, command.by, command.after_s)}
            case commands.ConfirmInApp():
                return {"outcome": payers.confirm_in_app(command.parameters, command.by)}
            case commands.PayCode():
                return {"auth_code": payers.pay_code(command.institution, command.by, command.manner)}
            case commands.Decide():
                decide = payers.approve if command.do == "approve" else payers.decline
                return {"outcome": decide(command.institution, command.out_trade_no, command.after_s)}
            case commands.SwitchFault():
                faults = self._named(command.institution).desk.faults
                faults.switch(command.fault, on=command.on, count=command.count, operations=command.operations)
            case commands.BillsAtOnce():
                self._institutions.wechat.shelf.at_once = self._institutions.alipay.shelf.at_once = command.on
            case commands.State():
                return self._state(self._named(command.institution), command.since)
        return {}

    def _named(self, institution: commands.Institution) -> WeChat | Alipay:
        return self._institutions.wechat if institution == "wechat" else self._institutions.alipay

    def _state(self, institution: WeChat | Alipay, since: int) -> Answer:
        bank, end = institution.desk.bank, since + ENTRIES_PER_ANSWER
        trades, refunds, tries = bank.trades(self._institutions.clock.now_ms()), bank.refunds(), institution.notifier.tries
        return {
            "trade_count": len(trades),
            "trades": [
                {
                    "out_trade_no": trade.order.out_trade_no,
                    "state": trade.state,
                    "amount_fen": trade.order.amount_fen,
                    "refunded_fen": trade.refunded_fen,
                }
                for trade in trades[since:end]
            ],
            "refund_count": len(refunds),
            "refunds": [
                {
                    "out_trade_no": refund.request.out_trade_no,
                    "out_refund_no": refund.request.out_refund_no,
                    "state": refund.state,
                    "amount_fen": refund.request.amount_fen,
                }
                for refund in refunds[since:end]
            ],
            "purses_fen": dict(bank.purses),
            "notify_count": len(tries),
            "notifies": [{"about": each.about, "status": each.status, "accepted": each.accepted} for each in tries[since:end]],
            "faults": institution.desk.faults.switched_on(),
        }


async def listen(institutions: Institutions, payers: Payers, path: Path) -> asyncio.Server:
    """Answer commands on the unix socket `path`, replacing a stale one."""
    control = InstitutionsControl(institutions, payers)

    async def answer(line: bytes) -> object:
        return control.answer(line)

    return await serve_commands(answer, path, MAX_LINE_BYTES)
