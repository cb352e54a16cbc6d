"""A browser at a real central: each test has both to itself; what the page complains of fails the test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.builders.central import HandClock
from tests.builders.served import Central, running_central
from tests.console.window import Window, opened

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture
async def central(tmp_path: Path) -> AsyncIterator[Central]:
    """A central whose administrator has a password, and one site."""
    async with running_central(tmp_path / "central", HandClock()) as one:
        await one.add_site()
        yield one


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The machine's Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def window(browser: Browser, central: Central) -> AsyncIterator[Window]:
    """A window of the browser at the console's address."""
    async with opened(browser, central.url) as one:
        yield one
