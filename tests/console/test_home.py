"""Home: figures that are the API's, that lead to their rows, that move when a gate uploads, and that grey when they are old."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.builders.served import PASSWORD, Central, Gate
from tests.console.accessibility import faults_of
from tests.console.admitted_visitors import stand_at_noon
from tests.console.window import Window, opened

pytestmark = pytest.mark.browser
SOLD, ENTERED, CAPACITY = 6, 5, 6
LIVE, HOME = "**/api/v1/live", "**/api/v1/home*"
SELLER = "wang.fang"


@pytest_asyncio.fixture(loop_scope="session")
async def gate(central: Central) -> AsyncIterator[Gate]:
    """A site that is nearly full: a gate let in all but one of those who bought."""
    site = await central.api("GET", "/sites/1")
    await central.api("PUT", "/sites/1", {**site["parameters"], "capacity": CAPACITY, "version": site["version"]})
    adult = await central.add_type()
    point = await central.add_check_point([adult], name_zh="东门 <b>一号</b>", name_en="East gate")
    one = await central.enrol(point)
    await one.refresh()
    for ticket in (await central.sell(adult, SOLD))[:ENTERED]:
        central.clock.advance(seconds=1)
        one.admit(ticket["ticket_id"])
    await one.upload()
    yield one
    one.close()


def figure(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


async def home(central: Central) -> dict[str, Any]:
    (item,) = (await central.api("GET", "/home?site_id=1"))["items"]
    found: dict[str, Any] = item
    return found


async def ready(window: Window) -> Page:
    await stand_at_noon(window.page)
    await window.open()
    await window.sign_in()
    await expect(window.page.get_by_role("heading", name="首页")).to_be_visible()
    return window.page


async def test_each_figure_is_the_apis_and_leads_to_rows_that_sum_to_it(window: Window, central: Central, gate: Gate) -> None:
    page = await ready(window)
    said = (await home(central))["today"]
    assert (said["tickets"], said["entries"], said["taken_fen"], said["returned_fen"]) == (SOLD, ENTERED, 48_000, 0)
    for name, text in (("售票", "6"), ("入园", "5"), ("收款", "¥480.00"), ("退款", "¥0.00")):
        await expect(figure(page, name).locator(".value")).to_have_text(text)
        await expect(figure(page, name)).to_contain_text("昨日此时")
    await expect(page.get_by_text("▲ 接近上限")).to_be_visible()
    await expect(page.get_by_text("瞬时最大承载量 6 · 83%")).to_be_visible()
    await expect(page.get_by_text("东门 <b>一号</b>", exact=True)).to_be_visible()
    await expect(page.get_by_text("● 无异常")).to_be_visible()
    await window.picture("home")
    assert await faults_of(page) == []
    await figure(page, "入园").get_by_role("link").click()
    await expect(page).to_have_url(re.compile(r"/admissions\?state=passed"))
    await expect(page.locator("tfoot td").last).to_have_text(str(ENTERED))
    assert gate.check_point


async def test_an_admission_moves_the_figure_and_a_break_greys_it(window: Window, central: Central, gate: Gate) -> None:
    page = await ready(window)
    await expect(page.get_by_role("banner").get_by_role("status")).to_have_text("实时")
    entries = figure(page, "入园").locator(".value")
    await expect(entries).to_have_text(str(ENTERED))
    (ticket,) = await central.sell(1)
    gate.admit(ticket["ticket_id"])
    await gate.upload()
    await expect(entries).to_have_text(str(ENTERED + 1))
    await expect(page.get_by_text("■ 已满")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="入园 1 人")).to_have_count(ENTERED + 1)
    colour = await entries.evaluate("one => getComputedStyle(one).color")
    for address in (LIVE, HOME):
        await page.context.route(address, lambda route: route.abort())
    runner = central.server.runner
    assert runner is not None
    assert runner.server is not None
    for connection in runner.server.connections:
        if connection.transport is not None:
            connection.transport.abort()
    await expect(page.get_by_text(re.compile("截至 .*未能更新"))).to_be_visible()
    assert await entries.evaluate("one => getComputedStyle(one).color") != colour
    await window.picture("home-stale")
    for address in (LIVE, HOME):
        await page.context.unroute(address)
    await expect(page.get_by_text(re.compile("截至 .*未能更新"))).to_be_hidden()


async def test_home_in_english_and_dark_before_the_first_sale(browser: Browser, central: Central) -> None:
    async with opened(browser, central.url, language="en-GB", zone="America/Los_Angeles") as window:
        page = window.page
        await stand_at_noon(page)
        await page.emulate_media(color_scheme="dark")
        await window.open("/home")
        await expect(page.get_by_label("Name")).to_be_focused()
        await page.keyboard.type("admin")
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("No ticket is sold today")).to_be_visible()
        await expect(page.get_by_text("There is no check point yet.")).to_be_visible()
        await window.picture("home-en-dark-empty")
        await central.enrol(await central.add_check_point([await central.add_type()]))
        await central.sell(1, 2)
        await expect(figure(page, "Tickets sold").locator(".value")).to_have_text("2")
        await expect(page.get_by_role("listitem").filter(has_text="Gate 1")).to_be_visible()
        await window.picture("home-en-dark")
        assert await faults_of(page) == []


async def test_a_seller_without_reports_sees_the_own_day(window: Window, central: Central) -> None:
    role = await central.api("POST", "/roles", {"name": "售票员", "permissions": ["sales.read"], "scope": "own"})
    body = {"name": SELLER, "full_name": "王芳", "role_ids": [role["role_id"]]}
    given = (await central.api("POST", "/users", body))["one_time_password"]
    page = window.page
    await window.open()
    await window.sign_in(SELLER, given)
    await page.get_by_label("当前密码").fill(given)
    for label in ("新密码", "再次输入新密码"):
        await page.get_by_label(label, exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="首页")).to_be_visible()
    await expect(page.get_by_role("heading", name="今日尚无售票")).to_be_visible()
    await expect(page.get_by_text("未开班")).to_be_visible()
    await expect(page).to_have_url(f"{window.url}/console/home")
    await window.picture("home-own")
    assert await faults_of(page) == []
