"""A case of the conformance table before a real desk: cache.db from a signed feed, journal.db, trust.db, and what is shown.

Laws: the test gives the desk no fact; the desk finds each in the feed that it downloaded or in its own journal.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from itertools import count
from pathlib import Path

from edge.devices.ports import DocumentRead
from edge.gate.attempt import Answer, Showing
from protocol.admission import tables
from protocol.admission.decide import decide
from protocol.admission.facts import DocumentCard, Facts, HolderShown, TicketCode
from protocol.admission.freshness import MAX_TRUSTED_UNCERTAINTY_MS
from protocol.admission.passages import PastPassage
from protocol.admission.policy import Claim
from protocol.admission.verdict import Admit, Refuse
from protocol.feed.delta import changes
from protocol.feed.records import CredentialEntry, CredentialKind
from protocol.feed.segments import Row, ticket_row, walk_in_row
from protocol.identifiers import AgentId, AttemptId, CheckPointId, JournalId, Sequence, SiteId, TicketId
from protocol.instants import Instant
from protocol.journal.events import Intent, Outcome
from protocol.journal.history import AdmissionEvent
from protocol.keyring import KeyState
from protocol.scan_parser import read_card
from protocol.sync.answers import ClaimAnswer
from protocol.tickets.claims import Claims
from protocol.tickets.signature import issue
from tests.builders.admission import EXIT_GATE, SITE
from tests.builders.conformance_cases import DISK_ERROR
from tests.builders.conformance_ways import LATE_PASS, Case, crowd, shown_text, tell, tell_walk_in
from tests.builders.feed import TICKET_KEY, FeedSimulator
from tests.builders.gate import GateRig
from tests.builders.journal import AGENT

OWN = AgentId(1)  # the table's name for this gate's own agent
ANOTHERS_CARD = DocumentRead("reader", (bytes([1] * 16),), None, "")
UNLOCK_MINUTES = 10


class ToldBy(StrEnum):
    """Where the desk finds the passages of other check points."""

    FEED = "feed"
    JOURNAL = "journal"


@dataclass(slots=True)
class OtherJournal:
    """The journal of another gate, as far as the signed admissions tell it."""

    site: SiteId
    journal_id: JournalId
    rows: list[Row] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def append(self, subject: TicketId | bytes, check_point: CheckPointId, event: Intent | Outcome) -> Sequence:
        """Add an event to what is published."""
        sequence = Sequence(next(self.numbers))
        told = AdmissionEvent(AgentId(2), self.journal_id, sequence, self.site, check_point, event)
        self.rows.append(walk_in_row(subject, told) if isinstance(subject, bytes) else ticket_row(subject, told))
        return sequence


@contextmanager
def desk_of(case: Case, directory: Path) -> Iterator[GateRig]:
    """Yield a gate that was just enrolled at the site of the case, and has downloaded nothing yet."""
    facts = case.facts
    signed_at = Instant(facts.scan.at - facts.ground.age_ms)
    central = FeedSimulator(_tables(facts), site=facts.site.site, now=min(facts.ground.as_of, signed_at))
    rig = GateRig(directory, central, uncertainty_ms=0, exits=frozenset({EXIT_GATE}), start=central.now)
    try:
        yield rig
    finally:
        rig.close()


async def answer_at_desk(case: Case, rig: GateRig, told_by: ToldBy) -> Answer:
    """Have the gate download and journal what the case says, show its credential, and return the desk's answer."""
    facts, central = case.facts, rig.central
    if isinstance(facts.scan.presented, TicketCode):
        _set_key(central, facts.scan.presented.key_state)
    _publish(case, central, told_by)
    central.now = Instant(facts.scan.at - facts.ground.age_ms)
    central.sign_timestamp()
    rig.after_ms = central.now - rig.start
    await rig.download()
    for one in case.passages:
        if _is_own(case, one, told_by):
            tell(one, partial(_journal, rig, one.check_point), late=case.number == LATE_PASS)
    rig.after_ms = facts.scan.at - rig.start
    return await _ask(case, rig)


async def _ask(case: Case, rig: GateRig) -> Answer:
    facts = case.facts
    if not facts.ground.clock_trusted:
        rig.uncertainty_ms = MAX_TRUSTED_UNCERTAINTY_MS + 1
    if facts.ground.unlocked:
        rig.desk.unlock(facts.check_point.check_point_id, 9, UNLOCK_MINUTES)
    if _is_claimed(facts):
        rig.claims.append(_claim_answer(facts))
    if case.name == DISK_ERROR:
        rig.journal.close()
    showing = _showing(case, rig)
    if facts.earlier_answer is not None:
        await rig.desk.ask(showing)
    return await rig.desk.ask(showing)


def _showing(case: Case, rig: GateRig) -> Showing:
    facts = case.facts
    scan, check_point = facts.scan, facts.check_point.check_point_id
    if isinstance(scan.presented, DocumentCard):
        card = scan.presented
        showing = rig.desk.card_showing(check_point, DocumentRead("reader", (card.holder,), card.born, card.region))
        assert showing.shown == read_card(card)
    else:
        showing = rig.desk.showing(check_point, shown_text(case, partial(_sign, rig.central)))
    showing = replace(showing, persons=scan.persons, fire=facts.fire)
    if scan.holder is HolderShown.DIFFERS:
        showing = rig.desk.with_card(showing, ANOTHERS_CARD)
    elif scan.holder is HolderShown.TIMED_OUT:
        showing = replace(showing, holder=HolderShown.TIMED_OUT)
    return showing if scan.supervisor is None else rig.desk.overridden(showing, scan.supervisor)


def _tables(facts: Facts) -> dict[str, bytes]:
    points = {**facts.check_points, facts.check_point.check_point_id: facts.check_point}
    return {
        tables.TICKET_TYPES: tables.encode_ticket_types(facts.ticket_types.values()),
        tables.CHECK_POINTS: tables.encode_check_points(points.values()),
        tables.SITE_RULES: tables.encode_site_rules(facts.site),
    }


def _publish(case: Case, central: FeedSimulator, told_by: ToldBy) -> None:
    facts = case.facts
    presented = facts.scan.presented
    records = [candidate.record for candidate in facts.candidates]
    holder = presented.holder if isinstance(presented, DocumentCard) else None
    cards = () if holder is None else tuple(CredentialEntry(holder, CredentialKind.ID_CARD, one.ticket_id) for one in records)
    central.publish(changes(records, credentials=cards))
    central.publish_events(_rows_of_others(case, told_by))


def _rows_of_others(case: Case, told_by: ToldBy) -> list[Row]:
    journals = {site: OtherJournal(site, JournalId(site.to_bytes(16, "big"))) for site in (SITE, SiteId(2))}
    passages = [one for one in case.passages if not _is_own(case, one, told_by)]
    if _is_claimed(case.facts):
        passages.clear()  # only central knows them yet
    for one in (*passages, *crowd(case.facts.inside or 0, case)):
        tell(one, partial(journals[one.site].append, one.ticket_id, one.check_point), late=case.number == LATE_PASS)
    for walk_in in case.facts.walk_ins:
        tell_walk_in(walk_in, partial(journals[walk_in.site].append, walk_in.holder, walk_in.check_point))
    return [row for journal in journals.values() for row in journal.rows]


def _is_own(case: Case, one: PastPassage, told_by: ToldBy) -> bool:
    """Return whether this gate's own journal has the passage; it never has another site's."""
    return one.agent == OWN or (told_by is ToldBy.JOURNAL and one.site == case.facts.site.site)


def _journal(rig: GateRig, check_point: CheckPointId, event: Intent | Outcome) -> Sequence:
    return rig.journal.append(event, check_point, rig.reading()).sequence


def _set_key(central: FeedSimulator, status: KeyState) -> None:
    keyring = central.keyring
    if status is not KeyState.ACTIVE:
        keys = tuple(replace(key, state=status) if key.key_id == TICKET_KEY else key for key in keyring.keys)
        central.sign_keyring(replace(keyring, version=keyring.version + 1, keys=keys))


def _sign(central: FeedSimulator, claims: Claims) -> str:
    return issue(replace(claims, key_id=TICKET_KEY), central.signers[TICKET_KEY])


def _is_claimed(facts: Facts) -> bool:
    return any(ticket_type.claim is Claim.WHEN_ONLINE for ticket_type in facts.ticket_types.values())


def _claim_answer(facts: Facts) -> ClaimAnswer:
    """Return the answer of central, which knows the whole case."""
    verdict = decide(facts)
    reason = verdict.reason.value if isinstance(verdict, Refuse) else ""
    return ClaimAnswer(AGENT, AttemptId(bytes(16)), isinstance(verdict, Admit), reason, facts.scan.at)
