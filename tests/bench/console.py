"""The web console in a real browser: how much it loads, how soon it shows, and a seller's window through a thousand sales.

Central runs in this process, the browser in its own; both share the two cores. Keys are sent as events of the page, so that the
time of a key is the page's own; a scan is a burst of such keys with a Chinese input method on (`Process`).
"""

import asyncio
import shutil
from pathlib import Path
from typing import cast

from playwright.async_api import CDPSession, Page, async_playwright, expect

from tests.bench.feed_server import computer_at
from tests.bench.measuring import MB, Values, median, now_s, percentile
from tests.builders.central import HandClock
from tests.builders.served import Central, Gate, running_central
from tests.console.chunk_graph import load
from tests.console.conftest import CHROMIUM
from tests.console.window import Window, opened

RUNS, KEYS, SALES, SCANS = 7, 40, 1_000, 1_000
SHELL = "src/shell/OfficeShell.vue"
KB = 1_000
_LINES = "section[aria-label='购物车'] li"
_PRESS = """async ({ code, lines }) => {
  const before = document.querySelectorAll(lines)[0]?.textContent ?? '';
  const begun = performance.now();
  window.dispatchEvent(new KeyboardEvent('keydown', { code }));
  while ((document.querySelectorAll(lines)[0]?.textContent ?? '') === before) await new Promise(requestAnimationFrame);
  return performance.now() - begun;
}"""
_SELL = """async (times) => {
  const press = (code) => window.dispatchEvent(new KeyboardEvent('keydown', { code }));
  const until = async (holds) => { while (!holds()) await new Promise((done) => setTimeout(done, 5)); };
  const said = () => document.querySelector('section.panel h2')?.textContent ?? '';
  for (let sale = 0; sale < times; sale += 1) {
    press('Digit1');
    await until(() => document.querySelectorAll("section[aria-label='购物车'] li").length === 1);
    press('Enter');
    await until(() => document.querySelector("section[aria-label='现金收款']"));
    press('Enter');
    await until(() => said().startsWith('已售'));
  }
}"""
_SCAN = """async (times) => {
  let lost = 0;
  for (let scan = 0; scan < times; scan += 1) {
    const text = String(900000000000 + scan);
    for (const digit of text) window.dispatchEvent(new KeyboardEvent('keydown', { code: `Digit${digit}`, key: 'Process' }));
    window.dispatchEvent(new KeyboardEvent('keydown', { code: 'Enter', key: 'Process' }));
    await new Promise(requestAnimationFrame);
    if (!document.querySelector('aside')?.textContent?.includes(text)) lost += 1;
  }
  return lost + document.querySelectorAll("section[aria-label='购物车'] li").length;
}"""


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`."""
    directory = place / "console"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return asyncio.run(_measure(directory))


async def _measure(directory: Path) -> Values:
    values: Values = {"console_first_load_kb": load(SHELL).packed_bytes / KB}
    clock = cast("HandClock", computer_at)
    async with running_central(directory / "central", clock) as central, async_playwright() as playwright:
        await central.add_site()
        adult = await central.add_type()
        gate = await central.enrol(await central.add_check_point([adult]))
        await gate.refresh()
        await central.api("POST", "/own-shift", {"site_id": 1, "float_fen": 20_000})
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        async with opened(browser, central.url) as window:
            await window.open("/admissions")
            await window.sign_in()
            values["console_home_interactive_s"] = await _interactive_s(window)
            values["console_live_admission_s"] = await _live_s(window, central, gate)
            values |= await _at_the_window(window)
        await browser.close()
        gate.close()
    return values


async def _interactive_s(window: Window) -> float:
    """Return from a new load of the page to its first list, with the files in the browser's cache."""
    taken = []
    for _ in range(RUNS):
        begun_s = now_s()
        await window.page.reload()
        await expect(window.page.get_by_role("grid")).to_be_visible()
        taken.append(now_s() - begun_s)
    return median(taken)


async def _live_s(window: Window, central: Central, gate: Gate) -> float:
    """Return from the gate's upload to the row on the screen."""
    taken = []
    wanted = {"site_id": 1, "lines": [{"ticket_type_id": 1, "quantity": RUNS, "visit_day": await _today(central)}]}
    total = (await central.api("POST", "/quotes", wanted))["total_fen"]
    order = await central.api("POST", "/orders", {**wanted, "expected_total_fen": total, "method": "cash"})
    for ticket in order["tickets"]:
        shown = " ".join(ticket["ticket_id"][at : at + 4] for at in range(0, 16, 4))
        gate.admit(ticket["ticket_id"])
        begun_s = now_s()
        await gate.upload()
        await expect(window.page.get_by_role("grid")).to_contain_text(shown)
        taken.append(now_s() - begun_s)
    return median(taken)


async def _today(central: Central) -> str:
    days = (await central.api("GET", "/ticket-types/1/days?site_id=1"))["days"]
    return str(days[0]["day"])


async def _at_the_window(window: Window) -> Values:
    page = window.page
    await window.open("/sell")
    await expect(page.get_by_role("button", name="成人票")).to_be_visible()
    keyed = [await page.evaluate(_PRESS, {"code": "Digit1", "lines": _LINES}) for _ in range(KEYS)]
    await page.keyboard.press("Escape")
    devtools = await page.context.new_cdp_session(page)
    await page.evaluate(_SELL, 20)
    before = await _heap_bytes(devtools)
    await _sell(page, SALES)
    grown = await _heap_bytes(devtools) - before
    await page.keyboard.press("Escape")
    lost = await page.evaluate(_SCAN, SCANS)
    return {
        "window_key_to_cart_ms": percentile(keyed, 95),
        "window_heap_growth_mb": max(0.0, grown / MB),
        "window_lost_scans": float(lost),
    }


async def _sell(page: Page, sales: int) -> None:
    part = 100
    for _ in range(sales // part):
        await page.evaluate(_SELL, part)


async def _heap_bytes(devtools: CDPSession) -> float:
    await devtools.send("HeapProfiler.collectGarbage")
    return float((await devtools.send("Runtime.getHeapUsage"))["usedSize"])
