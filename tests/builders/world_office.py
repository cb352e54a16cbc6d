"""Central in a simulated world: it verifies and stores journals, publishes admissions and refunds, and finds double entries.

Feed, chain and conflicts are the real code; only the database is a dictionary.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from random import Random
from zoneinfo import ZoneInfo

from central.admissions.rules.conflicts import TicketCase, conflicts_of
from edge.central_client import CentralUnreachable
from protocol.admission.passages import PassageState
from protocol.admission.policy import CheckPoint, TicketTypeRules
from protocol.feed.delta import changes
from protocol.feed.segments import ticket_row
from protocol.identifiers import AgentId, JournalId, TicketId
from protocol.instants import to_minute
from protocol.journal.chain import Gap, JournalHead, Proved, empty_head, verify_batch
from protocol.journal.events import Entry, Intent
from protocol.journal.history import AdmissionEvent, EventKey, admission_event, fold
from protocol.sync.answers import Receipt
from protocol.sync.messages import JournalBatch, JournalGap
from protocol.tickets.record import TicketRecord, TicketState
from tests.builders.feed import SITE, FeedSimulator
from tests.builders.journal import a_receipt

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class WorldOffice:
    """What has arrived, in order; `receipt_first` plants the bug of a receipt for what is not stored yet."""

    central: FeedSimulator
    ticket_type: TicketTypeRules
    check_points: tuple[CheckPoint, ...]
    receipt_first: Callable[[], bool] = lambda: False
    stored: dict[tuple[AgentId, JournalId], list[Entry]] = field(default_factory=dict)
    arrived: list[AdmissionEvent] = field(default_factory=list)
    published: int = 0
    used: frozenset[TicketId] = frozenset()
    void: frozenset[TicketId] = frozenset()

    def take(self, agent: AgentId, batch: JournalBatch) -> Receipt | JournalGap:
        """Verify and store a batch; sending it again changes nothing."""
        batch = JournalBatch.from_bytes(batch.to_bytes())
        journal = agent, batch.journal_id
        entries = self.stored.get(journal, [])
        stored = (
            JournalHead(batch.journal_id, entries[-1].sequence, entries[-1].hash) if entries else empty_head(batch.journal_id)
        )
        answer = verify_batch(stored, batch.items, [(entry.sequence, entry.hash) for entry in entries])
        if isinstance(answer, Gap):
            return JournalGap(batch.journal_id, answer.expected)
        assert isinstance(answer, Proved), f"an honest journal is never contradicted: {answer}"
        receipt = a_receipt(answer.head)
        if self.receipt_first():
            return receipt
        self.stored.setdefault(journal, []).extend(answer.entries)
        events = (admission_event(agent, SITE, entry) for entry in answer.entries)
        self.arrived.extend(event for event in events if event is not None)
        return receipt

    def events_of(self, ticket_id: TicketId) -> list[AdmissionEvent]:
        """Return what is stored of a ticket, in the order of arrival."""
        of_ticket = {
            event.key for event in self.arrived if isinstance(event.event, Intent) and event.event.ticket_id == ticket_id
        }
        return [event for event in self.arrived if _intent_key(event) in of_ticket]

    def publish(self) -> None:
        """Publish what has arrived since the last time."""
        fresh, self.published = self.arrived[self.published :], len(self.arrived)
        tickets = {event.key: event.event.ticket_id for event in self.arrived if isinstance(event.event, Intent)}
        self.central.publish_events(ticket_row(tickets[_intent_key(event)], event) for event in fresh)
        passed = (passage for ticket in set(tickets.values()) for passage in fold(self.events_of(ticket)))
        self.used = frozenset(passage.ticket_id for passage in passed if passage.state is PassageState.PASSED)

    def refund(self, record: TicketRecord) -> None:
        """Void a ticket and publish that."""
        void = replace(record, state=TicketState.VOID, state_since=to_minute(self.central.now))
        self.central.publish(changes([void]))
        self.void |= {record.ticket_id}

    def doubles(self, records: Iterable[TicketRecord]) -> set[TicketId]:
        """Return the tickets with a passage too many."""
        places = {point.check_point_id: point for point in self.check_points}
        cases = [TicketCase(record, self.ticket_type, places, ZONE) for record in records]
        return {case.record.ticket_id for case in cases if conflicts_of(case, self.events_of(case.record.ticket_id))}


@dataclass
class Line:
    """An agent's line to the office: it loses requests and answers, doubles batches, and delivers some of them late."""

    office: WorldOffice
    agent: AgentId
    chance: Random
    broken: bool = True
    held_back: list[JournalBatch] = field(default_factory=list)

    async def upload(self, batch: JournalBatch) -> Receipt | JournalGap:
        """Carry a batch, with the faults of the day."""
        fate = (
            self.chance.choice(["carried", "carried", "doubled", "request lost", "answer lost", "late"])
            if self.broken
            else "carried"
        )
        if fate == "late":
            self.held_back.append(batch)
        if fate in {"late", "request lost"}:
            raise CentralUnreachable(fate)
        answer = self.office.take(self.agent, batch)
        if fate == "doubled":
            answer = self.office.take(self.agent, batch)
        if fate == "answer lost":
            raise CentralUnreachable(fate)
        return answer

    def deliver_late(self) -> None:
        """Deliver what was held back, newest first."""
        while self.held_back:
            self.office.take(self.agent, self.held_back.pop())


def _intent_key(event: AdmissionEvent) -> EventKey:
    of = event.event.of if not isinstance(event.event, Intent) else event.sequence
    return event.agent, event.journal_id, of
