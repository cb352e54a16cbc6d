"""The log: an act is read field by field, the chain answers in words, and old records are purged only on purpose."""

import re

import pytest
from playwright.async_api import expect

from central.audit.routes import CHAIN
from tests.builders.served import Central
from tests.console.accessibility import faults_of
from tests.console.admitted_visitors import stand_at_noon
from tests.console.window import Window

pytestmark = pytest.mark.browser

KEPT_S = 200 * 24 * 3600


async def change_a_role_long_ago(central: Central) -> None:
    """Change a role, so long before now that its records may be purged."""
    role = await central.api("POST", "/roles", {"name": "票务员", "permissions": ["sales.read"], "scope": "own"})
    stated = {"version": role["version"], "permissions": ["sales.read"], "scope": "all", "counter_scope": "all"}
    await central.api("PUT", f"/roles/{role['role_id']}", {**stated, "name": "<b>专员</b>"})
    assert central.server.app is not None
    await central.server.app[CHAIN].link_all(central.clock())
    central.clock.advance(seconds=KEPT_S)
    await central.sign_in_again()


async def purge(window: Window, central: Central) -> None:
    """Purge what is old, after a day that is too late."""
    page = window.page
    await page.get_by_role("button", name="清理日志").click()
    dialog = page.get_by_role("dialog", name="清理日志")
    await dialog.get_by_label("删除早于此日期的记录", exact=True).fill("2026-11-20")
    await expect(dialog.get_by_role("button", name="清理日志")).to_be_disabled()
    await dialog.get_by_label("请输入“清理日志”以确认").fill("清理日志")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("操作日志须保留")
    await window.picture("log-purge-refused-zh")
    await dialog.get_by_label("删除早于此日期的记录", exact=True).fill("2026-05-12")
    await dialog.get_by_label("请输入“清理日志”以确认").press("Enter")
    await expect(dialog).to_have_count(0)
    (purged,) = (await central.api("GET", "/audit-records?action=audit.purge"))["items"]
    await expect(page.get_by_text(f"已删除 {purged['detail']['records']} 条操作日志。")).to_be_visible()
    await expect(page.get_by_text("没有符合条件的记录")).to_be_visible()
    assert (await central.api("GET", "/audit-records?action=role"))["items"] == []


async def test_the_log_shows_what_changed_verifies_and_is_purged_on_purpose(window: Window, central: Central) -> None:
    await change_a_role_long_ago(central)
    await stand_at_noon(window.page)
    await window.open("/log?days=all&action=role")
    await window.sign_in()
    page = window.page
    lines = page.locator("main table tbody tr[tabindex]")
    await expect(lines).to_have_count(2)
    await expect(lines.first).to_contain_text("角色：修改")
    await lines.first.focus()
    await page.keyboard.press("Enter")
    changes = page.get_by_role("region", name="变更内容")
    await expect(changes.get_by_role("row", name=re.compile("^name"))).to_contain_text("票务员")
    await expect(changes.get_by_role("row", name=re.compile("^name"))).to_contain_text("<b>专员</b>")
    await expect(changes.get_by_role("row", name=re.compile("^scope"))).to_contain_text("own")
    await window.picture("log-record-zh")
    await page.keyboard.press("Escape")

    await page.get_by_role("button", name="核对完整性").click()
    answer = page.get_by_role("dialog", name="核对完整性")
    await expect(answer.get_by_text("日志完整，没有被删改。")).to_be_visible()
    await window.picture("log-verified-zh")
    await page.keyboard.press("Escape")
    await expect(answer).to_have_count(0)
    await purge(window, central)
    assert await faults_of(page) == []

    await page.get_by_role("link", name="接口调用").click()
    await expect(page.get_by_role("link", name="接口调用")).to_have_attribute("aria-current", "page")
    await window.open("/log/calls?days=all")
    await expect(lines.filter(has_text="addRole")).to_have_count(1)
    await page.emulate_media(color_scheme="dark")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("link", name="API calls")).to_be_visible()
    await window.picture("log-calls-en-dark")
    await page.get_by_role("link", name="Faults").click()
    await expect(page.get_by_text("There is no fault.")).to_be_visible()
    assert await faults_of(page) == []
