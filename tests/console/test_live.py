"""The live channel in the browser: real gates upload, and the pages hear it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from central.live import bearers
from tests.builders.served import PASSWORD, Central, Gate
from tests.console.window import WAIT_MS, Window

pytestmark = pytest.mark.browser
LIVE = "**/api/v1/live"
# A sale, and 3 admissions at least.
HEARD = re.compile(r"本页已收到 ([4-9]|\d\d+) 条更新")


@pytest_asyncio.fixture(loop_scope="session")
async def gate(central: Central) -> AsyncIterator[Gate]:
    """A gate that has the feed, and admits without asking."""
    adult = await central.add_type()
    one = await central.enrol(await central.add_check_point([adult]))
    await one.refresh()
    yield one
    one.close()


async def entry(gate: Gate, times: int = 1) -> None:
    """Sell tickets, let their holders in at the gate, and upload that."""
    for ticket in await gate.central.sell(1, times):
        gate.admit(ticket["ticket_id"])
    await gate.upload()


def badge(page: Page) -> Locator:
    return page.get_by_role("banner").get_by_role("status")


@pytest_asyncio.fixture(loop_scope="session")
async def reference(central: Central, gate: Gate) -> "Reference":
    """What central itself tells from now on: after the gate has come, before the browser looks."""
    assert gate.agent
    return Reference(central, await position(central))


async def position(central: Central) -> str:
    text = await stream_text(central, "most_seconds=0")
    return text.split("id: ")[1].split("\n")[0]


async def stream_text(central: Central, query: str) -> str:
    async with central.session.get(f"{central.url}/api/v1/live?{query}", headers=central.headers) as answer:
        return await answer.text()


@dataclass(frozen=True, slots=True)
class Reference:
    """A stream that begins at a position, read anew each time."""

    central: Central
    after: str

    async def count(self) -> int:
        """Return how many events central has told since."""
        text = await stream_text(self.central, f"after={self.after}&most_seconds=1")
        names = re.findall(r"^event: (\w+)$", text, re.MULTILINE)
        return len([name for name in names if name not in {"ready", "rights"}])


async def has_heard(page: Page, count: int, within_ms: int = WAIT_MS) -> None:
    """Check that the page says so many events: each once."""
    said = page.get_by_title(re.compile(rf"本页已收到 {count} 条更新"))
    await expect(said).to_be_visible(timeout=within_ms)


async def other_page(window: Window) -> Page:
    page = await window.page.context.new_page()
    page.set_default_timeout(WAIT_MS)
    await page.goto(f"{window.url}/console/admissions")
    return page


async def cut(central: Central) -> None:
    """Cut all connections as a network does."""
    runner = central.server.runner
    assert runner is not None
    assert runner.server is not None
    for connection in runner.server.connections:
        if connection.transport is not None:
            connection.transport.abort()


async def test_two_pages_share_one_stream_and_hear_the_gate_at_once(window: Window, gate: Gate, reference: Reference) -> None:
    asked: list[str] = []
    window.page.context.on("request", lambda one: asked.append(one.url) if one.url.endswith("/api/v1/live") else None)
    await window.open("/admissions")
    await window.sign_in()
    await expect(badge(window.page)).to_have_text("实时")
    second = await other_page(window)
    await expect(badge(second)).to_have_text("实时")
    await entry(gate, 3)
    await expect(window.page.get_by_title(HEARD)).to_be_visible()
    await expect(second.get_by_title(HEARD)).to_be_visible()
    total = await reference.count()
    await has_heard(window.page, total)
    await has_heard(second, total)
    assert len(asked) == 1
    await window.picture("live")


async def test_a_break_and_a_page_that_goes_lose_and_double_nothing(window: Window, gate: Gate, reference: Reference) -> None:
    first, central = window.page, gate.central
    await window.open("/admissions")
    await window.sign_in()
    await expect(badge(first)).to_have_text("实时")
    second = await other_page(window)
    await expect(badge(second)).to_have_text("实时")
    await entry(gate, 2)
    await first.context.route(LIVE, lambda route: route.abort())
    await cut(central)
    await expect(badge(first)).to_have_text(re.compile(r"离线 · 截至 \d\d:\d\d:\d\d"))
    await expect(badge(second)).to_contain_text("离线")
    await window.picture("live-offline")
    await entry(gate, 3)
    await first.context.unroute(LIVE)
    await expect(badge(second)).to_have_text("实时")
    await first.close()
    await entry(gate, 2)
    await has_heard(second, await reference.count())


async def test_the_session_ends_at_all_pages_and_goes_on_at_all_when_one_signs_in(
    window: Window, gate: Gate, reference: Reference
) -> None:
    await window.open("/admissions")
    await window.sign_in()
    await expect(badge(window.page)).to_have_text("实时")
    second = await other_page(window)
    await expect(badge(second)).to_have_text("实时")
    await second.context.clear_cookies()
    await cut(gate.central)
    ended = [page.get_by_role("dialog", name="登录已到期") for page in (window.page, second)]
    for dialog in ended:
        await expect(dialog).to_be_visible()
    await entry(gate)
    await ended[1].get_by_label("密码").fill(PASSWORD)
    await second.keyboard.press("Enter")
    for page, dialog in reversed(list(zip((window.page, second), ended, strict=True))):
        # A page that nobody sees does not finish to hide its dialog.
        await page.bring_to_front()
        await expect(dialog).to_be_hidden()
        await expect(badge(page)).to_have_text("实时")
    await has_heard(window.page, await reference.count())
    await has_heard(second, await reference.count())


async def test_silence_is_not_called_live(window: Window, gate: Gate) -> None:
    page = window.page
    await page.clock.install()
    await window.open("/admissions")
    await window.sign_in()
    await expect(badge(page)).to_have_text("实时")
    await page.clock.fast_forward(31_000)
    await expect(badge(page)).to_have_text(re.compile(r"^截至 \d\d:\d\d:\d\d$"))
    await expect(page.get_by_role("banner")).to_contain_text("▲")
    await window.picture("live-stale")
    await entry(gate)
    await expect(badge(page)).to_have_text("实时")


async def test_other_rights_reach_the_menu_of_an_open_page(
    window: Window, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bearers, "LOOK_AGAIN_S", 0.1)
    given = {"name": "desk", "permissions": ["sales.read"], "scope": "all"}
    role = await central.api("POST", "/roles", given)
    added = await central.api("POST", "/users", {"name": "sun", "full_name": "孙", "role_ids": [role["role_id"]]})
    page = window.page
    await window.open()
    await window.sign_in("sun", added["one_time_password"])
    await page.get_by_label("当前密码").fill(added["one_time_password"])
    await page.get_by_label("新密码", exact=True).fill(PASSWORD)
    await page.get_by_label("再次输入新密码").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(badge(page)).to_have_text("实时")
    records = page.locator("nav.menu").get_by_role("link", name="检票记录")
    await expect(records).to_be_hidden()
    wider = {**given, "permissions": ["sales.read", "admissions.read"], "counter_scope": "all", "version": role["version"]}
    await central.api("PUT", f"/roles/{role['role_id']}", wider)
    await expect(records).to_be_visible()
