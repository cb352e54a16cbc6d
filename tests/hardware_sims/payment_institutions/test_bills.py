"""Bills that a merchant downloads: their time, their packing, and each line."""

import asyncio
import csv
import gzip
import hashlib
import io
import zipfile

import aiohttp
import pytest

from hardware_sims.payment_institutions.faults import Fault
from tests.builders.institutions import AlipayClient, Town, WeChatClient

pytestmark = pytest.mark.real_time

TO_TEN_NEXT_MORNING_S = 22 * 3600
DAY = "2026-11-23"


async def a_day_at_wechat(there: Town, wechat: WeChatClient) -> None:
    """One order paid and partly refunded, one reversed, one never paid."""
    desk = there.institutions.wechat.desk
    await wechat.native("order_0001", 8000, attach="booth 1")
    desk.confirm("order_0001", "zhang")
    await wechat.code_pay("order_0002", 100, desk.make_auth_code("li"))
    await wechat.native("order_0003", 500)
    await there.wait(60)
    desk.faults.switch(Fault.REFUND_PROCESSING_THEN_CLOSED, count=1)
    await wechat.refund("order_0001", "refund_1", 3000, 8000)
    await wechat.call("codepay_reverse", out_trade_no="order_0002")


async def test_wechats_bill_is_of_the_day_before_from_ten_on(there: Town, wechat: WeChatClient) -> None:
    await a_day_at_wechat(there, wechat)
    await there.wait(TO_TEN_NEXT_MORNING_S - 61)
    assert (await wechat.call("trade_bill", bill_date=DAY))[1]["code"] == "STATEMENT_CREATING"
    await there.wait(1)
    status, said = await wechat.call("trade_bill", bill_date=DAY)
    assert (status, said["hash_type"]) == (200, "SHA1")
    status, packed = wechat_file = await download(wechat, said["download_url"])
    assert status == 200, wechat_file
    plain = gzip.decompress(packed)
    assert hashlib.sha1(plain, usedforsecurity=False).hexdigest() == said["hash_value"]
    header, *rows, summary_header, summary = plain.decode().splitlines()
    assert len(header.split(",")) == 27
    assert len(summary_header.split(",")) == 7
    names = header.split(",")
    table = [dict(zip(names, line[1:].split(",`"), strict=True)) for line in rows]
    found = [
        [row[name] for name in ("商户订单号", "交易状态", "订单金额", "退款金额", "商户退款单号", "手续费")] for row in table
    ]
    assert found == [
        ["order_0001", "SUCCESS", "80.00", "0.00", "0", "0.48000"],
        ["order_0002", "SUCCESS", "1.00", "0.00", "0", "0.01000"],
        ["order_0001", "REFUND", "0.00", "30.00", "refund_1", "-0.18000"],
        ["order_0002", "REVOKED", "0.00", "1.00", "0", "-0.01000"],
    ], "a refund is listed as it was accepted, with any later result"
    assert [row["交易类型"] for row in table] == ["NATIVE", "MICROPAY", "NATIVE", "MICROPAY"]
    assert (table[0]["交易时间"], table[0]["商品名称"], table[0]["商户数据包"]) == ("2026-11-23 12:00:00", "门票", "booth 1")
    assert summary == "`4,`81.00,`31.00,`0.00,`0.30000,`81.00,`31.00"


async def download(wechat: WeChatClient, url: str) -> tuple[int, bytes]:
    """The file behind a link, by the SDK; its answer is not signed."""
    status, said = await asyncio.to_thread(wechat.sdk.download_bill, url)
    return status, said if isinstance(said, bytes) else said.encode()


async def test_a_refund_of_the_next_day_stands_on_the_next_day(there: Town, wechat: WeChatClient) -> None:
    await a_day_at_wechat(there, wechat)
    await there.wait(86_400)
    await wechat.refund("order_0001", "refund_2", 5000, 8000)
    there.institutions.wechat.shelf.at_once = True
    _, said = await wechat.call("trade_bill", bill_date="2026-11-24", tar_type="GZIP")
    lines = gzip.decompress((await download(wechat, said["download_url"]))[1]).decode().splitlines()
    assert len(lines) == 4
    assert "`REFUND,`" in lines[1]
    assert "`refund_2,`50.00,`" in lines[1]


async def test_a_link_runs_out_and_must_be_asked_for_by_the_merchant(there: Town, wechat: WeChatClient) -> None:
    await a_day_at_wechat(there, wechat)
    await there.wait(TO_TEN_NEXT_MORNING_S)
    _, said = await wechat.call("trade_bill", bill_date=DAY)
    async with aiohttp.ClientSession() as session, session.get(said["download_url"]) as answer:
        assert answer.status == 401
    await there.wait(300)
    assert (await download(wechat, said["download_url"]))[0] == 200
    await there.wait(1)
    assert (await download(wechat, said["download_url"]))[0] == 404


@pytest.mark.parametrize(
    ("bill_date", "code"),
    [
        ("2026-11-22", "NO_STATEMENT_EXIST"),
        ("2026-11-23", "STATEMENT_CREATING"),
        ("2026-13-01", "PARAM_ERROR"),
        ("2026-11", "PARAM_ERROR"),
        ("yesterday", "PARAM_ERROR"),
    ],
)
async def test_what_has_no_bill_says_so(there: Town, wechat: WeChatClient, bill_date: str, code: str) -> None:
    await a_day_at_wechat(there, wechat)
    assert (await wechat.call("trade_bill", bill_date=bill_date))[1]["code"] == code


async def test_bills_are_forgotten_after_three_months(there: Town, wechat: WeChatClient) -> None:
    await a_day_at_wechat(there, wechat)
    await there.wait(91 * 86_400)
    assert (await wechat.call("trade_bill", bill_date=DAY))[1]["code"] == "NO_STATEMENT_EXIST"


async def a_day_at_alipay(there: Town, alipay: AlipayClient) -> None:
    """One payment refunded in part, one cancelled, one refund that never happened."""
    desk = there.institutions.alipay.desk
    await alipay.pay("order_0001", "80.00", desk.make_auth_code("wang"))
    await alipay.pay("order_0002", "1.00", desk.make_auth_code("zhao"))
    await alipay.call("refund", out_trade_no="order_0001", refund_amount="30.00", out_request_no="r1")
    desk.faults.switch(Fault.REFUND_PROCESSING_THEN_CLOSED, count=1)
    await alipay.call("refund", out_trade_no="order_0001", refund_amount="50.00", out_request_no="r2")
    await alipay.call("cancel", out_trade_no="order_0002")
    await there.wait(60)


@pytest.mark.parametrize("period", [DAY, "2026-11"])
async def test_alipays_bill_is_a_zip_of_gbk(there: Town, alipay: AlipayClient, period: str) -> None:
    await a_day_at_alipay(there, alipay)
    await there.wait(12 * 86_400)
    url = (await alipay.bill(period))["bill_download_url"]
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        packed = zipfile.ZipFile(io.BytesIO(await answer.read()))
    details, summary = (packed.read(name).decode("gbk") for name in packed.namelist())
    lines = [line for line in details.splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    assert len(lines[0].split(",")) == 25
    stripped = [{name: value.strip() for name, value in row.items()} for row in rows]
    assert [
        [row[name] for name in ("商户订单号", "业务类型", "订单金额", "退款批次号/请求号", "服务费")] for row in stripped
    ] == [
        ["order_0001", "交易", "80.00", "", "-0.48"],
        ["order_0002", "交易", "1.00", "", "-0.01"],
        ["order_0001", "退款", "-30.00", "r1", "0.18"],
        ["order_0002", "退款", "-1.00", "order_0002", "0.01"],
    ], "a refund that closed never happened"
    assert rows[0]["支付宝交易号"].endswith("\t")
    assert "#交易合计：2笔，商家实收共81.00元" in details
    assert "合计\t,\t,2\t,2\t,50.00\t" in summary


async def test_alipays_link_lives_half_a_minute(there: Town, alipay: AlipayClient) -> None:
    await a_day_at_alipay(there, alipay)
    assert (await alipay.bill(DAY))["sub_code"] == "isp.bill_not_exist"
    assert (await alipay.bill("2026-11-22"))["sub_code"] == "isp.bill_not_exist"
    assert (await alipay.bill("today"))["sub_code"] == "isv.invalid-parameter"
    there.institutions.alipay.shelf.at_once = True
    url = (await alipay.bill(DAY))["bill_download_url"]
    async with aiohttp.ClientSession() as session:
        for wait_s, status in ((30, 200), (1, 404)):
            await there.wait(wait_s)
            async with session.get(url) as answer:
                assert answer.status == status
