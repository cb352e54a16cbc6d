"""Payers, in process and through the control socket of a separate process; the files for a merchant."""

import asyncio
import json
import os
import signal
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from alipay import AliPay
from wechatpayv3 import WeChatPay, WeChatPayType

from hardware_sims.payment_institutions.control import InstitutionsControl
from hardware_sims.payment_institutions.faults import Fault, Faults, Operation
from hardware_sims.payment_institutions.payers import Payers
from hardware_sims.payment_institutions.trades import Manner
from tests.builders.institutions import AlipayClient, Town, WeChatClient

pytestmark = pytest.mark.real_time

WAIT_S = 60.0


@pytest.fixture
def payers(there: Town) -> Payers:
    return Payers(there.institutions, there.timers)


@pytest.fixture
def control(there: Town, payers: Payers) -> InstitutionsControl:
    return InstitutionsControl(there.institutions, payers)


def do(control: InstitutionsControl, **command: object) -> dict[str, Any]:
    return control.answer(json.dumps(command).encode())


async def test_a_payer_scans_any_merchants_code(wechat: WeChatClient, alipay: AlipayClient, payers: Payers) -> None:
    _, said = await wechat.native("order_0001", 8000)
    assert payers.scan(said["code_url"]) == "open"
    assert payers.scan_and_pay(said["code_url"], by="zhang") == "paid"
    assert payers.scan_and_pay(said["code_url"], by="li") == "paid_already"
    other = await alipay.call("precreate", subject="门票", out_trade_no="order_0001", total_amount="80.00")
    assert payers.scan_and_pay(other["qr_code"], by="wang") == "paid"
    assert payers.scan_and_pay("https://example.com/") == "unknown_code"


async def test_a_payer_takes_their_time(there: Town, wechat: WeChatClient, payers: Payers) -> None:
    _, said = await wechat.native("order_0001", 8000)
    assert payers.scan_and_pay(said["code_url"], after_s=30) == "later"
    await there.wait(29)
    assert there.merchant.told == []
    await there.wait(1)
    assert len(there.merchant.told) == 1


@pytest.mark.parametrize(("does", "outcome"), [("approve", "paid"), ("decline", "failed")])
async def test_a_payer_who_is_asked_decides(alipay: AlipayClient, control: InstitutionsControl, does: str, outcome: str) -> None:
    code = do(control, do="pay_code", institution="alipay", manner=Manner.ASKS_PASSWORD)["auth_code"]
    await alipay.pay("order_0001", "80.00", code)
    answer = do(control, do=does, institution="alipay", out_trade_no="order_0001")
    assert answer == {"ok": True, "outcome": outcome}


async def test_the_state_tells_all(there: Town, wechat: WeChatClient, control: InstitutionsControl) -> None:
    _, said = await wechat.native("order_0001", 8000)
    assert do(control, do="fault", institution="wechat", fault="duplicate_notify", count=2) == {"ok": True}
    assert do(control, do="pay", code=said["code_url"], by="zhang") == {"ok": True, "outcome": "paid"}
    await wechat.refund("order_0001", "refund_1", 3000, 8000)
    await there.wait(1)
    state = do(control, do="state", institution="wechat")
    trade = {"out_trade_no": "order_0001", "state": "paid", "amount_fen": 8000, "refunded_fen": 3000}
    assert (state["trades"], state["purses_fen"]) == ([trade], {"zhang": -5000})
    assert [refund["state"] for refund in state["refunds"]] == ["success"]
    assert (state["notify_count"], state["faults"]) == (4, {})
    assert do(control, do="state", institution="wechat", since=1)["trades"] == []
    assert do(control, do="state", institution="alipay")["trade_count"] == 0


async def test_bills_can_be_had_at_once(wechat: WeChatClient, control: InstitutionsControl) -> None:
    _, said = await wechat.native("order_0001", 8000)
    do(control, do="pay", code=said["code_url"])
    assert (await wechat.call("trade_bill", bill_date="2026-11-23"))[0] == 400
    do(control, do="bills_at_once", on=True)
    assert (await wechat.call("trade_bill", bill_date="2026-11-23"))[0] == 200


@pytest.mark.parametrize(
    "command",
    [
        {"do": "rob"},
        {"do": "pay"},
        {"do": "pay", "code": "x", "more": 1},
        {"do": "fault", "institution": "unionpay", "fault": "silent"},
        {"do": "fault", "institution": "wechat", "fault": "bored"},
        {"do": "fault", "institution": "wechat", "fault": "silent", "count": 0},
    ],
)
def test_a_bad_command_changes_nothing(control: InstitutionsControl, command: dict[str, object]) -> None:
    answer = do(control, **command)
    assert answer["ok"] is False
    assert answer["error"]


def test_a_fault_counts_and_keeps_to_its_operations() -> None:
    faults = Faults()
    faults.switch(Fault.LOST_REPLY, count=2)
    assert not faults.takes(Fault.LOST_REPLY, Operation.QUERY), "what is only asked is not what gets lost"
    assert [faults.takes(Fault.LOST_REPLY, Operation.REFUND) for _ in range(3)] == [True, True, False]
    faults.switch(Fault.SILENT, operations=frozenset({Operation.QUERY}))
    assert faults.takes(Fault.SILENT, Operation.QUERY)
    assert not faults.takes(Fault.SILENT, Operation.ORDER)
    faults.switch(Fault.SILENT, on=False)
    assert faults.switched_on() == {}


async def test_a_process_of_its_own_serves_a_merchant_who_has_its_directory_only(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hardware_sims", "institutions", "--dir", str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        ready = json.loads(await asyncio.wait_for(process.stdout.readline(), WAIT_S))["ready"]
        reader, writer = await asyncio.open_unix_connection(ready["control"])
        status, said = await asyncio.to_thread(wechat_by_directory(tmp_path / "wechat").pay, **NATIVE)
        assert status == 200
        writer.write(json.dumps({"do": "pay", "code": json.loads(said)["code_url"]}).encode() + b"\n")
        assert json.loads(await asyncio.wait_for(reader.readline(), WAIT_S)) == {"ok": True, "outcome": "paid"}
        writer.close()
        alipay = alipay_by_directory(tmp_path / "alipay")
        assert (await asyncio.to_thread(alipay.api_alipay_trade_query, "order_0001"))["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    finally:
        os.kill(process.pid, signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), WAIT_S) == 0
    assert not (tmp_path / "control").exists()
    for secret in ("wechat/merchant_private_key.pem", "wechat/merchant.json", "alipay/app_private_key.pem"):
        assert stat.S_IMODE((tmp_path / secret).stat().st_mode) == 0o600


NATIVE = {"description": "门票", "out_trade_no": "order_0001", "amount": {"total": 1}, "notify_url": "http://127.0.0.1:9/"}


def wechat_by_directory(directory: Path) -> WeChatPay:
    facts = json.loads((directory / "merchant.json").read_text())
    client = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=facts["mchid"],
        private_key=(directory / facts["merchant_private_key"]).read_text(),
        cert_serial_no=facts["merchant_serial"],
        appid=facts["app_id"],
        apiv3_key=facts["api_v3_key"],
        public_key=(directory / facts["public_key"]).read_text(),
        public_key_id=facts["public_key_id"],
    )
    client._core._gate_way = facts["base_url"]  # noqa: SLF001 - the SDK has no other way to name a sandbox
    return client


def alipay_by_directory(directory: Path) -> AliPay:
    facts = json.loads((directory / "merchant.json").read_text())
    client = AliPay(
        appid=facts["app_id"],
        app_private_key_string=(directory / facts["app_private_key"]).read_text(),
        alipay_public_key_string=(directory / facts["public_key"]).read_text(),
    )
    client._gateway = facts["gateway_url"]  # noqa: SLF001 - the SDK has no other way to name a sandbox
    return client
