"""The search of the console, by the keyboard alone."""

import json

import pytest
from playwright.async_api import Locator, Route, expect

from central.reports.look_ups import LookUps, Match, Shown
from central.sales.data_scope import Sight
from tests.builders.served import VISIT_DAY, Central
from tests.console.window import Window

pytestmark = pytest.mark.browser
PHONE = "13800138000"
HOSTILE = "<img src=x onerror=alert(1)>@{} | \u202eabc 牌坊 " + "x" * 10_000
LOOK_UPS = "**/api/v1/look-ups"


async def sold(central: Central) -> dict[str, str]:
    """Sell one ticket to a person with a phone; return what may be searched."""
    type_id = await central.add_type(name_zh="<b>成人票</b>")
    lines = [{"ticket_type_id": type_id, "quantity": 1, "visit_day": VISIT_DAY}]
    wanted = {"site_id": 1, "lines": lines, "buyer_phone": PHONE, "expected_total_fen": 8000, "method": "cash"}
    order = await central.api("POST", "/orders", wanted)
    ticket = order["tickets"][0]
    return {"order": str(order["order_id"]), **{key: ticket[key] for key in ("code", "short_number", "ticket_id")}}


def options(dialog: Locator) -> Locator:
    return dialog.get_by_role("option")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Return what central is asked for: the browser does not tell the bodies of its requests."""
    texts: list[str | None] = []
    look_up = LookUps.look_up

    async def noted(self: LookUps, shown: Shown, sight: Sight) -> tuple[Match, ...]:
        texts.append(shown.text)
        return await look_up(self, shown, sight)

    monkeypatch.setattr(LookUps, "look_up", noted)
    return texts


async def test_whatever_a_visitor_shows_is_found_by_the_keyboard(
    window: Window, central: Central, asked: list[str | None]
) -> None:
    said = await sold(central)
    page = window.page
    await window.open("/nowhere")
    await window.sign_in()
    await expect(page.get_by_role("button", name="搜索")).to_be_visible()
    await page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="搜索")
    field = dialog.get_by_role("combobox")
    await expect(field).to_be_focused()
    # A scanner: the keys at once, then Enter.
    await page.keyboard.type(said["code"])
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{window.url}/console/tickets/{said['ticket_id']}")
    await expect(page.get_by_role("definition").filter(has_text="<b>成人票</b>")).to_be_visible()
    assert asked[-1] == said["code"]
    await page.keyboard.press("Control+k")
    await expect(field).to_be_focused()
    await page.keyboard.type(said["order"])
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(page).to_have_url(f"{window.url}/console/orders/{said['order']}")
    await expect(page.get_by_role("article").get_by_text("<b>成人票</b>").first).to_be_visible()
    await window.picture("search-order")
    await page.keyboard.press("Control+k")
    await expect(field).to_be_focused()
    # The next scan replaces the one before, also where nothing is found.
    for unknown in ("PF1UNKNOWN", "PF1UNHEARD"):
        await page.keyboard.type(unknown)
        await page.keyboard.press("Enter")
        await expect(dialog.get_by_text("未找到，或不在您的数据权限内")).to_be_visible()
        assert await field.input_value() == unknown
    for text, kind in ((said["short_number"], "短号"), (said["ticket_id"], "票号"), (said["order"], "订单号"), (PHONE, "手机号")):
        await page.keyboard.type(text)
        await expect(options(dialog).filter(has_text=kind)).to_have_count(1)
        assert await field.input_value() == text
        await page.keyboard.press("Control+k")
    typed = [said[name] for name in ("short_number", "ticket_id", "order")]
    whole = [said["code"], said["order"], "PF1UNKNOWN", "PF1UNHEARD", *typed, PHONE]
    assert [one for one in asked if one in whole] == whole
    await page.keyboard.type("检票记")
    await expect(options(dialog)).to_have_text(["页面检票记录"])
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(page).to_have_url(f"{window.url}/console/admissions")


async def test_the_search_speaks_english_and_is_dark(window: Window, central: Central) -> None:
    said = await sold(central)
    page = window.page
    await window.open("/admissions")
    await window.sign_in()
    await page.get_by_role("button", name="English").click()
    await page.emulate_media(color_scheme="dark")
    await expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")
    await page.keyboard.press("/")
    await expect(page.get_by_role("dialog", name="Search").get_by_role("combobox")).to_be_focused()
    await window.picture("search-en-dark")
    await page.keyboard.type(said["code"])
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("definition").filter(has_text="Adult")).to_be_visible()
    await window.picture("search-en-dark-found")


async def test_nothing_a_hostile_text_a_refusal_and_an_absent_central_are_said(window: Window) -> None:
    page = window.page
    await window.open("/admissions")
    await window.sign_in()
    await expect(page.get_by_role("button", name="搜索")).to_be_visible()
    await page.keyboard.press("/")
    dialog = page.get_by_role("dialog", name="搜索")
    field = dialog.get_by_role("combobox")
    await expect(field).to_be_focused()
    await page.keyboard.type("a/b")
    await expect(field).to_have_value("a/b")
    await expect(dialog.get_by_text("未找到，或不在您的数据权限内")).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.keyboard.insert_text(HOSTILE)
    await expect(dialog.get_by_text("<img src=x onerror=alert(1)>@{} |")).to_be_visible()
    await window.picture("search-hostile")

    async def refuse(route: Route) -> None:
        problem = {"title": "没有权限", "detail": "您不能查找。", "status": 403, "code": "forbidden", "type": "about:blank"}
        body = {**problem, "instance": "urn:paifang:request:00ff"}
        await route.fulfill(status=403, body=json.dumps(body), content_type="application/problem+json")

    await page.route(LOOK_UPS, refuse)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("777")
    await expect(dialog.get_by_role("alert")).to_contain_text("您不能查找。")
    await expect(dialog.get_by_role("alert")).to_contain_text("00ff")
    await page.unroute(LOOK_UPS)
    await page.route(LOOK_UPS, lambda route: route.abort())
    await page.keyboard.type("8")
    await expect(dialog.get_by_role("alert")).to_contain_text("连接不到中心")
    await window.picture("search-away")
    await page.unroute(LOOK_UPS)
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_be_hidden()
    await expect(dialog.get_by_text("7778")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
