"""Vectors of the feed: rows, tables, buckets and their roots, packs, deltas, segments, and the four signed roles."""

import zlib
from dataclasses import replace

from protocol.admission.tables import SITE_RULES, encode_site_rules
from protocol.feed.buckets import (
    EMPTY_LIST,
    bucket_of_key,
    bucket_of_ticket,
    digest,
    encode_pack,
    with_hashes,
)
from protocol.feed.delta import Delta, changes
from protocol.feed.manifest import (
    AdmissionsHead,
    EventBase,
    FeedHead,
    Manifest,
    Ref,
    SegmentRef,
    TableRef,
    Timestamp,
    Watermark,
)
from protocol.feed.records import (
    CredentialEntry,
    CredentialKind,
    credential_key,
    credential_row,
    encode_credentials,
    encode_tickets,
    ticket_row,
)
from protocol.feed.segments import encode_segment
from protocol.feed.segments import ticket_row as ticket_event
from protocol.feed.segments import walk_in_row as walk_in_event
from protocol.identifiers import KeyId, Sequence, SiteId, TicketId, TicketTypeId
from protocol.instants import Instant, Minute
from protocol.keyring import Purpose
from protocol.signatures import Envelope, seal
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketRecord, TicketState
from tests.builders.fixed_keys import key, keyring, private_key
from tests.vectors.journal import AGENT, INTENT, JOURNAL, SCANNED, WALK_IN, admission_events
from tests.vectors.plain import plain
from tests.vectors.tables import RULES

SITE = SiteId(1)
KEYS = {Purpose.TIMESTAMP: 31, Purpose.MANIFEST: 32, Purpose.ADMISSIONS: 33}
RECORD = TicketRecord(
    ticket_id=TicketId(0x0123_4567_89AB_CDEF),
    issuing_site=SITE,
    ticket_type=TicketTypeId(258),
    issued_at=Minute(29_630_000),
    valid_from=Minute(29_631_000),
    valid_until=Minute(29_672_639),
    flags=TicketFlags.GROUP,
    generation=1,
    state=TicketState.ACTIVE,
    state_since=Minute(0),
    persons=10,
    slot_start=Minute(29_631_600),
    slot_minutes=60,
)
SAME_BUCKET = replace(RECORD, ticket_id=TicketId(0x0123_0000_0000_0001), state=TicketState.VOID, state_since=Minute(29_631_001))
LATER = replace(RECORD, ticket_id=TicketId(0xFFF0_0000_0000_0000))
OTA = CredentialEntry(credential_key(CredentialKind.OTA_CODE, b"OTA12345"), CredentialKind.OTA_CODE, RECORD.ticket_id)
CARD = CredentialEntry(bytes(range(16)), CredentialKind.ID_CARD, RECORD.ticket_id)
TICKETS = {bucket_of_ticket(RECORD.ticket_id): encode_tickets([RECORD, SAME_BUCKET]), 0xFFF: encode_tickets([LATER])}
CREDENTIALS = {bucket_of_key(one.key): encode_credentials([one]) for one in (OTA, CARD)}


def _list_of(buckets: dict[int, bytes]) -> bytes:
    return with_hashes(EMPTY_LIST, {number: digest(blob) for number, blob in buckets.items()})


def _segment() -> bytes:
    of_walk_in = {7, 8, 9}  # the walk-in's intent and its two outcomes, by their sequences
    events = admission_events()
    assert WALK_IN.holder is not None
    return encode_segment(
        walk_in_event(WALK_IN.holder, event) if event.sequence in of_walk_in else ticket_event(INTENT.ticket_id, event)
        for event in events
    )


def content_vectors() -> dict[str, object]:
    """Return rows, tables, buckets, pack, delta and segment. Deflated bytes may differ; the inflated bytes may not."""
    moved = replace(RECORD, valid_until=Minute(29_700_000))
    delta = Delta(4_710, 4_711, changes([moved], [SAME_BUCKET.ticket_id], [CARD], [OTA])).to_bytes()
    pack = encode_pack([TICKETS[number] for number in sorted(TICKETS)])
    return {
        "ticket_rows": [{"record": plain(one), "row": ticket_row(one).hex()} for one in (RECORD, SAME_BUCKET, LATER)],
        "credential_keys": [
            {"kind": kind.name, "shown": "OTA12345", "key": credential_key(kind, b"OTA12345").hex()}
            for kind in CredentialKind
            if kind is not CredentialKind.ID_CARD
        ],
        "credential_rows": [{"entry": plain(one), "row": credential_row(one).hex()} for one in (OTA, CARD)],
        "ticket_buckets": [_bucket(number, blob) for number, blob in sorted(TICKETS.items())],
        "credential_buckets": [_bucket(number, blob) for number, blob in sorted(CREDENTIALS.items())],
        "empty_bucket_sha256": digest(b"").hex(),
        "empty_root": digest(EMPTY_LIST).hex(),
        "tickets_root": digest(_list_of(TICKETS)).hex(),
        "credentials_root": digest(_list_of(CREDENTIALS)).hex(),
        "pack": {"buckets": sorted(TICKETS), "inflated": zlib.decompress(pack).hex()},
        "delta": {"value": {"moved": plain(moved)}, "inflated": zlib.decompress(delta).hex()},
        "segment": {"bytes": _segment().hex(), "sha256": digest(_segment()).hex()},
    }


def _bucket(number: int, blob: bytes) -> dict[str, object]:
    return {"number": number, "bytes": blob.hex(), "sha256": digest(blob).hex()}


def _sealed(purpose: Purpose, payload: bytes) -> Envelope:
    return seal(purpose.value, payload, {KeyId(KEYS[purpose]): private_key(KEYS[purpose])})


def _ref(version: int, envelope: bytes) -> Ref:
    return Ref(version, digest(envelope), len(envelope))


def role_vectors() -> dict[str, object]:
    """Return a whole head: keyring, manifest, admissions, and the timestamp that names them."""
    ring = keyring(*(key(seed, purpose) for purpose, seed in KEYS.items()))
    root = seal("root", ring.to_payload(), {KeyId(place): private_key(901 + place) for place in (0, 1)}).to_bytes()
    rules = encode_site_rules(RULES)
    manifest = Manifest(
        site=SITE,
        epoch=1,
        version=4_711,
        as_of=SCANNED,
        ticket_count=3,
        credential_count=2,
        tickets_root=digest(_list_of(TICKETS)),
        credentials_root=digest(_list_of(CREDENTIALS)),
        change_sequence=99,
        tables=((SITE_RULES, TableRef(digest(rules), len(rules))),),
    )
    segment = _segment()
    admissions = AdmissionsHead(
        site=SITE,
        epoch=1,
        version=12,
        as_of=SCANNED,
        base=EventBase(digest(EMPTY_LIST), 0, 0),
        segments=(SegmentRef(digest(segment), len(segment), len(admission_events())),),
        watermarks=(Watermark(AGENT, JOURNAL, Sequence(12)),),
    )
    manifest_envelope = _sealed(Purpose.MANIFEST, manifest.to_payload()).to_bytes()
    admissions_envelope = _sealed(Purpose.ADMISSIONS, admissions.to_payload()).to_bytes()
    timestamp = Timestamp(
        site=SITE,
        epoch=1,
        version=100_000,
        signed_at=SCANNED,
        expires_at=Instant(SCANNED + 72 * 3_600_000),
        keyring=_ref(1, root),
        manifest=_ref(4_711, manifest_envelope),
        admissions=_ref(12, admissions_envelope),
    )
    timestamp_envelope = _sealed(Purpose.TIMESTAMP, timestamp.to_payload()).to_bytes()
    return {
        "root": {"value": plain(ring), "envelope": root.hex()},
        "manifest": {"value": plain(manifest), "envelope": manifest_envelope.hex()},
        "admissions": {"value": plain(admissions), "envelope": admissions_envelope.hex()},
        "timestamp": {"value": plain(timestamp), "envelope": timestamp_envelope.hex()},
        "head": FeedHead(1, 1, timestamp_envelope).to_bytes().hex(),
    }
