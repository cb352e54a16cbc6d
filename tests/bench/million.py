"""A site with a million tickets: three tenths are real-name (an ID card leads to them), one tenth also have a booking code.

The rows are kept in `place` between runs, and made again when a format changes; each run signs the metadata again, so that the
feed is fresh. The visitors use the first tickets: a single entry each, valid for years.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from central.sync.rules.publication import Edition
from protocol import cbor
from protocol.admission.policy import Claim, Entitlement, Policy, TicketTypeRules, TotalUses
from protocol.admission.tables import TICKET_TYPES, encode_ticket_types
from protocol.feed.buckets import BUCKETS, BucketKind, bucket_of_key, bucket_of_ticket, digest
from protocol.feed.manifest import Manifest
from protocol.feed.records import (
    CREDENTIAL_BYTES,
    TICKET_BYTES,
    CredentialEntry,
    CredentialKind,
    encode_credentials,
    encode_tickets,
)
from protocol.identifiers import EntitlementId, KeyId, TicketId, TicketTypeId
from protocol.instants import Instant, Minute, to_minute
from protocol.keyring import Key, KeyState, Purpose
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketRecord, TicketState
from tests.builders.feed import (
    AUTONOMY_S,
    SITE,
    START,
    TICKET_TYPE,
    FeedSimulator,
    private_key,
    public_bytes,
    sample_tables,
)
from tests.builders.fixed_keys import LAST_INSTANT

TICKETS = 1_000_000
VISITORS = 2_000
TYPES = 12
SEED = 20_261_101
RECEIPTS_KEY, TIME_KEY = KeyId(5), KeyId(6)
DAYS_ON_SALE = 60
DAYS_SOLD = 30
MINUTES_PER_DAY = 24 * 60
_REAL_NAME_TENTHS, _BOOKED_TENTH = 3, 3
_ROOT = Path(__file__).resolve().parents[2]
_FORMATS = ("protocol/feed/records.py", "protocol/feed/rows.py", "protocol/feed/buckets.py", "tests/bench/million.py")


def site_of_a_million(place: Path, now: Instant) -> FeedSimulator:
    """Return central's feed of that site, signed at `now`."""
    found = FeedSimulator(
        sample_tables() | {TICKET_TYPES: encode_ticket_types(tuple(_ticket_type(number) for number in range(1, TYPES + 1)))}
    )
    found.now = now
    _sign_keys(found)
    blobs = _blobs(place)
    for kind, of_kind in blobs.items():
        found.buckets |= {(kind, number, digest(blob)): blob for number, blob in enumerate(of_kind) if blob}
    found.edition = _edition(found.edition.manifest, blobs)
    found.publish()
    return found


def first_keyring() -> bytes:
    """Return the sealed keyring that an agent of that site trusts first."""
    found = FeedSimulator()
    _sign_keys(found)
    return found.keyrings[-1][1]


def visitors() -> list[TicketRecord]:
    """Return the tickets that may be shown at the gate today, each once."""
    source = random.Random(SEED)  # noqa: S311 - data, the same in every run
    return [_record(source, number) for number in range(VISITORS)]


def credentials_of(source: random.Random, record: TicketRecord, number: int) -> Iterator[CredentialEntry]:
    """Return the other credentials of a ticket."""
    if record.flags & TicketFlags.REAL_NAME:
        yield CredentialEntry(source.randbytes(16), CredentialKind.ID_CARD, record.ticket_id)
    if number % 10 == _BOOKED_TENTH:
        yield CredentialEntry(source.randbytes(16), CredentialKind.OTA_CODE, record.ticket_id)


def _blobs(place: Path) -> dict[BucketKind, list[bytes]]:
    """Return the buckets in order, from the file or newly made."""
    marks = hashlib.sha256(b"".join((_ROOT / name).read_bytes() for name in _FORMATS)).hexdigest()[:16]
    kept = place / f"million-{marks}.cbor"
    if not kept.exists():
        for old in place.glob("million-*.cbor"):
            old.unlink()
        tickets, credentials = _made()
        kept.write_bytes(cbor.encode([tickets, credentials]))
    match cbor.decode(kept.read_bytes()):
        case [list() as tickets, list() as credentials]:
            return {BucketKind.TICKETS: tickets, BucketKind.CREDENTIALS: credentials}
    raise AssertionError(f"{kept} is not what was written; delete it")


def _made() -> tuple[list[bytes], list[bytes]]:
    source = random.Random(SEED)  # noqa: S311 - data, the same in every run
    tickets: list[list[TicketRecord]] = [[] for _ in range(BUCKETS)]
    credentials: list[list[CredentialEntry]] = [[] for _ in range(BUCKETS)]
    records = [_record(source, number) for number in range(TICKETS)]
    for number, record in enumerate(records):
        tickets[bucket_of_ticket(record.ticket_id)].append(record)
        for entry in credentials_of(source, record, number):
            credentials[bucket_of_key(entry.key)].append(entry)
    return [encode_tickets(rows) for rows in tickets], [encode_credentials(rows) for rows in credentials]


def _record(source: random.Random, number: int) -> TicketRecord:
    today = to_minute(START) // MINUTES_PER_DAY * MINUTES_PER_DAY
    visitor = number < VISITORS
    day = today + source.randrange(DAYS_ON_SALE) * MINUTES_PER_DAY
    real_name = not visitor and number % 10 < _REAL_NAME_TENTHS
    return TicketRecord(
        ticket_id=TicketId(source.getrandbits(64)),
        issuing_site=SITE,
        ticket_type=TICKET_TYPE if visitor else TicketTypeId(1 + source.randrange(TYPES)),
        issued_at=Minute(today - source.randrange(DAYS_SOLD * MINUTES_PER_DAY)),
        valid_from=Minute(today if visitor else day),
        valid_until=Minute(today + 10 * 366 * MINUTES_PER_DAY if visitor else day + MINUTES_PER_DAY - 1),
        flags=TicketFlags.REAL_NAME if real_name else TicketFlags.NONE,
        generation=1,
        state=TicketState.ACTIVE if visitor or source.randrange(50) else TicketState.VOID,
        state_since=Minute(0),
        persons=1,
        slot_start=Minute(0),
        slot_minutes=0,
    )


def _ticket_type(number: int) -> TicketTypeRules:
    right = Entitlement(EntitlementId(1), TICKET_TYPE, frozenset({SITE}), Policy((TotalUses(1),)))
    return TicketTypeRules(TicketTypeId(number), f"票{number}", f"Ticket {number}", (right,), Claim.NEVER, True, AUTONOMY_S)


def _edition(manifest: Manifest, blobs: dict[BucketKind, list[bytes]]) -> Edition:
    tickets, credentials = (blobs[kind] for kind in (BucketKind.TICKETS, BucketKind.CREDENTIALS))
    counted = replace(
        manifest,
        ticket_count=sum(map(len, tickets)) // TICKET_BYTES,
        credential_count=sum(map(len, credentials)) // CREDENTIAL_BYTES,
    )
    return Edition(counted, b"".join(map(digest, tickets)), b"".join(map(digest, credentials)))


def _sign_keys(site: FeedSimulator) -> None:
    """Publish a keyring that stays in force, also with the keys of receipts and time."""
    site.signers |= {RECEIPTS_KEY: private_key("receipts"), TIME_KEY: private_key("time")}
    more = tuple(
        Key(key_id, purpose, public_bytes(site.signers[key_id]), (), Instant(0), LAST_INSTANT, KeyState.ACTIVE)
        for key_id, purpose in ((RECEIPTS_KEY, Purpose.RECEIPTS), (TIME_KEY, Purpose.TIME))
    )
    held = tuple(replace(key, not_after=LAST_INSTANT) for key in site.keyring.keys)
    site.sign_keyring(replace(site.keyring, version=2, expires_at=LAST_INSTANT, keys=(*held, *more)))
