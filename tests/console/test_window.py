"""The seller's window: each sale in the keys that are counted for it, and each happens once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from hardware_sims.payment_institutions.institutions import InstitutionsSetup
from tests.builders import institutions
from tests.builders.merchant import wechat_values
from tests.builders.served import VISIT_DAY, Central
from tests.console.accessibility import faults_of
from tests.console.window import Window

pytestmark = pytest.mark.browser


async def at_the_window(window: Window, central: Central) -> Page:
    """Sell two types at an open shift."""
    await central.add_type()
    await central.add_type(name_zh="儿童票", name_en="Child")
    await central.api("POST", "/own-shift", {"site_id": 1, "float_fen": 20000})
    await window.open("/sell")
    await window.sign_in()
    await expect(window.page.get_by_role("button", name="成人票")).to_be_visible()
    return window.page


async def press(page: Page, *keys: str) -> None:
    """Press keys as a person does, each well after the one before."""
    for key in keys:
        await page.keyboard.press(key)
        await asyncio.sleep(0.06)  # a person's rhythm is what tells keys from a scanner


async def orders(central: Central) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await central.api("GET", "/orders"))["items"]
    return found


async def test_cash_is_taken_in_four_keys_and_the_change_is_large(window: Window, central: Central) -> None:
    page = await at_the_window(window, central)
    await window.picture("window-tiles")
    assert await faults_of(page) == []
    await press(page, "1", "1")
    await expect(page.get_by_label("应收")).to_have_text("¥160.00")
    await press(page, "Enter", "Enter")
    await expect(page.get_by_role("heading", name="已售 2 张")).to_be_visible()
    await press(page, "1", "1", "Enter")
    await expect(page.get_by_role("region", name="现金收款")).to_contain_text("¥160.00")
    await window.picture("window-cash")
    assert await faults_of(page) == []
    await press(page, "F2")
    await expect(page.get_by_text("¥40.00")).to_be_visible()
    await window.picture("window-change")
    await press(page, "2", "NumpadMultiply", "3", "Enter")
    await expect(page.get_by_label("应收")).to_have_text("¥240.00")
    await press(page, "NumpadSubtract", "Enter", "5", "0", "Enter")
    await expect(page.get_by_text("还差 ¥110.00")).to_be_visible()
    await press(page, "Backspace", "Backspace", "Enter")
    await expect(page.get_by_role("heading", name="已售 2 张")).to_be_visible()
    sold = await orders(central)
    assert [(one["total_fen"], one["state"]) for one in sold] == [(16000, "paid")] * 3
    assert {line["visit_day"] for line in (await central.api("GET", f"/orders/{sold[0]['order_id']}"))["lines"]} == {VISIT_DAY}


async def test_two_enters_are_one_sale_and_a_refusal_leaves_the_cart(window: Window, central: Central) -> None:
    page = await at_the_window(window, central)
    await press(page, "1", "Enter")
    await expect(page.get_by_role("region", name="现金收款")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="已售 1 张")).to_be_visible()
    assert len(await orders(central)) == 1
    await press(page, "1")
    await expect(page.get_by_label("应收")).to_have_text("¥80.00")
    adult = await central.api("GET", "/ticket-types/1")
    stated = {"rules": adult["parameters"]["sale"], "after_sale": adult["parameters"]["after_sale"]}
    dearer = {"version": adult["version"], "price_fen": 9000, "is_on_sale": True, **stated}
    await central.api("PUT", "/ticket-types/1/sale", dearer)
    await press(page, "Enter", "Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_label("应收")).to_have_text("¥90.00")
    await window.picture("window-new-price")
    await press(page, "Enter")
    await expect(page.get_by_role("heading", name="已售 1 张")).to_be_visible()
    assert [one["total_fen"] for one in await orders(central)] == [9000, 8000]


SLOTS = [{"start": "08:00", "minutes": 120}, {"start": "13:00", "minutes": 120}, {"start": "15:00", "minutes": 120}]


async def test_day_and_slot_are_chosen_by_keys_and_end_with_the_sale(window: Window, central: Central) -> None:
    await central.add_type()
    once = [{"sites": [1], "always": [{"check": "total-uses", "most": 1}, {"check": "time-slot"}]}]
    stock = {"per": "slot", "places": 3}
    await central.add_type(name_zh="索道票", name_en="Cable car", slots=SLOTS, sale={"stock": stock}, entitlements=once)
    await central.api("POST", "/own-shift", {"site_id": 1, "float_fen": 20000})
    await window.open("/sell")
    await window.sign_in()
    page = window.page
    await expect(page.get_by_role("button", name="索道票")).to_be_visible()
    cart, chosen = page.get_by_role("region", name="购物车"), page.get_by_role("region", name="游览日期与场次")
    await page.keyboard.press("1")
    await page.keyboard.press("2")
    await press(page, "Slash")
    await expect(chosen).to_contain_text("今天")
    await expect(cart).to_contain_text("余 3")
    await press(page, "NumpadAdd", "3")
    await expect(chosen).to_contain_text("明天")
    await expect(chosen.get_by_role("button", pressed=True)).to_contain_text("15:00")
    await expect(chosen).to_contain_text("¥160.00 · 余 3")
    await window.picture("window-visit")
    assert await faults_of(page) == []
    await press(page, "Enter")
    await expect(cart).to_contain_text("2026-05-11 15:00")
    await expect(page.get_by_text("正在出售 2026-05-11 的票")).to_be_visible()
    await press(page, "1", "Slash", "Slash", "ArrowRight", "Enter")
    await expect(cart).to_contain_text("2026-05-12")
    await press(page, "Enter", "Enter")
    await expect(page.get_by_role("heading", name="已售 3 张")).to_be_visible()
    (sold,) = await orders(central)
    lines = (await central.api("GET", f"/orders/{sold['order_id']}"))["lines"]
    visits = [(one["ticket_type"]["id"], one["quantity"], one["visit_day"], (one["slot_start"] or "")[11:16]) for one in lines]
    assert visits == [(1, 2, "2026-05-12", ""), (2, 1, "2026-05-11", "07:00")]  # 15:00 at the site
    await press(page, "1")
    await expect(cart).to_contain_text(VISIT_DAY)


SCAN = """(text) => {
  const codes = [...text].map((one) => (/\\d/.test(one) ? `Digit${one}` : `Key${one.toUpperCase()}`));
  for (const code of [...codes, 'Enter']) window.dispatchEvent(new KeyboardEvent('keydown', { code, key: 'Process' }));
}"""


async def scan(page: Page, text: str) -> None:
    """Type a code as a scanner does that is a keyboard, with a Chinese input method on: the keys have places and no meaning."""
    await page.evaluate(SCAN, text)


@pytest_asyncio.fixture(loop_scope="session")
async def bank(central: Central) -> AsyncIterator[institutions.Town]:
    """WeChat Pay, and the merchant's parameters at central."""
    async with institutions.town(InstitutionsSetup(started_at_ms=central.clock(), check_age=False)) as town:
        values = {**wechat_values(town.institutions.wechat_url), "notify_url": f"{central.url}/api/v1/notifications/wechat"}
        await central.api("PUT", "/parameters/payment-wechat", {"version": 0, "values": values})
        yield town


async def test_a_phone_pays_with_one_key_and_one_scan(window: Window, central: Central, bank: institutions.Town) -> None:
    page = await at_the_window(window, central)
    desk = bank.institutions.wechat.desk
    await press(page, "1")
    await expect(page.get_by_label("应收")).to_have_text("¥80.00")
    await scan(page, desk.make_auth_code("visitor"))
    await expect(page.get_by_role("heading", name="已售 1 张")).to_be_visible()
    (order,) = await orders(central)
    assert (order["state"], order["total_fen"], order["methods"]) == ("paid", 8000, ["wechat"])
    await press(page, "2")
    await expect(page.get_by_label("应收")).to_have_text("¥80.00")
    await scan(page, "134567890123456789")
    await expect(page.get_by_role("alert")).to_contain_text("付款未成功")
    await window.picture("window-unpaid")
    await press(page, "Enter", "Enter")
    await expect(page.get_by_role("heading", name="已售 1 张")).to_be_visible()
    assert [(one["state"], one["methods"]) for one in await orders(central)] == [("paid", ["cash"]), ("paid", ["wechat"])]
    await scan(page, "HELLO7WORLD")
    await expect(page.get_by_text("不认识的码：HELLO7WORLD")).to_be_visible()
