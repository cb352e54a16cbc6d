"""A gate's desk on a real cache, journal and trust store, fed by an in-memory central."""

import asyncio
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from edge.cache.cache import Cache, open_cache
from edge.cache.staging import Staging
from edge.gate.attempt import Answer
from edge.gate.desk import Desk, Sources
from edge.journal.journal import Journal, Owner
from edge.sync.download import Downloader, Moment
from edge.trust.store import TrustStore
from protocol.feed.delta import changes
from protocol.feed.records import CredentialEntry
from protocol.feed.trust import TrustState, begin
from protocol.identifiers import AgentId, AttemptId, BootId, CheckPointId, JournalId
from protocol.instants import Instant
from protocol.journal.events import ClockReading, Event, Intent, Outcome, OutcomeResult
from protocol.journal.history import AdmissionEvent
from protocol.sync.answers import ClaimAnswer
from protocol.sync.messages import ClaimRequest
from protocol.tickets import signature
from protocol.tickets.record import TicketRecord
from tests.builders.admission import claims_of
from tests.builders.feed import ENTRY_POINT, START, TICKET_KEY, FeedSimulator
from tests.builders.journal import AGENT, AGENT_KEY


def code_of(record: TicketRecord, central: FeedSimulator) -> bytes:
    """Return the text in the QR of a ticket."""
    return signature.issue(claims_of(record, key_id=TICKET_KEY), central.signers[TICKET_KEY]).encode()


@dataclass
class GateRig:
    """One agent without devices. `after_ms` moves its clock; `claims` are central's answers, in order, None for silence."""

    directory: Path
    central: FeedSimulator
    after_ms: int = 0
    uncertainty_ms: int = 10
    claims: list[ClaimAnswer | None] = field(default_factory=list)
    claimed: list[ClaimRequest] = field(default_factory=list)
    exits: frozenset[CheckPointId] = frozenset()
    boot: int = 1
    agent: AgentId = AGENT
    damages: list[None] = field(default_factory=list)
    start: Instant = START

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.numbers = count(self.agent << 64 | self.boot << 32)
        self.lock = asyncio.Lock()
        self.trust = TrustStore(self.directory / "trust.db")
        if self.trust.state() is None:
            self.trust.save_state(begin(self.central.site, self.central.keyrings[-1][1]))
        self.cache, state = open_cache(self.directory / "cache.db", self.state)
        self.trust.save_state(state)
        self.staging = Staging.open(self.directory / "cache.db")
        self.downloader = Downloader(self.central, self.cache, self.staging, self.trust, self.lock)
        self.journal = Journal.open(self.directory / "journal.db", self._owner(), self.trust.journal_mark(), self.reading())
        self.desk = Desk(self.sources(self.cache, self.journal))

    @property
    def state(self) -> TrustState:
        state = self.trust.state()
        assert state is not None
        return state

    def sources(self, cache: Cache, journal: Journal) -> Sources:
        return Sources(
            agent=self.agent,
            site=self.central.site,
            cache=cache,
            journal=journal,
            trust=lambda: self.downloader.state,
            clock=self.reading,
            new_attempt=lambda: AttemptId(next(self.numbers).to_bytes(16)),
            feed_lock=self.lock,
            claim=self.claim,
            recorded=lambda: None,
            damaged=lambda: self.damages.append(None),
            exits=self.exits,
        )

    def _owner(self) -> Owner:
        journals = count(self.agent << 64 | self.boot << 8)
        boot = BootId(self.boot.to_bytes(8))
        return Owner(self.agent, self.central.site, AGENT_KEY, boot, lambda: JournalId(next(journals).to_bytes(16)))

    def reading(self) -> ClockReading:
        return ClockReading(Instant(self.start + self.after_ms), self.after_ms, self.uncertainty_ms)

    async def claim(self, request: ClaimRequest) -> ClaimAnswer | None:
        self.claimed.append(request)
        await asyncio.sleep(0)
        return self.claims.pop(0)

    async def publish(self, *records: TicketRecord, credentials: tuple[CredentialEntry, ...] = ()) -> None:
        """Have central publish tickets, and the gate download them."""
        self.central.publish(changes(records, credentials=credentials))
        await self.download()

    async def download(self) -> None:
        await self.downloader.refresh(self.central.head(), Moment(Instant(self.start + self.after_ms), 0))

    def text(self, record: TicketRecord) -> bytes:
        """Return the code of a ticket as an honest office signs it."""
        return code_of(record, self.central)

    async def show(self, payload: bytes, check_point: CheckPointId = ENTRY_POINT) -> Answer:
        return await self.desk.ask(self.desk.showing(check_point, payload))

    async def enter(self, payload: bytes) -> Answer:
        """Show a code and go through."""
        answer = await self.show(payload)
        assert answer.sequence is not None, answer
        persons = getattr(answer.verdict, "persons", 0)
        self.note(Outcome(answer.sequence, OutcomeResult.PASSED, persons))
        return answer

    def events(self, record: TicketRecord) -> list[Intent | Outcome]:
        return [event.event for event in self.journal.events_of(record.ticket_id)]

    def admissions(self, record: TicketRecord) -> tuple[AdmissionEvent, ...]:
        return self.journal.events_of(record.ticket_id)

    def note(self, event: Event) -> None:
        self.desk.note(ENTRY_POINT, event)

    def close(self) -> None:
        """End as a killed agent ends: nothing is finished first."""
        self.journal.close()
        self.cache.close()
        self.staging.close()
        self.trust.close()
