"""Forms, on the page of sites: what is typed is never lost, and two editors of one thing see each other's statements."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, Request, Route, expect

from tests.builders.served import PASSWORD, Central
from tests.console.window import Window, opened

pytestmark = pytest.mark.browser

SITE = "/sites?site=1"
LONG = "山" * 10_000

EDITOR = "editor"


def drawer(page: Page) -> Locator:
    return page.locator(".form-drawer")


def field(page: Page, label: str) -> Locator:
    return drawer(page).get_by_label(label, exact=True).first


async def saved(page: Page) -> None:
    await expect(drawer(page)).to_have_count(0)


async def parameters(central: Central, site: int = 1) -> dict[str, Any]:
    stated: dict[str, Any] = (await central.api("GET", f"/sites/{site}"))["parameters"]
    return stated


async def meanwhile(central: Central, **amended: object) -> None:
    """Another person changes the site."""
    version = (await central.api("GET", "/sites/1"))["version"]
    await central.api("PATCH", "/sites/1", {"version": version, **amended})


async def opened_form(window: Window, path: str = SITE, name: str = "admin", password: str = PASSWORD) -> Page:
    await window.open(path)
    await window.sign_in(name, password)
    await expect(field(window.page, "中文名称")).to_be_focused()
    return window.page


async def compose(page: Page, *texts: str) -> None:
    """Type as a Chinese input method does: each text grows while it is composed, and is then chosen."""
    device = await page.context.new_cdp_session(page)
    for text in texts:
        for end in range(1, len(text) + 1):
            shown = {"text": text[:end], "selectionStart": end, "selectionEnd": end}
            await device.send("Input.imeSetComposition", shown)
        await device.send("Input.insertText", {"text": text})


async def losing(
    page: Page, address: str, method: str, *, reaches_central: bool = True
) -> Callable[[], AbstractContextManager[None]]:
    """Return a block in which the browser gets no answer to such requests.

    Call it before the page is opened: what Chromium intercepts later may miss the requests of a page that stands.
    """
    lost = False

    async def pass_on(route: Route, request: Request) -> None:
        if not lost or request.method != method:
            await route.continue_()
            return
        if reaches_central:
            await route.fetch()
        await route.abort()

    @contextmanager
    def block() -> Iterator[None]:
        nonlocal lost
        lost = True
        yield
        lost = False

    await page.route(address, pass_on)
    return block


async def leaves(page: Page) -> bool:
    """Whether the page lets the browser leave it without a question."""
    left: bool = await page.evaluate("dispatchEvent(new Event('beforeunload', { cancelable: true }))")
    return left


async def add_editor(central: Central) -> tuple[int, int]:
    """Add a person who may change sites; return the numbers of the role and of the person."""
    granted = {"name": "editors", "permissions": ["catalog.read", "catalog.edit"], "scope": "all", "counter_scope": "all"}
    role = (await central.api("POST", "/roles", granted))["role_id"]
    body = {"name": EDITOR, "full_name": "王芳", "channel": "window", "role_ids": [role]}
    made = await central.api("POST", "/users", body)
    session = {"name": EDITOR, "password": made["one_time_password"], "bearer": True}
    async with central.session.post(f"{central.url}/api/v1/session", json=session) as answer:
        token = (await answer.json())["token"]
    change = {"old_password": made["one_time_password"], "new_password": PASSWORD, "bearer": True}
    headers = {"Authorization": f"Bearer {token}"}
    async with central.session.put(f"{central.url}/api/v1/session/password", json=change, headers=headers) as answer:
        assert answer.ok, await answer.text()
    return role, made["user"]["user_id"]


async def test_a_site_is_added_by_keyboard_and_two_presses_are_one_effect(window: Window, central: Central) -> None:
    page = await opened_form(window, "/sites?site=new")
    await compose(page, "后山")
    device = await page.context.new_cdp_session(page)
    await device.send("Input.imeSetComposition", {"text": "he", "selectionStart": 2, "selectionEnd": 2})
    await page.keyboard.press("Escape")
    await device.send("Input.imeSetComposition", {"text": "", "selectionStart": 0, "selectionEnd": 0})
    await expect(page.get_by_role("dialog")).to_have_count(1)
    await field(page, "最大承载量").focus()
    await compose(page, "１２００")
    await field(page, "瞬时承载量").focus()
    await page.keyboard.type("8百")
    await page.keyboard.press("Control+s")
    await expect(drawer(page).get_by_text("请填写整数")).to_be_visible()
    await expect(field(page, "瞬时承载量")).to_be_focused()
    await window.picture("form-new-zh")
    await page.keyboard.press("Backspace")
    await page.evaluate("""() => { const form = document.querySelector('.form-drawer form');
        form.requestSubmit(); form.requestSubmit() }""")
    await saved(page)
    sites = (await central.api("GET", "/sites"))["items"]
    assert [site["parameters"]["name_zh"] for site in sites] == ["牌坊镇", "后山"]
    assert (sites[1]["parameters"]["daily_capacity"], sites[1]["parameters"]["capacity"]) == (1200, 8)
    await window.picture("sites-zh")


async def test_faults_stand_beside_their_fields_and_what_is_typed_stays(window: Window, central: Central) -> None:
    await central.add_check_point([])
    page = await opened_form(window)
    await field(page, "中文名称").fill(LONG)
    await field(page, "时区").fill("Mars/Olympus")
    await page.get_by_role("button", name="新增规则").click()
    await page.get_by_role("button", name="新增规则").click()
    rules = page.get_by_role("group")
    await rules.nth(0).get_by_label("中文名称").fill("<b>本地</b>")
    await rules.nth(0).get_by_label("身份证号前几位").fill("52，5201x")
    await rules.nth(1).get_by_label("中文名称").fill("老人")
    await rules.nth(1).get_by_label("最小年龄").fill("60")
    await page.keyboard.press("Control+Enter")
    await expect(field(page, "中文名称")).to_be_focused()
    await expect(field(page, "中文名称")).to_have_attribute("aria-invalid", "true")
    await expect(drawer(page).get_by_text("须为 IANA")).to_be_visible()
    await expect(rules.nth(0).get_by_text("格式有误")).to_be_visible()
    await window.picture("form-faults-zh")
    await rules.nth(0).scroll_into_view_if_needed()
    await window.picture("form-rules-zh")
    assert await drawer(page).locator("[aria-invalid=true]").count() == 3
    await field(page, "中文名称").fill("牌坊")
    await field(page, "时区").fill("Asia/Urumqi")
    await rules.nth(0).get_by_label("身份证号前几位").fill("52，5201")
    await page.keyboard.press("Control+Enter")
    await saved(page)
    stands = await parameters(central)
    assert (stands["name_zh"], stands["zone"]) == ("牌坊", "Asia/Urumqi")
    assert [(one["rule_id"], one["name_zh"], one["regions"], one["minimum_age"]) for one in stands["walk_in_rules"]] == [
        (1, "<b>本地</b>", ["52", "5201"], None),
        (2, "老人", [], 60),
    ]


async def test_two_editors_see_both_statements_field_by_field(window: Window, central: Central) -> None:
    page = await opened_form(window)
    await field(page, "中文名称").fill("牌坊古镇")
    await field(page, "瞬时承载量").fill("700")
    await meanwhile(
        central, capacity=500, daily_capacity=9000, walk_in_rules=[{"rule_id": 1, "name_zh": "老人", "minimum_age": 60}]
    )
    await page.keyboard.press("Control+s")
    panel = page.get_by_role("region", name="内容已被他人修改")
    await expect(panel).to_be_focused()
    await expect(panel).to_contain_text("admin 已于 2026-05-10 10:00 修改")
    rows = panel.locator("tbody tr")
    await expect(rows).to_have_count(4)
    await expect(rows.nth(0)).to_contain_text("中文名称")
    await expect(panel.locator("tr", has_text="最大承载量")).to_contain_text("不限")
    await expect(panel.locator("tr", has_text="瞬时承载量")).to_contain_text("双方都改过")
    await window.picture("form-conflict-zh")
    await page.get_by_role("button", name="返回编辑").click()
    await expect(field(page, "瞬时承载量")).to_have_value("700")
    await page.keyboard.press("Control+s")
    await page.get_by_role("button", name="按所选保存").click()
    await saved(page)
    stands = await parameters(central)
    assert [stands[name] for name in ("name_zh", "capacity", "daily_capacity")] == ["牌坊古镇", 700, 9000]
    assert len(stands["walk_in_rules"]) == 1
    await page.get_by_role("button", name="牌坊古镇").click()
    await field(page, "瞬时承载量").fill("1")
    await meanwhile(central, capacity=2)
    await page.keyboard.press("Control+s")
    await page.get_by_role("button", name="全部采用对方的").click()
    await expect(field(page, "瞬时承载量")).to_have_value("2")
    await page.keyboard.press("Escape")
    await saved(page)
    assert (await parameters(central))["capacity"] == 2


async def test_nothing_typed_is_lost_while_central_is_away_or_the_session_ends(window: Window, central: Central) -> None:
    central_is_away = await losing(window.page, "**/api/v1/sites/1", "PUT", reaches_central=False)
    page = await opened_form(window)
    await field(page, "瞬时承载量").fill("321")
    with central_is_away():
        await page.keyboard.press("Enter")
        await expect(drawer(page).get_by_role("alert")).to_contain_text("连接不到中心")
    await expect(field(page, "瞬时承载量")).to_have_value("321")
    await window.picture("form-away-zh")
    assert await leaves(page) is False
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="继续编辑").click()
    await expect(field(page, "瞬时承载量")).to_have_value("321")

    session = await page.context.request.get(f"{central.url}/api/v1/session")
    token = {"X-CSRF-Token": (await session.json())["csrf_token"]}
    assert (await page.context.request.delete(f"{central.url}/api/v1/session", headers=token)).ok
    await page.get_by_role("button", name="保存").click()
    ended = page.get_by_role("dialog", name="登录已到期")
    await ended.get_by_label("密码").fill(PASSWORD)
    await window.picture("form-ended-zh")
    await page.keyboard.press("Enter")
    await saved(page)
    assert (await parameters(central))["capacity"] == 321
    assert await leaves(page) is True


async def test_what_was_added_although_no_answer_came_is_not_added_twice(window: Window, central: Central) -> None:
    central_acts_but_no_answer_comes = await losing(window.page, "**/api/v1/sites", "POST")
    page = await opened_form(window, "/sites?site=new")
    await field(page, "中文名称").fill("后山")
    with central_acts_but_no_answer_comes():
        await page.keyboard.press("Enter")
        await expect(drawer(page).get_by_role("alert")).to_contain_text("连接不到中心")
    await field(page, "瞬时承载量").fill("5")
    await page.keyboard.press("Enter")
    await expect(drawer(page).get_by_role("alert")).to_contain_text("已经生效")
    await window.picture("form-reused-zh")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="放弃更改").click()
    await expect(page.get_by_role("button", name="后山")).to_be_visible()
    assert len((await central.api("GET", "/sites"))["items"]) == 2


async def test_a_withdrawn_permission_is_named_and_what_is_typed_stays(browser: Browser, central: Central) -> None:
    role, _ = await add_editor(central)
    async with opened(browser, central.url) as window:
        page = await opened_form(window, name=EDITOR)
        await field(page, "瞬时承载量").fill("321")
        kept = {"name": "editors", "permissions": ["catalog.read"], "scope": "all", "counter_scope": "all"}
        await central.api("PUT", f"/roles/{role}", {"version": 0, **kept})
        await page.keyboard.press("Enter")
        await expect(drawer(page).get_by_role("alert")).to_contain_text("catalog.edit")
        await expect(field(page, "瞬时承载量")).to_have_value("321")
        await window.picture("form-withdrawn-zh")
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="放弃更改").click()
        await saved(page)
        await page.reload()
        await page.get_by_role("button", name="牌坊镇").click()
        await expect(drawer(page)).to_contain_text("只能查看")
        await expect(field(page, "瞬时承载量")).to_be_disabled()
        await window.picture("form-read-only-zh")


async def test_forms_in_english_and_dark(browser: Browser, central: Central) -> None:
    async with opened(browser, central.url, "zh-CN", "America/Los_Angeles") as window:
        page = await opened_form(window)
        await page.evaluate("localStorage.setItem('paifang.language', 'en'); localStorage.setItem('paifang.theme', 'dark')")
        await window.open("/sites")
        await page.get_by_role("button", name="Paifang Town").click()
        await page.get_by_label("Most at once", exact=True).fill("7")
        await meanwhile(central, capacity=6)
        await window.picture("form-en-dark")
        await page.keyboard.press("Control+s")
        await expect(page.get_by_role("button", name="Save as chosen")).to_be_visible()
        await window.picture("form-conflict-en-dark")
        left = page.get_by_role("dialog", name="There are unsaved changes")
        await page.go_back()
        await expect(left).to_be_visible()
        await left.get_by_role("button", name="Give up changes").click()
        await expect(drawer(page)).to_have_count(0)
