"""Builds the agent: the one place that names concrete classes, takes the settings, and reads clocks and randomness."""

import asyncio
import os
import random
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.agent import Agent, Parts
from edge.cache.cache import Cache, open_cache
from edge.cache.database import CacheFault, CacheTampered
from edge.cache.staging import Staging
from edge.central_client import Caller, CentralClient, enrol
from edge.counter.counter import Counter, CounterDevices, Drawer
from edge.counter.door import Door
from edge.counter.origins import origin_of
from edge.counter.pairing import CODE_DIGITS, Pairing
from edge.counter.server import Listening, serve_pages
from edge.counter.store import CounterStore
from edge.devices.driver_api import Surroundings, TicketPrinterDriver
from edge.devices.ports import SupervisedDevice
from edge.enrolment import (
    IDENTITY_FILE,
    KEY_FILE,
    NO_AGENT,
    Identity,
    check_not_enrolled,
    not_enrolled,
    read_identity,
    write_identity,
)
from edge.gate.desk import Desk, Sources
from edge.gate.lane import Lane, LaneShown, Way
from edge.gate.signs import sign_of
from edge.gate.supervision import Supervision
from edge.journal.journal import Journal, Owner
from edge.settings import AgentSettings, CounterSettings, LaneSettings
from edge.sync.download import Downloader
from edge.sync.duty import AgentDuty
from edge.sync.follow import Follower, FollowPorts
from edge.sync.holder_keys import HolderKeyFollower
from edge.sync.upload import Pace, Uploader, UploadPorts
from edge.trust.store import JournalMark, SiteKey, TrustStore
from edge.trust.timekeeper import Timekeeper
from edge.watchdog import SOCKET_VARIABLE, Notifier
from protocol.admission.supervisors import SUPERVISORS, Supervisor, decode_supervisors
from protocol.directions import Direction
from protocol.errors import SettingsError, StorageError, UntrustedError
from protocol.feed.trust import TrustState, begin
from protocol.holders import Document, holder_hash
from protocol.identifiers import (
    ATTEMPT_ID_BYTES,
    BOOT_ID_BYTES,
    JOURNAL_ID_BYTES,
    AttemptId,
    BootId,
    CheckPointId,
    JournalId,
    Sequence,
)
from protocol.instants import Instant
from protocol.journal.events import Alarm, Event
from protocol.sync.answers import Believer
from protocol.sync.messages import EnrolRequest

BUILT_AT = Instant(1_793_491_200_000)  # 2026-11-01: no agent's clock goes below it (law 11)
CACHE_FILE = "cache.db"
TRUST_FILE = "trust.db"
JOURNAL_FILE = "journal.db"
COUNTER_FILE = "counter.db"
_TOKEN_BYTES = 32
_NS_PER_MS = 1_000_000
_NO_CHECK_POINT = CheckPointId(0)

_log = structlog.get_logger()


def computer_at() -> Instant:
    """Read the computer's clock."""
    return Instant(time.time_ns() // _NS_PER_MS)


def monotonic_ms() -> int:
    """Read the clock that also counts while the computer sleeps, and that is never set."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // _NS_PER_MS


async def run_agent(settings: AgentSettings) -> None:
    """Run the agent of a settings file until it is cancelled."""
    async with aiohttp.ClientSession() as session:
        assembled = _assemble(settings, session)
        try:
            await assembled.agent().run()
        finally:
            assembled.close()


async def enrol_agent(data_dir: Path, central_url: str, code: str, name: str) -> Identity:
    """Make a key, enrol with a one-time code, and store central's answer."""
    check_not_enrolled(data_dir)
    private = Ed25519PrivateKey.generate()
    async with aiohttp.ClientSession() as session:
        answer = await enrol(session, central_url, EnrolRequest.make(private, code, name))
    begin(answer.site, answer.keyring)
    write_identity(data_dir, central_url, private, answer)
    return read_identity(data_dir)


def _assemble(settings: AgentSettings, session: aiohttp.ClientSession) -> "_Assembly":
    """Build the agent; where it can believe nothing, it still opens its exits (law 8)."""
    identity = not_enrolled()
    try:
        found = read_identity(settings.data_dir)
        begin(found.site, found.keyring)
        identity = found
        return _Assembly(settings, identity, session)
    except (SettingsError, StorageError, UntrustedError) as fault:
        if not _exits(settings):
            raise
        _log.error("nothing can be believed: entry is closed, exits are open", detail=str(fault))
        return _Assembly(settings, identity, session, str(fault))


def _exits(settings: AgentSettings) -> frozenset[CheckPointId]:
    return frozenset(CheckPointId(lane.exit) for lane in settings.lanes if lane.exit is not None)


class _Assembly:
    """The parts of one agent, made in the order of their dependencies.

    `unbelieving` says why the trust state cannot be read: then the agent has no cache, and its clock has no floor.
    """

    def __init__(
        self, settings: AgentSettings, identity: Identity, session: aiohttp.ClientSession, unbelieving: str = ""
    ) -> None:
        self._settings = settings
        self._identity = identity
        self._unbelieving = unbelieving
        self._lock = asyncio.Lock()
        self._trust = TrustStore(settings.data_dir / TRUST_FILE, failed=bool(unbelieving))
        self._timekeeper = Timekeeper(self._trust, BUILT_AT, computer_at, monotonic_ms)
        self._tampered = ""
        self._fault = unbelieving
        self._cache = self._open_cache()
        self._staging = Staging.empty() if unbelieving else Staging.open(settings.data_dir / CACHE_FILE)
        self._journal = self._open_journal()
        self._counter_store = self._open_counter_store()
        caller = Caller(identity.agent, identity.private, self._believer, self._trust.reserve_requests, self._now)
        self._client = CentralClient(session, identity.central_url, caller)
        self._downloader = Downloader(self._client, self._cache, self._staging, self._trust, self._lock)

    def agent(self) -> Agent:
        """Return the agent, ready to run."""
        upload_ports = UploadPorts(self._timekeeper.reading, self._save_mark)
        pace = Pace(random.random, asyncio.sleep)
        uploader = Uploader(self._journal, self._client, upload_ports, pace)

        def note(event: Event) -> None:
            desk.note(self._alarm_point, event)

        follower = Follower(
            self._client, self._downloader, self._cache, FollowPorts(self._timekeeper, note, secrets.token_bytes, pace)
        )
        desk = Desk(self._sources(uploader.wake, follower.mend))
        parts = Parts(
            cache=self._cache,
            journal=self._journal,
            timekeeper=self._timekeeper,
            trust=self._state,
            client=self._client,
            follower=follower,
            holder_keys=HolderKeyFollower(self._client, self._trust, self._cache, secrets.token_bytes, pace),
            uploader=uploader,
            upload_ports=upload_ports,
            duty=AgentDuty(self._trust, self._cache, self._journal, self._lock),
            desk=desk,
            feed_lock=self._lock,
            notifier=Notifier(os.environ.get(SOCKET_VARIABLE, "")),
            socket=self._settings.socket,
            erase=self._erase,
            supervision=Supervision(self._supervisors, monotonic_ms),
            fault=self._fault,
            exits_only=bool(self._unbelieving),
        )
        agent = Agent(self._identity.agent, self._identity.site, parts, self._alarm_point)
        if self._tampered:
            agent.note(Alarm("cache-tampered", self._tampered))
        for lane in self._settings.lanes:
            _add_lane(agent, desk, lane, self._hashed)
        printers = [one.make(Surroundings(f"printer-{at}", time.monotonic)) for at, one in enumerate(self._settings.printers, 1)]
        agent.add_devices({printer.name: printer for printer in printers})
        if self._settings.counter is not None and self._counter_store is not None:
            origins = self._settings.counter.origins or (origin_of(self._identity.central_url),)
            _add_counter(agent, self._settings.counter, origins, printers, self._counter_store, self._hashed)
        return agent

    def close(self) -> None:
        """Close every file."""
        self._journal.close()
        if self._counter_store is not None:
            self._counter_store.close()
        self._cache.close()
        self._staging.close()
        self._trust.close()

    @property
    def _alarm_point(self) -> CheckPointId:
        points = [point for lane in self._settings.lanes for point in (lane.entry, lane.exit) if point is not None]
        return CheckPointId(points[0]) if points else _NO_CHECK_POINT

    def _open_cache(self) -> Cache:
        """Open the cache with its feed; where that cannot be believed or read, the agent downloads it again (law 4)."""
        state = self._trust.state()
        if state is None:
            state = begin(self._identity.site, self._identity.keyring)
            self._trust.save_state(state)
        if not self._trust.holder_keys():
            self._trust.save_holder_keys((SiteKey(0, self._identity.holder_key),))
        if self._unbelieving:
            return Cache.empty()
        path = self._settings.data_dir / CACHE_FILE
        try:
            cache, state = open_cache(path, state)
        except (CacheTampered, CacheFault) as fault:
            _log.error("cache thrown away", detail=str(fault))
            self._tampered = str(fault)
            _remove_database(path)
            cache, state = open_cache(path, state)
        self._trust.save_state(state)
        if self._trust.is_signed_off():
            cache.adopt(None)
        return cache

    def _open_journal(self) -> Journal:
        owner = Owner(
            agent=self._identity.agent,
            site=self._identity.site,
            private=self._identity.private,
            boot_id=BootId(secrets.token_bytes(BOOT_ID_BYTES)),
            new_journal_id=lambda: JournalId(secrets.token_bytes(JOURNAL_ID_BYTES)),
        )
        path = self._settings.data_dir / JOURNAL_FILE
        if self._identity.agent == NO_AGENT:
            return Journal.failed(path, owner)
        try:
            journal = Journal.open(path, owner, self._trust.journal_mark(), self._timekeeper.reading())
            self._timekeeper.follow(journal.last_reading())
        except StorageError as fault:
            _log.error("no journal: entry is closed, exits are open", detail=str(fault))
            self._fault = self._fault or str(fault)
            return Journal.failed(path, owner)
        return journal

    def _open_counter_store(self) -> CounterStore | None:
        """Open what a counter must not forget; without it there is no counter, and the lanes go on."""
        if self._settings.counter is None or self._unbelieving:
            return None
        try:
            return CounterStore(self._settings.data_dir / COUNTER_FILE)
        except StorageError as fault:
            _log.error("no counter", detail=str(fault))
            self._fault = self._fault or str(fault)
            return None

    def _supervisors(self) -> tuple[Supervisor, ...]:
        """Read the PIN verifiers of the feed in force; raise CacheEmpty where there is no feed."""
        table = self._cache.table(SUPERVISORS)
        return () if table is None else decode_supervisors(table)

    def _sources(self, recorded: Callable[[], None], damaged: Callable[[], None]) -> Sources:
        return Sources(
            agent=self._identity.agent,
            site=self._identity.site,
            cache=self._cache,
            journal=self._journal,
            trust=self._state,
            clock=self._timekeeper.reading,
            new_attempt=lambda: AttemptId(secrets.token_bytes(ATTEMPT_ID_BYTES)),
            feed_lock=self._lock,
            claim=self._client.claim,
            recorded=recorded,
            damaged=damaged,
            exits=_exits(self._settings),
        )

    def _state(self) -> TrustState:
        return self._downloader.state

    def _believer(self) -> Believer:
        return Believer(self._identity.agent, self._identity.site, self._state().keyring)

    def _now(self) -> Instant:
        return self._timekeeper.reading().wall_at

    def _hashed(self, document: Document) -> tuple[bytes, ...]:
        """Return the hashes by which this agent may know a document: the hash by the site's newest key comes first (law 9)."""
        return tuple(holder_hash(document, site_key.key) for site_key in self._trust.holder_keys())

    def _save_mark(self, journal_id: JournalId, sequence: Sequence) -> None:
        self._trust.save_journal_mark(JournalMark(journal_id, sequence))

    def _erase(self) -> None:
        """Erase the keys (also those of the document hashes) and the cache of a revoked agent; unsent entries stay (law 5)."""
        for name in (KEY_FILE, IDENTITY_FILE):
            (self._settings.data_dir / name).unlink(missing_ok=True)
        self._trust.save_holder_keys(())
        _remove_database(self._settings.data_dir / CACHE_FILE)


def _remove_database(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _add_lane(agent: Agent, desk: Desk, settings: LaneSettings, hashed: Callable[[Document], tuple[bytes, ...]]) -> None:
    turnstile = settings.turnstile.make(Surroundings(f"{settings.name}/turnstile", time.monotonic))
    readers = [
        (reader.direction, reader.make(Surroundings(f"{settings.name}/reader-{number}", time.monotonic, turnstile.make_way)))
        for number, reader in enumerate(settings.readers, 1)
    ]
    card_readers = [
        (reader.direction, reader.make(Surroundings(f"{settings.name}/card-reader-{number}", time.monotonic, hashed=hashed)))
        for number, reader in enumerate(settings.card_readers, 1)
    ]
    points = {Direction.ENTRY: settings.entry, Direction.EXIT: settings.exit}
    ways = {
        direction: Way(
            CheckPointId(point),
            tuple(reader for side, reader in readers if side is direction),
            tuple(reader for side, reader in card_readers if side is direction),
        )
        for direction, point in points.items()
        if point is not None
    }
    signals = [
        (points[one.direction], one.make(Surroundings(f"{settings.name}/signal-{number}", time.monotonic)))
        for number, one in enumerate(settings.signals, 1)
    ]

    def show(shown: LaneShown) -> None:
        agent.shown(shown)
        for point, signal in signals:
            if point == shown.check_point:
                signal.show(sign_of(shown.verdict))

    devices: list[SupervisedDevice] = [turnstile]
    devices += [device for _, device in readers]
    devices += [device for _, device in card_readers]
    devices += [device for _, device in signals]
    lane = Lane(settings.name, desk, turnstile, ways, show, monotonic_ms)
    agent.add_lane(lane, {device.name: device for device in devices})


def _add_counter(
    agent: Agent,
    settings: CounterSettings,
    origins: tuple[str, ...],
    printers: list[TicketPrinterDriver],
    store: CounterStore,
    hashed: Callable[[Document], tuple[bytes, ...]],
) -> None:
    scanners = [one.make(Surroundings(f"scanner-{at}", time.monotonic)) for at, one in enumerate(settings.readers, 1)]
    card_readers = [
        one.make_for_counter(Surroundings(f"card-reader-{at}", time.monotonic, hashed=hashed))
        for at, one in enumerate(settings.card_readers, 1)
    ]
    lamps = [one.make(Surroundings(f"lamps-{at}", time.monotonic)) for at, one in enumerate(settings.signals, 1)]
    drawer = settings.drawer
    devices = CounterDevices(
        {one.name: one for one in scanners},
        {one.name: one for one in card_readers},
        {one.name: one for one in printers},
        {one.name: one for one in lamps},
        None if drawer is None else Drawer(printers[drawer.printer - 1].name, drawer.pulse),
    )
    pairing = Pairing(store, time.monotonic, _new_code, lambda: secrets.token_urlsafe(_TOKEN_BYTES))
    listening = Listening(settings.port, origins)
    counter = Counter(devices, store, pairing, Door(pairing, time.monotonic), lambda counter: serve_pages(counter, listening))
    supervised: list[SupervisedDevice] = [*scanners, *card_readers, *lamps]
    agent.add_devices({device.name: device for device in supervised})
    agent.add_counter(counter)


def _new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
