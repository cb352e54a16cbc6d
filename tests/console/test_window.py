"""The seller's window: each sale in the keys that are counted for it, and each happens once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from hardware_sims.payment_institutions.institutions import InstitutionsSetup
from tests.builders import institutions
from tests.builders.merchant import wechat_values
from tests.builders.served import VISIT_DAY, Central
from tests.console.accessibility import faults_of
from tests.console.window import Window

pytestmark = pytest.mark.browser


async def at_the_window(window: Window, central: Central) -> Page:
    """Sell two types at an open shift."""
    await central.add_type()
    await central.add_type(name_zh="儿童票", name_en="Child")
    await central.api("POST", "/own-shift", {"site_id": 1, "float_fen": 20000})
    await window.open("/sell")
    await window.sign_in()
    await expect(window.page.get_by_role("button", name="成人票")).to_be_visible()
    return window.page


async def press(page: Page, *keys: str) -> None:
    """Press keys as a person does, each well after the one before."""
    for key in keys:
        await page.keyboard.press(key)
        await asyncio.sleep(0.06)  # a person's rhythm is what tells keys from a scanner


async def orders(central: Central) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await central.api("GET", "/orders"))["items"]
    return found


async def test_cash_is_taken_in_four_keys_and_the_change_is_large(window: Window, central: Central) -> None:
    page = await at_the_window(window, central)
    await window.picture("window-tiles")
    assert await faults_of(page) == []
    await press(page, "1", "1")
    await expect(page.get_by_label("应收")).to_have_text("¥160.00")
    await press(page, "Enter", "Enter")
    await expect(page.get_by_role("heading", name="已售 2 张")).to_be_visible()
    await press(page, "1", "1", "Enter")
    await expect(page.get_by_role("region", name="现金收款")).to_contain_text("¥160.00")
    await window.picture("window-cash")
    assert await faults_of(page) == []
    await press(page, "F2")
    await expect(page.get_by_text("¥40.00")).to_be_visible()
    await window.picture("window-change")
    await press(page, "2", "NumpadMultiply", "3", "Enter")
    await expect(page.get_by_label("应收")).to_have_text("¥240.00")
    await press(page, "NumpadSubtract", "Enter", "5", "0", "Enter")
    await expect(page.get_by_text("还差 ¥110.00")).to_be_visible()
    await press(page, "Backspace", "Backspace", "Enter")
    await expect(page.get_by_role("heading", name="已售 2 张")).to_be_visible()
    sold = await orders(central)
    assert [(one["total_fen"], one["state"]) for one in sold] == [(16000, "paid")] * 3
    assert {line["visit_day"] for line in (await central.api("GET", f"/orders/{sold[0]['order_id']}"))["lines"]} == {VISIT_DAY}


async def test_two_enters_are_one_sale_and_a_refusal_leaves_the_cart(window: Window, central: Central) -> None:
    page = await at_the_window(window, central)
    await press(page, "1", "Enter")
    await expect(page.get_by_role("region", name="现金收款")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="已售 1 张")).to_be_visible()
    assert len(await orders(central)) == 1
    await press(page, "1")
    await expect(page.get_by_label("应收")).to_have_text("¥80.00")
    adult = await central.api("GET", "/ticket-types/1")
    stated = {"rules": adult["parameters"]["sale"], "after_sale": adult["parameters"]["after_sale"]}
    dearer = {"version": adult["version"], "price_fen": 9000, "is_on_sale": True, **stated}
    await central.api("PUT", "/ticket-types/1/sale", dearer)
    await press(page, "Enter", "Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_label("应收")).to_have_text("¥90.00")
    await window.picture("window-new-price")
    await press(page, "Enter")
    await expect(page.get_by_role("heading", name="已售 1 张")).to_be_visible()
    assert [one["total_fen"] for one in await orders(central)] == [9000, 8000]


SLOTS = [{"start": "08:00", "minutes": 120}, {"start": "13:00", "minutes": 120}, {"start": "15:00", "minutes": 120}]


async def test_day_and_slot_are_chosen_by_keys_and_end_with_the_sale(window: Window, central: Central) -> None:
    await central.add_type()
    once = [{"sites": [1], "always": [{"check": "total-uses", "most": 1}, {"check": "time-slot"}]}]
    stock = {"per": "slot", "places": 3}
    await central.add_type(name_zh="索道票", name_en="Cable car", slots=SLOTS, sale={"stock": stock}, entitlements=once)
    await central.api("POST", "/own-shift", {"site_id": 1, "float_fen": 20000})
    await window.open("/sell")
    await window.sign_in()
    page = window.page
    await expect(page.get_by_role("button", name="索道票")).to_be_visible()
    cart, chosen = page.get_by_role("region", name="购物车"), page.get_by_role("region", name="游览日期与场次")
    await page.keyboard.press("1")
    await page.keyboard.press("2")
    await press(page, "Slash")
    await expect(chosen).to_contain_text("今天")
    await expect(cart).to_contain_text("余 3")
    await press(page, "NumpadAdd", "3")
    await expect(chosen).to_contain_text("明天")
    await expect(chosen.get_by_role("button", pressed=True)).to_contain_text("15:00")
    await expect(chosen).to_contain_text("¥160.00 · 余 3")
    await window.picture("window-visit")
    assert await faults_of(page) == []
    await press(page, "Enter")
    await expect(cart).to_contain_text("2026-05-11 15:00")
    await expect(page.get_by_text("正在出售 2026-05-11 的票")).to_be_visible()
    await press(page, "1", "Slash", "Slash", "ArrowRight", "Enter")
    await expect(cart).to_contain_text("2026-05-12")
    await press(page, "Enter", "Enter")
    await expect(page.get_by_role("heading", name="已售 3 张")).to_be_visible()
    (sold,) = await orders(central)
    lines = (await central.api("GET", f"/orders/{sold['order_id']}"))["lines"]
    visits = [(one["ticket_type"]["id"], one["quantity"], one["visit_day"], (one["slot_start"] or "")[11:16]) for one in lines]
    assert visits == [(1, 2, "2026-05-12", ""), (2, 1, "2026-05-11", "07:00")]  # 15:00 at the site
    await press(page, "1")
    await expect(cart).to_contain_text(VISIT_DAY)


SCAN = """(text) => {
  const codes = [...text].map((one) => (/\\d/.test(one) ? `Digit${one}` : `Key${one.toUpperCase()}`));
  for (const code of [...codes, 'Enter']) window.dispatchEvent(new KeyboardEvent('keydown', { code, key: 'Process' }));
}"""


async def scan(page: Page, text: str) -> None:
    """Type a code as a scanner does that is a keyboard, with a Chinese input method on: the keys have places and no meaning."""
    await page.evaluate(SCAN, text)


@pytest_asyncio.fixture(loop_scope="session")
async def bank(central: Central) -> AsyncIterator[institutions.Town]:
    """WeChat Pay, and the merchant's parameters at central."""
    async with institutions.town(InstitutionsSetup(started_at_ms=central.clock(), check_age=False)) as town:
        values = {**wechat_values(town.institutions.wechat_url), "notify_url": f"{central.url}/api/v1/notifications/wechat"}
        await central.api("PUT", "/parameters/payment-wechat", {"version": 0, "values": values})
        yield town


async def test_a_phone_pays_with_one_key_and_one_scan(window: Window, central: Central, bank: institutions.Town) -> None:
    page = await at_the_window(window, central)
    desk = bank.institutions.wechat.desk
    await press(page, "1")
    await expect(page.get_by_label("应收")).to_have_text("¥80.00")
    await scan(page, desk.make_auth_code("visitor"))
    await expect(page.get_by_role("heading", name="已售 1 张")).to_be_visible()
    (order,) = await orders(central)
    assert (order["state"], order["total_fen"], order["methods"]) == ("paid", 8000, ["wechat"])
    await press(page, "2")
    await expect(page.get_by_label("应收")).to_have_text("¥80.00")
    await scan(page, "134567890123456789")
    await expect(page.get_by_role("alert")).to_contain_text("付款未成功")
    await window.picture("window-unpaid")
    await press(page, "Enter", "Enter")
    await expect(page.get_by_role("heading", name="已售 1 张")).to_be_visible()
    assert [(one["state"], one["methods"]) for one in await orders(central)] == [("paid", ["cash"]), ("paid", ["wechat"])]
    await scan(page, "HELLO7WORLD")
    await expect(page.get_by_text("不认识的码：HELLO7WORLD")).to_be_visible()


WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
HEARD = """() => {
  window.tones = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) {
    window.tones.push(this.frequency.value);
    start.call(this, at);
  };
}"""


def card_number(serial: int, year: int = 1990) -> str:
    """Return an ID number of nobody (region 990101 does not exist) with the check digit that it demands."""
    body = f"990101{year}0307{serial:03}"
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]


async def read_card(page: Page, name: str, number: str) -> None:
    """Read a card as a reader does that is a keyboard: it types the name, Tab, the number and Enter."""
    await page.keyboard.insert_text(name)
    await page.keyboard.press("Tab")
    await page.keyboard.type(number)
    await page.keyboard.press("Enter")


class Counted:
    """A seller whose keys are counted; scanner and card reader press none."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = 0

    async def press(self, *keys: str) -> None:
        self.keys += len(keys)
        await press(self.page, *keys)

    async def sold(self, count: int) -> int:
        """Wait until the sale is done; return the keys that it took, and begin to count again."""
        await expect(self.page.get_by_role("heading", name=f"已售 {count} 张")).to_be_visible()
        keys, self.keys = self.keys, 0
        return keys


async def at_the_named_window(window: Window, central: Central) -> Page:
    """Sell a real-name type and its concession for children at an open shift."""
    await central.add_type(is_real_name=True)
    concession = [{"evidence": "identity-document", "maximum_age": 14}]
    await central.add_type(name_zh="儿童票", name_en="Child", is_real_name=True, concession=concession)
    await central.api("POST", "/own-shift", {"site_id": 1, "float_fen": 20000})
    await window.open("/sell")
    await window.sign_in()
    await expect(window.page.get_by_role("button", name="成人票")).to_be_visible()
    return window.page


async def lines_of(central: Central, order: dict[str, Any]) -> list[tuple[str, int]]:
    lines = (await central.api("GET", f"/orders/{order['order_id']}"))["lines"]
    return [(line["ticket_type"]["name"], line["quantity"]) for line in lines]


async def test_the_sales_without_names_take_the_keys_that_are_counted(
    window: Window, central: Central, bank: institutions.Town
) -> None:
    page = await at_the_window(window, central)
    seller, due = Counted(page), page.get_by_label("应收")
    await seller.press("1")
    await scan(page, bank.institutions.wechat.desk.make_auth_code("visitor"))
    assert await seller.sold(1) == 1
    await seller.press("1", "1", "Enter", "Enter")
    assert await seller.sold(2) == 4
    await seller.press("1", "1")
    await expect(due).to_have_text("¥160.00")
    await seller.press("Enter", "F3")
    assert await seller.sold(2) == 4
    await expect(page.get_by_text("¥40.00")).to_be_visible()


async def test_a_family_is_read_and_pays_in_two_keys(window: Window, central: Central, bank: institutions.Town) -> None:
    await window.page.add_init_script(f"({HEARD})()")
    page = await at_the_named_window(window, central)
    seller, panel = Counted(page), page.get_by_role("region", name="读身份证")
    await seller.press("F2")
    await read_card(page, "张三", card_number(1))
    await read_card(page, "李梅", card_number(2))
    await read_card(page, "张小宝", card_number(3, 2016))
    await expect(panel.get_by_role("listitem")).to_have_text(
        [f"●张**…{card_number(3, 2016)[-4:]}儿童票", f"●李*…{card_number(2)[-4:]}成人票", f"●张*…{card_number(1)[-4:]}成人票"]
    )
    await read_card(page, "张三", card_number(1))
    await expect(panel.get_by_role("alert")).to_contain_text("此证已读过：张*")
    await page.keyboard.type(card_number(4)[:-1] + ("2" if card_number(4).endswith("1") else "1"))
    await page.keyboard.press("Enter")
    await expect(panel.get_by_role("alert")).to_contain_text("校验位不符")
    assert await page.evaluate("window.tones") == [988, 988, 988, 330, 330, 330, 330]
    await window.picture("window-cards")
    assert await faults_of(page) == []
    await seller.press("Enter")
    await scan(page, bank.institutions.wechat.desk.make_auth_code("visitor"))
    assert await seller.sold(3) == 2
    (order,) = await orders(central)
    assert await lines_of(central, order) == [("Adult", 2), ("Child", 1)]
    await press(page, "F2")
    await page.keyboard.type(card_number(5))
    await page.keyboard.press("Enter")
    await expect(panel.get_by_role("status")).to_contain_text("请输入姓名")
    await page.keyboard.insert_text("王芳")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("应收")).to_have_text("¥80.00")
    await press(page, "Escape", "Enter", "Enter")
    await seller.sold(1)
    ticket = (await central.api("GET", f"/orders/{order['order_id'] + 1}"))["tickets"][0]["ticket_id"]
    (holder,) = (await central.api("GET", f"/tickets/{ticket}/holders/full"))["items"]
    assert (holder["name"], holder["number"]) == ("王芳", card_number(5))


async def test_pasted_names_are_kept_and_bad_rows_say_why(window: Window, central: Central) -> None:
    page = await at_the_named_window(window, central)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    rows = [f"游客{serial:02}\t{card_number(serial)}" for serial in range(1, 38)]
    bad = ["王芳\t1.10101E+17", f"李梅\t{card_number(40)[:17]}", f"游客01\t{card_number(1)}"]
    await page.evaluate(
        "(text) => navigator.clipboard.writeText(text)", "\n".join(["姓名\t身份证号", *rows[:20], *bad, *rows[20:]])
    )
    await press(page, "Control+V")
    panel = page.get_by_role("region", name="粘贴的名单")
    await expect(panel.get_by_role("status")).to_have_text("37 人可用，3 行有误")
    await expect(panel.get_by_role("listitem").nth(0)).to_contain_text("表格已损坏此号码：请把该列设为文本")
    await window.picture("window-names")
    assert await faults_of(page) == []
    await press(page, "Enter")
    await expect(panel.get_by_role("status")).to_have_text("已加入 37 人，3 行未加入")
    await expect(page.get_by_label("应收")).to_have_text("¥2,960.00")
    await press(page, "Enter", "Enter", "Enter")
    await expect(page.get_by_role("heading", name="已售 37 张")).to_be_visible()
    (order,) = await orders(central)
    assert await lines_of(central, order) == [("Adult", 37)]


async def test_a_cart_is_set_aside_and_recalled_with_its_persons(window: Window, central: Central) -> None:
    page = await at_the_named_window(window, central)
    await press(page, "F9")
    await expect(page.get_by_role("heading", name="没有挂单")).to_be_visible()
    await press(page, "Escape", "F2")
    await read_card(page, "张小宝", card_number(3, 2016))
    await press(page, "Enter")
    await expect(page.get_by_label("应收")).to_have_text("¥80.00")
    await press(page, "F8")
    await expect(page.get_by_text("已挂单 #1：¥80.00 儿童票 ×1")).to_be_visible()
    await expect(page.get_by_label("应收")).to_have_text("¥0.00")
    await press(page, "F2")
    await read_card(page, "张三", card_number(1))
    await press(page, "Enter", "F8")
    await expect(page.get_by_text("已挂单 #2")).to_be_visible()
    await press(page, "F9")
    rows = page.get_by_role("region", name="已挂单").get_by_role("listitem")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(0)).to_contain_text("#1")
    await expect(rows.nth(0)).to_contain_text("¥80.00 儿童票 ×1")
    await window.picture("window-carts")
    assert await faults_of(page) == []
    await press(page, "ArrowDown", "ArrowUp", "Enter")
    await expect(page.get_by_label("应收")).to_have_text("¥80.00")
    await press(page, "Enter", "Enter")
    await expect(page.get_by_role("heading", name="已售 1 张")).to_be_visible()
    (order,) = await orders(central)
    assert await lines_of(central, order) == [("Child", 1)]
    (left,) = (await central.api("GET", "/suspended-carts"))["items"]
    assert (left["cart_id"], left["tickets"]) == (2, 1)
