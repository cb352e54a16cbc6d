"""The day of each role, done by a program that knows only the OpenAPI document.

Law: no number is used that an earlier answer of the same person did not give; people's names and what they typed are their own.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders.central import HandClock
from tests.builders.served import PASSWORD, Gate, running_central
from tests.journeys.by_document import Program

Json = dict[str, Any]
pytestmark = pytest.mark.journey
DAY = "2026-05-10"
SELLS = ["sales.read", "sales.sell", "sales.sell-all", "refunds.read", "refunds.request", "shifts.read", "tickets.reprint"]
MANAGES = [
    *("reports.read", "sales.read", "admissions.read", "admissions.settle", "devices.read", "devices.edit", "catalog.read"),
    *("refunds.read", "refunds.override"),
]
COUNTS = ["payments.read", "reports.read", "sales.read", "refunds.read", "shifts.read"]


class Town:
    """A central whose administrator has made it ready, and what the other roles need to know: their own passwords."""

    def __init__(self, administrator: Program, gate: Gate) -> None:
        self.administrator = administrator
        self.gate = gate
        self.passwords: dict[str, str] = {}
        self.documents: list[Program] = [administrator]

    async def person(self, name: str) -> Program:
        """Return the program of a person who signs in."""
        program = self.administrator.as_another()
        await program.sign_in(name, self.passwords[name])
        self.documents.append(program)
        return program


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with running_central(tmp_path / "central", HandClock()) as central:
        administrator = await Program.of(central.session, central.url)
        await administrator.sign_in("admin", PASSWORD)
        passwords = await administrators_day(administrator)
        (site,) = (await administrator.call("listSites"))["items"]
        (point,) = (await administrator.call("listCheckPoints", site_id=site["site_id"]))["items"]
        ready = Town(administrator, await central.enrol(point["check_point_id"], site=site["site_id"]))
        ready.passwords = passwords
        yield ready


async def administrators_day(admin: Program) -> dict[str, str]:
    """Make an empty system ready: a site, a type, a check point, roles and people; return their one-time passwords."""
    await admin.call("proveSession", {"password": PASSWORD})
    site = await admin.call("addSite", {"name_zh": "牌坊镇", "name_en": "Paifang Town"})
    presets = (await admin.call("readTicketTypePresets", site_id=site["site_id"]))["items"]
    parameters = next(one["parameters"] for one in presets if not one["parameters"].get("is_real_name"))
    kind = await admin.call("addTicketType", {"parameters": parameters, "price_fen": 8_000})
    await admin.call(
        "addCheckPoint",
        {"name_zh": "东门", "name_en": "East gate", "ticked": [kind["ticket_type_id"]]},
        site_id=site["site_id"],
    )
    passwords = {}
    for name, permissions, scope in (
        ("wang", SELLS, "own"),
        ("li", MANAGES, "all"),
        ("zhao", COUNTS, "all"),
        ("sun", ["admissions.check"], "own"),
    ):
        role = await admin.call("addRole", {"name": f"role of {name}", "permissions": permissions, "scope": scope})
        person = await admin.call("addUser", {"name": name, "full_name": name.title(), "role_ids": [role["role_id"]]})
        passwords[name] = person["one_time_password"]
    await admin.call("addSupervisor", site_id=site["site_id"], name="sun")
    assert (await admin.call("readMenu"))["groups"]
    return passwords


async def sellers_day(wang: Program) -> Json:
    """Open a drawer, sell, find the visitor again, give money back, count; return the order of a visitor who enters."""
    (kind,) = (await wang.call("listSellableTicketTypes"))["items"]
    site_id = (await wang.call("readTicketTypeDays", ticket_type_id=kind["ticket_type_id"]))["site"]["id"]
    await wang.call("openShift", {"site_id": site_id, "float_fen": 20_000})
    days = (await wang.call("readTicketTypeDays", ticket_type_id=kind["ticket_type_id"], first_day=DAY, last_day=DAY))["days"]
    assert days[0]["is_sold"]
    line = {"ticket_type_id": kind["ticket_type_id"], "quantity": 2, "visit_day": DAY}
    wanted = {"site_id": site_id, "lines": [line], "buyer_name": "王小明", "buyer_phone": "13800000009"}
    quote = await wang.call("quoteOrder", wanted)
    await wang.call("sellOrder", {**wanted, "expected_total_fen": quote["total_fen"], "method": "cash"})
    (match,) = (await wang.call("lookUp", {"text": "13800000009"}))["items"]
    whole = await wang.call("readOrder", order_id=match["order_id"])
    returned = whole["tickets"][1]["ticket_id"]
    quoted = await wang.call("quoteRefund", {"ticket_id": returned})
    asked = {"ticket_id": returned, "reason": "rain", "expected_amount_fen": quoted["amount_fen"]}
    refund = await wang.call("requestRefund", asked)
    assert (await wang.call("readRefund", refund_id=refund["refund_id"]))["state"] in {"waiting", "paid"}
    await wang.call("reprintTicket", {"reason": "torn"}, ticket_id=whole["tickets"][0]["ticket_id"])
    assert (await wang.call("readOwnDay"))["items"]
    return dict(whole)


async def checkers_day(sun: Program, code: str) -> None:
    """Let a visitor in by phone, and refuse the same ticket again."""
    (point,) = (await sun.call("readOwnCheckPoints"))["items"]
    here = {"check_point_id": point["check_point"]["id"]}
    first = await sun.call("checkTicket", {"text": code, "attempt_id": "0" * 31 + "1"}, **here)
    again = await sun.call("checkTicket", {"text": code, "attempt_id": "0" * 31 + "2"}, **here)
    assert (first["result"], again["reason"]) == ("admit", "used_up")
    assert (await sun.call("readChecksToday", **here))["own_admitted"] == 1


async def managers_day(li: Program, code: str) -> None:
    """Look at the day, explain a refusal, look at each list and its sums, take a table away."""
    assert (await li.call("readHome"))["items"][0]["today"]["tickets"] == 2
    assert (await li.call("explainRefusal", {"text": code}))["items"][0]["sentence_zh"]
    days = {"first_day": DAY, "last_day": DAY}
    for listed, summed in (
        ("listOrders", "readOrderTotals"),
        ("listAdmissions", "readAdmissionTotals"),
        ("listRefunds", "readRefundTotals"),
    ):
        items = (await li.call(listed, **days))["items"]
        assert len(items) == next(iter((await li.call(summed, **days)).values()))
    ticket = (await li.call("listAdmissionRefusals", **days))["items"][0]["ticket_id"]
    assert "refused" in {one["happening"] for one in (await li.call("readTicketHistory", ticket_id=ticket))["items"]}
    for one in (await li.call("listAlarms", state="open"))["items"]:
        await li.call("acknowledgeAlarm", {"note": "seen"}, alarm_id=one["alarm_id"])
    assert await li.call("exportOrders", format="xlsx", **days)


async def finances_day(zhao: Program) -> None:
    """Read what came in and went out, the ledger, the drawers, and what differs."""
    days = {"first_day": DAY, "last_day": DAY}
    takings = await zhao.call("readTakings", **days)
    assert takings["items"]
    balances = (await zhao.call("readLedgerBalances"))["items"]
    account = next(one for one in balances if one["balance_fen"])
    assert (await zhao.call("listLedgerEntries", account=account["account"], **days))["items"]
    for operation in ("readFees", "readOverShort", "readBillDays"):
        await zhao.call(operation, **days)
    assert (await zhao.call("listReconciliationDifferences"))["items"] == []
    (shift,) = (await zhao.call("listShifts", **days))["items"]
    assert shift["seller"]["name"] == "Wang"


async def test_the_day_of_each_role_needs_the_document_alone(town: Town) -> None:
    wang, li, zhao, sun = [await town.person(name) for name in ("wang", "li", "zhao", "sun")]
    order = await sellers_day(wang)
    code = order["tickets"][0]["code"]
    await checkers_day(sun, code)
    await managers_day(li, code)
    await wang.call("closeOwnShift", {"counted_fen": 20_000 + 16_000, "left_fen": 0})
    await finances_day(zhao)
    audit = await town.administrator.call("listAuditRecords", action="order.sell")
    assert [one["user"]["name"] for one in audit["items"]] == ["Wang"]
