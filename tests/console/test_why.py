"""Why did the gate not open: the answer of central's own sentence, by one scan or one press, and the ticket's life behind it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Route, expect

from central.reports.explanations import Explanations
from protocol.admission.verdict import Reason
from tests.builders.served import VISIT_DAY, Central, Gate
from tests.console.accessibility import faults_of
from tests.console.admitted_visitors import stand_at_noon
from tests.console.window import Window, opened

pytestmark = pytest.mark.browser
PHONE = "13800138000"
NAME = "牌坊票 <img src=x onerror=alert(1)> مرحبا"
A_SECOND_S, TWELVE_MINUTES_S = 1, 720
EXPLANATIONS = "**/api/v1/explanations"


@dataclass(slots=True)
class Refused:
    """Visitors whom one gate refused, each for a reason; by the reason, what they show."""

    gate: Gate
    tickets: dict[str, dict[str, Any]]


@pytest_asyncio.fixture(loop_scope="session")
async def refused(central: Central) -> AsyncIterator[Refused]:
    """A gate that refused some minutes of visitors: used, on a wrong day, at a wrong gate, refunded."""
    adult = await central.add_type(name_zh=NAME)
    gate = await central.enrol(await central.add_check_point([adult], name_zh="三号闸", name_en="Gate 3"))
    await gate.refresh()
    lines = [{"ticket_type_id": adult, "quantity": 4, "visit_day": VISIT_DAY}]
    wanted = {"site_id": 1, "lines": lines, "buyer_phone": PHONE, "expected_total_fen": 32000, "method": "cash"}
    sold = (await central.api("POST", "/orders", wanted))["tickets"]
    reasons = (Reason.USED_UP, Reason.WRONG_DAY, Reason.WRONG_GATE, Reason.VOID)
    tickets = {reason.value: ticket for reason, ticket in zip(reasons, sold, strict=True)}
    gate.admit(tickets["used_up"]["ticket_id"])
    await central.api("POST", "/refunds", {"ticket_id": tickets["void"]["ticket_id"], "reason": "雨天"})
    for reason, ticket in tickets.items():
        central.clock.advance(seconds=A_SECOND_S)
        gate.refuse(reason, ticket["ticket_id"])
    await gate.upload()
    yield Refused(gate, tickets)
    gate.close()


async def sentences(central: Central, **asked: object) -> list[dict[str, str]]:
    """Return what central itself says."""
    items: list[dict[str, str]] = (await central.api("POST", "/explanations", asked))["items"]
    return items


def answer(page: Page) -> Locator:
    return page.locator(".answer")


async def scan(page: Page, text: str) -> None:
    """Type as a scanner does: the code at once, then Enter. This is the one entry."""
    await page.keyboard.insert_text(text)
    await page.keyboard.press("Enter")


async def ready(window: Window) -> Page:
    await stand_at_noon(window.page)
    await window.open("/why")
    await window.sign_in()
    await expect(window.page.get_by_label("票码、短号")).to_be_focused()
    return window.page


async def test_each_common_reason_is_answered_by_one_scan_in_both_languages(
    window: Window, central: Central, refused: Refused
) -> None:
    page = await ready(window)
    await expect(page.get_by_text("例如：扫描")).to_be_visible()
    await window.picture("why-empty")
    for reason, ticket in refused.tickets.items():
        await scan(page, ticket["code"])
        (said,) = await sentences(central, text=ticket["code"])
        assert said["reason"] == reason
        await expect(answer(page)).to_have_text(f"■{said['sentence_zh']}")
        assert await answer(page).evaluate("one => getComputedStyle(one).fontSize") == "24px"
        await expect(page).to_have_url(f"{window.url}/console/why?ticket={ticket['ticket_id']}")
    evidence = page.get_by_role("region", name="这张票的经过")
    await expect(evidence.get_by_role("row").filter(has_text="拒绝 · 票已作废")).to_contain_text("三号闸")
    await expect(evidence.get_by_role("row").filter(has_text="申请退票")).to_contain_text("admin")
    await expect(page.get_by_text("现在再刷仍不会开闸")).to_be_visible()
    await window.picture("why-void")
    # A code that no record knows: the sentence names no gate, and nothing of it is in the address.
    await scan(page, "PF1UNHEARD")
    (said,) = await sentences(central, text="PF1UNHEARD")
    await expect(answer(page)).to_have_text(f"■{said['sentence_zh']}")
    await expect(page).to_have_url(f"{window.url}/console/why")
    await page.get_by_role("button", name="English").click()
    await expect(answer(page)).to_have_text(f"■{said['sentence_en']}")
    wrong = refused.tickets["wrong_gate"]
    await page.get_by_label("Ticket code, short number").focus()
    await scan(page, wrong["short_number"])
    (said,) = await sentences(central, text=wrong["short_number"])
    await expect(answer(page)).to_have_text(f"■{said['sentence_en']}")
    await expect(page.get_by_text("This helps, too: a supervisor lets the visitor in once, at the gate")).to_be_visible()
    await page.emulate_media(color_scheme="dark")
    await window.picture("why-wrong-gate-en-dark")
    assert await faults_of(page) == []


async def test_a_phone_and_a_document_leave_no_trace_in_address_or_history(window: Window, refused: Refused) -> None:
    page = await ready(window)
    await scan(page, PHONE)
    await expect(answer(page)).to_contain_text("三号闸")
    await expect(page.get_by_role("heading", name="还有 3 条")).to_be_visible()
    await expect(page).to_have_url(f"{window.url}/console/why")
    await window.picture("why-phone")
    assert PHONE not in str(await page.evaluate("JSON.stringify([history.state, localStorage, sessionStorage])"))
    # One of several is looked at more closely, and its ticket opened.
    wrong_day = refused.tickets["wrong_day"]
    await page.get_by_role("listitem").filter(has_text="今日不在").get_by_role("button", name="查看这条").click()
    await expect(answer(page)).to_contain_text("今日不在")
    await page.get_by_role("link", name="查看此票").click()
    await expect(page).to_have_url(f"{window.url}/console/tickets/{wrong_day['ticket_id']}")
    await expect(page).to_have_title("门票 · 牌坊")
    await expect(page.get_by_text("拒绝 1 次")).to_be_visible()
    await expect(page.locator("img")).to_have_count(0)
    assert await faults_of(page) == []
    await window.picture("ticket")
    await page.get_by_role("link", name="为何不开闸", exact=True).last.click()
    await expect(answer(page)).to_contain_text("今日不在")


async def test_a_gate_is_asked_by_one_press_and_what_is_not_known_is_said(
    window: Window, central: Central, refused: Refused
) -> None:
    page = await ready(window)
    await page.get_by_role("button", name="三号闸").click()
    said = await sentences(central, check_point_id=int(refused.gate.check_point))
    await expect(answer(page)).to_have_text(f"■{said[0]['sentence_zh']}")
    await expect(page).to_have_url(re.compile(r"/why\?gate=\d+$"))
    # Another refusal is told while the answer stands: it says so, and does not change what is read.
    refused.gate.refuse(Reason.UNKNOWN.value)
    await refused.gate.upload()
    await page.get_by_role("button", name="重新查询").click()
    await expect(answer(page)).to_contain_text("离线票库中没有此票")
    central.clock.advance(seconds=TWELVE_MINUTES_S)
    await page.reload()
    unknown = page.get_by_role("region", name="尚不知道")
    await expect(unknown).to_contain_text("三号闸 12 分钟未联系")
    await window.picture("why-silent")
    central.clock.advance(seconds=TWELVE_MINUTES_S)
    await page.reload()
    await expect(page.get_by_role("heading", name="这个闸机最近 15 分钟没有上传拒绝记录。")).to_be_visible()
    await expect(page.get_by_text("三号闸 24 分钟未联系")).to_be_visible()
    await window.picture("why-nothing")


async def test_a_slow_an_absent_and_a_refusing_central_are_said_and_keep_what_is_typed(
    browser: Browser, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(browser, central.url) as window:
        page = await ready(window)
        held: list[Route] = []

        async def hold(route: Route) -> None:
            held.append(route)

        await page.route(EXPLANATIONS, hold)
        await scan(page, "777")
        await expect(page.get_by_text("仍在查找")).to_be_visible()
        await held[0].abort()
        await expect(page.get_by_role("heading", name="中心不可达")).to_be_visible()
        await expect(page.get_by_text("请在闸机旁用手持机查询。")).to_be_visible()
        await window.picture("why-away")
        await page.unroute(EXPLANATIONS)

        async def fail(*_: object) -> None:
            raise RuntimeError("planned")

        with monkeypatch.context() as patched:
            patched.setattr(Explanations, "explain", fail)
            await page.get_by_role("button", name="重试").click()
            await expect(page.get_by_role("alert")).to_contain_text("请求编号")
        await expect(page.get_by_label("票码、短号")).to_have_value("777")
        await page.get_by_role("alert").get_by_role("button", name="重试").click()
        await expect(answer(page)).to_be_visible()
