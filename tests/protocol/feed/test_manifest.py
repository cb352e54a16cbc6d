"""Metadata is read back equal, and never as another role or with a wrong field."""

from dataclasses import replace

import pytest

from protocol import cbor
from protocol.errors import InputError
from protocol.feed.buckets import deflate
from protocol.feed.delta import MAX_DELTA_BYTES, Delta, changes
from protocol.feed.faults import UntrustedFeed
from protocol.feed.manifest import AdmissionsHead, EventBase, FeedHead, Manifest, Ref, SegmentRef, TableRef, Timestamp
from protocol.identifiers import SiteId, TicketId
from protocol.instants import Instant
from tests.builders.feed import credential, ticket, watermark

HASH = bytes(range(32))
TIMESTAMP = Timestamp(SiteId(7), 1, 5, Instant(10), Instant(20), Ref(1, HASH, 9), Ref(2, HASH, 8), Ref(3, HASH, 7))
MANIFEST = Manifest(SiteId(7), 1, 2, Instant(10), 3, 4, HASH, HASH, 5, (("a", TableRef(HASH, 6)), ("b", TableRef(HASH, 0))))
ADMISSIONS = AdmissionsHead(
    SiteId(7), 1, 3, Instant(10), EventBase(HASH, 100, 2), (SegmentRef(HASH, 50, 1),), (watermark(4), watermark(9, agent=2))
)


def test_a_timestamp_has_its_golden_bytes() -> None:
    refs = ("admissions", 3, 7), ("keyring", 1, 9), ("manifest", 2, 8)
    named = {name: [version, HASH, length] for name, version, length in refs}
    plain = {"role": "timestamp", "site": 7, "epoch": 1, "version": 5, "signed_at": 10, "expires_at": 20}
    assert TIMESTAMP.to_payload() == cbor.encode(plain | named)
    assert TIMESTAMP.to_payload()[:12].hex() == "a964726f6c656974696d6573"


@pytest.mark.parametrize("value", [TIMESTAMP, MANIFEST, ADMISSIONS, replace(ADMISSIONS, base=None, segments=(), watermarks=())])
def test_metadata_is_read_as_it_was_written(value: Timestamp | Manifest | AdmissionsHead) -> None:
    assert type(value).from_payload(value.to_payload()) == value


@pytest.mark.law(4)
@pytest.mark.parametrize("value", [TIMESTAMP, MANIFEST, ADMISSIONS])
def test_metadata_is_never_read_as_another_role(value: Timestamp | Manifest | AdmissionsHead) -> None:
    for role in (Timestamp, Manifest, AdmissionsHead):
        if role is not type(value):
            with pytest.raises(InputError):
                role.from_payload(value.to_payload())


@pytest.mark.parametrize(
    ("value", "change"),
    [
        (TIMESTAMP, {"version": 0}),
        (TIMESTAMP, {"epoch": 0}),
        (TIMESTAMP, {"role": "manifest"}),
        (TIMESTAMP, {"keyring": [1, HASH[1:], 9]}),
        (TIMESTAMP, {"keyring": [0, HASH, 9]}),
        (TIMESTAMP, {"manifest": None}),
        (TIMESTAMP, {"more": 1}),
        (MANIFEST, {"tickets_root": HASH[1:]}),
        (MANIFEST, {"tables": [["b", HASH, 1], ["a", HASH, 1]]}),
        (MANIFEST, {"tables": [["a", HASH, 1], ["a", HASH, 1]]}),
        (MANIFEST, {"tables": [["a", HASH, 1 << 30]]}),
        (MANIFEST, {"ticket_count": -1}),
        (ADMISSIONS, {"base": [HASH, 1]}),
        (ADMISSIONS, {"segments": [[HASH, -1, 1]]}),
        (ADMISSIONS, {"watermarks": [[1, bytes(16), 1], [1, bytes(16), 2]]}),
        (ADMISSIONS, {"watermarks": [[1, bytes(15), 1]]}),
    ],
)
def test_a_field_amiss_is_refused(value: Timestamp | Manifest | AdmissionsHead, change: dict[str, object]) -> None:
    fields = cbor.decode(value.to_payload())
    assert isinstance(fields, dict)
    with pytest.raises(InputError):
        type(value).from_payload(cbor.encode(fields | change))


def test_a_head_is_read_as_it_was_written() -> None:
    assert FeedHead.from_bytes(FeedHead(2, 3, b"signed").to_bytes()) == FeedHead(2, 3, b"signed")
    with pytest.raises(InputError):
        FeedHead.from_bytes(cbor.encode({"keyring": [1], "timestamp": b""}))


def test_a_delta_is_read_as_it_was_written() -> None:
    made = changes([ticket(5), ticket(1)], [TicketId(9), TicketId(7)], [credential(5, 1)], [credential(9, 2)])
    delta = Delta(3, 4, made)
    again = Delta.from_bytes(delta.to_bytes())
    assert (again.from_version, again.to_version) == (3, 4)
    assert dict(again.changes.tickets) == dict(made.tickets)
    assert dict(again.changes.credentials) == dict(made.credentials)


@pytest.mark.law(3)
def test_an_endless_delta_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(UntrustedFeed):
        Delta.from_bytes(deflate(bytes(MAX_DELTA_BYTES + 1)))
