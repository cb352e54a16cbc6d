"""The composition root: settings in, a server out. Everything that central is made of is put together here.

Laws: nothing here decides; clock and randomness come in as arguments; the first start makes the keys, the administrator and the
database, and says so once.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web
from argon2 import PasswordHasher

from central.admissions.routes import ADMISSIONS
from central.admissions.service import Admissions
from central.audit.calls import CallLog, LogLevel
from central.audit.linking import Chain
from central.audit.routes import AUDIT, CHAIN
from central.audit.search import AuditSearch
from central.catalog.routes import CATALOG
from central.catalog.service import Catalog
from central.devices.agents import AgentPorts, Agents, agents_that_may_admit
from central.devices.check_points import CheckPoints
from central.devices.guard import AgentGuard
from central.devices.routes import AGENTS, CHECK_POINTS, GUARD
from central.identity.accounts import Accounts
from central.identity.menu_routes import MENUS
from central.identity.menu_service import Menus
from central.identity.passwords import Passwords
from central.identity.role_routes import ROLES
from central.identity.roles import Roles
from central.identity.service import Identity
from central.identity.session_routes import IDENTITY
from central.identity.supervisor_routes import SUPERVISORS
from central.identity.supervisors import Supervisors
from central.identity.token_routes import TOKENS
from central.identity.tokens import Tokens
from central.identity.user_routes import ACCOUNTS
from central.issuing.feed_version import FeedVersion
from central.issuing.routes import ISSUING
from central.issuing.service import Issuing
from central.jobs.leader import Leader, leader_of
from central.jobs.runner import Runner
from central.jobs.schedule import Daily, Every, Job, Loop
from central.keys import service as keys
from central.keys.files import KeyFiles
from central.keys.rack import KeyRack, RackSigner, Signers
from central.operations import OPERATIONS
from central.payments.differences import Differences
from central.payments.methods import Method
from central.payments.port import Institution
from central.payments.reconciliation import Reconciliation
from central.payments.refunding import World
from central.payments.routes import DIFFERENCES, PAYMENTS
from central.payments.service import Payments
from central.refunds.policy import AgentFacts, Standing
from central.refunds.routes import REFUNDS
from central.refunds.service import Refunds
from central.sales.routes import SALES
from central.sales.service import Sales
from central.settings import CentralSettings
from central.store.channel import Channel, Message
from central.store.engine import open_database
from central.store.idempotency import forget_old
from central.store.migrate import migrate
from central.store.sealed import FieldSeal
from central.store.unit_of_work import Store, Work
from central.sync import online_answers
from central.sync.agent_calls import KEYS, PUBLIC_ORIGIN
from central.sync.agent_routes import HEADS, INGEST, ONLINE, SERVING, SHIFTS
from central.sync.alarms import Alarms
from central.sync.editions import RecentLists
from central.sync.follower import Follower
from central.sync.heads import Heads
from central.sync.ingest import Ingest, IngestPorts
from central.sync.online import Online, OnlinePorts
from central.sync.publisher import Publisher, Served
from central.sync.routes import ALARMS
from central.sync.serving import FeedServing
from central.sync.shifts import Shifts
from central.sync.site_tables import TablesInMemory
from central.web.application import make_application
from central.web.calls import CALL_LISTENER
from protocol.identifiers import KeyId, ProductId, SiteId
from protocol.instants import Clock, Instant
from protocol.keyring import Purpose
from protocol.sync.messages import MAX_BATCH_BYTES, Duty

RandomBytes = Callable[[int], bytes]
RECONCILIATION: web.AppKey[Reconciliation] = web.AppKey("reconciliation", Reconciliation)

SIGN_TIMESTAMPS_EVERY_S = 20
WRITE_DOWN_EVERY_S = 20
SETTLE_EVERY_S = 30
FOLLOW_PAYMENTS_EVERY_S = 2
FOLLOW_REFUNDS_EVERY_S = 10
EXPIRE_ORDERS_EVERY_S = 15
MATCH_BILLS_EVERY_S = 1_800
# Processes tell each other at once; this is for what was told while nobody could listen.
LOOK_AROUND_EVERY_S = 5
WRITE_CALLS_EVERY_S = 1
LINK_AUDIT_EVERY_S = 10
_PASSPHRASE_BYTES = 15
CALLS: web.AppKey[CallLog] = web.AppKey("calls", CallLog)


@dataclass(frozen=True, slots=True)
class Ambience:
    """What a process has of the world.

    Its clock and its source of random bytes, the hashers of passwords and of PINs, and the payment institutions that it reaches.
    """

    clock: Clock
    random_bytes: RandomBytes
    hasher: PasswordHasher
    pin_hasher: PasswordHasher
    institutions: Mapping[Method, Institution] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Built:
    """A server that is ready to run, what its operator must be told once, and the parts that a test may reach for."""

    app: web.Application
    notices: tuple[str, ...]
    store: Store
    publisher: Publisher


class Wake:
    """Wakes one loop."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def __call__(self) -> None:
        """Say that there is work."""
        self._event.set()

    async def wait(self) -> None:
        """Wait for work."""
        await self._event.wait()
        self._event.clear()


@dataclass(frozen=True, slots=True)
class _Feed:
    heads: Heads
    publisher: Publisher
    serving: FeedServing
    follower: Follower
    channel: Channel
    leader: Leader


@dataclass(frozen=True, slots=True)
class _Parts:
    store: Store
    rack: KeyRack
    ambience: Ambience
    seal: FieldSeal
    feed: _Feed
    guard: AgentGuard
    fence_moved: Wake


class FenceFacts:
    """Answers refunds' question about gates: which may admit, and how each stands."""

    async def agents_that_may_admit(
        self, work: Work, sites: frozenset[SiteId], ticket_types: frozenset[ProductId]
    ) -> tuple[AgentFacts, ...]:
        """Return the agents that the fence asks about."""
        agents = await agents_that_may_admit(work, dict.fromkeys(sites, ticket_types))
        return tuple(
            AgentFacts(
                agent=agent.agent_id,
                site=agent.site_id,
                standing=Standing.LOST
                if agent.lost_at is not None
                else Standing.SIGNED_OFF
                if agent.duty is Duty.CLOSED
                else Standing.ABLE,
                in_force=FeedVersion(agent.in_force.epoch, agent.in_force.version) if agent.in_force.version else None,
                fresh_at=Instant(max(agent.last_head_at, agent.enrolled_at)),
            )
            for agent in agents
        )


async def build_app(settings: CentralSettings, ambience: Ambience) -> Built:
    """Return the server: database migrated, keys made where there were none, the administrator where there was nobody."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    notices = list(ensure_keys(settings, ambience))
    database = open_database(settings.url)
    await migrate(database)
    parts = _parts(Store(database), settings, ambience)
    passwords = Passwords(ambience.hasher)
    identity = Identity(parts.store, passwords, ambience.random_bytes, parts.seal)
    accounts = Accounts(parts.store, passwords, ambience.random_bytes)
    password = await accounts.ensure_admin(ambience.clock())
    if password is not None:
        notices.append(f"sign in as admin with the one-time password {password}; it must be changed at once")
    app = make_application(
        OPERATIONS,
        clock=ambience.clock,
        authenticator=identity,
        random_bytes=ambience.random_bytes,
        most_body_bytes=MAX_BATCH_BYTES,
    )
    app[CALLS] = app[CALL_LISTENER] = CallLog(parts.store, LogLevel(settings.log_level), ambience.clock)
    app[AUDIT], app[CHAIN] = AuditSearch(parts.store), _chain(parts)
    app[IDENTITY], app[ACCOUNTS], app[ROLES] = identity, accounts, Roles(parts.store)
    app[TOKENS], app[MENUS] = Tokens(parts.store, ambience.random_bytes), Menus(parts.store)
    app[PUBLIC_ORIGIN] = settings.public_origin
    refunds = _add_services(app, parts)
    app.cleanup_ctx.append(_running(parts, identity, refunds))
    app.on_shutdown.append(_end_waiting)
    return Built(app, tuple(notices), parts.store, parts.feed.publisher)


def ensure_keys(settings: CentralSettings, ambience: Ambience) -> tuple[str, ...]:
    """Make keys where there are none; return what the operator must be told."""
    files = KeyFiles(settings.keys_dir)
    if files.editions():
        return ()
    given = settings.root_passphrase
    passphrase = ambience.random_bytes(_PASSPHRASE_BYTES).hex() if given is None else given.get_secret_value()
    keys.initialise(files, passphrase, ambience.clock(), ambience.random_bytes)
    where = f"keys were made in {files.directory}: take {files.root.name} away and keep it offline, and back up the others"
    if given is not None:
        return (where,)
    return (where, f"the passphrase of the root key is {passphrase}; it is shown this once and stored nowhere")


def _parts(store: Store, settings: CentralSettings, ambience: Ambience) -> _Parts:
    files = KeyFiles(settings.keys_dir)
    field_keys = files.field_keys()
    seal = FieldSeal(field_keys, max(field_keys), ambience.random_bytes)
    rack, fence_moved = KeyRack(files), Wake()
    feed = _feed(store, rack, ambience.clock, fence_moved)
    return _Parts(store, rack, ambience, seal, feed, AgentGuard(store), fence_moved)


def _feed(store: Store, rack: KeyRack, clock: Clock, fence_moved: Wake) -> _Feed:
    heads, lists, leader = Heads(), RecentLists(), leader_of(store.database)

    def heard(message: Message) -> None:
        if message is Message.WORK and leader.leads:
            publisher.wake()
        if message is Message.PUBLISHED and not leader.leads:
            follower.wake()

    channel = Channel(store.database, heard)

    async def tell_processes(work: Work) -> None:
        await channel.tell(work, Message.PUBLISHED)

    publisher = Publisher(store, rack, clock, Served(heads, lists, fence_moved, tell_processes))
    follower = Follower(store, rack, channel, heads, lists)
    return _Feed(heads, publisher, FeedServing(store, rack, lists), follower, channel, leader)


def _chain(parts: _Parts) -> Chain:
    def public_key(key_id: KeyId) -> bytes | None:
        return next((key.public for key in parts.rack.keyring.keys if key.key_id == key_id), None)

    return Chain(parts.store, lambda now: parts.rack.signer(Purpose.RECEIPTS, now), public_key)


def _add_services(app: web.Application, parts: _Parts) -> Refunds:
    store, wake = parts.store, parts.feed.publisher.wake
    catalog = Catalog(store, parts.seal, parts.ambience.random_bytes, wake)
    issuing = Issuing(store, RackSigner(parts.rack, parts.ambience.clock), parts.ambience.random_bytes, wake)
    admissions = Admissions(store)
    refunds = Refunds(store, issuing, FenceFacts(), admissions)
    app[CATALOG], app[ISSUING], app[ADMISSIONS], app[REFUNDS] = catalog, issuing, admissions, refunds
    _add_payments(app, parts, Sales(store, catalog, issuing, parts.seal))
    app[CHECK_POINTS], app[GUARD] = CheckPoints(store, wake), parts.guard
    agent_ports = AgentPorts(lambda: parts.rack.envelope, catalog.holder_key, parts.fence_moved)
    app[SUPERVISORS] = Supervisors(store, Passwords(parts.ambience.pin_hasher), wake)
    app[AGENTS] = Agents(store, parts.ambience.random_bytes, agent_ports)
    app[KEYS], app[HEADS], app[SERVING] = parts.rack, parts.feed.heads, parts.feed.serving

    def receipt_signers(now: Instant) -> Signers:
        return parts.rack.signers(Purpose.RECEIPTS, now)

    app[INGEST] = Ingest(store, parts.guard, IngestPorts(receipt_signers, wake, parts.fence_moved))
    ports = OnlinePorts(receipt_signers, lambda: parts.rack.keyring, TablesInMemory(), wake)
    app[ONLINE] = Online(store, ports)
    app[ALARMS] = Alarms(store)
    app[SHIFTS] = Shifts(store, parts.guard, receipt_signers, parts.fence_moved)
    return refunds


def _add_payments(app: web.Application, parts: _Parts, sales: Sales) -> None:
    ambience = parts.ambience
    world = World(lambda: ambience.institutions, ambience.clock, ambience.random_bytes)
    app[SALES], app[PAYMENTS] = sales, Payments(parts.store, sales, world)
    app[DIFFERENCES], app[RECONCILIATION] = Differences(parts.store), Reconciliation(parts.store, world)


def _log_jobs(app: web.Application, clock: Clock) -> tuple[Job, ...]:
    async def link() -> None:
        await app[CHAIN].link_all(clock())

    return (
        Job("write-down-calls", Every(WRITE_CALLS_EVERY_S), app[CALLS].write_down, by_leader=False),
        Job("link-audit", Every(LINK_AUDIT_EVERY_S), link),
    )


def _money_jobs(app: web.Application, clock: Clock) -> tuple[Job, ...]:
    sales, payments, reconciliation = app[SALES], app[PAYMENTS], app[RECONCILIATION]

    async def expire() -> None:
        await sales.expire(clock())

    async def match_bills() -> None:
        await reconciliation.match_due()

    return (
        Job("follow-payments", Every(FOLLOW_PAYMENTS_EVERY_S), payments.follow),
        Job("follow-payment-refunds", Every(FOLLOW_REFUNDS_EVERY_S), payments.refunds.follow),
        Job("expire-orders", Every(EXPIRE_ORDERS_EVERY_S), expire),
        Job("match-bills", Every(MATCH_BILLS_EVERY_S), match_bills),
    )


def _running(parts: _Parts, identity: Identity, refunds: Refunds) -> Callable[[web.Application], AsyncIterator[None]]:
    async def running(app: web.Application) -> AsyncIterator[None]:
        jobs, loops = _schedule(parts, identity, refunds)
        more = (*_money_jobs(app, parts.ambience.clock), *_log_jobs(app, parts.ambience.clock))
        runner = Runner((*jobs, *more), loops, parts.feed.leader)
        await runner.as_leader(lambda: parts.feed.publisher.publish_all(sign_anew=True), parts.feed.follower.work)
        runner.start()
        yield
        await runner.stop()
        await app[CALLS].write_down()
        await parts.feed.channel.close()
        await parts.guard.write_down()
        await parts.store.close()

    return running


async def _end_waiting(app: web.Application) -> None:
    app[HEADS].end()


def _schedule(parts: _Parts, identity: Identity, refunds: Refunds) -> tuple[tuple[Job, ...], tuple[Loop, ...]]:
    publisher, clock, store = parts.feed.publisher, parts.ambience.clock, parts.store
    follower, channel = parts.feed.follower, parts.feed.channel

    async def settle() -> None:
        await refunds.settle_waiting(clock())

    async def forget() -> None:
        await identity.forget_old(clock())
        async with store.transaction() as work:
            await forget_old(work, clock())
            await online_answers.forget_old(work, clock())

    async def look_around() -> None:
        publisher.wake()
        if not parts.feed.leader.leads:
            follower.wake()

    jobs: tuple[Job, ...] = (
        Job("sign-timestamps", Every(SIGN_TIMESTAMPS_EVERY_S), lambda: publisher.publish_all(sign_anew=True)),
        Job("write-down-agents", Every(WRITE_DOWN_EVERY_S), parts.guard.write_down, by_leader=False),
        Job("settle-refunds", Every(SETTLE_EVERY_S), settle),
        Job("tidy-feed", Daily(hour=19, minute=30), publisher.tidy_all),
        Job("forget-old", Daily(hour=19, minute=0), forget),
    )
    loops: tuple[Loop, ...] = (
        Loop("publisher", publisher.wait, publisher.work, elsewhere=follower.pass_on),
        Loop("refunds", parts.fence_moved.wait, settle),
    )
    if store.database.is_embedded:
        return jobs, loops
    jobs = (*jobs, Job("look-around", Every(LOOK_AROUND_EVERY_S), look_around, by_leader=False))
    return jobs, (*loops, Loop("channel", channel.wait, channel.work), Loop("follower", follower.wait, follower.work))
