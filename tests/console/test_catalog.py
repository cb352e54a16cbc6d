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


async def test_the_editor_shows_what_a_gate_would_say_before_it_is_saved(window: Window, central: Central) -> None:
    number = await central.add_type()
    await central.add_check_point([number], name_zh="东门")
    page = await opened_at(window, f"/ticket-types/{number}")
    preview = page.get_by_label("闸机会怎么说")
    await preview.get_by_label("使用日期").fill("2026-05-10")
    await preview.get_by_label("检票时间").fill("2026-05-10 10:00")
    await page.keyboard.press("Enter")
    await expect(preview.locator(".verdict.admit")).to_be_visible()
    await preview.get_by_role("button", name="加一次先前的检票").click()
    await expect(preview.locator(".verdict.refuse")).to_be_visible()
    await window.picture("ticket-type-preview")
    assert await faults_of(page) == []
    await page.get_by_text("检票规则").first.click()
    await page.get_by_label("最多").first.fill("2")
    await expect(preview.locator(".verdict.admit")).to_be_visible()
    await expect(preview).to_contain_text("按正在填写的内容预演")
    await page.get_by_label("票价").first.fill("90")
    await expect(page.get_by_label("改动影响")).to_contain_text("将改变：票价")
    assert (await ticket_type(central, number))["price_fen"] == 8000


async def test_a_change_takes_effect_later_and_is_withdrawn(window: Window, central: Central) -> None:
    number = await central.add_type()
    page = await opened_at(window, f"/ticket-types/{number}")
    await page.get_by_label("票价").first.fill("95")
    await page.get_by_role("button", name="以后生效…").click()
    dialog = page.get_by_role("dialog", name="以后生效…")
    await dialog.get_by_label("从这一天起生效").fill("2027-05-01")
    await page.keyboard.press("Enter")
    await dialog.get_by_role("button", name="计划变更").click()
    bands = page.get_by_label("计划中的变更")
    await expect(bands).to_contain_text("2027-05-01")
    await expect(bands).to_contain_text("票价: ¥95.00")
    await window.picture("ticket-type-planned")
    planned = (await central.api("GET", f"/ticket-types/{number}/changes"))["items"]
    assert [one["changes"] for one in planned] == [{"price_fen": 9500}]
    assert (await ticket_type(central, number))["price_fen"] == 8000
    await bands.get_by_role("button", name="撤回").click()
    await page.get_by_role("dialog").get_by_role("button", name="撤回").click()
    await expect(bands).to_have_count(0)
    assert (await central.api("GET", f"/ticket-types/{number}/changes"))["items"] == []


async def test_categories_are_added_ordered_and_only_deleted_when_empty(window: Window, central: Central) -> None:
    first = (await central.api("POST", "/categories", {"name_zh": "<i>门票</i>"}))["category_id"]
    page = await opened_at(window, "/categories")
    await page.get_by_role("button", name="新增分类").click()
    await page.get_by_label("中文名称").fill("年票类")
    await page.keyboard.press("Control+s")
    await expect(page.get_by_role("button", name="上移“年票类”")).to_be_enabled()
    await page.get_by_role("button", name="上移“年票类”").click()
    await expect(page.get_by_role("button", name="上移“年票类”")).to_be_disabled()
    tree = (await central.api("GET", "/categories"))["items"]
    assert [one["name_zh"] for one in tree] == ["年票类", "<i>门票</i>"]
    number = await central.add_type()
    await window.open(f"/ticket-types/{number}")
    await page.locator("main").get_by_label("票据分类").first.click()
    await page.get_by_role("option", name="<i>门票</i>").click()
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("有未保存的更改")).to_have_count(0)
    assert (await ticket_type(central, number))["category"]["id"] == first
    await window.open("/categories")
    await page.get_by_role("button", name="删除“<i>门票</i>”").click()
    await page.get_by_role("dialog").get_by_role("button", name="删除").click()
    await expect(page.get_by_text("请求编号")).to_be_visible()
    await window.picture("categories")
    assert await faults_of(page) == []
    await page.get_by_role("button", name="删除“年票类”").click()
    await page.get_by_role("dialog").get_by_role("button", name="删除").click()
    await expect(page.get_by_role("button", name="年票类", exact=True)).to_have_count(0)
    assert len((await central.api("GET", "/categories"))["items"]) == 1
