"""Jobs and loops: a failure ends nothing, an end finishes what is under way, one process leads."""

import asyncio
import logging

import pytest

from central.jobs.leader import AdvisoryLock, OnlyProcess, leader_of
from central.jobs.runner import Runner
from central.jobs.schedule import Every, Job, Loop
from central.store.engine import open_database

SOON = Every(0.01)


class Follower:
    """A process that does not lead."""

    async def leads(self) -> bool:
        return False

    async def close(self) -> None:
        """Do nothing."""


async def no_work() -> None:
    await asyncio.Event().wait()


async def test_a_failing_job_is_logged_and_runs_again_beside_the_others(caplog: pytest.LogCaptureFixture) -> None:
    failed, ran = asyncio.Event(), asyncio.Event()
    failures: list[int] = []

    async def fails() -> None:
        failures.append(1)
        if len(failures) > 1:
            failed.set()
        raise ValueError("of this job")

    async def runs() -> None:
        ran.set()

    runner = Runner((Job("fails", SOON, fails), Job("runs", SOON, runs)), (), OnlyProcess())
    with caplog.at_level(logging.ERROR):
        runner.start()
        await asyncio.wait_for(asyncio.gather(failed.wait(), ran.wait()), 10)
        await runner.stop()
    assert "job fails failed" in caplog.text


async def test_a_failing_loop_goes_on() -> None:
    turns: list[int] = []
    third = asyncio.Event()

    async def work() -> None:
        turns.append(1)
        if len(turns) == 1:
            raise ValueError("once")
        third.set()

    async def at_once() -> None:
        await asyncio.sleep(0)

    runner = Runner((), (Loop("loop", at_once, work),), OnlyProcess())
    runner.start()
    await asyncio.wait_for(third.wait(), 10)
    await runner.stop()


async def test_an_end_waits_for_work_that_has_begun_and_cuts_waiting_short() -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()
    ended: list[str] = []

    async def at_once() -> None:
        await asyncio.sleep(0)

    async def work() -> None:
        begun.set()
        await may_end.wait()
        ended.append("whole")

    runner = Runner((), (Loop("works", at_once, work), Loop("waits", no_work, no_work)), OnlyProcess())
    runner.start()
    await asyncio.wait_for(begun.wait(), 10)
    stopping = asyncio.create_task(runner.stop())
    await asyncio.sleep(0)
    may_end.set()
    await asyncio.wait_for(stopping, 10)
    assert ended == ["whole"]


async def test_a_follower_runs_only_what_is_not_the_leaders() -> None:
    ran: list[str] = []
    twice = asyncio.Event()

    async def leaders() -> None:
        ran.append("leader")

    async def everybodys() -> None:
        ran.append("everybody")
        if ran.count("everybody") > 1:
            twice.set()

    runner = Runner((Job("one", SOON, leaders), Job("two", SOON, everybodys, by_leader=False)), (), Follower())
    runner.start()
    await asyncio.wait_for(twice.wait(), 10)
    await runner.stop()
    assert set(ran) == {"everybody"}


async def test_of_two_processes_one_leads_until_it_ends(database_url: str) -> None:
    database = open_database(database_url)
    if database.is_embedded:
        assert isinstance(leader_of(database), OnlyProcess)
        await database.close()
        return
    other = open_database(database_url)
    one, two = AdvisoryLock(database), AdvisoryLock(other)
    assert [await one.leads(), await two.leads(), await one.leads()] == [True, False, True]
    await one.close()
    for _ in range(1_000):
        if await two.leads():
            break
        await asyncio.sleep(0.02)
    assert await two.leads()
    await two.close()
    await database.close()
    await other.close()
