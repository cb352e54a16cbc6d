"""Parameters as an administrator sets them: every field as central asks for it, and secrets never shown again."""

import pytest
from playwright.async_api import expect

from tests.builders.merchant import wechat_values
from tests.builders.served import Central
from tests.console.accessibility import faults_of
from tests.console.window import Window

pytestmark = pytest.mark.browser


async def test_a_merchant_is_typed_in_and_its_keys_are_not_shown_again(window: Window, central: Central) -> None:
    page = window.page
    await window.open("/parameters")
    await window.sign_in()
    line = page.locator("main").get_by_role("row").filter(has_text="微信支付")
    await expect(line).to_contain_text("从未设置，按默认值")
    await window.picture("parameters-zh")
    assert await faults_of(page) == []
    await line.get_by_role("button", name="设置").click()
    drawer = page.get_by_role("dialog", name="参数设置：微信支付")
    asked = (await central.api("GET", "/parameters/payment-wechat"))["fields"]
    values = wechat_values() | {"public_key": "no key"}
    for field in asked:
        if field["name"] in values:
            mark = " *" if field["is_required"] else ""
            await drawer.get_by_label(field["title_zh"] + mark, exact=True).fill(str(values[field["name"]]))
    await page.keyboard.press("Control+s")
    await expect(drawer.get_by_text("须为 PEM 格式的公钥")).to_be_visible()
    await window.picture("parameters-refused-zh")
    key = next(one for one in asked if one["name"] == "public_key")
    await drawer.get_by_label(key["title_zh"] + " *", exact=True).fill(wechat_values()["public_key"])
    await page.keyboard.press("Control+s")
    await expect(drawer).to_have_count(0)
    await expect(line).to_contain_text("● 已设置")
    stored = (await central.api("GET", "/parameters/payment-wechat"))["fields"]
    assert {one["name"]: one["value"] for one in stored if one["name"] == "mchid"} == {"mchid": values["mchid"]}
    assert all(one["is_set"] for one in stored if one["kind"] == "secret")
    await page.emulate_media(color_scheme="dark")
    await page.get_by_role("button", name="English").click()
    await page.locator("main").get_by_role("row").filter(has_text="WeChat Pay").get_by_role("button", name="Set").click()
    drawer = page.get_by_role("dialog", name="Parameters: WeChat Pay")
    await expect(drawer.get_by_placeholder("Set; left empty, it stays").first).to_have_value("")
    await window.picture("parameters-form-en-dark")
    assert await faults_of(page) == []
    await drawer.get_by_label("Store number").fill("W2")
    await page.keyboard.press("Control+s")
    await expect(drawer).to_have_count(0)
    stored = (await central.api("GET", "/parameters/payment-wechat"))["fields"]
    assert all(one["is_set"] for one in stored if one["kind"] == "secret"), "what was left empty stayed"
