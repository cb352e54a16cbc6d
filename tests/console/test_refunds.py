"""Tickets of one order go back by one confirmation, and what waits for a gate is released with a reason."""

import pytest
from playwright.async_api import expect

from tests.builders.served import Central
from tests.console.accessibility import faults_of
from tests.console.window import Window

pytestmark = pytest.mark.browser
PIN = "482913"


async def test_two_of_three_tickets_go_back_and_one_waits_until_it_is_released(window: Window, central: Central) -> None:
    gate = await central.enrol(await central.add_check_point([await central.add_type()]), name="四号闸")
    await central.api("POST", "/own-shift", {"site_id": 1, "float_fen": 50_000})
    first, second, third = await central.sell(1, 3)
    await gate.refresh()
    await central.api("POST", "/refunds", {"ticket_id": third["ticket_id"], "reason": "rain"})
    page = window.page
    await window.open("/refunds")
    await window.sign_in()
    field = page.get_by_role("textbox", name="扫票码")
    await expect(field).to_be_focused()
    await page.keyboard.type(first["ticket_id"])
    await page.keyboard.press("Enter")
    order = page.get_by_role("region", name="订单 1")
    await expect(order).to_contain_text("共 2 张，退 ¥160.00")
    await expect(order).to_contain_text("原路退回：现金 ¥160.00")
    await expect(order).to_contain_text("不可退")
    await order.get_by_label("退票原因").fill("天气原因")
    await window.picture("refunds-order-zh")
    assert await faults_of(page) == []
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="退票")
    await expect(dialog).to_contain_text("退 2 张票，退回 ¥160.00")
    await dialog.get_by_role("button", name="退票").dblclick()
    await expect(page.get_by_text("已受理 2 张：¥160.00")).to_be_visible()
    refunds = (await central.api("GET", "/refunds"))["items"]
    assert sorted(one["ticket_id"] for one in refunds) == sorted(one["ticket_id"] for one in (first, second, third))
    waiting = page.get_by_role("region", name="待办的退票")
    await expect(waiting.get_by_role("listitem")).to_have_count(3)
    await expect(waiting).to_contain_text("四号闸")
    await window.picture("refunds-waiting-zh")
    await waiting.get_by_role("listitem").first.get_by_role("button", name="主管放行").click()
    released = page.get_by_role("dialog", name="主管放行")
    await released.get_by_text("本人权限").click()
    await released.get_by_label("放行原因").fill("闸机已断电")
    await page.emulate_media(color_scheme="dark")
    await window.picture("refunds-release-dark")
    await released.get_by_role("button", name="主管放行").click()
    await expect(waiting.get_by_role("listitem")).to_have_count(2)
    paid = [one for one in (await central.api("GET", "/refunds"))["items"] if one["state"] == "paid"]
    assert [one["override_reason"] for one in paid] == ["闸机已断电"]
    gate.close()
