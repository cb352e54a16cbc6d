"""The desk of an agent: gets a showing decided, and writes the answer down before a lane acts on it.

Laws: an admission is durable before the caller hears of it (law 1); a decision and its commit share one lock with the switch of
the feed, and after a claim the desk decides the showing again (law 6); a tampered cache or a failed journal closes entry while
exits stay open (laws 1, 4, 8); the same attempt gets the same answer and no second record; writing down an event never fails the
caller.
Concurrency: any number of lanes may ask.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from edge.cache.cache import Cache, CacheEmpty
from edge.devices.ports import DocumentRead
from edge.gate import journal_events
from edge.gate.attempt import Answer, Showing
from edge.gate.gathering import Counters, Known, gather, site_zone, tickets_of
from edge.gate.groups import decide_for_all
from edge.gate.on_site import OnSite
from edge.journal.journal import Journal
from protocol.admission.decide import decide
from protocol.admission.facts import DocumentCard, Facts, HolderShown
from protocol.admission.verdict import Admit, AdmitFlag, AskForCard, CallStaff, FreePassage, LetOut, Reason, Verdict
from protocol.errors import PaifangError, StorageError, UntrustedError
from protocol.feed.records import CredentialKind
from protocol.feed.trust import TrustState
from protocol.identifiers import AgentId, AttemptId, CheckPointId, SiteId
from protocol.instants import MS_PER_MINUTE, MS_PER_SECOND, local_day
from protocol.journal.bodies import MAX_DETAIL_CHARACTERS
from protocol.journal.events import Alarm, ClockReading, Entry, Event
from protocol.journal.history import AdmissionEvent, admission_event
from protocol.scan_parser import read_card, read_code
from protocol.sync.answers import ClaimAnswer
from protocol.sync.messages import ClaimRequest

MAX_REMEMBERED_ANSWERS = 256
MAX_UNCOUNTED_EVENTS = 10_000
HOUR_MS = 3600 * MS_PER_SECOND
TAMPERED_ALARM = "cache-tampered"
UNLOCKED_ALARM = "lanes-unlocked"
MAX_UNLOCK_MINUTES = 60

_log = structlog.get_logger()

AskCentral = Callable[[ClaimRequest], Awaitable[ClaimAnswer | None]]
"""Claim an admission at central: return its answer, or None where none came in time."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What the desk needs.

    The download holds `feed_lock` while it switches the feed. The desk calls `recorded` after each journal entry, so that the
    agent uploads it at once, and `damaged` where the cache was changed on disk, so that the agent mends it. `exits` are this
    agent's exits, known even without a feed.
    """

    agent: AgentId
    site: SiteId
    cache: Cache
    journal: Journal
    trust: Callable[[], TrustState]
    clock: Callable[[], ClockReading]
    new_attempt: Callable[[], AttemptId]
    feed_lock: asyncio.Lock
    claim: AskCentral
    recorded: Callable[[], None]
    damaged: Callable[[], None]
    exits: frozenset[CheckPointId]


class Desk:
    """Answers showings. Make one per agent; all its lanes share it."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._answers: OrderedDict[AttemptId, Answer] = OrderedDict()
        self._unseen_ms: deque[int] = deque()
        self._on_site = OnSite()
        self._own_events: deque[AdmissionEvent] = deque(maxlen=MAX_UNCOUNTED_EVENTS)
        self._unlocked_until_ms = 0

    def showing(self, check_point: CheckPointId, payload: bytes, *, whole_group: bool = False) -> Showing:
        """Return a new attempt with the code that was read."""
        shown = read_code(payload, self._sources.trust().keyring)
        return Showing(self._sources.new_attempt(), check_point, shown, whole_group=whole_group)

    def card_showing(self, check_point: CheckPointId, document: DocumentRead) -> Showing:
        """Return a new attempt with an ID card alone."""
        newest, *older = document.hashes
        card = DocumentCard(newest, document.born, document.region)
        return Showing(self._sources.new_attempt(), check_point, read_card(card, tuple(older)))

    def with_card(self, showing: Showing, document: DocumentRead) -> Showing:
        """Return the attempt of a code whose holder's card was asked for, with a card: the holder's or another person's."""
        cache = self._sources.cache
        try:
            own = {ticket_id for key in document.hashes for ticket_id in cache.tickets_by(CredentialKind.ID_CARD, key)}
            held = next((ticket_id for ticket_id in tickets_of(cache, showing.shown) if ticket_id in own), None)
        except (CacheEmpty, UntrustedError):
            return showing  # its answer will say that the cache is damaged
        if held is None:
            return replace(showing, holder=HolderShown.DIFFERS)
        narrowed = replace(showing.shown, ticket_id=held, short_number=None, look_up=None)
        return replace(showing, shown=narrowed, holder=HolderShown.MATCHES)

    def overridden(self, showing: Showing, supervisor: int) -> Showing:
        """Return a new attempt of the same showing, on the authority of a supervisor who has proved a PIN."""
        return replace(showing, attempt_id=self._sources.new_attempt(), supervisor=supervisor)

    @property
    def unlocked(self) -> bool:
        """Whether a supervisor's unlocking is still in force."""
        return self._sources.clock().monotonic_ms < self._unlocked_until_ms

    def unlock(self, check_point: CheckPointId, supervisor: int, minutes: int) -> None:
        """Let a stale cache admit today's single entries for some minutes, on a supervisor's authority; record the supervisor."""
        assert 0 <= minutes <= MAX_UNLOCK_MINUTES, "the caller has checked what was asked"
        self._unlocked_until_ms = self._sources.clock().monotonic_ms + minutes * MS_PER_MINUTE
        self.note(check_point, Alarm(UNLOCKED_ALARM, f"person {supervisor}, {minutes} min"))

    async def ask(self, showing: Showing) -> Answer:
        """Return the answer; where it must be recorded, write it down first."""
        earlier = self._answers.get(showing.attempt_id)
        if earlier is not None:
            return earlier
        try:
            answer = await self._answer(showing)
        except CacheEmpty:
            answer = self._without_facts(showing, Reason.CACHE_LOCKED)
        except UntrustedError as fault:
            self._sources.damaged()
            self.note(showing.check_point, Alarm(TAMPERED_ALARM, str(fault)))
            answer = self._without_facts(showing, Reason.GATE_FAULT)
        except StorageError as fault:
            _log.error("a file failed", check_point=showing.check_point, detail=str(fault))
            answer = self._without_facts(showing, Reason.GATE_FAULT)
        if not isinstance(answer.verdict, AskForCard):
            self._remember(showing.attempt_id, answer)
        return answer

    def note(self, check_point: CheckPointId, event: Event) -> None:
        """Write down an event. Where the journal has failed, entry is closed already, and the log keeps the event."""
        if isinstance(event, Alarm):
            event = replace(event, detail=event.detail[:MAX_DETAIL_CHARACTERS])
        try:
            self._append(event, check_point, self._sources.clock())
        except PaifangError as fault:
            _log.error("not journalled", check_point=check_point, kind=type(event).__name__, detail=str(fault))

    async def _answer(self, showing: Showing) -> Answer:
        async with self._sources.feed_lock:
            facts = self._facts(showing)
            verdict = _decided(facts, showing)
            claim = journal_events.claim_for(facts, verdict)
            if claim is None:
                return self._commit(facts, verdict)
        claimed = await self._sources.claim(claim)
        async with self._sources.feed_lock:
            facts = self._facts(showing)
            return self._commit(facts, journal_events.after_claim(_decided(facts, showing), claimed))

    def _facts(self, showing: Showing) -> Facts:
        reading = self._sources.clock()
        while self._unseen_ms and self._unseen_ms[0] <= reading.monotonic_ms - HOUR_MS:
            self._unseen_ms.popleft()
        known = Known(self._sources.cache, self._sources.journal, self._sources.trust(), reading)
        unlocked = reading.monotonic_ms < self._unlocked_until_ms
        return gather(known, showing, Counters(len(self._unseen_ms), self._inside(reading), unlocked))

    def _inside(self, reading: ClockReading) -> int | None:
        """Return how many persons are on site, where the site has a limit."""
        feed = self._sources.cache.feed
        if feed is None or feed.site_rules.capacity is None:
            return None
        zone = site_zone(feed)
        self._on_site.begin_day(local_day(reading.wall_at, zone))
        self._on_site.note_segments(feed.segments, zone)
        self._on_site.note(self._own_events, zone)
        self._own_events.clear()
        return self._on_site.count()

    def _append(self, event: Event, check_point: CheckPointId, reading: ClockReading) -> Entry:
        entry = self._sources.journal.append(event, check_point, reading)
        happened = admission_event(self._sources.agent, self._sources.site, entry)
        if happened is not None:
            self._own_events.append(happened)
        self._sources.recorded()
        return entry

    def _commit(self, facts: Facts, verdict: Verdict) -> Answer:
        """Make the answer durable. An admission that cannot be written down is refused; an exit still opens."""
        if isinstance(verdict, AskForCard | FreePassage):
            return Answer(verdict, None)
        reading = self._sources.clock()
        event = journal_events.event_for(facts, verdict, self._sources.cache.version, self._sources.journal.pending_intents)
        try:
            entry = self._append(event, facts.check_point.check_point_id, reading)
        except StorageError as fault:
            _log.error("not journalled", check_point=facts.check_point.check_point_id, detail=str(fault))
            return Answer(CallStaff(Reason.GATE_FAULT) if isinstance(verdict, Admit) else verdict, None)
        if isinstance(verdict, Admit) and AdmitFlag.UNSEEN in verdict.flags:
            self._unseen_ms.append(reading.monotonic_ms)
        if isinstance(verdict, LetOut) and verdict.alarm is not None:
            self.note(facts.check_point.check_point_id, Alarm(f"exit-{verdict.alarm.value}", ""))
        return Answer(verdict, entry.sequence)

    def _without_facts(self, showing: Showing, reason: Reason) -> Answer:
        """Answer where nothing can be decided: entry calls staff, exits open (law 8) and are written down where possible."""
        if showing.check_point not in self._sources.exits:
            return Answer(CallStaff(reason), None)
        verdict = LetOut(showing.shown.ticket_id, None, showing.persons, reason)
        reading = self._sources.clock()
        try:
            entry = self._append(journal_events.exit_without_facts(showing, reading.wall_at), showing.check_point, reading)
        except StorageError as fault:
            _log.error("not journalled", check_point=showing.check_point, detail=str(fault))
            return Answer(verdict, None)
        self.note(showing.check_point, Alarm(f"exit-{reason.value}", ""))
        return Answer(verdict, entry.sequence)

    def _remember(self, attempt_id: AttemptId, answer: Answer) -> None:
        self._answers[attempt_id] = answer
        while len(self._answers) > MAX_REMEMBERED_ANSWERS:
            self._answers.popitem(last=False)


def _decided(facts: Facts, showing: Showing) -> Verdict:
    return decide_for_all(facts) if showing.whole_group else decide(facts)
