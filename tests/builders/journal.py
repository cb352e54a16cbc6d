"""Events, entries and journals for tests: fixed keys, fixed ids, a clock that is an argument."""

from hashlib import sha256
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.journal.journal import Journal, Owner
from edge.journal.recovery import Mark
from protocol import identifiers as ids
from protocol.admission.passages import PassageKind
from protocol.directions import Direction
from protocol.instants import Instant
from protocol.journal.chain import JournalHead
from protocol.journal.events import ClockReading, Intent, Outcome, OutcomeResult
from protocol.keyring import Key, Keyring, KeyState, Purpose
from protocol.sync.answers import Believer, Quarantine, Receipt

AGENT = ids.AgentId(7)
SITE = ids.SiteId(1)
GATE = ids.CheckPointId(3)
START = Instant(1_778_378_400_000)  # 2026-05-10 10:00 in Shanghai
AGENT_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CENTRAL_KEYS = {
    purpose: (ids.KeyId(number), Ed25519PrivateKey.from_private_bytes(sha256(purpose.encode()).digest()))
    for number, purpose in enumerate((Purpose.RECEIPTS, Purpose.TIME, Purpose.COMMANDS), start=1)
}


def reading(after_ms: int = 0) -> ClockReading:
    return ClockReading(Instant(START + after_ms), after_ms, 10)


def an_intent(
    ticket: int = 1,
    *,
    attempt: int = 1,
    after_ms: int = 0,
    persons: int = 1,
    resumes: int | None = None,
    holder: bytes | None = None,
) -> Intent:
    return Intent(
        attempt_id=ids.AttemptId(attempt.to_bytes(16)),
        direction=Direction.ENTRY,
        kind=PassageKind.ENTRY if resumes is None else PassageKind.RESUME,
        ticket_id=ids.TicketId(ticket),
        entitlement_id=ids.EntitlementId(1 if ticket else 0),
        generation=1,
        persons=persons,
        uses_left=0,
        flags=(),
        feed_version=12,
        resumes=None if resumes is None else ids.Sequence(resumes),
        rule_id=0 if holder is None else 5,
        holder=holder,
        supervisor=None,
        scanned_at=Instant(START + after_ms),
    )


def an_outcome(of: int, result: OutcomeResult = OutcomeResult.PASSED, passed_count: int = 1) -> Outcome:
    return Outcome(ids.Sequence(of), result, passed_count if result is OutcomeResult.PASSED else 0)


def an_owner(*, boot: int = 1) -> Owner:
    """An owner whose journal ids are counted, apart for each boot."""
    numbers = count(boot << 8)
    return Owner(AGENT, SITE, AGENT_KEY, ids.BootId(boot.to_bytes(8)), lambda: ids.JournalId(next(numbers).to_bytes(16)))


def open_journal(path: Path, *, boot: int = 1, known: Mark | None = None) -> Journal:
    return Journal.open(path, an_owner(boot=boot), known, reading())


def a_keyring() -> Keyring:
    keys = tuple(
        Key(key_id, purpose, private.public_key().public_bytes_raw(), (), Instant(0), Instant(2**62), KeyState.ACTIVE)
        for purpose, (key_id, private) in CENTRAL_KEYS.items()
    )
    root = Ed25519PrivateKey.from_private_bytes(sha256(b"root").digest()).public_key().public_bytes_raw()
    return Keyring(1, 1, Instant(2**62), 1, (root,), keys)


BELIEVER = Believer(AGENT, SITE, a_keyring())


def signers(purpose: Purpose) -> dict[ids.KeyId, Ed25519PrivateKey]:
    key_id, private = CENTRAL_KEYS[purpose]
    return {key_id: private}


def a_receipt(head: JournalHead, *, after_ms: int = 0, quarantine: Quarantine = Quarantine.NONE) -> Receipt:
    return Receipt(AGENT, head.journal_id, head.sequence, head.hash, quarantine, Instant(START + after_ms))
