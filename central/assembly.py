"""The composition root: it takes settings and returns a server. All parts of central are put together here.

Laws: nothing here decides; clock and randomness come in as arguments; the first start makes the keys, the administrator and the
database, and reports them once.
"""

from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

from aiohttp import web
from argon2 import PasswordHasher

from central.admissions.service import Admissions
from central.audit.calls import CallLog, LogLevel
from central.audit.linking import Chain
from central.audit.routes import CHAIN
from central.console.builds import Builds
from central.console.routes import BUILDS
from central.console.routes import OPERATIONS as CONSOLE
from central.devices.agents import AgentPorts, Agents, agents_that_may_admit
from central.devices.guard import AgentGuard
from central.devices.routes import AGENTS, GUARD
from central.domain.ports import RandomBytes
from central.examples import examples
from central.identity.passwords import Passwords
from central.issuing.feed_version import FeedVersion
from central.jobs.leader import Leader, leader_of
from central.jobs.runner import Runner
from central.jobs.runs import JobRuns
from central.jobs.table import FeedWork, LiveWork, Logs, jobs_and_loops
from central.jobs.wake import Wake
from central.keys import service as keys
from central.keys.files import KeyFiles
from central.keys.signing_keys import KeyRack, RackSigner, Signers
from central.live.bearers import Bearers
from central.live.hub import LiveHub
from central.live.routes import LIVE_BEARERS, LIVE_HUB
from central.metrics.routes import HEALTH, PROBES
from central.metrics.routes import OPERATIONS as METRICS_OPERATIONS
from central.metrics.service import Health, Watched
from central.office import Office, Ports
from central.operations import OPERATIONS, offer
from central.payments.configured import MOST_CALLS, ConfiguredInstitutions, Surroundings
from central.promoters.routes import LINK_ORIGIN
from central.refunds.rules.fence import AgentFacts, Standing
from central.reports.explanations import Explanations
from central.reports.kept_exports import KeptExports
from central.reports.routes.explanations import EXPLANATIONS
from central.reports.routes.exports import EXPORT_TURNS, ExportTurns
from central.reports.routes.kept_exports import KEPT_EXPORTS
from central.settings import CentralSettings
from central.shop.routes.selling import SHOP
from central.store.channel import Channel, Message
from central.store.engine import open_database
from central.store.migrate import migrate
from central.store.sealed import FieldSeal
from central.store.unit_of_work import Store, Work
from central.sync.checks import Checks
from central.sync.deciding import DecisionPorts
from central.sync.duties import Duties
from central.sync.follower import Follower
from central.sync.heads import Heads
from central.sync.holder_keys import HolderKeyHandover
from central.sync.ingest import Ingest, IngestPorts
from central.sync.online import Online
from central.sync.published_feed import RecentLists
from central.sync.publisher import Publisher, Served
from central.sync.routes.agent_calls import KEYS, PUBLIC_ORIGIN
from central.sync.routes.agents import DUTIES, HEADS, HOLDER_KEYS, INGEST, ONLINE, SERVING
from central.sync.routes.checks import CHECKS
from central.sync.serving import FeedServing
from central.sync.site_tables import TablesInMemory
from central.sync.site_tables import read as read_site_tables
from central.web.application import make_application
from central.web.calls import CALL_LISTENER, TRAFFIC
from central.web.openapi import Json, document
from central.web.operations import AUTHENTICATOR
from central.web.reader import DOCUMENT, Document
from central.web.reader import OPERATIONS as READER
from protocol.identifiers import KeyId, SiteId, TicketTypeId
from protocol.instants import Clock, Instant
from protocol.keyring import Purpose
from protocol.sync.messages import MAX_BATCH_BYTES, Duty

API_VERSION = "1"
_PASSPHRASE_BYTES = 15
CALLS: web.AppKey[CallLog] = web.AppKey("calls", CallLog)


@dataclass(frozen=True, slots=True)
class Ambience:
    """What a process takes from outside: its clock and its source of random bytes, the hashers of passwords and of PINs."""

    clock: Clock
    random_bytes: RandomBytes
    hasher: PasswordHasher
    pin_hasher: PasswordHasher


@dataclass(frozen=True, slots=True)
class Built:
    """A server that is ready to run, what its operator must be told once, and the parts that tests use.

    `metrics` serves the metrics where they have an address of their own.
    """

    app: web.Application
    metrics: web.Application | None
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
class _Live:
    """Wakes: another process has told live events; other processes must hear of some."""

    heard: "_Heard"
    to_pass_on: Wake


class _Heard:
    """What the channel calls before there is a hub."""

    def __init__(self) -> None:
        self.wake: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class _Parts:
    store: Store
    rack: KeyRack
    ambience: Ambience
    seal: FieldSeal
    feed: _Feed
    guard: AgentGuard
    fence_moved: Wake
    runs: JobRuns
    live: "_Live"


class FenceFacts:
    """Answers refunds' question about gates: which may admit, and the standing of each."""

    async def agents_that_may_admit(
        self, work: Work, sites: frozenset[SiteId], ticket_types: frozenset[TicketTypeId]
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
                last_seen_at=agent.last_seen_at,
                journalled_at=agent.journalled_at,
                is_revoked=agent.revoked_at is not None,
            )
            for agent in agents
        )


def api_document() -> Json:
    """Return the OpenAPI document of all operations, with their examples."""
    return document(OPERATIONS, "Paifang", API_VERSION, examples())


async def build_app(settings: CentralSettings, ambience: Ambience) -> Built:
    """Return the server: the database migrated; keys and administrator made where there were none."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    notices = list(ensure_keys(settings, ambience))
    database = open_database(settings.url)
    await migrate(database)
    parts = _parts(Store(database), settings, ambience)
    pool = ThreadPoolExecutor(MOST_CALLS, "institution")

    async def release_pool(_: web.Application) -> None:
        pool.shutdown(wait=False, cancel_futures=True)

    office = _office(parts, pool)
    password = await office.accounts.ensure_admin(ambience.clock())
    if password is not None:
        notices.append(f"sign in as admin with the one-time password {password}; it must be changed at once")
    app = make_application(
        (*OPERATIONS, *READER, *CONSOLE, *(METRICS_OPERATIONS if settings.shows_metrics_beside_api else PROBES)),
        clock=ambience.clock,
        authenticator=office.identity,
        random_bytes=ambience.random_bytes,
        most_body_bytes=MAX_BATCH_BYTES,
    )
    app[DOCUMENT] = Document(api_document)
    app[BUILDS] = Builds(settings.console_dir)
    app[CALLS] = app[CALL_LISTENER] = CallLog(parts.store, LogLevel(settings.log_level), ambience.clock)
    app[CHAIN] = _chain(parts)
    app[PUBLIC_ORIGIN] = app[LINK_ORIGIN] = settings.public_origin
    offer(app, office)
    _add_feed(app, parts, office)
    _add_exports(app, parts.store, settings, ambience)
    _add_live(app, parts, office)
    app.on_cleanup.append(release_pool)
    app.cleanup_ctx.append(_running(app, parts, office))
    metrics = _add_health(app, parts, settings)
    app.on_shutdown.append(_end_waiting)
    return Built(app, metrics, tuple(notices), parts.store, parts.feed.publisher)


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
    rack, fence_moved, live = KeyRack(files), Wake(), _Live(_Heard(), Wake())
    feed = _feed(store, rack, ambience.clock, fence_moved, live)
    return _Parts(store, rack, ambience, seal, feed, AgentGuard(store), fence_moved, JobRuns(ambience.clock), live)


def _feed(store: Store, rack: KeyRack, clock: Clock, fence_moved: Wake, live: _Live) -> _Feed:
    heads, lists, leader = Heads(), RecentLists(), leader_of(store.database)

    def heard(message: Message) -> None:
        if message is Message.WORK and leader.leads:
            publisher.wake()
        if message is Message.PUBLISHED and not leader.leads:
            follower.wake()
        if message is Message.LIVE:
            live.heard.wake()

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


def _office(parts: _Parts, pool: Executor) -> Office:
    ambience = parts.ambience
    ports = Ports(
        clock=ambience.clock,
        random_bytes=ambience.random_bytes,
        passwords=Passwords(ambience.hasher),
        pins=Passwords(ambience.pin_hasher),
        signer=RackSigner(parts.rack, ambience.clock),
        feed_has_work=parts.feed.publisher.wake,
        institutions=lambda parameters: ConfiguredInstitutions(parameters, Surroundings(pool, ambience.clock)),
        agents=FenceFacts(),
        uses=Admissions(parts.store),
    )
    return Office(parts.store, parts.seal, ports)


def _add_feed(app: web.Application, parts: _Parts, office: Office) -> None:
    store, wake, catalog = parts.store, parts.feed.publisher.wake, office.catalog
    agent_ports = AgentPorts(lambda: parts.rack.envelope, catalog.handed_out_key, catalog.renew_holder_key, parts.fence_moved)
    app[AGENTS], app[GUARD] = Agents(store, parts.ambience.random_bytes, agent_ports), parts.guard
    app[KEYS], app[HEADS], app[SERVING] = parts.rack, parts.feed.heads, parts.feed.serving

    def receipt_signers(now: Instant) -> Signers:
        return parts.rack.signers(Purpose.RECEIPTS, now)

    app[INGEST] = Ingest(store, parts.guard, IngestPorts(receipt_signers, wake, parts.fence_moved))
    tables = TablesInMemory(read_site_tables)
    decisions = DecisionPorts(lambda: parts.rack.keyring, tables, wake)
    app[ONLINE] = Online(store, decisions, receipt_signers)
    app[CHECKS] = Checks(store, decisions, catalog)
    app[EXPLANATIONS] = Explanations(store, office.look_ups, tables, lambda: parts.rack.keyring)
    app[DUTIES] = Duties(store, parts.guard, receipt_signers, parts.fence_moved)
    app[HOLDER_KEYS] = HolderKeyHandover(store, parts.guard, catalog, receipt_signers)


def _add_exports(app: web.Application, store: Store, settings: CentralSettings, ambience: Ambience) -> None:
    kept = KeptExports(store, settings.data_dir / "exports", ambience.random_bytes, ambience.clock)

    async def stop(_: web.Application) -> None:
        await kept.stop()

    app[KEPT_EXPORTS], app[EXPORT_TURNS] = kept, ExportTurns()
    app.on_shutdown.append(stop)


def _add_health(app: web.Application, parts: _Parts, settings: CentralSettings) -> web.Application | None:
    """Let the application tell how it is; return the application of the metrics where they have an address of their own."""
    ambience = parts.ambience
    health = Health(Watched(parts.store, parts.rack, parts.feed.leader, parts.runs, ambience.clock))
    app[HEALTH], app[TRAFFIC] = health, health.meters

    async def watching(_: web.Application) -> AsyncIterator[None]:
        async with health.watching():
            yield

    app.cleanup_ctx.append(watching)
    if settings.metrics_port is None:
        return None
    metrics = make_application(
        METRICS_OPERATIONS, clock=ambience.clock, authenticator=app[AUTHENTICATOR], random_bytes=ambience.random_bytes
    )
    metrics[HEALTH] = health
    return metrics


def _add_live(app: web.Application, parts: _Parts, office: Office) -> None:
    news = office.shop.news

    def told_here() -> None:
        news.wake()
        parts.live.to_pass_on()

    hub = LiveHub(parts.store, office.names, told_here)

    def told_elsewhere() -> None:
        hub.wake()
        news.wake()

    parts.live.heard.wake = told_elsewhere
    app[LIVE_HUB] = hub
    app[LIVE_BEARERS] = Bearers(lambda token: office.identity.still(token, parts.ambience.clock()))


def _running(app: web.Application, parts: _Parts, office: Office) -> Callable[[web.Application], AsyncIterator[None]]:
    feed, calls = parts.feed, app[CALLS]
    work = FeedWork(feed.publisher, feed.follower, feed.channel, feed.leader, parts.fence_moved.wait, app[CHECKS])
    live = LiveWork(app[LIVE_HUB], parts.live.to_pass_on.wait)
    runner = Runner(*jobs_and_loops(office, Logs(calls, app[CHAIN], parts.guard), work, live), feed.leader, parts.runs)

    async def running(_app: web.Application) -> AsyncIterator[None]:
        await runner.as_leader(lambda: feed.publisher.publish_all(sign_again=True), feed.follower.work)
        runner.start()
        yield
        await runner.stop()
        await calls.write_down()
        await feed.channel.close()
        await parts.guard.write_down()
        await parts.store.close()

    return running


async def _end_waiting(app: web.Application) -> None:
    app[HEADS].end()
    app[LIVE_HUB].end()
    app[SHOP].news.end()
