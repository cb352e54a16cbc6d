"""What stands around every page: the menu, the bar, an address that is none, and a new build while a page is open."""

import shutil
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.builders.central import HandClock
from tests.builders.served import Central, running_central
from tests.console.accessibility import faults_of
from tests.console.chunk_graph import BUILD
from tests.console.window import opened

pytestmark = pytest.mark.browser
HOSTILE = '<img src=x onerror="alert(1)">\u202eمتحف ' + "长" * 40


async def test_the_shell_speaks_both_languages_in_both_themes(browser: Browser, central: Central) -> None:
    await central.api("POST", "/sites", {"name_zh": HOSTILE})
    async with opened(browser, central.url) as window:
        page = window.page
        await window.open("/admissions")
        await window.sign_in()
        await expect(page.get_by_role("heading", name="检票记录", exact=True)).to_be_visible()
        await expect(page).to_have_title("检票记录 · 牌坊")
        await page.get_by_role("combobox", name="景区").select_option(label=HOSTILE)
        await expect(page.locator("img")).to_have_count(0)
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_role("heading", name="Admission records", exact=True)).to_be_visible()
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        for theme in ("Dark", "Light"):
            await page.get_by_role("button", name="You").click()
            await page.get_by_role("menuitem", name=theme).click()
            await window.picture(f"shell-{theme.lower()}")
            assert await faults_of(page) == []
        await page.reload()
        await expect(page.get_by_role("heading", name="Admission records", exact=True)).to_be_visible()
        await expect(page.get_by_role("combobox", name="Site")).to_be_visible()
        await window.open("/no/such/page")
        await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()


async def test_the_menu_folds_and_a_narrow_screen_hides_it(browser: Browser, central: Central) -> None:
    async with opened(browser, central.url) as window:
        page = window.page
        await window.open()
        await window.sign_in()
        link = page.get_by_role("link", name="检票记录")
        await expect(link).to_be_visible()
        await page.get_by_role("button", name="收起菜单").click()
        await expect(link).to_have_count(0)
        await page.get_by_role("button", name="报表明细").click()
        await expect(link).to_be_visible()
        await page.set_viewport_size({"width": 400, "height": 800})
        await link.click()
        await expect(page.get_by_role("navigation", name="菜单")).to_be_hidden()
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing sticks out"


def deploy(directory: Path, name: str) -> None:
    """Put a new build in the place of the present one, as `scripts/console.sh` does; its files have other names."""
    if (directory / "current").exists():
        shutil.rmtree(directory / "previous", ignore_errors=True)
        (directory / "current").rename(directory / "previous")
    shutil.copytree(BUILD, directory / "current")
    for path in (directory / "current" / "assets").iterdir():
        if path.suffix in {".js", ".gz"} and path.name.startswith("AdmissionsPage"):
            path.rename(path.with_name(f"{name}-{path.name}"))


async def test_a_page_outlives_one_new_build_and_offers_the_next(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds = tmp_path / "console"
    shutil.copytree(BUILD, builds / "current")
    monkeypatch.setenv("PAIFANG_CONSOLE_DIR", str(builds))
    async with running_central(tmp_path / "central", HandClock()) as central, opened(browser, central.url) as first:
        await first.open("/admissions")
        await expect(first.page.get_by_label("用户名")).to_be_visible()
        deploy(builds, "second")
        await first.sign_in()
        await expect(first.page.get_by_role("heading", name="检票记录", exact=True)).to_be_visible()
        async with opened(browser, central.url) as other:
            await other.open("/no/such/page")
            await other.sign_in()
            await expect(other.page.get_by_role("link", name="检票记录")).to_be_visible()
            shutil.rmtree(builds / "previous")
            deploy(builds, "third")
            shutil.rmtree(builds / "previous")
            await other.page.get_by_role("link", name="检票记录").click()
            await expect(other.page.get_by_role("button", name="刷新")).to_be_visible()
            other.complaints.clear()


async def test_open_pages_stand_as_tabs_and_choices_follow_the_person(browser: Browser, central: Central) -> None:
    async with opened(browser, central.url) as window:
        page = window.page
        await window.open("/orders?days=yesterday")
        await window.sign_in()
        tabs = page.get_by_role("navigation", name="打开的页面")
        await expect(tabs.get_by_role("link", name="票据订单")).to_have_attribute("aria-current", "page")
        await page.get_by_role("link", name="付款单据").click()
        await expect(page.get_by_role("heading", name="付款单据", exact=True)).to_be_visible()
        await page.get_by_role("button", name="固定到首页").click()
        await expect(page.get_by_role("button", name="不再固定")).to_be_visible()
        await tabs.get_by_role("link", name="票据订单").click()
        await expect(page).to_have_url(f"{central.url}/console/orders?days=yesterday")
        await window.picture("shell-tabs")
        assert await faults_of(page) == []
        await tabs.get_by_role("button", name="关闭“票据订单”").click()
        await expect(page).to_have_url(f"{central.url}/console/payments")
        await expect(tabs.get_by_role("link")).to_have_count(1)
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_role("heading", name="Payment documents")).to_be_visible()
        kept = await central.api("GET", "/session/preferences")
        assert (kept["language"], kept["pinned_pages"]) == ("en", ["payments"])
    async with opened(browser, central.url) as window:
        await window.open("/home")
        await window.sign_in()
        pinned = window.page.get_by_role("navigation", name="Pinned pages")
        await pinned.get_by_role("link", name="Payment documents").click()
        await expect(window.page).to_have_url(f"{central.url}/console/payments")
