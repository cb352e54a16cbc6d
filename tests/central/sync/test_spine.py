"""A visit through a real central, step by step: enrol, sell, publish, download, journal, ingest."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edge.sync.upload import Step
from protocol.identifiers import TicketId
from tests.builders.central import HandClock
from tests.builders.served import Central, Gate, running_central


@pytest.fixture
async def central(tmp_path: Path) -> AsyncIterator[Central]:
    async with running_central(tmp_path / "central", HandClock()) as served:
        await served.add_site()
        yield served


async def a_gate(central: Central, ticket_type: int, name: str = "gate") -> Gate:
    return await central.enrol(await central.add_check_point([ticket_type]), name=name)


def number(ticket: dict[str, str]) -> TicketId:
    return TicketId(int(ticket["ticket_id"], 16))


async def test_a_sold_ticket_reaches_the_gate_and_its_admission_reaches_the_office(central: Central) -> None:
    adult = await central.add_type()
    gate = await a_gate(central, adult)
    (ticket,) = await central.sell(adult)
    await gate.refresh_until(lambda one: one.cache.record(number(ticket)) is not None)
    feed = gate.cache.feed
    assert feed is not None
    assert adult in feed.ticket_types
    assert gate.check_point in feed.check_points
    gate.admit(ticket["ticket_id"])
    assert (await gate.upload())[-2:] == [Step.SENT, Step.NOTHING]
    records = await central.api("GET", "/admissions")
    assert [record["ticket_id"] for record in records["items"]] == [ticket["ticket_id"]]
    await gate.refresh_until(lambda one: len(one.cache.events_of(number(ticket))) == 2)
    gate.close()
