"""Statistics: the figures of the API to the fen, in a table, in a chart, and in what is exported of both."""

import re

import pytest
from playwright.async_api import expect

from tests.builders.served import VISIT_DAY, Central
from tests.console.accessibility import faults_of
from tests.console.window import Window

pytestmark = pytest.mark.browser

TYPES = 7
MONTH = "first_day=2026-05-01&last_day=2026-05-10"
MARKUP = "儿童票 <img src=x onerror=alert(1)> مرحبا"
PNG = b"\x89PNG"


def yuan(fen: int) -> str:
    return f"¥{fen / 100:,.2f}"


async def sell_types(central: Central) -> list[int]:
    """Sell more types than a chart has colours: of each one more than of the one before."""
    kinds = [await central.add_type(name_zh=MARKUP if at == 0 else f"票种 {at}", name_en=f"Type {at}") for at in range(TYPES)]
    for at, kind in enumerate(kinds):
        await central.sell(kind, at + 1)
    return kinds


async def test_figures_are_those_of_the_api_in_table_chart_and_files(central: Central, window: Window) -> None:
    kinds = await sell_types(central)
    items = (await central.api("GET", f"/ticket-statistics?{MONTH}"))["items"]
    sold = sum(one["sold_fen"] for one in items)
    assert sold == 8000 * sum(range(TYPES + 1))
    page, main = window.page, window.page.locator("main")
    await window.open("/ticket-statistics")
    await window.sign_in()
    chart = main.locator(".chart[role=img]")
    await expect(chart).to_have_attribute("aria-label", re.compile(rf"最高为 {VISIT_DAY}，{yuan(sold)}；合计 {yuan(sold)}"))
    await expect(chart.locator("canvas")).to_have_count(1)
    await expect(chart).to_have_css("height", "320px")
    await expect(main.locator("tbody tr")).to_have_count(TYPES)
    await expect(main.locator("tfoot")).to_contain_text(yuan(sold))
    await expect(main.locator("tbody").get_by_text(MARKUP)).to_be_visible()
    assert await faults_of(page) == []
    await window.picture("ticket-statistics-zh")

    await main.get_by_role("link", name="渠道统计").press("Enter")
    await expect(page).to_have_url(re.compile("/seller-statistics$"))
    await expect(main.locator("tfoot")).to_contain_text(yuan(sold))
    await window.picture("seller-statistics-zh")
    await main.get_by_role("link", name="分销统计").click()
    await expect(main.get_by_text("所选日期没有分销订单。")).to_be_visible()
    await page.get_by_role("button", name="English").click()
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await window.open(f"/ticket-statistics?ticket_type_id={kinds[1]}")
    await expect(main.locator("tbody tr")).to_have_count(1)
    await expect(main.locator("tfoot")).to_contain_text(yuan(16_000))
    await main.get_by_role("button", name="Reset").click()
    await expect(chart).to_have_attribute("aria-label", re.compile(rf"the sum is {yuan(sold)}"))
    assert await faults_of(page) == []
    await window.picture("ticket-statistics-en-dark")
    async with page.expect_download() as table:
        await main.get_by_role("button", name="Export", exact=True).click()
        await page.get_by_role("menuitem", name="CSV").click()
    lines = (await (await table.value).path()).read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + TYPES
    async with page.expect_download() as picture:
        await main.get_by_role("button", name="Export the chart").click()
    assert (await (await picture.value).path()).read_bytes().startswith(PNG)
