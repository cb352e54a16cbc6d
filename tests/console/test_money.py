"""Money: bills are matched and differences are settled by keyboard; takings are those of the API, to the fen."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from central.payments.methods import Method
from tests.builders.central import HandClock
from tests.builders.institution import ScriptedInstitution, configured
from tests.builders.served import VISIT_DAY, Central, running_central
from tests.console.accessibility import faults_of
from tests.console.trading_day import trade_for_a_day
from tests.console.window import Window

pytestmark = pytest.mark.browser

CODE = "134567890123456789"
NOTE = "微信多收：<b>已核实</b>"
# What lies deep in the page takes the dark theme's colours some frames later than the page.
DARK_INK = "rgb(232, 236, 241)"
A_DAY_S = int(timedelta(days=1).total_seconds())


@pytest.fixture
def bank() -> ScriptedInstitution:
    return ScriptedInstitution(HandClock())


@pytest_asyncio.fixture(loop_scope="session")
async def central(tmp_path: Path, bank: ScriptedInstitution, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Central]:
    """A central whose payments go to a WeChat that the test scripts."""
    clock = HandClock()
    monkeypatch.setattr(bank, "_clock", clock)
    monkeypatch.setattr("central.assembly.ConfiguredInstitutions", lambda *_: configured({Method.WECHAT: bank}))
    async with running_central(tmp_path / "central", clock) as one:
        await one.add_site()
        yield one


async def pay(central: Central, ticket_type: int) -> str:
    """Sell a ticket for the code on a payer's phone; return the payment's number."""
    lines = [{"ticket_type_id": ticket_type, "quantity": 1, "visit_day": VISIT_DAY}]
    wanted = {"site_id": 1, "lines": lines, "expected_total_fen": 8000}
    order = await central.api("POST", "/held-orders", wanted)
    body = {"method": "wechat", "auth_code": CODE}
    payment = await central.api("POST", f"/orders/{order['order_id']}/payments", body)
    assert payment["state"] == "paid"
    return str(payment["number"])


async def match_the_bill(window: Window, first: str) -> None:
    """Match the bill of yesterday from the list of bills, and read it line by line."""
    page, main = window.page, window.page.locator("main")
    await expect(main.get_by_role("row", name=re.compile(f"{VISIT_DAY} 微信支付 未核对"))).to_be_visible()
    await main.get_by_role("button", name="立即对账").press("Enter")
    await expect(page.get_by_role("dialog").get_by_role("textbox", name="账单日")).to_have_value(VISIT_DAY)
    await page.keyboard.press("Control+s")
    await expect(main.get_by_role("status")).to_contain_text("账单 3 笔，相符 1 笔，差异 2 笔")
    await expect(main.locator("[data-sum=bill_in]")).to_have_text("¥240.10")
    await expect(main.locator("[data-sum=books_in]")).to_have_text("¥160.00")
    assert await faults_of(page) == []
    await window.picture("bills-zh")
    await main.get_by_role("link", name="查看账单明细").click()
    lines = main.locator("table tbody tr[tabindex]")
    await expect(lines).to_have_count(3)
    await expect(lines.filter(has_text="P-of-nobody")).to_contain_text("■我方缺此笔收款")
    await expect(lines.filter(has_text="●相符")).to_contain_text(first)
    await window.picture("bill-zh")


async def settle_by_keyboard(window: Window, second: str) -> None:
    """Settle the payment whose amounts differ: the institution took more, which belongs to the payer."""
    page, main, drawer = window.page, window.page.locator("main"), window.page.get_by_role("dialog")
    await expect(drawer.get_by_role("region", name="我方")).to_contain_text(re.compile(rf"{second}.*¥80\.00"))
    await expect(drawer.get_by_role("region", name="对方账单")).to_contain_text("¥80.10")
    await page.keyboard.press("4")
    await expect(drawer.get_by_role("radio", name="应退或已退付款人")).to_have_attribute("aria-checked", "true")
    await page.keyboard.press("n")
    await page.keyboard.type(NOTE)
    assert await faults_of(page) == []
    await window.picture("difference-zh")
    await page.keyboard.press("Control+Enter")
    settlement = drawer.get_by_role("status", name="处理结果")
    await expect(settlement).to_contain_text(re.compile(rf"应退或已退付款人.*{NOTE}.*admin.*¥0\.10"))
    await page.keyboard.press("Escape")
    await expect(main.locator("[data-open]")).to_contain_text("¥80.00")


async def export_differences(window: Window) -> str:
    """Export the differences as shown; return the table."""
    async with window.page.expect_download() as told:
        await window.page.locator("main").get_by_role("button", name="导出", exact=True).click()
        await window.page.get_by_role("menuitem", name="CSV").click()
    return (await (await told.value).path()).read_text("utf-8-sig")


async def test_a_bill_is_matched_and_its_differences_are_settled_by_keyboard(
    central: Central, window: Window, bank: ScriptedInstitution
) -> None:
    adult = await central.add_type()
    first, second = [await pay(central, adult) for _ in range(2)]
    bank.pay(second, 8010)
    bank.trades["P-of-nobody"] = bank.trades[first]
    central.clock.advance(seconds=A_DAY_S)
    await central.sign_in_again()
    page, main, drawer = window.page, window.page.locator("main"), window.page.get_by_role("dialog")
    await window.open("/bills")
    await window.sign_in()
    await match_the_bill(window, first)

    await page.locator("nav.menu").get_by_role("link", name="对账", exact=True).click()
    await expect(main.locator("[data-open]")).to_contain_text("¥80.10")
    await main.get_by_role("link", name="收款金额不一致").click()
    lines = main.locator("table tbody tr[tabindex]")
    await expect(lines).to_have_count(1)
    assert await faults_of(page) == []
    await window.picture("reconciliation-zh")
    await lines.first.press("Enter")
    await settle_by_keyboard(window, second)
    await expect(lines.first).to_contain_text(re.compile("○已处理.*admin"))
    found = (await central.api("GET", "/reconciliation/differences"))["items"]
    settled = {one["cause"]: (one["state"], one["settled_note"], one["settled_fen"]) for one in found}
    assert settled == {"amount-differs": ("settled", NOTE, 10), "missing-here": ("open", None, None)}

    await main.get_by_role("button", name="重置").click()
    await expect(lines).to_have_count(2)
    await lines.first.press("Enter")
    await expect(drawer).to_contain_text(found[0]["subject"])
    await page.keyboard.press("j")
    await expect(drawer).to_contain_text(found[1]["subject"])
    await page.keyboard.press("Escape")
    table = await export_differences(window)
    assert all(text in table for text in (NOTE, "P-of-nobody", second))
    await page.get_by_role("button", name="English").click()
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await lines.filter(has_text="Open").press("Enter")
    await expect(drawer.get_by_role("region", name="Ours").get_by_text("We do not have it")).to_have_css("color", DARK_INK)
    assert await faults_of(page) == []
    await window.picture("difference-en-dark")


def yuan(fen: int) -> str:
    return f"{'−' if fen < 0 else ''}¥{abs(fen) / 100:,.2f}"


async def test_takings_are_those_of_the_api_to_the_fen_and_exported_as_shown(central: Central, window: Window) -> None:
    await trade_for_a_day(central)
    days = f"first_day={VISIT_DAY}&last_day={VISIT_DAY}"
    told = await central.api("GET", f"/takings?{days}")
    total, by_method = told["total"], {one["method"]: one for one in told["methods"]}
    page, main = window.page, window.page.locator("main")
    await window.open("/takings")
    await window.sign_in()
    sums = main.locator("[data-of=method] tfoot td")
    shown = [f"{total['payments']}", yuan(total["taken_fen"]), f"{total['returns']}", yuan(total["returned_fen"])]
    await expect(sums).to_have_text(["合计", *shown, yuan(total["net_fen"])])
    assert total["taken_fen"] > 0
    await expect(main.locator("[data-of=seller] tfoot")).to_contain_text(yuan(total["net_fen"]))
    await expect(main.locator("[data-of=drawer] tbody")).to_contain_text(re.compile(r"admin1¥0\.00−¥1\.00"))
    assert await faults_of(page) == []
    await window.picture("takings-zh")
    async with page.expect_download() as download:
        await main.get_by_role("button", name="导出每日收款").click()
    lines = (await (await download.value).path()).read_text("utf-8-sig").splitlines()
    assert lines[-1].split(",")[-1] == f"{total['net_fen'] / 100:.2f}"
    assert len(lines) == 2 + len(told["items"])

    await main.get_by_role("combobox", name="支付方式").press("Enter")
    await page.get_by_role("option", name="刷卡").click()
    await main.get_by_role("button", name="查询").press("Enter")
    await expect(sums.nth(2)).to_have_text(yuan(by_method["card_terminal"]["taken_fen"]))
    await expect(main.get_by_text("按支付方式筛选时，没有售票员的合计。")).to_be_visible()
    await main.get_by_role("button", name="重置").click()
    await page.get_by_role("button", name="English").click()
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await expect(sums).to_have_text(["Total", *shown, yuan(total["net_fen"])])
    await expect(main.get_by_text("Today")).to_have_css("color", DARK_INK)
    assert await faults_of(page) == []
    await window.picture("takings-en-dark")
