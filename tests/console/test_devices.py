"""The gates of a site: its agents as a board that lives, the enrolment of a new one, check points, alarms, and who is on site."""

import re
from io import BytesIO

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from playwright.async_api import Locator, Page, expect

from edge.central_client import enrol
from protocol.journal.events import Alarm
from protocol.sync.messages import EnrolRequest
from tests.builders.served import Central
from tests.console.accessibility import faults_of
from tests.console.admitted_visitors import stand_at_noon
from tests.console.window import Window

pytestmark = pytest.mark.browser

MARKUP = "闸 <b>3 مرحبا"


def card(page: Page, agent: int) -> Locator:
    return page.locator(f"[data-agent='{agent}']")


async def in_english_and_dark(page: Page) -> None:
    await page.get_by_role("button", name="English").click()
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")


async def expect_to_fit_a_phone(window: Window, lost: Locator) -> None:
    """Expect the board on a phone, in English and dark, without a word cut off."""
    page = window.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await in_english_and_dark(page)
    await window.open("/agents")
    await expect(lost).to_contain_text("◇ Lost")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await window.picture("agents-phone-en-dark")
    assert await faults_of(page) == []


async def test_agents_stand_by_trouble_and_change_as_it_happens(central: Central, window: Window) -> None:
    adult = await central.add_type()
    well = await central.enrol(await central.add_check_point([adult], zone=2), name="东门 1")
    silent = await central.enrol(await central.add_check_point([adult], zone=2, direction="exit"), name=MARKUP)
    await well.refresh()
    await well.upload()
    page = window.page
    await stand_at_noon(page)
    await window.open("/agents")
    await window.sign_in()
    cards = page.locator("[data-agent]")
    await expect(cards).to_have_count(2)
    await expect(cards.first).to_contain_text(MARKUP)
    await expect(cards.first).to_contain_text("▲ 尚未取得票库")
    await expect(card(page, well.agent)).to_contain_text(re.compile(r"闸机 · → 入园.*● 实时.*尚无通行"))
    await expect(page.get_by_role("heading", name="牌坊镇 · 园区 2")).to_be_visible()
    await expect(page.get_by_role("banner").get_by_role("status")).to_contain_text("实时")

    [ticket] = await central.sell(adult)
    well.admit(ticket["ticket_id"])
    well.note(Alarm("device-fault", "扫码器：USB 已拔出"))
    await well.upload()
    await expect(card(page, well.agent)).to_contain_text("1 条告警")
    await expect(card(page, well.agent)).to_contain_text(re.compile(r"最近通行 \d+ 秒前"))
    assert await faults_of(page) == []
    await window.picture("agents-zh")

    await card(page, well.agent).click()
    drawer = page.get_by_role("dialog")
    await expect(drawer).to_contain_text("扫码器：USB 已拔出")
    await expect(drawer).to_contain_text("本景区终端中最新")
    await window.picture("agent-zh")
    await page.keyboard.press("ArrowDown")
    await expect(drawer.get_by_role("heading").first).to_have_text(MARKUP)
    await drawer.get_by_role("button", name="挂失终端").click()
    asked = page.get_by_role("dialog", name="挂失终端")
    await asked.get_by_label("原因").fill("被水冲走")
    await expect(asked.get_by_role("button", name="挂失终端")).to_be_disabled()
    await window.picture("agent-lost-zh")
    await asked.get_by_label("请输入终端编号").fill(str(silent.agent))
    await page.keyboard.press("Enter")
    await expect(asked).to_have_count(0)
    await expect(card(page, silent.agent)).to_contain_text("◇ 已挂失")
    await expect(cards.last).to_contain_text(MARKUP)
    lost = await central.api("GET", "/agents?state=lost")
    assert [one["agent_id"] for one in lost["items"]] == [silent.agent]

    await page.keyboard.press("Escape")
    await expect_to_fit_a_phone(window, card(page, silent.agent))


async def test_an_agent_is_enrolled_by_the_code_on_the_screen(central: Central, window: Window) -> None:
    await central.add_check_point([])
    page = window.page
    await stand_at_noon(page)
    await window.open("/agents")
    await window.sign_in()
    await expect(page.get_by_role("heading", name="还没有检票终端")).to_be_visible()
    await page.get_by_role("button", name="登记终端").click()
    dialog = page.get_by_role("dialog", name="登记终端")
    await dialog.get_by_role("combobox", name="检票设备").press("Enter")
    await page.get_by_role("option", name="一号闸机").click()
    await page.keyboard.press("Tab")
    await dialog.get_by_label("终端名称").fill("东门 1")
    await window.picture("enrol-zh")
    await page.keyboard.press("Enter")
    code = await dialog.locator("[data-code]").inner_text()
    await expect(dialog).to_contain_text(f"--code {code} --name '东门 1'")
    await expect(dialog.get_by_role("img", name="二维码")).to_be_visible()
    picture = Image.open(BytesIO(await dialog.screenshot()))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [await dialog.locator("code").inner_text()]
    await expect(dialog).to_contain_text(re.compile(r"剩余 (10:00|9:\d\d)"))
    assert await faults_of(page) == []
    await window.picture("enrol-code-zh")

    private = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\x07")
    answer = await enrol(central.session, central.url, EnrolRequest.make(private, code, "东门 1"))
    await expect(dialog).to_contain_text(f"东门 1（编号 {answer.agent}）已登记为闸机")
    await window.picture("enrolled-zh")
    await dialog.get_by_role("button", name="查看此终端").click()
    await expect(page.get_by_role("dialog")).to_contain_text("一号闸机")
    points = await central.api("GET", "/sites/1/check-points")
    assert [one["agent_id"] for one in points["items"]] == [answer.agent]


async def test_a_check_point_is_added_changed_and_deleted_while_nothing_was_recorded(central: Central, window: Window) -> None:
    adult = await central.add_type()
    gate = await central.enrol(await central.add_check_point([adult], name_zh=MARKUP), name="东门 1")
    page = window.page
    await window.open("/check-points?point=new")
    await window.sign_in()
    drawer = page.locator(".form-drawer")
    await drawer.get_by_label("中文名称").fill("南门出口")
    await drawer.get_by_text("出园").click()
    await drawer.get_by_role("combobox", name="可通过的票种").press("Enter")
    await page.get_by_role("option", name="成人票").click()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Control+s")
    await expect(drawer).to_have_count(0)
    rows = page.locator("main tbody tr")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text(MARKUP)
    await expect(rows.first.get_by_role("link", name="东门 1")).to_be_visible()
    await expect(rows.last).to_contain_text(re.compile(r"南门出口.*← 出园.*● 启用.*1.*未指定"))
    _, added = (await central.api("GET", "/sites/1/check-points"))["items"]
    assert (added["name_zh"], added["direction"], added["ticked"]) == ("南门出口", "exit", [adult])
    assert await faults_of(page) == []
    await window.picture("check-points-zh")

    await rows.last.get_by_role("button").click()
    await drawer.get_by_role("button", name="删除此设备").click()
    await window.picture("check-point-delete-zh")
    await page.get_by_role("button", name="删除", exact=True).click()
    await expect(rows).to_have_count(1)

    await rows.first.get_by_role("button").click()
    [ticket] = await central.sell(adult)
    gate.admit(ticket["ticket_id"])
    await gate.upload()
    await drawer.get_by_role("button", name="删除此设备").click()
    await page.get_by_role("button", name="删除", exact=True).click()
    await expect(drawer.get_by_role("alert")).to_contain_text("请求编号")
    await drawer.get_by_text("退役", exact=True).click()
    await page.keyboard.press("Control+s")
    await expect(drawer).to_have_count(0)
    await in_english_and_dark(page)
    await expect(rows.first).to_contain_text("○ Retired")
    await rows.first.get_by_role("button").click()
    await expect(drawer).to_contain_text("cannot be deleted")
    await window.picture("check-point-en-dark")


async def test_an_alarm_comes_as_it_is_raised_and_stays_with_who_looked_at_it(central: Central, window: Window) -> None:
    gate = await central.enrol(await central.add_check_point([]), name="东门 1")
    gate.note(Alarm("tailgate", ""))
    await gate.upload()
    page = window.page
    await stand_at_noon(page)
    await window.open("/alarms")
    await window.sign_in()
    rows = page.locator("main table tbody tr[tabindex]")
    await expect(rows).to_have_count(1)
    await expect(page.get_by_role("banner").get_by_role("status")).to_contain_text("实时")
    gate.note(Alarm("device-fault", "<b>扫码器</b>：USB 已拔出"))
    await gate.upload()
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text(re.compile("东门 1.*设备故障.*<b>扫码器</b>.*▲未处理"))
    await rows.first.press("Enter")
    drawer = page.get_by_role("dialog")
    await expect(drawer).to_contain_text("检查所说设备的电源")
    await drawer.get_by_label("查看结果和处理说明").fill("已插回 <i>USB</i>")
    await drawer.get_by_role("button", name="确认已处理").press("Enter")
    await expect(drawer).to_contain_text("已插回 <i>USB</i>")
    await expect(rows.first).to_contain_text(re.compile("○已处理.*admin.*已插回"))
    assert await faults_of(page) == []
    await window.picture("alarms-zh")
    found = (await central.api("GET", "/alarms?state=acknowledged"))["items"]
    assert [(one["name"], one["acknowledged_note"]) for one in found] == [("device-fault", "已插回 <i>USB</i>")]
    await page.keyboard.press("Escape")
    await in_english_and_dark(page)
    await expect(rows.last).to_contain_text("Tailgating")
    await window.picture("alarms-en-dark")


async def test_the_count_on_site_moves_with_the_gates_and_is_corrected_with_a_reason(central: Central, window: Window) -> None:
    adult = await central.add_type()
    gate = await central.enrol(await central.add_check_point([adult]))
    page = window.page
    await stand_at_noon(page)
    await window.open("/on-site")
    await window.sign_in()
    now = page.locator("[data-now]")
    await expect(now).to_have_text("0")
    await expect(page.get_by_role("banner").get_by_role("status")).to_contain_text("实时")
    [ticket] = await central.sell(adult)
    gate.admit(ticket["ticket_id"])
    await gate.upload()
    await expect(now).to_have_text("1")
    await page.get_by_role("button", name="更正人数").click()
    drawer = page.locator(".form-drawer")
    await expect(drawer.get_by_role("radio").first).to_be_focused()
    await drawer.get_by_label("相差人数").fill("41")
    await drawer.get_by_label("原因").fill("东门 <b>漏计</b>")
    await drawer.get_by_role("button", name="保存").click()
    await expect(drawer).to_have_count(0)
    await expect(now).to_have_text("42")
    await expect(page.get_by_role("region", name="更正记录").locator("tbody tr")).to_contain_text("+41admin东门 <b>漏计</b>")
    assert await faults_of(page) == []
    await window.picture("on-site-zh")
    made = (await central.api("GET", "/sites/1/on-site-corrections"))["items"]
    assert [(one["persons"], one["reason"]) for one in made] == [(41, "东门 <b>漏计</b>")]
    await in_english_and_dark(page)
    await expect(page.get_by_role("heading", name="Corrections")).to_be_visible()
    await window.picture("on-site-en-dark")
