"""Signing in to the console: by keyboard alone, with a one-time password, with a second factor, after wrong tries."""

import pyotp
import pytest
from playwright.async_api import Browser, expect

from tests.builders.served import PASSWORD, Central
from tests.console.accessibility import faults_of
from tests.console.window import Window, opened

pytestmark = pytest.mark.browser
OWN = "mountain gate 3-Own"


async def test_a_person_signs_in_by_keyboard_and_lands_where_the_link_led(window: Window) -> None:
    await window.open("/admissions")
    await window.sign_in()
    await expect(window.page.get_by_role("navigation", name="菜单")).to_be_visible()
    await expect(window.page).to_have_url(f"{window.url}/console/admissions")
    await window.page.get_by_role("button", name="个人").click()
    await window.page.get_by_role("menuitem", name="退出登录").click()
    await expect(window.page.get_by_label("用户名")).to_be_visible()
    await expect(window.page).to_have_url(f"{window.url}/console/")


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "登录"), ("en-GB", "Sign in")])
async def test_the_page_speaks_the_browsers_language_and_can_be_read_by_all(
    browser: Browser, central: Central, language: str, word: str
) -> None:
    async with opened(browser, central.url, language=language) as window:
        await window.open()
        await expect(window.page.get_by_role("button", name=word)).to_be_visible()
        for dark in (False, True):
            await window.page.emulate_media(color_scheme="dark" if dark else "light")
            await window.picture(f"sign-in-{language[:2]}-{'dark' if dark else 'light'}")
            assert await faults_of(window.page) == []


async def test_a_one_time_password_leads_to_an_own_one_and_wrong_tries_wait(window: Window, central: Central) -> None:
    role = await central.api("POST", "/roles", {"name": "看报表", "permissions": ["admissions.read"], "scope": "all"})
    body = {"name": "wang.fang", "full_name": "王芳", "role_ids": [role["role_id"]]}
    given = (await central.api("POST", "/users", body))["one_time_password"]
    page = window.page
    await window.open()
    await window.sign_in("wang.fang", "not the password")
    await expect(page.get_by_role("alert")).to_contain_text("用户名或密码")
    await page.get_by_label("密码", exact=True).fill(given)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="设置自己的密码")).to_be_visible()
    await page.get_by_label("当前密码").fill(given)
    await page.get_by_label("新密码", exact=True).fill("short")
    await page.get_by_label("再次输入新密码").fill("short")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("密码须为 10 至 128 个字符").first).to_be_visible()
    await page.get_by_label("新密码", exact=True).fill(OWN)
    await page.get_by_label("再次输入新密码").fill(OWN)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="个人")).to_contain_text("王芳")
    await expect(page.get_by_role("link", name="检票记录")).to_be_visible()


async def test_the_second_factor_is_asked_for_when_central_wants_it(window: Window, central: Central) -> None:
    secret = (await central.api("POST", "/session/totp", {"password": PASSWORD}))["secret"]
    code = pyotp.TOTP(secret).at(central.clock() // 1000)
    await central.api("PUT", "/session/totp", {"totp_code": code})
    central.clock.advance(seconds=60)
    await window.open()
    await expect(window.page.get_by_label("动态验证码")).to_have_count(0)
    await window.sign_in()
    await expect(window.page.get_by_label("动态验证码")).to_be_focused()
    await window.page.keyboard.type(pyotp.TOTP(secret).at(central.clock() // 1000))
    await window.page.keyboard.press("Enter")
    await expect(window.page.get_by_role("navigation", name="菜单")).to_be_visible()


async def test_a_planted_pale_text_is_found(window: Window) -> None:
    await window.open()
    await window.page.get_by_role("heading").evaluate("(heading) => { heading.style.color = '#c8ccd2' }")
    assert [fault.partition(":")[0] for fault in await faults_of(window.page)] == ["color-contrast"]
