"""Jobs and loops: a failure ends nothing, an end waits for running work, one process leads."""

import asyncio
import logging

import pytest
from sqlmodel import select

from central.jobs.leader import Leader, OnlyProcess, leader_of
from central.jobs.runner import Runner
from central.jobs.runs import JobRuns
from central.jobs.schedule import Every, Job, Loop
from central.store import leadership
from central.store.engine import open_database
from central.store.tables.people import SignInFailureRow
from central.store.unit_of_work import Store
from tests.builders.central import NOON, HandClock

SOON = Every(0.01)


class Follower:
    """A process that does not lead."""

    leads = False

    async def token(self) -> int | None:
        return None

    async def close(self) -> None:
        """Do nothing."""


class Leads:
    """A process that leads, without a database."""

    leads = True

    async def token(self) -> int | None:
        return 1

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

    runner = Runner((Job("fails", SOON, fails), Job("runs", SOON, runs)), (), Leads(), JobRuns(HandClock()))
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

    runner = Runner((), (Loop("loop", at_once, work),), Leads(), JobRuns(HandClock()))
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

    runner = Runner((), (Loop("works", at_once, work), Loop("waits", no_work, no_work)), Leads(), JobRuns(HandClock()))
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

    runner = Runner(
        (Job("one", SOON, leaders), Job("two", SOON, everybodys, by_leader=False)), (), Follower(), JobRuns(HandClock())
    )
    runner.start()
    await asyncio.wait_for(twice.wait(), 10)
    await runner.stop()
    assert set(ran) == {"everybody"}


async def test_a_loop_of_the_leader_does_something_else_elsewhere() -> None:
    did: list[str] = []
    twice = asyncio.Event()

    async def at_once() -> None:
        await asyncio.sleep(0)

    async def work() -> None:
        did.append("leader")

    async def elsewhere() -> None:
        did.append("elsewhere")
        if len(did) > 1:
            twice.set()

    runner = Runner((), (Loop("publisher", at_once, work, elsewhere),), Follower(), JobRuns(HandClock()))
    runner.start()
    await asyncio.wait_for(twice.wait(), 10)
    await runner.stop()
    assert set(did) == {"elsewhere"}


async def lead(leader: Leader) -> int:
    """Ask until the database has noticed that the former leader's connection is gone; bounded."""
    for _ in range(1_000):
        token = await leader.token()
        if token is not None:
            return token
        await asyncio.sleep(0.02)
    raise AssertionError("no process leads")


async def test_of_two_processes_one_leads_until_it_ends(store: Store, store_url: str) -> None:
    one = leader_of(store.database)
    first = await lead(one)
    if store.database.is_embedded:
        assert isinstance(one, OnlyProcess)
        return
    other = open_database(store_url)
    two = leader_of(other)
    assert [await two.token(), two.leads, await one.token(), one.leads] == [None, False, first, True]
    await one.close()
    assert not one.leads
    assert await lead(two) > first
    await two.close()
    await other.close()


async def write(store: Store) -> None:
    async with store.transaction() as work:
        work.session.add(SignInFailureRow(account="job", source="here", failures=1, last_at=NOON))


async def written(store: Store) -> int:
    async with store.reading() as work:
        return len((await work.session.exec(select(SignInFailureRow))).all())


async def test_a_former_leader_is_refused_at_its_next_write_and_only_that_run_ends(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """It takes the lead, loses it without knowing while its job runs, and leads again later under a new number."""
    refused, done = asyncio.Event(), asyncio.Event()

    async def job() -> None:
        if not refused.is_set():
            async with store.database.engine.begin() as connection:
                await leadership.begin(connection)
            refused.set()
        await write(store)
        done.set()

    runner = Runner((Job("writes", SOON, job),), (), leader_of(store.database), JobRuns(HandClock()))
    with caplog.at_level(logging.ERROR):
        runner.start()
        await asyncio.wait_for(done.wait(), 30)
        await runner.stop()
    assert "FormerLeader" in caplog.text
    assert await written(store) == 1


async def test_what_is_not_the_leaders_is_not_fenced(store: Store) -> None:
    leader = leader_of(store.database)
    await lead(leader)
    await write(store)
    assert await written(store) == 1
    await leader.close()


async def test_the_next_leader_begins_after_the_transaction_that_the_former_one_is_in(store: Store, store_url: str) -> None:
    if store.database.is_embedded:
        return
    one = leader_of(store.database)
    with leadership.fenced(await lead(one)):
        async with store.transaction() as work:
            work.session.add(SignInFailureRow(account="job", source="here", failures=1, last_at=NOON))
            await one.close()
            other = open_database(store_url)
            two = leader_of(other)
            beginning = asyncio.create_task(lead(two))
            await asyncio.wait((beginning,), timeout=0.2)
            assert not beginning.done()
    await beginning
    assert await written(store) == 1
    await two.close()
    await other.close()
