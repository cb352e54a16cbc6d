"""The own shift by keys alone: opened, cash handed in, closed by a blind count, with what the count says after it."""

import pytest
from playwright.async_api import Page, expect

from tests.builders.served import Central
from tests.console.accessibility import faults_of
from tests.console.window import Window

pytestmark = pytest.mark.browser
MOST_KEYS = 20


async def press(page: Page, *keys: str) -> int:
    """Press keys; return how many."""
    for key in keys:
        await page.keyboard.press(key)
    return len(keys)


async def test_a_shift_is_closed_by_a_blind_count_and_left_to_a_colleague(window: Window, central: Central) -> None:
    role = await central.api("POST", "/roles", {"name": "售票员", "permissions": ["sales.sell"]})
    await central.api("POST", "/users", {"name": "limei", "full_name": "李梅", "role_ids": [role["role_id"]]})
    adult = await central.add_type()
    page, closing = window.page, window.page.get_by_role("region", name="交班清点")
    await window.open("/own-shift")
    await window.sign_in()
    opening = page.get_by_role("heading", name="本班尚未开班")
    await expect(opening).to_be_visible()
    await page.get_by_role("textbox").last.focus()
    await press(page, "Control+A", "2", "0", "0", "Enter")
    await expect(closing).to_be_visible()
    await central.sell(adult, 2)
    amount = page.get_by_label("交款金额")
    await amount.focus()
    await press(page, "6", "0", "Enter")
    await expect(page.get_by_text("已交款 ¥60.00")).to_be_visible()
    await window.picture("own-shift-open")
    assert await faults_of(page) == []
    await page.reload()
    await expect(closing.get_by_label("实点总额")).to_be_focused()
    for said in ("¥300.00", "¥160.00", "应有现金", "短款"):
        await expect(page.get_by_role("main")).not_to_contain_text(said)
    keys = await press(page, "2", "9", "0", "Enter")
    await expect(closing.get_by_role("status")).to_contain_text("实点 ¥290.00")
    await closing.get_by_label("留给下一班").focus()
    keys += await press(page, "Control+A", "1", "0", "0", "Tab")
    await expect(closing.get_by_role("combobox", name="接班人")).to_be_focused()
    keys += await press(page, "ArrowDown", "Tab", "Enter")
    await expect(closing.get_by_role("status")).to_contain_text("留给下一班 ¥100.00")
    await window.picture("own-shift-asked")
    keys += await press(page, "Enter")
    result = page.get_by_role("region", name="交班结果")
    await expect(result.get_by_role("status")).to_contain_text("短款 ¥10.00")
    await expect(result).to_contain_text("¥300.00")
    await expect(opening).to_be_visible()
    assert keys <= MOST_KEYS
    await window.picture("own-shift-closed")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("region", name="The shift is closed")).to_be_visible()
    assert await faults_of(page) == []
    shift = await central.api("GET", "/shifts/1")
    closed = shift["closed"]
    assert (closed["counted_fen"], closed["over_fen"], closed["left_fen"], closed["left_to"]["name"]) == (
        29000,
        -1000,
        10000,
        "李梅",
    )


async def test_notes_are_counted_one_after_the_other(window: Window, central: Central) -> None:
    await central.api("POST", "/own-shift", {"site_id": 1, "float_fen": 25000})
    page, closing = window.page, window.page.get_by_role("region", name="交班清点")
    await window.open("/own-shift")
    await window.sign_in()
    await closing.get_by_label("¥100.00 张数").focus()
    await press(page, "2", "Enter", "1")
    await expect(closing.get_by_text("¥250.00", exact=True)).to_be_visible()
    await closing.get_by_label("备注").focus()
    await press(page, "Enter")
    await expect(closing.get_by_role("status")).to_contain_text("实点 ¥250.00")
    await press(page, "Enter")
    await expect(page.get_by_role("region", name="交班结果").get_by_role("status")).to_contain_text("账实相符")
    closed = (await central.api("GET", "/shifts/1"))["closed"]
    assert [(one["value_fen"], one["pieces"]) for one in closed["pieces"]] == [(10000, 2), (5000, 1)]
