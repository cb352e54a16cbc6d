"""The history from journals: folds the admission events of all agents into earlier passages.

Laws: a set of events only grows, so the fold does not depend on order and counts no event twice; an event is known by (agent,
journal, sequence); a passage is dated by its scan, never by its arrival; a passage that happened once has happened, whichever
outcome came before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from protocol import cbor
from protocol.admission.passages import PassageKind, PassageState, PastPassage, PastWalkIn
from protocol.errors import InputError
from protocol.identifiers import JOURNAL_ID_BYTES, U16_MAX, U32_MAX, AgentId, CheckPointId, JournalId, Sequence, SiteId
from protocol.journal.bodies import row
from protocol.journal.codec import event_from_value, event_to_value
from protocol.journal.events import NO_RULE, Entry, Intent, Outcome, OutcomeResult

EventKey = tuple[AgentId, JournalId, Sequence]
_THROUGH = frozenset({OutcomeResult.PASSED, OutcomeResult.FORCED})
_FIELDS = ("agent", "journal", "sequence", "site", "check_point", "event")


@dataclass(frozen=True, slots=True)
class AdmissionEvent:
    """An intent or outcome in the form of the signed admissions role; both sides fold it."""

    agent: AgentId
    journal_id: JournalId
    sequence: Sequence
    site: SiteId
    check_point: CheckPointId
    event: Intent | Outcome

    @property
    def key(self) -> EventKey:
        """The key by which two copies are the same event."""
        return self.agent, self.journal_id, self.sequence

    def to_value(self) -> list[object]:
        """Return the event as a CBOR array."""
        return [self.agent, self.journal_id, self.sequence, self.site, self.check_point, event_to_value(self.event)]

    @classmethod
    def from_value(cls, value: object) -> "AdmissionEvent":
        """Read an event; raise InputError where it is malformed or neither intent nor outcome."""
        fields = row(value, "admission event", _FIELDS)
        event = event_from_value(fields.nested("event"))
        if not isinstance(event, Intent | Outcome):
            raise InputError("admission event: must be an intent or an outcome")
        return cls(
            agent=AgentId(fields.integer("agent", 1, U32_MAX)),
            journal_id=JournalId(fields.binary("journal", JOURNAL_ID_BYTES)),
            sequence=Sequence(fields.integer("sequence", 1)),
            site=SiteId(fields.integer("site", 0, U16_MAX)),
            check_point=CheckPointId(fields.integer("check_point", 0, U32_MAX)),
            event=event,
        )


def admission_event(agent: AgentId, site: SiteId, entry: Entry) -> AdmissionEvent | None:
    """Return the entry's admission event, or None where the entry is of another kind."""
    if not isinstance(entry.event, Intent | Outcome):
        return None
    return AdmissionEvent(agent, entry.journal_id, entry.sequence, site, entry.check_point, entry.event)


@dataclass(slots=True)
class _Passage:
    """An intent with its known outcomes and resumes."""

    event: AdmissionEvent
    intent: Intent
    outcomes: list[Outcome] = field(default_factory=list)
    resumed: bool = False

    @property
    def state(self) -> PassageState:
        if any(outcome.result in _THROUGH for outcome in self.outcomes):
            return PassageState.PASSED
        return PassageState.NOT_PASSED if self.outcomes else PassageState.PENDING

    @property
    def interrupted(self) -> bool:
        return self.state is PassageState.PENDING and not self.taken_up

    @property
    def taken_up(self) -> bool:
        return self.resumed or self.intent.kind is PassageKind.RESUME

    @property
    def persons(self) -> int:
        """How many persons the passage used: the bodies counted, at most those let in; all of them where none was counted."""
        counted = max((o.passed_count for o in self.outcomes if o.result in _THROUGH), default=0)
        return min(self.intent.persons, counted or self.intent.persons)


def fold(events: Iterable[AdmissionEvent]) -> tuple[PastPassage, ...]:
    """Return the passages of the events, by time of scan, then by key. Order and copies of events do not matter.

    A resume merges into the passage that it resumes, which keeps its own time; where that passage is missing, it counts by
    itself.
    """
    passages = _passages(events)
    return tuple(_past_passage(passages[key]) for key in sorted(passages, key=lambda k: (passages[k].intent.scanned_at, k)))


def walk_ins(events: Iterable[AdmissionEvent]) -> tuple[PastWalkIn, ...]:
    """Return the walk-ins that were not annulled, by time of scan, then by key."""
    passages = _passages(events)
    found = (passages[key] for key in sorted(passages, key=lambda k: (passages[k].intent.scanned_at, k)))
    return tuple(
        PastWalkIn(p.intent.holder, p.intent.rule_id, p.event.site, p.event.check_point, p.intent.scanned_at, p.interrupted)
        for p in found
        if p.intent.holder is not None and p.intent.rule_id != NO_RULE and p.state is not PassageState.NOT_PASSED
    )


def _passages(events: Iterable[AdmissionEvent]) -> dict[EventKey, _Passage]:
    distinct = _distinct(events)
    intents = {key: (event, event.event) for key, event in distinct.items() if isinstance(event.event, Intent)}
    base_of = {key: _base(key, intents) for key in intents}
    passages = {key: _Passage(*intents[key]) for key, base in base_of.items() if key == base}
    for key, base in base_of.items():
        if key != base:
            passages[base].resumed = True
    for (agent, journal_id, _), event in distinct.items():
        if not isinstance(event.event, Outcome):
            continue
        intent_key = (agent, journal_id, event.event.of)
        if intent_key in base_of:
            passages[base_of[intent_key]].outcomes.append(event.event)
    return passages


def _distinct(events: Iterable[AdmissionEvent]) -> dict[EventKey, AdmissionEvent]:
    """Return one event per key. Two different events under one key are a fork: the smaller encoding counts, in any order."""
    distinct: dict[EventKey, AdmissionEvent] = {}
    for event in events:
        held = distinct.get(event.key)
        if held is None or (held != event and cbor.encode(event.to_value()) < cbor.encode(held.to_value())):
            distinct[event.key] = event
    return distinct


def _base(key: EventKey, intents: dict[EventKey, tuple[AdmissionEvent, Intent]]) -> EventKey:
    """Follow resumes back to the intent that began the passage; each step goes to an earlier sequence, so it ends."""
    agent, journal_id, sequence = key
    resumes = intents[key][1].resumes
    while resumes is not None and resumes < sequence and (agent, journal_id, resumes) in intents:
        sequence = resumes
        resumes = intents[agent, journal_id, sequence][1].resumes
    return agent, journal_id, sequence


def _past_passage(passage: _Passage) -> PastPassage:
    intent, event = passage.intent, passage.event
    return PastPassage(
        ticket_id=intent.ticket_id,
        entitlement_id=intent.entitlement_id,
        site=event.site,
        check_point=event.check_point,
        agent=event.agent,
        direction=intent.direction,
        kind=intent.kind,
        scanned_at=intent.scanned_at,
        persons=passage.persons,
        state=passage.state,
        attempt_id=intent.attempt_id,
        resumed=passage.taken_up,
    )
