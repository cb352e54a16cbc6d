"""Alipay by an independent client: codes, notifies, cancelling, refunds, and each fault of the wire."""

import asyncio
from http.client import RemoteDisconnected
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web
from alipay.exceptions import AliPayException, AliPayValidationError
from alipay.utils import AliPayConfig

from hardware_sims.payment_institutions.alipay_wire import notify_text, request_text, signed_answer
from hardware_sims.payment_institutions.faults import Fault
from hardware_sims.payment_institutions.trades import Manner, Trade
from tests.builders.institutions import AlipayClient, Town

pytestmark = pytest.mark.real_time


async def sold(there: Town, alipay: AlipayClient, out_trade_no: str = "order_0001", yuan: str = "80.00") -> None:
    """Sell by a code that the payer scans."""
    said = await alipay.call("precreate", subject="门票", out_trade_no=out_trade_no, total_amount=yuan)
    named = there.institutions.alipay.trade_named(said["qr_code"])
    assert named == out_trade_no
    assert isinstance(there.institutions.alipay.desk.confirm(named, "wang"), Trade)
    await there.wait(0)


async def status_of(alipay: AlipayClient, out_trade_no: str = "order_0001") -> object:
    """The trade_status that the query gives, or its sub_code."""
    said = await alipay.call("query", out_trade_no=out_trade_no)
    return said.get("trade_status", said.get("sub_code"))


async def test_a_code_is_scanned_paid_and_told(there: Town, alipay: AlipayClient) -> None:
    order = {"subject": "门票", "out_trade_no": "order_0001"}
    said = await alipay.call("precreate", **order, total_amount="80.00")
    assert (said["code"], said["qr_code"][:24]) == ("10000", "https://qr.alipay.com/ba")
    assert await alipay.call("precreate", **order, total_amount="80.00") == said
    assert (await alipay.call("precreate", **order, total_amount="80.01"))["sub_code"] == "ACQ.CONTEXT_INCONSISTENT"
    desk = there.institutions.alipay.desk
    assert await status_of(alipay) == "ACQ.TRADE_NOT_EXIST", "a trade exists once a payer scans it"
    desk.scan("order_0001")
    assert await status_of(alipay) == "WAIT_BUYER_PAY"
    desk.confirm("order_0001", "wang")
    await there.wait(0)
    assert await status_of(alipay) == "TRADE_SUCCESS"
    told = there.merchant.told[0]
    assert alipay.hears(told)
    expected = {"trade_status": "TRADE_SUCCESS", "total_amount": "80.00", "out_trade_no": "order_0001", "subject": "门票"}
    assert expected.items() <= told.form.items()
    told.form["total_amount"] = "0.01"
    assert not alipay.hears(told)


@pytest.mark.parametrize(
    ("manner", "code", "sub_code", "status"),
    [
        (Manner.PAYS, "10000", None, "TRADE_SUCCESS"),
        (Manner.ASKS_PASSWORD, "10003", None, "WAIT_BUYER_PAY"),
        (Manner.NO_MONEY, "40004", "ACQ.BUYER_BALANCE_NOT_ENOUGH", "TRADE_CLOSED"),
    ],
)
async def test_a_payers_code_pays_in_its_manner(
    there: Town, alipay: AlipayClient, manner: Manner, code: str, sub_code: str | None, status: str
) -> None:
    auth_code = there.institutions.alipay.desk.make_auth_code("wang", manner)
    said = await alipay.pay("order_0001", "80.00", auth_code)
    assert (said["code"], said.get("sub_code")) == (code, sub_code)
    assert await status_of(alipay) == status


async def test_a_payment_by_code_waits_three_minutes_for_its_payer(there: Town, alipay: AlipayClient) -> None:
    desk = there.institutions.alipay.desk
    await alipay.pay("order_0001", "80.00", desk.make_auth_code("wang", Manner.ASKS_PASSWORD))
    await there.wait(179)
    assert await status_of(alipay) == "WAIT_BUYER_PAY"
    await there.wait(1)
    assert await status_of(alipay) == "TRADE_CLOSED"
    assert not isinstance(desk.confirm("order_0001"), Trade)


async def test_a_code_pays_once(there: Town, alipay: AlipayClient) -> None:
    auth_code = there.institutions.alipay.desk.make_auth_code("wang")
    assert (await alipay.pay("order_0001", "80", auth_code))["total_amount"] == "80.00"
    assert (await alipay.pay("order_0001", "80.00", auth_code))["sub_code"] == "ACQ.TRADE_HAS_SUCCESS"
    assert (await alipay.pay("order_0002", "80.00", auth_code))["sub_code"] == "ACQ.PAYMENT_AUTH_CODE_INVALID"


@pytest.mark.parametrize(
    ("fault", "status"), [(Fault.USERPAYING_THEN_SUCCESS, "TRADE_SUCCESS"), (Fault.USERPAYING_THEN_ERROR, "TRADE_CLOSED")]
)
async def test_a_payer_who_is_asked_makes_up_their_mind(there: Town, alipay: AlipayClient, fault: Fault, status: str) -> None:
    desk = there.institutions.alipay.desk
    desk.faults.switch(fault, count=1)
    assert (await alipay.pay("order_0001", "80.00", desk.make_auth_code("wang")))["code"] == "10003"
    await there.wait(8)
    assert await status_of(alipay) == status


async def test_a_lost_reply_leaves_the_money_moved_and_cancelling_brings_it_back(there: Town, alipay: AlipayClient) -> None:
    desk = there.institutions.alipay.desk
    desk.faults.switch(Fault.LOST_REPLY, count=1)
    with pytest.raises((RemoteDisconnected, ConnectionError)):
        await alipay.pay("order_0001", "80.00", desk.make_auth_code("wang"))
    assert desk.bank.purses == {"wang": -8000}
    said = await alipay.call("cancel", out_trade_no="order_0001")
    assert (said["action"], said["retry_flag"]) == ("refund", "N")
    assert desk.bank.purses == {"wang": 0}
    assert (await alipay.call("cancel", out_trade_no="order_0001"))["code"] == "10000"
    assert await status_of(alipay) == "TRADE_CLOSED"


async def test_cancelling_an_unknown_trade_is_a_success_too(alipay: AlipayClient) -> None:
    assert (await alipay.call("cancel", out_trade_no="order_none"))["code"] == "10000"
    assert (await alipay.call("cancel", trade_no="2026"))["sub_code"] == "ACQ.TRADE_NOT_EXIST"


async def test_cancelling_is_a_matter_of_one_day(there: Town, alipay: AlipayClient) -> None:
    await sold(there, alipay)
    await there.wait(24 * 3600 + 1)
    assert (await alipay.call("cancel", out_trade_no="order_0001"))["sub_code"] == "ACQ.TRADE_CANCEL_TIME_OUT"


async def test_a_cancelled_code_can_not_be_paid_unless_success_came_first(there: Town, alipay: AlipayClient) -> None:
    desk = there.institutions.alipay.desk
    for number in ("order_0001", "order_0002"):
        await alipay.call("precreate", subject="门票", out_trade_no=number, total_amount="80.00")
        desk.scan(number)
    assert (await alipay.call("cancel", out_trade_no="order_0001"))["action"] == "close"
    assert not isinstance(desk.confirm("order_0001"), Trade)
    desk.faults.switch(Fault.REVERSE_RACES_SUCCESS, count=1)
    assert (await alipay.call("cancel", out_trade_no="order_0002"))["action"] == "refund"
    await there.wait(0)
    assert [told.form["out_trade_no"] for told in there.merchant.told] == ["order_0002"]
    assert desk.bank.purses == {"payer": 0}


async def test_refunds_tell_whether_money_moved(there: Town, alipay: AlipayClient) -> None:
    await sold(there, alipay)
    part = {"out_trade_no": "order_0001", "refund_amount": "30.00"}
    assert (await alipay.call("refund", **part))["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    said = await alipay.call("refund", **part, out_request_no="r1")
    assert (said["fund_change"], said["refund_fee"]) == ("Y", "30.00")
    assert (await alipay.call("refund", **part, out_request_no="r1"))["fund_change"] == "N"
    more = {"out_trade_no": "order_0001", "out_request_no": "r2"}
    assert (await alipay.call("refund", **more, refund_amount="50.01"))["sub_code"] == "ACQ.REASON_TRADE_REFUND_FEE_ERR"
    assert await status_of(alipay) == "TRADE_SUCCESS"
    assert (await alipay.call("refund", **more, refund_amount="50.00"))["refund_fee"] == "80.00"
    assert await status_of(alipay) == "TRADE_CLOSED"
    found = await alipay.call("fastpay_refund_query", out_trade_no="order_0001", out_request_no="r1")
    assert (found["refund_status"], found["refund_amount"]) == ("REFUND_SUCCESS", "30.00")
    unknown = await alipay.call("fastpay_refund_query", out_trade_no="order_0001", out_request_no="r9")
    assert unknown == {"code": "10000", "msg": "Success"}
    await there.wait(0)
    assert [told.form.get("out_biz_no") for told in there.merchant.told] == [None, "r1", "r2"]
    assert there.institutions.alipay.desk.bank.purses == {"wang": 0}


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.REFUND_PROCESSING_THEN_SUCCESS, "REFUND_SUCCESS"),
        (Fault.REFUND_PROCESSING_THEN_CLOSED, None),
        (Fault.REFUND_PROCESSING_THEN_ABNORMAL, None),
    ],
)
async def test_a_slow_refund_is_no_success_yet(there: Town, alipay: AlipayClient, fault: Fault, status: str | None) -> None:
    await sold(there, alipay)
    there.institutions.alipay.desk.faults.switch(fault, count=1)
    said = await alipay.call("refund", out_trade_no="order_0001", refund_amount="80.00", out_request_no="r1")
    assert (said["code"], said["fund_change"]) == ("10000", "N")
    arguments = {"out_trade_no": "order_0001", "out_request_no": "r1"}
    assert "refund_status" not in await alipay.call("fastpay_refund_query", **arguments)
    await there.wait(60)
    assert (await alipay.call("fastpay_refund_query", **arguments)).get("refund_status") == status


async def test_after_a_year_nothing_is_refunded(there: Town, alipay: AlipayClient) -> None:
    await sold(there, alipay)
    await there.wait(366 * 86_400)
    assert await status_of(alipay) == "TRADE_FINISHED"
    said = await alipay.call("refund", out_trade_no="order_0001", refund_amount="80.00")
    assert said["sub_code"] == "ACQ.TRADE_HAS_FINISHED"


@pytest.mark.parametrize(("fault", "done"), [(Fault.SYSTEM_ERROR, False), (Fault.SYSTEM_ERROR_AFTER, True)])
async def test_a_system_error_says_nothing_of_what_was_done(
    there: Town,
    alipay: AlipayClient,
    fault: Fault,
    done: bool,  # noqa: FBT001 - a table's column
) -> None:
    desk = there.institutions.alipay.desk
    desk.faults.switch(fault, count=1)
    assert (await alipay.pay("order_0001", "80.00", desk.make_auth_code("wang")))["code"] == "20000"
    assert (desk.trade("order_0001") is not None) is done
    desk.faults.switch(fault, count=1)
    assert (await alipay.call("cancel", out_trade_no="order_0001"))["retry_flag"] == "Y"


async def test_silence_does_nothing_and_says_nothing(there: Town, alipay: AlipayClient) -> None:
    there.institutions.alipay.desk.faults.switch(Fault.SILENT, count=1)
    alipay.sdk._config = AliPayConfig(timeout=0.2)  # noqa: SLF001 - the SDK takes it at its making only
    with pytest.raises(TimeoutError):
        await alipay.call("precreate", subject="门票", out_trade_no="order_0001", total_amount="80.00")
    assert there.institutions.alipay.desk.trade("order_0001") is None


async def test_a_rotated_key_is_believed_by_those_who_know_it(there: Town, alipay: AlipayClient) -> None:
    there.institutions.alipay.desk.faults.switch(Fault.KEY_ROTATION)
    with pytest.raises(AliPayValidationError):
        await alipay.call("query", out_trade_no="order_0001")
    newer = AlipayClient(there, next_key=True)
    await sold(there, newer)
    assert newer.hears(there.merchant.told[0])
    assert not alipay.hears(there.merchant.told[0])


async def test_a_notify_is_repeated_on_schedule_until_the_answer_is_success(there: Town, alipay: AlipayClient) -> None:
    there.merchant.answers = [web.Response(text="Success"), web.Response(text="fail"), web.Response(status=500)]
    await sold(there, alipay)
    for wait_s, times in ((239, 1), (1, 2), (599, 2), (1, 3), (600, 4), (100_000, 4)):
        await there.wait(wait_s)
        assert len(there.merchant.told) == times
    assert len({told.form["notify_id"] for told in there.merchant.told}) == 1


async def test_a_notify_that_no_merchant_accepts_is_given_up_after_eight_tries(there: Town, alipay: AlipayClient) -> None:
    there.merchant.answers = [web.Response(text="no") for _ in range(20)]
    await sold(there, alipay)
    for _ in range(60):
        await there.wait(1800)
    assert len(there.merchant.told) == 8


@pytest.mark.parametrize(
    ("change", "sub_code"),
    [
        ({"app_id": "2021"}, "isv.invalid-app-id"),
        ({"sign_type": "RSA"}, "isv.invalid-signature-type"),
        ({"charset": "gbk"}, "isv.invalid-charset"),
        ({"biz_content": '{"out_trade_no":"order_0002"}'}, "isv.invalid-signature"),
        ({"sign": "no base64"}, "isv.invalid-signature"),
        ({}, "ACQ.TRADE_NOT_EXIST"),
    ],
)
async def test_a_request_that_is_not_the_merchants_is_refused(
    there: Town, alipay: AlipayClient, change: dict[str, str], sub_code: str
) -> None:
    body = alipay.sdk.build_body("alipay.trade.query", {"out_trade_no": "order_0001"})
    form = dict(parse_qsl(alipay.sdk.sign_data(body)))
    url = there.institutions.alipay_url
    async with aiohttp.ClientSession() as session, session.post(url, data=form | change) as answer:
        said = await answer.json(content_type=None)
    assert said["alipay_trade_query_response"]["sub_code"] == sub_code


@pytest.mark.parametrize("content", [{"out_trade_no": "a", "refund_amount": "0.001"}, {"refund_amount": "1.00"}, {}])
async def test_bad_contents_are_refused(alipay: AlipayClient, content: dict[str, str]) -> None:
    said = await asyncio.to_thread(alipay.sdk.server_api, "alipay.trade.refund", content)
    assert (said["code"], said["sub_code"]) == ("40002", "isv.invalid-parameter")


async def test_an_unknown_method_is_refused(alipay: AlipayClient) -> None:
    with pytest.raises(AliPayException, match=r"isv\.invalid-method"):
        await asyncio.to_thread(alipay.sdk.server_api, "alipay.trade.nothing", {})


def test_what_is_signed_is_sorted_joined_and_without_the_empty() -> None:
    parameters = {"b": "2", "a": "1 &", "sign": "x", "sign_type": "RSA2", "c": ""}
    assert request_text(parameters) == b"a=1 &&b=2&sign_type=RSA2"
    assert notify_text(parameters) == b"a=1 &&b=2"


def test_an_answer_is_signed_as_it_stands() -> None:
    assert signed_answer("x_response", {"url": "https://a/b"}, None) == rb'{"x_response":{"url":"https:\/\/a\/b"}}'
