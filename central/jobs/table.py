"""The table of jobs and loops: which use case runs when. Nothing here decides.

Laws: of several processes one runs the leader's jobs; every job may run twice or not at all, and the next run corrects it.
"""

import asyncio
from dataclasses import dataclass

from central.audit.calls import CallLog
from central.audit.linking import Chain
from central.devices.guard import AgentGuard
from central.devices.silence import tell_silences
from central.jobs.leader import Leader
from central.jobs.schedule import Daily, Every, Job, Loop, UseCase
from central.live import kept_events
from central.live.hub import LiveHub
from central.office import Office
from central.store.channel import Channel, Message
from central.store.idempotency import forget_old
from central.sync import online_answers
from central.sync.checks import Checks
from central.sync.follower import Follower
from central.sync.publisher import Publisher

# The job that shows that this process publishes, and the one that shows that it follows.
SIGN_TIMESTAMPS = "sign-timestamps"
LOOK_AROUND = "look-around"
SIGN_TIMESTAMPS_EVERY_S = 20
WRITE_DOWN_EVERY_S = 20
SETTLE_EVERY_S = 30
FOLLOW_PAYMENTS_EVERY_S = 2
FOLLOW_REFUNDS_EVERY_S = 5
CARRY_BATCHES_ON_EVERY_S = 3
EXPIRE_ORDERS_EVERY_S = 15
SETTLE_CHECKS_EVERY_S = 10
CHANGE_TYPES_EVERY_S = 2
RENEW_HOLDERS_EVERY_S = 5
MATCH_BILLS_EVERY_S = 1_800
FORGET_IMPORTS_EVERY_S = 300
# Processes tell each other at once; this is for messages that were sent while a process could not listen.
LOOK_AROUND_EVERY_S = 5
WRITE_CALLS_EVERY_S = 1
LINK_AUDIT_EVERY_S = 10
RECORD_ADMISSIONS_EVERY_S = 5
KEEP_DAYS_EVERY_S = 60
WATCH_CAPACITY_EVERY_S = 10
WATCH_SILENCE_EVERY_S = 10
PURGE_LIVE_EVENTS_EVERY_S = 60
# Other processes hear of live events this often at most.
PASS_LIVE_ON_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Logs:
    """What jobs write: calls, the audit chain, and when each agent was last seen."""

    calls: CallLog
    chain: Chain
    guard: AgentGuard


@dataclass(frozen=True, slots=True)
class FeedWork:
    """What publishes, here or in another process, and what waits for gates."""

    publisher: Publisher
    follower: Follower
    channel: Channel
    leader: Leader
    fence_moved: UseCase
    checks: Checks


@dataclass(frozen=True, slots=True)
class LiveWork:
    """What reads live events here, and what waits until other processes must hear of some."""

    hub: LiveHub
    to_pass_on: UseCase


def jobs_and_loops(office: Office, logs: Logs, feed: FeedWork, live: LiveWork) -> tuple[tuple[Job, ...], tuple[Loop, ...]]:
    """Return the whole table."""

    async def settle() -> None:
        await office.refunds.settle_waiting(office.clock())
        await office.groups.settle_waiting(office.clock())

    jobs = (
        *_feed_jobs(office, feed),
        *_money_jobs(office, settle),
        *_log_jobs(office, logs),
        *_report_jobs(office),
        *_live_jobs(office),
    )
    loops = (
        Loop("publisher", feed.publisher.wait, feed.publisher.work, elsewhere=feed.follower.pass_on),
        Loop("refunds", feed.fence_moved, settle),
        Loop("live", live.hub.wait, live.hub.work),
    )
    if office.store.database.is_embedded:
        return jobs, loops
    return (*jobs, _looking_around(feed)), (
        *loops,
        Loop("channel", feed.channel.wait, feed.channel.work),
        Loop("follower", feed.follower.wait, feed.follower.work),
        _passing_live_on(office, feed, live),
    )


def _passing_live_on(office: Office, feed: FeedWork, live: LiveWork) -> Loop:
    async def pass_on() -> None:
        # Not in the transactions that make events: PostgreSQL lets only one transaction at a time commit with a message.
        async with office.store.transaction() as work:
            await feed.channel.tell(work, Message.LIVE)
        await asyncio.sleep(PASS_LIVE_ON_EVERY_S)

    return Loop("live-passing-on", live.to_pass_on, pass_on)


def _live_jobs(office: Office) -> tuple[Job, ...]:
    async def watch_silence() -> None:
        await tell_silences(office.store, office.clock())

    async def purge() -> None:
        await kept_events.purge(office.store, office.clock())

    return (
        Job("watch-silence", Every(WATCH_SILENCE_EVERY_S), watch_silence),
        Job("purge-live-events", Every(PURGE_LIVE_EVENTS_EVERY_S), purge),
    )


def _feed_jobs(office: Office, feed: FeedWork) -> tuple[Job, ...]:
    publisher = feed.publisher

    async def settle_checks() -> None:
        await feed.checks.settle(office.clock())

    return (
        Job(SIGN_TIMESTAMPS, Every(SIGN_TIMESTAMPS_EVERY_S), lambda: publisher.publish_all(sign_again=True)),
        Job("settle-checks", Every(SETTLE_CHECKS_EVERY_S), settle_checks),
        Job("tidy-feed", Daily(hour=19, minute=30), publisher.tidy_all),
    )


def _looking_around(feed: FeedWork) -> Job:
    async def look_around() -> None:
        feed.publisher.wake()
        if not feed.leader.leads:
            feed.follower.wake()

    return Job(LOOK_AROUND, Every(LOOK_AROUND_EVERY_S), look_around, by_leader=False)


def _money_jobs(office: Office, settle: UseCase) -> tuple[Job, ...]:
    async def expire() -> None:
        await office.sales.expire(office.clock())
        await office.carts.expire(office.clock())

    async def change_types() -> None:
        await office.type_changes.put_in_force(office.clock())
        await office.type_plans.put_in_force(office.clock())

    async def follow_refunds() -> None:
        await office.payments.refunds.follow()
        await office.refunds.finish_returning(office.clock())

    async def carry_batches_on() -> None:
        await office.refund_batches.go_on(office.clock())

    async def renew_holders() -> None:
        await office.holder_rehashing.go_on(office.clock())

    async def forget_imports() -> None:
        await office.imports.forget_old(office.clock())

    async def match_bills() -> None:
        await office.reconciliation.match_due()

    return (
        Job("settle-refunds", Every(SETTLE_EVERY_S), settle),
        Job("follow-payments", Every(FOLLOW_PAYMENTS_EVERY_S), office.payments.follow),
        Job("follow-payment-refunds", Every(FOLLOW_REFUNDS_EVERY_S), follow_refunds),
        Job("carry-refund-batches-on", Every(CARRY_BATCHES_ON_EVERY_S), carry_batches_on),
        Job("change-types", Every(CHANGE_TYPES_EVERY_S), change_types),
        Job("forget-imports", Every(FORGET_IMPORTS_EVERY_S), forget_imports),
        Job("expire-orders", Every(EXPIRE_ORDERS_EVERY_S), expire),
        Job("renew-holders", Every(RENEW_HOLDERS_EVERY_S), renew_holders),
        Job("match-bills", Every(MATCH_BILLS_EVERY_S), match_bills),
    )


def _log_jobs(office: Office, logs: Logs) -> tuple[Job, ...]:
    async def link() -> None:
        await logs.chain.link_all(office.clock())

    async def forget() -> None:
        now = office.clock()
        await office.identity.forget_old(now)
        async with office.store.transaction() as work:
            await forget_old(work, now)
            await online_answers.forget_old(work, now)

    return (
        Job("write-down-agents", Every(WRITE_DOWN_EVERY_S), logs.guard.write_down, by_leader=False),
        Job("write-down-calls", Every(WRITE_CALLS_EVERY_S), logs.calls.write_down, by_leader=False),
        Job("link-audit", Every(LINK_AUDIT_EVERY_S), link),
        Job("forget-old", Daily(hour=19, minute=0), forget),
    )


def _report_jobs(office: Office) -> tuple[Job, ...]:
    async def keep_days() -> None:
        await office.reports.keep_days(office.clock())

    async def watch_capacity() -> None:
        await office.reports.watch_capacity(office.clock())

    return (
        Job("watch-capacity", Every(WATCH_CAPACITY_EVERY_S), watch_capacity),
        Job("record-admissions", Every(RECORD_ADMISSIONS_EVERY_S), office.reports.catch_up),
        Job("keep-days", Every(KEEP_DAYS_EVERY_S), keep_days),
    )
