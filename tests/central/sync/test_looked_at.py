"""Alarms are acknowledged and conflicts settled: once, by name, and it stays."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from central.admissions.rules.conflicts import OF_USES, ConflictReason, OfficeReason
from protocol.admission.verdict import Reason
from protocol.instants import Instant
from protocol.journal.events import Alarm
from tests.builders.served import Central, Gate

FINDING = {"outcome": "no-loss", "note": "came back for a lost bag"}
DAY, NEXT_DAY = "2026-05-10", "2026-05-11"


@pytest.fixture
async def gates(central: Central, adult: int) -> AsyncIterator[list[Gate]]:
    gates = [await central.enrol(await central.add_check_point([adult]), name=f"gate-{number}") for number in (1, 2)]
    yield gates
    for gate in gates:
        gate.close()


async def listed(central: Central, what: str) -> list[Any]:
    items: list[Any] = (await central.api("GET", f"/{what}"))["items"]
    return items


async def twice(central: Central, adult: int, gates: list[Gate]) -> str:
    """Admit one ticket at both gates, a minute apart; return the path of the conflict."""
    (ticket,) = await central.sell(adult)
    for number, gate in enumerate(gates):
        gate.admit(ticket["ticket_id"], at=Instant(central.clock() + number * 60_000))
        await gate.upload()
    (conflict,) = await listed(central, "conflicts")
    return f"/conflicts/{conflict['journal_number']}/{conflict['sequence']}/settle"


def test_every_reason_of_a_conflict_can_be_asked_for() -> None:
    assert {one.value for one in ConflictReason} == {one.value for one in (*OF_USES, Reason.VOID, *OfficeReason)}


async def test_a_conflict_is_settled_once_and_says_by_whom(central: Central, adult: int, gates: list[Gate]) -> None:
    path = await twice(central, adult, gates)
    settled = await central.api("POST", path, FINDING)
    assert settled["state"] == "settled"
    assert settled["settlement"]["settled_by"]["name"] == "admin"
    central.clock.advance(seconds=60)
    assert await central.api("POST", path, FINDING) == settled
    refused = await central.api("POST", path, {**FINDING, "outcome": "loss"}, status=409)
    assert "admin has settled it already as no-loss" in refused["detail"]
    assert (refused["detail_code"], refused["parameters"]["outcome"]["code"]) == ("conflict_settled", "conflict_no_loss")
    central.headers["Accept-Language"] = "zh-CN"
    refused = await central.api("POST", path, {**FINDING, "outcome": "loss"}, status=409)
    assert refused["detail"] == "admin 已处理此冲突，结果为“无损失”：请查看其备注"
    del central.headers["Accept-Language"]
    acts = [one["action"] for one in await listed(central, "audit-records?limit=200")]
    assert acts.count("conflict.settle") == 1
    assert (await central.api("POST", "/conflicts/1/9999/settle", FINDING, status=404))["code"] == "not_found"


async def test_a_settlement_stays_when_the_conflict_is_computed_again(central: Central, adult: int, gates: list[Gate]) -> None:
    settled = await central.api("POST", await twice(central, adult, gates), FINDING)
    gates[0].admit(settled["ticket_id"], at=Instant(central.clock() + 120_000))
    await gates[0].upload()
    later, earlier = await listed(central, "conflicts")
    of_ticket = f"conflicts?ticket_id={settled['ticket_id']}"
    assert (await listed(central, of_ticket), await listed(central, f"{of_ticket}&state=open")) == ([later, earlier], [later])
    assert await listed(central, f"conflicts?ticket_id={'0' * 16}") == []
    assert (later["state"], later["settlement"]) == ("open", None)
    assert earlier["settlement"] == settled["settlement"]
    assert [one["sequence"] for one in await listed(central, "conflicts?state=open")] == [later["sequence"]]
    assert [one["settlement"] for one in await listed(central, "conflicts?state=settled")] == [settled["settlement"]]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 1),
        ("site_id=1", 1),
        ("site_id=2", 0),
        (f"first_day={DAY}&last_day={DAY}", 1),
        (f"first_day={NEXT_DAY}", 0),
        ("reason=used_up", 1),
        ("reason=void", 0),
        ("state=settled", 0),
    ],
)
async def test_conflicts_are_narrowed(central: Central, adult: int, gates: list[Gate], query: str, count: int) -> None:
    await twice(central, adult, gates)
    assert len(await listed(central, f"conflicts?{query}")) == count


async def alarm(central: Central, gate: Gate) -> dict[str, Any]:
    gate.journal.append(Alarm("door-forced", "by itself"), gate.check_point, gate.reading())
    await gate.upload()
    (raised,) = await listed(central, "alarms")
    return dict(raised)


async def test_an_alarm_is_acknowledged_once_and_says_by_whom(central: Central, gates: list[Gate]) -> None:
    raised = await alarm(central, gates[0])
    assert (raised["state"], raised["acknowledged_by"]) == ("open", None)
    path, note = f"/alarms/{raised['alarm_id']}/acknowledge", {"note": "oiled"}
    seen = await central.api("POST", path, note)
    assert (seen["state"], seen["acknowledged_by"]["name"], seen["acknowledged_note"]) == ("acknowledged", "admin", "oiled")
    central.clock.advance(seconds=60)
    assert await central.api("POST", path, note) == seen
    refused = await central.api("POST", path, {"note": "painted"}, status=409)
    assert "admin has acknowledged" in refused["detail"]
    acts = [one["action"] for one in await listed(central, "audit-records?limit=200")]
    assert acts.count("alarm.acknowledge") == 1
    await central.api("POST", "/alarms/999/acknowledge", note, status=404)


async def test_alarms_are_narrowed(central: Central, gates: list[Gate]) -> None:
    raised = await alarm(central, gates[0])
    counts = {
        "state=open": 1,
        "state=acknowledged": 0,
        f"agent_id={gates[0].agent}": 1,
        f"agent_id={gates[1].agent}": 0,
        "name=door-forced": 1,
        "name=door": 0,
        "site_id=1": 1,
        "site_id=2": 0,
        f"first_day={DAY}&last_day={DAY}": 1,
        f"last_day=2026-05-09&site_id={raised['site']['id']}": 0,
    }
    assert {query: len(await listed(central, f"alarms?{query}")) for query in counts} == counts
    refused = await central.api("GET", f"/alarms?first_day={NEXT_DAY}&last_day={DAY}", status=400)
    assert refused["code"] == "input_invalid"
