"""A real browser knocks: what it sends as origin and name is what the door expects, and another page's knock is refused."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from playwright.async_api import Page, async_playwright

from tests.builders.counter import CounterRig, free_port

pytestmark = [pytest.mark.real_time, pytest.mark.journey]

CHROMIUM = "/usr/bin/chromium-headless-shell"
TALK = """([port, first]) => new Promise(resolve => {
  const heard = []
  const socket = new WebSocket(`ws://127.0.0.1:${port}/counter`)
  socket.onopen = () => socket.send(JSON.stringify(first))
  socket.onmessage = event => {
    heard.push(JSON.parse(event.data).type)
    if (heard.at(-1) === 'devices') socket.send(JSON.stringify({type: 'print', id: 'sale-1', lines: ['成人票']}))
    if (heard.at(-1) === 'printed') socket.close()
  }
  socket.onclose = event => resolve([heard.filter(type => type !== 'devices'), event.code, event.reason])
})"""


async def blank(_: web.Request) -> web.Response:
    return web.Response(text="<!doctype html><title>page</title>", content_type="text/html")


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield await browser.new_page()
        await browser.close()


async def test_a_browser_s_page_pairs_and_prints_and_another_origin_s_does_not(rig: CounterRig, page: Page) -> None:
    port = free_port()
    app = web.Application()
    app.router.add_get("/", blank)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    assert rig.settings.counter is not None
    counter = rig.settings.counter.model_copy(update={"origins": (f"http://localhost:{port}",)})
    await rig.stop()
    rig.settings = rig.settings.model_copy(update={"counter": counter})
    await rig.start()
    first = {"type": "pair", "version": 1, "code": await rig.code()}
    await page.goto(f"http://127.0.0.1:{port}/")
    assert await page.evaluate(TALK, [rig.port, first]) == [[], 1006, ""]
    await page.goto(f"http://localhost:{port}/")
    assert (await page.evaluate(TALK, [rig.port, first]))[0] == ["paired", "printed"]
    assert await page.evaluate(TALK, [rig.port, first]) == [["refused"], 4000, "code"]
    assert [sheet.lines[0] for sheet in rig.printer.printed] == ["成人票"]
    await runner.cleanup()
