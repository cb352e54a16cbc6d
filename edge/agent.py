"""A running agent: its tasks, its status, and the questions that the local socket may ask.

Laws: lanes are served before the agent asks central; where a file of ours fails, entry closes and exits go on (laws 1 and 8). The
agent then ends only after `REST_BEATS`, with no visitor in a lane, and systemd starts it again; a revoked agent stops following
central, still uploads the unsent entries and still opens its exits (laws 5 and 8); an agent that does not know what it may
believe opens its exits and sends no request to central; the watchdog is fed only while every lane turns.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from edge.cache.cache import Cache
from edge.central_client import AgentRevoked, CentralClient
from edge.counter.counter import Counter as TicketCounter
from edge.counter.pairing import CODE_LIVES_S
from edge.devices.ports import DeviceHealth, DeviceState, SupervisedDevice
from edge.devices.supervisor import supervise
from edge.gate.desk import MAX_UNLOCK_MINUTES, Desk
from edge.gate.lane import Lane, LaneShown
from edge.gate.supervision import Proof, Supervision
from edge.journal.journal import Journal
from edge.local.server import serve_local
from edge.local_messages import Question, Request
from edge.status import AgentStatus, DeviceStatus, FeedStatus, JournalStatus, LaneStatus
from edge.sync.duty import AgentDuty
from edge.sync.follow import Follower
from edge.sync.holder_keys import HolderKeyFollower
from edge.sync.upload import Uploader, UploadPorts, keep_head_signed
from edge.trust.site_clock import is_trusted
from edge.trust.timekeeper import Timekeeper
from edge.watchdog import Notifier
from protocol.admission.freshness import DEFAULT_AUTONOMY_S, Freshness, freshness
from protocol.admission.verdict import Admit, CallStaff, LetOut, Refuse
from protocol.errors import InputError, StorageError
from protocol.feed.trust import TrustState
from protocol.identifiers import U64_MAX, CheckPointId, TicketId
from protocol.instants import MS_PER_SECOND
from protocol.journal.events import Alarm, Event
from protocol.journal.history import fold
from protocol.sync.messages import Duty
from protocol.tickets.short_number import is_short_number

HEARTBEAT_S = 1.0
KEEP_EVERY_BEATS = 10
REST_BEATS = 60  # seconds that an agent whose file failed still serves its exits before it ends
OVERRIDE_WITHIN_S = 20.0
MAX_NUMBER_DIGITS = 20
DEVICE_ALARM = "device-fault"
REVOKED_ALARM = "revoked"
PIN_ALARM = "pin-refused"
REVOKED = "revoked"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of an agent.

    `trust` returns what is believed now; the agent calls `erase` when central revokes it; `fault` names a file that already
    failed. `exits_only` says that without this file the agent believes nothing.
    """

    cache: Cache
    journal: Journal
    timekeeper: Timekeeper
    trust: Callable[[], TrustState]
    client: CentralClient
    follower: Follower
    holder_keys: HolderKeyFollower
    uploader: Uploader
    upload_ports: UploadPorts
    duty: AgentDuty
    desk: Desk
    feed_lock: asyncio.Lock
    notifier: Notifier
    socket: Path
    erase: Callable[[], None]
    supervision: Supervision
    fault: str
    exits_only: bool


@dataclass(slots=True)
class _LaneCounts:
    last: str = ""
    counts: Counter[str] = field(default_factory=Counter)


class Agent:
    """Runs until cancelled or until a file of ours fails."""

    def __init__(self, number: int, site: int, parts: Parts, alarm_point: CheckPointId) -> None:
        self._number = number
        self._site = site
        self._parts = parts
        self._alarm_point = alarm_point
        self._lanes: dict[str, Lane] = {}
        self._seen: dict[str, _LaneCounts] = {}
        self._devices: dict[str, SupervisedDevice] = {}
        self._health: dict[str, DeviceHealth] = {}
        self._counter: TicketCounter | None = None
        self._central = ""
        self._fault = parts.fault

    def add_lane(self, lane: Lane, devices: Mapping[str, SupervisedDevice]) -> None:
        """Serve a lane and keep its devices alive. Call it before `run`."""
        self._lanes[lane.name] = lane
        self._seen[lane.name] = _LaneCounts()
        self.add_devices(devices)

    def add_devices(self, devices: Mapping[str, SupervisedDevice]) -> None:
        """Keep devices alive that belong to no lane. Call it before `run`."""
        self._devices |= devices

    def add_counter(self, counter: TicketCounter) -> None:
        """Serve the page of a counter, whose devices are added by `add_devices`. Call it before `run`."""
        self._counter = counter

    def note(self, event: Event) -> None:
        """Write an event of the agent itself into the journal."""
        self._parts.desk.note(self._alarm_point, event)

    def shown(self, shown: LaneShown) -> None:
        """Count an answer that a lane showed to its visitor."""
        seen, verdict = self._seen[shown.lane], shown.verdict
        seen.counts[type(verdict).__name__] += 1
        seen.last = verdict.reason.value if isinstance(verdict, Refuse | CallStaff) else type(verdict).__name__.lower()

    async def run(self) -> None:
        """Serve."""
        parts = self._parts
        parts.follower.note_in_force()
        if parts.duty.duty is Duty.CLOSED:
            await parts.follower.pause()
        try:
            await self._serve()
        finally:
            parts.notifier.stopping()

    async def _serve(self) -> None:
        parts, clock = self._parts, asyncio.get_running_loop().time
        async with asyncio.TaskGroup() as tasks:
            for device in self._devices.values():
                tasks.create_task(supervise(device, self._report, clock))
            for lane in self._lanes.values():
                tasks.create_task(lane.run())
            tasks.create_task(self._sheltered(serve_local(parts.socket, self._answer)))
            for loop in self._talks():
                tasks.create_task(self._sheltered(self._until_revoked(loop)))
            if self._counter is not None:
                tasks.create_task(self._sheltered(self._counter.run()))
            head_signing = keep_head_signed(parts.journal, parts.timekeeper.reading, asyncio.sleep)
            tasks.create_task(self._sheltered(head_signing))
            tasks.create_task(self._beat())

    def _talks(self) -> tuple[Coroutine[object, object, None], ...]:
        follower, keys = self._parts.follower, self._parts.holder_keys
        if self._parts.exits_only:
            return ()
        return follower.run_time(), follower.run_feed(), follower.run_repair(), keys.run(), self._parts.uploader.run()

    async def _sheltered(self, work: Coroutine[object, object, None]) -> None:
        """Run a loop of the agent; where a file of ours fails, the lanes go on without it."""
        try:
            await work
        except StorageError as fault:
            self._fail(fault)

    def _fail(self, fault: StorageError) -> None:
        _log.error("a file failed: entry is closed, exits are open", detail=str(fault))
        self._fault = self._fault or str(fault)

    async def _until_revoked(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except AgentRevoked as fault:
            await self._revoke(fault)

    async def _revoke(self, fault: AgentRevoked) -> None:
        if self._central == REVOKED:
            return
        self._central = REVOKED
        _log.error("revoked", detail=str(fault))
        await self._parts.duty.close_revoked(self._parts.follower)
        self.note(Alarm(REVOKED_ALARM, ""))
        if self._counter is not None:
            self._counter.unpair()
        if fault.revoked.wipe:
            self._parts.erase()

    async def _beat(self) -> None:
        self._parts.notifier.ready(self.status().line())
        beats, resting = 0, 0
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            beats += 1
            turning = [lane.poke() for lane in self._lanes.values()]
            if all(turning):
                self._parts.notifier.alive(self.status().line())
            if beats % KEEP_EVERY_BEATS == 0:
                self._keep()
            resting = resting + 1 if self._fault else 0
            if resting >= REST_BEATS and not any(lane.state.busy for lane in self._lanes.values()):
                raise StorageError(self._fault)

    def _keep(self) -> None:
        try:
            self._parts.timekeeper.keep()
            self._prune()
        except StorageError as fault:
            self._fail(fault)

    def _prune(self) -> None:
        feed = self._parts.cache.feed
        if feed is None:
            return
        marks = {mark.journal_id: mark.sequence for mark in feed.admissions.watermarks if mark.agent == self._number}
        self._parts.journal.prune(self._parts.timekeeper.reading().wall_at, marks)

    def _report(self, health: DeviceHealth) -> None:
        self._health[health.device] = health
        if self._counter is not None:
            self._counter.report(health)
        if health.state is DeviceState.FAULT:
            self.note(Alarm(DEVICE_ALARM, health.detail))

    def status(self) -> AgentStatus:
        """Return the agent's status."""
        parts, reading = self._parts, self._parts.timekeeper.reading()
        return AgentStatus(
            agent=self._number,
            site=self._site,
            duty=parts.duty.duty.value,
            clock_uncertainty_ms=reading.uncertainty_ms,
            clock_trusted=is_trusted(reading),
            central=self._central or parts.follower.central,
            feed=self._feed_status(reading.wall_at, reading.uncertainty_ms),
            journal=JournalStatus(parts.journal.head.journal_id.hex(), parts.journal.head.sequence, parts.journal.unsent_count),
            lanes=tuple(self._lane_status(name) for name in self._lanes),
            devices=tuple(DeviceStatus(h.device, h.state.value, h.detail) for _, h in sorted(self._health.items())),
            unlocked=parts.desk.unlocked,
            fault=self._fault,
        )

    def _feed_status(self, now: int, uncertainty_ms: int) -> FeedStatus:
        feed, fresh = self._parts.cache.feed, self._parts.trust().freshness
        if feed is None or fresh is None:
            return FeedStatus(0, 0, 0, 0, Freshness.LOCKED, 0)
        age_ms = max(0, now - fresh.signed_at)
        step = freshness(age_ms, uncertainty_ms, DEFAULT_AUTONOMY_S)
        manifest = feed.manifest
        return FeedStatus(
            manifest.epoch, manifest.version, feed.admissions.version, manifest.ticket_count, step, age_ms // MS_PER_SECOND
        )

    def _lane_status(self, name: str) -> LaneStatus:
        state, seen = self._lanes[name].state, self._seen[name]
        refused = seen.counts[Refuse.__name__] + seen.counts[CallStaff.__name__]
        return LaneStatus(
            name, state.busy, state.fire, seen.last, seen.counts[Admit.__name__], seen.counts[LetOut.__name__], refused
        )

    async def _answer(self, request: Request) -> Mapping[str, object]:
        parts = self._parts
        match request.question:
            case Question.STATUS:
                return self.status().to_map()
            case Question.TICKET:
                return self._ticket(request.ticket)
            case Question.SIGN_OFF | Question.OPEN if parts.exits_only:
                raise StorageError(parts.fault)
            case Question.SIGN_OFF:
                await parts.duty.sign_off(parts.client, parts.follower, parts.upload_ports)
            case Question.OPEN:
                await parts.duty.open(parts.client, parts.follower)
            case Question.UNLOCK:
                return await self._unlock(request)
            case Question.OVERRIDE:
                return await self._override(request)
            case Question.PAIR:
                return {"code": self._ticket_counter().begin_pairing(), "valid_s": int(CODE_LIVES_S)}
            case Question.UNPAIR:
                self._ticket_counter().unpair()
                return {"paired": 0}
        return {"duty": parts.duty.duty.value}

    def _ticket_counter(self) -> TicketCounter:
        if self._counter is None:
            raise InputError("this agent serves no counter; write [counter] into its settings file and start it again")
        if self._central == REVOKED:
            raise InputError("this agent is revoked; enrol it again in another directory")
        return self._counter

    async def _unlock(self, request: Request) -> Mapping[str, object]:
        """Let a stale cache admit today's single entries for some minutes; 0 locks again."""
        if not 0 <= request.minutes <= MAX_UNLOCK_MINUTES:
            raise InputError(f"{request.minutes} minutes: unlock for at most {MAX_UNLOCK_MINUTES}, or 0 to lock again")
        await self._prove(request)
        self._parts.desk.unlock(self._alarm_point, request.person, request.minutes)
        return {"unlocked": self._parts.desk.unlocked}

    async def _override(self, request: Request) -> Mapping[str, object]:
        """Admit the visitor that a lane refused last."""
        lane = self._lanes.get(request.lane)
        if lane is None:
            raise InputError(f"no lane is called {request.lane!r}; there are {', '.join(self._lanes)}")
        await self._prove(request)
        try:
            async with asyncio.timeout(OVERRIDE_WITHIN_S):
                verdict = await lane.override(request.person)
        except TimeoutError as error:
            raise InputError(f"lane {lane.name} is busy; try again when the visitor in it has passed") from error
        reason = verdict.reason.value if isinstance(verdict, Refuse | CallStaff) else ""
        return {"verdict": type(verdict).__name__.lower(), "reason": reason}

    async def _prove(self, request: Request) -> None:
        """Raise InputError where the PIN is not the supervisor's; the journal records each wrong guess."""
        proof = await self._parts.supervision.prove(request.person, request.pin)
        if proof is Proof.PROVED:
            return
        self.note(Alarm(PIN_ALARM, f"person {request.person}: {proof}"))
        advice = (
            "wait a quarter of an hour" if proof is Proof.TOO_MANY else "it is counted; five are allowed in a quarter of an hour"
        )
        raise InputError(f"the PIN was not accepted ({proof}): {advice}")

    def _ticket(self, number: str) -> Mapping[str, object]:
        """Return what this agent knows of a ticket, found by its number or its short number."""
        parts = self._parts
        ticket_id = self._ticket_id(number)
        record = parts.cache.record(ticket_id)
        passages = fold((*parts.cache.events_of(ticket_id), *parts.journal.events_of(ticket_id)))
        return {
            "ticket": ticket_id,
            "record": None if record is None else {name: int(getattr(record, name)) for name in record.__dataclass_fields__},
            "passages": [
                {
                    "check_point": p.check_point,
                    "direction": p.direction,
                    "scanned_at": p.scanned_at,
                    "state": p.state,
                    "persons": p.persons,
                }
                for p in passages
            ],
        }

    def _ticket_id(self, number: str) -> TicketId:
        if is_short_number(number):
            found = self._parts.cache.tickets_numbered(number)
            if found:
                return found[0]
        digits = number.isascii() and number.isdigit() and len(number) <= MAX_NUMBER_DIGITS
        if not (digits and 0 < int(number) <= U64_MAX):
            raise InputError(f"{number[:MAX_NUMBER_DIGITS]!r} is no ticket number; give its number or its 12-digit short number")
        return TicketId(int(number))
