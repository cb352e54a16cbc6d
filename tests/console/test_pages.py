"""Every page of each person's menu opens, in both languages and themes, and says nothing that axe or the browser finds wrong.

`make test` opens the administrator's in one language and theme; `make sweep` opens all.
"""

from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from tests.builders.served import PASSWORD, Central
from tests.console.accessibility import faults_of
from tests.console.trading_day import trade_for_a_day
from tests.console.window import opened
from tests.journeys.days import COUNTS, MANAGES, SELLS

pytestmark = pytest.mark.browser
# The administrator may do everything.
ROLES: dict[str, list[str]] = {
    "administrator": [],
    "finance": COUNTS,
    "manager": MANAGES,
    "seller": SELLS,
    "checker": ["admissions.check", "admissions.read"],
}
Theme = Literal["light", "dark"]
OWN = "a password of one's own"
# How many answers of central the page waits for; the live stream never ends.
COUNT_WAITS = """
  let waits = 0;
  const tell = (by) => { waits += by; document.documentElement.dataset.waits = String(waits); };
  const send = window.fetch;
  window.fetch = async (...asked) => {
    const url = asked[0] instanceof Request ? asked[0].url : String(asked[0]);
    if (url.includes('/live')) return send(...asked);
    tell(1);
    try { return await send(...asked); } finally { tell(-1); }
  };
"""


async def person_in(central: Central, role: str) -> tuple[str, str] | None:
    """Make a person who holds a role and return name and password; None: the administrator."""
    permissions = ROLES[role]
    if not permissions:
        return None
    made = await central.api("POST", "/roles", {"name": role, "permissions": permissions, "scope": "all", "counter_scope": "all"})
    user = await central.api("POST", "/users", {"name": role, "full_name": "王芳", "role_ids": [made["role_id"]]})
    return role, str(user["one_time_password"])


async def enter(page: Page, given: tuple[str, str] | None) -> None:
    """Sign in by the form, with an own password where central asks for one."""
    name, password = given or ("admin", PASSWORD)
    await page.locator("input[name=name]").fill(name)
    await page.locator("input[name=password]").fill(password)
    await page.keyboard.press("Enter")
    if given is None:
        return
    await page.locator("input[name=old_password]").fill(password)
    await page.locator("input[name=new_password]").fill(OWN)
    await page.locator("input[name=again]").fill(OWN)
    await page.keyboard.press("Enter")


async def titles(page: Page) -> list[tuple[str, str]]:
    """Return address and title of every page of the menu."""
    found: list[list[str]] = await page.locator("nav.menu a").evaluate_all(
        "links => links.map((link) => [new URL(link.href).pathname.replace('/console', ''), link.textContent.trim()])"
    )
    return [(address, title) for address, title in found]


@pytest.mark.sampled(99)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("role", ROLES)
async def test_every_page_opens(browser: Browser, central: Central, role: str, language: str, theme: Theme) -> None:
    await trade_for_a_day(central)
    given = await person_in(central, role)
    faults = {}
    async with opened(browser, central.url, language) as window:
        page = window.page
        await page.emulate_media(color_scheme=theme)
        await page.add_init_script(COUNT_WAITS)
        await window.open("/exports")
        await enter(page, given)
        await expect(page.locator("nav.menu a").first).to_be_visible()
        pages = await titles(page)
        assert pages
        for address, title in pages:
            await page.locator(f"nav.menu a[href='/console{address}']").click()
            await expect(page.locator("h1")).to_have_text(title)
            await expect(page.locator("html")).to_have_attribute("data-waits", "0")
            await window.picture(f"page{address.replace('/', '-')}-{role}-{language[:2]}-{theme}")
            found = await faults_of(page)
            if found:
                faults[address] = found
    assert faults == {}
