"""Signing in to the console."""

import pytest
from playwright.async_api import expect

from tests.console.window import Window

pytestmark = pytest.mark.journey


async def test_a_person_signs_in_by_keyboard_and_lands_where_the_link_led(window: Window) -> None:
    await window.open("/admissions")
    await window.sign_in()
    await expect(window.page.get_by_role("navigation")).to_be_visible()
    await window.picture("shell")
    assert window.page.url.endswith("/console/admissions")
