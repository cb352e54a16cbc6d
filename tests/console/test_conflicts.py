"""Conflicts: two gates let one ticket in; the system finds it, and a person settles it by the keyboard alone."""

import re

import pytest
from playwright.async_api import expect

from protocol.instants import Instant
from tests.builders.served import Central
from tests.console.accessibility import faults_of
from tests.console.admitted_visitors import stand_at_noon
from tests.console.window import Window

pytestmark = pytest.mark.browser

NOTE = "监控：<b>同一人</b>"


async def let_in_twice(central: Central, tickets: int) -> None:
    """Two gates that were cut off admit the same tickets, a minute apart, and upload ten minutes later."""
    adult = await central.add_type()
    gates = [
        await central.enrol(await central.add_check_point([adult], name_zh=name, name_en=f"Gate {number}"), name=name)
        for number, name in enumerate(("东门", "西门"), 1)
    ]
    for ticket in await central.sell(adult, tickets):
        for gate in gates:
            central.clock.advance(seconds=60)
            gate.admit(ticket["ticket_id"], at=Instant(central.clock()))
    central.clock.advance(seconds=600)
    for gate in gates:
        await gate.upload()
        gate.close()


async def test_conflicts_are_settled_by_keyboard_and_stay_with_who_and_why(central: Central, window: Window) -> None:
    await let_in_twice(central, 2)
    page = window.page
    await stand_at_noon(page)
    await window.open("/conflicts")
    await window.sign_in()
    rows = page.locator("main table tbody tr[tabindex]")
    await expect(rows).to_have_count(2)
    await rows.first.press("Enter")
    drawer = page.get_by_role("dialog")
    first, again = drawer.get_by_role("region", name="先入园"), drawer.get_by_role("region", name="再次通行")
    await expect(first).to_contain_text("东门")
    await expect(again).to_contain_text("西门")
    await expect(again).to_contain_text("10 分 0 秒")
    await expect(first).to_contain_text("11 分 0 秒")
    assert await faults_of(page) == []
    await page.keyboard.press("2")
    await expect(drawer.get_by_role("radio", name="误判")).to_have_attribute("aria-checked", "true")
    await page.keyboard.press("n")
    await page.keyboard.type(NOTE)
    await window.picture("conflict-zh")
    await page.keyboard.press("Control+Enter")
    await expect(drawer.get_by_role("status", name="处理结果")).to_contain_text(re.compile(rf"误判.*{NOTE}.*admin"))
    await expect(rows.first).to_contain_text(re.compile("○已处理.*误判.*admin"))
    await page.keyboard.press("j")
    await expect(drawer.get_by_role("radio", name="误判")).to_have_attribute("aria-checked", "false")
    await window.picture("conflicts-zh")
    found = (await central.api("GET", "/conflicts"))["items"]
    assert [one["state"] for one in found] == ["settled", "open"]
    assert (found[0]["settlement"]["outcome"], found[0]["settlement"]["note"]) == ("mistaken", NOTE)

    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="English").click()
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await rows.first.press("Enter")
    await expect(drawer.get_by_role("status", name="Settlement")).to_contain_text("Mistaken")
    await window.picture("conflict-en-dark")
    assert await faults_of(page) == []
