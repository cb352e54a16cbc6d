"""Encodes a trust state as bytes, for the store that outlives a cache.

Laws: a state that is read back is proved again: the keyring must be signed by its own root keys, or the state is refused.
"""

from dataclasses import replace

from protocol import cbor
from protocol.errors import InputError
from protocol.feed.buckets import HASH_BYTES
from protocol.feed.manifest import MAX_WATERMARKS, read_watermark
from protocol.feed.trust import Believed, EventsMark, Freshness, TrustState, begin
from protocol.identifiers import U16_MAX, SiteId
from protocol.instants import Instant
from protocol.keyring import MAX_BYTES as MAX_KEYRING_BYTES

_FIELDS = {"site", "keyring", "timestamp", "freshness", "manifest", "admissions", "events"}


def to_bytes(state: TrustState) -> bytes:
    """Return the state's bytes."""
    fresh, events = state.freshness, state.events
    return cbor.encode(
        {
            "site": state.site,
            "keyring": state.keyring_envelope,
            "timestamp": _from_believed(state.timestamp),
            "manifest": _from_believed(state.manifest),
            "admissions": _from_believed(state.admissions),
            "freshness": None if fresh is None else [fresh.signed_at, fresh.expires_at],
            "events": None if events is None else _from_events(events),
        }
    )


def from_bytes(data: bytes) -> TrustState:
    """Read a state back; raise InputError or UntrustedFeed where it is damaged or its keyring is not proved."""
    fields = cbor.Fields(cbor.decode(data), "trust state", _FIELDS)
    state = begin(SiteId(fields.integer("site", 0, U16_MAX)), fields.binary("keyring", most=MAX_KEYRING_BYTES))
    return replace(
        state,
        timestamp=_believed(fields.nested("timestamp")),
        manifest=_believed(fields.nested("manifest")),
        admissions=_believed(fields.nested("admissions")),
        freshness=_freshness(fields.nested("freshness")),
        events=_events(fields.nested("events")),
    )


def _from_believed(believed: Believed | None) -> list[object] | None:
    return None if believed is None else [believed.epoch, believed.version, believed.sha256]


def _from_events(events: EventsMark) -> list[object]:
    watermarks = [[mark.agent, mark.journal_id, mark.sequence] for mark in events.watermarks]
    return [events.base_root, events.event_count, watermarks]


def _believed(value: object) -> Believed | None:
    match value:
        case None:
            return None
        case [int() as epoch, int() as version, bytes() as sha256] if len(sha256) == HASH_BYTES:
            return Believed(epoch, version, sha256)
    raise InputError("trust state: a role is [epoch, version, 32 bytes] or null")


def _freshness(value: object) -> Freshness | None:
    match value:
        case None:
            return None
        case [int() as signed_at, int() as expires_at]:
            return Freshness(Instant(signed_at), Instant(expires_at))
    raise InputError("trust state: freshness is [signed_at, expires_at] or null")


def _events(value: object) -> EventsMark | None:
    match value:
        case None:
            return None
        case [None | bytes() as base_root, int() as event_count, list() as watermarks] if len(watermarks) <= MAX_WATERMARKS:
            return EventsMark(base_root, event_count, tuple(read_watermark(item) for item in watermarks))
    raise InputError("trust state: events are [base root or null, count, watermarks] or null")
