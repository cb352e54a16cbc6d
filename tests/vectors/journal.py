"""Vectors of the journal: an entry of each kind, chained; the signed head; the passages of the events."""

from dataclasses import replace

from protocol import identifiers as ids
from protocol.admission.passages import PassageKind
from protocol.directions import Direction
from protocol.instants import Instant
from protocol.journal import events
from protocol.journal.chain import GENESIS, JournalHead, head_of, sign_head
from protocol.journal.codec import decode_entry, encode_entry
from protocol.journal.history import AdmissionEvent, fold, walk_ins
from tests.builders.fixed_keys import private_key, public_bytes
from tests.vectors.plain import plain

AGENT, AGENT_SEED = ids.AgentId(21), 21
JOURNAL = ids.JournalId(bytes(range(16)))
EARLIER_JOURNAL = ids.JournalId(bytes(range(16, 32)))
BOOT = ids.BootId(bytes(range(8)))
SCANNED = Instant(1_778_378_400_000)
INTENT = events.Intent(
    attempt_id=ids.AttemptId(bytes(range(32, 48))),
    direction=Direction.ENTRY,
    kind=PassageKind.ENTRY,
    ticket_id=ids.TicketId(0x0123_4567_89AB_CDEF),
    entitlement_id=ids.EntitlementId(1),
    generation=1,
    persons=2,
    uses_left=3,
    flags=("claimed", "offline"),
    feed_version=4_711,
    resumes=None,
    rule_id=0,
    holder=None,
    supervisor=None,
    scanned_at=SCANNED,
)
WALK_IN = replace(
    INTENT,
    kind=PassageKind.WALK_IN,
    ticket_id=ids.TicketId(0),
    entitlement_id=ids.EntitlementId(0),
    generation=0,
    persons=1,
    uses_left=None,
    flags=(),
    rule_id=7,
    holder=bytes(range(48, 64)),
    scanned_at=Instant(SCANNED + 5_000),
)
RESUME = replace(INTENT, kind=PassageKind.RESUME, resumes=ids.Sequence(3), scanned_at=Instant(SCANNED + 30_000))
EVENTS: tuple[events.Event, ...] = (
    events.Rewound(EARLIER_JOURNAL, ids.Sequence(99)),
    events.FeedInForce(1, 4_711),
    INTENT,
    RESUME,
    events.Outcome(ids.Sequence(4), events.OutcomeResult.PASSED, 1),
    events.Refusal(ids.AttemptId(bytes(16)), "used_up", INTENT.ticket_id, Direction.ENTRY, SCANNED),
    WALK_IN,
    events.Outcome(ids.Sequence(7), events.OutcomeResult.NOT_PASSED, 0),
    events.Outcome(ids.Sequence(7), events.OutcomeResult.PASSED, 1),
    events.Alarm("board-silent", "relay board 1"),
    events.ClockStep(SCANNED, Instant(SCANNED + 3_600_000), "staff"),
    events.LostRange(ids.Sequence(1), ids.Sequence(2), "unreadable page"),
)


def entries() -> list[events.Entry]:
    """Return a journal with one entry of each kind."""
    made: list[events.Entry] = []
    for number, event in enumerate(EVENTS, start=1):
        previous = made[-1].hash if made else GENESIS
        wall = Instant(SCANNED + number * 1_000)
        draft = events.Entry(
            JOURNAL, ids.Sequence(number), previous, BOOT, ids.CheckPointId(11), wall, number * 1_000, 15, event, b""
        )
        made.append(decode_entry(encode_entry(draft)))
    return made


def admission_events() -> list[AdmissionEvent]:
    """Return the admission events of the journal."""
    return [
        AdmissionEvent(AGENT, entry.journal_id, entry.sequence, ids.SiteId(1), entry.check_point, entry.event)
        for entry in entries()
        if isinstance(entry.event, events.Intent | events.Outcome)
    ]


def signed_head_value() -> list[object]:
    """Return the bytes of the journal's signed head."""
    return sign_head(private_key(AGENT_SEED), AGENT, head_of(entries()[-1])).to_value()


def journal_vectors() -> dict[str, object]:
    """Return the journal, its head, and its history."""
    made = entries()
    head: JournalHead = head_of(made[-1])
    return {
        "agent": AGENT,
        "public": public_bytes(AGENT_SEED).hex(),
        "entries": [{"value": plain(one.event), "bytes": encode_entry(one).hex(), "hash": one.hash.hex()} for one in made],
        "head": {"value": plain(head), "signature": plain(sign_head(private_key(AGENT_SEED), AGENT, head).signature)},
        "events": [plain(event.to_value()) for event in admission_events()],
        "passages": [plain(passage) for passage in fold(admission_events())],
        "walk_ins": [plain(walk_in) for walk_in in walk_ins(admission_events())],
    }
