"""A seeded world in virtual time: gates with the real desk, cache and journal, an office, visitors, copies, cuts and crashes.

The world keeps its own truth (who walked through which arm) and knows nothing of how gates decide. A broken invariant raises
`Violation` with its name; the same seed gives the same world, to the last hash.
"""

import shutil
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from random import Random

from edge.gate.attempt import Answer
from edge.sync.upload import Step, UploadPorts, upload_once
from edge.trust.store import JournalMark
from protocol.admission.facts import Facts
from protocol.admission.policy import Entitlement, Policy, TotalUses
from protocol.admission.tables import CHECK_POINTS, TICKET_TYPES, encode_check_points, encode_ticket_types
from protocol.admission.verdict import Admit, Verdict
from protocol.errors import PeerError
from protocol.feed.delta import changes
from protocol.identifiers import AgentId, CheckPointId, EntitlementId, JournalId, Sequence, TicketId
from protocol.instants import plus
from protocol.journal.events import Intent, Outcome, OutcomeResult
from protocol.journal.history import EventKey, fold
from protocol.tickets.record import TicketRecord
from tests.builders.feed import SAMPLE_POINT, SAMPLE_TICKET_TYPE, SITE, START, TICKET_TYPE, FeedSimulator, sample_tables, tickets
from tests.builders.gate import GateRig
from tests.builders.outcomes import outcome
from tests.builders.world_office import Line, WorldOffice

GATES = 3
TICKETS = 6
STEPS = 24
MOST_APART_MS = 20_000
RESUME_OVER_MS = 61_000
TYPE = replace(
    SAMPLE_TICKET_TYPE, entitlements=(Entitlement(EntitlementId(1), TICKET_TYPE, frozenset({SITE}), Policy((TotalUses(1),))),)
)
POINTS = tuple(replace(SAMPLE_POINT, check_point_id=CheckPointId(11 + place)) for place in range(GATES))


class Violation(AssertionError):
    """An invariant is broken; `name` says which."""

    def __init__(self, name: str, detail: object) -> None:
        super().__init__(f"{name}: {detail}")
        self.name = name


class Plant(StrEnum):
    """A bug put in on purpose, to check that the world finds it."""

    NONE = "none"
    JOURNAL_AFTER_RELEASE = "journal-after-release"
    RECEIPT_BEFORE_COMMIT = "receipt-before-commit"


class Fate(StrEnum):
    """What happens to an admission."""

    PASSES = "passes"
    TURNS_AWAY = "turns away"
    PASSES_LATE = "passes late"
    CRASH_BEFORE_RELEASE = "crash before release"
    CRASH_AFTER_PASSAGE = "crash after passage"


FATES = (*[Fate.PASSES] * 6, *Fate)


@dataclass
class Gate:
    """One agent, its line to the office, and what its feed has told it."""

    rig: GateRig
    line: Line
    check_point: CheckPointId
    cut: bool = False
    told_used: frozenset[TicketId] = frozenset()
    told_void: frozenset[TicketId] = frozenset()


def first_feed() -> tuple[FeedSimulator, list[TicketRecord]]:
    """Return an office that has published all tickets; equal each time, so that a gate's first download can be copied."""
    tables = sample_tables() | {TICKET_TYPES: encode_ticket_types((TYPE,)), CHECK_POINTS: encode_check_points(POINTS)}
    central, records = FeedSimulator(tables), tickets(TICKETS)
    central.publish(changes(records))
    return central, records


async def prepare(directory: Path) -> None:
    """Make what every gate begins with: the first feed, downloaded."""
    rig = GateRig(directory, first_feed()[0])
    await rig.download()
    rig.close()
    (directory / "journal.db").unlink()


class World:
    """One schedule. `template` is what `prepare` made."""

    def __init__(self, directory: Path, template: Path, seed: int, plant: Plant = Plant.NONE) -> None:
        self.chance = Random(seed)  # noqa: S311  a seed repeats the world
        self.plant = plant
        central, self.records = first_feed()
        self.office = WorldOffice(central, TYPE, POINTS)
        if plant is Plant.RECEIPT_BEFORE_COMMIT:
            self.office.receipt_first = lambda: self.chance.random() < 0.3
        self.now_ms = 0
        self.passed: Counter[tuple[AgentId, TicketId]] = Counter()
        self.admitted: list[EventKey] = []
        self.unresolved: set[TicketId] = set()
        self.trace: list[object] = []
        self.gates = [self._gate(directory, template, place) for place in range(self.chance.choice([2, GATES]))]

    async def run(self) -> str:
        """Play the schedule, heal everything, check every invariant; return the hash of all that happened."""
        often: list[Callable[[], Awaitable[None]]] = [*[self.visit] * 6, *[self.upload] * 3, *[self.download] * 2]
        actions = [*often, self.publish, self.cut_or_mend, self.crash_any, self.refund]
        try:
            for _ in range(STEPS):
                self.advance(self.chance.randrange(MOST_APART_MS))
                await self.chance.choice(actions)()
            await self.heal()
            self.check()
            heads = [gate.rig.journal.head.hash.hex() for gate in self.gates]
            return sha256(repr((self.trace, heads)).encode()).hexdigest()
        finally:
            for gate in self.gates:
                gate.rig.close()

    def advance(self, by_ms: int) -> None:
        self.now_ms += by_ms
        self.office.central.now = plus(START, seconds=self.now_ms // 1000)
        for gate in self.gates:
            gate.rig.after_ms = self.now_ms

    async def visit(self) -> None:
        """A visitor shows a ticket; a copy of it may be shown elsewhere at once."""
        record = self.chance.choice(self.records)
        copies = 2 if self.chance.random() < 0.3 else 1
        for gate in self.chance.sample(self.gates, copies):
            answer = await gate.rig.show(gate.rig.text(record), gate.check_point)
            self.trace.append((gate.check_point, record.ticket_id, outcome(answer.verdict)))
            if isinstance(answer.verdict, Admit):
                await self._admit(gate, record.ticket_id, answer)

    async def _admit(self, gate: Gate, ticket_id: TicketId, answer: Answer) -> None:
        if ticket_id in gate.told_used:
            raise Violation("no double within reach", (gate.check_point, ticket_id))
        if ticket_id in gate.told_void:
            raise Violation("no refunded ticket once the gate knows", (gate.check_point, ticket_id))
        assert answer.sequence is not None
        self.admitted.append((gate.rig.agent, gate.rig.journal.head.journal_id, answer.sequence))
        fate = self.chance.choice(FATES)
        self.trace.append(fate)
        if fate is Fate.CRASH_BEFORE_RELEASE:
            self.unresolved.add(ticket_id)
            self.crash(gate)
            return
        if fate is not Fate.TURNS_AWAY:
            self._walk_in(gate, ticket_id)
        if fate is Fate.CRASH_AFTER_PASSAGE:
            self.unresolved.add(ticket_id)
            self.crash(gate)
            self.advance(RESUME_OVER_MS)  # known limit: a copy that is shown within the resume's minute
            return
        self._note(gate, answer.sequence, fate)

    def _walk_in(self, gate: Gate, ticket_id: TicketId) -> None:
        self.passed[gate.rig.agent, ticket_id] += 1
        if self.passed[gate.rig.agent, ticket_id] > 1:
            raise Violation("no ticket beyond its rule on one gate", (gate.check_point, ticket_id))

    def _note(self, gate: Gate, sequence: Sequence, fate: Fate) -> None:
        """Write what the lane writes once it knows; the planted bug writes the intent only now."""
        write = getattr(gate.rig.desk, "write_now", None)
        if write is not None:
            write()
        if fate is not Fate.PASSES:
            gate.rig.desk.note(gate.check_point, Outcome(sequence, OutcomeResult.NOT_PASSED, 0))
        if fate is not Fate.TURNS_AWAY:
            gate.rig.desk.note(gate.check_point, Outcome(sequence, OutcomeResult.PASSED, 1))

    async def upload(self) -> None:
        gate = self.chance.choice(self.gates)
        if gate.cut:
            return
        if self.chance.random() < 0.3:
            gate.line.deliver_late()
        try:
            step: object = await upload_once(gate.rig.journal, gate.line, self._ports(gate))
        except PeerError as fault:
            step = str(fault)
        self.trace.append(step)

    async def publish(self) -> None:
        self.office.publish()

    async def download(self) -> None:
        gate = self.chance.choice(self.gates)
        if not gate.cut:
            await self._download(gate)

    async def cut_or_mend(self) -> None:
        gate = self.chance.choice(self.gates)
        gate.cut = not gate.cut

    async def crash_any(self) -> None:
        self.crash(self.chance.choice(self.gates))

    async def refund(self) -> None:
        self.office.refund(self.chance.choice(self.records))

    def crash(self, gate: Gate) -> None:
        """End the process and start it again on the same files."""
        old = gate.rig
        old.close()
        gate.rig = self._rig(old.directory, old.agent, old.boot + 1)
        self.trace.append(("crash", gate.check_point))

    async def heal(self) -> None:
        """End all cuts and losses, and let everything arrive."""
        self.office.receipt_first = lambda: False
        for gate in self.gates:
            gate.line.broken, gate.cut = False, False
            gate.line.deliver_late()
            while await upload_once(gate.rig.journal, gate.line, self._ports(gate)) is not Step.NOTHING:
                pass
        self.office.publish()
        for gate in self.gates:
            await self._download(gate)

    def check(self) -> None:
        """Compare what the office and the gates know with the truth."""
        stored = [
            (agent, journal, entry.sequence) for (agent, journal), entries in self.office.stored.items() for entry in entries
        ]
        intents = {event.key for event in self.office.arrived if isinstance(event.event, Intent)}
        if len(stored) != len(set(stored)) or intents != set(self.admitted):
            raise Violation("every admission reaches central exactly once", intents ^ set(self.admitted))
        for record in self.records:
            self._check_history(record)
        passed = Counter(ticket for _, ticket in self.passed)
        doubled = {ticket for ticket, times in passed.items() if times > 1}
        found = self.office.doubles(self.records)
        if not doubled <= found or not found <= doubled | self.unresolved:
            raise Violation("doubles across cut gates are all detected", (doubled, found))

    def _check_history(self, record: TicketRecord) -> None:
        events = self.office.events_of(record.ticket_id)
        again = [*events, *events]
        self.chance.shuffle(again)
        if fold(again) != fold(events):
            raise Violation("a replayed journal yields the same history", record.ticket_id)
        for gate in self.gates:
            own = [event for event in events if event.agent == gate.rig.agent]
            if fold(gate.rig.journal.events_of(record.ticket_id)) != fold(own):
                raise Violation("a replayed journal yields the same history", (gate.check_point, record.ticket_id))

    async def _download(self, gate: Gate) -> None:
        await gate.rig.download()
        gate.told_used, gate.told_void = self.office.used, self.office.void
        self.trace.append(("download", gate.check_point, gate.rig.cache.edition))

    def _gate(self, directory: Path, template: Path, place: int) -> Gate:
        agent = AgentId(101 + place)
        shutil.copytree(template, directory / str(agent))
        rig = self._rig(directory / str(agent), agent, 1)
        return Gate(rig, Line(self.office, agent, self.chance), POINTS[place].check_point_id)

    def _rig(self, directory: Path, agent: AgentId, boot: int) -> GateRig:
        rig = GateRig(directory, self.office.central, agent=agent, boot=boot, after_ms=self.now_ms)
        if self.plant is Plant.JOURNAL_AFTER_RELEASE:
            plant_late_journal(rig)
        return rig

    def _ports(self, gate: Gate) -> UploadPorts:
        def save(journal_id: JournalId, sequence: Sequence) -> None:
            gate.rig.trust.save_journal_mark(JournalMark(journal_id, sequence))

        return UploadPorts(gate.rig.reading, save)


def plant_late_journal(rig: GateRig) -> None:
    """Have the desk answer at once and write the intent only when the lane comes back to it."""
    desk, honest = rig.desk, rig.desk._commit  # noqa: SLF001  a bug is planted inside
    waiting: list[Callable[[], Answer]] = []

    def commit(facts: Facts, verdict: Verdict) -> Answer:
        if not isinstance(verdict, Admit):
            return honest(facts, verdict)
        waiting.append(lambda: honest(facts, verdict))
        return Answer(verdict, Sequence(rig.journal.head.sequence + 1))

    desk._commit = commit  # type: ignore[method-assign]  # noqa: SLF001  a bug is planted inside

    def write_now() -> None:
        waiting.pop()()

    desk.write_now = write_now  # type: ignore[attr-defined]  # for the world to find
