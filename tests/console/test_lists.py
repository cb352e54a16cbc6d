"""A list of the console, by its first page: admission records."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.builders.served import Central
from tests.console.accessibility import faults_of
from tests.console.admitted_visitors import ADULTS, MARKUP, TURNED_BACK, admit_visitors, stand_at_noon
from tests.console.window import Window, opened

pytestmark = pytest.mark.browser
ALL = ADULTS + TURNED_BACK
PAGE = 50


async def open_list(window: Window, query: str = "") -> Page:
    await stand_at_noon(window.page)
    await window.page.emulate_media(reduced_motion="reduce")
    await window.open(f"/admissions{query}")
    await window.sign_in()
    return window.page


async def choose(page: Page, label: str, option: str) -> None:
    """Choose in a select of the query row, which the keyboard opens."""
    await page.get_by_role("combobox", name=label, exact=True).press("Enter")
    await page.get_by_role("option", name=option, exact=True).click()


async def test_a_list_is_filtered_and_walked_by_keyboard_and_its_address_restores_it(central: Central, window: Window) -> None:
    visited = await admit_visitors(central)
    page = await open_list(window)
    lines = page.locator("table tbody tr[tabindex]")
    await expect(lines).to_have_count(PAGE)
    await expect(page.get_by_text(f"第 1-{PAGE} 条")).to_be_visible()
    totals = await central.api("GET", "/totals/admissions?first_day=2026-05-10&last_day=2026-05-10")
    assert totals == {"releases": ALL, "persons": ALL, "counted": ADULTS}
    await expect(page.get_by_text(f"共 {totals['releases']} 条")).to_be_visible()
    await expect(page.locator("tfoot td").nth(-2)).to_have_text(str(totals["persons"]))
    await expect(page.locator("tfoot td").nth(-1)).to_have_text(str(totals["counted"]))
    await expect(lines.first).to_contain_text(MARKUP)
    await window.picture("list")
    await page.get_by_role("button", name="更多", exact=True).click()
    await expect(lines).to_have_count(ALL)
    assert page.url.endswith("/console/admissions")

    await choose(page, "结果", "未通过")
    await page.get_by_role("button", name="查询").click()
    await expect(lines).to_have_count(TURNED_BACK)
    assert page.url.endswith("?state=not-passed")
    await page.reload()
    await expect(lines).to_have_count(TURNED_BACK)
    await expect(page.get_by_text(f"共 {TURNED_BACK} 条")).to_be_visible()

    await lines.first.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    shown = " ".join(visited.tickets[-2][at : at + 4] for at in range(0, 16, 4))
    await expect(drawer.get_by_role("link", name=shown)).to_have_attribute("href", f"/console/tickets/{visited.tickets[-2]}")
    await page.keyboard.press("ArrowUp")
    latest = " ".join(visited.tickets[-1][at : at + 4] for at in range(0, 16, 4))
    await expect(drawer).to_contain_text(latest)
    await window.picture("list_drawer")
    assert await faults_of(page) == []
    link = page.url
    await page.keyboard.press("Escape")
    await expect(drawer).to_have_count(0)
    await expect(lines.first).to_be_focused()
    assert page.url.endswith("?state=not-passed")

    await page.goto(link)
    await expect(drawer).to_contain_text(latest)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="重置").click()
    await expect(lines).to_have_count(PAGE)
    assert page.url.endswith("/console/admissions")


async def test_a_list_is_copied_exported_and_saved_as_a_view(central: Central, window: Window, tmp_path: Path) -> None:
    visited = await admit_visitors(central)
    await window.page.context.grant_permissions(["clipboard-read"])
    page = await open_list(window, "?columns=ticket,order,counted&state=passed")
    lines = page.locator("table tbody tr[tabindex]")
    await expect(lines).to_have_count(PAGE)
    await lines.nth(0).focus()
    await page.keyboard.press("Shift+ArrowDown")
    await lines.nth(2).click(modifiers=["Shift"])
    await expect(page.get_by_text("已选 3 行")).to_be_visible()
    await page.get_by_role("button", name="复制").click()
    await expect(page.get_by_text("已复制 3 行")).to_be_visible()
    copied = (await page.evaluate("navigator.clipboard.readText()")).splitlines()
    passed = visited.tickets[:ADULTS]
    assert [line.split("\t")[0].removeprefix("'") for line in copied] == passed[-1:-4:-1]
    assert [line.split("\t")[2] for line in copied] == ["1"] * 3

    await page.get_by_role("button", name="导出", exact=True).click()
    async with page.expect_download() as begun:
        await page.get_by_role("menuitem", name="CSV 文件").click()
    file = await begun.value
    assert file.suggested_filename == "检票记录 2026-05-10.csv"
    await file.save_as(tmp_path / "table.csv")
    table = (tmp_path / "table.csv").read_text("utf-8-sig").splitlines()
    assert len(table) == ADULTS + 1

    await page.get_by_role("button", name="视图").click()
    await page.get_by_label("视图名称").fill("今日 <已通过>")
    await page.get_by_role("button", name="保存当前视图").click()
    view = page.get_by_role("button", name="今日 <已通过>", exact=True)
    await expect(view).to_be_visible()
    await window.picture("list_views")
    saved = (await central.api("GET", "/session/preferences"))["views"]
    assert saved == [
        {"list_key": "admissions", "name": "今日 <已通过>", "filter": "state=passed", "columns": ["ticket", "order", "counted"]}
    ]
    await window.open("/admissions")
    await expect(page.locator("thead th")).to_have_count(10)
    await page.get_by_role("button", name="视图").click()
    await view.click()
    await expect(page.locator("thead th")).to_have_count(3)
    await expect(page.get_by_text(f"共 {ADULTS} 条")).to_be_visible()


async def test_a_long_export_is_kept_and_found_again_after_a_reload(central: Central, window: Window) -> None:
    await admit_visitors(central)
    page = await open_list(window)

    async def many(route: Route) -> None:
        await route.fulfill(json={"releases": 1_001, "persons": 1_001, "counted": 1_001})

    await page.route("**/api/v1/totals/admissions*", many)
    await expect(page.get_by_text("共 1001 条")).to_be_visible()
    await page.get_by_role("button", name="导出", exact=True).click()
    await page.get_by_role("menuitem", name="Excel 文件").click()
    done = page.get_by_text(f"已完成，{ALL} 条")
    await expect(done).to_be_visible()
    await page.reload()
    await page.get_by_role("button", name="导出记录").click()
    await expect(done).to_be_visible()
    await window.picture("list_exports")
    async with page.expect_download() as begun:
        await page.get_by_role("link", name="下载").click()
    assert (await begun.value).suggested_filename == "admissions.xlsx"


async def test_a_list_says_why_it_is_empty_and_what_failed_in_both_languages(central: Central, browser: Browser) -> None:
    async with opened(browser, central.url, zone="America/Los_Angeles") as window:
        page = await open_list(window)
        await expect(page.get_by_role("heading", name="2026-05-10 还没有检票记录")).to_be_visible()
        await expect(page.get_by_role("textbox", name="开始日期")).to_have_value("2026-05-10")
        await window.picture("list_empty")
        await admit_visitors(central)
        await page.get_by_role("button", name="刷新").click()
        lines = page.locator("table tbody tr[tabindex]")
        await expect(lines.first).to_contain_text("2026-05-10 10:00:54")
        await expect(page.get_by_text("Asia/Shanghai")).to_be_visible()

        await page.route("**/api/v1/admissions*", lambda route: route.abort())
        await page.get_by_role("button", name="刷新").click()
        await expect(page.get_by_role("alert")).to_contain_text("以下内容截至 10:00:54")
        await expect(lines).to_have_count(PAGE)
        await window.picture("list_stale")
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_role("alert")).to_contain_text("What you see is of 10:00:54")
        ticket = page.get_by_role("textbox", name="Ticket number")
        await ticket.fill("0000 0000 0000 0001")
        await page.get_by_role("button", name="Search", exact=True).click()
        await expect(page.get_by_role("alert")).to_contain_text("Central does not answer")
        await expect(ticket).to_have_value("0000000000000001")
        await window.picture("list_fault")
        await page.unroute("**/api/v1/admissions*")
        await page.get_by_role("button", name="Try again").click()
        await page.get_by_role("button", name="Clear the filters").click()
        await expect(lines.first).to_contain_text("Child <b>bold</b>")
        await expect(page.get_by_text(f"{ALL} in all")).to_be_visible()
        await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        await window.picture("list_en_dark")
        assert await faults_of(page) == []
        await ticket.fill("00ff")
        await page.get_by_role("button", name="Search", exact=True).click()
        await expect(page.get_by_role("alert")).to_contain_text("16 characters")


async def test_an_admission_comes_in_by_itself_and_moves_nothing_that_is_read(central: Central, window: Window) -> None:
    visited = await admit_visitors(central)
    page = await open_list(window)
    lines = page.locator("table tbody tr[tabindex]")
    await expect(lines).to_have_count(PAGE)
    await expect(page.get_by_role("banner").get_by_role("status")).to_contain_text("实时")

    async def enter() -> str:
        (ticket,) = await central.sell(1)
        central.clock.advance(seconds=1)
        visited.gate.admit(ticket["ticket_id"])
        await visited.gate.upload()
        return " ".join(ticket["ticket_id"][at : at + 4] for at in range(0, 16, 4))

    shown = await enter()
    await expect(lines.first).to_contain_text(shown)
    await lines.nth(4).click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    held = await enter()
    await expect(page.get_by_role("status").get_by_role("button")).to_contain_text("1 条新记录")
    await expect(lines.first).to_contain_text(shown)
    await page.keyboard.press("Escape")
    await expect(lines.first).to_contain_text(held)
    await lines.nth(30).scroll_into_view_if_needed()
    waiting = await enter()
    button = page.get_by_role("status").get_by_role("button")
    await expect(button).to_contain_text("1 条新记录")
    await expect(lines.first).to_contain_text(held)
    await button.click()
    await expect(lines.first).to_contain_text(waiting)
    visited.gate.close()
