"""The lists of records: after a day's trade each shows what the API says, to the fen, in both languages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.builders.served import VISIT_DAY, Central
from tests.console.accessibility import faults_of
from tests.console.trading_day import trade_for_a_day
from tests.console.window import Window

pytestmark = pytest.mark.browser
TODAY = f"first_day={VISIT_DAY}&last_day={VISIT_DAY}"


@dataclass(frozen=True, slots=True)
class Records:
    """A page of records: its key in the menu; what it shows of each item; its sums in the order of its columns."""

    key: str
    path: str
    shown: tuple[str, ...]
    sums: tuple[str, ...] = ()
    has_totals: bool = True
    is_empty: bool = False


PAGES = (
    Records("orders", "orders", ("order_id", "total_fen", "refunded_fen"), ("tickets", "total_fen", "refunded_fen")),
    Records("payments", "payments", ("payment_id", "order_id", "amount_fen"), ("amount_fen", "received_fen")),
    Records("payment-refunds", "payment-refunds", ("number", "amount_fen", "order_id"), ("amount_fen",), is_empty=True),
    Records(
        "refund-records", "refunds", ("ticket_id", "order_id", "amount_fen", "fee_fen"), ("persons", "amount_fen", "fee_fen")
    ),
    Records("admission-refusals", "admission-refusals", ("ticket_id", "order_id")),
    Records("shifts", "shifts", ("float_fen",), has_totals=False),
    Records("reprints", "reprints", ("ticket_id", "order_id", "number", "reason")),
    Records("activation-codes", "activation-codes", ("ticket_id",), has_totals=False, is_empty=True),
    Records("ledger", "ledger-entries", ("amount_fen", "order_id"), has_totals=False),
)
SAMPLE = ("orders", "refund-records")


def as_shown(key: str, value: object) -> str:
    """Write a value as the console does: money in yuan, a ticket number in fours, `—` for none."""
    if value is None:
        return "—"
    if key.endswith("_fen"):
        return f"¥{int(str(value)) / 100:,.2f}"
    return " ".join(re.findall("....", str(value))) if key == "ticket_id" else str(value)


async def open_from_menu(page: Page, title: str) -> None:
    await page.locator("nav.menu").get_by_role("link", name=title, exact=True).click()
    await expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


async def expect_records(central: Central, page: Page, records: Records) -> Locator:
    """Expect the items and the sums of the API in the table; return its lines."""
    items: list[Mapping[str, Any]] = (await central.api("GET", f"/{records.path}?{TODAY}"))["items"]
    assert bool(items) != records.is_empty, records.key
    lines = page.locator("main table tbody tr[tabindex]")
    await expect(lines).to_have_count(len(items))
    for at, item in enumerate(items):
        for key in records.shown:
            cell = lines.nth(at).locator("td").get_by_text(as_shown(key, item[key]), exact=True)
            await expect(cell.first, f"{records.key} {key} of {item}").to_be_visible()
    if records.has_totals and items:
        totals = await central.api("GET", f"/totals/{records.path}?{TODAY}")
        expected = [as_shown(key, totals[key]) for key in records.sums]
        cells = page.locator("tfoot td").filter(has_text=re.compile(r"\d"))
        await expect(cells).to_have_text(expected) if expected else await expect(cells).to_have_count(0)
    return lines


async def test_every_list_of_records_shows_what_the_api_says(central: Central, window: Window, *, is_sweep: bool) -> None:
    await trade_for_a_day(central)
    page = window.page
    await window.open("/orders")
    await window.sign_in()
    menu = await central.api("GET", "/menu")
    titles = {one["key"]: one for group in menu["groups"] for one in group["pages"]}
    chosen = [one for one in PAGES if is_sweep or one.key in SAMPLE]
    for language in ("zh", "en"):
        if language == "en":
            await page.get_by_role("button", name="English").click()
            await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        for records in chosen:
            await open_from_menu(page, titles[records.key][f"title_{language}"])
            lines = await expect_records(central, page, records)
            if records.is_empty:
                await window.picture(f"records_{records.key}_{language}")
                continue
            await lines.first.click()
            drawer = page.get_by_role("dialog")
            await expect(drawer.locator("dl, table").first).to_be_visible()
            names = await page.locator("th, dt, label").all_inner_texts()
            assert [name for name in names if re.fullmatch(r"[a-z_.]+", name)] == [], "a key of a text is shown"
            assert await faults_of(page) == [], records.key
            await window.picture(f"records_{records.key}_{language}")
            await page.keyboard.press("Escape")
            await expect(drawer).to_have_count(0)


async def test_an_order_and_a_payment_stand_whole_at_their_addresses(central: Central, window: Window) -> None:
    first, *_ = await trade_for_a_day(central)
    page = window.page
    await window.open("/orders?sort=largest")
    await window.sign_in()
    lines = page.locator("main table tbody tr[tabindex]")
    await expect(lines.first).to_contain_text("¥240.00")
    await expect(page.get_by_role("banner").get_by_role("status")).to_contain_text("实时")
    await page.get_by_role("combobox", name="排序").press("Enter")
    await page.get_by_role("option", name="最早在前").click()
    await expect(lines.first.locator("td").nth(1)).to_have_text(str(first["order_id"]))
    await expect(page).to_have_url(re.compile(r"\?sort=oldest$"))
    await lines.first.click()
    await page.get_by_role("dialog").get_by_role("link", name="查看完整订单").click()

    await expect(page).to_have_url(f"{window.url}/console/orders/{first['order_id']}")
    order = page.get_by_role("article")
    await expect(order.get_by_role("heading", name=f"订单 {first['order_id']} 已付款")).to_be_visible()
    whole = await central.api("GET", f"/orders/{first['order_id']}")
    for ticket in whole["tickets"]:
        await expect(
            order.get_by_role("region", name="门票").get_by_text(as_shown("ticket_id", ticket["ticket_id"]))
        ).to_be_visible()
    await expect(order.get_by_text(whole["buyer"]["phone"])).to_be_visible()
    assert "13800138000" not in await page.content()
    await expect(order.get_by_role("region", name="退票", exact=True).get_by_text("rain")).to_be_visible()
    assert await faults_of(page) == []
    await window.picture("order")

    await order.get_by_role("region", name="付款", exact=True).get_by_role("link").click()
    payment = whole["payments"][0]["payment_id"]
    await expect(page.get_by_role("heading", name=f"付款单 {payment}")).to_be_visible()
    await expect(page).to_have_url(f"{window.url}/console/payments/{payment}")
    await expect(page.get_by_role("article")).to_contain_text("¥240.00")
    await window.picture("payment")
    await central.api("POST", "/kept-exports/orders", {"format": "csv", "first_day": VISIT_DAY, "last_day": VISIT_DAY})
    await open_from_menu(page, "导出任务")
    await expect(page.get_by_role("listitem").filter(has_text="票据订单 · CSV 文件")).to_contain_text("已完成，4 条")
    assert await faults_of(page) == []
    await window.picture("records_exports_zh")
    await window.open("/orders/999999")
    await expect(page.get_by_role("alert")).to_be_visible()
    await window.picture("order_missing")
