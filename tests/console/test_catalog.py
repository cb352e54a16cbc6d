"""The catalogue: ticket types with every parameter, what a gate would say of them, and their categories."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.builders.served import Central
from tests.console.accessibility import faults_of
from tests.console.window import Window

pytestmark = pytest.mark.browser


async def opened_at(window: Window, path: str) -> Page:
    await window.open(path)
    await window.sign_in()
    return window.page


async def ticket_type(central: Central, number: int) -> dict[str, Any]:
    read: dict[str, Any] = await central.api("GET", f"/ticket-types/{number}")
    return read


async def test_an_annual_pass_is_on_sale_after_four_inputs_and_two_editors_see_each_other(
    window: Window, central: Central
) -> None:
    page = await opened_at(window, "/ticket-types/new")
    await page.get_by_role("button", name="年票").click()
    await page.get_by_role("button", name="保存并上架").click()
    await expect(page.get_by_label("票价").first).to_be_focused()
    await expect(page.get_by_label("中文名称")).to_have_value("年票")
    await page.get_by_label("票价").first.fill("298")
    await page.get_by_role("button", name="保存并上架").click()
    await expect(page).to_have_url(f"{central.url}/console/ticket-types/1")
    made = await ticket_type(central, 1)
    assert (made["price_fen"], made["is_on_sale"], made["parameters"]["is_real_name"]) == (29800, True, True)
    await expect(page.get_by_role("button", name="保存", exact=True)).to_be_visible()
    await window.picture("ticket-type")
    await page.get_by_label("英文名称").fill("Annual")
    await page.get_by_text("检票规则").first.click()
    await page.get_by_label("最多").first.fill("2")
    await central.api("PATCH", "/ticket-types/1", {"version": made["version"], "price_fen": 30000})
    await page.keyboard.press("Control+s")
    await expect(page.locator("section.conflict")).to_contain_text("¥300.00")
    await window.picture("ticket-type-conflict")
    await page.get_by_role("button", name="按所选保存").click()
    await expect(page.get_by_text("已保存")).to_be_visible()
    stands = await ticket_type(central, 1)
    assert (stands["price_fen"], stands["parameters"]["name_en"]) == (30000, "Annual")
    assert stands["parameters"]["entitlements"][0]["always"] == [{"check": "daily-uses", "most": 2}]


async def test_types_are_listed_copied_and_archived(window: Window, central: Central) -> None:
    await central.add_type(name_zh="<b>成人票</b>")
    await central.add_type(name_zh="学生票", name_en="Student")
    page = await opened_at(window, "/ticket-types")
    await expect(page.get_by_text("<b>成人票</b>")).to_be_visible()
    await page.get_by_text("学生票").click()
    drawer = page.get_by_role("dialog")
    await expect(drawer).to_contain_text("共 1 次")
    await window.picture("ticket-types")
    assert await faults_of(page) == []
    await drawer.get_by_role("button", name="复制").click()
    await page.get_by_role("dialog", name="复制").get_by_role("button", name="复制").click()
    await expect(page).to_have_url(f"{central.url}/console/ticket-types/3")
    await page.get_by_role("button", name="归档").click()
    await page.get_by_role("dialog").get_by_role("button", name="归档").click()
    await expect(page.get_by_text("此票种已归档")).to_be_visible()
    assert (await ticket_type(central, 3))["archived_at"] is not None
