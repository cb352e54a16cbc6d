"""The composition root: settings in, a server out. Everything that central is made of is put together here.

Laws: nothing here decides; clock and randomness come in as arguments; the first start makes the keys, the administrator and the
database, and says so once.
"""

from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from aiohttp import web
from argon2 import PasswordHasher

from central.admissions.routes import ADMISSIONS
from central.admissions.service import Admissions
from central.agencies.groups import Gates, GroupOrders
from central.agencies.routes.agencies import AGENCIES
from central.agencies.routes.orders import AGENCY_SALES, GROUP_ORDERS
from central.agencies.selling import AgencySales
from central.agencies.service import Agencies
from central.audit.calls import CallLog, LogLevel
from central.audit.linking import Chain
from central.audit.routes import AUDIT, CHAIN
from central.audit.search import AuditSearch
from central.catalog.categories import Categories
from central.catalog.preview import Preview
from central.catalog.routes.categories import CATEGORIES
from central.catalog.routes.preview import PREVIEW
from central.catalog.routes.sale_settings import SALE_SETTINGS
from central.catalog.routes.ticket_types import CATALOG
from central.catalog.sale_settings import SaleSettings
from central.catalog.service import Catalog
from central.devices.agents import AgentPorts, Agents, agents_that_may_admit
from central.devices.check_points import CheckPoints
from central.devices.guard import AgentGuard
from central.devices.routes import AGENTS, CHECK_POINTS, GUARD
from central.identity.accounts import Accounts
from central.identity.menu_service import Menus
from central.identity.passwords import Passwords
from central.identity.roles import Roles
from central.identity.routes.menus import MENUS
from central.identity.routes.roles import ROLES
from central.identity.routes.sessions import IDENTITY
from central.identity.routes.setting_groups import SETTING_GROUPS
from central.identity.routes.supervisors import SUPERVISORS
from central.identity.routes.tokens import TOKENS
from central.identity.routes.users import ACCOUNTS
from central.identity.service import Identity
from central.identity.setting_groups import SettingGroups
from central.identity.supervisors import Supervisors
from central.identity.tokens import Tokens
from central.issuing.feed_version import FeedVersion
from central.issuing.routes import ISSUING
from central.issuing.service import Issuing
from central.jobs.leader import Leader, leader_of
from central.jobs.runner import Runner
from central.jobs.table import FeedWork, Office, jobs_and_loops
from central.jobs.wake import Wake
from central.keys import service as keys
from central.keys.files import KeyFiles
from central.keys.signing_keys import KeyRack, RackSigner, Signers
from central.operations import OPERATIONS
from central.parameters.routes import PARAMETERS
from central.parameters.service import Parameters
from central.payments import merchants
from central.payments.configured import MOST_CALLS, ConfiguredInstitutions
from central.payments.differences import Differences
from central.payments.institution_refunds import World
from central.payments.reconciliation import Reconciliation
from central.payments.routes import DIFFERENCES, PAYMENTS, RECONCILIATION
from central.payments.service import Payments
from central.promoters.routes import LINK_ORIGIN, PROMOTERS
from central.promoters.service import Promoters
from central.refunds.batches import RefundBatches
from central.refunds.routes.batches import REFUND_BATCHES
from central.refunds.routes.refunds import REFUNDS
from central.refunds.routes.upgrades import UPGRADES
from central.refunds.rules.fence import AgentFacts, Standing
from central.refunds.service import Refunds
from central.refunds.upgrades import Upgrades
from central.reports.kept_exports import KeptExports
from central.reports.routes.exports import DESK, Desk
from central.reports.routes.kept_exports import KEPT_EXPORTS
from central.reports.routes.lists import REPORTS
from central.reports.service import Reports
from central.sales.activation import ActivationCodes
from central.sales.carts import Carts
from central.sales.data_scope import OrderSight
from central.sales.holder_rehashing import HolderRounds
from central.sales.orders import Evidences
from central.sales.reprints import Reprints
from central.sales.rescheduling import Rescheduling
from central.sales.routes.activation import ACTIVATION
from central.sales.routes.after_sale import REPRINTS, RESCHEDULING
from central.sales.routes.carts import CARTS
from central.sales.routes.evidence import EVIDENCES
from central.sales.routes.orders import HOLDER_ROUNDS, SALES
from central.sales.routes.type_changes import TYPE_CHANGES
from central.sales.service import Sales
from central.sales.type_changes import TypeChanges
from central.settings import CentralSettings
from central.shifts.routes import CASH_SHIFTS
from central.shifts.service import CashShifts
from central.store.channel import Channel, Message
from central.store.engine import open_database
from central.store.migrate import migrate
from central.store.sealed import FieldSeal
from central.store.unit_of_work import Store, Work
from central.sync.alarms import Alarms
from central.sync.corrections import Corrections
from central.sync.follower import Follower
from central.sync.heads import Heads
from central.sync.holder_keys import HolderKeyDesk
from central.sync.ingest import Ingest, IngestPorts
from central.sync.online import Online, OnlinePorts
from central.sync.published_feed import RecentLists
from central.sync.publisher import Publisher, Served
from central.sync.routes.agent_calls import KEYS, PUBLIC_ORIGIN
from central.sync.routes.agents import HEADS, HOLDER_KEYS, INGEST, ONLINE, SERVING, SHIFTS
from central.sync.routes.alarms import ALARMS
from central.sync.routes.corrections import CORRECTIONS
from central.sync.serving import FeedServing
from central.sync.shifts import Shifts
from central.sync.site_tables import TablesInMemory
from central.sync.site_tables import read as read_site_tables
from central.web.application import make_application
from central.web.calls import CALL_LISTENER
from central.web.operations import SIGHT
from protocol.identifiers import KeyId, ProductId, SiteId
from protocol.instants import Clock, Instant
from protocol.keyring import Purpose
from protocol.sync.messages import MAX_BATCH_BYTES, Duty

RandomBytes = Callable[[int], bytes]

_PASSPHRASE_BYTES = 15
CALLS: web.AppKey[CallLog] = web.AppKey("calls", CallLog)


@dataclass(frozen=True, slots=True)
class Ambience:
    """What a process has of the world: its clock and its source of random bytes, the hashers of passwords and of PINs."""

    clock: Clock
    random_bytes: RandomBytes
    hasher: PasswordHasher
    pin_hasher: PasswordHasher


@dataclass(frozen=True, slots=True)
class Built:
    """A server that is ready to run, what its operator must be told once, and the parts that a test may reach for."""

    app: web.Application
    notices: tuple[str, ...]
    store: Store
    publisher: Publisher


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
    app[PUBLIC_ORIGIN] = app[LINK_ORIGIN] = settings.public_origin
    _add_services(app, parts)
    _add_exports(app, settings, ambience)
    app.cleanup_ctx.append(_running(app, parts))
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


def _add_services(app: web.Application, parts: _Parts) -> None:
    store, wake = parts.store, parts.feed.publisher.wake
    catalog = Catalog(store, parts.seal, parts.ambience.random_bytes, wake)
    issuing = Issuing(store, RackSigner(parts.rack, parts.ambience.clock), parts.ambience.random_bytes, wake)
    admissions = Admissions(store)
    app[PREVIEW], app[CORRECTIONS], app[TYPE_CHANGES] = Preview(store), Corrections(store), TypeChanges(store)
    app[CATEGORIES], app[SALE_SETTINGS], app[SETTING_GROUPS] = Categories(store), SaleSettings(store), SettingGroups(store)
    _add_payments(app, parts, Sales(store, catalog, issuing, parts.seal))
    refunds = Refunds(store, issuing, app[PAYMENTS], FenceFacts(), admissions)
    app[CATALOG], app[ISSUING], app[ADMISSIONS], app[REFUNDS] = catalog, issuing, admissions, refunds
    app[REFUND_BATCHES], app[RESCHEDULING] = RefundBatches(store, refunds), Rescheduling(store, issuing, admissions)
    app[REPRINTS], app[EVIDENCES] = Reprints(store), Evidences(store)
    app[ACTIVATION] = ActivationCodes(store, catalog, issuing, parts.seal, parts.ambience.random_bytes)
    app[UPGRADES], app[CARTS] = Upgrades(store, app[SALES], refunds, parts.seal), Carts(store, parts.seal)
    app[AGENCIES] = Agencies(store, parts.seal)
    app[GROUP_ORDERS] = GroupOrders(store, issuing, Gates(FenceFacts(), admissions), parts.seal)
    app[AGENCY_SALES] = AgencySales(store, app[SALES], app[GROUP_ORDERS])
    app[CHECK_POINTS], app[GUARD] = CheckPoints(store, wake), parts.guard
    agent_ports = AgentPorts(lambda: parts.rack.envelope, catalog.handed_out_key, catalog.renew_holder_key, parts.fence_moved)
    app[SUPERVISORS] = Supervisors(store, Passwords(parts.ambience.pin_hasher), wake)
    app[AGENTS] = Agents(store, parts.ambience.random_bytes, agent_ports)
    app[KEYS], app[HEADS], app[SERVING] = parts.rack, parts.feed.heads, parts.feed.serving

    def receipt_signers(now: Instant) -> Signers:
        return parts.rack.signers(Purpose.RECEIPTS, now)

    app[INGEST] = Ingest(store, parts.guard, IngestPorts(receipt_signers, wake, parts.fence_moved))
    ports = OnlinePorts(receipt_signers, lambda: parts.rack.keyring, TablesInMemory(read_site_tables), wake)
    app[ONLINE] = Online(store, ports)
    app[REPORTS], app[DESK], app[ALARMS] = Reports(store), Desk(), Alarms(store)
    app[SHIFTS] = Shifts(store, parts.guard, receipt_signers, parts.fence_moved)
    app[HOLDER_KEYS] = HolderKeyDesk(store, parts.guard, catalog, receipt_signers)
    app[HOLDER_ROUNDS] = HolderRounds(store, catalog, issuing, parts.seal)


def _add_exports(app: web.Application, settings: CentralSettings, ambience: Ambience) -> None:
    kept = KeptExports(settings.data_dir / "exports", ambience.random_bytes, ambience.clock)

    async def stop(_: web.Application) -> None:
        await kept.stop()

    app[KEPT_EXPORTS] = kept
    app.on_shutdown.append(stop)


def _add_payments(app: web.Application, parts: _Parts, sales: Sales) -> None:
    ambience = parts.ambience
    app[PARAMETERS] = Parameters(parts.store, parts.seal, merchants.guards())
    pool = ThreadPoolExecutor(MOST_CALLS, "institution")

    async def release_pool(_: web.Application) -> None:
        pool.shutdown(wait=False, cancel_futures=True)

    app.on_cleanup.append(release_pool)
    world = World(ConfiguredInstitutions(app[PARAMETERS], pool, ambience.clock), ambience.clock, ambience.random_bytes)
    app[CASH_SHIFTS], app[PROMOTERS] = CashShifts(parts.store), Promoters(parts.store, ambience.random_bytes)
    app[SALES], app[PAYMENTS] = sales, Payments(parts.store, sales, world)
    app[SIGHT] = OrderSight(parts.store)
    app[DIFFERENCES], app[RECONCILIATION] = Differences(parts.store), Reconciliation(parts.store, world)


def _running(app: web.Application, parts: _Parts) -> Callable[[web.Application], AsyncIterator[None]]:
    feed = parts.feed
    office = Office(
        store=parts.store,
        clock=parts.ambience.clock,
        identity=app[IDENTITY],
        calls=app[CALLS],
        chain=app[CHAIN],
        guard=parts.guard,
        sales=app[SALES],
        carts=app[CARTS],
        type_changes=app[TYPE_CHANGES],
        holder_rounds=app[HOLDER_ROUNDS],
        payments=app[PAYMENTS],
        reconciliation=app[RECONCILIATION],
        refunds=app[REFUNDS],
        refund_batches=app[REFUND_BATCHES],
        groups=app[GROUP_ORDERS],
        reports=app[REPORTS],
    )
    work = FeedWork(feed.publisher, feed.follower, feed.channel, feed.leader, parts.fence_moved.wait)
    runner = Runner(*jobs_and_loops(office, work), feed.leader)

    async def running(_app: web.Application) -> AsyncIterator[None]:
        await runner.as_leader(lambda: feed.publisher.publish_all(sign_anew=True), feed.follower.work)
        runner.start()
        yield
        await runner.stop()
        await office.calls.write_down()
        await feed.channel.close()
        await parts.guard.write_down()
        await parts.store.close()

    return running


async def _end_waiting(app: web.Application) -> None:
    app[HEADS].end()
