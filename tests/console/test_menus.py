"""The menu as an administrator arranges it: by keys and by mouse, with nothing lost, and back as shipped."""

import pytest
from playwright.async_api import expect

from tests.builders.served import Central
from tests.console.accessibility import faults_of
from tests.console.window import Window

pytestmark = pytest.mark.browser


async def keys_of(central: Central) -> dict[str, list[str]]:
    groups = (await central.api("GET", "/menu/arrangement"))["groups"]
    return {group["key"]: [page["key"] for page in group["pages"] if not page["is_hidden"]] for group in groups}


async def test_the_menu_is_arranged_by_keys_and_mouse_and_restored(window: Window, central: Central) -> None:
    page = window.page
    shipped = await keys_of(central)
    await window.open("/menus")
    await window.sign_in()
    today = page.get_by_role("region", name="工作台")
    await today.locator("[data-page=why]").focus()
    await page.keyboard.press("Alt+ArrowUp")
    await expect(today.locator("li").first).to_be_focused()
    await today.locator("[data-page=on-site]").focus()
    await page.keyboard.press("Space")
    await expect(today.locator("[data-page=on-site]")).to_contain_text("已隐藏")
    await page.locator("[data-page=exports]").drag_to(page.locator("[data-page=parameters]"))
    await window.picture("menus-zh")
    assert await faults_of(page) == []
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("已保存")).to_be_visible()
    changed = await keys_of(central)
    assert changed["today"] == ["why", "home"]
    assert changed["settings"] == ["exports", *shipped["settings"]]
    await expect(page.locator("nav.menu section").first.get_by_role("link").first).to_have_text("为何不开闸")
    await page.emulate_media(color_scheme="dark")
    await page.get_by_role("button", name="English").click()
    await page.get_by_role("button", name="Restore the shipped menu").click()
    await window.picture("menus-restore-en-dark")
    await page.get_by_role("dialog").get_by_role("button", name="Restore the shipped menu").click()
    await expect(page.locator("nav.menu section").first.get_by_role("link").first).to_have_text("Home")
    assert await keys_of(central) == shipped
