"""A browser at a real central. Each worker starts its browser once; each test has a central and a window of its own.

What a page complains of fails the test.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.builders.central import HandClock
from tests.builders.served import Central, running_central
from tests.console.window import Window, opened

CHROMIUM = "/usr/bin/chromium-headless-shell"
HERE = Path(__file__).parent
# A busy machine makes a page slow; how soon it shows is measured by `make bench`.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the browser's tests of a worker on one event loop, to which its browser belongs."""
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("browser") is not None:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session")
async def central(tmp_path: Path) -> AsyncIterator[Central]:
    """A central whose administrator has a password, and one site."""
    async with running_central(tmp_path / "central", HandClock()) as one:
        await one.add_site()
        yield one


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The machine's Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def window(browser: Browser, central: Central) -> AsyncIterator[Window]:
    """A window of the browser at the console's address."""
    async with opened(browser, central.url) as one:
        yield one
