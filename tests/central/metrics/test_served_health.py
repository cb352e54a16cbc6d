"""What who runs central reads: whether it lives, whether it is ready, and its figures; without a sign-in."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, text

from central.assembly import Ambience, build_app
from central.metrics import readings
from central.metrics.one_at_a_time import OneAtATime
from central.metrics.routes import HEALTH
from central.metrics.rules.readiness import LONGEST_SILENCE_S
from central.settings import CentralSettings
from protocol.errors import StorageError
from tests.builders.central import NOON, HandClock, SeededBytes, cheap_hasher
from tests.builders.served import Central, running_central

MOST_STATEMENTS = 8
# Tables that grow with visitors: a scrape may only search them by an index.
GROWING = {"payment", "payment_refund", "refund", "ticket_change", "signed_metadata"}
Samples = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture
async def central(tmp_path: Path, store_url: str, clock: HandClock) -> AsyncIterator[Central]:
    async with running_central(tmp_path / "central", clock, store_url) as one:
        yield one


async def read(central: Central, path: str) -> tuple[int, str]:
    """Read an address without a sign-in."""
    async with aiohttp.ClientSession() as nobody, nobody.get(central.url + path) as answer:
        return answer.status, await answer.text()


async def metrics(central: Central) -> Samples:
    status, said = await read(central, "/metrics")
    assert status == 200
    return {
        (one.name, tuple(one.labels.values())): one.value
        for family in text_string_to_metric_families(said)
        for one in family.samples
    }


def by_name(lines: str) -> dict[str, Any]:
    return {one["name"]: one for one in map(json.loads, lines.splitlines())}


async def test_a_central_that_serves_is_alive_and_ready(central: Central) -> None:
    assert await read(central, "/livez") == (200, "alive\n")
    status, lines = await read(central, "/readyz")
    assert status == 200
    assert [one["ok"] for one in by_name(lines).values()] == [True] * 4


async def test_a_feed_that_stands_still_is_not_ready(central: Central) -> None:
    central.clock.advance(seconds=LONGEST_SILENCE_S + 1)
    status, lines = await read(central, "/readyz")
    assert (status, by_name(lines)["feed"]["ok"]) == (503, False)
    assert "restart central" in by_name(lines)["feed"]["remedy"]


async def test_without_the_database_it_is_not_ready_and_tells_of_the_process(central: Central) -> None:
    async with central.built.store.transaction() as work:
        await (await work.connection()).execute(text("ALTER TABLE alembic_version RENAME TO gone"))
        await (await work.connection()).execute(text("ALTER TABLE journal RENAME TO journal_gone"))
    try:
        status, lines = await read(central, "/readyz")
        assert (status, by_name(lines)["database"]["ok"], by_name(lines)["keys"]["ok"]) == (503, False, True)
        assert "alembic" not in lines, "nothing of the database's own words"
        samples = await metrics(central)
        assert samples["paifang_database_up", ()] == 0
        assert samples["paifang_http_requests_in_flight", ()] == 1
        assert ("paifang_exports_running", ()) not in samples
    finally:
        async with central.built.store.transaction() as work:
            await (await work.connection()).execute(text("ALTER TABLE gone RENAME TO alembic_version"))
            await (await work.connection()).execute(text("ALTER TABLE journal_gone RENAME TO journal"))


async def test_the_figures_follow_the_work(central: Central) -> None:
    await central.add_site()
    adult = await central.add_type()
    gate = await central.enrol(await central.add_check_point([adult]))
    (ticket,) = await central.sell(adult)
    await central.publisher.publish_all()
    gate.admit(ticket["ticket_id"])
    await gate.upload()
    await central.publisher.publish_all()  # what the admission changed: no head is signed after the clock has moved
    central.clock.advance(seconds=40)
    samples = await metrics(central)
    assert samples["paifang_database_up", ()] == samples["paifang_leader", ()] == 1
    assert samples["paifang_feed_head_age_seconds", ("1",)] == 40
    assert samples["paifang_agents", ("on_duty",)] == 1
    assert samples["paifang_agents_oldest_seen_age_seconds", ("on_duty",)] == 40
    assert samples["paifang_journal_entries_ingested_total", ("gate",)] > 1
    assert samples["paifang_http_requests_total", ("sellOrder", "201")] == 1
    assert samples["paifang_http_request_duration_seconds_count", ("sellOrder",)] == 1
    assert samples["paifang_exports_running", ()] == 0
    gate.close()


async def test_labels_are_ids_of_operations_and_never_paths_or_people(central: Central) -> None:
    await central.api("GET", "/orders/13800000000", status=404)
    assert (await read(central, "/no/such/13800000000"))[0] == 404
    _, said = await read(central, "/metrics")
    assert 'operation="none",status="404"' in said
    assert 'operation="readOrder",status="404"' in said
    assert "13800000000" not in said
    assert "admin" not in said


async def test_a_scrape_is_few_statements_that_search_by_an_index(central: Central) -> None:
    said: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:  # noqa: ANN401 - SQLAlchemy's event
        said.append((statement, parameters))

    engine = central.built.store.database.long_reads.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    async with central.built.store.querying() as work:
        await readings.read(await work.connection(), NOON)
    event.remove(engine, "before_cursor_execute", note)
    asked = [one for one in said if one[0].startswith("SELECT")]
    assert len(asked) == MOST_STATEMENTS
    if not central.built.store.database.is_embedded:
        return
    async with central.built.store.querying() as work:
        connection = await work.connection()
        plans: list[Any] = [
            (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", values)).all() for one, values in asked
        ]
    steps = [row[3] for plan in plans for row in plan]
    scanned = {step.split()[1] for step in steps if step.startswith("SCAN") and " INDEX " not in step}
    assert scanned & GROWING == set()


async def test_readings_that_are_late_or_broken_are_no_answer() -> None:
    begun: list[int] = []
    may_end = asyncio.Event()

    async def late() -> int:
        begun.append(1)
        await may_end.wait()
        return 7

    async def broken() -> int:
        raise StorageError("gone")

    one = OneAtATime(late, within_s=0)
    assert [await one.ask(), await one.ask()] == [None, None]
    assert len(begun) == 1, "the second one waits for the same reading"
    may_end.set()
    await one.finished()
    assert await OneAtATime(late, within_s=5).ask() == 7
    assert await OneAtATime(broken, within_s=5).ask() is None


BESIDE = {
    "loopback": ({}, True),
    "beyond loopback": ({"listen_host": "0.0.0.0"}, False),  # noqa: S104 - a setting, nothing listens
    "behind a proxy": ({"public_origin": "https://tickets.example"}, False),
    "an address of their own": ({"metrics_port": 9464}, False),
}


@pytest.mark.parametrize(("stated", "beside"), BESIDE.values(), ids=BESIDE.keys())
def test_metrics_stand_beside_the_api_only_where_this_machine_alone_reaches_it(stated: dict[str, Any], beside: bool) -> None:  # noqa: FBT001 - a row
    assert CentralSettings(**stated).shows_metrics_beside_api is beside


async def test_metrics_with_an_address_of_their_own_are_served_only_there(
    tmp_path: Path, store_url: str, clock: HandClock
) -> None:
    settings = CentralSettings(data_dir=tmp_path / "central", database_url=store_url, metrics_port=0)
    built = await build_app(settings, Ambience(clock, SeededBytes(), cheap_hasher(), cheap_hasher()))
    assert built.metrics is not None
    async with TestServer(built.app) as api, TestServer(built.metrics) as own, aiohttp.ClientSession() as session:
        answers = {}
        for name, server in (("api", api), ("own", own)):
            for path in ("/livez", "/readyz", "/metrics"):
                async with session.get(server.make_url(path)) as answer:
                    answers[name, path] = answer.status
        assert HEALTH in built.metrics
    assert [status for status in answers.values() if status != 200] == [404]
    assert answers["api", "/metrics"] == 404
