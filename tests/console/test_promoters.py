"""A promoter is added, shows a QR that leads to their code, and gets a new code when the old one is lost."""

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import expect

from tests.builders.served import Central
from tests.console.accessibility import faults_of
from tests.console.window import Window

pytestmark = pytest.mark.browser


async def test_a_promoter_is_added_shown_and_given_a_new_code(window: Window, central: Central) -> None:
    page = window.page
    await window.open("/promoters")
    await window.sign_in()
    await expect(page.get_by_role("heading", name="还没有推广人")).to_be_visible()
    await page.get_by_role("button", name="新增推广人").click()
    drawer = page.locator(".form-drawer")
    await drawer.get_by_label("名称").fill("<b>王导</b>")
    await drawer.get_by_label("推广佣金（千分比）").fill("50")
    await page.keyboard.press("Control+s")
    await expect(drawer).to_have_count(0)
    row = page.locator("main tbody tr")
    await expect(row).to_contain_text("<b>王导</b>")
    await window.picture("promoters-zh")
    assert await faults_of(page) == []
    (one,) = (await central.api("GET", "/promoters"))["items"]
    assert (one["name"], one["commission_per_mille"]) == ("<b>王导</b>", 50)
    await row.get_by_role("button", name="二维码").click()
    picture = page.get_by_role("img", name="推广二维码")
    await expect(picture).to_have_js_property("complete", value=True)
    found = zxingcpp.read_barcodes(Image.open(BytesIO(await page.get_by_role("dialog").screenshot())))
    assert [each.text for each in found] == [one["link"]]
    await page.keyboard.press("Escape")
    await row.get_by_role("button", name="换新码").click()
    await page.get_by_role("dialog", name="换新码").get_by_role("button", name="换新码").click()
    await expect(row).not_to_contain_text(one["code"])
    (renewed,) = (await central.api("GET", "/promoters"))["items"]
    await expect(row).to_contain_text(renewed["code"])
    await page.emulate_media(color_scheme="dark")
    await page.get_by_role("button", name="English").click()
    await expect(row).to_contain_text("Active")
    await window.picture("promoters-en-dark")
