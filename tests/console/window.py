"""A browser's window at the console, as a person uses it: by labels and names that stand on the screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, ConsoleMessage, Page, expect

from tests.builders.served import PASSWORD

PICTURES = Path(__file__).resolve().parents[2] / "var" / "pictures"
WAIT_MS = 20_000
# What the browser itself says of an answer that is no success: the page shows these, in words.
_SAID_OF_ANSWERS = "Failed to load resource"


@dataclass(slots=True)
class Window:
    """A page of the browser; `complaints` are what its console said: errors, and violations of the content security policy."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str = "/") -> None:
        """Go to an address of the console."""
        await self.page.goto(f"{self.url}/console{path}")

    async def sign_in(self, name: str = "admin", password: str = PASSWORD) -> None:
        """Sign in by the keyboard alone, in Chinese."""
        await expect(self.page.get_by_label("用户名")).to_be_focused()
        await self.page.keyboard.type(name)
        await self.page.keyboard.press("Tab")
        await self.page.keyboard.type(password)
        await self.page.keyboard.press("Enter")

    async def picture(self, name: str) -> None:
        """Keep a picture of what is seen."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=PICTURES / f"{name}.png")


@asynccontextmanager
async def opened(browser: Browser, url: str, language: str = "zh-CN", zone: str = "Asia/Shanghai") -> AsyncIterator[Window]:
    """Open a window of its own, without anything of another one; what the page complained of fails the test at the end."""
    context = await browser.new_context(
        locale=language, timezone_id=zone, viewport={"width": 1366, "height": 768}, reduced_motion="reduce"
    )
    page = await context.new_page()
    page.set_default_timeout(WAIT_MS)
    window = Window(page, url)

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and _SAID_OF_ANSWERS not in message.text:
            window.complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: window.complaints.append(str(error)))
    try:
        yield window
    finally:
        await context.close()
    assert window.complaints == []
