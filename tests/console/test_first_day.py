"""From an empty system to the first ticket sold and admitted, in the browser alone, as docs/quick_start.md tells it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.builders.central import HandClock
from tests.builders.served import VISIT_DAY, Central, running_central
from tests.console.window import Window, opened

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(loop_scope="session")
async def empty(tmp_path: Path) -> AsyncIterator[Central]:
    """A central that knows nothing but its administrator."""
    async with running_central(tmp_path / "central", HandClock()) as central:
        yield central


async def follow(page: Page, title: str) -> None:
    """Open a page from the menu."""
    await page.locator("nav.menu").get_by_role("link", name=title, exact=True).click()


async def add_site(window: Window) -> None:
    page = window.page
    await follow(page, "景区")
    await page.get_by_role("button", name="新增景区").click()
    drawer = page.locator(".form-drawer")
    await drawer.get_by_label("中文名称").first.fill("牌坊镇")
    await page.keyboard.press("Control+s")
    await expect(drawer).to_have_count(0)


async def add_type(page: Page) -> None:
    await follow(page, "票据管理")
    await page.get_by_role("button", name="新增票种").click()
    await page.get_by_role("button", name="单次票").click()
    await page.get_by_label("票价").first.fill("80")
    await page.get_by_role("button", name="保存并上架").click()
    await expect(page.get_by_role("button", name="归档")).to_be_visible()


async def add_gate(page: Page) -> str:
    """Add a check point, and ask for the code that enrols its gate."""
    await follow(page, "检票设备")
    await page.get_by_role("button", name="新增检票设备").click()
    drawer = page.locator(".form-drawer")
    await drawer.get_by_label("中文名称").fill("东门")
    await drawer.get_by_role("combobox", name="可通过的票种").press("Enter")
    await page.get_by_role("option", name="单次票").click()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Control+s")
    await expect(drawer).to_have_count(0)
    await follow(page, "检票终端")
    await page.get_by_role("button", name="登记终端").click()
    dialog = page.get_by_role("dialog", name="登记终端")
    await dialog.get_by_role("combobox", name="检票设备").press("Enter")
    await page.get_by_role("option", name="东门").click()
    await page.keyboard.press("Tab")
    await dialog.get_by_label("终端名称").fill("东门 1")
    await page.keyboard.press("Enter")
    return await dialog.locator("[data-code]").inner_text()


async def sell(page: Page) -> None:
    await follow(page, "窗口售票")
    await page.get_by_label("备用金").fill("200")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="单次票")).to_be_visible()
    await expect(page.get_by_role("button", name="开班")).to_have_count(0)
    await page.keyboard.press("1")
    await expect(page.get_by_label("应收")).to_have_text("¥80.00")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="现金收款")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="已售 1 张")).to_be_visible()


async def test_an_empty_system_sells_and_admits_its_first_visitor(browser: Browser, empty: Central) -> None:
    async with opened(browser, empty.url) as window:
        page = window.page
        await window.open()
        await window.sign_in()
        await expect(page.locator("nav.menu").get_by_role("link", name="首页")).to_be_visible()
        steps = page.get_by_role("region", name="从这里开始")
        await expect(steps.get_by_text("○ 待完成")).to_have_count(6)
        await window.picture("first-day-empty")
        await add_site(window)
        await follow(page, "首页")
        await expect(steps.get_by_role("listitem").first).to_contain_text("● 已完成")
        await add_type(page)
        code = await add_gate(page)
        gate = await empty.enrol_by(code, 1, "东门 1")
        dialog = page.get_by_role("dialog", name="登记终端")
        await expect(dialog).to_contain_text("已登记为闸机")
        await page.keyboard.press("Escape")
        await sell(page)
        await window.picture("first-day-sold")
        await gate.refresh()
        (order,) = (await empty.api("GET", f"/orders?first_day={VISIT_DAY}&last_day={VISIT_DAY}"))["items"]
        whole = await empty.api("GET", f"/orders/{order['order_id']}")
        gate.admit(whole["tickets"][0]["ticket_id"])
        await gate.upload()
        await follow(page, "检票记录")
        await expect(page.get_by_role("grid")).to_contain_text("东门")
        await window.picture("first-day-admitted")
        gate.close()
