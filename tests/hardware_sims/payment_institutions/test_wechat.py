"""WeChat Pay by an independent client: orders, codes, callbacks, refunds, and each fault of the wire."""

import json

import pytest
import requests
from aiohttp import web
from wechatpayv3 import WeChatPayType

from hardware_sims.payment_institutions.faults import Fault, Operation
from hardware_sims.payment_institutions.institutions import InstitutionsSetup
from hardware_sims.payment_institutions.trades import Manner, Trade
from tests.builders.institutions import NOON_MS, Town, WeChatClient, real_now_ms, town

pytestmark = pytest.mark.real_time


async def sold(there: Town, wechat: WeChatClient, out_trade_no: str = "order_0001", fen: int = 8000) -> None:
    """Sell by a code that the payer scans."""
    _, said = await wechat.native(out_trade_no, fen)
    named = there.institutions.wechat.trade_named(said["code_url"])
    assert named == out_trade_no
    assert isinstance(there.institutions.wechat.desk.confirm(named, "zhang"), Trade)
    await there.wait(0)


async def test_a_native_order_is_scanned_paid_and_told(there: Town, wechat: WeChatClient) -> None:
    status, said = await wechat.native("order_0001", 8000, attach="booth 1")
    assert (status, said["code_url"][:27]) == (200, "weixin://wxpay/bizpayurl?pr")
    assert await wechat.native("order_0001", 8000, attach="booth 1") == (200, said), "the same order again is the same code"
    assert (await wechat.native("order_0001", 8001))[1]["code"] == "OUT_TRADE_NO_USED"
    assert (await wechat.call("query", out_trade_no="order_0001"))[1]["trade_state"] == "NOTPAY"
    there.institutions.wechat.desk.confirm("order_0001", "zhang")
    await there.wait(0)
    _, found = await wechat.call("query", out_trade_no="order_0001")
    assert (found["trade_state"], found["amount"]["total"], found["trade_type"]) == ("SUCCESS", 8000, "NATIVE")
    assert found["success_time"] == "2026-11-23T12:00:00+08:00"
    assert (await wechat.call("query", transaction_id=found["transaction_id"]))[1] == found
    heard = wechat.hears(there.merchant.told[0])
    assert heard is not None
    assert (heard["event_type"], heard["resource_type"]) == ("TRANSACTION.SUCCESS", "encrypt-resource")
    assert heard["resource"] == found


async def test_a_payer_confirms_within_the_app_what_the_merchant_signed(there: Town, wechat: WeChatClient) -> None:
    _, said = await wechat.native("order_0001", 100, pay_type=WeChatPayType.JSAPI, payer={"openid": "oABC"})
    package = "prepay_id=" + said["prepay_id"]
    parameters = {"appId": there.keys.wechat.app_id, "timeStamp": "1795406400", "nonceStr": "abc", "package": package}
    parameters["paySign"] = wechat.sdk.sign([parameters[name] for name in ("appId", "timeStamp", "nonceStr", "package")])
    institution = there.institutions.wechat
    assert not isinstance(institution.confirm_in_app(parameters | {"nonceStr": "abd"}, "li"), Trade)
    assert isinstance(institution.confirm_in_app(parameters, "li"), Trade)
    await there.wait(0)
    _, found = await wechat.call("query", out_trade_no="order_0001")
    assert (found["trade_state"], found["trade_type"], found["payer"]) == ("SUCCESS", "JSAPI", {"openid": "oABC"})


@pytest.mark.parametrize(
    ("manner", "status", "code", "state"),
    [
        (Manner.PAYS, 200, None, "SUCCESS"),
        (Manner.ASKS_PASSWORD, 202, "USER_PAYING", "USERPAYING"),
        (Manner.NO_MONEY, 403, "NOT_ENOUGH", "PAYERROR"),
    ],
)
async def test_a_payers_code_pays_in_its_manner_and_without_callback(
    there: Town, wechat: WeChatClient, manner: Manner, status: int, code: str | None, state: str
) -> None:
    auth_code = there.institutions.wechat.desk.make_auth_code("zhang", manner)
    answered, said = await wechat.code_pay("order_0001", 8000, auth_code)
    assert (answered, said.get("code")) == (status, code)
    assert (await wechat.call("query", out_trade_no="order_0001"))[1]["trade_state"] == state
    await there.wait(0)
    assert there.merchant.told == []
    assert (await wechat.call("close", out_trade_no="order_0001"))[1]["code"] == "INVALID_REQUEST"


async def test_a_code_pays_once_and_not_for_long(there: Town, wechat: WeChatClient) -> None:
    desk = there.institutions.wechat.desk
    used, old = desk.make_auth_code("zhang"), desk.make_auth_code("zhang")
    assert (await wechat.code_pay("order_0001", 8000, used))[0] == 200
    assert (await wechat.code_pay("order_0001", 8000, used))[1]["code"] == "OUT_TRADE_NO_USED"
    assert (await wechat.code_pay("order_0002", 8000, used))[1]["code"] == "AUTH_CODE_INVALID"
    assert (await wechat.code_pay("order_0002", 8000, "289999999999999999"))[1]["code"] == "AUTH_CODE_INVALID"
    await there.wait(61)
    assert (await wechat.code_pay("order_0002", 8000, old))[1]["code"] == "AUTH_CODE_EXPIRED"


@pytest.mark.parametrize(
    ("fault", "state"), [(Fault.USERPAYING_THEN_SUCCESS, "SUCCESS"), (Fault.USERPAYING_THEN_ERROR, "PAYERROR")]
)
async def test_a_payer_who_is_asked_makes_up_their_mind(there: Town, wechat: WeChatClient, fault: Fault, state: str) -> None:
    desk = there.institutions.wechat.desk
    desk.faults.switch(fault, count=1)
    assert (await wechat.code_pay("order_0001", 8000, desk.make_auth_code("zhang")))[0] == 202
    assert (await wechat.call("query", out_trade_no="order_0001"))[1]["trade_state"] == "USERPAYING"
    await there.wait(8)
    assert (await wechat.call("query", out_trade_no="order_0001"))[1]["trade_state"] == state


async def test_a_lost_reply_leaves_the_money_moved_and_reversing_brings_it_back(there: Town, wechat: WeChatClient) -> None:
    desk = there.institutions.wechat.desk
    desk.faults.switch(Fault.LOST_REPLY, count=1, operations=frozenset({Operation.PAY_CODE}))
    with pytest.raises(requests.exceptions.ConnectionError):
        await wechat.code_pay("order_0001", 8000, desk.make_auth_code("zhang"))
    assert desk.bank.purses == {"zhang": -8000}
    assert (await wechat.call("codepay_reverse", out_trade_no="order_0001"))[1]["code"] == "RULE_LIMIT"
    await there.wait(15)
    for _ in range(2):
        status, said = await wechat.call("codepay_reverse", out_trade_no="order_0001")
        assert (status, said["out_trade_no"]) == (200, "order_0001")
    assert desk.bank.purses == {"zhang": 0}
    assert (await wechat.call("query", out_trade_no="order_0001"))[1]["trade_state"] == "REVOKED"
    again = await wechat.code_pay("order_0001", 8000, desk.make_auth_code("zhang"))
    assert again[1]["code"] == "ORDER_CLOSED", "a number is never used again after a reversal"


async def test_a_payer_who_confirms_as_the_reversal_comes_gets_the_money_back(there: Town, wechat: WeChatClient) -> None:
    desk = there.institutions.wechat.desk
    await wechat.code_pay("order_0001", 8000, desk.make_auth_code("zhang", Manner.ASKS_PASSWORD))
    await there.wait(45)
    desk.faults.switch(Fault.REVERSE_RACES_SUCCESS, count=1)
    assert (await wechat.call("codepay_reverse", out_trade_no="order_0001"))[0] == 200
    assert desk.bank.purses == {"zhang": 0}
    assert [booking.kind for booking in desk.bank.book] == ["payment", "reversal"]


async def test_a_payer_who_pays_as_the_order_closes_has_paid(there: Town, wechat: WeChatClient) -> None:
    await wechat.native("order_0001", 8000)
    there.institutions.wechat.desk.faults.switch(Fault.REVERSE_RACES_SUCCESS, count=1)
    assert (await wechat.call("close", out_trade_no="order_0001"))[1]["code"] == "TRADE_ERROR"
    await there.wait(0)
    assert len(there.merchant.told) == 1
    assert (await wechat.call("query", out_trade_no="order_0001"))[1]["trade_state"] == "SUCCESS"


async def test_a_closed_order_is_closed_without_a_word_and_for_ever(there: Town, wechat: WeChatClient) -> None:
    await wechat.native("order_0001", 8000)
    assert await wechat.call("close", out_trade_no="order_0001") == (204, {})
    assert not isinstance(there.institutions.wechat.desk.confirm("order_0001"), Trade)
    assert (await wechat.call("close", out_trade_no="order_0001"))[1]["code"] == "ORDER_CLOSED"
    assert (await wechat.native("order_0001", 8000))[1]["code"] == "ORDER_CLOSED"
    assert (await wechat.call("close", out_trade_no="order_none"))[0] == 404


async def test_refunds_go_their_way_and_never_beyond_what_was_paid(there: Town, wechat: WeChatClient) -> None:
    await sold(there, wechat)
    status, said = await wechat.refund("order_0001", "refund_1", 3000, 8000, reason="rain")
    assert (status, said["status"], said["amount"]["refund"]) == (200, "PROCESSING", 3000)
    assert (await wechat.refund("order_0001", "refund_1", 3000, 8000))[1] == said, "one number refunds once"
    assert (await wechat.refund("order_0001", "refund_1", 3001, 8000))[1]["code"] == "INVALID_REQUEST"
    assert (await wechat.refund("order_0001", "refund_2", 10, 8000))[1]["code"] == "FREQUENCY_LIMITED"
    await there.wait(60)
    assert (await wechat.call("query_refund", out_refund_no="refund_1"))[1]["status"] == "SUCCESS"
    assert (await wechat.refund("order_0001", "refund_2", 5001, 8000))[1]["code"] == "INVALID_REQUEST"
    assert (await wechat.refund("order_0001", "refund_2", 5000, 8000))[0] == 200
    assert (await wechat.call("query", out_trade_no="order_0001"))[1]["trade_state"] == "REFUND"
    assert (await wechat.call("query_refund", out_refund_no="refund_9"))[0] == 404
    heard = wechat.hears(there.merchant.told[1])
    assert heard is not None
    assert (heard["event_type"], heard["resource"]["refund_status"]) == ("REFUND.SUCCESS", "SUCCESS")


@pytest.mark.parametrize(
    ("fault", "status", "spent"),
    [
        (Fault.REFUND_PROCESSING_THEN_SUCCESS, "SUCCESS", 0),
        (Fault.REFUND_PROCESSING_THEN_CLOSED, "CLOSED", -8000),
        (Fault.REFUND_PROCESSING_THEN_ABNORMAL, "ABNORMAL", -8000),
    ],
)
async def test_a_slow_refund_ends_as_switched(there: Town, wechat: WeChatClient, fault: Fault, status: str, spent: int) -> None:
    await sold(there, wechat)
    desk = there.institutions.wechat.desk
    desk.faults.switch(fault, count=1)
    await wechat.refund("order_0001", "refund_1", 8000, 8000)
    await there.wait(59)
    assert (await wechat.call("query_refund", out_refund_no="refund_1"))[1]["status"] == "PROCESSING"
    await there.wait(1)
    _, found = await wechat.call("query_refund", out_refund_no="refund_1")
    assert found["status"] == status
    assert desk.bank.purses == {"zhang": spent}
    heard = wechat.hears(there.merchant.told[1])
    assert heard is not None
    assert heard["event_type"] == f"REFUND.{status}"
    if status == "CLOSED":
        assert (await wechat.refund("order_0001", "refund_2", 8000, 8000))[0] == 200
    if status == "ABNORMAL":
        arguments = {"refund_id": found["refund_id"], "out_refund_no": "refund_1", "type": "MERCHANT_BANK_CARD"}
        assert (await wechat.call("abnormal_refund", **arguments))[1]["status"] == "PROCESSING"
        await there.wait(1)
        assert desk.bank.purses == {"zhang": 0}


async def test_a_merchant_without_money_refunds_nothing(there: Town, wechat: WeChatClient) -> None:
    await sold(there, wechat)
    there.institutions.wechat.desk.faults.switch(Fault.NOT_ENOUGH, count=1)
    assert (await wechat.refund("order_0001", "refund_1", 8000, 8000))[1]["code"] == "NOT_ENOUGH"
    assert (await wechat.refund("order_0001", "refund_1", 8000, 8000))[0] == 200


@pytest.mark.parametrize(("fault", "done"), [(Fault.SYSTEM_ERROR, False), (Fault.SYSTEM_ERROR_AFTER, True)])
async def test_a_system_error_says_nothing_of_what_was_done(
    there: Town,
    wechat: WeChatClient,
    fault: Fault,
    done: bool,  # noqa: FBT001 - a table's column
) -> None:
    desk = there.institutions.wechat.desk
    desk.faults.switch(fault, count=1)
    status, said = await wechat.code_pay("order_0001", 8000, desk.make_auth_code("zhang"))
    assert (status, said["code"]) == (500, "SYSTEM_ERROR")
    assert (desk.trade("order_0001") is not None) is done


async def test_silence_does_nothing_and_says_nothing(there: Town, wechat: WeChatClient) -> None:
    there.institutions.wechat.desk.faults.switch(Fault.SILENT, count=1)
    wechat.sdk._core._timeout = 0.2  # noqa: SLF001 - the SDK takes it at its making only
    with pytest.raises(requests.exceptions.ReadTimeout):
        await wechat.native("order_0001", 8000)
    assert there.institutions.wechat.desk.trade("order_0001") is None


async def test_a_request_that_is_not_the_merchants_is_refused(there: Town, wechat: WeChatClient) -> None:
    core = wechat.sdk._core  # noqa: SLF001 - a thief of the wrong key
    right, core._cert_serial_no = core._cert_serial_no, "0" * 40  # noqa: SLF001 - the same
    assert (await wechat.native("order_0001", 8000))[1]["code"] == "SIGN_ERROR"
    core._cert_serial_no, core._private_key = right, there.keys.alipay.app  # noqa: SLF001 - the same
    assert (await wechat.native("order_0001", 8000))[0] == 401
    assert there.institutions.wechat.desk.trade("order_0001") is None


@pytest.mark.parametrize(("behind_s", "status"), [(0, 200), (-290, 200), (310, 401), (-310, 401)])
async def test_an_old_request_is_refused(behind_s: int, status: int) -> None:
    async with town(InstitutionsSetup(started_at_ms=real_now_ms() + behind_s * 1000)) as there:
        assert (await WeChatClient(there).native("order_0001", 8000))[0] == status


async def test_a_rotated_key_is_believed_by_those_who_know_it(there: Town, wechat: WeChatClient) -> None:
    faults, newer = there.institutions.wechat.desk.faults, WeChatClient(there, next_key=True)
    faults.switch(Fault.KEY_ROTATION, count=1)
    with pytest.raises(Exception, match="failed to verify"):
        await wechat.native("order_0001", 8000)
    faults.switch(Fault.KEY_ROTATION)
    assert (await newer.native("order_0001", 8000))[0] == 200
    there.institutions.wechat.desk.confirm("order_0001")
    await there.wait(0)
    assert newer.hears(there.merchant.told[0]) is not None


async def test_a_probe_of_the_signature_must_fail(there: Town, wechat: WeChatClient) -> None:
    there.institutions.wechat.desk.faults.switch(Fault.PROBE_SIGNATURE, count=1)
    with pytest.raises(Exception, match="failed to verify"):
        await wechat.native("order_0001", 8000)
    assert (await wechat.native("order_0001", 8000))[0] == 200


async def test_a_callback_is_repeated_on_schedule_until_understood(there: Town, wechat: WeChatClient) -> None:
    there.merchant.answers = [web.Response(status=500), web.Response(status=502)]
    await sold(there, wechat)
    for wait_s, times in ((14, 1), (1, 2), (14, 2), (1, 3), (90_000, 3)):
        await there.wait(wait_s)
        assert len(there.merchant.told) == times
    assert len({json.loads(told.body)["id"] for told in there.merchant.told}) == 1
    assert [tried.accepted for tried in there.institutions.wechat.notifier.tries] == [False, False, True]


async def test_callbacks_come_late_twice_in_disorder_or_never(there: Town, wechat: WeChatClient) -> None:
    faults, told = there.institutions.wechat.desk.faults, there.merchant.told

    def numbers() -> list[str]:
        heard = [wechat.hears(each) for each in told]
        return [each["resource"]["out_trade_no"] for each in heard if each is not None]

    faults.switch(Fault.MISSING_NOTIFY, count=1)
    await sold(there, wechat, "missing")
    faults.switch(Fault.DELAYED_NOTIFY, count=1)
    await sold(there, wechat, "delayed")
    faults.switch(Fault.DUPLICATE_NOTIFY, count=1)
    await sold(there, wechat, "duplicate")
    faults.switch(Fault.REORDERED_NOTIFY, count=1)
    await sold(there, wechat, "overtaken")
    await sold(there, wechat, "overtaking")
    assert numbers() == ["duplicate", "duplicate", "overtaking", "overtaken"]
    await there.wait(60)
    assert numbers()[4:] == ["delayed"]


async def test_a_callback_never_leaves_the_machine(there: Town, wechat: WeChatClient) -> None:
    elsewhere = there.merchant.url.replace("127.0.0.1", "0.0.0.0")  # noqa: S104 - another name by which Linux reaches itself
    await wechat.native("order_0001", 8000, notify_url=elsewhere)
    there.institutions.wechat.desk.confirm("order_0001")
    await there.wait(0)
    assert [tried.status for tried in there.institutions.wechat.notifier.tries] == [None]
    assert there.merchant.told == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("out_trade_no", "short"), ("amount", {"total": 0}), ("amount", {"total": 1.5}), ("mchid", "19"), ("appid", "wx0")],
)
async def test_a_bad_order_is_refused(wechat: WeChatClient, field: str, value: object) -> None:
    order: dict[str, object] = {"description": "门票", "out_trade_no": "order_0001", "amount": {"total": 1}}
    status, said = await wechat.call("pay", **order | {field: value})
    assert status == 400, said


def test_noon_is_noon() -> None:
    assert NOON_MS % 86_400_000 == 4 * 3_600_000
