"""The pages of people: a seller is added by the keyboard, and what ends an account says what it ends."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.builders.served import Central
from tests.console.accessibility import faults_of
from tests.console.window import Window

pytestmark = pytest.mark.browser

MARKUP = "<b>赵敏</b>"


async def opened_page(window: Window, path: str) -> Page:
    await window.open(path)
    await window.sign_in()
    return window.page


def drawer(page: Page) -> Locator:
    return page.locator(".form-drawer")


def dialog(page: Page, title: str) -> Locator:
    return page.get_by_role("dialog", name=title, exact=True)


def row_of(page: Page, text: str) -> Locator:
    return page.locator("main table tbody tr").filter(has_text=text)


async def in_english_and_dark(window: Window, name: str) -> None:
    """Keep pictures of the page in the other language and in the dark, and let axe read it."""
    page = window.page
    assert await faults_of(page) == []
    await window.picture(f"{name}-zh")
    await page.emulate_media(color_scheme="dark")
    await page.get_by_role("button", name="English").click()
    await window.picture(f"{name}-en-dark")
    await page.get_by_role("button", name="中文").click()
    await page.emulate_media(color_scheme="light")


async def add_role(central: Central, name: str = "售票员", *permissions: str, scope: str = "own") -> int:
    granted = {"name": name, "permissions": permissions or ["sales.read", "sales.sell"], "scope": scope}
    return int((await central.api("POST", "/roles", granted))["role_id"])


async def sign_in(central: Central, name: str, password: str) -> dict[str, Any]:
    """Sign in at the API; return the session."""
    body = {"name": name, "password": password, "bearer": True}
    async with central.session.post(f"{central.url}/api/v1/session", json=body) as answer:
        session: dict[str, Any] = await answer.json()
        assert answer.ok, session
        return session


async def secret_in(shown: Locator) -> str:
    return (await shown.locator("[data-secret]").inner_text()).strip()


async def confirm(page: Page, act: str) -> None:
    await page.get_by_role("dialog", name="用户", exact=True).get_by_role("button", name=act, exact=True).click()
    await dialog(page, act).get_by_role("button", name=act, exact=True).click()


async def test_a_seller_is_added_by_keyboard_and_the_account_ends_in_words(window: Window, central: Central) -> None:
    role = await add_role(central)
    page = await opened_page(window, "/users")
    await page.get_by_role("button", name="新增用户").focus()
    await page.keyboard.press("Enter")
    await expect(drawer(page).get_by_label("用户名")).to_be_focused()
    await expect(drawer(page).get_by_text("2 项权限，仅本人的数据")).to_be_visible()
    for keys in ("zhaomin", "Tab", MARKUP, "Tab", "Tab", "Space"):
        await (page.keyboard.press(keys) if keys in ("Tab", "Space") else page.keyboard.type(keys))
    await expect(drawer(page).get_by_text("合计的数据权限：王芳登录后，只看到王芳售出的订单。")).to_be_visible()
    await window.picture("user-new-zh")
    await page.keyboard.press("Control+s")

    shown = dialog(page, "一次性密码")
    first = await secret_in(shown)
    await window.picture("user-password-zh")
    await shown.get_by_role("button", name="复制").click()
    await expect(shown.get_by_text("已复制", exact=True)).to_be_visible()
    await shown.get_by_role("button", name="已记下，关闭").click()
    made = (await central.api("GET", "/users?text=zhaomin"))["items"][0]
    assert (made["full_name"], made["channel"], [one["id"] for one in made["roles"]]) == (MARKUP, "window", [role])
    assert (await sign_in(central, "zhaomin", first))["must_change_password"]

    await row_of(page, MARKUP).click()
    await confirm(page, "新的一次性密码")
    second = await secret_in(shown)
    await shown.get_by_role("button", name="已记下，关闭").click()
    assert second != first
    await sign_in(central, "zhaomin", second)
    await confirm(page, "删除")
    await expect(dialog(page, "删除").get_by_role("alert")).to_contain_text("zhaomin")
    await window.picture("user-delete-refused-zh")
    await page.keyboard.press("Escape")
    await expect(dialog(page, "删除")).to_have_count(0)
    await confirm(page, "停用")
    await expect(row_of(page, MARKUP)).to_contain_text("停用")
    assert (await central.api("GET", f"/users/{made['user_id']}"))["is_disabled"]
    await in_english_and_dark(window, "users")


async def test_a_role_is_ticked_box_by_box_and_two_editors_see_each_other(window: Window, central: Central) -> None:
    role = await add_role(central, "票务员", "sales.read", "catalog.read")
    page = await opened_page(window, f"/roles?role={role}")
    await expect(drawer(page).get_by_label("名称")).to_have_value("票务员")
    scopes = drawer(page).get_by_role("radiogroup", name="数据权限", exact=True)
    await scopes.get_by_role("radio", name="本渠道的数据").check(force=True)
    await window.picture("role-scope-zh")
    await drawer(page).get_by_role("checkbox", name="退票", exact=True).focus()
    await page.keyboard.press("Space")
    await window.picture("role-zh")
    role_now = next(one for one in (await central.api("GET", "/roles"))["items"] if one["role_id"] == role)
    body = {key: role_now[key] for key in ("version", "permissions", "scope", "counter_scope")}
    await central.api("PUT", f"/roles/{role}", {**body, "name": "票务专员"})
    await page.keyboard.press("Control+s")
    await expect(drawer(page).get_by_text("内容已被他人修改")).to_be_visible()
    await window.picture("role-conflict-zh")
    await drawer(page).get_by_role("button", name="按所选保存").click()
    await expect(drawer(page)).to_have_count(0)
    await expect(row_of(page, "票务专员")).to_contain_text("3")
    stands = next(one for one in (await central.api("GET", "/roles"))["items"] if one["role_id"] == role)
    assert (stands["name"], set(stands["permissions"])) == ("票务专员", {"sales.read", "catalog.read", "refunds.request"})
    assert (stands["scope"], stands["counter_scope"]) == ("channel", "channel")
    await in_english_and_dark(window, "roles")


async def test_a_supervisor_gets_a_pin_and_a_card_and_loses_them(window: Window, central: Central) -> None:
    await central.api("POST", "/users", {"name": "wangfang", "full_name": "王芳", "role_ids": [await add_role(central)]})
    page = await opened_page(window, "/supervisors")
    await page.get_by_role("button", name="新增主管").click()
    await page.keyboard.type("wangfang")
    await page.keyboard.press("Control+s")
    await expect(row_of(page, "wangfang")).to_contain_text("未设置，还不能放行")
    await row_of(page, "wangfang").get_by_role("button", name="设置 PIN 码").click()
    await expect(drawer(page).get_by_label("新 PIN 码", exact=True)).to_be_focused()
    for keys in ("123456", "Tab", "123457"):
        await (page.keyboard.press(keys) if keys == "Tab" else page.keyboard.type(keys))
    await page.keyboard.press("Control+s")
    await expect(drawer(page).get_by_text("两次输入的 PIN 码不一致")).to_be_visible()
    await drawer(page).get_by_label("再次输入新 PIN 码").fill("123456")
    await page.keyboard.press("Control+s")
    await expect(drawer(page).get_by_text("不能是等差的数字", exact=False).first).to_be_visible()
    await window.picture("supervisor-pin-zh")
    await drawer(page).get_by_label("新 PIN 码", exact=True).fill("285917")
    await drawer(page).get_by_label("再次输入新 PIN 码").fill("285917")
    await page.keyboard.press("Control+s")
    await expect(row_of(page, "wangfang")).not_to_contain_text("未设置")
    await row_of(page, "wangfang").get_by_role("button", name="设置卡片").click()
    await expect(drawer(page).get_by_label("卡号")).to_be_focused()
    await page.keyboard.type("04A1B2C3D4")
    await page.keyboard.press("Enter")
    await expect(drawer(page)).to_have_count(0)
    (one,) = (await central.api("GET", "/sites/1/supervisors"))["items"]
    assert one["pin_set_at"] is not None
    assert one["card_set_at"] is not None
    await in_english_and_dark(window, "supervisors")
    await row_of(page, "wangfang").get_by_role("button", name="取消主管").click()
    await dialog(page, "取消主管").get_by_role("button", name="取消主管").click()
    await expect(page.get_by_text("还没有现场主管")).to_be_visible()
    assert (await central.api("GET", "/sites/1/supervisors"))["items"] == []


async def test_a_program_gets_a_token_that_is_shown_once_and_revoked_for_ever(window: Window, central: Central) -> None:
    page = await opened_page(window, "/tokens")
    await page.get_by_role("button", name="新增令牌").click()
    await expect(drawer(page).get_by_label("名称")).to_be_focused()
    await page.keyboard.type("<b>OTA</b>")
    await drawer(page).get_by_role("combobox", name="代表的用户").click()
    await page.get_by_role("option", name="admin").click()
    await drawer(page).get_by_label("最后有效日").fill("2026-6")
    await drawer(page).get_by_role("checkbox", name="查看订单", exact=True).focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Control+s")
    await expect(drawer(page).get_by_text("日期请写成 2026-05-10 的样子。")).to_be_visible()
    await drawer(page).get_by_label("最后有效日").fill("2026-6-1")
    await window.picture("token-new-zh")
    await page.keyboard.press("Control+s")
    shown = dialog(page, "接口令牌")
    token = await secret_in(shown)
    await window.picture("token-shown-zh")
    await shown.get_by_role("button", name="已记下，关闭").click()
    headers = {"Authorization": f"Bearer {token}"}
    async with central.session.get(f"{central.url}/api/v1/orders", headers=headers) as answer:
        assert answer.ok, await answer.text()
    (made,) = (await central.api("GET", "/tokens"))["items"]
    assert (made["name"], made["permissions"]) == ("<b>OTA</b>", ["sales.read"])
    assert made["expires_at"].startswith("2026-06-01T15:59:59")
    await row_of(page, "<b>OTA</b>").get_by_role("button", name="吊销").click()
    await dialog(page, "吊销").get_by_role("button", name="吊销").click()
    await expect(row_of(page, "<b>OTA</b>")).to_contain_text("已吊销")
    async with central.session.get(f"{central.url}/api/v1/orders", headers=headers) as answer:
        assert not answer.ok
    await in_english_and_dark(window, "tokens")
